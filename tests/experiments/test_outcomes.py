"""The registry of outcomes: what a declaration lacks is said in one sentence that names the line to write."""

import dataclasses

import pandas as pd
import pytest

from experiments import outcomes
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
    assert list(AGAINST_BASELINE) == ["viable", "open", "unmet", "visits", "loneliness", "cost"]
    assert COMPARED[:5] == HEADLINE and len(COMPARED) == len(set(COMPARED)) == 20


def test_hours_that_stay_unmet_are_not_hours_without_mutual_aid():
    """What is left when paid care has come, and what mutual aid left."""
    assert OUTCOMES["unmet"].above == "eligible_unmet" and OUTCOMES["not_mutual"].above == "short_minutes"


def test_outcomes_by_station_are_shown_where_they_are_asked_for():
    """Two villages: 60 and 0 months open with one closure, 30 of them with meals; 10 elder-years; 2,000 yuan.

    Five station-years: a closure in five; 2.5 years with an open station a village; 200 yuan an elder-year.
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
    found = outcomes.table(rows, Parameters(), more=BY_STATION).iloc[0]
    assert found[list(BY_STATION)].tolist() == pytest.approx(
        [2.5, 1.25, 5.0, 0.2, 0.5, 0.5, 0.0, 0.0, 0.4, 0.4, 200.0, 50.0]
    )
    assert set(BY_STATION).isdisjoint(outcomes.table(rows, Parameters()))
