"""Why? The chain behind a closure or a number in one village and month, read from postings and monthly
records.

A stored study keeps few columns a month; the run is made again from its stored scenario and seed (same
bytes), and what it says must agree with what was stored. Nothing is estimated: every figure is a posting, a
state or a flow of that run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim
from sim.parts.funding import RULES as FUNDING_RULES
from sim.parts.operation import WAYS
from sim.parts.solvency import CAUSES
from sim.state.codes import FAMILIES, KINDS, NEVER, PAYERS, STAGES, STRENGTHS, VILLAGE_KINDS
from sim.state.ledger import POSTINGS
from sim.state.values import Modifier, Values
from sim.viability import CLASSES

from ..command.scenario import Mistake
from ..study.plan import Task
from . import explain_business, explain_own, explain_plan, explain_triggers
from .text import layout, yuan
from .village_names import called

LEVELS = ("closed", "visits only", "reduced meals", "full service")
TIERS = ("daily", "twice a week", "weekly", "monthly")
RULES = {
    "fixed_shares": "each payer pledges its share of the basis, up to its ceiling",
    "matching": "government adds to what the others pledge, up to its ceiling",
    "gap_filler": "government pledges what the others leave open, up to its ceiling",
    "per_service": "government pays by meal, hour and visit, up to its ceiling",
    "tapering": "government's seed money shrinks to nothing; the others pledge their shares",
    "provision_point": "pledges are refunded unless together they reach the point",
    "none": "nobody pledges",
}
GOVERNMENT_BY_RULE = {
    "matching": "{match:g} yuan for each yuan asked of the others",
    "gap_filler": "the basis less what is asked of the others, less a sixth of the cash over a month's cost",
    "per_service": "{meals} meals, {hours:.0f} hours and {visits} visits of last month at their rates",
    "tapering": "the basis, at most twice its ceiling, shrinking over {taper} months",
}


@dataclass(frozen=True)
class Place:
    """One village of one run in one month.

    `v` and `t` are places in the series, `values` the parameters there and then (fen, minutes), after
    `modifiers`.
    """

    result: sim.Result
    v: int
    t: int
    values: Mapping[str, Any]
    modifiers: tuple[Modifier, ...] = ()

    @property
    def month(self) -> int:
        """Months since the horizon's start."""
        return self.result.first - self.result.model.start_month + self.t

    def state(self, name: str, back: int = 0) -> Any:
        """A state at the end of the month, or `back` months earlier (at the first month: as it is there)."""
        return self.result.series.state[name][max(self.t - back, 0), self.v]

    def flow(self, name: str, months: int = 1) -> Any:
        """A flow of the month, or its sum over the last `months`."""
        return self.result.series.flow[name][max(self.t - months + 1, 0) : self.t + 1, self.v].sum(axis=0)

    def flow_at(self, name: str, back: int) -> Any:
        """A flow `back` months earlier."""
        return self.result.series.flow[name][max(self.t - back, 0), self.v]

    @property
    def plans(self) -> bool:
        """Whether villages plan; otherwise the ladder of bad months moves their services."""
        return bool(self.result.parameters.plan.on)

    def posted(self, name: str, months: int = 1) -> int:
        """Fen or minutes posted under a kind in the month, or over the last `months`."""
        return int(self.result.series.amount(name)[max(self.t - months + 1, 0) : self.t + 1, self.v].sum())

    def balance(self, name: str, back: int = 0) -> int:
        """A balance at the month's end, 0 before the first."""
        return int(self.result.series.balance[name][self.t - back, self.v]) if self.t >= back else 0


