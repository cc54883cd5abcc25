"""Size of a group: the share of the time on offer that is given, in villages that are otherwise the same."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

import sim
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from .bass import error_of

SATURATED = 5  # persons, from which on the paper finds hardly any difference


def shares_given(parameters: Parameters, seed: int, size: int, before: int) -> np.ndarray:
    """(villages) time given over time on offer, per cent, in the month from which groups have this size.

    The months before are the same for all sizes: what follows from who was pleased by whom is left out.
    """
    sized = sim.Modifier("matching.group", "set", size, start=before)
    model = sim.MutualAidModel(parameters, seed=seed, modifiers=(sized,))
    model.run(before + 1)
    given, offered = (np.asarray(model.series.flow[name])[-1] for name in ("time_aid", "offered"))
    return np.asarray(100 * given / np.maximum(offered, 1))


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Differences between sizes, villages paired and the unit of the error."""
    setting = published.setting
    sizes = list(setting["sizes"])
    found = {size: shares_given(parameters, seed, size, setting["before"]) for size in sizes}
    claims = [
        paired(
            f"groups of {smaller} give more of their time than groups of {larger}, points",
            f"{smaller} 人小组付出时间的占比高于 {larger} 人小组，百分点",
            found[smaller] - found[larger],
        )
        for smaller, larger in pairwise(sizes)
    ]
    small, large = sizes[0], sizes[-1]
    claims.append(
        paired(
            f"the fall from {small} to {SATURATED} persons is over four times that from there to {large}",
            f"从 {small} 人到 {SATURATED} 人的降幅超过此后到 {large} 人降幅的四倍",
            found[small] - found[SATURATED] - 4 * (found[SATURATED] - found[large]),
        )
    )
    level = np.array([found[size] for size in sizes])
    less = level[0] - level
    line = Line(
        "time given, less than in groups of one",
        "付出的时间，较一人一组减少",
        sizes,
        [],
        (-less.mean(axis=1)).tolist(),
        error_of(less).tolist(),
    )
    across = ("elders whom one helper keeps company", "一名帮手陪伴的老人数")
    upward = ("time given less that in groups of one, points", "付出时间较一人一组，百分点")
    return Reproduction(claims, [line], across, upward)


def paired(english: str, chinese: str, difference: np.ndarray) -> Claim:
    """A sign, from the differences of the villages."""
    return Claim(english, chinese, float(difference.mean()), float(error_of(difference)))
