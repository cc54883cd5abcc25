"""What is kept of a run: a row, a row a village, a row a month and village."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

import sim
from sim import service
from sim.engine import own_folders
from sim.funnel import FUNNEL, at_end_of
from sim.state.codes import (
    EARNING,
    ELIGIBLE,
    FAMILY,
    KINDS,
    MUTUAL,
    NEED,
    NEVER,
    NO_ENDOWMENT,
    NOT_ASKED,
    PAYERS,
    PROFESSIONAL,
    STRENGTHS,
    UNMET,
    VILLAGE_KINDS,
)
from sim.state.ledger import POSTINGS
from sim.viability import CLASSES, Series, judge

from .plan import Task

YEARS = 12
PUBLIC = (
    "paid_government",
    "capital_government",
    "capital_project",
    "setup_government",
    "referral_government",
    "care_government",
    "guarantee_called",
    "aids_government",
    *(name for name in POSTINGS if name.startswith("grant_")),
)
TARGET = 2030  # the year of the 70 % target (document 000); the end where the horizon is shorter
MET = {"family": FAMILY, "mutual": MUTUAL, "professional": PROFESSIONAL, "unmet": UNMET}  # who met a need
AGES = (0, 60, 70, 80, 200)  # bands of holders of credit, years
LASTED = (1, 3, 5)  # ages of a business at which it is asked whether it earns, years


def heading(task: Task) -> dict[str, Any]:
    """The columns that name a run, and those every run has."""
    return {
        "run": task.run,
        "scenario": task.scenario.name,
        "arm": task.arm,
        "digest": task.scenario.digest,
        "replicate": task.replicate,
        "root": task.root,
        "draw": task.draw,
        "structure": task.structure,
        "seed": task.seed,
        "villages": 0,
        "viable_villages": 0,
        "cpu_seconds": 0.0,
        "content": "",
        "error": "",
        "origin": "",
    }


def village_rows(result: sim.Result, task: Task) -> pa.Table:
    """One row a village under the names of its run."""
    return labelled(task, village_columns(result))


def village_columns(result: sim.Result) -> dict[str, np.ndarray]:
    """(villages,) each: class each year, causes, conditions, money by payer (fen), elder-years, minutes of
    need by stage.
    """
    series, verdict, parameters = result.series, result.verdict, result.parameters
    states = result.states
    table = {
        "village": np.array(states.number),
        "kind": np.array(VILLAGE_KINDS)[states.kind],
        "strength": np.array(STRENGTHS)[states.strength],
        "verdict": np.array(CLASSES)[verdict.classes],
        "east_km": np.array(states.east),
        "north_km": np.array(states.north),
        "first_closed": first_closed(series.state["level"], verdict.opened),
        "opened": verdict.opened,
        "closed": verdict.closed,
        "cause": verdict.cause,
        "closures": np.array(series.state["closures"][-1]),
        "solvent": verdict.solvency,
        "hours_met": verdict.service,
        "visits_met": verdict.visits,
        "hours_share": verdict.hours_share,
        "visits_share": verdict.visits_share,
        "plus": np.array(series.state["plus"][-1]),
    }
    first = int(parameters.horizon.start[:4])
    for end in range(YEARS - 1, len(series.flow), YEARS):
        table[f"class_{first + end // YEARS}"] = judge(
            series, parameters, end, result.evidence
        ).classes.astype(np.int8)
    posted, minutes = (
        series.posted.sum(axis=0),
        series.hours.sum(axis=0),
    )  # (villages, kinds of posting), (villages, stages, kinds of need)

    def total(name):
        return posted[:, series.names.index(name)]

    for payer in PAYERS:
        table[f"paid_{payer}_fen"] = total(f"paid_{payer}")
    table["business_income_fen"] = total("care_share") + total("interest")
    table["cost_fen"] = series.flow["cost"].sum(axis=0)
    table["public_fen"] = sum(total(name) for name in PUBLIC)
    table["visits_due"], table["visits_made"] = (
        series.flow[name].sum(axis=(0, 2)) for name in ("visits_due", "visits_made")
    )
    table["elder_months"], table["loneliness_sum"] = (
        series.state["elders"].sum(axis=0),
        series.flow["loneliness_sum"].sum(axis=0),
    )
    table["elder_years_helped"] = (
        np.maximum(series.flow["enrolled"], series.flow["diners"]).sum(axis=0) / YEARS
    )
    for name, stage in (
        ("need", NEED),
        ("family", FAMILY),
        ("eligible", ELIGIBLE),
        ("mutual", MUTUAL),
        ("professional", PROFESSIONAL),
        ("unmet", UNMET),
    ):
        table[f"{name}_minutes"] = minutes[:, stage].sum(axis=1)
    for name, stage in MET.items():
        for need, kind in enumerate(KINDS):
            table[f"{name}_{kind}_minutes"] = minutes[:, stage, need]
    more = more_columns(series, first) | reported(result) | businesses(series)
    return table | more | held_by_age(result) | own_columns(result)


def own_columns(result: sim.Result) -> dict[str, np.ndarray]:
    """What parts of an own folder declare: flows and postings summed from start to end, states at the end."""
    states = own_folders.DECLARED.by["state"]
    return {
        name: np.array(values[-1]) if name in states else values.sum(axis=0)
        for name, values in result.own.items()
    }


def more_columns(series: Series, first: int) -> dict[str, np.ndarray]:
    """What contrasts and sensitivity read beside the answer's columns; sums from start to end, minutes,
    persons x months.

    Paid care goes to what is eligible last, so that `eligible_unmet_minutes` is eligible less mutual aid,
    kind by kind, at most what stays unmet.
    """
    eligible, mutual = (series.hours[:, :, stage] for stage in (ELIGIBLE, MUTUAL))
    year, two = slice(-YEARS, None), 2 * YEARS
    levels, facilities = series.state["level"], series.state["facility"]
    target = target_month(series, first)
    found = {
        "eligible_unmet_minutes": service.unmet_minutes(series),
        "last_year_minutes": mutual[year].sum(axis=(0, 2)),
        "credits_minutes": -np.array(series.balance["credits_held"][-1]),
        "level_end": np.array(levels[-1]),
        "facility_end": np.array(facilities[-1]),
        f"level_{TARGET}": np.array(levels[target]),
        f"facility_{TARGET}": np.array(facilities[target]),
        "volunteer_months": series.flow["volunteers"].sum(axis=0),
        "enrolled_months": series.flow["enrolled"].sum(axis=0),
        "elder_months": series.state["elders"].sum(axis=0),
        "redeem_asked_minutes": series.flow["redeem_asked"].sum(axis=0),
        "redeem_got_minutes": series.flow["redeem_got"].sum(axis=0),
        "offered_first": series.flow["offered"][:two].sum(axis=0),
        "offered_last": series.flow["offered"][-two:].sum(axis=0),
        "eligible_first": eligible[:two].sum(axis=(0, 2)),
        "eligible_last": eligible[-two:].sum(axis=(0, 2)),
    }
    return found


def businesses(series: Series) -> dict[str, np.ndarray]:
    """Villages to which a business was offered that they have something for, and that took it.

    By age in years: whether it was taken so long before the end, and whether it earned at that age. By the
    former rule who has one was offered and took it, and it earns while it is at work.
    """
    stage, at_work, begun = (series.state[name] for name in ("trade_stage", "plus", "begun"))
    answer, since = series.state["trade_answer"][-1], np.array(begun[-1])
    earns = np.where(stage.any(axis=0), stage == EARNING, at_work > 0)
    found = {
        "business_offered": ~np.isin(answer, (NOT_ASKED, NO_ENDOWMENT)) | (since != NEVER),
        "business_taken": since != NEVER,
    }
    for years in LASTED:
        then = since + years * YEARS
        old = (since != NEVER) & (then < len(stage))
        found[f"business_aged_{years}"] = old
        found[f"business_earning_{years}"] = old & earns[np.where(old, then, 0), np.arange(len(since))]
    return found


def classes_by_year(result: sim.Result) -> dict[str, np.ndarray]:
    """Place in `sim.funnel.FUNNEL` of every village at each December, `judged_<year>`."""
    first, months = int(result.parameters.horizon.start[:4]), len(result.series.flow)
    return {
        f"judged_{first + end // YEARS}": at_end_of(
            result.series, result.parameters, end, result.doors
        ).astype(np.int8)
        for end in range(YEARS - 1, months, YEARS)
    }


def target_month(series: Series, first: int) -> int:
    """Place of December of the target's year, or of the last month where the record is shorter."""
    return min((TARGET - first + 1) * YEARS, len(series.flow)) - 1


