"""The registry of outcomes: what a declaration lacks is said in one sentence that names the line to write."""

import dataclasses

import pytest

from experiments import outcomes
from experiments.command.settings import Mistake
from experiments.outcomes import AGAINST_BASELINE, COMPARED, HEADLINE, OUTCOMES, register
from experiments.report import style

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
