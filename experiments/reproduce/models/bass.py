"""Bass and kin: acceptance one half and no need, so that every other factor is one; who listens to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq

import sim
from sim.state.codes import CANTEEN, ELDER, HELPER
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..months import month

LOOKED_AT = (2, 4, 6, 8, 10)  # years
SMOOTHED = 13  # months over which the steepest year is looked for
FULL, WORKING = 3, 2
VILLAGES, LISTENERS = 4, 60
MONTHS_OF_LISTENING = 120
EXACT = 1e-5  # single precision


def curve_of(own: float, network: float, years: np.ndarray) -> np.ndarray:
    """Bass's share after so many years."""
    decay = np.exp(-(own + network) * years)
    return (1 - decay) / (1 + network / own * decay)


def in_service(model: sim.MutualAidModel) -> None:
    """Every village at full service, without leader, association or honours; nobody enrolled or in need."""
    villages: Any = model.world.villages
    people: Any = model.people
    villages.level, villages.facility, villages.opened, villages.launching = FULL, WORKING, -1, 0.0
    villages.step, villages.open_week, villages.door, villages.meals_a_day = CANTEEN, 6, 26, 2
    villages.seats = 10_000
    villages.leader = villages.association = villages.honours = villages.insured = villages.training = 0
    villages.publicity = 0.0
    people.acceptance[:], people.need[:], people.enrolled[:] = 0.5, 0, 0


def adopted(model: sim.MutualAidModel, months: int, ever: bool = False) -> np.ndarray:
    """(months, villages) share of elders enrolled; `ever`: or who have left."""
    people: Any = model.people
    start, elders = model.world.start[:-1], people.kind == ELDER
    each = np.add.reduceat(elders.astype(int), start)
    shares = []
    for _ in range(months):
        month(model, ["enrolment"])
        counted = people.enrolled + people.has_left if ever else people.enrolled
        shares.append(np.add.reduceat((elders & (counted > 0)).astype(int), start) / each)
    return np.array(shares)


def error_of(villages: np.ndarray) -> np.ndarray:
    """Standard error of the mean over the villages (last axis)."""
    return np.asarray(villages.std(axis=-1, ddof=1) / np.sqrt(villages.shape[-1]))


def by_publicity(parameters: Parameters, seed: int, setting: Any) -> tuple[list[Claim], Line]:
    """Bass's curve and its peak."""
    own, network = float(setting["own"]), float(setting["network"])
    chances = {"acceptance.enrol_own": own / 12, "acceptance.enrol_network": network / 12}
    model = sim.MutualAidModel(parameters.replace(chances), seed=seed)
    in_service(model)
    found = adopted(model, round(12 * setting["years"]))
    errors = error_of(found)
    claims = [
        Claim(
            f"share that has adopted after {year} years",
            f"{year} 年后已采纳的比例",
            float(found[12 * year - 1].mean()),
            float(errors[12 * year - 1]),
            float(curve_of(own, network, np.array(float(year)))),
        )
        for year in LOOKED_AT
    ]
    peaks = np.array([peak(village) for village in found.T])
    claims.append(
        Claim(
            "year in which most adopt, ln(q/p) / (p+q)",
            "采纳最多的年份，ln(q/p) / (p+q)",
            float(peaks.mean()),
            float(error_of(peaks)),
            float(np.log(network / own) / (own + network)),
        )
    )
    at = np.arange(6, len(found) + 1, 6)
    exact = curve_of(own, network, at / 12)
    points, reach = found[at - 1].mean(axis=1).tolist(), errors[at - 1].tolist()
    line = Line(
        "publicity and others (Bass)",
        "宣传与他人（Bass）",
        (at / 12).tolist(),
        exact.tolist(),
        points,
        reach,
    )
    return claims, line


