"""Tidy tables of a run, from the recorded arrays.

Every column carries its unit, codes and flags go without.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.views import HEALTH, LIVING, OWED, named
from sim.engine import own_folders
from sim.funnel import Funnel, funnel
from sim.parts.solvency import CAUSES
from sim.service import Doors, doors_of
from sim.state.codes import (
    BUSINESSES,
    CREDITORS,
    KINDS,
    NEVER,
    PAYERS,
    STAGES,
    STEPS,
    STRENGTHS,
    VILLAGE_KINDS,
    WORKING,
)
from sim.state.fields import FLOWS, STATES, Column
from sim.state.horizon import month_number
from sim.state.ledger import POSTINGS
from sim.state.records import Series
from sim.viability import CLASSES, Evidence, Verdict, evidence, in_service, judge

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import MutualAidModel

TIERS = ("none", "daily", "twice_weekly", "weekly", "monthly")
BANDS = ("60s", "70s", "80s")
AGES_OF_BILLS = ("0", "1", "2", "3", "4", "5_and_over")  # months
AIDS = ("walking", "visual")
PARTS: dict[str, tuple[str, ...]] = {  # words for the places of a field that holds several numbers
    "in_book": TIERS,
    "visits_due": TIERS,
    "visits_made": TIERS,
    "visits_on_time": TIERS,
    "pledged": PAYERS,
    "old_receivable": PAYERS,
    "planned": PAYERS,
    "expected": (*PAYERS, "guests", "businesses", "cash"),
    "refused": STEPS,
    "pays_share": PAYERS,
    "due_seen": PAYERS,
    "paid_seen": PAYERS,
    "wages": AGES_OF_BILLS,
    "debt": CREDITORS,
    "instalment": CREDITORS,
    "unpaid_months": CREDITORS,
    "price_felt": BANDS,
    "price": BANDS,
    "list_price": BANDS,
    "bills": AGES_OF_BILLS,
    "state_persons": HEALTH,
    "living_persons": LIVING,
    "aids": AIDS,
    "aids_rented": AIDS,
    "aids_refused": AIDS,
    "points_value": ("money", "land", "technique", "project"),
    "shock_struck": ("budget", "tourism", "harvest", "donor", "pandemic", "price", "flood", "leader", "jobs"),
}
INSIDE = (
    "number",
    "hint",
    "entered",
    "breaches",
    "welcome",
    "operator_seen",
    "care_months",
    "receipts",
)  # states that are no indicator; `village` is the number
SUMMED = (
    "fen",
    "fen/month",
    "fen/year",
    "minutes",
    "persons",
    "visits",
    "meals",
)  # states that add up over villages
PLAIN_ACCOUNTS = ("cash", "receivable_", *OWED)  # the others get `account_` before their name


def _columns(field: Column, values: np.ndarray) -> dict[str, np.ndarray]:
    """One field as columns of (months x villages): one, or one for each of its places."""
    if values.ndim == 2:
        return {named(field.name, field.unit): values}
    words = PARTS.get(field.name, tuple(str(place) for place in range(values.shape[2])))
    stem = field.name.removesuffix(f"_{field.unit}")
    return {named(f"{stem}_{word}", field.unit): values[:, :, place] for place, word in enumerate(words)}


def _flows(result: Any) -> dict[str, np.ndarray]:
    """Indicators of the month, hours by kind and stage, postings."""
    series = result.series
    found: dict[str, np.ndarray] = {}
    for field in FLOWS.values():
        found |= _columns(field, series.flow[field.name])
    for place, kind in enumerate(KINDS):
        for step, stage in enumerate(STAGES):
            found[f"hours_{kind}_{stage}_min"] = series.hours[:, :, step, place]
    for kind_place, name in enumerate(series.names):
        column = named(name, POSTINGS[name].unit)
        found[f"posted_{column}" if column in found else column] = series.posted[:, :, kind_place]
    return found


def _balances(result: Any) -> dict[str, np.ndarray]:
    """Balances at the month's end; what is owed is positive."""
    unit = {account: kind.unit for kind in POSTINGS.values() for account in (kind.debit, kind.credit)}
    found = {}
    for account in result.series.balance.dtype.names:
        name = account if account.startswith(PLAIN_ACCOUNTS) else f"account_{account}"
        values = result.series.balance[account]
        found[named(name, unit[account])] = -values if account in OWED else values
    return found


