"""The registry of outcomes: what a declaration lacks is said in one sentence that names the line to write."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from experiments import outcomes, reference, statistics
from experiments.command.settings import Mistake
from experiments.outcomes import AGAINST_BASELINE, BY_STATION, COMPARED, HEADLINE, OUTCOMES, register
from experiments.report import style
from sim import Parameters

VIABLE = OUTCOMES["viable"]


def told(name, **changed):
    """The sentence on a declaration with these values."""
    with pytest.raises(Mistake) as caught:
        register([(name, dataclasses.replace(VIABLE, **changed))])
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_outcome_without_a_chinese_name_is_named():
    assert told("mine", chinese="") == (
        "experiments/outcomes.py: outcome 'mine' has no Chinese name for 'villages viable at the end': write "
        'chinese="..." in its declaration'
    )
    assert 'write short_chinese="..."' in told("mine", short_chinese="")


def test_an_outcome_that_does_not_say_which_way_is_better_is_named():
    assert "outcome 'mine' does not say which way is better: write better=1" in told("mine", better=3)


def test_an_outcome_that_is_declared_twice_is_named():
    with pytest.raises(Mistake, match="outcome 'viable' is declared twice: give one of them another name"):
        register([("viable", VIABLE), ("viable", VIABLE)])


def test_every_label_is_said_in_chinese():
    with style.speaking("zh"):
        for english, chinese in outcomes.translations().items():
            assert style.phrase(english) == chinese != english


def test_columns_of_summaries_are_those_that_studies_were_stored_with():
    assert [key for key in AGAINST_BASELINE if "added" not in key] == [
        "viable", "open", "unmet", "visits", "loneliness", "cost",
    ]  # fmt: skip
    assert COMPARED[:5] == ("viable", "closed", "unmet", "public", "redeemed")
    assert len(COMPARED) == len(set(COMPARED)) == 20 and set(HEADLINE) <= set(OUTCOMES)


def test_hours_that_stay_unmet_are_not_hours_without_mutual_aid():
    """What is left when paid care has come, and what mutual aid left."""
    assert OUTCOMES["unmet"].above == "eligible_unmet" and OUTCOMES["not_mutual"].above == "short_minutes"


def test_outcomes_by_station_are_shown_where_they_are_asked_for():
    """Two villages: 60 and 0 months open with one closure, 30 of them with meals; 10 elder-years; 2,000 yuan.

    Five station-years: a closure in five; 2.5 years with an open station a village; 200 yuan an elder-year.
    The reference has 2 elder-years at 400 yuan in the first: 8 and 0 are added, 1,600 yuan for 8 elder-years.
    """
    lines = [
        (60, 30, 1, 10.0, "does_not_serve", 200_000, 50_000, 400, 1_000),
        (0, 0, 0, 0.0, "never_opened", 0, 0, 0, 0),
    ]
    names = (
        "open_months", "table_months", "station_closures", "served_years", "station_class", "public_fen",
        "own_fen", "unpaid_fen", "cost_fen",
    )  # fmt: skip
    rows = pd.DataFrame(lines, columns=names).assign(
        scenario="a", replicate=0, kind="plain", strength="weak", verdict="closed",
        visits_due=10, visits_on_time=4, viable_meals=False,
    )  # fmt: skip
    others = {outcome.above for outcome in OUTCOMES.values()} | {
        outcome.below for outcome in OUTCOMES.values()
    }
    more = [
        "level_end",
        "facility_end",
        "facility_2030",
        "level_2030",
        "closures",
        "plus",
        "redeem_got_minutes",
    ]
    more += [f"paid_{payer}_fen" for payer in ("government", "collective", "families", "society")]
    rows = rows.assign(**{name: 0 for name in [*others, *more, "eligible_unmet_minutes"] if name not in rows})
    rows = rows.drop(columns=["added_served_years", "added_public_fen", "added_own_fen"]).assign(
        village=[1, 2]
    )
    without = rows.assign(served_years=[2.0, 0.0], public_fen=[40_000, 0], own_fen=[10_000, 0])
    rows = reference.with_added(rows, without)
    found = outcomes.table(rows, Parameters(), more=BY_STATION).iloc[0]
    assert found[list(BY_STATION)].to_dict() == pytest.approx(
        {
            "service_years": 2.5, "table_years": 1.25, "served_years": 5.0, "added": 4.0,
            "public_added": 200.0, "own_added": 50.0, "station_opened": 0.5, "station_old": 0.5,
            "station_closures": 0.2, "lasting": 0.5, "paying": 0.5, "station_viable": 0.0,
            "viable_meals": 0.0, "on_time": 0.4, "unpaid": 0.4, "public_served": 200.0, "own_served": 50.0,
        }
    )  # fmt: skip
    assert set(BY_STATION).isdisjoint(outcomes.table(rows, Parameters()))


def test_each_arm_of_a_study_has_its_own_reference_and_the_reference_is_no_scenario():
    """9 against 2 with drawn parameters, 9 against 4 without; village 2 of the rerun has none."""
    lines = [("a", "main", 9.0), ("a", "luck", 9.0), ("a", "relief:money", 9.0)]
    lines += [("reference", "main", 2.0), ("reference", "luck", 4.0)]
    rows = pd.DataFrame(lines, columns=["scenario", "arm", "served_years"]).assign(
        replicate=0, village=1, public_fen=100, own_fen=0
    )
    found = reference.split(rows)
    assert found["scenario"].tolist() == ["a"] * 3
    assert found["added_served_years"].fillna(-1).tolist() == [7.0, 5.0, -1.0]
    assert reference.split(rows.drop(columns="served_years")).equals(rows.drop(columns="served_years"))


def test_who_is_viable_is_what_was_judged_and_in_old_studies_the_verdict():
    rows = pd.DataFrame({"verdict": ["viable", "closed"], "level_end": [1, 0]})
    assert statistics.viable(rows).tolist() == [True, False]
    assert outcomes.in_service(rows).tolist() == [True, False]
    rows = rows.assign(judged=["does_not_pay", "viable"], open_end=[False, True])
    assert statistics.viable(rows).tolist() == outcomes.in_service(rows).tolist() == [False, True]


def test_survival_of_first_stations_by_hand():
    """At 6 months 1 of weight 4 closes, at 12 one of weight 2; one enters at 6, one never opens.

    At risk at 6: weights 1 + 1 + 2; at 12: 1 + 2 + 1 (entered at 6): 0.75 and 0.75 x 0.5.
    """
    rows = pd.DataFrame(
        {
            "first_entry": [0, 0, 0, 6, -9999],
            "first_exit": [6, 30, 12, 36, -9999],
            "first_ended": [True, False, True, False, False],
            "weight": [1.0, 1.0, 2.0, 1.0, 5.0],
        }
    )
    found = statistics.survival(rows, np.array([5, 6, 12, 36, 60]))
    assert found[:4].tolist() == pytest.approx([1.0, 0.75, 0.375, 0.375]) and np.isnan(found[4])
