"""Counties side by side: which villages belong to which, and what they must share to stand in one model."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np

from sim.state.parameters import SECTIONS, Declaration, ParameterError, Parameters, declarations

# Sections whose words (a rule, a kind of business) may differ between counties side by side.
WORDS_MAY_DIFFER = (
    "business",
    "collective",
    "families",
    "funding",
    "government",
    "organisation",
    "plan",
    "society",
    "solvency",
    "timebank",
    "viability",
)


def must_share(parameters: Parameters) -> tuple[object, ...]:
    """What counties side by side have in common: months, switches, words and couplings; numbers may differ.

    A county's families may charge nothing, so that their switch may differ too.
    """
    sections = vars(parameters)
    return tuple(getattr(sections[section], name) for section, name in _shared(tuple(SECTIONS)))


@lru_cache(maxsize=1)
def _shared(sections: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Section and name of each parameter that counties side by side share; made again for new sections."""

    def shared(declared: Declaration) -> bool:
        section = declared.path.partition(".")[0]
        if section == "horizon":
            return True
        if section in WORDS_MAY_DIFFER:
            return declared.path.endswith(".on") and declared.path != "families.on"
        return declared.kind in (bool, str) and declared.path != "given.villages"

    paths = [declared.path.partition(".") for declared in declarations().values() if shared(declared)]
    return tuple((section, name) for section, _, name in paths if section in sections)


MOST_SEED = 2**64 - 1


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """`value` as Python's whole number, or ParameterError; NumPy's are taken, flags, floats and texts not."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise ParameterError(f"{name} = {value!r}: a whole number is wanted")
    if value < least or (most is not None and value > most):
        allowed = f"from {least} on" if most is None else f"from {least} to {most}"
        raise ParameterError(f"{name} = {value!r}: a whole number {allowed} is wanted")
    return int(value)


def seeds_of(seed: object, rng: object, counties: int) -> list[int]:
    """One seed a county, from what a user gives as `seed` or under Mesa's newer name `rng`.

    None draws one number for all. A generator has no number that could be recorded, so it is refused.
    """
    name = "seed" if rng is None else "rng"
    if rng is not None:
        if seed is not None and not (isinstance(seed, int) and seed == 0):
            raise ParameterError(f"seed = {seed!r}, rng = {rng!r}: both name the seed, give one")
        seed = rng
    if seed is None:
        return [secrets.randbits(63)] * counties
    if isinstance(seed, list | tuple | range) or (isinstance(seed, np.ndarray) and seed.ndim == 1):
        return [whole_number(name, one, 0, MOST_SEED) for one in seed]
    if isinstance(seed, np.random.Generator | np.random.BitGenerator | np.random.SeedSequence | Random):
        raise ParameterError(
            f"{name} is a {type(seed).__name__}: draws are keyed by a whole number, such as seed=7"
        )
    return [whole_number(name, seed, 0, MOST_SEED)] * counties


def counties_of(parameters: object) -> tuple[Parameters, ...]:
    """The parameters of each county; the defaults for None."""
    each = (Parameters(),) if parameters is None else parameters
    each = (each,) if isinstance(each, Parameters) else each
    if not isinstance(each, list | tuple) or not each or not all(isinstance(one, Parameters) for one in each):
        raise ParameterError(
            f"parameters = {parameters!r:.60}: sim.Parameters are wanted, or a list of them for several "
            "counties; Parameters().replace({'section.name': value}) makes them"
        )
    return tuple(each)


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
        if isinstance(listed, str) or not isinstance(listed, Iterable):
            raise ParameterError(f"villages = {listed!r}: a list of village numbers is wanted")
        numbers = np.array([whole_number("villages", number, 1) for number in listed], np.int64)
        if len(numbers) == 0 or len(set(numbers.tolist())) != len(numbers):
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
