"""M16 Government money: county envelopes, the lottery, late payment, pilots, a fiscal squeeze.

State   what is left of the year's envelopes, of a squeeze and of a pilot's extra money; the year's news.
Month   `run_envelopes` each January: growth and volatility, construction apart from operation.
        `run_pilots`: on their month the readiest villages are selected by criteria, then their extra money
        flows. `run_pay` in the settlement, in full, pro rata or late.
Off     government pledges and pays nothing.
"""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner, kernel
from sim.engine.randomness import Purpose, normalish, uniform, uniforms
from sim.state.codes import CLOSED
from sim.state.fields import flow, state
from sim.state.ledger import posting, share_out
from sim.state.parameters import par, section, switch
from sim.state.world import pays_alike

ENVELOPE = 1  # basis of pledges: an envelope fixed beforehand
DECEMBER = 12
LEAST_BUDGET = 0.1  # of its trend
COUNTY = 2  # pools of villages that share the county's money
TINY = 1e-9


@section("government")
class Government:
    """County and township government, with the welfare lottery behind construction."""

    on: bool = switch(True, doc="off: government pledges and pays nothing")
    ceiling: float = par(
        20000.0,
        unit="yuan/year",
        low=0.0,
        high=60000.0,
        doc="most that one village gets for operation, nominal 2025",
        source="Xiyang 20,000 flat; Mizhi 5,000-20,000; Jinxiang at most 5,000",
        grade="C",
        stored="fen",
    )
    ceiling_by_step: bool = par(
        True,
        unit="switch",
        doc="the county's ceiling grows with what a station offers; off: one ceiling for all",
        source="design choice after Mizhi (5,000-20,000) and Jinxiang (at most 5,000)",
    )
    ceiling_days: float = par(
        0.25,
        unit="share",
        low=0.0,
        high=1.0,
        doc="of the ceiling for station days or tables at home",
        source="Jinxiang pays at most 5,000 yuan, Xiyang 20,000",
        grade="C",
    )
    ceiling_self_cooked: float = par(
        0.625,
        unit="share",
        low=0.0,
        high=1.0,
        doc="of the ceiling where elders cook for themselves",
        source="Mizhi pays 5,000-20,000 yuan: the middle",
        grade="C",
    )
    township: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=0.8,
        doc="of government's share the township pays out of its own purse, once a year",
        source="Jingdezhen, Jiangxi: 1:1 for building",
        grade="C",
    )
    per_elder: float = par(
        0.0,
        unit="yuan/year",
        low=0.0,
        high=1200.0,
        doc="allowance per regular diner on top, nominal 2025",
        source="Feixiang 350-500 a resident (2012-14)",
        grade="B",
        stored="fen",
    )
    operating_envelope: float = par(
        9000.0,
        unit="yuan/year",
        low=0.0,
        high=30000.0,
        doc="county operating money per village of the county, nominal 2025",
        source="assumption: 15,000 a station (mean of four county rules) in about 60 % of villages",
        stored="fen",
    )
    construction_envelope: float = par(
        6000.0,
        unit="yuan/year",
        low=0.0,
        high=30000.0,
        doc="county construction money per village of the county, nominal 2025",
        source="assumption; 30,000-200,000 a home in seven provinces, one home in ten villages a year",
        stored="fen",
    )
    growth: float = par(0.03, unit="share/year", low=-0.05, high=0.08, doc="nominal growth of both envelopes")
    volatility: float = par(
        0.13,
        unit="share",
        low=0.0,
        high=0.4,
        doc="standard deviation of the operating envelope from year to year",
        source="derived: 10-15 % general budget, 22 % lottery",
        grade="C",
    )
    lottery_volatility: float = par(
        0.22,
        unit="share",
        low=0.10,
        high=0.40,
        doc="standard deviation of construction money",
        source="derived from sales and transfers 2016-24",
        grade="C",
    )
    pays_every: int = par(
        3,
        unit="months",
        low=1,
        high=12,
        doc="months between payments",
        source="assumption: calendar, subsidies quarterly",
    )
    late: float = par(0.2, unit="share", low=0.0, high=0.8, doc="payments that come one period late")
    pilots: float = par(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        doc="villages of the county that become pilots, the readiest by the criteria of the roll-out",
        source="design choice: no pilots",
    )
    pilot_start: int = par(
        12,
        unit="month",
        low=0,
        high=240,
        doc="months after the start in which pilots are selected",
        source="design choice",
    )
    pilot_months: int = par(
        36,
        unit="months",
        low=1,
        high=120,
        doc="months over which pilots get extra money",
        only=("pilots!=0",),
    )
    pilot_fund: float = par(
        29000.0,
        unit="yuan",
        low=0.0,
        high=200000.0,
        doc="extra money per village of the county, shared by its pilots",
        source="derived: 300 million for 59 regions (document 001), a region of 175 villages assumed",
        grade="C",
        stored="fen",
        only=("pilots!=0",),
    )
    squeeze_depth: float = par(
        0.15,
        unit="share/year",
        low=0.0,
        high=0.5,
        doc="fall of both envelopes in each year of a fiscal squeeze",
        only=(
            "squeeze_chance!=0",
            "squeeze_start!=-1",
        ),
    )
    squeeze_years: int = par(
        4,
        unit="years",
        low=1,
        high=10,
        doc="years that a squeeze lasts; what is lost stays lost",
        only=(
            "squeeze_chance!=0",
            "squeeze_start!=-1",
        ),
    )
    squeeze_start: int = par(
        -1,
        unit="month",
        low=-1,
        high=600,
        doc="months after the start from which a squeeze is scheduled; -1 for none",
        source="design choice: none is scheduled",
    )
    squeeze_chance: float = par(
        0.0,
        unit="share/year",
        low=0.0,
        high=0.3,
        doc="chance a year that a squeeze begins",
        source="design choice: off",
    )
    build_grant: float = par(
        60000.0,
        unit="yuan",
        low=12000.0,
        high=200000.0,
        doc="construction grant for one station",
        source="Shandong 60,000; Gansu 30,000; Shaanxi 80,000-90,000; Hebei 100,000-200,000",
        grade="C",
        stored="fen",
    )


