"""Named values: what a parameter is in each village this month, after the modifiers on it.

`Values` holds one record array per section, a row per village, a field per parameter: yuan become int64 fen,
hours int64 minutes, words the index of their choice. Kernels take the table of all sections and read
`values.needs[v].meals`. A modifier changes one path over some months in some villages, perhaps once a trigger
has fired there; only changed columns are computed again. Where a modifier changes one of several shares that
sum to one, the others are rescaled in proportion.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from sim.engine.tables import Table
from sim.state.codes import NEVER
from sim.state.parameters import (
    SECTIONS,
    STORED,
    Declaration,
    ParameterError,
    Parameters,
    checked,
    declarations,
    nearest,
    own_sections,
)
from sim.state.triggers import Trigger, Watched


def stored_as(declared: Declaration) -> tuple[type, int]:
    """NumPy type and factor of a parameter in the record array."""
    if declared.kind is float and not declared.stored:
        return np.float64, 1
    return np.int64, STORED[declared.stored]


def stored(declared: Declaration, value: object) -> float | int:
    """A checked value as it stands in the record array; rounded once."""
    if declared.kind is str:
        return declared.choices.index(str(value))
    kind, factor = stored_as(declared)
    return float(value) if kind is np.float64 else round(float(value) * factor)  # type: ignore[arg-type]


OPERATIONS = ("set", "scale", "add")


@dataclass(frozen=True)
class Modifier:
    """`set`, `scale` or `add` on one path, from month `start` until before `end`, growing over `ramp`
    months.

    With `when` it acts in a village from the month in which the trigger fires there, `start` at the earliest;
    `ramp` counts from then.
    """

    path: str
    op: str
    value: float
    start: int = 0
    end: int = 1_000_000
    ramp: int = 0
    villages: tuple[int, ...] = ()
    when: Trigger | None = None

    def weight(self, month: int, fired: int | None = None) -> float:
        """How far the modifier has come in `month`, 0 to 1; `fired`: the month in which its trigger did."""
        first = self.start if fired is None else fired
        if not first <= month < self.end:
            return 0.0
        return 1.0 if self.ramp <= 0 else min(1.0, (month - first + 1) / self.ramp)

    def reached(self, value: float, weight: float) -> float:
        """What it makes of `value` when it has come so far."""
        target = {"set": self.value, "scale": value * self.value, "add": value + self.value}[self.op]
        return value + weight * (target - value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, `when` among them only where there is one."""
        fields = asdict(self)
        fields["villages"] = np.array(self.villages, np.int64).tolist()
        if self.when is None:
            del fields["when"]
        return {
            name: value.item() if isinstance(value, np.generic) else value for name, value in fields.items()
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Modifier:
        """What `to_dict` gave."""
        when = Trigger(**fields["when"]) if fields.get("when") else None
        return cls(**{**fields, "villages": tuple(fields["villages"]), "when": when})


def sets_of(modifiers: Any, counties: int) -> tuple[tuple[Modifier, ...], ...]:
    """The modifiers of each county, from one tuple of them or, for several counties, one for each or none."""
    sets = [modifiers] if counties == 1 else list(modifiers) or [()] * counties
    if len(sets) != counties:
        raise ParameterError(
            f"modifiers: one tuple for each of {counties} counties is wanted, not {len(sets)}"
        )
    for one in sets:
        right = isinstance(one, list | tuple) and all(isinstance(modifier, Modifier) for modifier in one)
        if not right:
            raise ParameterError(f"modifiers = {one!r:.60}: a tuple of sim.Modifier is wanted")
    return tuple(map(tuple, sets))


def partners(path: str) -> tuple[str, ...]:
    """The paths that sum to one with this one, itself among them; itself alone where there are none."""
    section, _, name = path.partition(".")
    shares = getattr(SECTIONS[section], "SUM_TO_ONE", ())
    return tuple(f"{section}.{share}" for share in shares) if name in shares else (path,)


def rescaled(shares: Mapping[str, float], changed: Sequence[str]) -> dict[str, float]:
    """Shares that sum to one again.

    Those in `changed` as given, the others in proportion; all, where all are changed.
    """
    fixed = [path for path in shares if path in changed] if set(shares) - set(changed) else []
    others = [path for path in shares if path not in fixed]
    left, rest = 1.0 - sum(shares[path] for path in fixed), sum(shares[path] for path in others)
    if left < -1e-9 or (rest <= 0.0 and left > 1e-9):
        why = "more than one" if left < 0 else "less than one, and the others are zero"
        raise ParameterError(f"{', '.join(fixed) or 'the shares'} come to {1.0 - left:g}: {why}")
    return {
        path: share if path in fixed else share * max(left, 0.0) / rest if rest > 0.0 else 0.0
        for path, share in shares.items()
    }


def modified(
    base: Mapping[str, Any], paths: Sequence[str], acting: Sequence[tuple[Modifier, float]]
) -> dict[str, float]:
    """Value of each of `paths` after modifiers with their weights, in the order written.

    `base` where nothing changes.
    """
    before = {path: float(base[path]) for path in paths}
    after = dict(before)
    for modifier, weight in acting:
        after[modifier.path] = modifier.reached(after[modifier.path], weight)
    if len(paths) > 1 and after != before:
        after = rescaled(after, [modifier.path for modifier, _ in acting])
    return after


def check(modifier: Modifier) -> None:
    """Raise ParameterError where a modifier names nothing, names what no rule reads monthly, or sets what
    is not allowed.
    """
    known = declarations()
    if modifier.path not in known:
        raise ParameterError(f"no value is called {modifier.path!r}{nearest(modifier.path, known)}")
    declared = known[modifier.path]
    if not declared.modifiable:
        mine = [
            path
            for path, other in known.items()
            if other.modifiable and path.startswith(modifier.path.partition(".")[0] + ".")
        ]
        works = nearest(modifier.path, mine) or nearest(
            modifier.path, [path for path, other in known.items() if other.modifiable]
        )
        raise ParameterError(
            f"{modifier.path} holds for the whole run, so a modifier on it changes nothing: set it as a "
            f"parameter{works}"
        )
    if modifier.op not in OPERATIONS:
        hint = nearest(modifier.op, OPERATIONS)
        raise ParameterError(f"{modifier.path}: a modifier sets, scales or adds, not {modifier.op!r}{hint}")
    if declared.kind is bool and (modifier.op != "set" or modifier.value not in (0, 1)):
        raise ParameterError(f"{modifier.path} is a switch: a modifier sets it to true or false")
    if modifier.op == "set" and declared.kind is not bool:
        checked(declared, declared.kind(modifier.value))


def held(declared: Declaration, value: float) -> Any:
    """`value` in the declared type, held at the ends of the allowed range."""
    if declared.kind is bool:
        return value >= 0.5
    value = round(value) if declared.kind is int else value
    low, high = (
        (-np.inf if declared.low is None else declared.low),
        (np.inf if declared.high is None else declared.high),
    )
    return checked(declared, declared.kind(min(max(value, low), high)))


@lru_cache(maxsize=1)
def _records(sections: tuple[str, ...]) -> tuple[dict[str, tuple[list[Declaration], np.dtype]], Any]:
    """Declarations of each section and the dtype of its records; the class of the table of all, one for all
    models.

    A kernel's version is known by all of them: a new parameter anywhere compiles every row anew, once.
    """
    found: dict[str, list[Declaration]] = {}
    for declared in declarations().values():
        if declared.kind is not str or declared.choices:
            found.setdefault(declared.path.partition(".")[0], []).append(declared)
    records = {
        name: (ds, np.dtype([(declared.path.partition(".")[2], stored_as(declared)[0]) for declared in ds]))
        for name, ds in found.items()
    }
    product = [name for name in records if name not in own_sections()]  # no kernel compiles again for others
    return records, type("ValueTable", (Table, namedtuple("ValueTable", product)), {})


def forget_records() -> None:
    """What was made from all sections is made again."""
    _records.cache_clear()


class Values:
    """Record arrays by section (`values.needs[v]["meals"]`), refreshed at the start of each month.

    A value that modifiers would push out of the allowed range is held at its end, since under drawn
    parameters a policy that fits the default need not fit every draw; `sim.policies.check_all` refuses a
    policy that does not fit as written.
    """

    def __init__(
        self,
        counties: Sequence[tuple[Parameters, tuple[Modifier, ...]]],
        numbers: np.ndarray,
        county_of: np.ndarray,
    ) -> None:
        self.numbers, self.county_of = numbers, county_of
        self.known = declarations()
        # counties that differ in their seed alone share what is made of their parameters
        flat = {id(parameters): parameters.flat() for parameters, _ in counties}
        self.base = [flat[id(parameters)] for parameters, _ in counties]
        self._ever: dict[str, bool] = {}
        self.sections: dict[str, np.ndarray] = {}
        self._on: dict[
            tuple[int, tuple[str, ...]], list[Modifier]
        ] = {}  # by county and paths that sum to one
        self._weights: dict[tuple[int, tuple[str, ...]], tuple[Any, ...]] = {}
        self.watched: dict[tuple[int, Trigger, int], Watched] = {}  # by county, trigger and first month
        for county, (_, modifiers) in enumerate(counties):
            for modifier in modifiers:
                check(modifier)
                self._on.setdefault((county, partners(modifier.path)), []).append(modifier)
                if modifier.when:
                    self._watch(county, modifier.when, modifier.start)
        records, table = _records(tuple(SECTIONS))
        for name, (ds, dtype) in records.items():
            row = {
                id(base): tuple(stored(declared, base[declared.path]) for declared in ds)
                for base in flat.values()
            }
            made = np.array([row[id(base)] for base in self.base], dtype)[county_of]
            # compiled kernels take plain records ten times faster; without the compiler they need attributes
            self.sections[name] = made.view(np.recarray) if numba.config.DISABLE_JIT else made  # type: ignore[attr-defined]
        self.own = {name: self.sections[name] for name in self.sections if name in own_sections()}
        product = {name: values for name, values in self.sections.items() if name not in self.own}
        self.table = table(**product)  # what kernels take
        self.__dict__.update(self.sections)

    def ever(self, path: str) -> bool:
        """Whether a number or switch is above nothing in some county, or some modifier acts on it.

        Asked once a month by rows that rest.
        """
        if path not in self._ever:
            self._ever[path] = any(base[path] > 0 for base in self.base) or any(
                modifier.path == path for mine in self._on.values() for modifier in mine
            )
        return self._ever[path]

    def __getattr__(self, name: str) -> np.ndarray:
        raise AttributeError(f"no section {name!r}{nearest(name, SECTIONS)}")

    def _watch(self, county: int, trigger: Trigger, start: int) -> None:
        if (county, trigger, start) not in self.watched:
            places = np.flatnonzero(self.county_of == county)
            self.watched[county, trigger, start] = Watched.new(county, trigger, start, places)

    def refresh(self, month: int) -> None:
        """Bring every modified column to `month`."""
        for place, mine in self._on.items():
            weights = tuple(self._weight(place[0], modifier, month) for modifier in mine)
            if self._weights.get(place) != weights:
                self._weights[place] = weights
                self._apply(*place, mine, weights)

    def _weight(self, county: int, modifier: Modifier, month: int) -> float | tuple[float, ...]:
        """One for the county; behind a trigger one for each of its villages, or 0 where it fired in none."""
        if modifier.when is None:
            return modifier.weight(month)
        fired = self.watched[county, modifier.when, modifier.start].fired
        each = tuple(0.0 if begun == NEVER else modifier.weight(month, begun) for begun in fired.tolist())
        return each if any(each) else 0.0

    def _apply(
        self, county: int, paths: tuple[str, ...], mine: list[Modifier], weights: tuple[Any, ...]
    ) -> None:
        made: dict[
            tuple[tuple[int, float], ...], dict[str, float | int]
        ] = {}  # villages that meet the same modifiers share a row
        for at, v in enumerate(np.flatnonzero(self.county_of == county)):
            here = [weight[at] if isinstance(weight, tuple) else weight for weight in weights]
            acting = tuple(
                (place, here[place])
                for place, modifier in enumerate(mine)
                if here[place] and (not modifier.villages or self.numbers[v] in modifier.villages)
            )
            if acting not in made:
                values = modified(
                    self.base[county], paths, [(mine[place], weight) for place, weight in acting]
                )
                made[acting] = {
                    path: stored(self.known[path], held(self.known[path], value))
                    for path, value in values.items()
                }
            for path, value in made[acting].items():
                section, _, field = path.partition(".")
                self.sections[section][field][v] = value
