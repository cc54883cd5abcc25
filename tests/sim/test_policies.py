"""Policies: what YAML says is what the model meets; size zero is the baseline; shares still sum to one;
misses are named.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml
from runs import county_bytes, differences, small

import sim
from experiments.command.scenario import CONFIGS, Mistake, Scenario, compose_line, options, policy
from experiments.study.plan import Task
from sim.policies import Indexation, Policy, check_all, compose, month_of
from sim.state.parameters import ParameterError, Parameters
from sim.state.values import Modifier, Values, modified, rescaled

READY = options()["policy"]
SHARES = {
    f"funding.share_{p}": x
    for p, x in (("government", 0.4), ("collective", 0.1), ("families", 0.3), ("society", 0.2))
}
MONTHS = 30


def values(*modifiers: Modifier, month: int = 0, villages: int = 3, **changes: Any) -> Values:
    made = Values(
        [(Parameters().replace(changes), modifiers)], np.arange(1, villages + 1), np.zeros(villages, np.int64)
    )
    made.refresh(month)
    return made


def run(*modifiers: Modifier) -> dict[Any, Any]:
    model = small(villages=4, seed=3, modifiers=modifiers)
    model.run(MONTHS)
    model.audit()
    return county_bytes(model)


@pytest.fixture(scope="module")
def baseline() -> dict[Any, Any]:
    return run()


# -- months, weights, shares
# -------------------------------------------------------------------------------------------
def test_months_are_counted_from_the_start_of_the_run() -> None:
    p = Parameters().replace({"horizon.start": "2026-07"})
    assert [month_of(x, p) for x in ("2026-07", "2027-01", "2026-06", 5)] == [0, 6, -1, 5]
    with pytest.raises(ParameterError, match="'2027-13' is no month"):
        month_of("2027-13", p)


def test_a_ramp_goes_up_in_equal_steps_and_ends_at_the_end() -> None:
    m = Modifier("canteen.food", "add", 1.0, start=4, end=10, ramp=4)  # food 2.5 yuan a meal
    assert [int(values(m, month=t).canteen["food"][0]) for t in (3, 4, 5, 6, 7, 8, 9, 10)] == [
        250,
        275,
        300,
        325,
        350,
        350,
        350,
        250,
    ]


def test_modifiers_act_in_the_order_written() -> None:
    double, add = Modifier("canteen.food", "scale", 2.0), Modifier("canteen.food", "add", -1.0)
    assert values(double, add).canteen["food"][0] == 400 and values(add, double).canteen["food"][0] == 300


def test_a_modifier_acts_in_its_villages_only() -> None:
    assert values(Modifier("canteen.food", "set", 3.0, villages=(2,))).canteen["food"].tolist() == [
        250,
        300,
        250,
    ]


def test_the_other_shares_are_rescaled_in_proportion() -> None:
    """0.4 0.1 0.3 0.2; society to 0.6: the rest 0.8 -> 0.4, so each halves."""
    v = values(Modifier("funding.share_society", "set", 0.6), **SHARES)
    assert [
        float(v.funding[f"share_{p}"][0]) for p in ("government", "collective", "families", "society")
    ] == pytest.approx([0.2, 0.05, 0.15, 0.6], abs=1e-12)


def test_two_shares_that_policies_name_stay_as_named() -> None:
    """Government 0.5 and families 0.2 named: the other two share 0.3 as 1 to 2."""
    found = modified(
        SHARES,
        tuple(SHARES),
        [
            (Modifier("funding.share_government", "set", 0.5), 1.0),
            (Modifier("funding.share_families", "add", -0.1), 1.0),
        ],
    )
    assert list(found.values()) == pytest.approx([0.5, 0.1, 0.2, 0.2], abs=1e-12)


def test_four_named_shares_are_scaled_together_and_too_much_is_an_error() -> None:
    assert list(rescaled(dict.fromkeys(SHARES, 0.5), list(SHARES)).values()) == pytest.approx([0.25] * 4)
    with pytest.raises(ParameterError, match="come to 1.2: more than one"):
        rescaled({**SHARES, "funding.share_government": 1.2}, ["funding.share_government"])
    only = {**dict.fromkeys(SHARES, 0.0), "funding.share_families": 0.7}
    with pytest.raises(ParameterError, match="less than one, and the others are zero"):
        rescaled(only, ["funding.share_families"])


def test_shares_that_come_back_are_the_same_bits() -> None:
    there_and_back = (
        Modifier("funding.share_society", "add", 0.25),
        Modifier("funding.share_society", "add", -0.25),
    )
    for v in (
        values(*there_and_back, **SHARES),
        values(Modifier("funding.share_society", "set", 0.6, start=2, end=5), month=5, **SHARES),
    ):
        assert [float(v.funding[path.partition(".")[2]][0]) for path in SHARES] == list(SHARES.values())


def test_counties_side_by_side_have_their_own_policies() -> None:
    p, numbers = Parameters(), np.array([1, 2, 1, 2])
    v = Values(
        [
            (p, (Modifier("canteen.food", "set", 3.0, villages=(2,)),)),
            (p, (Modifier("canteen.food", "set", 4.0),)),
        ],
        numbers,
        np.array([0, 0, 1, 1]),
    )
    v.refresh(0)
    assert v.canteen["food"].tolist() == [250, 300, 400, 400]


def test_a_switch_is_set_and_never_scaled() -> None:
    assert values(Modifier("organisation.training", "set", 0.0)).organisation["training"].tolist() == [
        0,
        0,
        0,
    ]
    with pytest.raises(ParameterError, match="is a switch"):
        values(Modifier("organisation.training", "scale", 0.0))


def test_what_a_draw_pushes_out_of_its_range_is_held_at_the_end() -> None:
    """A ceiling drawn at 50,000 yuan, half as much again: 75,000 is over the 60,000 that are allowed."""
    double = Modifier("government.ceiling", "scale", 1.5)
    assert values(double, **{"government.ceiling": 50_000.0}).government["ceiling"][0] == 60_000_00
    with pytest.raises(ParameterError, match=r"government.ceiling = 75000.0: allowed is 0 to 60000"):
        check_all(Parameters().replace({"government.ceiling": 50_000.0}), [double])


def test_a_fall_that_is_undone_by_a_later_rise_is_judged_when_both_act() -> None:
    check_all(Parameters(), [Modifier("canteen.food", "scale", 0.7), Modifier("canteen.food", "scale", 1.2)])
    with pytest.raises(ParameterError, match="canteen.food = 1.25"):
        check_all(
            Parameters(),
            [Modifier("canteen.food", "scale", 0.5, end=9), Modifier("canteen.food", "scale", 2.0, start=9)],
        )


# -- size zero
# ---------------------------------------------------------------------------------------------------------
ZERO = [
    Policy(
        "scale by one",
        (
            {"path": "government.ceiling", "scale": 1.0, "ramp": 6},
            {"path": "funding.share_families", "scale": 1.0},
        ),
    ),
    Policy(
        "add nothing",
        (
            {"path": "funding.share_society", "add": 0.0, "start": "2025-06"},
            {"path": "visits.cadre_hours", "add": 0},
        ),
    ),
    Policy(
        "set to what it is",
        ({"path": "organisation.training", "set": True}, {"path": "canteen.food", "set": 2.5}),
    ),
    Policy(
        "starts after its end", ({"path": "canteen.food", "set": 5.0, "start": "2026-06", "end": "2026-01"},)
    ),
    Policy("other villages", ({"path": "canteen.food", "set": 5.0, "villages": [77]},)),
    Indexation(("government.ceiling",), rate=0.0),
]


@pytest.mark.parametrize("zero", ZERO, ids=lambda p: getattr(p, "name", "no indexation"))
def test_a_policy_of_size_zero_is_the_baseline_bit_for_bit(zero: Any, baseline: dict[Any, Any]) -> None:
    assert differences(baseline, run(*zero.modifiers(Parameters()))) == []


@pytest.mark.parametrize("name", READY)
def test_every_ready_policy_is_the_baseline_until_it_starts_and_changes_something_after(
    name: str, baseline: dict[Any, Any]
) -> None:
    made = policy(name, Parameters())
    now = made.modifiers(Parameters())
    assert (
        differences(
            baseline, run(*(Modifier(m.path, m.op, m.value, MONTHS, villages=m.villages) for m in now))
        )
        == []
    )
    fired = tuple(replace(m, when=None) for m in now)  # what waits for a signpost, once it acts
    per_service = {
        "funding.rule": "per_service",
        "government.ceiling": 1000.0,
        "funding.residual": "none",
    }  # where payments a meal and the ceiling bind, and nobody carries the rest
    model, plain = (
        small({**per_service, "county.facility_share": 0.3}, villages=8, seed=3, modifiers=x)
        for x in (fired, ())
    )
    for m in (model, plain):
        m.run(40)
    assert differences(county_bytes(plain), county_bytes(model)) != []


def test_indexation_keeps_the_january_value_of_a_nominal_sum() -> None:
    """At 2 % the ceiling of the third year is 1.02 squared of the first; so many yuan buy what 20,000 did."""
    p = Parameters().replace({"economy.inflation": 0.02})
    v = Values([(p, tuple(Indexation(("government.ceiling",)).modifiers(p)))], np.array([1]), np.array([0]))
    found = []
    for month in (0, 11, 12, 24):
        v.refresh(month)
        found.append(int(v.government["ceiling"][0]))
    assert found == [2_000_000, 2_000_000, 2_040_000, 2_080_800]


# -- YAML and the command line
# -----------------------------------------------------------------------------------------
def test_at_least_ten_policies_are_ready_each_with_its_clause_and_its_grounds() -> None:
    assert len(READY) >= 10
    for name in READY:
        text = (CONFIGS / "policy" / f"{name}.yaml").read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        assert len(content["description"]) > 30 and any(f"00{k}" in content["clause"] for k in range(5)), name
        assert text.startswith("# "), name


@pytest.mark.parametrize(
    "word", ["policy=[operating_subsidy,taper_2027]", "policy=operating_subsidy,taper_2027"]
)
def test_a_list_of_policies_acts_in_the_order_written(word: str) -> None:
    line = compose_line(["experiment=baseline", word])
    paths = [(m.path, m.op, m.value, m.start) for m in line.scenario("x", line.parameters).modifiers]
    assert paths[0] == ("government.ceiling", "scale", 1.5, 12) and paths[2] == (
        "government.ceiling",
        "scale",
        0.0,
        24,
    )
    assert line.settings.policy == ["operating_subsidy", "taper_2027"]


def test_one_policy_needs_no_brackets_and_none_is_none() -> None:
    assert compose_line(["policy=oldest_free"]).settings.policy == ["oldest_free"]
    assert compose_line(["policy=[]"]) == compose_line([])


def test_a_policy_is_part_of_digest_and_resolved_configuration_and_only_then() -> None:
    plain, made = (
        compose_line(["experiment=baseline"]),
        compose_line(["experiment=baseline", "policy=oldest_free"]),
    )
    a, b = (x.scenario("x", x.parameters) for x in (plain, made))
    assert a.digest != b.digest and a.digest == Scenario("y", Parameters()).digest
    (said,) = yaml.safe_load(made.text)["policies"]
    assert said["name"] == "oldest_free" and said["modifiers"][0]["path"] == "families.share_80s"
    assert "policies" not in yaml.safe_load(plain.text)


def test_policies_reach_the_model_in_another_process() -> None:
    line = compose_line(["experiment=baseline", "policy=[price_indexation,oldest_free]"])
    task = Task(line.scenario("x", line.parameters), 0, 5)
    assert pickle.loads(pickle.dumps(task)) == task and task.scenario.modifiers


def test_a_policy_reads_the_parameters_it_meets() -> None:
    line = compose_line(["experiment=baseline", "policy=price_indexation"])
    for rate in (0.0, 0.04):
        assert {
            m.value
            for m in line.scenario("x", line.parameters.replace({"economy.inflation": rate})).modifiers
        } == {1.0 + rate}


BAD = {
    "unknown policy": ("policy=operating_subsidi", "did you mean operating_subsidy?"),
    "unknown among known": ("policy=[taper_2027,oldest_fre]", "did you mean oldest_free?"),
    "twice": (
        "policy=[operating_subsidy,taper_2027,operating_subsidy]",
        "policy operating_subsidy is named twice",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_policy_that_does_not_fit_is_named(case: str) -> None:
    word, sentence = BAD[case]
    with pytest.raises((Mistake, ParameterError), match=sentence.replace("?", r"\?")):
        compose_line(["experiment=baseline", word])


DEARER = {"path": "canteen.food", "set": 4.5}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"modifiers": [{"path": "canteen.fod", "scale": 1.1}]}, "did you mean canteen.food"),
        ({"modifiers": [{"path": "canteen.on", "set": False}]}, "holds for the whole run.*canteen"),
        ({"modifiers": [{"path": "tourism.setup", "set": 200000}]}, "holds for the whole run.*tourism"),
        ({"modifiers": [{"path": "funding.rule", "set": 1}]}, "holds for the whole run"),
        ({"modifiers": [{"path": "canteen.food", "scal": 1.1}]}, "unknown key 'scal'; did you mean scale"),
        ({"modifiers": [{"path": "canteen.food", "set": "much"}]}, "wants a number"),
        ({"modifiers": [{"path": "canteen.food", "set": 9.0}]}, "allowed is 1.5 to 5"),
        ({"modifiers": [{"path": "canteen.food", "set": 2.0, "start": "27-01"}]}, "is no month"),
        ({"modifiers": [{"path": "canteen.food"}]}, "one of set, scale, add"),
        ({"modifiers": "canteen.food"}, "a list of modifiers"),
        ({"modifiers": [{**DEARER, "start": 2027}]}, "mine: start = 2027 is no month.*2027-01"),
        ({"modifiers": [DEARER], "end": 2030}, "mine: end = 2030 is no month.*2030-01"),
        ({"modifiers": [{**DEARER, "start": 2027.0}]}, "2027.0 is no month"),
        ({"modifiers": [{**DEARER, "ramp": "soon"}]}, "ramp = 'soon': a whole number"),
        ({"modifiers": [{**DEARER, "ramp": 1.5}]}, "ramp = 1.5: a whole number"),
        ({"modifiers": [{**DEARER, "ramp": -1}]}, "ramp = -1: a whole number from 0 on"),
        ({"modifiers": [DEARER], "villages": [999]}, "no village 999, but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": [1, 999]}, "no village 999, but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": ["3"]}, "no village '3', but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": ["上王村"]}, "no village '上王村', but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": [0]}, "no village 0, but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": [True]}, "no village True, but numbers 1 to 20"),
        ({"modifiers": [DEARER], "villages": 3}, "villages = 3: a list of village numbers"),
        ({"modifiers": [DEARER], "villages": "3"}, "villages = '3': a list of village numbers"),
        ({"modifiers": [DEARER], "villages": []}, "without this line"),
        ({"modifer": []}, "did you mean modifiers"),
    ],
)
def test_a_slip_in_yaml_gets_one_sentence(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        check_all(Parameters(), compose([Policy.read("mine", content)], Parameters()))


def test_policies_that_top_a_range_together_are_refused() -> None:
    rises = [Policy(name, ({"path": "canteen.food", "scale": 1.5},)) for name in ("one", "two")]
    for modifiers in ([rises[0]], rises):
        made = compose(modifiers, Parameters())
        if len(made) == 1:
            check_all(Parameters(), made)  # 2.5 yuan a meal times 1.5
    with pytest.raises(ParameterError, match=r"canteen\.food = 5\.625: allowed is 1\.5 to 5"):
        check_all(Parameters(), made)


def test_a_policy_acts_once_and_where_somebody_lives() -> None:
    """Also a policy that is a class of one's own."""
    indexation = Indexation(("government.ceiling",), rate=0.1)
    for twice in ([indexation, indexation], [Policy("a", (DEARER,)), Policy("a", ())]):
        with pytest.raises(ParameterError, match="is named twice"):
            compose(twice, Parameters())
    with pytest.raises(
        ParameterError, match=r"Weak: canteen\.food: there is no village 4, but numbers 1 to 3"
    ):
        compose([Weak(4)], Parameters().replace({"county.villages": 3}))
    switch = {"path": "organisation.honours", "set": "on", "villages": np.array([2])}
    (made,) = Policy("a", (switch,)).modifiers(Parameters())
    assert (made.value, made.villages) == (1.0, (2,))


