"""The businesses M20-M22: a month of each worked by hand from the rules of docs/odd/annex_c.md, and the
directions argued there.

Fen and minutes; a share of a sum is cut off to the fen, so that a fen's difference is allowed where shares
are not exact.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import AT_ONCE, large, small

import sim
from sim.parts import agriculture, business, canteen, handicraft, tourism
from sim.state.codes import (
    CANTEEN,
    CRAFT,
    CRAFT_HERITAGE,
    ELDER,
    FARM,
    HELPER,
    NEAR_TOWN,
    PLAIN,
    SCENIC,
    STORY,
)

YUAN, HOUR = 100, 60  # fen, minutes
JANUARY, JUNE, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = 0, 5, 8, 9, 10, 11  # months of 2025


def season(name: str) -> list[float]:
    """Twelve months of the published table."""
    lines = (
        (Path(sim.__file__).parent / "data" / "month_seasons.csv").read_text(encoding="utf-8").splitlines()
    )
    return [float(r[name]) for r in csv.DictReader(x for x in lines if not x.startswith("#"))]


def village(
    kind: str, place: int, hands: int, skill: int, free: int, changes: dict[str, Any] | None = None
) -> sim.MutualAidModel:
    """One village with a business since month 0, no luck, and so many robust elders with the skill and
    free minutes.
    """
    model = large(
        {
            "county.elders": 60,
            "county.helpers_per_elder": 0.1,
            "business.kind": kind,
            "business.work_share": 0.5,
            **(changes or {}),
        }
    )
    for section, field in (
        ("tourism", "volatility"),
        ("agriculture", "price_cv"),
        ("agriculture", "yield_cv"),
        ("handicraft", "volatility"),
    ):
        getattr(model.values, section)[field] = 0.0
    p, r = model.people, model.world.villages
    p.skills[:], p.health[:], p.free[:], p.land[:], p.age[:] = 0, 0, free, 0, 65 * 12
    p.skills[:hands] = skill
    r.kind, r.begun, r.plus = place, 0, {"tourism": 1, "agriculture": 2, "handicraft": 4}[kind]
    return model


def month(model: sim.MutualAidModel, part: Any, at: int) -> tuple[Any, Any]:
    """Postings and flows of one month of the part's own row."""
    model.world.flow.view(np.uint8)[:] = 0
    model.world.posted.view(np.uint8)[:] = 0
    model.month = at
    part.run(model)
    return model.world.posted[0], model.world.flow[0]


# -- M20 tourism
# -------------------------------------------------------------------------------------------------------
T = {
    "tourism.visitors": 12_000.0,
    "tourism.spend": 40.0,
    "tourism.growth": 0.05,
    "tourism.variable": 0.35,
    "tourism.fixed": 60_000.0,
    "tourism.minutes_per_visit": 12.0,
    "tourism.wage": 8.0,
    "tourism.elder_pull": 0.3,
    "tourism.order_minutes": 0.0,
    "tourism.word_of_mouth": 0.0,
    "tourism.lead": 3,
}


def test_a_june_of_tourism_in_its_second_year_with_too_few_to_tell() -> None:
    """12,000/12 x 0.85 x 1.05 = 892.5 visits want 10,710 minutes. Three tell half of their 4,000: 6,000. The
    pull of 0.3 leaves 0.7 x 892.5 + 0.3 x 500 = 774.75 visits at 40 yuan; 35 % and 5,000 yuan are costs,
    100 hours at 8 yuan wages."""
    assert season("tourism")[JUNE] == 0.85
    model = village("tourism", SCENIC, 5, STORY, 4_000, T)
    p = model.people
    p.health[3], p.kind[4] = 2, HELPER  # too ill, and no elder: neither tells
    post, f = month(model, tourism, 12 + JUNE)
    assert (f.business_minutes, f.time_business, post.wages) == (6_000, 6_000, 100 * 8 * YUAN)
    assert p.free[:6].tolist() == [
        2_000,
        2_000,
        2_000,
        4_000,
        4_000,
        4_000,
    ]  # held once: no later row finds them
    assert model.state["visitors"][0] == pytest.approx(774.75)
    assert post.sales == pytest.approx(30_990 * YUAN, abs=1)
    assert post.costs == pytest.approx(10_846.5 * YUAN + 5_000 * YUAN, abs=1)
    assert (f.business_sales, f.business_wages, f.business_costs) == (
        post.sales,
        post.wages,
        post.costs + post.wages,
    )


