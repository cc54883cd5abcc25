"""A business that a village decides on: offered, taken, earning, dormant, wound up; whom its money reaches.

Sums by hand in fen from the rules of docs/odd/annex_c.md; a workshop is set up with 120,000 yuan, of
which a fifth is stake.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from runs import AT_ONCE, SHORT_LEADS, county_bytes, differences, small

import sim
from sim.parts import agriculture, business_course, handicraft, tourism
from sim.state.codes import (
    CRAFT_HERITAGE,
    DORMANT,
    EARNING,
    ELDER,
    FARM,
    FREE,
    NEVER,
    NO_ENDOWMENT,
    NO_LEADER,
    NO_STAKE,
    NO_TRADE,
    NOT_IN_SERVICE,
    NOT_THIS_YEAR,
    PLAIN,
    PROFESSIONAL,
    RUNS_FARM,
    RUNS_TOURISM,
    RUNS_WORKSHOP,
    SCENIC,
    STORY,
    TAKEN,
    WOUND_UP,
)

YUAN = 100
DECEMBER, NEXT_DECEMBER = 11, 23  # months of 2025 and 2026, from 0
OFFER = {"business.kind": "handicraft", "business.start": 0, "business.take_up": 1.0}
WORKS = {  # all villages could and would: what a run of two years needs to show businesses
    "business.start": 0,
    "business.take_up": 1.0,
    "county.facility_share": 1.0,
    **SHORT_LEADS,
}


def asked(changes: dict[str, Any] | None = None, **states: Any) -> sim.MutualAidModel:
    """A craft village in December: its station has stood a year, it has a leader and 30,000 yuan saved."""
    model = small({**OFFER, **(changes or {})}, villages=1)
    here = {"kind": CRAFT_HERITAGE, "launched": DECEMBER - 12, "door": 26, "leader": 1}
    for name, value in {**here, "capital_left": 30_000 * YUAN, **states}.items():
        model.state[name][:] = value
    model.month = DECEMBER
    business_course.run_decide(model)
    return model


# -- the decision
# ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("payer", ["government", "society"])
def test_a_village_puts_in_its_stake_and_the_payer_the_rest(payer: str) -> None:
    """24,000 of 30,000 yuan saved are the stake, 96,000 the payer's; 18,000 stay in the purse."""
    model = asked({"business.payer": payer, "business.stake": 0.2})
    post, village = model.world.posted[0], model.world.villages[0]
    assert (post.stake, post[f"setup_{payer}"], post.invested) == (
        24_000 * YUAN,
        96_000 * YUAN,
        102_000 * YUAN,
    )
    assert village.capital_left == 6_000 * YUAN and village.trade_stake == 24_000 * YUAN
    assert (village.trade_stage, village.plus, village.begun) == (EARNING, RUNS_WORKSHOP, DECEMBER)
    model.ledger.settle()
    assert model.world.balance[0].business == 18_000 * YUAN


def test_a_collective_that_is_the_payer_needs_all_the_money_in_its_capital_purse() -> None:
    poor = asked({"business.payer": "collective"}, capital_left=120_000 * YUAN - 1)
    rich = asked({"business.payer": "collective"}, capital_left=120_000 * YUAN)
    assert poor.state["trade_answer"][0] == NO_STAKE
    assert rich.state["trade_answer"][0] == TAKEN and rich.state["capital_left"][0] == 0
    assert rich.world.posted[0].setup_collective == 96_000 * YUAN


@pytest.mark.parametrize(
    ("answer", "changes", "states"),
    [
        (NO_ENDOWMENT, {}, {"kind": PLAIN}),
        (NOT_IN_SERVICE, {}, {"launched": NEVER}),
        (NOT_IN_SERVICE, {}, {"launched": DECEMBER - 11}),
        (NOT_IN_SERVICE, {}, {"door": 5}),
        (NO_LEADER, {}, {"leader": 0}),
        (NO_STAKE, {}, {"capital_left": 24_000 * YUAN - 1}),
        (NO_STAKE, {"collective.on": False}, {}),
        (NOT_THIS_YEAR, {"business.take_up": 0.0}, {}),
    ],
    ids=["no craft", "no station", "too young", "shut", "no leader", "no stake", "no purse", "no luck"],
)
def test_nothing_is_taken_where_something_is_lacking(answer: int, changes: dict, states: dict) -> None:
    model = asked(changes, **states)
    assert (model.state["trade_answer"][0], model.state["trade_stage"][0]) == (answer, NO_TRADE)
    assert not model.world.posted.view(np.int64).any() and not model.state["plus"].any()


