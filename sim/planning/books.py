"""What a plan may expect: receipts by payer, the gap and who carries it, the purse month by month."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import called, inner
from sim.planning.asking import apply_rule, crowd_out, envelope_year, set_ceilings, step_share, want_shares
from sim.planning.menu import (
    charges_meals,
    door_bill,
    expected_helpers,
    fewest,
    is_young,
    list_price,
    needs_room,
)
from sim.planning.menu import work_out as work_out_users_and_cost
from sim.planning.sheet import (
    APPEAL,
    ASKED,
    ATTENDING,
    CARE,
    CARRIED,
    CASH,
    CEILINGS,
    COST,
    DEBT,
    FEES,
    FEW_HELPERS,
    FEW_USERS,
    GUEST_MEALS,
    GUESTS,
    HANDS,
    KITCHEN,
    LOWEST,
    MEALS,
    NO_ROOM,
    OUT_OF_CREDIT,
    RECEIPTS,
    SHEET,
    TOO_DEAR,
    USERS,
    WANTS,
)
from sim.state.codes import (
    CANTEEN,
    COLLECTIVE,
    CREDITORS,
    FAMILIES,
    GOVERNMENT,
    HOME_TABLES,
    NEIGHBOURS,
    PAYERS,
    SOCIETY,
    STATION_DAYS,
    WORKING,
)
from sim.state.world import pays_alike, takes_fees

ENVELOPE = 1  # basis of pledges: an envelope fixed beforehand
ALIKE_PAYERS = ("all", *PAYERS)
RESIDUALS = (
    "none",
    "collective_families",
    "families_collective",
    "collective",
    "families",
    "government",
    "society",
    "government_collective_families",
    "shared",
)
NONE, COLLECTIVE_FAMILIES, FAMILIES_COLLECTIVE = 0, 1, 2
ONLY_COLLECTIVE, ONLY_FAMILIES, ONLY_GOVERNMENT, ONLY_SOCIETY, PUBLIC_FIRST, SHARED = 3, 4, 5, 6, 7, 8
NOBODY = -1
QUARTER = 3  # months
UP = 1.05  # of its cost that a fuller plan must expect
EDGE = 1e-6  # of the cost: what the rest was asked for to the fen is not refused for a rounding
LEAST_RECORD = 0.1  # share that a payer asked for the rest is trusted to pay


# -- who carries the gap ---------------------------------------------------------------------------------
@inner
def residual_payer(residual, turn):
    """The payer asked in this turn for what the others do not give; NOBODY when the list is at its end."""
    if residual == COLLECTIVE_FAMILIES:
        return (COLLECTIVE, FAMILIES, NOBODY)[min(turn, 2)]
    if residual == FAMILIES_COLLECTIVE:
        return (FAMILIES, COLLECTIVE, NOBODY)[min(turn, 2)]
    if residual == PUBLIC_FIRST:
        return (GOVERNMENT, COLLECTIVE, FAMILIES)[turn] if turn < FAMILIES + 1 else NOBODY
    if turn > 0 or residual == NONE or residual == SHARED:
        return NOBODY
    return (NOBODY, NOBODY, NOBODY, COLLECTIVE, FAMILIES, GOVERNMENT, SOCIETY)[residual]


@inner
def families_may_carry(residual):
    """Whether prices may rise to cover what the other payers do not give."""
    if residual == COLLECTIVE_FAMILIES or residual == FAMILIES_COLLECTIVE or residual == PUBLIC_FIRST:
        return True
    return residual == ONLY_FAMILIES or residual == SHARED


@inner
def room_of(values, v, village, payer, want, ceiling):
    """How much more a payer may be asked for beyond its share, fen a month."""
    if payer == COLLECTIVE and values.collective[v].on == 1:
        most = village.income * values.collective[v].residual_cap / 12.0
        return max(most - want[COLLECTIVE], 0.0)
    if payer == GOVERNMENT and values.government[v].on == 1:
        return max(ceiling[GOVERNMENT] - want[GOVERNMENT], 0.0)
    if payer == SOCIETY and values.society[v].on == 1:
        return max(ceiling[SOCIETY] - want[SOCIETY], 0.0)
    return 0.0


@inner
def carry_gap(values, v, village, gap, short, want, ceiling):
    """Ask the residual payers in their order for what is missing; families are asked by the price, not here.

    `gap`: of the budget, by what is asked; `short`: of the cost, by what payers are expected to pay.
    """
    residual = values.funding[v].residual
    if residual == SHARED:
        share_gap(values, v, village, max(gap, short), want, ceiling)
        return
    for turn in range(len(PAYERS)):
        payer = residual_payer(residual, turn)
        if payer == NOBODY or max(gap, short) <= 0.0:
            break
        record = max(village.pays_share[payer], LEAST_RECORD)
        more = min(max(gap, short / record), room_of(values, v, village, payer, want, ceiling))
        want[payer] += more
        gap -= more
        short -= record * more


@inner
def share_gap(values, v, village, gap, want, ceiling):
    """The gap by the shares of those who have room, once round."""
    funding = values.funding[v]
    shares = (funding.share_government, funding.share_collective, 0.0, funding.share_society)
    total = shares[GOVERNMENT] + shares[COLLECTIVE] + shares[SOCIETY]
    for payer in range(len(PAYERS)):
        part = gap * shares[payer] / total if total > 0.0 else 0.0
        want[payer] += min(part, room_of(values, v, village, payer, want, ceiling))


# -- receipts --------------------------------------------------------------------------------------------
@inner
def instalments_of(village):
    """Instalments of a year on old debts, fen."""
    total = 0.0
    for creditor in range(len(CREDITORS)):
        total += min(village.instalment[creditor] * 12.0, np.float64(village.debt[creditor]))
    return total


@inner
def expected_fees(values, v, village, draft, sheet):
    """Fees of a year at the plan's prices; the poor pay none."""
    if not takes_fees(values, v, village) or not charges_meals(draft.step):
        return 0.0
    paying = 1.0 - village.free_share
    return sheet[MEALS] * 12.0 * list_price(values.families[v], village) * draft.level * paying


