"""Choice of care: closed forms of the choice, what is dropped by hand, limits, and what money moves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from runs import FORMER, SMALL, differences, large
from scipy import stats
from village_runs import unchecked

import sim
from sim.engine.logistic import logistic
from sim.parts import choice, needs
from sim.state.codes import (
    ALONE,
    BED_DROPPED,
    ELDER,
    ESCORT,
    FAMILY,
    FULL,
    HOME_DROPPED,
    HOURS_DROPPED,
    IN_HOME,
    MEALS,
    MEALS_DROPPED,
    MODERATE,
    MUTUAL,
    NEED,
    PERSONAL,
    PROFESSIONAL,
    UNMET,
)

ERROR = 1e-4  # chance that a right rule fails a statistical test
JOBS = {"shocks.scheduled": "job_loss", "shocks.scheduled_month": 24}


def plain(function: Any) -> Any:
    """The function in Python, whatever the compiler does."""
    return getattr(function, "__wrapped__", function)


@lru_cache(maxsize=24)
def _county(changes: tuple[tuple[str, Any], ...], months: int, seed: int) -> sim.MutualAidModel:
    base = {"county.villages": 8, "county.facility_share": 1.0, "county.shut_share": 0.0}
    model = sim.MutualAidModel(sim.Parameters().replace({**base, **dict(changes)}), seed=seed)
    model.run(months)
    return model


def county(changes: Mapping[str, Any] | None = None, months: int = 36, seed: int = 5) -> sim.MutualAidModel:
    """Eight villages of the default county, all with a station; kept by its changes."""
    return _county(tuple(sorted((changes or {}).items())), months, seed)


# -- closed forms ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("utility", np.linspace(-29.0, 29.0, 30))
def test_the_logistic_curve_is_that_of_the_library(utility: float) -> None:
    assert plain(logistic)(utility) == pytest.approx(1 / (1 + np.exp(-utility)), rel=2e-4)


def test_far_out_nobody_and_everybody() -> None:
    assert plain(logistic)(-31.0) == 0.0 and plain(logistic)(31.0) == 1.0 and plain(logistic)(0.0) == 0.5


def rules(**changes: float) -> Any:
    """The section's values as a rule reads them, at its declared defaults; fen and minutes."""
    model = large({"county.elders": 20, **{f"choice.{name}": value for name, value in changes.items()}})
    values = model.values.table.choice[0]
    return SimpleNamespace(**{name: values[name] for name in values.dtype.names})


def chance(
    price: float, income: float, satisfaction: float = 0.5, habit: int = 0, relies: float = 0.5
) -> float:
    """Chance of paid care at a price and income in yuan; the norm of a half is neutral with `relies` .5."""
    people = SimpleNamespace(satisfaction=[satisfaction], habit=[habit])
    model = rules(norm_weight=0.0) if relies == 0.5 else rules()
    return plain(choice.chance_of_paid)(people, 0, model, price * 100, income * 100, bool(relies), 0.5)


def test_half_choose_paid_care_at_eight_yuan() -> None:
    """At the usual income of 880 yuan, equal quality, no habit and no norm; with twice the income at 16."""
    assert chance(8.0, 880.0) == 0.5
    assert chance(16.0, 1760.0) == 0.5
    assert chance(4.0, 440.0) == 0.5


def test_other_prices_by_hand() -> None:
    """Weight 2: free care is worth 2, at 16 yuan -2, at 20 yuan -3; without income nobody pays."""
    for price, utility in ((0.0, 2.0), (16.0, -2.0), (20.0, -3.0)):
        assert chance(price, 880.0) == pytest.approx(1 / (1 + np.exp(-utility)), rel=1e-6)
    assert chance(8.0, 0.0) == 0.0


def test_chance_falls_with_price_and_rises_with_income_and_discontent() -> None:
    prices = [chance(price, 880.0) for price in np.linspace(0.0, 40.0, 21)]
    incomes = [chance(20.0, income) for income in np.linspace(100.0, 3000.0, 21)]
    pleased = [chance(20.0, 880.0, satisfaction=share) for share in np.linspace(0.0, 1.0, 11)]
    assert (np.diff(prices) < 0).all() and (np.diff(incomes) > 0).all() and (np.diff(pleased) < 0).all()
    assert chance(8.0, 880.0, habit=-1) < chance(8.0, 880.0) < chance(8.0, 880.0, habit=1)
    assert chance(8.0, 880.0, relies=1.0) < 0.5 < chance(8.0, 880.0, relies=0.0)