def test_nobody_tells_for_more_than_forty_hours_or_longer_than_visitors_ask() -> None:
    """10,710 minutes: four at 2,400 and the rest of 1,110 (rounded up by one) from a fifth; all visits
    come.
    """
    model = village("tourism", SCENIC, 8, STORY, 10_000, T)
    post, f = month(model, tourism, 12 + JUNE)
    given = 10_000 - model.people.free[:8]
    assert sorted(given.tolist()) == [0, 0, 0, 1_111, 2_400, 2_400, 2_400, 2_400]
    assert model.state["visitors"][0] == pytest.approx(892.5)
    assert post.wages == 10_711 * 800 // 60 and f.business_minutes == 10_711


def test_visits_follow_the_season_the_endowment_and_the_lead_time() -> None:
    """None before the lead time.

    A first year's visits by the table add up to `visitors`; half of it near a town.
    """
    seen = {}
    for place in (SCENIC, NEAR_TOWN):
        model = village("tourism", place, 50, STORY, 100_000, {**T, "business.endowment": 0.5})
        seen[place] = []
        for t in range(15):
            model.people.free[:] = 100_000
            month(model, tourism, t)
            seen[place].append(float(model.state["visitors"][0]))
    assert seen[SCENIC][:3] == [0, 0, 0]
    assert seen[SCENIC][3:] == pytest.approx([1_000 * season("tourism")[t % 12] for t in range(3, 15)])
    assert sum(seen[SCENIC][3:]) == pytest.approx(12_000)
    assert seen[NEAR_TOWN] == pytest.approx([x / 2 for x in seen[SCENIC]])


def test_a_tourism_crash_takes_visitors_and_the_hours_and_pay_of_elders_in_proportion() -> None:
    """0.3 of 892.5 visits: 3,213 minutes and 10,710 yuan of sales.."""
    model = village("tourism", SCENIC, 20, STORY, 4_000, T)
    model.state["crash_until"][:], model.state["crash_level"][:] = 12 + JUNE + 1, 0.3
    post, f = month(model, tourism, 12 + JUNE)
    assert model.state["visitors"][0] == pytest.approx(267.75)
    assert post.sales == pytest.approx(10_710 * YUAN, abs=1) and 3_213 <= f.business_minutes <= 3_214
    month(model, tourism, 12 + JUNE + 1)  # a month later it is over
    assert model.state["visitors"][0] == pytest.approx(12_000 / 12 * 1.05 * season("tourism")[6])


# -- M21 agriculture
# ---------------------------------------------------------------------------------------------------
A = {
    "agriculture.land": 60.0,
    "agriculture.rent": 600.0,
    "agriculture.lease_share": 0.4,
    "agriculture.sales": 4_500.0,
    "agriculture.inputs": 1_500.0,
    "agriculture.fixed": 20_000.0,
    "agriculture.hours": 100.0,
    "agriculture.age_limit": 78.0,
    "agriculture.wage": 8.5,
    "agriculture.lead": 6,
    "agriculture.plots": 15.0,
    "agriculture.plot_rent": 500.0,
    "agriculture.garden_saving": 0.3,
}


def fields(
    place: int = PLAIN, hands: int = 2, free: int = 4_000, changes: dict[str, Any] | None = None
) -> sim.MutualAidModel:
    """Ten elders hold 3 mu each: 12 of 30 mu are on lease."""
    model = village("agriculture", place, hands, FARM, free, {**A, **(changes or {})})
    model.people.land[10:20] = 30  # tenths of a mu
    return model