state(
    "government_year",
    "i8",
    unit="fen",
    label="operating money left for the village this year where villages do not meet",
)
state("pilot", "i8", unit="flag", label="the village is a pilot")
state("pilot_left", "i8", unit="fen", label="extra money of a pilot that is left", written_by=("facilities",))
state("squeeze_until", "i8", unit="month", label="envelopes fall until", initial=-1)
state("squeeze_left", "f8", unit="share", label="envelopes that squeezes left", initial=1.0)
posting("grant_pilots", debit="cash", credit="government", label="government: extra money of pilots")
state(
    "township_owes",
    "i8",
    unit="fen",
    label="what the township owes the service",
    written_by=("opening", "station"),
)
flow("township_paid", unit="fen", label="of what government paid, from the township's purse")
state("common_news", "f8", unit="units", label="news of the county's budget this year, where payers share it")
state(
    "shares_news", "i8", unit="flag", label="this year the collective's news and the gifts are the county's"
)
posting("due_government", debit="receivable_government", credit="government", label="government: fallen due")
posting("paid_government", debit="cash", credit="receivable_government", label="government: paid")
posting(
    "forgiven_government", debit="government", credit="receivable_government", label="government: written off"
)
posting("capital_government", debit="cash", credit="government", label="government: construction grant")

YEAR = Purpose("government.year")
LATE = Purpose("government.late")
SQUEEZE = Purpose("government.squeeze")
PILOT = Purpose("government.pilot")
COMMON = Purpose("government.common")
TOWNSHIP = Purpose("government.township")


# -- the year's envelopes --------------------------------------------------------------------------------
@kernel
def factor(key, identity, index, volatility):
    """A year's budget over its trend: mean one, never below a tenth."""
    return max(1.0 + volatility * normalish(key, identity, index), LEAST_BUDGET)