class Weak:
    """A policy of one's own: cheaper food in the first villages."""

    def __init__(self, villages: int) -> None:
        self.villages = villages

    def modifiers(self, parameters: Parameters) -> list[Modifier]:
        return [Modifier("canteen.food", "scale", 0.8, villages=tuple(range(1, self.villages + 1)))]


def test_a_class_of_ones_own_comes_in_by_its_target(tmp_path: Any, monkeypatch: Any) -> None:
    from experiments.command import scenario

    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "mine.yaml").write_text(
        f"_target_: {__name__}.Weak\ndescription: mine\nvillages: 2\n"
    )
    (tmp_path / "policy" / "none.yaml").write_text(f"_target_: {__name__}.Weeak\n")
    (tmp_path / "policy" / "dict.yaml").write_text("_target_: builtins.dict\n")
    monkeypatch.setattr(scenario, "CONFIGS", tmp_path)
    with pytest.raises(Mistake, match=f"policy mine runs code, {__name__}.Weak: .* trusted=true"):
        policy("mine", Parameters())
    (found,) = compose([policy("mine", Parameters(), trust=True)], Parameters())
    assert found == Modifier("canteen.food", "scale", 0.8, villages=(1, 2))
    for name, sentence in (("none", "policy none: .*Weeak"), ("dict", "no method modifiers")):
        with pytest.raises(Mistake, match=sentence):
            policy(name, Parameters(), trust=True)


def test_policies_act_from_a_fork_on() -> None:
    model = small(villages=3, seed=3)
    model.run(6)
    taken = model.snapshot()
    m = (Modifier("canteen.food", "set", 5.0, start=4),)
    fork, plain = sim.MutualAidModel.restore(taken, modifiers=m), sim.MutualAidModel.restore(taken)
    for x in (fork, plain):
        x.run(3)
    assert fork.series.amount("cost_food")[6:].sum() > 1.5 * plain.series.amount("cost_food")[6:].sum()