def at_home(changes: Mapping[str, Any], minutes: int = 600) -> sim.MutualAidModel:
    """A village of elders enrolled in an open station, each of moderate health and with one kind of need.

    880 yuan a month, no family, equal quality, no habit; `minutes` of meal help wanted.
    """
    model = large({"choice.norm_weight": 0.0, **changes})
    p, r, month = model.people, model.world.villages, model.world
    model.month = 0
    r.level, r.step = FULL, 0
    p.enrolled[:], p.health[:], p.place[:], p.living[:], p.near[:] = 1, MODERATE, 0, ALONE, 0
    p.income[:], p.remit[:], p.satisfaction[:], p.habit[:] = 88_000, 0, 0.5, 0
    p.dines[:], p.bought[:], p.strained[:], p.dropped[:] = 0, 0, 0, 0
    p.need[:] = 0
    p.need[:, MEALS] = minutes
    month.flow.view(np.uint8)[:] = 0
    month.hours[:] = 0
    return model


def test_in_a_village_half_turn_to_paid_care_at_eight_yuan() -> None:
    """A draw for each elder: the count is binomial (error 1e-4); they are served in full, the others not."""
    with unchecked():
        model = at_home({"needs.professional_price": 8.0, "choice.carers": 1e6}, minutes=60)
    choice.run(model)
    elders = model.people.kind == ELDER
    paid, count = int((model.people.bought[elders] == 60).sum()), int(elders.sum())
    assert stats.binomtest(paid, count, 0.5).pvalue > ERROR
    assert np.array_equal(model.people.need[elders, MEALS] == 0, model.people.bought[elders] == 60)
    assert model.world.hours[0, PROFESSIONAL].sum() == 60 * paid == model.world.flow[0].care_bought
    assert model.world.posted[0].care_families == 800 * paid and not model.world.posted[0].care_government


def test_carers_and_purse_bound_what_is_bought() -> None:
    """Free care is chosen by most: 10 hours for 100 elders are all that is; at 8 yuan 880 buy 110 hours."""
    model = at_home({"choice.subsidy": 1.0, "choice.carers": 10.0})
    choice.run(model)
    most = int(10 * 60 * model.world.villages[0].elders / 100)
    assert model.world.flow[0].care_bought == most and model.world.flow[0].care_short > 0
    with unchecked():
        model = at_home({"needs.professional_price": 8.0, "choice.carers": 1e6}, minutes=8_000)
    choice.run(model)
    assert set(np.unique(model.people.bought[model.people.kind == ELDER])) == {0, 110 * 60}


def test_escorts_emergencies_and_personal_care_cannot_wait() -> None:
    model = at_home({"choice.subsidy": 1.0})
    for kind in (ESCORT, ESCORT + 1, PERSONAL):
        model.people.need[:, MEALS], model.people.need[:, kind] = 0, 60
    choice.run(model)
    assert not model.world.flow[0].care_bought


# -- off and the limit -----------------------------------------------------------------------------------
def numbers_of(model: sim.MutualAidModel, without: tuple[str, ...]) -> dict[str, bytes]:
    """Every flow, state, posting, balance and hour of a run, but some."""
    s = model.series
    found = {f"flow {name}": s.flow[name].tobytes() for name in s.flow.dtype.names}
    found |= {f"state {name}": s.state[name].tobytes() for name in s.state.dtype.names}
    found |= {f"posting {name}": s.amount(name).tobytes() for name in s.names}
    found |= {f"balance {name}": s.balance[name].tobytes() for name in s.balance.dtype.names}
    found["hours"] = s.hours.tobytes()
    return {name: held for name, held in found.items() if name.split()[1:2] not in [[x] for x in without]}


MONEY = ("care_families", "care_government", "carers", "families", "care_bought", "care_short")
LIMIT = {  # everybody relies on children, a price that nobody pays, carers and purse without limit
    "choice.price_weight": 1e6,
    "choice.carers": 1e6,
    "choice.burden": 1e6,
    "acceptance.norm": 1.0,
    "acceptance.norm_decline": 0.0,
    "organisation.convention_norm": 0.0,
}


@pytest.mark.parametrize("world", [{}, FORMER, {"referral.on": True, "homes.on": True}], ids=str)
def test_in_the_limit_the_order_is_the_former_bit_for_bit(world: Mapping[str, Any]) -> None:
    """What differs is that money of paid care is posted, and the account of families that pay it."""
    base, runs = {**SMALL, **world, **LIMIT, "county.villages": 4}, []
    with unchecked():
        for on in (True, False):
            runs.append(sim.MutualAidModel(sim.Parameters().replace({**base, "choice.on": on}), seed=4))
            runs[-1].run(30)
    on, off = (numbers_of(model, MONEY) for model in runs)
    assert differences(on, off) == []
    assert runs[0].series.flow["care_bought"].sum() > 0 == runs[1].series.flow["care_bought"].sum()