@inner
def appeal_worth(values, v, village, draft):
    """What an appeal may bring: the more were made within five years, the less."""
    worth = np.float64(values.plan[v].appeal_money) if draft.appeal == 1 else 0.0
    for _ in range(village.appeals):
        worth *= 0.5
    return worth


@inner
def ask_alike(funding, village, draft, budget, want):
    """Null arm: the sum of the first plan a station-month, whoever pays it; else no more than is asked."""
    total = np.float64(village.alike_sum)
    total = total if draft.step >= STATION_DAYS else min(total, budget)
    for payer in range(len(PAYERS)):
        alone = 1.0 if funding.alike_payer == payer + 1 else 0.0
        want[payer] = total * (1.0 / len(PAYERS) if funding.alike_payer == 0 else alone)


@inner
def leave_out(values, v, want):
    """A payer who is off gives nothing; families pay by the price."""
    want[GOVERNMENT] *= values.government[v].on
    want[COLLECTIVE] *= values.collective[v].on
    want[SOCIETY] *= values.society[v].on
    want[FAMILIES] = 0.0


@inner
def fill_envelope(fees, budget, want):
    """What fees do not bring of an envelope, the others give by their shares: all mixes get the same."""
    others = want[GOVERNMENT] + want[COLLECTIVE] + want[SOCIETY]
    scale = max(budget - fees, 0.0) / others if others > 0.0 else 1.0
    for payer in range(len(PAYERS)):
        want[payer] *= scale


@inner
def shortfall(village, sheet, want):
    """What the payers by their records leave open of what a fuller plan must expect, fen a month.

    A payer who pays half of what falls due gives half, whatever it is asked for.
    """
    record = village.pays_share
    own = sheet[FEES] * record[FAMILIES] + sheet[GUESTS] + sheet[CARE] + sheet[CASH] + sheet[APPEAL]
    expected = own / 12.0
    for payer in range(len(PAYERS)):
        expected += record[payer] * want[payer]
    return UP * (sheet[COST] + sheet[DEBT]) / 12.0 - expected