@inner
def trend_of(government, deflator, month):
    """Growth of envelopes since the start, in constant yuan."""
    trend = 1.0
    for _ in range(max(month, 0) // 12):
        trend *= 1.0 + government.growth
    return trend * deflator


@inner
def squeeze(government, village, month, drawn):
    """A squeeze begins as scheduled or by chance; while it lasts envelopes fall each year."""
    start = government.squeeze_start
    scheduled = 0 <= start <= month < start + 12
    if month >= village.squeeze_until and (scheduled or drawn < government.squeeze_chance):
        village.squeeze_until = month + 12 * government.squeeze_years
    if month < village.squeeze_until:
        village.squeeze_left *= 1.0 - government.squeeze_depth


@inner
def share_news(village, chance, news, drawn):
    """With this chance the village's other payers have the budget's news this year, not their own."""
    village.common_news = news if chance > 0.0 else 0.0
    village.shares_news = 1 if drawn < chance else 0


@kernel
def set_envelopes(world, values, operating, construction, factors, coupled, month, keys):
    """Each village's part of the year's envelopes in fen, and what became of a budget over its trend.

    `keys`: year, common news, squeeze. During spin-up budgets have no news, and what was not built with then
    is not saved up.
    """
    year_keys, common_keys, squeeze_keys = keys
    for v in range(len(world.used)):
        government, village, key = values.government[v], world.villages[v], year_keys[world.county[v]]
        who = 0 if coupled else village.number
        trend, spread = trend_of(government, village.deflator, month), 1.0
        if month >= 0:
            spread = factor(key, who, 0, government.volatility)
            lottery = factor(key, who, 1, government.lottery_volatility)
            squeeze(government, village, month, uniform(squeeze_keys[world.county[v]], who, 0))
            trend *= village.squeeze_left
            construction[v] += np.int64(np.floor(government.construction_envelope * trend * lottery))
        money = government.operating_envelope * trend * spread * village.subsidy_left
        operating[v] = np.int64(np.floor(money))
        factors[v] = spread * village.subsidy_left * village.squeeze_left
        chance = values.funding[v].payer_correlation if month >= 0 else 0.0
        drawn = uniform(common_keys[world.county[v]], village.number, 0)
        share_news(village, chance, normalish(key, who, 0), drawn)


# -- payment ---------------------------------------------------------------------------------------------
@inner
def is_date(world, values, calendar_month):
    """Whether some village is paid this month."""
    due = False
    for v in range(len(world.used)):
        due = due or calendar_month % values.government[v].pays_every == 0
    return due


@inner
def pay_from_township(world, values, v, calendar_month, key):
    """The township owes its part of what falls due, and pays once a year as its own budget came out."""
    village, government, post = world.villages[v], values.government[v], world.posted[v]
    village.township_owes += np.int64(post.due_government * government.township)
    owed = world.balance[v].receivable_government + post.due_government
    village.township_owes = min(village.township_owes, owed)
    if calendar_month == DECEMBER and village.township_owes > 0:
        luck = min(factor(key, village.township, 2, government.volatility), 1.0)
        paid = np.int64(village.township_owes * luck)
        post.paid_government += paid
        world.flow[v].township_paid += paid
        village.township_owes -= paid


@inner
def claim_of(world, values, v, coupled, calendar_month, key):
    """What is due to a village on its date, nothing where it is late; one county decides for all."""
    government = values.government[v]
    if calendar_month % government.pays_every != 0 or pays_alike(values, v, world.villages[v]):
        return np.int64(0)
    late = uniform(key, 0 if coupled else world.villages[v].number, 0) < government.late
    new = np.int64(world.posted[v].due_government * government.township)
    of_township = (
        world.villages[v].township_owes + world.flow[v].township_paid - new
    )  # of what was due before
    owed = world.balance[v].receivable_government - max(of_township, 0)
    return np.int64(0 if late else max(owed, 0))


@inner
def collect(world, values, operating, factors, coupled, calendar_month, keys):
    """Claims on the county's money and what there is, in the tally; an envelope per village is paid at once.

    An envelope is paid by the year's factor; of that nothing is shared.
    """
    pool, claims, left, purse = world.pools[COUNTY], world.tally[0], world.tally[1], world.tally[2]
    for v in range(len(world.used)):
        purse[v] = 0
    for v in range(len(world.used)):
        claim = claim_of(world, values, v, coupled, calendar_month, keys[world.county[v]])
        if values.funding[v].basis == ENVELOPE:
            world.posted[v].paid_government += np.int64(np.floor(claim * min(factors[v], 1.0)))
            claims[v], left[v] = 0, 0
        else:
            claims[v], left[v] = claim, operating[v]
            purse[pool[v]] += operating[v]


@kernel
def pay(world, values, operating, factors, coupled, calendar_month, keys, township, township_keys):
    """What is due to villages on their date, in full or pro rata from the county's `operating` money."""
    if township:
        for v in range(len(world.used)):
            if not pays_alike(values, v, world.villages[v]):
                pay_from_township(world, values, v, calendar_month, township_keys[world.county[v]])
    if not is_date(world, values, calendar_month):
        return
    pool, claims, left, purse = world.pools[COUNTY], world.tally[0], world.tally[1], world.tally[2]
    numbers = world.tally[3]
    for v in range(len(world.used)):
        numbers[v] = world.villages[v].number
    collect(world, values, operating, factors, coupled, calendar_month, keys)
    share_out(purse, claims, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        world.posted[v].paid_government += claims[v]
        purse[pool[v]] -= claims[v]
    share_out(purse, left, pool, numbers, world.tally[4:9])
    for v in range(len(world.used)):
        if values.funding[v].basis != ENVELOPE:
            operating[v] = left[v]


# -- pilots ----------------------------------------------------------------------------------------------
@kernel
def pay_pilots(world, values, month, chosen):
    """What a building did not take is paid to pilots in service, evenly over the months left.

    False where they are yet to be chosen.
    """
    for v in range(len(world.used)):
        if not chosen and values.government[v].pilot_start == month:
            return False
    for v in range(len(world.used)):
        government, village = values.government[v], world.villages[v]
        left = government.pilot_start + government.pilot_months - month
        if village.pilot == 1 and left > 0 and village.level > CLOSED:
            extra = village.pilot_left // left
            world.posted[v].grant_pilots += extra
            village.pilot_left -= extra
        elif village.pilot == 1 and left <= 0:
            village.pilot, village.pilot_left = 0, 0
    return True


def choose_pilots(model) -> None:
    """The readiest of each county become pilots and share its fund.

    Where villages do not meet, each is a pilot by its own draw, with what a pilot can expect.
    """
    government, state, numbers = model.values.government, model.state, model.values.numbers
    begins = government["pilot_start"] == model.month
    for county, group in enumerate(model.counties.groups):
        mine = group[begins[group]]
        if len(mine) == 0:
            continue
        draws = uniforms(model.keys(PILOT)[county], numbers[mine])
        wanted, fund = government["pilots"][mine], government["pilot_fund"]
        if model.coupled:
            order = mine[np.lexsort((draws, -state["score"][mine]))]
            best = order[: int(np.ceil(wanted[0] * len(mine) - TINY))]
            share = fund * len(mine) // max(len(best), 1)
        else:
            best = mine[draws < wanted]
            share = np.floor(fund / np.maximum(government["pilots"], TINY))
        state["pilot"][best] = 1
        state["pilot_left"][best] = share[best]


# -- processes -------------------------------------------------------------------------------------------
def run_pilots(model) -> None:
    """On the starting month the readiest become pilots, county by county; then the extra money flows."""
    on = model.parameters.government.on and model.values.ever("government.pilots")
    if model.month < 0 or not on:
        return
    if not pay_pilots(model.world, model.values.table, model.month, False):
        choose_pilots(model)
        pay_pilots(model.world, model.values.table, model.month, True)


def run_envelopes(model) -> None:
    """Each January (and in the first month) the year's envelopes are set."""
    if model.calendar_month != 1 and model.clock != 0:
        return
    county, values = model.county, model.values.table
    money = county.operating, county.construction, county.factor
    keys = model.keys(YEAR), model.keys(COMMON), model.keys(SQUEEZE)
    set_envelopes(model.world, values, *money, model.coupled, model.month, keys)


def run_pay(model) -> None:
    """Government pays what is due; late payments wait one period."""
    if model.parameters.government.on:
        county, values, keys = model.county, model.values.table, model.keys(LATE)
        when = model.calendar_month
        township = model.values.ever("government.township"), model.keys(TOWNSHIP)
        pay(model.world, values, county.operating, county.factor, model.coupled, when, keys, *township)
