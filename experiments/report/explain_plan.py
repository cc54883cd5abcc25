"""Why? of a village that plans: the plan in force, what it expected and refused, the door, credit and debts.

Read from the recorded states of `sim/parts/plan.py`, `station.py` and `credit.py`; nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.parts.station import CLOSURE, ENDS
from sim.planning.raising import CALM
from sim.planning.sheet import NOT_TRIED, REASONS
from sim.state.codes import (
    CANTEEN,
    CREDITORS,
    FAMILIES,
    HOME_TABLES,
    LEAST_DAYS,
    NEVER,
    PAYERS,
    SELF_COOKED,
    STATION_DAYS,
    STEPS,
    WITH_GUESTS,
    WORKING,
)

from .text import layout, yuan

if TYPE_CHECKING:
    from .explain import Place

SAID = {
    "none": "no service",
    "neighbours": "neighbours only",
    "station_days": "station days without meals",
    "tables_at_home": "tables at home",
    "self_cooked": "meals cooked by a rota of helpers",
    "canteen": "canteen",
    "canteen_with_guests": "canteen with guests",
}
WORDS = tuple(SAID[step] for step in STEPS)
END = (  # by place in `sim.funnel.FUNNEL`
    "it has never had an open station",
    "its station is too young to be judged",
    "its station is not open, or too seldom",
    "its station lasts and does not pay",
    "its station lasts and pays, and does not serve enough",
    "it is viable: its station lasts, pays and serves",
)
OTHERS = ("guests", "share of businesses", "cash above the reserve")  # places 4 to 6 of `expected`
YEAR = 12  # months
CHANGED = ("step", "open_week", "meals_a_day", "rota", "fee_level")  # what a plan moves


def causes(bits: int) -> str:
    """What stood against a door, in words."""
    found = [name.replace("_", " ") for place, name in enumerate(ENDS) if bits >> place & 1]
    return " and ".join(found) or "nothing recorded"


def service(place: Place, back: int = 0) -> str:
    """The form of service of a month in words: step, days, meals, staff."""
    step = int(place.state("step", back))
    if step < STATION_DAYS:
        return WORDS[step]
    rota, meals = int(place.state("rota", back)), int(place.state("meals_a_day", back))
    words = [WORDS[step], f"{int(place.state('open_week', back))} open days a week"]
    if step >= HOME_TABLES:
        words.append(f"{meals} meal{'s' * (meals != 1)} a day")
    if step >= CANTEEN:
        words.append("a rota of helpers cooks" if rota else "a paid cook")
    elif step == STATION_DAYS:
        words.append("a rota keeps the door" if rota else "a keeper")
    return ", ".join(words)


def steps(place: Place) -> str:
    """Every change of the form of service, month by month."""
    found, before = [], ""
    for month in range(len(place.result.months)):
        now = service(place, place.t - month)
        if now != before:
            found.append(f"{place.result.months[month]} {now}")
        before = now
    return "; ".join(found)


def date(place: Place, month: int) -> str:
    """YYYY-MM of a month counted from the horizon's start; words where it lies before the record."""
    at = int(month) - place.month + place.t
    return place.result.months[at] if 0 <= at < len(place.result.months) else "before the start"


def planned(place: Place, back: int = 0) -> str:
    """The plan in force `back` months ago: what it says, who made it, what it expected and refused."""
    made = int(place.state("planned_in", back))
    ago = place.month - made
    if made < 0 or ago > place.t:
        return "Plan: none was made yet."
    level = float(place.state("fee_level", back))
    priced = f"; prices at {level:.2f} of the list" if int(place.state("step", back)) >= SELF_COOKED else ""
    lines = [f"Plan in force: {service(place, back)}{priced}."]
    if place.flow_at("closed_now", ago):
        return f"{lines[0]} The last plan ended with the closure in {date(place, made)}."
    lines.append(f"Made in {date(place, made)} by {planner(place, ago)}; {kept_or_new(place, ago)}.")
    if int(place.state("step", ago)) != int(place.state("step", back)):
        lines.append(f"Since then it came down from {service(place, ago)} without a plan.")
    if int(place.state("step", ago)) >= STATION_DAYS:
        lines += ["", receipts(place, ago)]
    return "\n".join([*lines, "", refused(place, ago)])


