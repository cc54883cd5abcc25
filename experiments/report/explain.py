"""Why? The chain behind a closure or a number in one village and month, read from postings and monthly
records.

A stored study keeps few columns a month; the run is made again from its stored scenario and seed (same
bytes), and what it says must agree with what was stored. Nothing is estimated: every figure is a posting, a
state or a flow of that run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import sim
from experiments.command.scenario import Mistake
from experiments.report.pictures import newest
from experiments.report.text import layout
from experiments.study.plan import Task
from experiments.study.runner import outcome, play
from experiments.study.store import Results
from sim.parts.funding import RULES as FUNDING_RULES
from sim.parts.operation import WAYS
from sim.parts.solvency import CAUSES
from sim.state.codes import FAMILIES, KINDS, NEVER, PAYERS, STAGES, STRENGTHS, VILLAGE_KINDS
from sim.state.ledger import POSTINGS
from sim.state.parameters import nearest
from sim.state.values import Values
from sim.viability import CLASSES

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


def yuan(fen: float) -> str:
    """Whole yuan."""
    return f"{round(fen / 100):,}"


@dataclass(frozen=True)
class Place:
    """One village of one run in one month.

    `v` and `t` are places in the series, `values` the parameters there and then (fen, minutes).
    """

    result: sim.Result
    v: int
    t: int
    values: Mapping[str, Any]

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
    t = result.months.index(month)
    now, parameters = result.first - result.model.start_month + t, result.parameters
    fork = task.scenario.fork if task else None
    if task and fork and now < fork.month:
        parameters = task.parameters
    values = Values(
        [(parameters, task.scenario.modifiers if task else ())], np.array([village]), np.zeros(1, np.int64)
    )
    values.refresh(now)
    return Place(
        result, numbers.index(village), t, {name: section[0] for name, section in values.sections.items()}
    )


def head(x: Place) -> str:
    """Which village, what happened in the month, and how it ends."""
    r, month = x.result, x.result.months[x.t]
    before, now = int(x.state("level", 1)), int(x.state("level"))
    kind, strength = VILLAGE_KINDS[int(x.state("kind"))], STRENGTHS[int(x.state("strength"))]
    moved = LEVELS[now] if before == now else f"from {LEVELS[before]} to {LEVELS[now]}"
    if x.flow("opened_now"):
        moved += ", opened in this month"
    way = WAYS[int(x.state("operator"))].replace("_", " ") if x.state("operator") else "the village itself"
    steps = [f"{r.months[t]} {LEVELS[b]}" for t, b in _steps(x)]
    end = CLASSES[int(r.verdict.classes[x.v])].replace("_", " ")
    return "\n".join(
        [
            f"Village {int(x.state('number'))} ({kind}, {strength} collective), {month}: {moved}."
            + (f" Operated by: {way}." if x.state("operator") or r.parameters.operation.choosing else ""),
            f"Steps of its service: {'; '.join(steps)}. At the end of the run it is {end}.",
        ]
    )


def _steps(x: Place) -> list[tuple[int, int]]:
    level = x.result.series.state["level"][:, x.v]
    return [(t, int(level[t])) for t in range(len(level)) if t == 0 or level[t] != level[t - 1]]


def conditions(x: Place) -> str:
    """Conditions breached this month and in the twelve before, with the figures of last month on which the
    ladder decided.
    """
    s = x.values["solvency"]
    month = x.month
    names = [n for bit, n in enumerate(CAUSES) if (int(x.state("breaches")[(month + 1200) % 12]) >> bit) & 1]
    last = x.result.series.state["breaches"][x.t, x.v]
    counts = [(n, int(((last >> bit) & 1).sum())) for bit, n in enumerate(CAUSES)]

    def was(name):
        return x.state(name, 1)

    old, cost = int(was("bills")[3:].sum()), int(max(was("cost_average"), was("cost_full")))
    lines = [
        (
            f"Conditions breached this month: {', '.join(names) or 'none'}; in the last 12 months: "
            f"{', '.join(f'{n} {k} times' for n, k in counts if k) or 'none'}."
        )
    ]
    lines.append(
        f"  money: bills overdue by 3 months and more {yuan(old)} yuan, limit "
        f"{yuan(s['stress'] * cost)} ({s['stress']:g} months of running cost {yuan(cost)})"
    )
    lines.append(
        f"  users: {int(was('users'))} diners (limit {s['least_users']:g} with meals), "
        f"{int(was('signed_up'))} enrolled (limit {s['least_enrolled']:g} without)"
    )
    lines.append(f"  helpers: {int(was('active'))} volunteers (limit {s['least_helpers']:g})")
    lines.append(
        f"  leader: {'yes' if x.state('leader') else 'none'}, association: "
        f"{'yes' if x.state('association') else 'none'}"
    )
    lines.append(
        f"  {int(was('bad'))} bad months in a row before; a step down after {s['patience']}, closure "
        f"from visits only after {s['closing']}"
    )
    if x.flow("closed_now"):
        cause = int(x.state("cause"))
        lines.append(
            f"The service closed in this month: "
            f"{', '.join(n for bit, n in enumerate(CAUSES) if cause >> bit & 1)} in the 12 months "
            f"before."
        )
    elif int(x.state("closed_month")) != NEVER:
        lines.append(f"Last closed in {x.result.months[int(x.state('closed_month')) - month + x.t]}.")
    return "\n".join(lines)


def money(x: Place) -> str:
    """Pledged, due, paid, written off by payer; cost lines; the cash account."""
    table = [["yuan, this month (last 12)", "pledged", "fell due", "paid", "written off", "still owed"]]
    pledged, year = x.flow("pledged"), x.flow("pledged", 12)
    for k, payer in enumerate(PAYERS):
        cells = [f"{yuan(pledged[k])} ({yuan(year[k])})"]
        cells += [
            f"{yuan(x.posted(f'{verb}_{payer}'))} ({yuan(x.posted(f'{verb}_{payer}', 12))})"
            for verb in ("due", "paid", "forgiven")
        ]
        table.append([payer, *cells, yuan(x.balance(f"receivable_{payer}"))])
    f = x.values["funding"]
    name = FUNDING_RULES[int(f["rule"])]
    rule = (
        f"rule {name}: {RULES[name]}" if f["basis"] == 0 else "basis envelope: the pledge is fixed beforehand"
    )
    income = [
        [POSTINGS[n].label, yuan(x.posted(n)), yuan(x.posted(n, 12))] for n in ("care_share", "interest")
    ]
    costs = [
        [n.removeprefix("cost_"), yuan(x.posted(n)), yuan(x.posted(n, 12))]
        for n in x.result.series.names
        if n.startswith("cost_") and x.posted(n, 12)
    ]
    return "\n".join(
        [
            f"Money ({rule})",
            pledges(x),
            "",
            layout(table),
            "",
            layout([["bills and business income, yuan", "month", "last 12"], *costs, *income]),
            cash(x),
        ]
    )


def pledges(x: Place) -> str:
    """How the month's pledges came about, as the rule recorded it.

    Basis, each payer's share of it, ceiling and pledge.
    """
    f, notes = x.values["funding"], []
    rule = FUNDING_RULES[int(f["rule"])]
    if not x.flow("pledge_basis"):
        nobody = "nobody pledges under rule none"
        nothing = "no service at the start of the month, or nothing to pay"
        return f"basis of the pledges: {nobody if rule == 'none' else nothing}"
    if f["basis"] == 1:
        basis = (
            f"an envelope of {yuan(f['envelope'])} yuan a year for each of "
            f"{int(x.state('elders_start'))} elders at the start, set-up money inside it"
        )
    elif x.t:
        old, top = int(x.state("bills", 1)[3:].sum()), f"{f['reserve']:g} months of that cost"
        basis = (
            f"smoothed cost {yuan(x.state('cost_average', 1))}, a twelfth of {yuan(old)} overdue by 3 "
            f"months and more; halved where cash, {yuan(x.balance('cash', 1))}, tops {top}"
        )
    else:
        basis = "from the month before the first, which is not recorded"
    asked, tops, made = x.flow("pledge_asked"), x.flow("pledge_ceiling"), x.flow("pledged")
    rows = [["yuan a month", "share", "asked by share", "ceiling", "", "pledged"]]
    for k, payer in enumerate(PAYERS):
        binds = "" if tops[k] < 0 else "binds" if asked[k] > tops[k] else "does not bind"
        rows.append(
            [
                payer,
                f"{100 * f[f'share_{payer}']:.4g} %",
                yuan(asked[k]),
                "none" if tops[k] < 0 else yuan(tops[k]),
                binds,
                yuan(made[k]),
            ]
        )
    if int(x.state("level", 1)) == 1 and x.t and not asked[FAMILIES]:
        notes.append(
            "visits only, nothing to charge for: the families' share is asked of the others in proportion"
        )
    if rule in GOVERNMENT_BY_RULE and tops[0] >= 0:
        served = {
            "meals": int(x.state("served_meals", 1)),
            "hours": int(x.state("served_minutes", 1)) / 60,
            "visits": int(x.state("served_visits", 1)),
        }
        how = GOVERNMENT_BY_RULE[rule].format(match=f["match"], taper=f["taper"], **served)
        notes.append(
            f"government by rule {rule}: {how} = {yuan(x.flow('pledge_by_rule'))} yuan before its ceiling"
        )
    if rule == "provision_point":
        reached = (
            f"missed, {yuan(x.flow('refunded'))} yuan taken back by all but families"
            if x.flow("refunded")
            else "reached"
        )
        notes.append(f"provision point, {100 * f['point']:.4g} % of the basis: {reached}")
    if f["crowding"] and x.state("last_paid_gifts", 1) and tops[0] >= 0:
        notes.append(
            f"gifts of {yuan(x.state('last_paid_gifts', 1))} yuan last month lower the pledges of the "
            f"other three (crowding {f['crowding']:g})"
        )
    notes += [f"{payer}: switched off, pledges nothing" for payer in PAYERS if not x.values[payer]["on"]]
    notes += (
        ["the service closed in this month, so that the pledges fell away"] if x.flow("closed_now") else []
    )
    return "\n".join(
        [f"basis of the pledges, {yuan(x.flow('pledge_basis'))} yuan: {basis}", layout(rows), *notes]
    )


def cash(x: Place) -> str:
    """Every posting that moved the cash account this month, and the balance before and after."""
    moves = []
    for name in x.result.series.names:
        k, amount = POSTINGS[name], x.posted(name)
        if amount and "cash" in (k.debit, k.credit):
            moves.append(f"{'+' if k.debit == 'cash' else '-'}{yuan(amount)} {k.label}")
    return (
        f"cash: {yuan(x.balance('cash', 1))} at the start, {', '.join(moves) or 'no movement'}, "
        f"{yuan(x.balance('cash'))} at the end; unpaid bills {yuan(-x.balance('payables'))}"
    )


def care(x: Place) -> str:
    """Needs by kind and who met them; visits by tier."""
    hours = x.result.series.hours[x.t, x.v]
    table = [["hours this month", *STAGES]]
    for k, kind in enumerate(KINDS):
        if hours[0, k]:
            table.append([kind.replace("_", " "), *(f"{h / 60:.0f}" for h in hours[:, k])])
    table.append(["all", *(f"{h / 60:.0f}" for h in hours.sum(axis=1))])
    due, made, kept = x.flow("visits_due"), x.flow("visits_made"), x.flow("visits_on_time")

    def late(k):
        return "" if kept[k] == made[k] else f" ({int(kept[k])} on time)"

    visits = ", ".join(
        f"{tier} {int(made[k + 1])} of {int(due[k + 1])}{late(k + 1)}"
        for k, tier in enumerate(TIERS)
        if due[k + 1]
    )
    return (
        f"{layout(table)}\nvisits made of those due: {visits or 'none due'}; {int(x.flow('meals'))} "
        f"meals for {int(x.flow('diners'))} diners"
    )


def people(x: Place) -> str:
    """Users, volunteers, credits, trust, acceptance."""
    elders = max(int(x.state("elders")), 1)

    def mean(name):
        return float(x.flow(name)) / elders

    asked, got = x.flow("redeem_asked", 12), x.flow("redeem_got", 12)
    success = (
        f"{100 * got / asked:.0f} % of {asked / 60:.0f} hours asked with credit"
        if asked
        else "nobody who holds credit asked"
    )
    return "\n".join(
        [
            (
                f"{elders} elders, {int(x.flow('enrolled'))} enrolled, {int(x.flow('volunteers'))} "
                f"volunteers ({int(x.flow('volunteers_joined', 12))} joined and "
                f"{int(x.flow('volunteers_quit', 12))} stopped in 12 months)"
            ),
            (
                f"mean acceptance {mean('acceptance_sum'):.2f}, trust {mean('trust_sum'):.2f}, loneliness "
                f"{mean('loneliness_sum'):.2f} (0 to 1)"
            ),
            (
                f"credits: {x.posted('credits_earned') / 60:.0f} h earned, "
                f"{x.posted('credits_spent') / 60:.0f} h spent, {x.balance('credits_held') / -60:.0f} "
                f"h outstanding; redeemed in 12 months: {success}"
            ),
        ]
    )


def luck(x: Place) -> str:
    """Shocks of the last twelve months."""
    struck = np.atleast_1d(x.flow("shock_struck", 12))
    from sim.parts.shocks import KINDS as SHOCKS

    found = [f"{name.replace('_', ' ')} {int(n)} times" for name, n in zip(SHOCKS, struck, strict=False) if n]
    return f"Shocks of the last 12 months: {', '.join(found) or 'none'}."


def chain(result: sim.Result, village: int, month: str, task: Task | None = None) -> str:
    """The whole explanation as text."""
    x = find(result, village, month, task)
    return "\n\n".join(
        [
            head(x),
            conditions(x),
            money(x),
            care(x),
            people(x),
            luck(x),
            "A what-if of one run with one kind of luck, not a forecast.",
        ]
    )


# -- the verb
# ----------------------------------------------------------------------------------------------------------
KEYS = {"run": "", "village": "", "month": "", "scenario": "", "replicate": "0", "arm": "main"}


def read(words: Sequence[str]) -> dict[str, str]:
    """The words as key -> value; Mistake where one is unknown or missing."""
    given = dict(KEYS)
    for word in words:
        key, sign, value = word.partition("=")
        if key not in KEYS or not sign:
            raise Mistake(
                f"explain does not know {word!r}; allowed are {', '.join(KEYS)}{nearest(key, KEYS)}"
            )
        given[key] = value
    lacking = [key for key in ("run", "village", "month") if not given[key]]
    if lacking:
        raise Mistake(
            f"explain wants {', '.join(f'{key}=' for key in lacking)} such as run=results/"
            f"first_answer/<id> village=7 month=2031-04"
        )
    for key in ("village", "replicate"):
        if not given[key].isdigit():
            raise Mistake(f"{key} = {given[key]!r}: a whole number is wanted")
    return given


def chosen(found: Results, given: Mapping[str, str]) -> Task:
    """The run that is meant: the first scenario where none is named."""
    tasks = list(found.wanted.values())
    if not tasks:
        raise Mistake(f"{found.folder} holds no runs to explain")
    names = list(dict.fromkeys(t.scenario.name for t in tasks))
    name = given["scenario"] or names[0]
    if name not in names:
        raise Mistake(
            f"unknown scenario {name!r}; the study has "
            f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}{nearest(name, names)}"
        )
    mine = [t for t in tasks if t.scenario.name == name and t.arm == given["arm"]]
    if not mine:
        raise Mistake(
            f"unknown arm {given['arm']!r} of {name}; it has "
            f"{', '.join(dict.fromkeys(t.arm for t in tasks if t.scenario.name == name))}"
        )
    numbers = sorted(t.replicate for t in mine)
    if int(given["replicate"]) not in numbers:
        raise Mistake(f"replicate = {given['replicate']}: {name} has {numbers[0]} to {numbers[-1]}")
    return next(t for t in mine if t.replicate == int(given["replicate"]))


def relieved(found: Results, task: Task, village: int) -> str:
    """What the paired reruns of this replicate say of the village, where there are any."""
    rows = found.villages(allow_partial=True)
    rows = rows[
        (rows["scenario"] == task.scenario.name)
        & (rows["replicate"] == task.replicate)
        & (rows["village"] == village)
        & rows["arm"].str.startswith("relief:")
    ]
    said = [
        (
            f"without the condition {arm.partition(':')[2]!r} it would "
            f"{'have closed all the same' if shut else 'not have closed'}"
        )
        for arm, shut in zip(rows["arm"], rows["closures"] > 0, strict=True)
    ]
    return f"Paired reruns under the same luck: {'; '.join(said)}." if said else ""


def main(words: Sequence[str]) -> int:
    """`run=<folder> village=N month=YYYY-MM [scenario=..] [replicate=N] [arm=main]`: print the chain."""
    given = read(words)
    found = Results(newest(Path(given["run"])))
    task = chosen(found, given)
    result = play(task)
    told = chain(result, int(given["village"]), given["month"], task)
    stored = found.runs(allow_partial=True).set_index("run")["content"].get(task.run, "")
    if stored and stored != outcome(task, result, 0.0).row["content"]:
        raise Mistake(
            f"the model has changed since {found.folder} was run, so that it cannot be explained: "
            f"give its first command again"
        )
    print(
        (
            f"{task.scenario.name}, {task.arm}, replicate {task.replicate}; the run was made again and "
            f"agrees with what is stored.\n"
        )
        if stored
        else ""
    )
    print(
        told.replace("\n\nMoney", f"\n\n{more}\n\nMoney", 1)
        if (more := relieved(found, task, int(given["village"])))
        else told
    )
    return 0