def test_an_october_on_leased_land() -> None:
    """12 mu x 100 h/12 x 1.6 = 160 h are wanted; two give half of 4,000 minutes: 66.7 h. Sales 12 x 4,500 x
    4,000/9,600.

    Costs 12 x 1,500/12 + 20,000/12 yuan. Who is ill or 78 does not work in the fields.
    """
    assert season("farm")[OCTOBER] == 1.6
    model = fields(hands=5)
    p = model.people
    p.age[2], p.health[3], p.kind[4] = 78 * 12, 1, HELPER
    post, f = month(model, agriculture, OCTOBER)
    assert (f.business_minutes, post.wages) == (4_000, 4_000 * 850 // 60)
    assert p.free[:6].tolist() == [2_000, 2_000, 4_000, 4_000, 4_000, 4_000]
    assert post.sales == pytest.approx(22_500 * YUAN, abs=1)
    assert post.costs == 1_500 * YUAN + 20_000 * YUAN // 12
    assert post.leases == 0


@pytest.mark.parametrize(
    ("place", "changes", "mu"),
    [
        (PLAIN, {}, 12),
        (PLAIN, {"agriculture.lease_share": 0.8}, 24),
        (PLAIN, {"agriculture.land": 10.0}, 10),
        (SCENIC, {"agriculture.land": 10.0}, 5),
        (NEAR_TOWN, {"agriculture.land": 10.0}, 10),
    ],
    ids=["on lease", "more on lease", "wanted", "half endowed", "near a town"],
)
def test_land_rent_is_paid_to_elders_each_november(place: int, changes: dict, mu: int) -> None:
    model = fields(place, changes={**changes, "business.endowment": 0.5})
    rents = [
        int(month(model, agriculture, t)[0].leases) for t in (OCTOBER, NOVEMBER, DECEMBER, 12 + NOVEMBER)
    ]
    assert rents == [0, mu * 600 * YUAN, 0, mu * 600 * YUAN]


def test_wages_follow_the_season_and_a_year_takes_the_hours_of_the_crop() -> None:
    """12 mu x 100 h = 72,000 minutes a year, up to a minute a month by rounding.

    January 0.3, September 1.6.
    """
    model, worked, paid = fields(hands=40), [], []
    for t in range(12, 24):
        model.people.free[:] = 4_000
        post, f = month(model, agriculture, t)
        worked.append(int(f.business_minutes))
        paid.append(int(post.wages))
    assert np.abs(np.array(worked) - 6_000 * np.array(season("farm"))).max() <= 1
    assert 72_000 <= sum(worked) <= 72_012
    assert paid == [x * 850 // 60 for x in worked] and worked[SEPTEMBER] > 5 * worked[JANUARY]


@pytest.mark.parametrize(
    ("price", "crop", "yuan"),
    [(1.0, 1.0, 54_000), (0.73, 1.0, 39_420), (1.0, 0.5, 27_000), (0.73, 0.5, 19_710)],
)
def test_a_price_crash_and_a_failed_harvest_take_their_share_of_the_harvest_money(
    price: float, crop: float, yuan: int
) -> None:
    """12 mu x 4,500 = 54,000 yuan with all the work done; the costs of the year stay."""
    model = fields(hands=40)
    s = model.state
    for name, level in (("price", price), ("harvest", crop)):
        s[f"{name}_until"][:], s[f"{name}_level"][:] = OCTOBER + 1 if level < 1 else -1, level
    post, _ = month(model, agriculture, OCTOBER)
    assert post.sales == pytest.approx(yuan * YUAN, abs=1)
    assert post.costs == 1_500 * YUAN + 20_000 * YUAN // 12


def test_a_years_price_has_mean_one_and_the_declared_spread() -> None:
    """400 villages, four standard errors (1 in 16,000 a bound)."""
    model = large(
        {
            **A,
            "county.elders": 5,
            "business.kind": "agriculture",
            "agriculture.price_cv": 0.25,
            "county.share_near_town": 0.0,
            "county.share_scenic": 0.0,
            "county.share_craft": 0.0,
            "agriculture.yield_cv": 0.05,
        },
        villages=400,
    )
    p, r = model.people, model.world.villages
    p.land[:], p.skills[:], p.health[:], p.free[:], p.age[:] = 30, FARM, 0, 60_000, 65 * 12
    r.begun, r.plus = 0, 2
    model.month = OCTOBER
    agriculture.run(model)
    got = model.world.posted.sales / (r.elders * 3 * 0.4 * 4_500 * YUAN)
    spread = np.hypot(0.25, 0.05)  # price and yield are drawn apart; their product adds (0.25 x 0.05)^2
    assert abs(got.mean() - 1) <= 4 * spread / 20
    assert abs(got.std() - spread) <= 4 * spread / np.sqrt(800) + 0.001


def test_plots_are_let_near_a_town_and_nowhere_else() -> None:
    """15 plots at 500 yuan a year: 625 yuan a month."""
    assert month(fields(NEAR_TOWN), agriculture, JUNE)[0].sales == 625 * YUAN
    assert month(fields(PLAIN), agriculture, JUNE)[0].sales == 0


def test_the_garden_lowers_the_cost_of_a_meal_from_six_months_on() -> None:
    """30 % of food at 2.50 yuan: 75 fen a meal; a harvest that fails by half leaves half of it."""
    model, found = fields(), []
    for t, harvest in ((5, 1.0), (6, 1.0), (7, 0.5)):
        model.state["harvest_until"][:], model.state["harvest_level"][:] = 8 if harvest < 1 else -1, harvest
        month(model, agriculture, t)
        found.append(float(model.state["garden_saving"][0]))
    assert found == pytest.approx([0, 0.3, 0.15])
    cost = []
    for saving in (0.0, 0.3):
        model = village("agriculture", PLAIN, 0, 0, 4_000, {"canteen.food": 2.5})
        p, r = model.people, model.world.villages
        p.enrolled[:], p.dibao[:] = p.kind == ELDER, 1
        r.level, r.facility, r.seats, r.garden_saving = 3, 2, 30, saving
        r.step, r.open_week, r.door, r.meals_a_day = CANTEEN, 6, 26, 2
        canteen.run(model)
        f = model.world.flow[0]
        assert f.meals > 100
        cost.append((f.meals, model.world.posted[0].cost_food, r.meal_cost[0]))
    (meals, dear, first), (same, cheap, second) = cost
    assert meals == same and dear == meals * 250 and cheap == meals * 175
    assert first - second == pytest.approx(75, abs=1)


# -- M22 handicraft
# ----------------------------------------------------------------------------------------------------
H = {
    "handicraft.places": 20.0,
    "handicraft.sales": 1_270.0,
    "handicraft.materials": 0.3,
    "handicraft.wage": 10.0,
    "handicraft.fixed": 12_000.0,
    "handicraft.visits": 0.15,
    "handicraft.guests": 20.0,
    "handicraft.network": 0.1,
    "handicraft.pass_on": 0.0,
    "handicraft.season": 0.0,
    "handicraft.word_of_mouth": 0.0,
    "handicraft.online": 0.0,
    "handicraft.lead": 2,
}


def workshop(masters: int, free: int = 8_000, changes: dict[str, Any] | None = None) -> sim.MutualAidModel:
    return village("handicraft", CRAFT_HERITAGE, masters, CRAFT, free, {**H, **(changes or {})})


def test_a_month_in_the_workshop() -> None:
    """Four masters give half of 8,000 minutes, 60 hours at most: 240 hours. They bring 8 visitors: 0.15 x
    0.008 and
    0.1 x 0.4 lift the market to 1.0412. Sales 4 x 1,270 x 1.0412 = 5,289.296 yuan; 30 % and 1,000 yuan are
    costs."""
    model = workshop(5)
    model.people.health[4] = 2
    assert month(model, handicraft, 1)[0].sales == 0  # the lead time
    post, f = month(model, handicraft, 2)
    assert (f.masters, f.business_minutes, post.wages) == (4, 240 * HOUR, 2_400 * YUAN)
    assert model.people.free[:6].tolist() == [4_400] * 4 + [8_000] * 2
    assert model.state["visitors"][0] == pytest.approx(8)
    assert post.sales == pytest.approx(528_929, abs=1)
    assert post.costs == pytest.approx(158_678 + 100_000, abs=1)


def test_visitors_of_tourism_lift_the_sales_of_the_craft() -> None:
    """1,000 visitors of tourism beside the masters' 8.

    1 + 0.15 x 1.008 + 0.04 = 1.1912, against 1.0412 alone.
    """
    model = workshop(4)
    model.state["plus"][:], model.state["visitors"][:] = 1 | 4, 1_000.0
    post, _ = month(model, handicraft, 2)
    assert post.sales == pytest.approx(5_080 * 1.1912 * YUAN, abs=1)


def test_places_in_the_workshop_bound_the_hours() -> None:
    """Five places of 60 hours; eight masters are counted, and their number still draws visitors."""
    model = workshop(8, changes={"handicraft.places": 5.0})
    post, f = month(model, handicraft, 2)
    assert (f.masters, f.business_minutes, post.wages) == (8, 300 * HOUR, 3_000 * YUAN)
    assert sorted((8_000 - model.people.free[:8]).tolist()) == [0] * 3 + [3_600] * 5


@pytest.mark.parametrize("passed", [True, False])
def test_a_craft_dies_with_its_last_master_unless_it_was_passed_on(passed: bool) -> None:
    """Certain passing in one month.

    The neighbour learns; then the master dies. Without it the workshop only costs.
    """
    model = workshop(1)
    model.values.handicraft["pass_on"] = float(passed)
    p = model.people
    p.neighbour[:] = -1
    p.neighbour[0] = 3
    _, f = month(model, handicraft, 2)
    assert f.apprentices == passed and bool(p.skills[3] & CRAFT) == passed
    p.kind[0] = 0
    for t in range(3, 30):
        p.free[:] = 8_000
        post, f = month(model, handicraft, t)
    assert f.masters == passed and (post.sales > 0) == (post.wages > 0) == passed
    assert post.costs == pytest.approx(
        passed * 0.3 * 1_270 * YUAN * (1 + 0.15 * 0.002 + 0.01) + 1_000 * YUAN, abs=1
    )


def test_who_learns_a_craft_is_a_master_from_the_next_month_on() -> None:
    """Ten in a chain of neighbours, passing certain.

    One more knows the craft each month, wherever the walk begins.
    """
    model = workshop(1)
    model.values.handicraft["pass_on"] = 1.0
    p = model.people
    p.neighbour[:] = -1
    p.neighbour[:10] = np.arange(1, 11)
    for n in range(1, 6):
        _, f = month(model, handicraft, 1 + n)
        assert (f.masters, f.apprentices, int((p.skills & CRAFT > 0).sum())) == (n, 1, n + 1)


def test_apprentices_come_at_the_declared_chance() -> None:
    """500 masters with a neighbour each who has no craft, 0.05 a month, ten months from the start.

    Four standard errors.
    """
    model = large({**H, "county.elders": 1000, "business.kind": "handicraft", "handicraft.pass_on": 0.05})
    p, r = model.people, model.world.villages
    r.kind, r.begun, r.plus = CRAFT_HERITAGE, 0, 4
    learned = 0
    for t in range(2, 12):
        p.skills[:], p.health[:], p.neighbour[:] = 0, 0, -1
        p.skills[:500], p.neighbour[:500] = CRAFT, np.arange(500, 1000)
        learned += int(month(model, handicraft, t)[1].apprentices)
    assert abs(learned - 250) <= 4 * np.sqrt(5_000 * 0.05 * 0.95)


# -- what they share
# ---------------------------------------------------------------------------------------------------
def closed_year(purse: int, at: int = 12) -> tuple[Any, Any]:
    """Postings and state after a month of settling with this purse (fen) by the former rule; 100,000 yuan
    were set up.
    """
    model = small(
        {
            **AT_ONCE,
            "business.kind": "handicraft",
            "business.loss_limit": 0.15,
            "business.working_capital": 0.15,
            "business.care_share": 0.2,
        },
        villages=1,
    )
    model.world.balance.business, model.state["setup"][:], model.state["plus"][:] = purse, 100_000 * YUAN, 4
    model.month = at - 1
    business.run_share_out(model)
    return model.world.posted[0], model.world.villages[0]


def test_by_the_former_rule_profit_over_the_working_capital_is_shared_in_december() -> None:
    """50,000 yuan less 15,000 kept: a fifth of 35,000 to the service, the rest to villagers."""
    post, _ = closed_year(50_000 * YUAN)
    assert (post.care_share, post.dividends) == (7_000 * YUAN, 28_000 * YUAN)
    for purse, at in ((50_000, 11), (15_000, 12), (-15_000, 12)):
        post, r = closed_year(purse * YUAN, at)
        assert (post.care_share, post.dividends, post.made_good, r.plus) == (0, 0, 0, 4)


def test_by_the_former_rule_the_collective_makes_losses_good_beyond_the_limit() -> None:
    post, r = closed_year(-15_000 * YUAN - 1, 5)
    assert (post.made_good, r.plus, post.care_share) == (15_000 * YUAN + 1, 0, 0)


def test_a_workshop_without_masters_eats_its_purse_and_stops_in_the_month_that_sums_say() -> None:
    """Set up with 120,000 yuan, 18,000 of them in the purse; 1,000 a month from month 2 on. After 36 months
    it holds -18,000, the limit; the 37th, month 38, is past it: the collective pays 19,000."""
    model = small(
        {
            **H,
            **AT_ONCE,
            "business.kind": "handicraft",
            "business.start": 0,
            "county.share_craft": 1.0,
            "county.share_scenic": 0.0,
            "county.share_near_town": 0.0,
            "county.craft_share": 0.0,
        },
        villages=2,
    )
    s = model.run(45).series
    assert (
        (s.amount("sales") == 0).all()
        and (s.amount("wages") == 0).all()
        and (s.amount("care_share") == 0).all()
    )
    assert (s.balance["business"][37] == -18_000 * YUAN).all() and (s.state["plus"][37] == 4).all()
    made = s.amount("made_good")
    assert np.flatnonzero(made[:, 0]).tolist() == [38] and (made[38] == 19_000 * YUAN).all()
    assert (
        (s.state["plus"][38:] == 0).all()
        and (s.balance["business"][38:] == 0).all()
        and (s.amount("costs")[39:] == 0).all()
    )


def test_fields_are_tilled_for_a_harvest_that_can_be_sold_and_judged_after_it() -> None:
    """Money in January, lead 12: the October of that year cannot be sold, so work begins in November, and
    sales come a year on.

    A winter and a summer of costs before the first sale are more than the loss limit allows a business
    without fields.
    """
    model = fields(changes={**AT_ONCE, "agriculture.lead": 12, "business.loss_limit": 0.0})
    costs, sales, alive = [], [], []
    for t in range(24):
        post, _ = month(model, agriculture, t)
        costs.append(int(post.costs))
        sales.append(int(post.sales))
        business.run_share_out(model)
        model.ledger.settle()
        alive.append(int(model.state["plus"][0]) == 2)
    assert not any(costs[:10]) and all(costs[10:]) and [t for t in range(24) if sales[t]] == [21]
    assert all(alive[:23])  # the December before the harvest does not judge, the one after does