def reported(result: sim.Result) -> dict[str, np.ndarray]:
    """Service by its open stations: months, closures, elder-years served, class, own money, unpaid bills; the
    ages of the first station from which and to which it was seen.

    One number a village each; money in fen.
    """
    series, doors, found = result.series, result.doors, result.funnel
    entry, leave, ended = service.first_spells(doors, service.ages_at_start(series))
    by_funnel, strict = np.array(FUNNEL)[found.classes], result.parameters.reported.viability == "strict"
    last, target = len(series.flow) - 1, target_month(series, int(result.parameters.horizon.start[:4]))
    years = {} if strict else classes_by_year(result)
    return years | {
        "open_end": service.open_at(doors, last),
        f"open_{TARGET}": service.open_at(doors, target),
        "judged": np.array(CLASSES)[result.verdict.classes] if strict else by_funnel,
        "first_entry": entry,
        "first_exit": leave,
        "first_ended": ended,
        "open_months": doors.open.sum(axis=0),
        "table_months": (doors.open & (series.flow["meals"] > 0)).sum(axis=0),
        "station_closures": doors.closed.sum(axis=0),
        "served_years": service.served_months(series, result.parameters).sum(axis=0) / YEARS,
        "station_class": by_funnel,
        "viable_meals": found.with_meals,
        "visits_on_time": series.flow["visits_on_time"].sum(axis=(0, 2)),
        "own_fen": service.own_money(series),
        "unpaid_fen": service.unpaid(series),
    }


