"""Summaries of a start, people, members and care on a county written by hand, with values worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from by_hand import P, persons, run, start, value

from experiments.evidence.summaries import SUBJECTS, SUMMARIES, summary
from experiments.evidence.summaries.registry import PERSONS, RUN, START
from sim.start import tables
from sim.state.codes import ALONE, COUPLE, NEVER, WITH_CHILD


def test_every_summary_says_what_it_is_and_wants():
    for one in SUMMARIES.values():
        assert one.needs in (START, RUN, PERSONS) and one.about.endswith(".") and one.unit
        assert all(asked.about and (asked.words or asked.low < asked.high) for asked in one.asks)
    assert {one.subject for one in SUMMARIES.values()} == set(SUBJECTS), "each file of the folder is read"


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="summary 'willing' is declared twice"):
        summary()(SUMMARIES["willing"].of)


def test_a_summary_is_called_by_what_it_was_told():
    told = SUMMARIES["survival"].given({"years": 3})
    assert told.called == "survival (years 3)" and told.about == SUMMARIES["survival"].about
    assert SUMMARIES["survival"].asks[0].example == "with: {years: 3}" and told.subject == "stations"


def test_living_and_health_of_elders_at_the_start():
    living = start(living=[WITH_CHILD, COUPLE, COUPLE, ALONE])
    assert value("empty_nest", living) == (0.75, 4) and value("couples", living) == (pytest.approx(2 / 3), 3)
    health = start(health=[0, 0, 1, 3])
    assert value("disabled", health) == (0.5, 4) and value("severely_disabled", health) == (0.25, 4)


def test_income_at_the_start():
    """900 and 300 yuan of their own, 0 and 200 from children."""
    seen = start(income=[90_000, 30_000], remit=[0, 20_000])
    assert value("mean_income_at_start", seen) == (700.0, 2)


def test_age_gap_is_the_largest_distance_from_the_table():
    """All elders are men of 60-64: one minus the share of these is the largest gap."""
    _, shares = tables.age_shares()
    seen = start(age=[61 * 12] * 5)
    assert value("age_gap", seen) == (pytest.approx(max(1 - shares[0, 0], shares.max())), 5)


def test_villages_at_the_start():
    world = SimpleNamespace(
        villages=SimpleNamespace(facility=[2, 1, 0, 2], income_rank=np.array([0.0, 0.999]))
    )
    seen = SimpleNamespace(world=world, parameters=P)
    assert value("facilities_at_start", seen) == (0.5, 4)
    assert value("poor_collectives", seen) == (0.5, 2)  # the poorest and the richest
    assert value("wage_of_cook", seen) == (1_800, 1)


def test_elders_grow_and_fall_ill():
    """100 to 121 in 24 months are 10 % a year; 30 of 120 are disabled at the end."""
    seen = run(25)
    seen.series.state["elders"][-1], seen.series.flow["state_persons"][-1] = 121, (90, 20, 8, 2)
    assert value("growth_of_elders", seen) == (pytest.approx(0.1), 100)
    assert value("disabled_at_end", seen) == (0.25, 120)


def test_participation_is_of_december_in_villages_two_years_in_service():
    """The one of the start counts in three Decembers, the one that opens in month 5 in the third only."""
    seen = run(36, villages=2)
    seen.series.state["opened"][:, 1] = 5
    seen.series.flow["took_part"][11::12, 0], seen.series.flow["took_part"][:, 1] = 30, 50
    assert value("participation", seen) == (pytest.approx((3 * 30 + 50) / 400), 4)
    seen.series.flow["willing_elders"][:12] = 60
    assert value("willing", seen) == (0.6, 2)


def test_active_members_of_the_first_year():
    """Enrolled 40 and 2 helpers who are no elders; 19 elders took part: 21 of 42."""
    seen = run(24)
    seen.series.state["opened"], seen.series.flow["enrolled"], seen.series.flow["took_part"] = 3, 40, 19
    assert value("active_in_first_year", seen) == (0.5, 1)
    seen.series.state["opened"] = -1
    assert value("active_in_first_year", seen)[1] == 0


def test_hours_of_a_helper():
    """3,000 minutes of ten."""
    seen = run(2)
    seen.series.flow["time_aid"] = 3_000
    assert value("hours_of_a_helper", seen) == (5.0, 20)


def test_the_disabled_grow():
    """Of 100 elders 20 are disabled, 24 months on 45: half as many again a year."""
    seen = run(25)
    seen.series.flow["state_persons"][0], seen.series.flow["state_persons"][-1] = (
        (80, 10, 5, 5),
        (70, 40, 4, 1),
    )
    assert value("growth_of_disabled", seen) == (pytest.approx(0.5), 20)


def test_empty_nests_rise():
    """30 of 100 live alone or as couples, two years on 42 of 120: five points more, 2.5 a year."""
    seen = run(25)
    living = seen.series.flow["living_persons"]
    living[0], living[-1] = (65, 20, 10, 5), (70, 25, 17, 8)
    assert value("rise_of_empty_nests", seen) == (pytest.approx(0.025), 100)


def test_hours_of_members_in_the_first_year():
    """Months 3 to 14 give 50 hours each, later ones more: 600 hours of 40 enrolled and 2 helpers under 60."""
    seen = run(24)
    seen.series.state["opened"], seen.series.flow["enrolled"] = 3, 40
    seen.series.flow["time_aid"], seen.series.flow["time_aid"][15:] = 3_000, 9_000
    assert value("hours_of_member_in_first_year", seen) == (pytest.approx(600 / 42), 1)
    for month in (0, 1):  # months 0 to 11, or 1 to 12, are twelve
        seen.series.state["opened"] = month
        assert value("hours_of_member_in_first_year", seen) == (pytest.approx(600 / 42), 1)
    seen.series.state["opened"] = 13  # not yet a year old at the end
    assert value("hours_of_member_in_first_year", seen)[1] == 0


def test_hours_and_elders_where_service_runs():
    """Village 0 gives 20 hours to 15 elders with 50 accounts and 10 helpers; village 1 is closed."""
    seen = run(2, villages=2)
    seen.series.state["level"][:, 1] = 0
    flow = seen.series.flow
    flow["time_aid"], flow["accounts"], flow["helped"] = 1_200, 50, 15
    flow["accounts"][:, 1] = 999
    assert value("hours_of_account_holder", seen) == (pytest.approx(0.4), 100)
    assert value("elders_of_a_helper", seen) == (pytest.approx(1.5), 20)


def test_helpers_age_and_stop():
    """Ten helpers of 7,440 months in all are 62 years old; 1 of 10 stops in 2 months of 24: 0.05 a year."""
    seen = run(24)
    flow = seen.series.flow
    flow["volunteer_age_months"], flow["volunteers_quit"][3], flow["volunteers_quit"][9] = 7_440, 1, 0
    assert value("age_of_helpers", seen) == (pytest.approx(62.0), 240)
    assert value("helpers_who_stop", seen) == (pytest.approx(0.05), 240)


def test_credit_is_redeemed_and_spent():
    seen = run(4)
    flow = seen.series.flow
    flow["redeem_asked"][:2], flow["redeem_got"][:2] = 100, [[90], [30]]
    flow["credits_earned"], flow["credits_spent"] = 200, 150
    assert value("redeemed", seen) == (pytest.approx(0.6), 2)
    assert value("credits_spent", seen) == (pytest.approx(0.75), 4)


# -- by person
def test_gini_and_top_tenth_of_hours():
    """Of 1, 1, 2, 4 hours: differences 0 1 3 1 3 2 over four pairs and a mean of 2: 20 / (2 * 16 * 2)."""
    seen = persons(5, giver_minutes=[60, 120, 60, 240])
    assert value("gini_of_hours", seen) == (pytest.approx(20 / 64), 4)
    alike = persons(5, giver_minutes=[30] * 20)
    assert value("gini_of_hours", alike) == (0.0, 20) and value("hours_of_top_tenth", alike)[0] == 0.1
    twenty = persons(5, giver_minutes=[1] * 18 + [40, 42])  # two of twenty: 82 of 100
    assert value("hours_of_top_tenth", twenty) == (pytest.approx(0.82), 20)
    five = persons(5, giver_minutes=[60, 10, 10, 10, 10])  # half of the first of five: 30 of 100
    assert value("hours_of_top_tenth", five) == (pytest.approx(0.3), 5)


def test_account_holders_by_person():
    """Four of five have a balance; one gave, one in debt received, the fifth gave and has none."""
    seen = persons(5, credit=[60, -60, 180, 120, 0], given=[9, 0, 0, 0, 9], received=[0, 9, 0, 0, 0])
    assert value("active_account_holders", seen) == (0.5, 4)
    assert value("gini_of_credit", seen) == (pytest.approx(2 / 9), 3)  # 1, 2, 3 hours


def test_ages_of_helpers():
    """Helpers of 50, 69, 70 and 75; one of 90 helps no more."""
    seen = persons(5, age=np.array([50, 69, 70, 75, 90]) * 12, volunteer=[1, 1, 1, 1, 0])
    assert value("helpers_of_age", seen, age=70) == (0.5, 4)
    assert value("median_age_of_helpers", seen) == (69.5, 4)


def test_incomes_are_of_elders():
    """100, 200, 300, 400 and 1,000 yuan; a helper has more."""
    kinds = [1, 1, 1, 1, 1, 2]
    seen = persons(6, kind=kinds, income=[10_000, 40_000, 20_000, 30_000, 100_000, 900_000])
    assert value("median_income", seen) == (300.0, 5) and value("mean_income", seen) == (400.0, 5)
    assert value("income_of_top_fifth", seen) == (0.5, 5)
    # differences of all pairs: 100 200 300 900 + 100 200 800 + 100 700 + 600 = 4,000, twice over 2 * 25 * 400
    assert value("gini_of_income", seen) == (pytest.approx(0.4), 5)


# -- care
def test_need_that_nobody_met():
    """Of 10 hours of meals and 30 of cleaning 5 and 3 stay unmet."""
    seen = run(2)
    hours = seen.series.hours
    hours[:, :, 0, 0], hours[:, :, 0, 1], hours[:, :, 6, 0], hours[:, :, 6, 1] = 600, 1_800, 300, 180
    assert value("unmet_need", seen) == (pytest.approx(0.2), 200)
    assert value("unmet_need_of_kind", seen, kind="meals") == (0.5, 200)
    assert value("unmet_need_of_kind", seen, kind="cleaning") == (pytest.approx(0.1), 200)


def test_unmet_hours_by_state():
    """Two mild elders in twelve months with 48 hours: two a month; nobody is severely disabled."""
    seen = persons(3, unmet=[0, 2_880, 60, 0], elder_months=[12, 24, 1, 0])
    assert value("unmet_hours_by_state", seen, state="mild") == (2.0, 24)
    assert value("unmet_hours_by_state", seen, state="robust") == (0.0, 12)
    assert value("unmet_hours_by_state", seen, state="severe")[1] == 0


def test_hours_of_an_elder():
    """In a month 100 elders get 50 hours of each of two kinds from neighbours and 25 of one paid."""
    seen = run(3)
    seen.series.hours[:, :, 4, [2, 5]], seen.series.hours[:, :, 5, 7] = 3_000, 1_500
    assert value("mutual_hours_of_elder", seen) == (pytest.approx(1.0), 300)
    assert value("paid_hours_of_elder", seen) == (pytest.approx(0.25), 300)


def test_beds_that_are_taken():
    """12 of 20 beds in the one village that has a home; 3 of 4 in the centre, in the second month alone."""
    seen = run(2, villages=2)
    seen.series.state["beds"][:, 0], seen.series.state["residents"][:, 0] = 20, 12
    seen.series.flow["beds_standing"][1], seen.series.flow["beds_used"][1] = 2.0, (1, 2)
    assert value("beds_of_homes_taken", seen) == (pytest.approx(0.6), 2)
    assert value("beds_of_centres_taken", seen) == (pytest.approx(0.75), 2)


# -- nothing to see
def told_of(name):
    """Something to say to each summary."""
    return {asked.name: asked.words[0] if asked.words else asked.low for asked in SUMMARIES[name].asks}


@pytest.mark.parametrize("name", [name for name, one in SUMMARIES.items() if one.needs == RUN])
def test_where_there_is_nothing_to_see_nothing_is_said(name):
    """No village ever opened, nobody lives there."""
    seen = run(1)
    seen.series.state["level"], seen.series.state["opened"], seen.series.state["facility"] = 0, NEVER, 0
    seen.series.flow[:] = np.zeros(1, seen.series.flow.dtype)
    seen.series.state["elders"] = 0
    found = value(name, seen, **told_of(name))
    assert (found[1] == 0 and np.isnan(found[0])) or name == "years_to_nine_of_ten"


@pytest.mark.parametrize("name", [name for name, one in SUMMARIES.items() if one.needs == PERSONS])
def test_of_nobody_nothing_is_said(name):
    found = value(name, persons(0), **told_of(name))
    assert found[1] == 0 and np.isnan(found[0])
