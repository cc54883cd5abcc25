"""Common tasks: persons who copy the better off mix as the equilibrium does; pledges reach the point."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..months import month
from .bass import error_of, in_service

TASKS = ("common tasks",)
PLEDGING = 3  # months: nobody changes a pledge after the first
MINUTES = 60


def mixed(cost: float, benefit: float, group: int) -> float:
    """Closed form: the chance with which each comes, such that coming and staying are worth the same."""
    return float(1 - (cost / benefit) ** (1 / (group - 1)))


def done(cost: float, benefit: float, group: int) -> float:
    """Closed form: the chance that at least one of the group comes."""
    return float(1 - (cost / benefit) ** (group / (group - 1)))


def village_of(parameters: Parameters, seed: int, changes: dict[str, Any]) -> sim.MutualAidModel:
    """Villages in service with these groups or this point."""
    model = sim.MutualAidModel(parameters.replace(changes), seed=seed)
    in_service(model)
    return model


def shares_of(model: sim.MutualAidModel, settle: int, months: int) -> tuple[np.ndarray, np.ndarray]:
    """(villages) share of persons who come, and of tasks that are done, over the months that count."""
    counted = np.zeros((4, len(model.world.villages)))
    for at in range(settle + months):
        month(model, TASKS)
        if at >= settle:
            flow = model.world.flow
            counted += [flow.task_comers, flow.task_persons, flow.tasks_done, flow.tasks]
    return counted[0] / counted[1], counted[2] / counted[3]


def one_is_enough(parameters: Parameters, seed: int, setting: Any) -> tuple[list[Claim], list[Line]]:
    """Coming and getting done by size of the group."""
    cost, benefit = parameters.contribution.cost, parameters.contribution.benefit
    groups = list(setting["groups"])
    come, ready = [], []
    for group in groups:
        model = village_of(parameters, seed, {"contribution.group": group})
        one, other = shares_of(model, setting["settle"], setting["months"])
        come.append(one)
        ready.append(other)
    claims: list[Claim] = []
    lines = []
    for english, chinese, closed, villages in (
        ("share that comes", "到场比例", mixed, np.array(come)),
        ("share of tasks that are done", "办成的事务比例", done, np.array(ready)),
    ):
        exact = [closed(cost, benefit, group) for group in groups]
        found, errors = villages.mean(axis=1).tolist(), error_of(villages).tolist()
        claims += [
            Claim(f"{english} in groups of {group}", f"{group} 人小组的{chinese}", *each)
            for group, *each in zip(groups, found, errors, exact, strict=True)
        ]
        lines.append(Line(english, chinese, groups, exact, found, errors))
    return claims, lines


def a_sum_is_needed(parameters: Parameters, seed: int, points: dict[float, int]) -> list[Claim]:
    """Share of villages whose common work takes place, with refund by point and without it."""
    claims, refunded = [], {}
    for point, worth_it in points.items():
        model = village_of(parameters, seed, {"contribution.point": float(point)})
        took_place, ratio = works_of(model)
        refunded[point] = took_place
        claims.append(
            Claim(
                f"with refund, point at {point:g} of what it is worth: villages whose work takes place",
                f"不足则作罢，所需为价值的 {point:g} 倍：共同出工得以进行的村庄比例",
                took_place,
                0.0,
                float(worth_it),
            )
        )
        if worth_it:
            claims.append(
                Claim(
                    f"and pledges over what is needed, point at {point:g}",
                    f"此时承诺与所需之比，所需为价值的 {point:g} 倍",
                    ratio,
                    0.0,
                    1.0,
                )
            )
    least = min(points)
    kept = village_of(parameters, seed, {"contribution.point": float(least), "contribution.refund": False})
    claims.append(
        Claim(
            f"villages whose work takes place at {least:g} more often with refund than without",
            f"所需为价值的 {least:g} 倍时，不足则作罢比不退还多出的出工村庄比例",
            refunded[least] - works_of(kept)[0],
            0.0,
        )
    )
    return claims


def works_of(model: sim.MutualAidModel) -> tuple[float, float]:
    """Share of villages whose common work takes place, and pledges over what is needed."""
    people: Any = model.people
    for _ in range(PLEDGING):
        month(model, TASKS)
    flow, persons = model.world.flow, int((people.kind > 0).sum())
    needed = round(model.parameters.contribution.point * MINUTES) * persons
    return float(flow.work_done.mean()), float(flow.work_pledged.sum() / needed)


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """The two games; villages as the unit of the error."""
    claims, lines = one_is_enough(parameters, seed, published.setting)
    claims += a_sum_is_needed(parameters, seed, published.setting["points"])
    return Reproduction(claims, lines, ("persons in the group", "小组人数"), ("share", "比例"))