@called
def ask_payers(values, v, village, draft, month, sheet, want, ceiling):
    """What each payer is asked for a month: by the rule up to the ceilings, then the gap."""
    funding = values.funding[v]
    budget = sheet[ASKED] / 12.0
    set_ceilings(values, v, village, sheet[USERS], ceiling)
    ceiling[GOVERNMENT] *= step_share(values.government[v], draft.step)
    if pays_alike(values, v, village):
        ask_alike(funding, village, draft, budget, want)
        return
    charges = charges_meals(draft.step) and values.families[v].on == 1
    want_shares(funding, budget, charges, want)
    if funding.basis == ENVELOPE:
        leave_out(values, v, want)
        fill_envelope(sheet[FEES] / 12.0, budget, want)
        return
    own = (sheet[FEES] + sheet[GUESTS] + sheet[CARE] + sheet[CASH]) / 12.0
    served = (sheet[MEALS], np.float64(village.served_minutes), np.float64(village.served_visits))
    want[GOVERNMENT] = min(want[GOVERNMENT], ceiling[GOVERNMENT])
    want[COLLECTIVE] = min(want[COLLECTIVE], ceiling[COLLECTIVE])
    want[SOCIETY] = min(want[SOCIETY], ceiling[SOCIETY])
    missing = budget - want[COLLECTIVE] - want[SOCIETY] - own
    apply_rule(funding, village, want, ceiling, budget, missing, month, served)
    crowd_out(village, funding, budget, want)
    leave_out(values, v, want)
    given = want[GOVERNMENT] + want[COLLECTIVE] + want[SOCIETY]
    short = shortfall(village, sheet, want)
    carry_gap(values, v, village, budget - given - own, short, want, ceiling)


@called
def expect(world, v, values, draft, month, sheet, want, ceiling):
    """Receipts of a year: by payer and its record, fees, guests, businesses, and cash above the reserve."""
    village, plan, funding = world.villages[v], values.plan[v], values.funding[v]
    cash = np.float64(world.balance[v].cash)
    sheet[DEBT] = instalments_of(village)
    sheet[FEES] = expected_fees(values, v, village, draft, sheet)
    sheet[GUESTS] = 12.0 * sheet[GUEST_MEALS] * values.station[v].guest_price
    sheet[CARE] = plan.care_counted * village.care_last_year
    sheet[CASH] = max(cash - plan.reserve * sheet[COST] / 12.0, 0.0)
    sheet[ASKED] = plan.prudence * (sheet[COST] + sheet[DEBT])
    if funding.basis == ENVELOPE:
        sheet[ASKED] = envelope_year(village, funding, month)
    sheet[APPEAL] = appeal_worth(values, v, village, draft)
    ask_payers(values, v, village, draft, month, sheet, want, ceiling)
    record = village.pays_share
    receipts = sheet[FEES] * record[FAMILIES] + sheet[GUESTS] + sheet[CARE] + sheet[CASH] + sheet[APPEAL]
    for payer in range(len(PAYERS)):
        receipts += 12.0 * record[payer] * want[payer]
    sheet[RECEIPTS] = receipts


@inner
def lendable(world, v):
    """What the collective can lend: its allowance less what it owes the service; one advance at a time."""
    village = world.villages[v]
    if village.borrowed > 0:
        return 0
    return max(village.welfare_left - world.balance[v].receivable_collective, 0)


# -- the purse, month by month ---------------------------------------------------------------------------
@inner
def lowest_alike(cash, calendar, given, spent):
    """The lowest cash of a year in which all payers pay three months' worth at a quarter's end, fen."""
    lowest = cash
    for ahead in range(12):
        cash -= spent
        if (calendar + ahead) % QUARTER == 0:
            cash += QUARTER * given
        lowest = min(lowest, cash)
    return lowest


@called
def lowest_purse(world, v, values, draft, calendar, sheet, want):
    """The lowest cash of the twelve months from `calendar` on, on the dates that payers keep, fen."""
    if pays_alike(values, v, world.villages[v]):
        given = want[GOVERNMENT] + want[COLLECTIVE] + want[FAMILIES] + want[SOCIETY]
        spent = (sheet[COST] + sheet[DEBT] - sheet[GUESTS] - sheet[CARE]) / 12.0
        return lowest_alike(world.balance[v].cash + sheet[APPEAL], calendar, given, spent)
    balance, record = world.balance[v], world.villages[v].pays_share
    government, collective = values.government[v], values.collective[v]
    owed = record[GOVERNMENT] * balance.receivable_government
    promised = record[COLLECTIVE] * balance.receivable_collective
    monthly = sheet[FEES] * record[FAMILIES] + sheet[GUESTS]
    monthly = monthly / 12.0 + want[SOCIETY] * record[SOCIETY] + want[FAMILIES] * record[FAMILIES]
    spent = (sheet[COST] + sheet[DEBT]) / 12.0
    loan = np.float64(lendable(world, v)) if draft.advance == 1 else 0.0
    cash = world.balance[v].cash + loan + sheet[APPEAL]
    lowest = cash
    for ahead in range(12):
        date = (calendar - 1 + ahead) % 12 + 1
        owed += record[GOVERNMENT] * want[GOVERNMENT]
        promised += record[COLLECTIVE] * want[COLLECTIVE]
        cash += monthly - spent
        if date % government.pays_every == 0:
            cash, owed = cash + owed, 0.0
        again = collective.pays_twice == 1 and (date + 6 - collective.pays_in) % 12 == 0
        if date == collective.pays_in or again:
            cash, promised = cash + promised, 0.0
        if date == 12:
            cash += sheet[CARE]
        lowest = min(lowest, cash)
    return min(lowest, cash - loan)