def planner(place: Place, ago: int) -> str:
    """Who could plan in that month."""
    able = [who for who in ("leader", "association") if place.state(who, ago)]
    if not able:
        return "nobody of the village (neither leader nor association; a first plan, or renewed by township)"
    return " or ".join(f"the {who}" for who in able)


def kept_or_new(place: Place, ago: int) -> str:
    """What the plan changed against the month before it."""
    if ago >= place.t:
        return "the first of this record"
    before, now = service(place, ago + 1), service(place, ago)
    moved = [name for name in CHANGED if place.state(name, ago) != place.state(name, ago + 1)]
    if not moved:
        return "it kept what there was"
    if moved == ["fee_level"]:
        return f"it moved prices from {float(place.state('fee_level', ago + 1)):.2f} of the list"
    return f"it went from {before} to {now}"


def receipts(place: Place, ago: int) -> str:
    """Yuan a year: asked of each payer, its record, expected; cost and instalments; diners."""
    asked, expected, record = (place.state(name, ago) for name in ("planned", "expected", "pays_share"))
    table = [["yuan a year", "asked", "pays of what is due", "expected"]]
    for number, payer in enumerate(PAYERS):
        name = f"{payer} (fees)" if number == FAMILIES else payer
        table.append([name, yuan(asked[number]), f"{100 * record[number]:.0f} %", yuan(expected[number])])
    table += [[name, "", "", yuan(expected[4 + number])] for number, name in enumerate(OTHERS)]
    cost, debt = int(place.state("planned_cost", ago)), int(place.state("planned_debt", ago))
    diners = int(place.state("expected_diners", ago))
    return "\n".join(
        [
            layout(table),
            (
                f"expected in all {yuan(expected.sum())} yuan against cost {yuan(cost)} and instalments "
                f"{yuan(debt)}; {diners} diners expected"
            ),
        ]
    )


def refused(place: Place, ago: int) -> str:
    """Fuller steps than the one taken, each with the reason that the last search noted."""
    step, codes = int(place.state("step", ago)), place.state("refused", ago)
    lines = [
        f"  {WORDS[fuller]}: {REASONS[int(codes[fuller])]}"
        for fuller in range(WITH_GUESTS, step, -1)
        if int(codes[fuller]) != NOT_TRIED
    ]
    found = ["Fuller steps, as the last search found them:", *lines]
    if not lines:
        found = ["No fuller step was refused" + (": guests are the last lever." if step == CANTEEN else ".")]
    month = place.month - ago
    lowered = int(place.state("lowered_in", ago))
    if step >= STATION_DAYS and lowered != NEVER and month - lowered < CALM:
        found.append(f"  after a step down in {date(place, lowered)} none goes up for {CALM} months")
    return "\n".join(found)


def door(place: Place, back: int = 0) -> str:
    """Whether the door was open, and what stood against it."""
    days, against = int(place.state("door", back)), int(place.state("against", back))
    if days >= LEAST_DAYS:
        return f"open on {days} days"
    if days:
        return f"open on {days} days, fewer than the {LEAST_DAYS} that count"
    if place.flow_at("suspended", back):
        return "shut by an epidemic, flood or seal (counts neither way)"
    if against:
        return f"shut: {causes(against)} stood against it"
    if int(place.state("step", back)) < STATION_DAYS:
        room = "" if int(place.state("facility", back)) == WORKING else ", and no room stands"
        return f"shut: no station is planned{room}"
    return "shut"