def _states(result: Any, units: tuple[str, ...] | None = None) -> dict[str, np.ndarray]:
    """Village states at the month's end (only those in `units`, where given) and what is overdue."""
    state = result.series.state
    found: dict[str, np.ndarray] = {}
    for field in STATES.values():
        if field.name not in INSIDE and (units is None or field.unit in units):
            found |= _columns(field, state[field.name])
    found["overdue_fen"] = state["bills"][:, :, 3:].sum(axis=2)
    return found


def _own(result: Any, units: tuple[str, ...] | None = None) -> dict[str, np.ndarray]:
    """What parts of an own folder declare; states only in `units`, where given."""
    declared = own_folders.DECLARED.by
    states = {name: one for name, one in declared["state"].items() if units is None or one.unit in units}
    wanted = {**states, **declared["flow"], **declared["posting"]}
    return {named(name, one.unit): result.own[name] for name, one in wanted.items() if name in result.own}


def _by_village(result: Any, *, needed: bool = True) -> bool:
    found = result.series.flow.shape[1] == len(result.states)
    if needed and not found:
        raise ValueError("the model kept county sums only: keep='villages' is wanted for tables by village")
    return bool(found)


def villages(result: Any) -> pd.DataFrame:
    """month x village: states, flows, hours, postings, balances. ValueError when the model kept county
    sums only.
    """
    import pandas as pd

    _by_village(result)
    months, count = result.series.flow.shape
    found = {
        "month": np.repeat(np.array(result.months, object), count),
        "village": result.series.state["number"],
        "in_service": in_service(result.series),
        **_states(result),
        **_balances(result),
        **_flows(result),
        **_own(result),
    }
    return pd.DataFrame(
        {name: np.ascontiguousarray(values).reshape(months * count) for name, values in found.items()}
    )


def county(result: Any) -> pd.DataFrame:
    """month x sums over all villages, closed and never-opened ones too, with counts and coverage.

    Counts and coverage are left out when the model kept county sums only.
    """
    import pandas as pd

    found: dict[str, Any] = {"month": np.array(result.months, object)}
    if _by_village(result, needed=False):
        serving, standing = in_service(result.series), result.series.state["facility"] == WORKING
        count, built = serving.shape[1], standing.sum(axis=1)
        found |= {"n_villages": count, "n_with_facility": built, "n_in_service": serving.sum(axis=1)}
        found["facility_share"] = built / count
        found["facility_in_service_share"] = (standing & serving).sum(axis=1) / np.where(built, built, np.nan)
    for name, values in {
        **_states(result, SUMMED),
        **_balances(result),
        **_flows(result),
        **_own(result, SUMMED),
    }.items():
        found[name] = values.sum(axis=1)
    return pd.DataFrame(found)


def _date(start: int, month: int) -> str | None:
    year, left = divmod(start + int(month), 12)
    return None if month == NEVER else f"{year:04d}-{left + 1:02d}"


def _words(words: tuple[str, ...], bits: int) -> str:
    return ", ".join(word for i, word in enumerate(words) if int(bits) >> i & 1)


