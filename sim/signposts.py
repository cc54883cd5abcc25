"""Signposts: few numbers by which a village could notice that its course no longer holds.

Each is one number over another, read at the end of a month, or over the twelve months that end with it. It is
no number where no station is open (fewer than `reported.open_days` days), where there is nothing to divide
by, and, over twelve months, until the record and the station are that old; such a month never fires a trigger
and breaks the row of months. The same functions read a running model and a finished series. Off: where no
modifier waits for a trigger nothing is read and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.state.codes import MUTUAL, NEED, NEVER, PAYERS
from sim.state.parameters import ParameterError, nearest
from sim.state.triggers import SCOPES, SIDES, Trigger

if TYPE_CHECKING:
    from sim.model import MutualAidModel
    from sim.state.parameters import Parameters
    from sim.state.records import Series
    from sim.state.values import Modifier

YEAR = 12  # months
COUNTY_WIDE = (  # paths that are read once for a county, so that no village can have its own
    "rollout.by",
    "rollout.every",
    "government.pilots",
    "government.pilot_start",
    "clearing.settle_price",
)


class Recorded(NamedTuple):
    """What was recorded of a month (villages,) or of months (months, villages); fields of several places have
    one axis more.
    """

    flow: Any
    state: Any
    hours: np.ndarray
    amount: Callable[[str], np.ndarray]
    balance: Any


@dataclass(frozen=True)
class Signpost:
    """`above` over `below`, both summed over `months`; a fall of it is what should warn."""

    label: str
    unit: str
    doc: str
    above: Callable[[Recorded], np.ndarray]
    below: Callable[[Recorded], np.ndarray]
    months: int = 1


def _cost(seen: Recorded) -> np.ndarray:
    """Fen a month: as planned, or the smoothed running cost where there is no plan."""
    planned = seen.state["planned_cost"] / YEAR
    return np.asarray(np.where(planned > 0, planned, seen.state["cost_average"]))


SIGNPOSTS: dict[str, Signpost] = {
    "cash_months": Signpost(
        "cash over the monthly cost of the station",
        "months",
        "cash at the end of the month over a twelfth of the plan's yearly cost",
        lambda seen: np.asarray(seen.balance["cash"], float),
        _cost,
    ),
    "volunteers_per_100": Signpost(
        "active volunteers per 100 elders",
        "persons",
        "active volunteers of the month for 100 elders who live there",
        lambda seen: 100.0 * seen.flow["volunteers"],
        lambda seen: np.asarray(seen.state["elders"], float),
    ),
    "diners": Signpost(
        "elders who eat at the station",
        "persons",
        "elders who eat there regularly this month",
        lambda seen: np.asarray(seen.flow["diners"], float),
        lambda seen: np.ones(np.shape(seen.flow["diners"])),
    ),
    "payer_record": Signpost(
        "what payers paid of their pledges",
        "share",
        "paid by the four payers over what they pledged, of the last twelve months",
        lambda seen: np.asarray(sum(seen.amount(f"paid_{payer}") for payer in PAYERS), float),
        lambda seen: seen.flow["pledged"].sum(axis=-1).astype(float),
        YEAR,
    ),
    "hours_share": Signpost(
        "hours of need met by mutual aid",
        "share",
        "minutes of mutual aid over minutes of need, of the last twelve months",
        lambda seen: seen.hours[..., MUTUAL, :].sum(axis=-1).astype(float),
        lambda seen: seen.hours[..., NEED, :].sum(axis=-1).astype(float),
        YEAR,
    ),
}


# -- reading
# -------------------------------------------------------------------------------------------------------
def number(
    one: Signpost, sums: tuple[np.ndarray, np.ndarray], state: Any, is_open: np.ndarray, month: Any
) -> np.ndarray:
    """The signpost from its two sums; nan where it is no number. `month`: of the run, a row each."""
    above, below = sums
    since = np.where(state["launched"] == NEVER, state["opened"], state["launched"])
    old = month - since >= one.months - 1 if one.months > 1 else True
    counts = is_open & (below > 0) & old & (month >= one.months - 1)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=counts)


def over(series: Series, parameters: Parameters) -> dict[str, np.ndarray]:
    """Every signpost of a whole record: (months, villages) each, nan where it is no number."""
    seen = Recorded(series.flow, series.state, series.hours, series.amount, series.balance)
    month = np.arange(len(series.flow))[:, None]
    is_open = series.flow["open_days"] >= parameters.reported.open_days
    found = {}
    for name, one in SIGNPOSTS.items():
        sums = tuple(_rolling(part(seen), one.months) for part in (one.above, one.below))
        found[name] = number(one, sums, series.state, is_open, month)  # type: ignore[arg-type]
    return found


def _rolling(values: np.ndarray, months: int) -> np.ndarray:
    """Sums over the last `months` rows, or as many as there are."""
    total = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), values]), axis=0)
    first = np.maximum(np.arange(len(values)) - months + 1, 0)
    return np.asarray(total[1:] - total[first])


class Lookout:
    """Reads the watched signposts of a running model and lets triggers fire; keeps what a year needs."""

    def __init__(self, model: MutualAidModel) -> None:
        self.watched = list(model.values.watched.values())
        names = dict.fromkeys(one.trigger.signpost for one in self.watched)
        for one in self.watched:
            check(one.trigger, "modifiers")
        self.kept: dict[str, list[np.ndarray]] = {  # (2, villages) a month: above, below
            name: [] for name in names
        }
        days = np.array([each.reported.open_days for each in model.counties.parameters])
        self.open_days = days[model.counties.of_village]

    def look(self, model: MutualAidModel) -> None:
        """At the end of a month of the run; those before its start are not seen."""
        if model.month < 0:
            return
        hours = model.world.hours
        seen = Recorded(model.flow, model.state, hours, model.ledger.amount, model.ledger.balance)
        is_open = model.flow["open_days"] >= self.open_days
        found = {}
        for name, months in self.kept.items():
            one = SIGNPOSTS[name]
            months.append(np.array([one.above(seen), one.below(seen)], float))
            del months[: -one.months]
            above, below = np.sum(months, axis=0)
            found[name] = number(one, (above, below), model.state, is_open, model.month)
        for watched in self.watched:
            watched.look(found[watched.trigger.signpost], model.month)

    # -- snapshots: empty where nothing is watched
    def taken(self) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
        """Which triggers there are, and the arrays of what was seen."""
        meta = [{"start": one.start, **vars(one.trigger)} for one in self.watched]
        arrays: dict[str, np.ndarray] = {}
        if self.watched:
            arrays["trigger_streak"] = np.array([one.streak for one in self.watched])
            arrays["trigger_fired"] = np.array([one.fired for one in self.watched])
        arrays |= {f"signpost_{name}": np.array(months) for name, months in self.kept.items() if months}
        return meta, arrays

    def put(self, meta: Sequence[dict[str, Any]], arrays: dict[str, np.ndarray]) -> None:
        """What a snapshot saw of the same triggers and signposts; others begin to look now."""
        for place, one in enumerate(meta):
            for mine in self.watched:
                if {"start": mine.start, **vars(mine.trigger)} == one:
                    mine.streak[:] = arrays["trigger_streak"][place]
                    mine.fired[:] = arrays["trigger_fired"][place]
        for name in self.kept:
            self.kept[name] = list(arrays.get(f"signpost_{name}", ()))


# -- what is written
# ------------------------------------------------------------------------------------------------
KEYS = ("signpost", *SIDES, "for", "scope")


def trigger(place: str, said: Any) -> Trigger:
    """From `{signpost: cash_months, below: 1, for: 3, scope: village}`; ParameterError at `place`."""
    if not isinstance(said, dict):
        raise ParameterError(
            f"{place}: when = {said!r}: a table is wanted, such as {{signpost: cash_months, below: 1}}"
        )
    for key in said:
        if key not in KEYS:
            raise ParameterError(f"{place}: when: unknown key {key!r}{nearest(str(key), KEYS)}")
    sides = [side for side in SIDES if side in said]
    if "signpost" not in said or len(sides) != 1:
        raise ParameterError(f"{place}: when has a signpost and one of {' or '.join(SIDES)}, not {said}")
    made = Trigger(
        said["signpost"], sides[0], said[sides[0]], said.get("for", 1), said.get("scope", SCOPES[0])
    )
    check(made, place)
    return Trigger(made.signpost, made.side, float(made.bound), int(made.months), made.scope)


def check(one: Trigger, place: str) -> None:
    """Raise ParameterError where a trigger names no signpost, or could never be read."""
    if one.signpost not in SIGNPOSTS:
        hint = nearest(str(one.signpost), SIGNPOSTS) or f"; there are {', '.join(SIGNPOSTS)}"
        raise ParameterError(f"{place}: when: no signpost is called {one.signpost!r}{hint}")
    if one.side not in SIDES or one.scope not in SCOPES:
        word, allowed = (one.side, tuple(SIDES)) if one.side not in SIDES else (one.scope, SCOPES)
        raise ParameterError(
            f"{place}: when: {word!r}: allowed are {', '.join(allowed)}{nearest(str(word), allowed)}"
        )
    bound = one.bound
    if isinstance(bound, bool) or not isinstance(bound, int | float | np.number) or not np.isfinite(bound):
        raise ParameterError(f"{place}: when: {one.side} = {bound!r}: a number is wanted")
    months = one.months
    if isinstance(months, bool) or not isinstance(months, int | np.integer) or months < 1:
        raise ParameterError(f"{place}: when: for = {months!r}: a whole number of months from 1 on is wanted")


def check_scopes(modifiers: Iterable[Modifier]) -> None:
    """Raise ParameterError where a village would fire what is read once for the county."""
    for one in modifiers:
        if one.when and one.when.scope != "county" and one.path in COUNTY_WIDE:
            raise ParameterError(
                f"{one.path} is one for the whole county: its trigger needs scope: county, not village"
            )
