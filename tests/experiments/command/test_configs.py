"""Every option of configs/ fits the model, says where it comes from, and the command line tops it.

Draws and seeds.
"""

import dataclasses
import math

import numpy as np
import pytest
import yaml

from experiments.command.catalogue import experiment
from experiments.command.scenario import CONFIGS, Scenario, arm, compose_line, known, options, patched
from experiments.study import draws
from sim.state.parameters import SECTIONS, ParameterError, Parameters
from sim.state.trades import CHOICES

SETTING_GROUPS = ("engine", "experiment", "policy")  # policies: tests/sim/test_policies.py
ARMS = [
    (group, option) for group, names in options().items() if group not in SETTING_GROUPS for option in names
]


@pytest.mark.parametrize(("group", "option"), ARMS)
def test_every_option_sets_declared_parameters_to_values_they_may_take(group, option):
    changed = Parameters().replace(arm(group, option))
    assert {k: changed.flat()[k] for k in arm(group, option)} == arm(group, option)


@pytest.mark.parametrize(
    "path",
    sorted(x for x in CONFIGS.glob("*/*.yaml") if x.parent.name != "policy"),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_every_file_says_where_it_comes_from(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# @package _global_"
    comment = " ".join(line.lstrip("# ") for line in lines[1:] if line.startswith("#"))
    about = experiment(path.stem).help if path.parent.name == "experiment" else comment
    assert len(about) > 20


@pytest.mark.parametrize(("group", "option"), ARMS)
def test_every_figure_has_a_source_or_is_called_an_assumption(group, option):
    figures = [v for v in arm(group, option).values() if not isinstance(v, bool | str) and v]
    text = (CONFIGS / group / f"{option}.yaml").read_text(encoding="utf-8").lower()
    assert not figures or any(
        word in text for word in ("assumption", "assumed", "document 00", "grade", "design", "for comparison")
    )


def test_four_shares_of_every_mix_sum_to_one():
    for name in options()["funding"]:
        if name not in ("no_money", "default"):  # these leave the shares as declared
            values = arm("funding", name)
            assert math.isclose(
                sum(
                    values[f"funding.share_{p}"] for p in ("government", "collective", "families", "society")
                ),
                1.0,
            )


def test_the_mixes_and_businesses_that_the_question_names_are_there():
    wanted = {
        "feixiang",
        "jiangxi",
        "four_payers",
        "government_led",
        "families_pay",
        "society_led",
        "seed_taper",
        "no_money",
        "identical_payers",
    }
    assert wanted <= set(options()["funding"])
    assert set(options()["business"]) == set(CHOICES)
    assert {
        "county",
        "funding",
        "business",
        "timebank",
        "service",
        "shock",
        "policy",
        "engine",
        "experiment",
    } == set(options())


def test_the_experiment_stands_last_and_self_before_it():
    order = [
        x if isinstance(x, str) else next(iter(x))
        for x in yaml.safe_load((CONFIGS / "config.yaml").read_text())["defaults"]
    ]
    assert order[-1] == "experiment" and order[-2] == "_self_"


def test_the_command_line_of_the_manual_means_what_it_says():
    line = compose_line(
        [
            "experiment=baseline",
            "funding=jiangxi",
            "county.villages=50",
            "horizon.end=2030-12",
            "timebank.credit_per_hour=1.0",
            "seeds=5",
        ]
    )
    p = line.parameters
    assert (p.county.villages, p.horizon.end, p.timebank.credit_per_hour, line.settings.seeds) == (
        50,
        "2030-12",
        1.0,
        5,
    )
    assert p.funding.share_families == 0.60 and line.settings.name == "baseline"


@pytest.mark.parametrize(("group", "option"), ARMS)
def test_an_option_can_be_added_as_a_switch(group, option):
    path = f"{group}.{option}"
    if path in known():  # a parameter of that name is meant
        assert path in ("county.stratified", "funding.identical_payers")
        return
    line, plain = compose_line(["experiment=baseline", f"{path}=true"]), Parameters().flat()
    assert line.parameters.flat() == plain | arm(group, option)
    assert set(arm(group, option)) <= line.touched()  # what is asked is not drawn
    assert compose_line(["experiment=baseline", f"{path}=false"]).parameters == Parameters()


def test_options_added_stand_together_and_what_is_written_tops_them():
    line = compose_line(
        [
            "service=referral",
            "service.sharing_station=true",
            "shock.squeeze=true",
            "sharing.fee=2",
            "government.squeeze_years=2",
        ]
    )
    p = line.parameters
    assert (
        p.referral.on and p.sharing.on and (p.government.squeeze_start, p.government.squeeze_years) == (36, 2)
    )
    assert line.named["service"] == "referral+sharing_station"
    assert compose_line(["policy=taper_2027", "policy.oldest_free=true"]).settings.policy == [
        "taper_2027",
        "oldest_free",
    ]


def test_an_experiment_overrides_groups_and_the_command_line_overrides_both():
    assert compose_line(["experiment=smoke"]).parameters.county.stratified
    line = compose_line(["experiment=smoke", "county=one_village", "horizon.end=2025-06"])
    assert line.parameters.county.villages == 1 and line.parameters.horizon.end == "2025-06"


def test_parameters_reach_the_model_unchanged_when_nothing_is_asked():
    assert compose_line(["experiment=baseline"]).parameters == Parameters()


def test_a_scenario_is_named_by_its_content_and_cannot_change():
    a, b = Scenario("a", Parameters()), Scenario("b", Parameters().replace({"funding.taper": 61}))
    assert a.digest == Scenario("c", Parameters()).digest != b.digest
    with pytest.raises(dataclasses.FrozenInstanceError):
        a.name = "x"  # type: ignore[misc]


def test_patching_is_replacing_and_still_checks_across_fields():
    changes = {**arm("funding", "four_payers"), "county.villages": 3}
    assert patched(Parameters(), changes) == Parameters().replace(changes)
    with pytest.raises(ParameterError, match="sum to"):
        patched(Parameters(), {"funding.share_government": 0.9})


# -- draws and seeds
# -------------------------------------------------------------------------------------------------
def test_draws_lie_in_their_ranges_and_fit_together():
    for index in range(20):
        values = draws.draw(2025, index)
        for path, value in values.items():
            assert known()[path].low <= value <= known()[path].high and isinstance(value, known()[path].kind)
        draws.with_draw(Parameters(), values)


def test_what_is_drawn_is_uncertain_and_not_chosen():
    paths = {d.path for d in draws.uncertain()}
    every = {d.path for d in known().values() if d.varied}
    assert all(known()[p].grade in "CD" for p in paths)
    for path in every - paths:
        d = known()[path]
        assert (
            path.startswith(("funding.", "horizon.", "viability."))
            or path in draws.STRUCTURE | draws.VALUED
            or d.source.startswith(draws.NO_UNKNOWN)
        )
    assert {"needs.meals_scale", "business.care_share", "participation.quit"} <= paths
    assert not {"solvency.relief", "business.kind", "county.villages", "viability.hours"} & paths


def test_a_draw_of_one_parameter_does_not_depend_on_the_others():
    whole = draws.draw(1, 3)
    assert draws.draw(1, 3, {"needs.meals_scale"}) == {
        k: v for k, v in whole.items() if k != "needs.meals_scale"
    }


def test_luck_and_draws_are_children_of_one_root_and_not_seed_plus_i():
    seeds = [draws.replicate_seed(2025, i) for i in range(200)]
    assert (
        len(set(seeds)) == 200 and 1 not in set(np.diff(seeds)) and seeds[0] != draws.replicate_seed(2026, 0)
    )
    assert draws.draw(2025, 0) != draws.draw(2025, 1) != draws.draw(2026, 1)
    state = np.random.SeedSequence(2025, spawn_key=(0, 4)).generate_state(1, np.uint64)[0]
    assert seeds[4] == int(state) // 2


def test_what_the_user_sets_is_not_drawn():
    line = compose_line(["timebank.welcome=2.0", "shock=none"])  # 2.0 is the default: written is enough
    assert "timebank.welcome" in line.touched() and "shocks.on" in line.touched()
    assert "timebank.welcome" not in draws.draw(1, 1, line.touched())


def test_the_mirror_holds_every_parameter():
    line = compose_line([])
    assert {f"{s}.{f.name}" for s, cls in SECTIONS.items() for f in dataclasses.fields(cls)} == set(
        line.parameters.flat()
    )
    text = yaml.safe_load(line.text)
    assert all(key in text[section] for section, key in (path.split(".") for path in known()))
