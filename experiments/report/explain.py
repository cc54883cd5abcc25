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
from sim.parts.operation import WAYS
from sim.parts.solvency import CAUSES
from sim.state.codes import NEVER, STRENGTHS, VILLAGE_KINDS
from sim.state.values import Modifier, Values
from sim.viability import CLASSES

from ..command.scenario import Mistake
from ..study.plan import Task
from . import explain_business, explain_care, explain_money, explain_own, explain_plan, explain_triggers
from .explain_words import CAUSES as CAUSE_WORDS
from .explain_words import CLASSES as CLASS_WORDS
from .explain_words import KINDS as KIND_WORDS
from .explain_words import LEVELS, SHUT_BEFORE, code, listed, plain, said, yes
from .explain_words import SHOCKS as SHOCK_WORDS
from .explain_words import STRENGTHS as STRENGTH_WORDS
from .explain_words import WAYS as WAY_WORDS
from .given import shut_before
from .style import tell
from .text import yuan
from .village_names import called


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
    kind = code(VILLAGE_KINDS[int(place.state("kind"))], KIND_WORDS)
    strength = code(STRENGTHS[int(place.state("strength"))], STRENGTH_WORDS)
    moved = _moved(place)
    if place.flow("opened_now"):
        moved += tell(", opened in this month", "，本月开办")
    way = (
        plain(WAYS[int(place.state("operator"))], WAY_WORDS)
        if place.state("operator")
        else tell("the village itself", "村自办")
    )
    if place.plans:
        steps, end = explain_plan.steps(place), explain_plan.ending(place)
    else:
        told = [f"{result.months[when]} {said(LEVELS[level])}" for when, level in _steps(place)]
        steps, end = tell("; ", "；").join(told), _class(place)
    village = called(result.parameters, int(place.state("number"))).full
    return "\n".join(
        [
            tell(
                f"{village[:1].upper()}{village[1:]} ({kind}, {strength} collective), {month}: {moved}.",
                f"{village}（{kind}，村集体经济{strength}），{month}：{moved}。",
            )
            + (
                tell(f" Operated by: {way}.", f"运营方：{way}。")
                if place.state("operator") or result.parameters.operation.choosing
                else ""
            ),
            tell(
                f"Steps of its service: {steps}. At the end of the run {end}.",
                f"服务的历次变化：{steps}。期末：{end}。",
            ),
        ]
    )


def _class(place: Place) -> str:
    """How it ends, by the former definition; a station that a table tells shut had opened before."""
    name = CLASSES[int(place.result.verdict.classes[place.v])]
    if name == "never_opened" and int(place.state("number")) in shut_before(place.result.parameters):
        return said(SHUT_BEFORE)
    return tell(f"it is {name}".replace("_", " "), CLASS_WORDS[name])


def _moved(place: Place) -> str:
    """What became of the service in the month."""
    if place.plans:
        before, now = explain_plan.service(place, 1), explain_plan.service(place)
    else:
        before, now = said(LEVELS[int(place.state("level", 1))]), said(LEVELS[int(place.state("level"))])
    return now if before == now else tell(f"from {before} to {now}", f"由“{before}”变为“{now}”")


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
    breached = int(place.state("breaches")[(month + 1200) % 12])
    names = [said(CAUSE_WORDS[name]) for bit, name in enumerate(CAUSES) if breached >> bit & 1]
    last = place.result.series.state["breaches"][place.t, place.v]
    counts = [(said(CAUSE_WORDS[name]), int(((last >> bit) & 1).sum())) for bit, name in enumerate(CAUSES)]

    def was(name):
        return place.state(name, 1)

    old, cost = int(was("bills")[3:].sum()), int(max(was("cost_average"), was("cost_full")))
    year = listed([tell(f"{name} {times} times", f"{name} {times} 次") for name, times in counts if times])
    stress, limit = f"{solvency['stress']:g}", yuan(solvency["stress"] * cost)
    diners, least = int(was("users")), f"{solvency['least_users']:g}"
    enrolled, least_enrolled = int(was("signed_up")), f"{solvency['least_enrolled']:g}"
    active, helpers = int(was("active")), f"{solvency['least_helpers']:g}"
    lines = [
        tell(
            f"Conditions breached this month: {listed(names)}; in the last 12 months: {year}.",
            f"本月不达标的条件：{listed(names)}；近 12 个月：{year}。",
        ),
        tell(
            f"  money: bills overdue by 3 months and more {yuan(old)} yuan, limit "
            f"{limit} ({stress} months of running cost {yuan(cost)})",
            f"  资金：逾期三个月以上的账单 {yuan(old)} 元，界限 {limit} 元（{stress} 个月的运营成本，"
            f"每月 {yuan(cost)} 元）",
        ),
        tell(
            f"  users: {diners} diners (limit {least} with meals), "
            f"{enrolled} enrolled (limit {least_enrolled} without)",
            f"  用户：用餐 {diners} 人（供餐时至少 {least} 人），登记 {enrolled} 人"
            f"（不供餐时至少 {least_enrolled} 人）",
        ),
        tell(
            f"  helpers: {active} volunteers (limit {helpers})",
            f"  帮手：志愿者 {active} 人（至少 {helpers} 人）",
        ),
        tell("  leader: ", "  带头人：")
        + yes(place.state("leader"))
        + tell(", association: ", "；老年协会：")
        + yes(place.state("association")),
        tell(
            f"  {int(was('bad'))} bad months in a row before; a step down after {solvency['patience']}, "
            f"closure from visits only after {solvency['closing']}",
            f"  此前已连续 {int(was('bad'))} 个月不达标；满 {solvency['patience']} 个月降低一级，仅探访时满 "
            f"{solvency['closing']} 个月关闭",
        ),
    ]
    if place.flow("closed_now"):
        bits = int(place.state("cause"))
        why = listed(
            [said(CAUSE_WORDS[name]) for bit, name in enumerate(CAUSES) if bits >> bit & 1], none=("", "")
        )
        lines.append(
            tell(
                f"The service closed in this month: {why} in the 12 months before.",
                f"服务在本月关闭，此前 12 个月的原因：{why}。",
            )
        )
    elif int(place.state("closed_month")) != NEVER:
        when = place.result.months[int(place.state("closed_month")) - month + place.t]
        lines.append(tell(f"Last closed in {when}.", f"上次关闭：{when}。"))
    return "\n".join(lines)


def luck(place: Place) -> str:
    """Shocks of the last twelve months."""
    struck = np.atleast_1d(place.flow("shock_struck", 12))
    from sim.parts.shocks import KINDS as SHOCKS

    found = [
        plain(name, SHOCK_WORDS) + tell(f" {int(times)} times", f" {int(times)} 次")
        for name, times in zip(SHOCKS, struck, strict=False)
        if times
    ]
    return tell(f"Shocks of the last 12 months: {listed(found)}.", f"近 12 个月的冲击：{listed(found)}。")


def chain(result: sim.Result, village: int, month: str, task: Task | None = None) -> str:
    """The whole explanation as text."""
    place = find(result, village, month, task)
    parts = [
        head(place),
        explain_plan.told(place) if place.plans else conditions(place),
        explain_business.told(place),
        explain_money.money(place),
        explain_care.care(place),
        explain_care.people(place),
        luck(place),
        explain_triggers.told(place),
        explain_own.told(place),
        tell(
            "A what-if of one run with one kind of luck, not a forecast.",
            "以上是一次运行、一种运气下的情景推演，不是预测。",
        ),
    ]
    return "\n\n".join(part for part in parts if part)
