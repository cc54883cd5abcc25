"""Named values: what a parameter is in each village this month, after the modifiers on it.

`Values` holds one record array per section, a row per village, a field per parameter: yuan become int64 fen, hours
int64 minutes, words the index of their choice. Kernels read `values[v].rate`. A modifier changes one path over some
months in some villages; only changed columns are computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numba
import numpy as np

from sim.parameters import Declaration, ParameterError, Parameters, checked, declarations, nearest

FEN, MINUTES = 100, 60


def stored_as(d: Declaration) -> tuple[type, int]:
    """NumPy type and factor of a parameter in the record array."""
    if d.kind is str:
        return np.int64, 1
    if d.unit.startswith("yuan") and d.kind is float:
        return np.int64, FEN
    if d.unit.startswith("hours") and d.kind is float:
        return np.int64, MINUTES
    if d.kind is float:
        return np.float64, 1
    return np.int64, 1


def stored(d: Declaration, value: object) -> float | int:
    """A checked value as it stands in the record array; rounded once."""
    if d.kind is str:
        return d.choices.index(str(value))
    kind, factor = stored_as(d)
    return float(value) if kind is np.float64 else round(float(value) * factor)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Modifier:
    """`set`, `scale` or `add` on one path, from month `start` until before `end`, growing over `ramp` months."""

    path: str
    op: str
    value: float
    start: int = 0
    end: int = 1_000_000
    ramp: int = 0
    villages: tuple[int, ...] = ()

    def weight(self, month: int) -> float:
        """How far the modifier has come in `month`, 0 to 1."""
        if not self.start <= month < self.end:
            return 0.0
        return 1.0 if self.ramp <= 0 else min(1.0, (month - self.start + 1) / self.ramp)


class Values:
    """Record arrays by section (`values.needs[v].meals`), refreshed at the start of each month."""

    def __init__(self, counties: Sequence[tuple[Parameters, tuple[Modifier, ...]]], numbers: np.ndarray, county_of: np.ndarray) -> None:
        self.modifiers, self.numbers, self.county_of = [mods for _, mods in counties], numbers, county_of
        self.known = declarations()
        self.base = [parameters.flat() for parameters, _ in counties]
        self._ever: dict[str, bool] = {}
        self.sections: dict[str, np.ndarray] = {}
        self._weights: dict[tuple[int, str], tuple[float, ...]] = {}
        for m in chain(*self.modifiers):
            self._check(m)
        names: dict[str, list[Declaration]] = {}
        for d in self.known.values():
            if d.kind is not str or d.choices:
                names.setdefault(d.path.partition(".")[0], []).append(d)
        for name, ds in names.items():
            dtype = np.dtype([(d.path.partition(".")[2], stored_as(d)[0]) for d in ds])
            rows = [tuple(stored(d, base[d.path]) for d in ds) for base in self.base]
            made = np.array(rows, dtype)[county_of]
            # compiled kernels take plain records ten times faster; without the compiler they need attributes
            self.sections[name] = made.view(np.recarray) if numba.config.DISABLE_JIT else made  # type: ignore[attr-defined]

    def _check(self, m: Modifier) -> None:
        if m.path not in self.known:
            raise ParameterError(f"no value is called {m.path!r}{nearest(m.path, self.known)}")
        if m.op not in ("set", "scale", "add"):
            raise ParameterError(f"{m.path}: a modifier sets, scales or adds, not {m.op!r}")

    def ever(self, path: str) -> bool:
        """Whether a number or switch is above nothing in some county, or some modifier acts on it; asked once a month by rows that rest."""
        if path not in self._ever:
            self._ever[path] = any(base[path] > 0 for base in self.base) or any(m.path == path for mods in self.modifiers for m in mods)
        return self._ever[path]

    def __getattr__(self, name: str) -> np.ndarray:
        return self.sections[name]

    def refresh(self, month: int) -> None:
        """Bring every modified column to `month`."""
        for county, modifiers in enumerate(self.modifiers):
            for path in dict.fromkeys(m.path for m in modifiers):
                mine = [m for m in modifiers if m.path == path]
                weights = tuple(m.weight(month) for m in mine)
                if self._weights.get((county, path)) != weights:
                    self._weights[county, path] = weights
                    self._apply(county, path, mine, weights)

    def _apply(self, county: int, path: str, mine: list[Modifier], weights: tuple[float, ...]) -> None:
        d = self.known[path]
        section, _, field = path.partition(".")
        column = self.sections[section][field]
        for v in np.flatnonzero(self.county_of == county):
            value = float(self.base[county][path])
            for m, w in zip(mine, weights, strict=True):
                if w and (not m.villages or self.numbers[v] in m.villages):
                    target = {"set": m.value, "scale": value * m.value, "add": value + m.value}[m.op]
                    value += w * (target - value)
            column[v] = stored(d, checked(d, round(value) if d.kind is int else value))