def test_the_offer_is_made_in_december_from_its_start_on() -> None:
    for start, month, taken in ((0, 10, 0), (12, 11, 0), (12, 12, 0), (12, 23, 1), (0, 11, 1)):
        model = small({**OFFER, "business.start": start}, villages=1)
        model.state["kind"][:], model.state["launched"][:], model.state["door"][:] = CRAFT_HERITAGE, -12, 26
        model.state["leader"][:], model.state["capital_left"][:] = 1, 30_000 * YUAN
        model.month = month
        business_course.run_decide(model)
        assert model.flow["business_taken"][0] == taken


def test_villages_take_up_at_the_declared_chance() -> None:
    """300 villages that all could, a fifth a year; four standard errors (1 in 16,000)."""
    model = small({**OFFER, "business.take_up": 0.2, "county.elders": 5}, villages=300)
    for name, value in {"kind": CRAFT_HERITAGE, "launched": -12, "door": 26, "leader": 1}.items():
        model.state[name][:] = value
    model.state["capital_left"][:], model.month = 30_000 * YUAN, DECEMBER
    business_course.run_decide(model)
    taken = int((model.state["trade_stage"] == EARNING).sum())
    assert abs(taken - 60) <= 4 * np.sqrt(300 * 0.2 * 0.8)


def test_under_an_envelope_the_payers_part_is_spread_over_the_months_that_are_left() -> None:
    """Its present value in the month of taking is the payer's 96,000 yuan."""
    model = asked({"funding.basis": "envelope"})
    discount = 1 / (1 + model.parameters.economy.discount / 12)
    left = sum(discount**month for month in range(model.horizon - DECEMBER))
    assert model.state["setup_annuity"][0] * left == pytest.approx(96_000 * YUAN, rel=1e-6)
    assert asked({"funding.basis": "envelope"}, leader=0).state["setup_annuity"][0] == 0


# -- its course
# ------------------------------------------------------------------------------------------------------
def at_work(changes: dict[str, Any] | None = None, **states: Any) -> sim.MutualAidModel:
    """A workshop taken in month 0: 100,000 yuan set up, 20,000 of them stake, 85,000 invested."""
    model = small({**OFFER, "business.salvage": 0.2, "business.stake": 0.2, **(changes or {})}, villages=1)
    here = {"kind": CRAFT_HERITAGE, "begun": 0, "plus": RUNS_WORKSHOP, "trade_held": RUNS_WORKSHOP}
    here |= {"trade_stage": EARNING, "setup": 100_000 * YUAN, "trade_stake": 20_000 * YUAN}
    for name, value in {**here, "trade_judged": 100, "capital_left": 0, **states}.items():
        model.state[name][:] = value
    model.world.balance.business_assets = 85_000 * YUAN
    return model


def settled(model: sim.MutualAidModel, purse: int, owed: tuple[int, int, int], month: int = 5) -> Any:
    """Postings of a month with this purse and these debts to workers, lessors, suppliers, in yuan."""
    model.world.balance.business = purse * YUAN
    model.state["trade_owed"][0] = np.array(owed) * YUAN
    model.month = month
    business_course.run_follow(model)
    return model.world.posted[0]


def test_a_business_beyond_its_loss_limit_is_wound_up_and_its_losers_are_named() -> None:
    """16,000 yuan of debts against a limit of 15,000; 5 % of 85,000 are 4,250: workers get their 2,000,
    lessors 2,250 of 4,000, suppliers nothing. Of 80,750 lost the stake bears 20,000.
    """
    model = at_work({"business.salvage": 0.05})
    post = settled(model, -16_000, (2_000, 4_000, 10_000))
    assert (post.unpaid_workers, post.unpaid_lessors, post.unpaid_suppliers) == (
        0,
        1_750 * YUAN,
        10_000 * YUAN,
    )
    assert (post.salvaged, post.stake_lost, post.setup_lost) == (4_250 * YUAN, 20_000 * YUAN, 60_750 * YUAN)
    assert (post.left_over, post.made_good) == (0, 0)
    assert model.state["trade_stage"][0] == WOUND_UP and not model.state["trade_owed"].any()
    assert model.state["plus"][0] == 0 and model.flow["business_wound_up"][0] == 1
    model.ledger.settle()
    assert model.world.balance[0].business == model.world.balance[0].business_assets == 0