def test_off_nothing_is_chosen_counted_or_dropped() -> None:
    model = county({"choice.on": False}, months=12)
    for name in ("bought", "habit", "strained", "dropped", "child_last"):
        assert not getattr(model.people, name).any(), name


# -- hours and money are conserved -----------------------------------------------------------------------
@pytest.mark.parametrize("changes", [{}, {"choice.subsidy": 0.8}, {"choice.carers": 10.0}], ids=str)
def test_hours_and_money_are_conserved(changes: Mapping[str, Any]) -> None:
    """Need of each kind is family, mutual, paid, unmet; company, errands and meals also what is unasked."""
    model = county({**changes, "neighbours.on": False})
    s = model.series
    met = s.hours[:, :, (FAMILY, MUTUAL, PROFESSIONAL, UNMET)].sum(axis=2)
    assert np.array_equal(s.hours[:, :, NEED], met) and s.flow["child_minutes"].sum() > 0
    bought = s.flow["care_bought"]
    assert np.array_equal(bought, s.hours[:, :, PROFESSIONAL].sum(axis=2)) and bought.sum() > 0
    most = np.int64(s.state["elders"].max() * model.parameters.choice.carers * 60 / 100)
    assert (bought <= most).all()
    price = model.parameters.needs.professional_price * 100 / 60
    paid = s.amount("care_families") + s.amount("care_government")
    assert np.abs(paid - bought * price).max() <= 2  # two bills a village and month, each to the fen
    government = s.amount("care_government").sum() / paid.sum()
    assert government == pytest.approx(model.parameters.choice.subsidy, abs=1e-3)


def test_children_come_first_with_those_who_rely_on_them_by_hand() -> None:
    """600 minutes, a near child meets 40 % of what is there: 240 at once, or of what nobody else met."""
    for norm, share in ((1.0, 1.0), (0.718, 0.718)):
        with unchecked():
            model = at_home({"acceptance.norm": norm, "needs.professional_price": 1e6})
        p, elders = model.people, model.people.kind == ELDER
        p.near[:] = 1
        needs.run_family(model)
        first = p.need[elders, MEALS] == 360
        assert (first | (p.need[elders, MEALS] == 600)).all()
        assert stats.binomtest(int(first.sum()), int(elders.sum()), share).pvalue > ERROR
        choice.run_rest(model)
        assert (p.need[elders, MEALS] == 360).all()
        assert model.world.flow[0].child_minutes[MEALS] == 240 * (~first).sum()


# -- what is dropped -------------------------------------------------------------------------------------
def test_the_dearest_is_dropped_first_by_hand() -> None:
    """Bed, home, paid hours, meals, one at a time."""
    people = SimpleNamespace(dropped=np.zeros(1, np.int8))
    flow = SimpleNamespace(drops=np.zeros(4, np.int64))
    costs, order = [0.4, 0.2, 0.2, 0.2], []
    for place in range(4):
        plain(choice.drop_dearest)(people, 0, *costs[:3], flow)
        order.append(int(people.dropped[0]))
        costs[place] = 0.0
    assert np.diff([0, *order]).tolist() == [BED_DROPPED, HOME_DROPPED, HOURS_DROPPED, MEALS_DROPPED]
    assert flow.drops.tolist() == [1, 1, 1, 1]


def strained_village(income: int, bought: int) -> sim.MutualAidModel:
    """Elders who bought so many minutes at 20 yuan an hour last month, and want none of what can wait."""
    model = at_home({}, minutes=0)
    model.people.income[:], model.people.bought[:] = income * 100, bought
    return model


@pytest.mark.parametrize("bought, over", [(15 * 60, False), (16 * 60, True)])
def test_over_a_third_of_the_purse_two_months_in_a_row_by_hand(bought: int, over: bool) -> None:
    """880 yuan: 35 % are 308; 15 hours cost 300, 16 cost 320. With `drops` 1 the second month drops them."""
    with unchecked():
        model = at_home({"choice.drops": 1.0, "choice.carers": 1e6})
    p, elders = model.people, model.people.kind == ELDER
    p.satisfaction[:] = -20.0  # all choose paid care, whatever it costs
    for month in range(4):
        p.need[:, MEALS] = bought
        choice.run(model)
        choice.run_rest(model)  # whoever dropped paid hours buys none, from the income set aside neither
        dropped = over and month >= 2
        assert (p.strained[elders] == (min(month, 2) if over and month <= 2 else 0)).all()
        assert (p.dropped[elders] == (HOURS_DROPPED if dropped else 0)).all()
        assert (p.bought[elders] == (0 if dropped else bought)).all()


