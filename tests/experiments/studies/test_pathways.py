"""Pathways: tipping months, hits and false alarms by hand; the contest and its null arm; tiny studies."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import run
from experiments.command.scenario import compose_line
from experiments.command.settings import Mistake
from experiments.statistics import Interval
from experiments.studies.pathways import tipping, warning
from experiments.studies.pathways.answer import Contest, best_fixed
from experiments.studies.pathways.design import ALWAYS, AS_WRITTEN, Action, PathRuns, by_lot
from experiments.studies.pathways.warning import Months
from experiments.study.store import Results
from sim.state.codes import NEVER

TINY = ["county.villages=12", "county.elders=12", "horizon.end=2026-12", "horizon.spin_up=1", "seeds=4"]
FEW = ["size=quick", "progress=false", "engine=serial", "draws=prior"]
ACTIONS = "actions=[assistance_posts,call_for_helpers]"


# -- when it tips
# ---------------------------------------------------------------------------------------------------
def months(*shares: tuple[int, float]) -> list[float]:
    """(count, share) one after the other."""
    return [share for count, share in shares for _ in range(count)]


COUNTIES = np.array(
    [
        months((10, 0.8), (30, 0.4)),  # falls in month 10 and stays
        months((5, 0.8), (5, 0.4), (10, 0.7), (20, 0.4)),  # a dip, back, falls in month 20
        months((40, 0.4)),  # never reaches it
        months((40, 0.7)),  # keeps it: 0.7 is the target itself
        months((35, 0.8), (5, 0.4)),  # five months at the end are no fall yet
    ]
)


def test_a_county_tips_in_the_first_month_from_which_it_stays_below() -> None:
    assert tipping.left(COUNTIES, 0.7).tolist() == [10, 20, 0, 40, 40]


@pytest.mark.parametrize(("sure", "month"), [(0.9, 0), (0.8, 10), (0.6, 20), (0.5, 20), (0.4, 40), (0.2, 40)])
def test_an_action_tips_when_too_few_counties_are_left(sure: float, month: int) -> None:
    """Tips at 0, 10, 20 and never twice. For 80 % of five four must stand: the second to tip ends it."""
    assert tipping.first_too_few(tipping.left(COUNTIES, 0.7), sure) == month
    standing = (tipping.left(COUNTIES, 0.7)[:, None] > np.arange(40)).mean(axis=0)
    assert month == next((at for at in range(40) if standing[at] < sure - 1e-12), 40)


def test_the_interval_of_counties_that_are_alike_is_their_month() -> None:
    alike = np.tile(COUNTIES[0], (6, 1))
    assert tipping.tip(alike, 0.7, 0.8, 1) == (10, 10, 10, 40)
    assert tipping.later(np.tile(COUNTIES[1], (6, 1)), alike, 0.7, 0.8, 1) == (10, 10)


def test_the_interval_holds_the_month_and_more_counties_narrow_it() -> None:
    """Counties that tip evenly between months 0 and 99: half are left until 50; of 400 it is known to +- 10.

    The median of n uniform tips on (0, 100) has a deviation of 50 / sqrt(n): 2.5 for 400, 8 for 40.
    """
    falls = np.arange(120)[None, :] < np.linspace(1, 99, 400)[:, None]
    few, many = (tipping.tip(falls[::step].astype(float), 1.0, 0.5, 1) for step in (10, 1))
    assert abs(many.month - 50) <= 1 and many.low <= many.month <= many.high
    assert 6 <= many.high - many.low <= 14 < few.high - few.low


def test_an_epidemic_leaves_a_station_as_it_stood() -> None:
    is_open = np.array([[1, 0], [0, 0], [0, 1], [0, 1]], bool)
    suspended = np.array([[0, 0], [1, 1], [0, 0], [0, 0]], bool)
    assert tipping.carried(is_open, suspended).astype(int).tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20), st.floats(0.5, 0.99))
def test_asking_for_more_counties_never_lasts_longer(tips: list[int], sure: float) -> None:
    found = np.array(tips)
    assert tipping.first_too_few(found, sure) <= tipping.first_too_few(found, 0.5)
    assert (tipping.first_too_few(found + 1, sure)) == tipping.first_too_few(found, sure) + 1


# -- what foretells it
# ----------------------------------------------------------------------------------------------
NAN = float("nan")
ONE = Months(  # a station that closes in month 6, opens again in month 8; and one that never closes
    np.array([[9, 9, 9, 2, 9, 1, NAN, NAN, 5, 5, 5], [9, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9]]).T,
    np.array([[1, 1]] * 6 + [[0, 1]] * 2 + [[1, 1]] * 3, bool),
    np.array([[0, 0]] * 6 + [[1, 0]] + [[0, 0]] * 4, bool),
)  # fmt: skip


def test_hits_and_false_alarms_of_a_table_by_hand() -> None:
    """Horizon 3, alarm below 3; months 0 to 7 have three more on record.

    Months 3, 4, 5 of the first station come before its closure in month 6: alarms in 3 and 5, so two hits of
    three. Others: its months 0, 1, 2 and the second one's eight; an alarm in month 1 of that: one of eleven.
    The first alarm of the three months before comes in month 3, three months ahead.
    """
    found = warning.rates(ONE, 3.0, 3)
    assert found[:4] == (3, 2, 11, 1) and found.late == (3,)
    assert found.hit == 2 / 3 and found.false == 1 / 11


def test_a_closure_lies_ahead_of_the_months_before_it_and_not_of_its_own() -> None:
    assert np.flatnonzero(warning.closes_within(ONE.closes, 3)[:, 0]).tolist() == [3, 4, 5]


def test_months_whose_future_is_not_on_record_do_not_count() -> None:
    """With two months more that are unknown, months 6 and 7 of the second station fall away."""
    assert warning.rates(ONE, 3.0, 3, unknown=2)[:4] == (3, 2, 9, 1)


def test_the_best_threshold_parts_a_planted_signal() -> None:
    """Before a closure readings are 0 to 4, otherwise 10 and more: all are hits, none is a false alarm."""
    random = np.random.default_rng(3)
    counties = []
    for _ in range(6):
        closes = np.zeros((60, 5), bool)
        closes[random.integers(20, 50, 5), np.arange(5)] = True
        soon = warning.closes_within(closes, 12)
        reading = np.where(soon, random.uniform(0, 4, soon.shape), random.uniform(10, 50, soon.shape))
        counties.append(Months(reading, np.ones(soon.shape, bool), closes))
    threshold = warning.best_threshold(counties, 12)
    assert 3.5 < threshold <= 14
    judged = warning.judged(counties, threshold, 12, 0, 1)
    assert judged.whole.hit > 0.97 and judged.whole.false < 0.1 and judged.gain[0] > 0.8
    assert np.median(judged.whole.late) == 12


def test_readings_by_lot_are_not_told_from_chance() -> None:
    """Of 40 thresholds chosen on noise at most five may look better: 2.5 % each, P(6 and more) < 0.001."""
    random, good = np.random.default_rng(5), 0
    for _ in range(40):
        counties = [
            Months(random.random((60, 6)), np.ones((60, 6), bool), random.random((60, 6)) < 0.02)
            for _ in range(24)
        ]
        threshold = warning.best_threshold(counties[:12], 12)
        good += warning.judged(counties[12:], threshold, 12, 0, 1).gain[0] > 0
    assert good <= 5


def test_without_a_closure_no_threshold_is_chosen() -> None:
    quiet = ONE._replace(closes=np.zeros_like(ONE.closes))
    assert np.isnan(warning.best_threshold([quiet], 3))


# -- who beats whom
# -------------------------------------------------------------------------------------------------
def interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 9)


@pytest.mark.parametrize(
    ("held", "yuan", "verdict"),
    [
        ((0.01, 0.03), (-9, 9), "beats"),
        ((0.01, 0.03), (-9, -1), "beats"),
        ((0.01, 0.03), (1, 9), "more_for_more"),
        ((-0.03, -0.01), (-9, 9), "does_not"),
        ((-0.03, -0.01), (-9, -1), "less_for_less"),
        ((-0.01, 0.01), (-9, 9), "cannot_be_told"),
        ((-0.01, 0.01), (-9, -1), "cheaper"),
        ((-0.01, 0.01), (1, 9), "dearer"),
    ],
)
def test_a_plan_beats_another_only_where_it_holds_more_and_is_not_dearer(
    held: tuple[float, float], yuan: tuple[float, float], verdict: str
) -> None:
    assert Contest("other", interval(*held), interval(*yuan)).verdict == verdict


def test_the_best_fixed_plan_costs_about_as_much_or_less() -> None:
    fixed = [Action("dear"), Action("fair"), Action("poor")]
    held, yuan = {"dear": 0.9, "fair": 0.7, "poor": 0.5}, {"dear": 900.0, "fair": 505.0, "poor": 300.0}
    assert best_fixed(fixed, held, yuan, 500.0).name == "fair"  # 505 is within 2 %
    assert best_fixed(fixed, held, yuan, None).name == "dear"
    assert best_fixed(fixed, held, yuan, 100.0).name == "poor"


def test_a_lot_gives_the_same_months_to_open_stations_once_each() -> None:
    """Villages 1 and 3 fire in months 2 and 4. In month 1 only 2 is open, in month 3 only 2 and 4."""
    is_open = pd.DataFrame([[1, 1, 1, 1], [0, 1, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1]], columns=[1, 2, 3, 4])
    assert by_lot({1: 2, 2: NEVER, 3: 4, 4: NEVER}, is_open, 1) == ((2, 2), (4, 4))
    assert by_lot({1: NEVER}, is_open, 1) == ()


# -- the study
# ------------------------------------------------------------------------------------------------------
def test_behind_a_policy_that_waits_stands_the_same_one_that_does_not() -> None:
    runs = PathRuns(compose_line(["experiment=pathways", ACTIONS, *FEW]))
    assert list(runs.actions) == [
        AS_WRITTEN,
        "assistance_posts",
        "call_for_helpers",
        "call_for_helpers" + ALWAYS,
    ]
    assert [one.name for one in runs.of(True)] == ["call_for_helpers"]
    waits, always = (
        runs.scenario(runs.actions["call_for_helpers" + more]).modifiers for more in ("", ALWAYS)
    )
    assert all(one.when for one in waits) and not any(one.when for one in always)
    assert [(one.path, one.value, one.start) for one in waits] == [
        (one.path, one.value, one.start) for one in always
    ]
    assert runs.base.county.facility_share == 1.0
    own = PathRuns(compose_line(["experiment=pathways", "county.facility_share=0.4", *FEW]))
    assert own.base.county.facility_share == 0.4


@pytest.mark.slow
def test_a_tiny_study_has_a_row_a_plan_and_a_signpost_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["experiment=pathways", ACTIONS, *TINY, *FEW, f"out={tmp_path}"]
    assert run.main(words) == 0
    (folder,) = (tmp_path / "pathways").iterdir()
    found = Results(folder)
    runs = found.runs()
    fresh = runs[runs["arm"] == "fresh"]
    assert len(runs) - len(fresh) == 4 * 4 and "by lot" in set(fresh["scenario"].astype(str))
    table = pd.read_csv(folder / "summary.csv")
    assert table.groupby("what").size()["action"] == 4 and table.groupby("what").size()["signpost"] == 12
    assert set(table["name"]) >= {"as written", "call_for_helpers", "cash_months", "chance"}
    findings, chinese = (json.loads((folder / f"findings{code}.json").read_text()) for code in ("", ".zh"))
    assert len(findings["sentences"]) == 3 and len(findings["tables"]) == len(chinese["tables"]) == 3
    assert (folder / "figures" / "map.png").exists() and (folder / "answer.txt").exists()
    before = (folder / "summary.csv").read_bytes()
    assert run.main(words) == 0
    assert (folder / "summary.csv").read_bytes() == before
    capsys.readouterr()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("actions=[rescue_mony]", "actions: unknown 'rescue_mony'.*did you mean rescue_money"),
        ("actions=[taper_2027,taper_2027]", "actions: taper_2027 is there twice"),
        ("outcome=added", "outcome = added: .*station or table"),
        ("seeds=2", "seeds = 2: 4 or more"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(
    word: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["experiment=pathways", word, *FEW, f"out={tmp_path}"]) == 1
    assert pd.Series([capsys.readouterr().err]).str.contains(sentence, regex=True).all()


def test_a_policy_of_the_line_is_no_action_as_well() -> None:
    with pytest.raises(Mistake, match="acts in all"):
        PathRuns(compose_line(["experiment=pathways", "policy=[taper_2027]", "actions=[taper_2027]", *FEW]))
