"""Fifths of income, shares of need, burden of a collective, each by hand; why a claim fails is told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from experiments.reproduce import text
from experiments.reproduce.claims import Claim, Published, Reproduction
from experiments.reproduce.models import kinship, paper004
from experiments.reproduce.paired import mean_error
from sim.state.codes import ELDER, HELPER, RICH, WEAK


def test_fifths_of_income_by_hand():
    """Ten elders in two by two by income, a helper in between; of the poorest one is well and not counted."""
    income = np.array([5, 1, 2, 3, 4, 6, 7, 8, 9, 10, 0])
    people = SimpleNamespace(
        kind=np.array([ELDER] * 10 + [HELPER]),
        income=income,
        remit=np.zeros(11, int),
        health=np.where(income == 1, 0, 1),
        need=np.column_stack([income * 10, income]),
        bought=income * 2,
    )
    found = kinship.of_fifths(SimpleNamespace(people=people))
    assert found[0].tolist() == [22.0, 38.5, 60.5, 82.5, 104.5]
    assert found[1].tolist() == [4.0, 7.0, 11.0, 15.0, 19.0]


def test_shares_are_of_sums_and_not_means_of_shares():
    years = np.array([[[10.0, 0, 0, 5], [30.0, 0, 0, 5]]])
    assert kinship.share_of(years, kinship.LEFT).tolist() == [0.25]


def test_the_worst_off_is_one_group_in_all_runs():
    assert kinship.worst(np.array([[1.0, 5.0], [4.0, 2.0]])).tolist() == [5.0, 2.0]


def test_error_of_paired_differences_by_hand():
    assert mean_error(np.array([1.0, 3.0])) == (2.0, 1.0)


def test_burden_of_a_collective_by_hand():
    """Two months of 100 from incomes of 1,200 a year: 200 of 200; the rich one gives 20 of 2,000."""
    series = SimpleNamespace(
        state={
            "strength": np.array([[WEAK, RICH], [WEAK, RICH]]),
            "income": np.array([[1_200, 12_000], [1_200, 12_000]]),
        },
        amount=lambda name: np.array([[100, 10], [100, 10]]),
    )
    assert paper004.burden(series, WEAK) == pytest.approx(1.0)
    assert paper004.burden(series, RICH) == pytest.approx(0.01)


def published():
    known = [{"claim": "a", "why": "because", "chinese": "因为"}]
    return Published("x", "X", "某", "source", "rules", "规则", known=known)


@pytest.mark.parametrize(("found", "said"), [(-1.0, ['X: why not "a": because']), (1.0, [])])
def test_why_a_claim_fails_is_told_where_it_does(found, said):
    reproduction = Reproduction([Claim("a", "甲", found, 0.1)], [], ("x", "x"), ("y", "y"))
    assert text.limits([(published(), reproduction)]) == said