def first_closed(level: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Month in which each village first closed after it had opened, NEVER where it did not.

    `level` is (months, villages).
    """
    shut = (level == 0) & (np.arange(len(level))[:, None] > opened) & (opened != NEVER)
    return np.where(shut.any(axis=0), shut.argmax(axis=0), NEVER)


def held_by_age(result: sim.Result) -> dict[str, np.ndarray]:
    """Minutes of credit above zero at the end, by age of the holder, and what is overdrawn.

    One number a village each.
    """
    people: Any = result.model.people
    world = result.model.world
    first, last = result.places[0], result.places[-1] + 1  # a county's villages lie side by side
    home = np.repeat(np.arange(last - first), np.diff(world.start[first : last + 1]))
    own = slice(world.start[first], world.start[last])
    credit, age, there = people.credit[own], people.age[own], people.kind[own] != 0

    def count(rows):
        return np.bincount(home[rows], credit[rows], last - first).astype(np.int64)

    held = {"overdrawn_minutes": count(there & (credit < 0))}
    for low, high in pairwise(AGES):
        of_age = there & (credit > 0) & (age >= 12 * low) & (age < 12 * high)
        held[f"held_{low}_minutes"] = count(of_age)
    return held


def monthly(result: sim.Result, task: Task) -> pa.Table:
    """A row a month and village under the names of its run."""
    return by_month(task, month_columns(result), result.states.number)


def by_month(task: Task, columns: dict[str, np.ndarray], numbers: np.ndarray) -> pa.Table:
    """Columns of (months, villages) below each other; `numbers` are those of the villages."""
    months, villages = next(iter(columns.values())).shape
    table = {"month": np.repeat(np.arange(months, dtype=np.int32), villages)}
    table["village"] = np.tile(np.asarray(numbers, np.int32), months)
    return labelled(task, table | {name: values.reshape(-1) for name, values in columns.items()})


def month_columns(result: sim.Result) -> dict[str, np.ndarray]:
    """About 30 of (months, villages): int32 persons, visits, minutes and fen."""
    series = result.series
    months, villages = series.flow.shape

    def moved(wanted):
        return sum(
            (
                series.amount(name)
                for name in series.names
                if wanted(POSTINGS[name].debit, POSTINGS[name].credit)
            ),
            np.zeros((months, villages), np.int64),
        )

    stages = {
        f"{name}_minutes": series.hours[:, :, kind].sum(axis=2)
        for name, kind in (
            ("need", NEED),
            ("family", FAMILY),
            ("eligible", ELIGIBLE),
            ("mutual", MUTUAL),
            ("professional", PROFESSIONAL),
            ("unmet", UNMET),
        )
    }
    columns = {
        "level": series.state["level"],
        "facility": series.state["facility"],
        "elders": series.state["elders"],
        **stages,
        **{name: series.flow[name] for name in ("enrolled", "diners", "volunteers", "meals")},
        "visits_due": series.flow["visits_due"].sum(axis=2),
        "visits_made": series.flow["visits_made"].sum(axis=2),
        "cost_fen": series.flow["cost"],
        "cash_fen": series.balance["cash"],
        "payables_fen": -series.balance["payables"],
        "pledged_fen": series.flow["pledged"].sum(axis=2),
        **{f"paid_{payer}_fen": series.amount(f"paid_{payer}") for payer in PAYERS},
        "business_income_fen": series.amount("care_share") + series.amount("interest"),
        "public_capital_fen": series.amount("capital_government")
        + series.amount("setup_government")
        + series.amount("aids_government"),
        "public_care_fen": series.amount("referral_government")
        + series.amount("care_government")
        + series.amount("guarantee_called"),
        "credits_minutes": -series.balance["credits_held"],
        "credits_issued_minutes": moved(lambda debit, credit: credit == "credits_held"),
        "credits_spent_minutes": moved(
            lambda debit, credit: debit == "credits_held" and credit != "credit_lapse"
        ),
        "credits_lapsed_minutes": moved(
            lambda debit, credit: (debit, credit) == ("credits_held", "credit_lapse")
        ),
        "redeem_asked_minutes": series.flow["redeem_asked"],
        "redeem_got_minutes": series.flow["redeem_got"],
        **result.own,
    }
    return {
        name: values if values.dtype.kind == "f" else narrow(name, values) for name, values in columns.items()
    }


def narrow(name: str, values: np.ndarray) -> np.ndarray:
    """As int32; OverflowError where a number does not fit."""
    if values.min() < -(2**31) or values.max() >= 2**31:
        raise OverflowError(f"{name} does not fit into 32 bits")
    return values.astype(np.int32)


def labelled(task: Task, columns: Mapping[str, np.ndarray | pa.Array]) -> pa.Table:
    """Columns of one run as a table, its names before them."""
    count = len(next(iter(columns.values())))
    zero = pa.array(np.zeros(count, np.int32))  # a study may have more than 127 scenarios
    words = {"scenario": task.scenario.name, "arm": task.arm}
    table: dict[str, Any] = {"run": pa.array(np.full(count, task.run))}
    table |= {name: pa.DictionaryArray.from_arrays(zero, pa.array([word])) for name, word in words.items()}
    table["replicate"] = pa.array(np.full(count, task.replicate, np.int32))
    return pa.table(table | {name: pa.array(values) for name, values in columns.items()})