# -- whether a village carries a plan --------------------------------------------------------------------
@inner
def reason_before_money(values, v, village, draft, young, sheet):
    """Why a plan cannot be, money aside; CARRIED where it can."""
    if needs_room(draft.step) and village.facility != WORKING:
        return NO_ROOM
    if has_few_helpers(values, v, village, draft, young, sheet):
        return FEW_HELPERS
    return FEW_USERS if has_few_users(values, v, village, draft, sheet) else CARRIED


@inner
def has_few_helpers(values, v, village, draft, young, sheet):
    """Fewer helpers than a step needs, or fewer hands than a rota does."""
    if draft.step > NEIGHBOURS and values.station[v].hands_end == 0:
        return False
    helpers, _ = expected_helpers(values, v, village, young)
    if not young and helpers < values.solvency[v].least_helpers:
        return True
    unpaid = draft.rota == 1 or draft.step < CANTEEN
    return unpaid and sheet[KITCHEN] > sheet[HANDS]


@inner
def has_few_users(values, v, village, draft, sheet):
    """Fewer users than the step's fewest: diners, visitors of an open day, or enrolled."""
    if draft.step > NEIGHBOURS and values.station[v].diners_end == 0:
        return False
    least = fewest(values, v, draft.step)
    if village.step < CANTEEN <= draft.step:  # who begins wants more than what keeps a canteen going
        least = max(least, values.station[v].canteen_begins)
    if draft.step == STATION_DAYS:
        return sheet[ATTENDING] < least
    if draft.step > STATION_DAYS:
        return sheet[USERS] < least
    return draft.step == NEIGHBOURS and village.signed_up < least


@inner
def costs_nothing(step):
    """Steps of which the village pays nothing that they cannot be without."""
    return step <= NEIGHBOURS or step == HOME_TABLES


@called
def weigh(world, v, values, draft, margin, month, calendar):
    """Whether the village carries a plan at `margin` of its cost; CARRIED or the reason why not."""
    sums = world.sums
    sheet, want, ceiling = sums[:SHEET], sums[SHEET:WANTS], sums[WANTS:CEILINGS]
    work_out_users_and_cost(world, v, values, draft, month, sheet)
    young = is_young(values, v, world.villages[v], month)
    reason = reason_before_money(values, v, world.villages[v], draft, young, sheet)
    expect(world, v, values, draft, month, sheet, want, ceiling)
    sheet[LOWEST] = lowest_purse(world, v, values, draft, calendar, sheet, want)
    if reason != CARRIED or costs_nothing(draft.step):
        return reason
    if sheet[RECEIPTS] < margin * (sheet[COST] + sheet[DEBT]) * (1.0 - EDGE):
        return TOO_DEAR
    credit = values.credit[v]
    if credit.on == 1 and sheet[LOWEST] < -credit.months * sheet[COST] / 12.0:
        return OUT_OF_CREDIT
    return CARRIED


@inner
def costs_two_days(world, v, values):
    """Cost of a year of two open days a week kept by a rota, fen: what money must at least carry."""
    village, station, facilities = world.villages[v], values.station[v], values.facilities[v]
    shared = facilities.shared_cost if village.shares_room == 1 else 1.0
    power = station.power_fixed + (1.0 - station.power_fixed) * 2.0 / 6.0
    cost = shared * (facilities.power * power + facilities.repairs)
    if village.rented == 1:
        cost += facilities.rent * village.operator_rent
    return 12.0 * cost


@inner
def cannot_pay_room(world, v, values):
    """Whether nobody waits for the room's bills any more, and cash does not pay them."""
    village = world.villages[v]
    cash_only = village.cash_only == 1 and values.station[v].money_ends == 1
    return cash_only and world.balance[v].cash < door_bill(values, v, village)


@inner
def carried_two_days(world, v, values):
    """Whether what came in over the last twelve months would have kept two open days with a rota."""
    came = 0
    for before in range(len(world.villages[v].receipts)):
        came += world.villages[v].receipts[before]
    return came >= costs_two_days(world, v, values)
