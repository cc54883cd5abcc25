"""Tallies of pairs: on a tree an edge is even over its states, on a denser network fewer favours fail."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

import sim
from sim.parts.exchange import HERE, TRUST, trusted_place
from sim.state.parameters import Parameters

from ..claims import Claim, Line, Published, Reproduction
from ..favours import by_village, mean_of, more, seen, service, village


def above_of(model: sim.MutualAidModel, v: int) -> np.ndarray:
    """(households) who stands above each in village v's tree; -1 for the first."""
    key, number, used = model.lasting_keys(TRUST)[0], int(model.world.villages.number[v]), model.world.used[v]
    picked = [trusted_place(place, 0, int(used), number, key) for place in range(used)]
    return np.array([-1 if one == HERE else one for one in picked])


class Paths:
    """All ordered pairs of a tree: how far apart, and which edges favours climb and descend between them."""

    def __init__(self, above: np.ndarray) -> None:
        size = len(above)
        way = np.zeros((size, size), bool)  # the edges from each household up to the first
        for place in range(1, size):
            way[place] = way[above[place]]
            way[place, place] = True
        giver, asker = (one.ravel() for one in np.indices((size, size)))
        self.climbs, self.descends = way[giver] & ~way[asker], way[asker] & ~way[giver]
        self.lengths = self.climbs.sum(axis=1) + self.descends.sum(axis=1)

    def are_open(self, tallies: np.ndarray, capacity: int) -> np.ndarray:
        """(pairs) whether one more favour passes; a tally counts what went down its edge."""
        half = capacity // 2
        full, spent = tallies >= capacity - half, tallies <= -half
        return np.asarray(~((self.descends & full).any(axis=1) | (self.climbs & spent).any(axis=1)))


def expected(capacity: int, length: float | np.ndarray) -> Any:
    """(c / (c + 1))^L."""
    return (capacity / (capacity + 1)) ** length


def open_by_length(model: sim.MutualAidModel, paths: list[Paths], capacity: int, longest: int) -> np.ndarray:
    """Share of this month's favours that were given; then share of pairs at 1 .. longest that are open."""
    people: Any = model.people
    found = np.zeros((longest, 2))
    for first, used, one in zip(model.world.start, model.world.used, paths, strict=False):
        passes = one.are_open(people.tally[first : first + used, 0], capacity)
        for length in range(1, longest + 1):
            mine = one.lengths == length
            found[length - 1] += passes[mine].sum(), mine.sum()
    return np.array([service(model), *(found[:, 0] / found[:, 1])])


def on_trees(published: Published, parameters: Parameters, seed: int) -> tuple[list[Claim], list[Line]]:
    """Paths on trees against (c / (c + 1))^L."""
    setting, claims, lines = published.setting, [], []
    sizes = {
        "county.elders": setting["elders"],
        "county.villages": setting["villages"],
        "exchange.trusted": 1,
    }
    longest = int(setting["longest"])
    lengths = np.arange(1, longest + 1)
    for capacity in setting["capacities"]:
        model = village(parameters.replace({**sizes, "exchange.capacity": capacity}), seed)
        paths = [Paths(above_of(model, v)) for v in range(len(model.world.used))]
        look = partial(open_by_length, paths=paths, capacity=capacity, longest=longest)
        found, errors = seen(model, int(setting["months"]), look, int(setting["before"]))
        pairs = np.concatenate([one.lengths[one.lengths > 0] for one in paths])
        claims.append(
            Claim(
                f"capacity {capacity}: share of favours that pass, mean of (c/(c+1))^L over all pairs",
                f"容量 {capacity}：成功往来的比例，即各对 (c/(c+1))^L 的均值",
                float(found[0]),
                float(errors[0]),
                float(expected(capacity, pairs).mean()),
            )
        )
        claims += [
            Claim(
                f"capacity {capacity}: a path of {length} is open, (c/(c+1))^L",
                f"容量 {capacity}：长 {length} 的路径畅通，(c/(c+1))^L",
                float(found[length]),
                float(errors[length]),
                float(expected(capacity, length)),
            )
            for length in (1, longest)
        ]
        lines.append(
            Line(
                f"capacity {capacity}",
                f"容量 {capacity}",
                lengths.tolist(),
                expected(capacity, lengths).tolist(),
                found[1:].tolist(),
                errors[1:].tolist(),
            )
        )
    return claims, lines


def given_and_asked(model: sim.MutualAidModel) -> np.ndarray:
    """(2, villages) favours of the month."""
    return np.array([by_village(model, "favours_paid"), by_village(model, "favours_asked")])


def failing(published: Published, parameters: Parameters, seed: int, **changes: float) -> tuple[float, float]:
    """Share of favours that fail on denser networks, with its error over villages."""
    words = {name.replace("_", ".", 1): value for name, value in changes.items()}
    model = village(parameters.replace({**published.setting["dense"], **words}), seed)
    setting = published.setting
    series, _ = seen(model, int(setting["dense_months"]), given_and_asked, int(setting["before"]))
    return mean_of(1 - series[0] / series[1])


def on_networks(published: Published, parameters: Parameters, seed: int) -> list[Claim]:
    """Failure falls with size at an equal density, with density and with capacity."""
    setting = published.setting
    fails = partial(failing, published, parameters, seed)
    by_size = [fails(county_elders=elders, exchange_trusted=ties) for elders, ties in setting["sizes"]]
    by_ties = [fails(exchange_trusted=ties) for ties in setting["ties"]]
    by_capacity = [fails(exchange_capacity=capacity) for capacity in setting["wide"]]
    claims = []
    for english, chinese, found in (
        ("size, at an equal density", "规模（密度不变）", by_size),
        ("density", "密度", by_ties),
        ("capacity", "容量", by_capacity),
    ):
        for place, (before, after) in enumerate(pairwise(found)):
            claims.append(
                more(
                    f"fewer favours fail with more {english}, step {place + 1}",
                    f"{chinese}越大失败越少，第 {place + 1} 步",
                    before,
                    after,
                )
            )
    return claims


def reproduce(published: Published, parameters: Parameters, seed: int) -> Reproduction:
    """Trees exactly, denser networks by sign."""
    claims, lines = on_trees(published, parameters, seed)
    return Reproduction(
        [*claims, *on_networks(published, parameters, seed)],
        lines,
        ("edges on the path", "路径边数"),
        ("share of paths that are open", "畅通路径比例"),
        True,
    )
