"""Signposts and triggers: read as computed by hand, fired in the month computed by hand, or never."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import QUIET, county_bytes, differences, parameters, small

import sim
from sim import signposts
from sim.policies import Policy, check_all
from sim.state.codes import NEVER
from sim.state.parameters import ParameterError, Parameters
from sim.state.triggers import Trigger, Watched
from sim.state.values import Modifier, Values

NAN = float("nan")
POOR = {"signpost": "cash_months", "below": 1, "for": 3}


def watched(trigger: Trigger, readings: list[list[float]], start: int = 0) -> Watched:
    """A county of as many villages as a reading has, that saw these months."""
    made = Watched.new(0, trigger, start, np.arange(len(readings[0])))
    for month, values in enumerate(readings):
        made.look(np.array(values), month)
    return made


# -- firing
# -------------------------------------------------------------------------------------------------------
def test_a_trigger_fires_in_the_month_after_the_third_bad_one_in_a_row() -> None:
    """Below 1 in months 0, 1 and 3, 4, 5: two are no row of three, the row ends with 5, so it acts from 6."""
    seen = [[0.5], [0.5], [1.0], [0.9], [0.0], [0.2], [3.0], [3.0]]
    assert watched(Trigger("cash_months", "below", 1.0, 3), seen).fired.tolist() == [6]


def test_a_month_without_a_number_breaks_the_row_and_never_fires() -> None:
    seen = [[0.5, NAN], [0.5, NAN], [NAN, NAN], [0.5, NAN], [0.5, NAN]]
    made = watched(Trigger("cash_months", "below", 1.0, 3), seen)
    assert made.fired.tolist() == [NEVER, NEVER] and made.streak.tolist() == [2, 0]


def test_before_its_start_a_trigger_watches_but_does_not_fire() -> None:
    """The row was there from month 0; what starts in month 5 acts from month 5."""
    assert watched(Trigger("diners", "above", 2.0, 2), [[3.0]] * 9, start=5).fired.tolist() == [5]


def test_a_county_fires_at_once_by_the_median_of_those_with_a_number() -> None:
    """Medians 1.5 of (1, 2, -) and 0.5 of (0, 1, -): below one in the second month only."""
    seen = [[1.0, 2.0, NAN], [0.0, 1.0, NAN]]
    made = watched(Trigger("cash_months", "below", 1.0, 1, "county"), seen)
    assert made.fired.tolist() == [2, 2, 2]


@given(
    st.lists(st.one_of(st.floats(-2, 4), st.just(NAN)), max_size=30), st.integers(1, 4), st.integers(0, 20)
)
def test_firing_is_the_end_of_the_first_long_enough_row(values: list[float], months: int, start: int) -> None:
    """The definition written out: the first month from `start` on before which all of `months` lie below."""
    found = watched(Trigger("cash_months", "below", 1.0, months), [[one] for one in values] or [[NAN]], start)
    below = [one < 1.0 for one in values]
    ends = [m for m in range(months, len(values) + 1) if m >= start and all(below[m - months : m])]
    assert found.fired.tolist() == [min(ends, default=NEVER)]


def test_the_ramp_counts_from_the_firing() -> None:
    """Food 2.5 yuan, one yuan more over four months from month 3 on: 25 fen a month, in one village."""
    modifier = Modifier("canteen.food", "add", 1.0, ramp=4, when=Trigger("diners", "below", 1.0))
    made = Values([(Parameters(), (modifier,))], np.array([1, 2]), np.zeros(2, np.int64))
    (one,) = made.watched.values()
    one.fired[0] = 3
    found = []
    for month in range(8):
        made.refresh(month)
        found.append(made.canteen["food"].tolist())
    assert found == [[250, 250]] * 3 + [[275, 250], [300, 250], [325, 250], [350, 250], [350, 250]]


# -- in a model
# ---------------------------------------------------------------------------------------------------
ALWAYS, IMPOSSIBLE = Trigger("volunteers_per_100", "above", -1.0), Trigger("volunteers_per_100", "below", 0.0)
DEAR = Modifier("canteen.food", "add", 1.0)


def run(*modifiers: Modifier, months: int = 14, **more: Any) -> sim.MutualAidModel:
    model = small({**QUIET, **more}, villages=4, seed=3, modifiers=modifiers)
    model.run(months)
    return model


def waiting(trigger: Trigger, **more: Any) -> Modifier:
    return Modifier(DEAR.path, DEAR.op, DEAR.value, when=trigger, **more)


def test_a_trigger_that_never_fires_leaves_no_trace() -> None:
    assert differences(county_bytes(run()), county_bytes(run(waiting(IMPOSSIBLE)))) == []
    assert "triggers" not in run(DEAR).snapshot()["meta"]
    assert "when" not in DEAR.to_dict()


def test_what_is_true_at_once_is_the_plain_policy_a_month_later() -> None:
    """Open in month 0, a village acts from month 1; one that opens later acts from its second month."""
    model = run(waiting(ALWAYS), months=14)
    (one,) = model.values.watched.values()
    days = model.series.flow["open_days"] >= 6
    first = np.where(days.any(axis=0), days.argmax(axis=0) + 1, NEVER)
    assert one.fired.tolist() == first.tolist() and 1 in one.fired
    plain = run(
        *(Modifier(DEAR.path, "add", 1.0, int(begun), villages=(v + 1,)) for v, begun in enumerate(first))
    )
    assert differences(county_bytes(plain), county_bytes(model)) == []
    assert differences(county_bytes(plain), county_bytes(run())) != []


@pytest.mark.parametrize("name", signposts.SIGNPOSTS)
def test_a_running_model_reads_what_the_record_says(name: str) -> None:
    """The month of firing follows from the recorded series alone."""
    bound = np.nanmedian(signposts.over(run(months=30).series, Parameters())[name])
    model = run(waiting(Trigger(name, "below", float(bound), 2)), months=30)
    (one,) = model.values.watched.values()
    values = signposts.over(model.series, model.parameters)[name]
    again = watched(one.trigger, values.tolist())
    assert one.fired.tolist() == again.fired.tolist() and (one.fired != NEVER).any()


def test_signposts_of_a_village_by_hand() -> None:
    """Whole arithmetic on the record of one village, written out."""
    series = run(months=20).series
    found = signposts.over(series, Parameters())
    month, v = 18, int(np.argmax((series.flow["open_days"] >= 6).sum(axis=0)))
    flow, state = series.flow[month, v], series.state[month, v]
    assert flow["open_days"] >= 6 and state["planned_cost"] > 0
    assert found["cash_months"][month, v] == pytest.approx(
        int(series.balance["cash"][month, v]) * 12 / int(state["planned_cost"])
    )
    assert found["volunteers_per_100"][month, v] == 100 * int(flow["volunteers"]) / int(state["elders"])
    assert found["diners"][month, v] == int(flow["diners"])
    paid = sum(int(series.amount(f"paid_{payer}")[7:19, v].sum())
               for payer in ("government", "collective", "families", "society"))  # fmt: skip
    assert found["payer_record"][month, v] == pytest.approx(paid / int(series.flow["pledged"][7:19, v].sum()))
    assert np.isnan(found["payer_record"][:11]).all()
    assert np.isnan(found["diners"][series.flow["open_days"] < 6]).all()


def test_a_fork_goes_on_with_what_its_triggers_have_seen() -> None:
    slow = waiting(Trigger("payer_record", "below", 2.0, 3)), waiting(Trigger("diners", "above", 0.0, 5))
    whole, part = run(*slow, months=24), run(*slow, months=13)
    fork = sim.MutualAidModel.restore(part.snapshot())
    fork.run(11)
    assert differences(county_bytes(whole), county_bytes(fork)) == []
    fired = [one.fired.tolist() for one in whole.values.watched.values()]
    assert fired == [one.fired.tolist() for one in fork.values.watched.values()]
    assert any(month > 13 for one in fired for month in one)


def test_counties_side_by_side_fire_each_by_its_own_villages() -> None:
    trigger = Trigger("diners", "below", 12.0, 2, "county")
    worlds = [parameters({**QUIET, "county.villages": 3, "county.elders": size}) for size in (40, 90)]
    both = sim.MutualAidModel(
        worlds, seed=[1, 2], modifiers=[(waiting(trigger),), (waiting(trigger, start=4),)]
    )
    both.run(12)
    for county, (world, seed, start) in enumerate(zip(worlds, (1, 2), (0, 4), strict=True)):
        alone = sim.MutualAidModel(world, seed=seed, modifiers=(waiting(trigger, start=start),))
        alone.run(12)
        mine = [one.fired.tolist() for one in both.values.watched.values() if one.county == county]
        assert mine == [one.fired.tolist() for one in alone.values.watched.values()]
        assert np.array_equal(both.results[county].series.posted, alone.series.posted)


# -- what is written
# ----------------------------------------------------------------------------------------------
def test_a_policy_is_read_with_its_trigger_and_a_line_may_have_its_own() -> None:
    policy = Policy.read("rescue", {
        "when": POOR, "modifiers": [
            {"path": "canteen.food", "scale": 1.1},
            {
                "path": "canteen.food", "add": 0.1,
                "when": {"signpost": "diners", "above": 5, "scope": "county"},
            },
        ],
    })  # fmt: skip
    first, second = policy.modifiers(Parameters())
    assert first.when == Trigger("cash_months", "below", 1.0, 3)
    assert second.when == Trigger("diners", "above", 5.0, 1, "county")
    assert [Modifier.from_dict(one.to_dict()) for one in (first, second)] == [first, second]
    assert pickle.loads(pickle.dumps((first, second))) == (first, second)  # to another process


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (
            {"signpost": "cash_month", "below": 1},
            "no signpost is called 'cash_month'; did you mean cash_months",
        ),
        ({"signpost": "cash_months", "below": 1, "above": 2}, "one of below or above"),
        ({"signpost": "cash_months"}, "one of below or above"),
        ({"below": 1}, "has a signpost"),
        ({**POOR, "for": 0}, "for = 0: a whole number of months from 1 on"),
        ({**POOR, "for": 1.5}, "for = 1.5"),
        ({**POOR, "below": "little"}, "below = 'little': a number"),
        ({**POOR, "fort": 3}, "unknown key 'fort'; did you mean for"),
        ({**POOR, "scope": "town"}, "'town': allowed are village, county"),
        ("cash_months below 1", "a table is wanted"),
    ],
)
def test_a_trigger_that_cannot_be_read_is_named_in_a_sentence(when: Any, sentence: str) -> None:
    policy = Policy.read("mine", {"modifiers": [{"path": "canteen.food", "scale": 1.1}], "when": when})
    with pytest.raises(ParameterError, match=f"policy mine: when.*{sentence}") as raised:
        policy.modifiers(Parameters())
    assert "\n" not in str(raised.value)


def test_what_is_one_for_the_county_cannot_wait_for_a_village() -> None:
    village, county = (
        Modifier("rollout.by", "set", 48, when=Trigger("diners", "below", 1.0, 1, scope))
        for scope in ("village", "county")
    )
    with pytest.raises(ParameterError, match="scope: county"):
        check_all(Parameters(), [village])
    check_all(Parameters(), [county])


def test_a_policy_must_fit_with_its_trigger_fired_and_without() -> None:
    """Food costs 2.5 (1.5 to 5 is allowed): tripled it does not fit, unless the trigger halves it."""
    triple, half = Modifier("canteen.food", "scale", 3.0), Modifier("canteen.food", "scale", 0.5, when=ALWAYS)
    with pytest.raises(ParameterError, match="canteen.food = 7.5"):
        check_all(Parameters(), [half, triple])
    with pytest.raises(ParameterError, match="canteen.food = 1.25"):
        check_all(Parameters(), [half])