def find(result: sim.Result, village: int, month: str, task: Task | None = None) -> Place:
    """The place of village number `village` in month YYYY-MM.

    Mistake where there is none. `task` knows policies and forks.
    """
    numbers = result.states.number.tolist()
    if village not in numbers:
        raise Mistake(f"village = {village}: the run has villages {min(numbers)} to {max(numbers)}")
    if month not in result.months:
        raise Mistake(
            f"month = {month!r}: the run has {result.months[0]} to {result.months[-1]}, written YYYY-MM"
        )
    at = result.months.index(month)
    now, parameters = result.first - result.model.start_month + at, result.parameters
    fork = task.scenario.fork if task else None
    if task and fork and now < fork.month:
        parameters = task.parameters
    values = Values(
        [(parameters, task.scenario.modifiers if task else ())], np.array([village]), np.zeros(1, np.int64)
    )
    explain_triggers.as_fired(values, result, numbers.index(village))
    values.refresh(now)
    sections = {name: section[0] for name, section in values.sections.items()}
    return Place(result, numbers.index(village), at, sections, task.scenario.modifiers if task else ())


def closures(result: sim.Result, village: int) -> list[str]:
    """Months in which a village closed after it had been open; Mistake where it never did."""
    place = find(result, village, result.months[0])
    levels = result.series.state["level"][:, place.v]
    shut = [result.months[at] for at in range(1, len(levels)) if levels[at] == 0 and levels[at - 1] > 0]
    shut = explain_plan.closures(place) if place.plans else shut
    if not shut:
        raise Mistake(
            f"{called(result.parameters, village).full} never closed in this run: month= says which of "
            f"{result.months[0]} to {result.months[-1]} is to be explained"
        )
    return shut


def head(place: Place) -> str:
    """Which village, what happened in the month, and how it ends."""
    result, month = place.result, place.result.months[place.t]
    kind, strength = VILLAGE_KINDS[int(place.state("kind"))], STRENGTHS[int(place.state("strength"))]
    moved = _moved(place)
    if place.flow("opened_now"):
        moved += ", opened in this month"
    way = (
        WAYS[int(place.state("operator"))].replace("_", " ")
        if place.state("operator")
        else "the village itself"
    )
    if place.plans:
        steps, end = explain_plan.steps(place), explain_plan.END[int(result.funnel.classes[place.v])]
    else:
        steps = "; ".join(f"{result.months[when]} {LEVELS[level]}" for when, level in _steps(place))
        end = f"it is {CLASSES[int(result.verdict.classes[place.v])]}".replace("_", " ")
    village = called(result.parameters, int(place.state("number"))).full
    return "\n".join(
        [
            f"{village[:1].upper()}{village[1:]} ({kind}, {strength} collective), {month}: {moved}."
            + (
                f" Operated by: {way}."
                if place.state("operator") or result.parameters.operation.choosing
                else ""
            ),
            f"Steps of its service: {steps}. At the end of the run {end}.",
        ]
    )


def _moved(place: Place) -> str:
    """What became of the service in the month."""
    if place.plans:
        before, now = explain_plan.service(place, 1), explain_plan.service(place)
    else:
        before, now = LEVELS[int(place.state("level", 1))], LEVELS[int(place.state("level"))]
    return now if before == now else f"from {before} to {now}"


def _steps(place: Place) -> list[tuple[int, int]]:
    level = place.result.series.state["level"][:, place.v]
    return [
        (month, int(level[month]))
        for month in range(len(level))
        if month == 0 or level[month] != level[month - 1]
    ]