def pledges(place: Place) -> str:
    """How the month's pledges came about: a twelfth of what the plan asks of each payer."""
    if place.flow("closed_now"):
        return "pledges: the station closed in this month, so that they fell away"
    basis = int(place.flow("pledge_basis"))
    if not basis and not place.flow("pledged").any():
        return "pledges: none, no plan asks for money"
    asked, made = place.state("planned", 1), place.flow("pledged")
    short = [
        f"{payer} pledges {yuan(made[number])} of {yuan(asked[number] / YEAR)}"
        for number, payer in enumerate(PAYERS)
        if made[number] + 100 < asked[number] / YEAR
    ]
    kept = f" ({'; '.join(short)})" if short else ""
    return f"pledges: a twelfth of what the year's plan asks of each payer, cost {yuan(basis)} a month{kept}"


def people(place: Place) -> str:
    """Leader, association, keeper, cook, room."""
    parts = [
        f"leader: {'yes' if place.state('leader') else 'none'}",
        f"association: {'yes' if place.state('association') else 'none'}",
    ]
    step = int(place.state("step"))
    if step >= STATION_DAYS:
        parts.append(f"keeper: {'yes' if place.state('has_keeper') else 'none'}")
        parts.append(f"condition of the room {float(place.state('condition')):.2f}")
        parts.append(f"months of too few users in a row: {int(place.state('few_users'))}")
    if step >= CANTEEN and not place.state("rota"):
        parts.append(f"cook: {'yes' if place.state('has_cook') else 'none'}")
    if place.state("rota"):
        parts.append(f"kitchen work done by the rota: {100 * float(place.state('rota_filled')):.0f} %")
    return "; ".join(parts)


def credit(place: Place) -> str:
    """Whether suppliers wait, debts by creditor with their instalments, arrears."""
    until = int(place.state("no_credit_until"))
    lines = ["suppliers deliver for cash only" if place.state("cash_only") else "suppliers wait"]
    if until > place.month:
        lines.append(f"a missed instalment ended credit for {until - place.month} more months")
    owed, instalment = place.state("debt"), place.state("instalment")
    debts = [
        f"{yuan(owed[number])} yuan to {creditor}, {yuan(instalment[number])} a month"
        for number, creditor in enumerate(CREDITORS)
        if owed[number]
    ]
    lines.append(f"old debts: {'; '.join(debts) or 'none'}")
    if place.state("arrears"):
        lines.append(f"instalments missed so far {yuan(place.state('arrears'))} yuan")
    if place.state("borrowed"):
        lines.append(f"advance of the collective still to be given back {yuan(place.state('borrowed'))} yuan")
    return "Credit: " + "; ".join(lines) + "."


def closure(place: Place) -> str:
    """How a door that was shut for good came to it, month by month, and the last plans."""
    if not place.flow("closed_now"):
        return ""
    back = CLOSURE
    while back < place.t and int(place.state("door", back)) < LEAST_DAYS:
        back += 1
    months = place.result.months
    first, cause = date(place, int(place.state("closed_month"))), causes(int(place.state("cause")))
    lines = [f"The station closed: {CLOSURE} months in a row without an open door, from {first}; {cause}."]
    lines += [f"  {months[place.t - ago]}: {door(place, ago)}" for ago in range(min(back, place.t), -1, -1)]
    found = ["\n".join(lines)]
    ended = int(place.state("step", 1)) < STATION_DAYS and place.t > 0
    if ended:
        found.append(f"The plan that ended it.\n{planned(place, 1)}")
    ago = next((ago for ago in range(1, place.t) if int(place.state("step", ago)) >= STATION_DAYS), 0)
    if ago:
        found.append(f"The last plan with a station.\n{planned(place, ago)}")
    return "\n\n".join(found)


def told(place: Place) -> str:
    """All of it for one month."""
    found = [planned(place), f"Door: {door(place)}. {people(place)}.\n{credit(place)}", closure(place)]
    return "\n\n".join(part for part in found if part)


def closures(place: Place) -> list[str]:
    """Months in which its station was counted as closed."""
    flow = place.result.series.flow["closed_now"][:, place.v]
    return [place.result.months[month] for month in np.flatnonzero(flow)]
