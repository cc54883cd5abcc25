"""Thresholds: everybody of a village, one another's neighbour, enrols by the share of those who have."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

import sim
from sim.state.codes import ELDER
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..months import month
from .bass import in_service

CROWD = 100  # people of the two worked cases
PUBLISHED_JUMP, JUMP_ROOM = 12.2, 0.1  # per cent, as the paper rounds it
NARROW, WIDE, STEP = 11.0, 14.0, 0.02  # where the jump is looked for, and how closely, per cent
DECLINING = 0.2  # spread from which on the fall is more than a person in a hundred thousand
MONTH = ("who follows", "enrolment")


def equilibrium(mean: float, spread: float) -> float:
    """Closed form: the least share r with F(r) = r, F the normal law of thresholds."""
    shares = np.linspace(0.0, 1.0, 20_001)
    above = norm.cdf(shares, mean, spread) - shares
    first = int(np.argmax(above <= 0))
    return float(
        brentq(lambda share: norm.cdf(share, mean, spread) - share, shares[first - 1], shares[first])
    )


def jump(mean: float) -> float:
    """Closed form: the spread at which the low equilibrium touches and is gone; F(r) = r and F'(r) = 1."""
    return float(brentq(lambda spread: equilibrium(mean, spread) - 0.5, 0.1, 0.15, xtol=1e-6))


def settled(model: sim.MutualAidModel, thresholds: np.ndarray | None) -> np.ndarray:
    """(villages) share enrolled when nobody follows any more.

    `thresholds` (villages, elders); None: as the model draws them.
    """
    in_service(model)
    people: Any = model.people
    elders = people.kind == ELDER
    if thresholds is not None:
        people.threshold[elders] = thresholds.ravel()
    start = model.world.start[:-1]
    while True:
        month(model, MONTH)
        if not model.world.flow.followers.any():
            enrolled = np.add.reduceat((elders & (people.enrolled > 0)).astype(int), start)
            return np.asarray(enrolled / np.add.reduceat(elders.astype(int), start))


def quantiles(mean: float, spreads: np.ndarray, crowd: int) -> np.ndarray:
    """(spreads, crowd) thresholds of a crowd that follows a normal law as closely as it can."""
    at = (np.arange(crowd) + 0.5) / crowd
    return np.maximum(norm.ppf(at[None], mean, spreads[:, None]), 0.0)


def two_crowds(parameters: Parameters, seed: int) -> list[Claim]:
    """100 people with thresholds 0 to 99; the same with one threshold raised from 1 to 2."""
    row = np.arange(CROWD) / CROWD
    raised = np.where(np.arange(CROWD) == 1, 2 / CROWD, row)
    model = sim.MutualAidModel(parameters.replace({"county.villages": 2}), seed=seed)
    shares = settled(model, np.array([row, raised]))
    texts = (
        ("of 100 with thresholds 0 to 99, those who join", "门槛为 0 至 99 的 100 人中加入者"),
        ("the same with one threshold of 1 made 2", "同上，但一人的门槛由 1 改为 2"),
    )
    return [
        Claim(*text, found=float(share * CROWD), error=0.0, target=target)
        for text, share, target in zip(texts, shares, (100.0, 1.0), strict=True)
    ]


def normal_crowds(
    parameters: Parameters, seed: int, mean: float, spreads: np.ndarray, crowd: int
) -> np.ndarray:
    """Share of each crowd that joins, all in one county."""
    sizes = {"county.villages": len(spreads), "county.elders": crowd}
    model = sim.MutualAidModel(parameters.replace(sizes), seed=seed)
    return settled(model, quantiles(mean, spreads, crowd))


def jump_found(parameters: Parameters, seed: int, mean: float, crowd: int) -> float:
    """The least spread at which most of a crowd joins, per cent; narrowed by eight crowds at once."""
    low, high = NARROW, WIDE
    while high - low > STEP:
        spreads = np.linspace(low, high, 10)[1:-1]
        joined = normal_crowds(parameters, seed, mean, spreads / 100, crowd) > 0.5
        first = int(np.argmax(joined)) if joined.any() else len(spreads)
        low, high = np.concatenate([[low], spreads, [high]])[[first, first + 1]]
    return float((low + high) / 2)


def drawn_crowds(parameters: Parameters, seed: int, mean: float, spread: float, crowd: int) -> Claim:
    """Thresholds as the model draws them, villages as the unit of the error."""
    own = {"county.elders": crowd, "thresholds.middle": mean, "thresholds.spread": spread}
    shares = settled(sim.MutualAidModel(parameters.replace(own), seed=seed), None)
    return Claim(
        f"share that joins where the model draws thresholds, standard deviation {100 * spread:g}",
        f"由模型抽取门槛时加入的比例，标准差 {100 * spread:g}",
        float(shares.mean()),
        float(shares.std(ddof=1) / np.sqrt(len(shares))),
        equilibrium(mean, spread),
    )


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """The two crowds of the paper, the jump, and the equilibrium by spread."""
    setting = published.setting
    crowd, mean = int(setting["crowd"]), float(setting["mean"]) / 100
    spreads = np.array(setting["spreads"], float) / 100
    found = normal_crowds(parameters, seed, mean, spreads, crowd)
    exact = [equilibrium(mean, spread) for spread in spreads]
    claims = two_crowds(parameters, seed)
    claims += [
        Claim(
            f"share that joins, thresholds normal with mean 25 and standard deviation {100 * spread:g}",
            f"门槛服从均值 25、标准差 {100 * spread:g} 的正态分布时加入的比例",
            float(share),
            0.0,
            wanted,
        )
        for spread, share, wanted in zip(spreads, found, exact, strict=True)
    ]
    where = jump_found(parameters, seed, mean, crowd)
    claims += [
        Claim(
            "standard deviation at which the equilibrium jumps",
            "均衡发生跳跃处的标准差",
            where,
            0.0,
            PUBLISHED_JUMP,
            JUMP_ROOM,
        ),
        Claim(
            "from 20 on fewer join the wider thresholds are spread: least fall between two points",
            "标准差从 20 起，门槛越分散加入者越少：相邻两点间的最小降幅",
            float(-np.diff(found[spreads >= DECLINING]).max()),
            0.0,
        ),
        drawn_crowds(parameters, seed, mean, float(setting["drawn"]) / 100, crowd),
    ]
    line = Line(
        "share that joins",
        "加入的比例",
        (100 * spreads).tolist(),
        exact,
        found.tolist(),
        [0.0] * len(spreads),
    )
    across = ("standard deviation of thresholds, per cent (mean 25)", "门槛的标准差，百分点（均值 25）")
    return Reproduction(claims, [line], across, ("share of elders", "老人比例"))