def conditions(place: Place) -> str:
    """Conditions breached this month and in the twelve before, with the figures of last month on which the
    ladder decided.
    """
    solvency = place.values["solvency"]
    month = place.month
    names = [
        name
        for bit, name in enumerate(CAUSES)
        if (int(place.state("breaches")[(month + 1200) % 12]) >> bit) & 1
    ]
    last = place.result.series.state["breaches"][place.t, place.v]
    counts = [(name, int(((last >> bit) & 1).sum())) for bit, name in enumerate(CAUSES)]

    def was(name):
        return place.state(name, 1)

    old, cost = int(was("bills")[3:].sum()), int(max(was("cost_average"), was("cost_full")))
    lines = [
        (
            f"Conditions breached this month: {', '.join(names) or 'none'}; in the last 12 months: "
            f"{', '.join(f'{name} {times} times' for name, times in counts if times) or 'none'}."
        )
    ]
    lines.append(
        f"  money: bills overdue by 3 months and more {yuan(old)} yuan, limit "
        f"{yuan(solvency['stress'] * cost)} ({solvency['stress']:g} months of running cost {yuan(cost)})"
    )
    lines.append(
        f"  users: {int(was('users'))} diners (limit {solvency['least_users']:g} with meals), "
        f"{int(was('signed_up'))} enrolled (limit {solvency['least_enrolled']:g} without)"
    )
    lines.append(f"  helpers: {int(was('active'))} volunteers (limit {solvency['least_helpers']:g})")
    lines.append(
        f"  leader: {'yes' if place.state('leader') else 'none'}, association: "
        f"{'yes' if place.state('association') else 'none'}"
    )
    lines.append(
        f"  {int(was('bad'))} bad months in a row before; a step down after {solvency['patience']}, closure "
        f"from visits only after {solvency['closing']}"
    )
    if place.flow("closed_now"):
        cause = int(place.state("cause"))
        lines.append(
            f"The service closed in this month: "
            f"{', '.join(name for bit, name in enumerate(CAUSES) if cause >> bit & 1)} in the 12 months "
            f"before."
        )
    elif int(place.state("closed_month")) != NEVER:
        lines.append(
            f"Last closed in {place.result.months[int(place.state('closed_month')) - month + place.t]}."
        )
    return "\n".join(lines)


def money(place: Place) -> str:
    """Pledged, due, paid, written off by payer; cost lines; the cash account."""
    table = [["yuan, this month (last 12)", "pledged", "fell due", "paid", "written off", "still owed"]]
    pledged, year = place.flow("pledged"), place.flow("pledged", 12)
    for number, payer in enumerate(PAYERS):
        cells = [f"{yuan(pledged[number])} ({yuan(year[number])})"]
        cells += [
            f"{yuan(place.posted(f'{verb}_{payer}'))} ({yuan(place.posted(f'{verb}_{payer}', 12))})"
            for verb in ("due", "paid", "forgiven")
        ]
        table.append([payer, *cells, yuan(place.balance(f"receivable_{payer}"))])
    funding = place.values["funding"]
    name = FUNDING_RULES[int(funding["rule"])]
    rule = (
        f"rule {name}: {RULES[name]}"
        if funding["basis"] == 0
        else "basis envelope: the pledge is fixed beforehand"
    )
    income = [
        [POSTINGS[name].label, yuan(place.posted(name)), yuan(place.posted(name, 12))]
        for name in ("care_share", "interest")
    ]
    costs = [
        [name.removeprefix("cost_"), yuan(place.posted(name)), yuan(place.posted(name, 12))]
        for name in place.result.series.names
        if name.startswith("cost_") and place.posted(name, 12)
    ]
    return "\n".join(
        [
            f"Money ({rule})",
            pledges(place),
            "",
            layout(table),
            "",
            layout([["bills and business income, yuan", "month", "last 12"], *costs, *income]),
            cash(place),
        ]
    )