def begun(parameters: Parameters, seed: int, first: float) -> sim.MutualAidModel:
    """Villages in which so many elders have enrolled and no other comes of oneself."""
    model = sim.MutualAidModel(parameters.replace({"acceptance.enrol_own": 0.0}), seed=seed)
    in_service(model)
    people: Any = model.people
    for begin, end in zip(model.world.start[:-1], model.world.start[1:], strict=True):
        elders = begin + np.flatnonzero(people.kind[begin:end] == ELDER)
        people.enrolled[elders[: round(first * len(elders))]] = 1
    return model


def by_contact(parameters: Parameters, seed: int, setting: Any) -> tuple[list[Claim], Line]:
    """The logistic curve: who has adopted tells the others, and nobody stops."""
    contact, first, years = float(setting["contact"]), float(setting["first"]), int(setting["final_years"])
    model = begun(parameters.replace({"acceptance.enrol_network": contact / 12}), seed, first)
    found = adopted(model, 12 * years)
    at = np.arange(24, 12 * years + 1, 24)
    grown = first * np.exp(contact * at / 12)
    exact, errors = grown / (1 - first + grown), error_of(found)
    claims = [
        Claim(
            f"logistic curve after {month // 12} years",
            f"逻辑斯蒂曲线，{month // 12} 年后",
            float(found[month - 1].mean()),
            float(errors[month - 1]),
            float(exact[at == month][0]),
        )
        for month in (72, 144, 216)
    ]
    points = found[at - 1].mean(axis=1).tolist()
    line = Line(
        "others only (logistic)",
        "仅他人（逻辑斯蒂）",
        (at / 12).tolist(),
        exact.tolist(),
        points,
        errors[at - 1].tolist(),
    )
    return claims, line


def final_size(told: float, first: float) -> float:
    """Closed form: share that has ever heard, z with 1 - z = (1 - first) exp(-told z)."""
    return float(brentq(lambda size: 1 - size - (1 - first) * np.exp(-told * size), first, 1.0))


def by_rumour(parameters: Parameters, seed: int, setting: Any) -> list[Claim]:
    """Those who tell fall silent for good: some never hear of it."""
    tired, first, years = float(setting["tired"]), float(setting["first"]), int(setting["final_years"])
    told = float(setting["told"])
    silent = {
        "acceptance.enrol_network": told * tired / 12,
        "acceptance.leave_rate": tired,
        "acceptance.for_good": True,
    }
    model = begun(parameters.replace(silent), seed, first)
    people: Any = model.people
    people.satisfaction[:] = 0.5  # middling: who is enrolled leaves by the rate itself
    ever = adopted(model, 12 * years, ever=True)[-1]
    return [
        Claim(
            f"share that is reached in the end where each tells {told:g} and falls silent",
            f"每人告知 {told:g} 人后沉默时，最终被触及的比例",
            float(ever.mean()),
            float(error_of(ever)),
            final_size(told, first),
        )
    ]


def with_a_leader(parameters: Parameters, seed: int, weights: dict[str, float]) -> sim.MutualAidModel:
    """Small villages whose first helper leads; who listens to whom by these weights."""
    chosen = {"listening.on": True, **{f"listening.{word}": weight for word, weight in weights.items()}}
    sizes = {"county.villages": VILLAGES, "county.elders": LISTENERS}
    model = sim.MutualAidModel(parameters.replace({**sizes, **chosen}), seed=seed)
    people: Any = model.people
    villages: Any = model.world.villages
    villages.leader = 1
    villages.leader_serial = [people.serial[leader] for leader in leaders(model)]
    return model


def leaders(model: sim.MutualAidModel) -> list[int]:
    """Row of the first helper of each village."""
    begin, end = model.world.start[:-1], model.world.start[1:]
    people: Any = model.people
    return [
        int(one + np.argmax(people.kind[one:last] == HELPER)) for one, last in zip(begin, end, strict=True)
    ]


