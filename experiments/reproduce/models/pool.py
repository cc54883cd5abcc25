"""The common account: who only asks drains it, and who is refused may follow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import sim
from sim.state.codes import OPPORTUNIST
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..favours import (
    HOUR,
    by_village,
    endow,
    heads,
    inhabitants,
    mean_of,
    monthly,
    more,
    village,
)

YEAR, FIRST = 12, 4  # months: of the end, and before any stock is gone
SHARP = 0.06  # room beside the critical share, where chance decides within the months


def opportunists(model: sim.MutualAidModel) -> np.ndarray:
    """(villages) share who only ask."""
    people: Any = model.people
    theirs = inhabitants(model) & (people.leaning == OPPORTUNIST)
    return np.add.reduceat(theirs.astype(int), model.world.start[:-1]) / heads(model)


def looked_at(model: sim.MutualAidModel) -> np.ndarray:
    """(2, villages) stock a head, share of requests refused."""
    villages: Any = model.world.villages
    stock = villages.pooled.sum(axis=1) / HOUR / heads(model)
    return np.array([stock, by_village(model, "favours_penniless") / by_village(model, "favours_asked")])


def started(published: Published, parameters: Parameters, seed: int, share: float) -> sim.MutualAidModel:
    """Villages with a stock and this share of opportunists."""
    model = village(parameters.replace({"habits.opportunists": float(share)}), seed)
    endow(model, float(published.setting["stock"]))
    return model


def draining(published: Published, parameters: Parameters, seed: int) -> tuple[list[Claim], list[Line]]:
    """With equal rates the stock falls by q for each request until it is gone; then q are refused."""
    setting, claims, lines = published.setting, [], []
    asked, stock = parameters.exchange.favours, float(setting["stock"])
    for share in setting["draining"]:
        model = started(published, parameters, seed, share)
        true = opportunists(model)  # as drawn
        months = int(setting["months"])
        series = monthly(model, months, looked_at)
        fall = (stock - series[FIRST - 1, 0]) / (FIRST * asked)
        claims.append(
            Claim(
                f"{share:.0%} only ask: fall of the stock a request, over their share",
                f"{share:.0%} 只求不予：每次请求存量下降与其比例之比",
                *mean_of(fall / true),
                1.0,
            )
        )
        if share * asked * months > 1.5 * stock:
            refused = series[-YEAR:, 1].mean(axis=0)
            claims.append(
                Claim(
                    f"{share:.0%} only ask: share refused once it is empty, less their share",
                    f"{share:.0%} 只求不予：存量耗尽后遭拒比例减去其比例",
                    *mean_of(refused - true),
                    0.0,
                )
            )
        at = np.arange(3, months + 1, 3)
        each = series[at - 1, 0]
        lines.append(
            Line(
                f"{share:.0%} only ask",
                f"{share:.0%} 只求不予",
                at.tolist(),
                np.maximum(stock - true.mean() * asked * at, 0).tolist(),
                each.mean(axis=1).tolist(),
                (each.std(axis=1, ddof=1) / math.sqrt(each.shape[1])).tolist(),
            )
        )
    return claims, lines


def turning(published: Published, parameters: Parameters, seed: int) -> list[Claim]:
    """Where d are put in for each asked, 1 - 1 / d may only ask; beyond, imitation empties the bank."""
    setting = published.setting
    rate = float(setting["generous"])
    critical, refused, claims = 1 - 1 / rate, {}, []
    for imitation in (0.0, float(setting["imitation"])):
        changes = {"exchange.deposits": rate, "exchange.imitation": imitation}
        for share in setting["shares"]:
            model = started(published, parameters.replace(changes), seed, share)
            true = opportunists(model)
            series = monthly(model, 2 * int(setting["months"]), looked_at)
            refused[imitation, share] = mean_of(series[-YEAR:, 1].mean(axis=0))
            if abs(share - critical) < SHARP:
                continue
            long_run = np.where(imitation > 0, true > critical, np.maximum(1 - rate * (1 - true), 0)).mean()
            follow, chinese = ("imitation", "有效仿") if imitation else ("no imitation", "无效仿")
            claims.append(
                Claim(
                    f"{follow}, {share:.0%} only ask, {critical:.0%} critical: share refused in the end",
                    f"{chinese}，{share:.0%} 只求不予，临界 {critical:.0%}：最终遭拒比例",
                    *refused[imitation, share],
                    float(long_run),
                )
            )
    few, many = setting["shares"][-2:]
    claims.append(
        more(
            f"more are refused where {many:.0%} only ask than where {few:.0%} do",
            f"{many:.0%} 只求不予时遭拒多于 {few:.0%}",
            refused[0.0, many],
            refused[0.0, few],
        )
    )
    return claims


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Stock and refusals by share of opportunists, with and without imitation."""
    claims, lines = draining(published, parameters, seed)
    return Reproduction(
        [*claims, *turning(published, parameters, seed)],
        lines,
        ("months", "月"),
        ("favours in the common account, a head", "公共账户人均存量（次）"),
    )
