"""The search of a plan: from the fullest step down, and where nothing is carried one lever after another."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner
from sim.planning.books import families_may_carry, weigh
from sim.planning.menu import charges_meals, needs_room, serves_meals
from sim.planning.sheet import (
    ASKED,
    CARRIED,
    COST,
    DEBT,
    FEES,
    MEALS,
    NO_ROOM,
    NOT_ON_MENU,
    NOT_TRIED,
    RECEIPTS,
    SHEET,
    draft_of,
)
from sim.state.codes import CANTEEN, HOME_TABLES, NEIGHBOURS, SELF_COOKED, WITH_GUESTS, WORKING

LEVERS = ("price", "rota", "days", "appeal", "advance", "guests")  # in the order in which they are pulled
PRICE, ROTA, DAYS, APPEALING, LENDING, INVITING = (1 << place for place in range(len(LEVERS)))
ALL_LEVERS, NO_LEVER = (1 << len(LEVERS)) - 1, 0
WEEKS_OPEN = (6, 5, 3, 2)  # open days a week
CANDIDATES = 64  # plans of a step: two ways to staff it, two prices, four weeks, up to three meals a day
MOST_RISE = 0.2  # of a price in a year


@inner
def levers_of(plan, village, month):
    """The levers that the village has, as bits; an appeal waits two years."""
    bits = NO_LEVER
    switches = (plan.price, plan.rota, plan.days, plan.appeal, plan.advance, plan.guests)
    for place in range(len(LEVERS)):
        bits |= switches[place] << place
    if month - village.appealed < plan.appeal_every:
        bits &= ~APPEALING
    return bits


@called
def first_level(world, v, values, draft, month, calendar):
    """The price level at which fees meet the families' share of the asked budget, within its bounds.

    Found in three steps, since diners follow prices.
    """
    families, level, sheet = values.families[v], 1.0, world.sums[:SHEET]
    share = values.funding[v].share_families
    for _ in range(3):
        tried = draft_of(draft.step, draft.days, draft.meals, draft.rota, level, 0, 0)
        weigh(world, v, values, tried, 1.0, month, calendar)
        asked = sheet[ASKED] * share
        level = level * asked / sheet[FEES] if sheet[FEES] > 0.0 else level
        level = min(max(level, 0.0), families.highest_level)
    return level


@called
def raised_level(world, v, values, draft, month, calendar):
    """The price level that covers the gap, at most a fifth above the present one."""
    sheet, families = world.sums[:SHEET], values.families[v]
    weigh(world, v, values, draft, 1.0, month, calendar)
    gap = sheet[COST] + sheet[DEBT] - sheet[RECEIPTS]
    rise = gap / sheet[FEES] if sheet[FEES] > 0.0 else MOST_RISE
    level = max(draft.level, 0.1) * (1.0 + min(max(rise, 0.0), MOST_RISE))
    return min(level, families.highest_level)


@inner
def is_fuller(sheet, draft, best):
    """More meals of elders, then more open days, then cheaper; `best` (3) holds the best so far."""
    if sheet[MEALS] != best[0]:
        return sheet[MEALS] > best[0]
    if np.float64(draft.days) != best[1]:
        return draft.days > best[1]
    return sheet[COST] < best[2]


@inner
def staff_of(usual, pulled):
    """Least and most of the flag that a rota does the work: it does where it is the form, or a lever."""
    if usual.step == SELF_COOKED or usual.step == HOME_TABLES or usual.step == NEIGHBOURS:
        return 1, 1
    return 0, 1 if pulled & ROTA != 0 or usual.rota == 1 else 0


@inner
def candidate(usual, number, raised, appeal, advance):
    """Plan `number` of a step (0 to 63): staff, price, open days and meals a day."""
    rota, dearer, place, meals = number & 1, (number >> 1) & 1, (number >> 2) & 3, number >> 4
    level = raised if dearer == 1 else usual.level
    return draft_of(usual.step, WEEKS_OPEN[place], meals, rota, level, appeal, advance)


@inner
def is_open_to(usual, draft, staff, days_free, raised):
    """Whether a candidate differs from the usual plan in what may differ only."""
    least_rota, most_rota = staff
    if draft.rota < least_rota or draft.rota > most_rota:
        return False
    if draft.level != usual.level and draft.level != raised:
        return False
    if days_free:
        fewer_meals = draft.meals == usual.meals or 0 < draft.meals < usual.meals
        return fewer_meals and draft.days <= usual.days
    return draft.days == usual.days and draft.meals == usual.meals


@inner
def price_after(world, v, values, usual, pulled, month, calendar):
    """The raised price level where that lever is pulled; once a year, where families carry the gap."""
    village = world.villages[v]
    may_raise = pulled & PRICE != 0 and families_may_carry(values.funding[v].residual)
    if may_raise and charges_meals(usual.step) and month - village.price_moved >= 12:
        return raised_level(world, v, values, usual, month, calendar)
    return usual.level


@called
def best_of_step(world, v, values, usual, pulled, margin, month, calendar):
    """The fullest carried plan of a step with the levers `pulled` (bits); (reason, plan).

    `usual`: the plan without levers. The reason is that of the usual plan where nothing is carried.
    """
    sheet, best = world.sums[:SHEET], world.sums[40:43]
    best[0], best[1], best[2] = -1.0, -1.0, 0.0
    appeal, advance = 1 if pulled & APPEALING != 0 else 0, 1 if pulled & LENDING != 0 else 0
    staff, days_free = staff_of(usual, pulled), pulled & DAYS != 0
    raised = price_after(world, v, values, usual, pulled, month, calendar)
    reason, chosen = weigh(world, v, values, usual, margin, month, calendar), usual
    if usual.step <= NEIGHBOURS:
        return reason, chosen
    found = NOT_TRIED
    for number in range(CANDIDATES):
        draft = candidate(usual, number, raised, appeal, advance)
        if not is_open_to(usual, draft, staff, days_free, raised):
            continue
        if weigh(world, v, values, draft, margin, month, calendar) == CARRIED:
            if found != CARRIED or is_fuller(sheet, draft, best):
                chosen, found = draft, CARRIED
                best[0], best[1], best[2] = sheet[MEALS], np.float64(draft.days), sheet[COST]
    return CARRIED if found == CARRIED else reason, chosen


@called
def usual_plan(world, v, values, step, month, calendar):
    """A step as it would be run without any lever: as it is run now, or as a first plan of its form."""
    village = world.villages[v]
    rota = 1 if step == SELF_COOKED or step == HOME_TABLES or step == NEIGHBOURS else 0
    meals = np.int64(values.canteen[v].meals_per_day + 0.5) if serves_meals(step) else 0
    days = np.int64(village.usual_days)
    if step == HOME_TABLES:
        meals = np.int64(min(meals, 1))
    if step <= NEIGHBOURS:
        days = np.int64(0)
    same = step == village.step or (step == CANTEEN and village.step == WITH_GUESTS)
    if same and village.planned_in >= 0:
        return draft_of(step, village.open_week, village.meals_a_day, village.rota, village.fee_level, 0, 0)
    level = village.fee_level
    if charges_meals(step) and village.priced == 0:
        level = first_level(world, v, values, draft_of(step, days, meals, rota, 1.0, 0, 0), month, calendar)
    return draft_of(step, days, meals, rota, level, 0, 0)


@inner
def on_menu(world, v, values, step, top):
    """CARRIED where a step may be tried at all, or why not.

    With a room of its own a village does not cook in four kitchens.
    """
    village = world.villages[v]
    if step > top or (serves_meals(step) and values.canteen[v].on == 0):
        return NOT_ON_MENU
    has_room = village.facility == WORKING
    if needs_room(step) and not has_room:
        return NO_ROOM
    return NOT_ON_MENU if step == HOME_TABLES and has_room else CARRIED


@called
def with_levers(world, v, values, usual, levers, margin, month, calendar):
    """A step without levers, then with the first, the first two, and so on until it is carried."""
    reason, draft = best_of_step(world, v, values, usual, NO_LEVER, margin, month, calendar)
    for place in range(len(LEVERS) - 1):
        lever = 1 << place
        if reason == CARRIED or levers & lever == 0:
            continue
        pulled = levers & ((lever << 1) - 1)
        reason, draft = best_of_step(world, v, values, usual, pulled, margin, month, calendar)
    return reason, draft


@called
def search(world, v, values, top, bottom, margin, month, calendar):
    """The first carried plan from step `top` down to `bottom`; notes why fuller steps were refused.

    A canteen is tried before guests are let in, which is the last lever. Returns (reason, plan).
    """
    village = world.villages[v]
    levers, last = levers_of(values.plan[v], village, month), NOT_ON_MENU
    for step in range(min(top, CANTEEN), bottom - 1, -1):
        last = on_menu(world, v, values, step, top)
        village.refused[step] = last
        if last != CARRIED:
            continue
        usual = usual_plan(world, v, values, step, month, calendar)
        last, draft = with_levers(world, v, values, usual, levers, margin, month, calendar)
        village.refused[step] = last
        may_invite = step == CANTEEN and top >= WITH_GUESTS and levers & INVITING != 0
        if last != CARRIED and may_invite:
            guests = draft_of(WITH_GUESTS, usual.days, usual.meals, usual.rota, usual.level, 0, 0)
            last, draft = best_of_step(world, v, values, guests, levers, margin, month, calendar)
            village.refused[WITH_GUESTS] = last
        if last == CARRIED:
            return last, draft
    return last, draft_of(bottom - 1, 0, 0, 0, village.fee_level, 0, 0)