def test_what_is_left_after_the_creditors_goes_to_the_capital_purse() -> None:
    """A fifth of 85,000 is 17,000: 16,000 for the creditors, 1,000 for the collective."""
    model = at_work()
    post = settled(model, -16_000, (2_000, 4_000, 10_000))
    assert (post.unpaid_workers, post.unpaid_lessors, post.unpaid_suppliers) == (0, 0, 0)
    assert post.left_over == model.state["capital_left"][0] == 1_000 * YUAN
    assert (post.stake_lost, post.setup_lost) == (20_000 * YUAN, 48_000 * YUAN)
    model.ledger.settle()
    assert model.world.balance[0].business == 0


def test_a_business_within_its_limit_goes_on() -> None:
    model = at_work()
    assert settled(model, -15_000, (0, 0, 15_000)).salvaged == 0
    assert model.state["trade_stage"][0] == EARNING


def test_who_waits_for_money_and_who_is_paid_first() -> None:
    """A month of 700 costs, 200 rent and 300 wages is short of 1,000: 700, 200 and 100 wait. A month on 250
    are earned: workers' 100 first, then 150 of the lessors'.
    """
    model = at_work()
    flow = model.world.flow[0]
    flow.business_costs, flow.business_rent, flow.business_wages = 1_200 * YUAN, 200 * YUAN, 300 * YUAN
    settled(model, -1_000, (0, 0, 0))
    assert (model.state["trade_owed"][0] // YUAN).tolist() == [100, 200, 700]
    model.world.flow.view(np.uint8)[:] = 0
    settled(model, -750, (100, 200, 700))
    assert (model.state["trade_owed"][0] // YUAN).tolist() == [0, 50, 700]


def test_pay_that_is_lost_is_taken_off_those_on_the_pay_roll() -> None:
    """1,750 yuan of rent are lost by two persons who had three and one parts of last year's pay."""
    model = at_work({"business.salvage": 0.05})
    model.people.trade_months[0, 2], model.people.trade_months[1, 3] = 6_000 * YUAN, 2_000 * YUAN
    settled(model, -16_000, (2_000, 4_000, 10_000))
    assert model.people.trade_income[0] == (6_000 * YUAN - 131_250) // 12
    assert model.people.trade_income[1] == (2_000 * YUAN - 43_750) // 12
    assert not model.people.trade_months[2:].any()


def workshop_without_masters(months: int) -> tuple[sim.MutualAidModel, list[int], list[int]]:
    """Stage and costs month by month; fixed cost 12,000 a year, a tenth of it while dormant; lead two."""
    changes = {"handicraft.lead": 2, "handicraft.fixed": 12_000.0, "business.upkeep": 0.1}
    model = at_work({**changes, "business.wake": 0.0, "business.dormant_most": 12}, trade_judged=2 + 11)
    model.people.skills[:] = 0
    model.world.balance.business = 20_000 * YUAN
    stages, costs = [], []
    for month in range(months):
        model.world.flow.view(np.uint8)[:] = 0
        model.month = month
        handicraft.run(model)
        business_course.run_follow(model)
        costs.append(int(model.world.posted[0].costs))
        stages.append(int(model.state["trade_stage"][0]))
        model.ledger.settle()
    return model, stages, costs


def test_a_year_without_profit_makes_a_business_dormant_and_a_year_of_rest_ends_it() -> None:
    """It trades from month 2 to 13, twelve months; dormant from the end of month 13, over at month 25."""
    model, stages, costs = workshop_without_masters(27)
    assert stages == 13 * [EARNING] + 12 * [DORMANT] + 2 * [WOUND_UP]
    assert costs == [0, 0] + 12 * [1_000 * YUAN] + 12 * [100 * YUAN] + [0]
    # the purse of 20,000 less 13,200, and 17,000 for the assets
    assert model.world.balance[0].business == 0
    assert model.state["capital_left"][0] == (20_000 - 13_200 + 17_000) * YUAN


def test_a_wound_up_village_is_not_set_up_twice() -> None:
    model, _, _ = workshop_without_masters(27)
    for name, value in {"launched": 0, "door": 26, "leader": 1, "capital_left": 90_000 * YUAN}.items():
        model.state[name][:] = value
    model.month = 35
    business_course.run_decide(model)
    assert model.state["trade_stage"][0] == WOUND_UP and not model.world.posted[0].stake


@pytest.mark.parametrize(
    ("leader", "purse", "month", "chance", "wakes"),
    [(1, 0, 23, 1.0, 1), (0, 0, 23, 1.0, 0), (1, -1, 23, 1.0, 0), (1, 0, 22, 1.0, 0), (1, 0, 23, 0.0, 0)],
    ids=["wakes", "no leader", "in debt", "not december", "no chance"],
)
def test_a_leader_wakes_a_business_without_debts_in_december(
    leader: int, purse: int, month: int, chance: float, wakes: int
) -> None:
    changes = {"business.wake": chance, "business.upkeep": 0.0}
    model = at_work(changes, trade_stage=DORMANT, plus=0, leader=leader, trade_rests=20)
    settled(model, purse, (0, 0, max(-purse, 0)), month)
    assert model.flow["business_woken"][0] == wakes
    assert model.state["plus"][0] == wakes * RUNS_WORKSHOP
    if wakes:
        assert model.state["trade_judged"][0] == month + 12


# -- whom its money reaches
# ------------------------------------------------------------------------------------------------------
def test_what_persons_got_adds_up_to_what_was_posted_month_by_month() -> None:
    """Wages, rent and dividends less what was lost, in each village to the fen; the mean is a year's."""
    changes = {"county.share_scenic": 0.3, "county.share_craft": 0.3, "county.share_near_town": 0.3}
    model = small({**WORKS, **changes, "business.kind": "portfolio"}, villages=4)
    world, seen = model.world, np.zeros(4)
    for month in range(48):
        oldest, serial = model.people.trade_months[:, (month + 1) % 12].copy(), model.people.serial.copy()
        model.step()
        book, people, world = model.ledger.amount, model.people, model.world
        posted = book("wages") + book("leases") + book("dividends")
        posted = posted - book("unpaid_workers") - book("unpaid_lessors")
        for v in range(4):
            rows = slice(world.start[v], world.start[v] + world.used[v])
            assert people.trade_months[rows, month % 12].sum() == posted[v]
            if model.state["trade_paid"][v] != NEVER and len(serial) == len(people.serial):
                stayed = (people.serial == serial)[rows]
                year = (people.trade_months.sum(axis=1) + oldest)[rows]
                assert (people.trade_income[rows] == year // 12)[stayed].all()
        seen += posted
    model.audit()
    assert (seen > 0).any()


def test_a_profit_is_shared_by_head_and_others_get_the_rest() -> None:
    """50,000 yuan less 15,000 kept: a fifth of 35,000 to the service; 28,000 by head, to the fen."""
    model = at_work({"business.care_share": 0.2, "business.working_capital": 0.15})
    post = settled(model, 50_000, (0, 0, 0), DECEMBER)
    people, village = model.people, model.world.villages[0]
    heads = int(village.elders + village.helpers)
    members = heads + int(model.world.pool[0].sum())
    got = people.trade_months[:-1, DECEMBER][people.kind[:-1] != FREE]
    assert post.care_share == 7_000 * YUAN and post.dividends + post.dividends_others == 28_000 * YUAN
    assert got.sum() == post.dividends == 28_000 * YUAN * heads // members
    assert len(got) == heads and np.abs(got - 28_000 * YUAN / members).max() < 1


def test_rent_goes_to_elders_by_their_land() -> None:
    """Ten elders of 1 to 10 mu: rents as 1 to 10, each within a fen."""
    model = fields({"agriculture.land": 10.0, "agriculture.lease_share": 0.9, "agriculture.rent": 600.0})
    model.people.free[:] = 0  # nobody works
    post = month_of(model, agriculture, 10)
    rents = model.people.trade_months[:10, 10]
    assert post.leases == 6_000 * YUAN == rents.sum()
    assert np.abs(rents - 6_000 * YUAN * np.arange(1, 11) / 55).max() < 1
    assert not model.people.trade_months[10:, 10].any()


def test_money_of_a_business_buys_paid_hours() -> None:
    """The same county and luck; in one every elder has had 5,000 yuan a month from a business."""
    hours = []
    for fen in (0, 5_000 * YUAN):
        model = small(villages=2)
        for _ in range(4):
            model.people.trade_income[model.people.kind == ELDER] = fen
            model.step()
        hours.append(int(model.series.hours[:, :, PROFESSIONAL].sum()))
    assert hours[1] > hours[0]


# -- claims of document 004
# ------------------------------------------------------------------------------------------------------
def month_of(model: sim.MutualAidModel, part: Any, at: int) -> Any:
    """Postings of one month of a part's own row."""
    model.world.flow.view(np.uint8)[:] = 0
    model.world.posted.view(np.uint8)[:] = 0
    model.month = at
    part.run(model)
    return model.world.posted[0]


def fields(changes: dict[str, Any] | None = None, villages: int = 1) -> sim.MutualAidModel:
    """Fields on a plain since month 0, without luck; ten elders with land in each village, 1 to 10 mu."""
    base = {"business.kind": "agriculture", "agriculture.lead": 6, **(changes or {})}
    model = small(base, villages=villages)
    model.values.agriculture["price_cv"] = model.values.agriculture["yield_cv"] = 0.0
    people, state, start = model.people, model.state, model.world.start
    people.land[:], people.skills[:], people.health[:], people.age[:] = 0, FARM, 0, 65 * 12
    people.free[:] = 60_000
    for v in range(villages):
        people.land[start[v] : start[v] + 10] = 10 * np.arange(1, 11)
        people.kind[start[v] : start[v] + 10] = ELDER
    state["kind"][:], state["begun"][:], state["plus"][:] = PLAIN, 0, RUNS_FARM
    return model


def test_acreage_follows_last_years_price() -> None:
    """A price at 0.6 of the normal, elasticity 0.5: 0.8 of the land is wanted, and 8 mu are leased."""
    model = fields({"agriculture.land": 10.0, "agriculture.acreage_elasticity": 0.5})
    model.state["price_until"][:], model.state["price_level"][:] = 10, 0.6
    month_of(model, agriculture, 9)
    assert model.state["herd"][0] == pytest.approx(0.8)
    assert month_of(model, agriculture, 10).leases == 8 * 600 * YUAN


@pytest.mark.parametrize(
    ("coupled", "levels"), [(True, (0.9, 0.9)), (False, (0.8, 1.0))], ids=["a county", "apart"]
)
def test_a_price_falls_with_what_the_county_plants_beyond_a_normal_year(
    coupled: bool, levels: tuple[float, float]
) -> None:
    """One village plants 12 mu for its 10, the other 10: 22 for 20, elasticity 1; apart, 12 for 10."""
    changes = {
        "agriculture.land": 10.0,
        "agriculture.lease_share": 0.9,
        "agriculture.price_elasticity": 1.0,
        "county.couplings": coupled,
    }
    usual, more = fields(changes, 2), fields(changes, 2)
    more.state["herd"][:] = (1.2, 1.0)
    for model in (usual, more):
        month_of(model, agriculture, 9)
    each, other = (model.world.posted.sales.astype(float) for model in (usual, more))
    assert other / each == pytest.approx(np.array((1.2, 1.0)) * levels, rel=1e-6)


def test_without_elasticities_there_is_no_herd() -> None:
    still = {"agriculture.acreage_elasticity": 0.0, "agriculture.price_elasticity": 0.0}
    model = fields({"agriculture.land": 10.0, **still}, 2)
    model.state["price_until"][:], model.state["price_level"][:] = 10, 0.6
    month_of(model, agriculture, 9)
    assert (model.state["herd"] == 1.0).all()


def visited(changes: dict[str, Any], hands: int, months: int = 12) -> sim.MutualAidModel:
    """A scenic village in its first year of visitors, without luck; so many robust elders, no storyteller."""
    base = {"business.kind": "tourism", "tourism.lead": 3, "tourism.visitors": 12_000.0, **changes}
    model = small({**base, "tourism.elder_pull": 0.0}, villages=1)
    model.values.tourism["volatility"] = 0.0
    people, state = model.people, model.state
    people.skills[:], people.health[:], people.kind[: max(hands, 1)] = 0, 1, ELDER
    people.health[:hands] = 0
    state["kind"][:], state["begun"][:], state["plus"][:] = SCENIC, -3, RUNS_TOURISM
    for month in range(months):
        people.free[:] = 60_000
        month_of(model, tourism, month)
    return model


def test_robust_elders_keep_order_and_are_paid_for_it() -> None:
    """February: 1,250 visits at 2 minutes: 2,400 minutes of one elder, the rest of another, at 8 yuan."""
    model = visited({"tourism.order_minutes": 2.0, "tourism.wage": 8.0}, 3, months=2)
    paid = model.people.trade_months[:, 1]
    assert sorted(paid[paid > 0].tolist()) == [101 * 800 // 60, 2_400 * 800 // 60]
    assert model.world.posted[0].wages == paid.sum() == 2_501 * 800 // 60
    assert not (paid[3:] > 0).any()  # the others are not robust


@pytest.mark.parametrize(
    ("hands", "told", "renown"), [(0, 10.0, 0.9), (50, 0.0, 1.1), (0, 0.0, 0.9)], ids=["ill", "well", "none"]
)
def test_next_years_visitors_come_by_word_of_mouth(hands: int, told: float, renown: float) -> None:
    """All looked after: a tenth more; nobody: a tenth less. Storytellers are wanted and there are none."""
    minutes = {"tourism.minutes_per_visit": max(told, 2.0) if not hands else 2.0}
    model = visited({"tourism.word_of_mouth": 0.1, "tourism.order_minutes": 2.0, **minutes}, hands)
    if hands:  # half of the minutes are those of storytellers
        assert model.state["renown"][0] == pytest.approx(1.0, abs=1e-3)
        model.people.skills[:hands] = STORY
        for month in range(12, 24):
            model.people.free[:] = 60_000
            month_of(model, tourism, month)
    assert model.state["renown"][0] == pytest.approx(renown, abs=1e-3)


def test_a_workshop_rests_when_the_fields_call_and_its_house_spreads_the_word() -> None:
    """September's fields ask 1.6 of a usual month: with a season of 0.5, 0.7 of the hours. Half of the elders
    are enrolled: visitors of four masters 20 x 0.4 x (1 + 1 x 0.5) = 12.
    """
    seen = []
    for season, online in ((0.0, 0.0), (0.5, 1.0)):
        quiet = {"handicraft.season": season, "handicraft.online": online, "handicraft.guests": 20.0}
        model = at_work({**quiet, "handicraft.lead": 2, "handicraft.pass_on": 0.0})
        people = model.people
        people.skills[:], people.health[:], people.free[:] = 0, 0, 4_000
        people.skills[:4] = 4
        model.state["signed_up"][:] = model.state["elders"] // 2
        share = float(model.state["signed_up"][0] / model.state["elders"][0])
        post = month_of(model, handicraft, 8)
        seen.append((int(model.flow["business_minutes"][0]), float(model.state["visitors"][0])))
        assert post.wages == model.people.trade_months[:, 8].sum()
    assert seen[0] == (8_000, pytest.approx(8.0))
    assert seen[1] == (pytest.approx(4 * 1_400, abs=4), pytest.approx(8.0 * (1 + share)))


# -- off
# ------------------------------------------------------------------------------------------------------
def test_an_offer_that_nobody_takes_changes_nothing_but_the_answers() -> None:
    """Every village is asked and says no; the villages are those without an offer, bit for bit."""
    runs = [
        small({"county.facility_share": 1.0, "business.start": 0, "business.take_up": 0.0, **kind})
        for kind in ({"business.kind": "portfolio"}, {"business.kind": "none"})
    ]
    for model in runs:
        model.run(30)
    found = {x.partition(": ")[2] for x in differences(*map(county_bytes, runs))}
    assert found == {"state trade_answer"}


def test_by_the_former_rule_nobody_decides_and_no_person_is_paid() -> None:
    model = small({**AT_ONCE, "business.kind": "portfolio", "business.start": 1, **SHORT_LEADS})
    series = model.run(26).series
    assert series.amount("wages").any() and series.amount("dividends").any()
    assert not model.people.trade_months.any() and not model.people.trade_income.any()
    for name in ("trade_stage", "trade_answer", "trade_owed", "trade_results", "trade_stake"):
        assert not series.state[name].any()
    for name in ("stake", "dividends_others", "salvaged", "stake_lost", "setup_lost", "left_over"):
        assert not series.amount(name).any()
    assert (series.state["renown"] == 1.0).all() and (series.state["herd"] == 1.0).all()