def test_a_third_a_month_drops_the_dearest() -> None:
    """Binomial of all elders of a large village, error 1e-4; the share is the parameter's .33."""
    model = strained_village(880, 20 * 60)
    elders = model.people.kind == ELDER
    model.people.strained[:] = 1
    choice.run(model)
    dropped = int((model.people.dropped[elders] == HOURS_DROPPED).sum())
    assert elders.sum() > 1_000
    assert stats.binomtest(dropped, int(elders.sum()), 0.33).pvalue > ERROR
    assert model.world.flow[0].drops.tolist() == [0, 0, dropped, 0]


def test_hours_are_taken_up_again_when_the_purse_carries_them() -> None:
    """Dropped at 400 yuan; at 2,000 the tenth set aside is under the limit."""
    model = strained_village(2_000, 0)
    model.people.dropped[:], model.people.strained[:] = HOURS_DROPPED, 3
    choice.run(model)
    elders = model.people.kind == ELDER
    assert not model.people.dropped[elders].any() and not model.people.strained[elders].any()


def test_a_home_and_a_bed_that_cannot_be_paid_are_left() -> None:
    """Fee 160 of 400 yuan is .4 of the purse; a bed of 1,820 of 3 x 600 is over what a family can raise."""
    model = at_home({"homes.on": True, "referral.on": True, "choice.drops": 1.0}, minutes=0)
    p, elders = model.people, np.flatnonzero(model.people.kind == ELDER)
    p.dibao[:], p.strained[:] = 0, 1
    poor_home, rich_home, poor_bed, rich_bed = elders[:4]
    p.living[[poor_home, rich_home]], p.place[[poor_bed, rich_bed]] = IN_HOME, -1
    p.income[[poor_home, rich_home, poor_bed, rich_bed]] = np.array([400, 500, 600, 610]) * 100
    choice.run(model)
    assert p.dropped[elders[:4]].tolist() == [HOME_DROPPED, 0, BED_DROPPED, 0]
    assert model.world.flow[0].drops.tolist() == [1, 1, 0, 0]


# -- what money moves ------------------------------------------------------------------------------------
PLACES = {
    "referral.on": True,
    "homes.on": True,
    "homes.openings": 1.0,
    "homes.move_in": 0.5,
    "homes.fee": 300.0,
}


def test_children_who_lose_their_jobs_empty_beds_homes_and_paid_hours() -> None:
    """Same luck, with and without the shock; over five seeds, in the year after it."""
    beds, homes, hours, left = [], [], [], []
    for seed in range(1, 6):
        hit, spared = (county({**PLACES, **jobs}, 37, seed).series for jobs in (JOBS, {}))
        after = slice(27, 36)
        beds.append([s.flow["beds_used"][after].sum() for s in (hit, spared)])
        homes.append([s.state["residents"][after].sum() for s in (hit, spared)])
        hours.append([s.flow["care_bought"][after].sum() for s in (hit, spared)])
        left.append([s.flow["beds_left"].sum() for s in (hit, spared)])
        assert (hit.flow["beds_used"].sum(axis=1) <= hit.flow["beds_standing"].sum(axis=1)).all()
        assert np.array_equal(hit.flow["beds_used"][:24], spared.flow["beds_used"][:24])
    for pairs, most in ((beds, 0.8), (homes, 0.97), (hours, 0.9)):
        with_shock, without = np.array(pairs, float).T
        assert with_shock.sum() < most * without.sum()
    assert np.array(left)[:, 0].sum() > np.array(left)[:, 1].sum()


def test_cheap_care_takes_hours_and_credits_away_and_dear_care_gives_them_back() -> None:
    """A subsidy of .9 in the second and third year, then none; four paired seeds, each of them.

    Expected: less is given and earned while it is cheap, and in the year after the second at the full price
    most of what was lost is back.
    """
    base = {"county.villages": 8, "county.facility_share": 1.0, "county.shut_share": 0.0}
    cheap = (sim.Modifier("choice.subsidy", "set", 0.9, start=12, end=36),)
    for seed in range(1, 5):
        found = []
        for modifiers in (cheap, ()):
            model = sim.MutualAidModel(sim.Parameters().replace(base), seed=seed, modifiers=modifiers)
            found.append(model.run(72).series)
        mutual = [s.hours[:, :, MUTUAL].sum(axis=(1, 2)) for s in found]
        credits = [s.flow["credits_earned"].sum(axis=1) for s in found]
        for with_subsidy, without in (mutual, credits):
            assert np.array_equal(with_subsidy[:12], without[:12])
            lost = 1.0 - with_subsidy[24:36].sum() / without[24:36].sum()
            later = 1.0 - with_subsidy[60:72].sum() / without[60:72].sum()
            assert lost > 0.1 and later < lost / 3