def viability(result: Any) -> pd.DataFrame:
    """village x (class, opened, closed, causes, conditions, shares of the last 12 months) at the end.

    `opened` is the first month of service ("start" when it stood at the start), `closed` that of the last
    closure, both YYYY-MM or missing; `causes` are the conditions breached before it; shares are 1 where
    nothing was due. Raises ValueError when the model kept county sums only.
    """
    import pandas as pd

    _by_village(result)
    v, last = result.verdict, result.series.state[-1]
    start = month_number(result.months[0])
    opened = [
        "start" if begun == -1 and month != NEVER else _date(start, month)
        for begun, month in zip(last["opened"], v.opened, strict=True)
    ]
    return pd.DataFrame(
        {
            "village": last["number"],
            "kind": np.array(VILLAGE_KINDS, object)[last["kind"]],
            "strength": np.array(STRENGTHS, object)[last["strength"]],
            "businesses": [_words(BUSINESSES, bits) for bits in last["plus"]],
            "class": np.array(CLASSES, object)[v.classes],
            "opened": np.array(opened, object),
            "closed": np.array(
                [_date(month_number(result.parameters.horizon.start), month) for month in v.closed], object
            ),
            "causes": [_words(CAUSES, bits) for bits in v.cause],
            "solvency": v.solvency,
            "service": v.service,
            "visits": v.visits,
            "hours_share": v.hours_share,
            "visits_share": v.visits_share,
            "asked_share": v.asked_share,
        }
    )


class Result:
    """Tidy tables of a run (of one county where several stand side by side); units stand in the names.

    With `county=None` they are of all counties, by the parameters of the first: whoever asks sees to it that
    the others agree in what is read. A result that is pickled or copied has the same tables, and no `model`.
    """

    def __init__(self, model: MutualAidModel, county: int | None = 0, series: Series | None = None) -> None:
        self._model: MutualAidModel | None = model
        self.series = series or model.series
        self.parameters = model.counties.parameters[county or 0]
        home = model.world.county
        every = np.ones(len(home), bool) if county is None else home == county
        mine = self.places = np.flatnonzero(every)  # of its villages in the model
        self.states: Any = model.world.villages[mine]
        if len(mine) < len(model.world.county) and self.series.flow.shape[1] == len(model.world.county):
            self.series = self.series.of(mine)
        own = model.own.recorded(model._own_recorder.whole()) if model.own else {}
        by_village = self.series.flow.shape[1] == len(mine)
        self.own = {name: values[:, mine] if by_village else values for name, values in own.items()}
        self.first = model.start_month + model.month - len(self.series.flow)

    def __getstate__(self) -> dict[str, Any]:
        """All but the model, which is not copied."""
        return {**vars(self), "_model": None}

    @property
    def model(self) -> MutualAidModel:
        """The model that ran; AttributeError where the result was pickled or copied."""
        if self._model is None:
            raise AttributeError(
                "a result that was pickled or copied has its tables and no model: send model.snapshot() too"
            )
        return self._model

    @cached_property
    def verdict(self) -> Verdict:
        """Classes and conditions at the end."""
        return judge(self.series, self.parameters, seen=self.evidence)

    @cached_property
    def evidence(self) -> Evidence:
        """What the definition of viability looks at."""
        return evidence(self.series)

    @cached_property
    def doors(self) -> Doors:
        """Months in which a station was open, stopped or suspended, and its closures."""
        return doors_of(self.series, self.parameters)

    @cached_property
    def funnel(self) -> Funnel:
        """From villages that opened a station to those whose station lasts, pays and serves."""
        return funnel(self.series, self.parameters, self.doors)

    @cached_property
    def months(self) -> list[str]:
        """YYYY-MM of each recorded month."""
        return [
            f"{(self.first + i) // 12:04d}-{(self.first + i) % 12 + 1:02d}"
            for i in range(len(self.series.flow))
        ]

    @cached_property
    def villages(self) -> Any:
        """month x village x indicators."""
        return villages(self)

    @cached_property
    def county(self) -> Any:
        """month x indicators summed over all villages, closed and never-opened ones too."""
        return county(self)

    @cached_property
    def viability(self) -> Any:
        """village x (class, closed month, causes, solvency, service, visits)."""
        return viability(self)