def pledges(place: Place) -> str:
    """How the month's pledges came about, as the rule recorded it.

    Basis, each payer's share of it, ceiling and pledge.
    """
    if place.plans:
        return explain_plan.pledges(place)
    funding, notes = place.values["funding"], []
    rule = FUNDING_RULES[int(funding["rule"])]
    if not place.flow("pledge_basis"):
        nobody = "nobody pledges under rule none"
        nothing = "no service at the start of the month, or nothing to pay"
        return f"basis of the pledges: {nobody if rule == 'none' else nothing}"
    if funding["basis"] == 1:
        basis = (
            f"an envelope of {yuan(funding['envelope'])} yuan a year for each of "
            f"{int(place.state('elders_start'))} elders at the start, set-up money inside it"
        )
    elif place.t:
        old, top = int(place.state("bills", 1)[3:].sum()), f"{funding['reserve']:g} months of that cost"
        basis = (
            f"smoothed cost {yuan(place.state('cost_average', 1))}, a twelfth of {yuan(old)} overdue by 3 "
            f"months and more; halved where cash, {yuan(place.balance('cash', 1))}, tops {top}"
        )
    else:
        basis = "from the month before the first, which is not recorded"
    asked, tops, made = place.flow("pledge_asked"), place.flow("pledge_ceiling"), place.flow("pledged")
    rows = [["yuan a month", "share", "asked by share", "ceiling", "", "pledged"]]
    for number, payer in enumerate(PAYERS):
        binds = "" if tops[number] < 0 else "binds" if asked[number] > tops[number] else "does not bind"
        rows.append(
            [
                payer,
                f"{100 * funding[f'share_{payer}']:.4g} %",
                yuan(asked[number]),
                "none" if tops[number] < 0 else yuan(tops[number]),
                binds,
                yuan(made[number]),
            ]
        )
    if int(place.state("level", 1)) == 1 and place.t and not asked[FAMILIES]:
        notes.append(
            "visits only, nothing to charge for: the families' share is asked of the others in proportion"
        )
    if rule in GOVERNMENT_BY_RULE and tops[0] >= 0:
        served = {
            "meals": int(place.state("served_meals", 1)),
            "hours": int(place.state("served_minutes", 1)) / 60,
            "visits": int(place.state("served_visits", 1)),
        }
        how = GOVERNMENT_BY_RULE[rule].format(match=funding["match"], taper=funding["taper"], **served)
        notes.append(
            f"government by rule {rule}: {how} = {yuan(place.flow('pledge_by_rule'))} yuan before its ceiling"
        )
    if rule == "provision_point":
        reached = (
            f"missed, {yuan(place.flow('refunded'))} yuan taken back by all but families"
            if place.flow("refunded")
            else "reached"
        )
        notes.append(f"provision point, {100 * funding['point']:.4g} % of the basis: {reached}")
    if funding["crowding"] and place.state("last_paid_gifts", 1) and tops[0] >= 0:
        notes.append(
            f"gifts of {yuan(place.state('last_paid_gifts', 1))} yuan last month lower the pledges of the "
            f"other three (crowding {funding['crowding']:g})"
        )
    notes += [f"{payer}: switched off, pledges nothing" for payer in PAYERS if not place.values[payer]["on"]]
    notes += (
        ["the service closed in this month, so that the pledges fell away"]
        if place.flow("closed_now")
        else []
    )
    return "\n".join(
        [f"basis of the pledges, {yuan(place.flow('pledge_basis'))} yuan: {basis}", layout(rows), *notes]
    )


def cash(place: Place) -> str:
    """Every posting that moved the cash account this month, and the balance before and after."""
    moves, moved = [], 0
    for name in place.result.series.names:
        posting, amount = POSTINGS[name], place.posted(name)
        if amount and "cash" in (posting.debit, posting.credit):
            moves.append(f"{'+' if posting.debit == 'cash' else '-'}{yuan(amount)} {posting.label}")
            moved += amount if posting.debit == "cash" else -amount
    before = place.balance("cash") - moved  # the first month has none before it in the records
    return (
        f"cash: {yuan(before)} at the start, {', '.join(moves) or 'no movement'}, "
        f"{yuan(place.balance('cash'))} at the end; unpaid bills {yuan(-place.balance('payables'))}"
    )


def care(place: Place) -> str:
    """Needs by kind and who met them; visits by tier."""
    hours = place.result.series.hours[place.t, place.v]
    table = [["hours this month", *STAGES]]
    for kind_at, kind in enumerate(KINDS):
        if hours[0, kind_at]:
            table.append([kind.replace("_", " "), *(f"{minutes / 60:.0f}" for minutes in hours[:, kind_at])])
    table.append(["all", *(f"{minutes / 60:.0f}" for minutes in hours.sum(axis=1))])
    due, made, kept = place.flow("visits_due"), place.flow("visits_made"), place.flow("visits_on_time")

    def late(tier_at):
        return "" if kept[tier_at] == made[tier_at] else f" ({int(kept[tier_at])} on time)"

    visits = ", ".join(
        f"{tier} {int(made[number + 1])} of {int(due[number + 1])}{late(number + 1)}"
        for number, tier in enumerate(TIERS)
        if due[number + 1]
    )
    unasked = place.flow("unasked_minutes") / 60
    return (
        f"{layout(table)}\n"
        f"of the rest of the need linked kin and neighbours met {unasked:.0f} hours unasked\n"
        f"{choices(place)}"
        f"visits made of those due: {visits or 'none due'}; {int(place.flow('meals'))} "
        f"meals for {int(place.flow('diners'))} diners"
    )