def listening_matrix(model: sim.MutualAidModel, v: int, weights: dict[str, float]) -> np.ndarray:
    """Who of village v listens to whom: elders in order, the leader last; rows sum to one."""
    people: Any = model.people
    begin, end = model.world.start[v : v + 2]
    elders = np.flatnonzero(people.kind[begin:end] == ELDER)
    place = {int(slot): row for row, slot in enumerate(elders)}
    matrix = np.zeros((len(elders) + 1, len(elders) + 1))
    for row, slot in enumerate(elders):
        matrix[row, row] = weights["own"]
        matrix[row, -1] += weights["leader"]
        for link, word in ((people.neighbour, "neighbour"), (people.kin, "relative")):
            matrix[row, place.get(int(link[begin + slot]), row)] += weights[word]
    matrix[-1, :-1], matrix[-1, -1] = (1 - weights["leader_own"]) / len(elders), weights["leader_own"]
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))


def first_views_weigh(matrix: np.ndarray) -> np.ndarray:
    """The left eigenvector to one, by which first views count in the view that all come to hold."""
    free = matrix.T - np.eye(len(matrix))
    free[-1] = 1.0
    return np.asarray(np.linalg.solve(free, np.eye(len(matrix))[-1]))


def village_views(model: sim.MutualAidModel) -> list[np.ndarray]:
    """Views of each village: the elders in order, the leader last."""
    people: Any = model.people
    begin, end = model.world.start[:-1], model.world.start[1:]
    return [
        np.append(
            people.acceptance[one:last][people.kind[one:last] == ELDER], people.acceptance[leader]
        ).astype(float)
        for one, last, leader in zip(begin, end, leaders(model), strict=True)
    ]


def by_listening(parameters: Parameters, seed: int) -> list[Claim]:
    """One view in the end: the weighted mean of the first ones; what a leader weighs in a star."""
    weights = {"own": 2.0, "neighbour": 2.0, "relative": 1.0, "leader": 1.0, "leader_own": 0.6}
    model = with_a_leader(parameters, seed, weights)
    first = village_views(model)
    wanted = np.array(
        [first_views_weigh(listening_matrix(model, v, weights)) @ first[v] for v in range(len(first))]
    )
    for _ in range(MONTHS_OF_LISTENING):
        month(model, ["listening"])
    held = village_views(model)
    claims = [
        Claim(
            "greatest distance of any view from the weighted mean of the first views",
            "任何一人的看法与初始看法加权平均的最大差距",
            float(max(np.abs(views - view).max() for views, view in zip(held, wanted, strict=True))),
            0.0,
            0.0,
            EXACT,
        )
    ]
    for leader_own, target in ((0.0, 1 / 3), (0.5, 1 / 2)):
        star = {"own": 1.0, "neighbour": 0.0, "relative": 0.0, "leader": 1.0, "leader_own": leader_own}
        claims.append(
            Claim(
                f"weight of the leader in a star of elders with half self-weight, own weight {leader_own:g}",
                f"星形网络中带头人的权重：老人自身权重一半，带头人自身权重 {leader_own:g}",
                weight_in_a_star(with_a_leader(parameters, seed, star)),
                0.0,
                target,
                EXACT,
            )
        )
    return claims


def weight_in_a_star(model: sim.MutualAidModel) -> float:
    """What all come to hold where the leader alone says yes at first."""
    people: Any = model.people
    people.acceptance[:] = 0.0
    people.acceptance[leaders(model)] = 1.0
    for _ in range(MONTHS_OF_LISTENING):
        month(model, ["listening"])
    return float(np.mean([views.mean() for views in village_views(model)]))


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Curves by year against their closed forms, villages as the unit of the error; final size; one view."""
    setting = published.setting
    bass, publicity = by_publicity(parameters, seed, setting)
    logistic, contact = by_contact(parameters, seed, setting)
    claims = [*bass, *logistic, *by_rumour(parameters, seed, setting), *by_listening(parameters, seed)]
    return Reproduction(claims, [publicity, contact], ("years", "年"), ("share of elders", "老人比例"))


def peak(shares: np.ndarray) -> float:
    """Years until the steepest month of one village, smoothed."""
    smooth = np.convolve(shares, np.ones(SMOOTHED) / SMOOTHED, "valid")
    return float(np.diff(smooth).argmax() + SMOOTHED // 2 + 1) / 12
