"""Counties side by side: which villages belong to which, and what they must share to stand in one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.state.parameters import ParameterError, Parameters

# Sections whose words (a rule, a kind of business) may differ between counties side by side.
WORDS_MAY_DIFFER = (
    "business",
    "collective",
    "families",
    "funding",
    "government",
    "society",
    "solvency",
    "timebank",
    "viability",
)


def must_share(parameters: Parameters) -> tuple[object, ...]:
    """What counties side by side have in common: months, switches, words and couplings; numbers may differ.

    A county's families may charge nothing, so that their switch may differ too.
    """

    def shared(path: str, value: object) -> bool:
        section = path.partition(".")[0]
        if section == "horizon":
            return True
        if section in WORDS_MAY_DIFFER:
            return path.endswith(".on") and path != "families.on"
        return isinstance(value, bool | str) and section != "given"

    return tuple(value for path, value in parameters.flat().items() if shared(path, value))


class Counties:
    """The counties of a model in the order given, each with its own parameters, seed and villages.

    `numbers` (villages) are village numbers, county by county; `of_village` (villages) says to which county
    each belongs; `groups` hold the places of a county's villages in order of number.
    """

    def __init__(
        self, parameters: Sequence[Parameters], seeds: Sequence[int], villages: Sequence[int] | None = None
    ) -> None:
        self.parameters, self.seeds = tuple(parameters), tuple(int(seed) for seed in seeds)
        if len({must_share(one) for one in self.parameters}) != 1:
            raise ParameterError(
                "counties side by side must share horizon, switches, words and couplings: one differs"
            )
        if len(self.seeds) != len(self.parameters):
            raise ParameterError("counties side by side: one seed for all or one for each is wanted")
        lists = [self._numbers(one, villages) for one in self.parameters]
        self.numbers = np.concatenate(lists)
        self.of_village = np.repeat(np.arange(len(lists)), [len(numbers) for numbers in lists])
        places = [np.flatnonzero(self.of_village == county) for county in range(len(lists))]
        self.groups = [mine[np.argsort(self.numbers[mine])] for mine in places]
        self._tables: dict[Any, np.ndarray] = {}

    @staticmethod
    def _numbers(parameters: Parameters, villages: Sequence[int] | None) -> np.ndarray:
        listed = range(1, parameters.county.villages + 1) if villages is None else villages
        numbers = np.array(list(listed), np.int64)
        if len(numbers) == 0 or numbers.min() < 1 or len(set(numbers.tolist())) != len(numbers):
            raise ParameterError("villages: different numbers from 1 on are wanted, at least one")
        return numbers

    def __len__(self) -> int:
        return len(self.parameters)

    def __getitem__(self, county: int) -> Parameters:
        return self.parameters[county]

    def by_village(self, make: Callable[[Parameters, int, np.ndarray], np.ndarray]) -> np.ndarray:
        """What `make(parameters, seed, numbers)` gives for each county, a row a village."""
        rows = [
            make(one, seed, self.numbers[self.of_village == county])
            for county, (one, seed) in enumerate(zip(self.parameters, self.seeds, strict=True))
        ]
        return rows[0] if len(rows) == 1 else np.concatenate(rows).view(type(rows[0]))

    def table(self, make: Callable[[Parameters], np.ndarray]) -> np.ndarray:
        """What `make(parameters)` gives, with the county as first axis; made once."""
        if make not in self._tables:
            self._tables[make] = np.stack([make(one) for one in self.parameters])
        return self._tables[make]