def choices(place: Place) -> str:
    """Which care was chosen and what was dropped for its price; nothing where nobody chooses."""
    if not place.result.parameters.choice.on:
        return ""
    hours = {
        name: place.flow(name).sum() / 60
        for name in ("care_chosen", "care_bought", "care_short", "child_minutes")
    }
    dropped = ", ".join(
        f"{int(count)} {what}"
        for what, count in zip(
            ("a bed", "the home", "paid hours", "meals"), place.flow("drops", 12), strict=True
        )
        if count
    )
    return (
        f"paid care at home {hours['care_bought']:.0f} hours, {hours['care_chosen']:.0f} of them chosen "
        f"before mutual aid ({hours['care_short']:.0f} more found no carer); children asked last gave "
        f"{hours['child_minutes']:.0f} of the family's; care took too much of the purse of "
        f"{int(place.flow('strained'))} elders; dropped for its price in the last 12 months: "
        f"{dropped or 'nothing'}\n"
    )


def people(place: Place) -> str:
    """Users, volunteers, credits, trust, acceptance."""
    elders = max(int(place.state("elders")), 1)

    def mean(name):
        return float(place.flow(name)) / elders

    asked, got = place.flow("redeem_asked", 12), place.flow("redeem_got", 12)
    success = (
        f"{100 * got / asked:.0f} % of {asked / 60:.0f} hours asked with credit"
        if asked
        else "nobody who holds credit asked"
    )
    return "\n".join(
        [
            (
                f"{elders} elders, {int(place.flow('enrolled'))} enrolled, {int(place.flow('volunteers'))} "
                f"volunteers ({int(place.flow('volunteers_joined', 12))} joined and "
                f"{int(place.flow('volunteers_quit', 12))} stopped in 12 months)"
            ),
            (
                f"mean acceptance {mean('acceptance_sum'):.2f}, trust {mean('trust_sum'):.2f}, loneliness "
                f"{mean('loneliness_sum'):.2f} (0 to 1)"
            ),
            (
                f"credits: {place.posted('credits_earned') / 60:.0f} h earned, "
                f"{place.posted('credits_spent') / 60:.0f} h spent, "
                f"{place.balance('credits_held') / -60:.0f} "
                f"h outstanding; redeemed in 12 months: {success}"
            ),
        ]
    )


def luck(place: Place) -> str:
    """Shocks of the last twelve months."""
    struck = np.atleast_1d(place.flow("shock_struck", 12))
    from sim.parts.shocks import KINDS as SHOCKS

    found = [
        f"{name.replace('_', ' ')} {int(times)} times"
        for name, times in zip(SHOCKS, struck, strict=False)
        if times
    ]
    return f"Shocks of the last 12 months: {', '.join(found) or 'none'}."


def chain(result: sim.Result, village: int, month: str, task: Task | None = None) -> str:
    """The whole explanation as text."""
    place = find(result, village, month, task)
    parts = [
        head(place),
        explain_plan.told(place) if place.plans else conditions(place),
        explain_business.told(place),
        money(place),
        care(place),
        people(place),
        luck(place),
        explain_triggers.told(place),
        explain_own.told(place),
        "A what-if of one run with one kind of luck, not a forecast.",
    ]
    return "\n\n".join(part for part in parts if part)


# -- the verb
# ----------------------------------------------------------------------------------------------------------
