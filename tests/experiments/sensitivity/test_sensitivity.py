"""Sensitivity against functions whose indices are known in closed form, noise, refusals, inputs from the
declarations.
"""

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import pawn as salib_pawn
from SALib.analyze import sobol as salib_sobol

from experiments.command.experiment_settings import Settings
from experiments.command.scenario import compose_line
from experiments.command.settings import Mistake, known
from experiments.outcomes import STEPS
from experiments.report import figures_sensitivity, style
from experiments.sensitivity import analysis, figures, study, text
from experiments.sensitivity.designs import Design, Indices, _deltas, noise, pawn, ranking
from experiments.sensitivity.figures import quarters
from experiments.sensitivity.inputs import DUMMY, SIMPLEX, Input, changes, inputs, value
from experiments.sensitivity.power import least_effect
from experiments.sensitivity.study import gather
from experiments.sensitivity.text import verdict
from experiments.study import draws
from sim.state.parameters import Parameters

A, B = 7.0, 0.1  # Ishigami and Homma 1990


def design(method, names, n, seed=5, groups=None):
    return Design(method, tuple(names), tuple(groups or names), n, seed)


def ishigami(u):
    x = math.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_exact():
    """Closed form: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225, nothing else."""
    v1, v2, v13 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8, 8 * B**2 * math.pi**8 / 225
    total = v1 + v2 + v13
    return np.array([v1, v2, 0, 0]) / total, np.array([v1 + v13, v2, v13, 0]) / total


def test_sobol_finds_the_exact_indices_of_ishigami():
    d = design("sobol", ["a", "b", "c", "dummy"], 2048)
    found = d.analyse(ishigami(d.points))
    first, whole = ishigami_exact()
    np.testing.assert_allclose(found.values["S1"], first, atol=0.03)
    np.testing.assert_allclose(found.main, whole, atol=0.03)
    assert np.all((found.interval[:3, 0] <= whole[:3] + 0.01) & (whole[:3] <= found.interval[:3, 1] + 0.01))


def test_sobol_of_groups_adds_what_their_members_do_together():
    d = design("sobol", ["a", "b", "c", "dummy"], 1024, groups=["ac", "b", "ac", "dummy"])
    found = d.analyse(ishigami(d.points))
    _, whole = ishigami_exact()
    assert found.factors == ("ac", "b", "dummy")
    np.testing.assert_allclose(
        found.main, [1 - whole[1], whole[1], 0], atol=0.04
    )  # a and c interact with each other only


def test_sobol_finds_the_exact_indices_of_the_g_function():
    """Saltelli and Sobol 1995: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1, V_Ti = V_i prod_{j != i}
    (1 + V_j).
    """
    a = np.array([0.0, 1.0, 4.5, 9.0])
    d = design("sobol", [*"abcd", "dummy"], 4096)
    y = np.prod((np.abs(4 * d.points[:, :4] - 2) + a) / (1 + a), axis=1)
    v = 1 / (3 * (1 + a) ** 2)
    total = np.prod(1 + v) - 1
    found = d.analyse(y)
    np.testing.assert_allclose(found.values["S1"][:4], v / total, atol=0.03)
    np.testing.assert_allclose(found.main[:4], v * np.prod(1 + v) / (1 + v) / total, atol=0.03)
    assert found.values["S1"][4] == found.main[4] == 0


def test_a_linear_function_has_its_coefficients():
    c = np.array([3.0, 2.0, -1.0, 0.0])
    d = design("morris", [*"abc", "dummy"], 8)
    found = d.analyse(d.points @ c)
    np.testing.assert_allclose(found.main, np.abs(c), atol=1e-9)
    np.testing.assert_allclose(found.values["sigma"], 0, atol=1e-9)
    d = design("sobol", [*"abc", "dummy"], 1024)
    found = d.analyse(d.points @ c)
    np.testing.assert_allclose(found.values["S1"], c**2 / (c**2).sum(), atol=0.03)
    np.testing.assert_allclose(found.main, c**2 / (c**2).sum(), atol=0.03)


@pytest.mark.parametrize("method", ["pawn", "delta"])
def test_distribution_based_methods_rank_a_linear_function_and_leave_the_dummy_last(method):
    d = design(method, [*"ab", "dummy"], 256)
    found = d.analyse(d.points @ np.array([4.0, 2.0, 0.0]))
    assert list(np.argsort(-found.main)) == [0, 1, 2]
    assert found.interval[0, 0] > found.interval[2, 1]


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn"])  # delta's is drawn around it
def test_every_interval_holds_its_own_index(method):
    """Resampled distances lie above that of the sample, most for inputs without effect.

    The interval must not leave it out.
    """
    rng = np.random.default_rng(5)
    d = design(method, [*"abcdefgh", "dummy"], 128)
    found = d.analyse(d.points @ np.array([4.0, 2.0, *[0.0] * 7]) + rng.standard_normal(len(d.points)))
    low, high = found.interval.T
    assert (low <= found.main + 1e-12).all() and (found.main <= high + 1e-12).all()


def test_quarters_of_a_linear_function_by_hand():
    # y = 4 a - 2 b on a Latin square: lowest quarter of a has mean 4 / 8 - 1, the highest 4 * 7 / 8 - 1; b
    # the other way round
    d = design("pawn", ("needs.meals_scale", "health.worsen_scale"), 4096)
    y = 4 * d.points[:, 0] - 2 * d.points[:, 1]
    a = analysis.Analysed(d, {"viable": np.stack([y, y], axis=1)}, {}, {})
    rows = quarters(a, "viable").set_index("parameter")
    assert rows.loc["needs.meals_scale", ["at_low", "at_high"]].tolist() == pytest.approx(
        [-0.5, 2.5], abs=0.1
    )  # 5 standard errors of the other input's mean
    assert rows.loc["health.worsen_scale", ["at_low", "at_high"]].tolist() == pytest.approx(
        [1.75, 0.25], abs=0.2
    )
    assert (rows["at_low_low"] < rows["at_low"]).all() and (rows["at_high"] < rows["at_high_high"]).all()


def test_own_pawn_gives_the_numbers_of_salib():
    rng = np.random.default_rng(3)
    x = rng.random((200, 3))
    for y in (x[:, 0] + 0.2 * x[:, 1], np.floor(4 * x[:, 0])):  # the second has ties
        problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
        np.testing.assert_allclose(pawn(x, y), salib_pawn.analyze(problem, x, y, S=10)["median"], atol=1e-12)


@pytest.mark.parametrize("r", [1, 4])
def test_with_noise_indices_shrink_as_the_closed_form_says(r):
    """y = 3 a + 2 b + noise: S_obs = V_i / (V + s^2 / r). Tolerance: 4.5 times the asymptotic error of S1,
    about 1 in 10^5.
    """
    n, s2 = 2048, 1.0
    d = design("sobol", ["a", "b", "dummy"], n)
    rng = np.random.default_rng(11)
    y = d.points @ np.array([3.0, 2.0, 0.0])
    runs = y[:, None] + math.sqrt(s2) * rng.standard_normal((len(y), r))
    v = np.array([9, 4, 0]) / 12
    expected = v / (v.sum() + s2 / r)
    found = d.analyse(runs.mean(axis=1))
    np.testing.assert_allclose(found.values["S1"], expected, atol=4.5 * math.sqrt(2 / n))
    if r > 1:
        single, left = noise(runs)
        assert single == pytest.approx(s2 / (v.sum() + s2), abs=0.02)
        assert left == pytest.approx(s2 / r / (v.sum() + s2 / r), abs=0.02)
        np.testing.assert_allclose(
            found.values["S1"] / (1 - left), v / v.sum(), atol=4.5 * math.sqrt(2 / n) / (1 - left)
        )


@pytest.mark.parametrize(("n", "limit"), [(16384, 0.03), (1024, 0.1)])
def test_total_indices_are_net_of_noise(n, limit):
    """Shares .76, .24 and nought, chance in the means .55 of what inputs explain: as it comes the second has
    (.24 + .55) / 1.55 = .51 and the idle one .35. Of 16,384 base points the error of a net index is about
    .007, of 1,024 four times that: misses by 4.
    """
    names, truth, s2 = ["a", "b", "idle"], np.array([0.76, 0.24, 0.0]), 1.1
    d = design("sobol", names, n)
    y = d.points @ np.sqrt(12 * truth)
    runs = y[:, None] + math.sqrt(s2) * np.random.default_rng(3).standard_normal((len(y), 2))
    found = d.analyse(runs)
    np.testing.assert_allclose(found.values["ST_gross"], (truth + s2 / 2) / (1 + s2 / 2), atol=limit)
    np.testing.assert_allclose(found.main, truth, atol=limit)
    np.testing.assert_allclose(found.values["S1"], truth, atol=2 * limit)
    assert (found.interval[:, 0] < truth + 0.01).all() and (truth - 0.01 < found.interval[:, 1]).all()


def test_where_chance_is_nearly_all_no_share_of_the_rest_is_told():
    """Inputs explain a fiftieth of what chance leaves in the means: shares of that are of no use."""
    d = design("sobol", ["a", "b", "idle"], 1024)
    noisy = 7 * np.random.default_rng(3).standard_normal((len(d.points), 2))
    found = analysis.analyse(d, {"viable": np.sqrt(12) * d.points[:, :1] + noisy})
    one = found.indices["viable"]
    assert one.drowned and not one.main.any() and found.passed("viable") == []
    assert verdict("sobol", one, 2).endswith("chance to be told: replicates=8")
    assert {row[1] for row in text.index_table(found).rows} == {"-"}
    np.testing.assert_allclose(one.values["ST_gross"], 1.0, atol=0.15)


def test_chance_that_differs_from_place_to_place_leaves_no_idle_input_at_work():
    """Noise grows with the first input, deviation 0 to 2: an idle input stays at nought."""
    d = design("sobol", ["a", "b", "idle"], 8192)
    deviation = 2 * d.points[:, :1]
    noisy = np.random.default_rng(5).standard_normal((len(d.points), 2)) * deviation
    found = d.analyse(np.sqrt(12) * d.points[:, 1:2] + noisy)
    np.testing.assert_allclose(found.main, [0, 1, 0], atol=0.06)


@pytest.mark.parametrize("resamples", [None, 3])
def test_without_replicates_own_indices_are_those_of_salib(resamples):
    d = design("sobol", ["a", "b", "c", "dummy"], 64)
    y = ishigami(d.points)
    theirs = salib_sobol.analyze(d.problem, y, calc_second_order=False, num_resamples=2, seed=5)
    found = d.analyse(y) if resamples is None else d.analyse(np.tile(y[:, None], (1, resamples)))
    np.testing.assert_allclose(found.values["S1"], theirs["S1"], atol=1e-9)
    np.testing.assert_allclose(found.main, theirs["ST"], atol=1e-9)
    np.testing.assert_allclose(found.values["ST_gross"], theirs["ST"], atol=1e-9)


# -- what can be told
# -----------------------------------------------------------------------------------------------------------
POWER = [("morris", 28, 8, 2), ("morris", 12, 20, 4), ("sobol", 3, 32, 2), ("sobol", 8, 64, 4)]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "count", "n", "r"), POWER)
def test_an_input_of_the_least_effect_is_told_in_half_of_studies(method, count, n, r):
    """At the effect that is said, 50 % of 150 studies (4.5 errors: 18 points); half the effect is told less.

    The variance of one input in a straight line is c^2 / 12, on Morris' four levels 5 c^2 / 36.
    """
    variance, effect = (5 / 36 if method == "morris" else 1 / 12), 3.0
    for _ in range(4):  # the effect at which the studies themselves say that it is the least
        made = (told(method, count, n, seed, [effect], r=r) for seed in range(1, 13))
        share = float(np.median([least_effect(one.design, one.raw["viable"]) for one in made]))
        effect = math.sqrt(share / (1 - share) / variance)
    hits = {
        size: np.mean(
            ["x000" in told(method, count, n, s, [size], r=r).passed("viable") for s in range(1, 151)]
        )
        for size in (effect, effect / 2)
    }
    assert abs(hits[effect] - 0.5) < 4.5 * math.sqrt(0.25 / 150) and hits[effect / 2] < 0.2


def test_the_least_effect_falls_with_points_and_is_not_known_without_replicates():
    few, many = (told("morris", 12, n, 1, [3.0]) for n in (8, 40))
    assert few.least["viable"] > many.least["viable"] > 0
    assert math.isnan(told("morris", 12, 8, 1, [3.0], r=1).least["viable"])
    assert math.isnan(told("pawn", 12, 64, 1, [3.0]).least["viable"])
    quiet = analysis.analyse(few.design, {"viable": np.tile(few.design.points[:, :1], (1, 2))})
    assert quiet.least["viable"] == 0.0  # no chance: any effect is told


def test_the_sentence_says_what_such_a_study_misses():
    a = told("morris", 12, 8, 1, [3.0])
    share = f"{100 * a.least['viable']:.0f} %"
    assert f"less than {share} of the variance of one run" in text._least(a, {"viable": "outcome"})
    assert "missed in half of such studies" in text._least(a, {"viable": "outcome"})
    assert text.trust_table(a).rows[0][3] == share
    assert text._least(told("pawn", 12, 64, 1), {"viable": "outcome"}) == ""


def test_effects_and_variances_are_told_of_outcomes_that_move_by_small_steps():
    assert "viable" not in study.ANALYSED["morris"] + study.ANALYSED["sobol"]
    assert not set(STEPS) & set(study.ANALYSED["morris"])
    assert "viable" in study.ANALYSED["pawn"]  # a whole distribution may have two values


def test_noise_cannot_be_told_from_one_replicate():
    assert all(math.isnan(x) for x in noise(np.zeros((5, 1))))


REFUSED = {
    "nan": (
        lambda: design("sobol", ["a", "b"], 8).analyse([math.nan] + [1.0] * 31),
        "output of point 0 is not a number",
    ),
    "a missing row": (
        lambda: design("sobol", ["a", "b"], 8).analyse(np.ones(31)),
        "32 outputs are wanted, 31 are there",
    ),
    "rows of second order": (
        lambda: design("sobol", ["a", "b"], 8).analyse(np.ones(8 * 6)),
        "32 outputs are wanted, 48 are there",
    ),
    "no power of two": (lambda: design("sobol", ["a", "b"], 100), "a power of two is wanted"),
    "few points for delta": (lambda: design("delta", ["a", "b"], 64), "128 at least"),
    "seed 0": (lambda: design("sobol", ["a", "b"], 8, seed=0), "a seed of 1 or more"),
    "one trajectory": (lambda: design("morris", ["a", "b"], 1), "two trajectories"),
    "groups for pawn": (lambda: design("pawn", ["a", "b"], 8, groups=["g", "g"]), "by=parameter"),
    "unknown method": (lambda: design("soboll", ["a", "b"], 8), "did you mean sobol?"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_salib_would_swallow_is_refused(case):
    make, sentence = REFUSED[case]
    with pytest.raises(Mistake, match=sentence.replace("?", r"\?")):
        make()


def test_delta_takes_outputs_with_few_values():
    """A class in which all outputs are equal has no density of its own.

    The input that decides still comes first.
    """
    d = design("delta", [*"ab", "dummy"], 128)
    found = d.analyse(np.floor(2 * d.points[:, 0]))
    assert found.main.argmax() == 0 and found.interval[0, 0] > found.interval[2, 1]


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn", "delta"])
def test_a_constant_output_depends_on_nothing(method):
    d = design(method, ["a", "b", "dummy"], 128 if method == "delta" else 8)
    found = d.analyse(np.full(len(d.points), 0.3))
    assert np.all(found.main == 0) and verdict(method, found) == "the outcome did not vary"


def test_a_design_is_the_same_for_the_same_seed_and_another_for_another():
    one, same, other = (design("sobol", ["a", "b"], 16, seed=s).points for s in (3, 3, 4))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("method=soboll", "did you mean sobol"),
        ("by=sections", "did you mean section"),
        ("distribution=uniforms", "did you mean uniform"),
        ("samples=1", "allowed is 2"),
        ("precision=2", r"allowed is 0\.001 to 0\.5"),
        ("replicats=3", "did you mean replicates"),
    ],
)
def test_a_wrong_setting_is_answered_with_the_right_one(word, sentence):
    with pytest.raises(Mistake, match=sentence):
        compose_line(["experiment=sensitivity", word])


def test_sobol_follows_on_what_the_screen_leaves():
    """Ten inputs, three of them at work; six trajectories see a linear function exactly."""
    names = [*"abcdefghi", "dummy"]
    d = design("morris", names, 6)
    y = d.points @ np.array([5.0, 0, 0, 3, 0, 0, 0, 0, 1, 0])
    found = analysis.analyse(d, {"viable": y[:, None]})
    assert study.survivors(found, 4) == {"a", "d", "i"} and study.survivors(found, 2) == {
        "a",
        "d",
    }
    assert found.lines["viable"] == pytest.approx(0, abs=1e-7) and found.passed("viable") == ["a", "d", "i"]


def test_where_the_screen_finds_nothing_sobol_follows_the_largest_and_never_the_dummy():
    d = design("morris", ["a", "b", "dummy"], 4)
    rng = np.random.default_rng(1)
    found = analysis.analyse(
        d, {"viable": 0.01 * d.points[:, :1] + 5 * d.points[:, 2:] + rng.standard_normal((len(d.points), 2))}
    )
    assert DUMMY not in study.survivors(found, 2) and len(study.survivors(found, 2)) >= 1


# -- told from chance
# --------------------------------------------------------------------------------------------------
def told(method, count, n, seed, effects=(), r=2):
    """Inputs told from chance where outputs are noise of variance 1 and `effects` times the first inputs."""
    names = [f"x{i:03d}" for i in range(count)]
    d = design(method, [*names, "dummy"], n, seed)
    y = d.points[:, : len(effects)] @ np.array(effects, float)
    raw = y[:, None] + np.random.default_rng([seed, 9]).standard_normal((len(y), r))
    return analysis.Analysed(d, {"viable": raw}, {"viable": d.analyse(raw)}, {})


NOISE = [
    ("morris", 28, 8, 2),
    ("morris", 12, 4, 3),
    ("morris", 12, 8, 1),
    ("sobol", 3, 8, 2),
    ("sobol", 8, 32, 2),
    ("pawn", 60, 64, 2),
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "count", "n", "r"), NOISE)
def test_pure_noise_names_no_input_in_19_of_20_studies(method, count, n, r):
    """Allowed is 5 % of studies: more than 3 of 20 would come in 1.6 % of cases.

    The line alone, without the intervals' help, is held to 4: its scale is estimated too.
    """
    studies = [told(method, count, n, seed, r=r) for seed in range(1, 21)]
    assert sum(bool(a.passed("viable")) for a in studies) <= 3
    assert sum(bool((a.indices["viable"].main > a.lines["viable"]).any()) for a in studies) <= 4


@pytest.mark.parametrize(("method", "count", "n"), [("morris", 28, 8), ("sobol", 3, 32), ("pawn", 30, 96)])
def test_an_input_at_work_is_told_from_chance_and_its_neighbours_are_not(method, count, n):
    """Nine tenths of the variance of a run.

    A neighbour is named in 5 % of studies at most: in these three, in none.
    """
    for seed in range(1, 4):
        assert told(method, count, n, seed, [10.0]).passed("viable") == ["x000"]


@pytest.mark.slow
def test_the_dummies_of_delta_stand_for_all_inputs():
    """60 inputs, 12 idle columns beside them: none is named; an input that decides is."""
    a = told("delta", 60, 128, 2, [10.0])
    assert a.passed("viable") == ["x000"]


def test_table_sentence_and_figures_use_one_rule(tmp_path, monkeypatch):
    seen = []
    real = figures_sensitivity._leaders
    monkeypatch.setattr(figures_sensitivity, "_leaders", lambda *given: seen.append(real(*given)) or seen[0])
    a = told("sobol", 3, 64, 3, [6.0, 4.0])
    figures._one(a, tmp_path)
    stars = [row[0] for row in text.index_table(a).rows if "*" in row[1]]
    assert a.passed("viable") == stars == ["x000", "x001"] and seen[0].startswith("x000, x001 stand clear")


@pytest.mark.parametrize(("method", "n"), [("morris", 8), ("sobol", 32)])
def test_ends_of_inputs_without_effect_are_seldom_told_apart(method, n):
    """Two 95 % intervals miss each other in under 1 % of inputs where base points count once; allowed is 5 %.

    With each row counted as one it is a third and more: one input carries all of the outcome, so that rows of
    a base point are copies.
    """
    names = [
        "needs.meals_scale",
        *[p for p, k in known().items() if k.kind is float and k.low is not None and k.high is not None][:9],
    ]
    apart = []
    for seed in range(1, 21):
        d = design(method, list(dict.fromkeys(names)), n, seed)
        y = 5 * d.points[:, :1] + 0.1 * np.random.default_rng(seed).standard_normal((len(d.points), 2))
        rows = quarters(analysis.Analysed(d, {"viable": y}, {}, {}), "viable").set_index("parameter")
        clear = rows[["at_low_low", "at_high_low"]].max(axis=1) > rows[["at_low_high", "at_high_high"]].min(
            axis=1
        )
        apart += clear.drop(names[0], errors="ignore").tolist()
    assert len(apart) > 100 and np.mean(apart) < 0.05


def test_inputs_that_move_in_groups_have_no_ends_of_their_own():
    d = design(
        "morris", ["needs.meals_scale", "health.worsen_scale", "dummy"], 8, groups=["one", "one", "dummy"]
    )
    assert quarters(analysis.Analysed(d, {"viable": d.points[:, :1]}, {}, {}), "viable").empty


def test_a_tornado_names_no_input_that_is_not_told_from_chance(tmp_path):
    ends = {
        "low": 0,
        "high": 1,
        "at_low": 0.1,
        "at_high": 0.6,
        "at_low_low": 0.05,
        "at_low_high": 0.15,
        "at_high_low": 0.5,
        "at_high_high": 0.7,
    }
    frame = pd.DataFrame([{"parameter": "a.first", **ends}])
    assert (
        ".first goes"
        in figures_sensitivity.tornado(frame, 0.4, "share", tmp_path, "a caption", passed=["a.first"]).title
    )
    assert (
        ".first goes"
        not in figures_sensitivity.tornado(frame, 0.4, "share", tmp_path, "a caption", passed=[]).title
    )
    assert (
        ".first goes"
        not in figures_sensitivity.tornado(
            frame.assign(at_low_high=0.9), 0.4, "share", tmp_path, "a caption", passed=["a.first"]
        ).title
    )


def test_titles_say_the_finding_and_captions_the_legend(tmp_path):
    picture = figures.bars(told("morris", 5, 8, 1, [10.0]), tmp_path, "inputs")
    assert picture.title.endswith("moved most by x000") and "dashed" in picture.caption


@pytest.mark.parametrize(("method", "n"), [("morris", 8), ("sobol", 8)])
def test_an_analysis_says_the_same_in_chinese(method, n, tmp_path, monkeypatch):
    """No English word is left but names of methods, indices and inputs; the numbers are the same."""
    drawn: list[str] = []
    monkeypatch.setattr(
        style,
        "finish",
        lambda figure, title, caption, *_: (style.plt.close(figure), drawn.extend([title, caption])),
    )
    d = design(method, ["needs.meals_scale", "health.worsen_scale", DUMMY], n)
    raw = 5 * d.points[:, :1] + np.random.default_rng(1).standard_normal((len(d.points), 2))
    a = analysis.analyse(d, {"viable": raw})
    asked = Settings(method=method, by="parameter")
    plan = analysis.Measurement(asked, [Input(name, name) for name in "abc"], n, 2, Parameters())
    said = {}
    for code in style.LANGUAGES:
        drawn.clear()
        with style.language(code), style.speaking(code):
            f = text.findings(plan, [a, a])
            figures.draw([a, a], tmp_path)
            said[code] = [
                f.question,
                *f.sentences,
                *f.limits,
                *drawn,
                *(style.phrase(x) for t in f.tables for x in (t.title, *t.columns)),
                *(t.note for t in f.tables),
                *(str(c) for t in f.tables for row in t.rows for c in row),
            ]
    names = r"[a-z]+\.[a-z_]+|samples=|replicates=|[mM]orris|[sS]obol|Sarrazin|mu_star|mu|sigma|ST|Var|V_i|s2"
    assert [x for x in said["zh"] if re.search(r"[A-Za-z]{2,}", re.sub(names, "", x))] == []
    numbers = [
        sorted(x for text in said[code] for x in re.findall(r"\d+\.\d+", text)) for code in style.LANGUAGES
    ]
    assert numbers[0] == numbers[1] and len(numbers[0]) > 20


# -- how sure
# ----------------------------------------------------------------------------------------------------------
def indices(main, spread, n=64, method="sobol"):
    rng = np.random.default_rng(1)
    main = np.asarray(main, float)
    return Indices(
        method,
        tuple("abcdef"[: len(main)]),
        {"ST": main, "mu_star": main},
        main + spread * rng.standard_normal((400, len(main))),
        n,
    )


def test_the_verdict_tells_ranking_from_values():
    assert verdict("sobol", indices([0.6, 0.3, 0.1], 0.001)) == "converged at samples=64"
    said = verdict("sobol", indices([0.6, 0.3, 0.1], 0.03))  # width 0.12: (0.12 / 0.05)^2 x 64 is about 360
    assert said == "ranking converged, values not: run samples=512"
    assert verdict("sobol", indices([0.21, 0.20, 0.20, 0.19], 0.2)).startswith(
        "neither ranking nor values converged: run samples="
    )
    far = verdict("sobol", indices([0.21, 0.20, 0.20, 0.19], 20.0), replicates=2)
    assert far.endswith("average more first: replicates=8")


ADVICE = re.compile(r"\b(?:samples|replicates|seeds|max_seeds|precision|method)=(?:\d+(?:\.\d+)?|[a-z]+)")


def test_an_interval_that_is_not_known_is_told_in_words():
    few = Indices("sobol", ("a", "b"), {"ST": np.ones(2)}, np.array([[1.0, np.nan], [2.0, 0.0]]), 4)
    assert few.widest == math.inf
    assert text._ends(few.interval[1]) == text._known(few.widest) == "not known: too few points"
    assert text._ends(np.array([1.0, 2.0])) == "1 to 2" and text._known(0.5) == "0.50"


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn", "delta"])
@pytest.mark.parametrize("spread", [0.001, 0.03, 0.2, 20.0, 1e6])
def test_what_is_advised_can_be_typed(method, spread):
    """Every word of advice passes the checker of the command line, and the points are a design."""
    made = indices([0.21, 0.2, 0.2, 0.19], spread, n=128, method=method)
    made.values.update({"PAWN": made.values["ST"], "delta": made.values["ST"]})
    words = ADVICE.findall(verdict(method, made, replicates=900))
    assert words
    line = compose_line(["experiment=sensitivity", f"method={method}", words[-1]])
    if line.settings.samples:
        design(method, ["a", "b"], line.settings.samples)


def test_advice_beside_the_verdict_can_be_typed_too(monkeypatch):
    alone = told("sobol", 3, 32, 1, [3.0], r=1)
    plan = analysis.Measurement(Settings(method="sobol"), [Input(n, n) for n in "abc"], 32, 1, Parameters())
    hopeless = told("morris", 3, 2, 1)
    monkeypatch.setattr(analysis.Analysed, "least", {"viable": math.inf})
    said = [text._chance(plan, alone, {"viable": "x"}), text._least(hopeless, {"viable": "x"})]
    with pytest.raises(Mistake) as refused:
        _deltas(np.zeros((4, 1)), np.array([0.0, 0.0, 1.0, 1.0]), 5)
    said.append(str(refused.value))
    for sentence in said:
        words = ADVICE.findall(sentence)
        assert words
        for word in words:
            compose_line(["experiment=sensitivity", word])


def test_ranks_that_swap_between_equals_count_and_small_ones_do_not():
    swap = np.array(
        [[0.5, 0.4], [0.4, 0.5]] * 20
    )  # each pair swaps: (1 + 1) moves, equal weights 0.25: 2 x 0.25 / 0.5 = 1
    assert ranking(swap) == pytest.approx(1.0)
    tiny = np.array([[0.9, 0.01, 0.02], [0.9, 0.02, 0.01]] * 20)  # 2 x 0.02^2 / (0.9^2 + 2 x 0.02^2)
    assert ranking(tiny) == pytest.approx(2 * 0.0004 / (0.81 + 0.0008))


# -- inputs
# ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def every():
    return inputs(compose_line(["experiment=sensitivity"]))


def test_inputs_are_the_uncertain_declarations_the_shares_and_a_dummy(every):
    names = {i.name for i in every}
    line = compose_line(["experiment=sensitivity"])
    moved = {member.path for i in every for member in i.members}
    assert {d.path for d in draws.drawn(line.parameters, line.touched())} <= moved
    assert "needs.scale" in names and "needs.meals_scale" not in names  # what acts as one is one input
    assert every[-1].name == DUMMY and sum(i.group == SIMPLEX for i in every) == 4
    assert {"business.kind", "organisation.insured"} <= names
    assert (
        not {"county.villages", "solvency.relief", "funding.basis", "horizon.end", "viability.hours"} & names
    )
    assert all(member.grade in "CD" for i in every for member in i.members)


@pytest.mark.parametrize("distribution", ["declared", "uniform"])
def test_every_corner_of_the_cube_is_a_valid_set_of_parameters(every, distribution):
    rng = np.random.default_rng(2)
    for u in (np.zeros(len(every)), np.full(len(every), 1 - 1e-12), *rng.random((5, len(every)))):
        made = changes(u, every, distribution)
        p = Parameters().replace(made)  # checks types, ranges, and that shares sum to one
        assert DUMMY not in made and math.isclose(
            sum(made[f"funding.share_{x}"] for x in ("government", "collective", "families", "society")), 1
        )
        assert all(p.flat()[path] == x for path, x in made.items())


def test_shares_are_even_on_the_simplex(every):
    """Each share of an even draw on the simplex of four has mean 1/4 and variance 3/80.

    Misses by 4.5 errors: 7 in a million.
    """
    mine = [i for i in every if i.group == SIMPLEX]
    u = np.random.default_rng(4).random((4000, 4))
    x = np.array([list(changes(row, mine, "uniform").values()) for row in u])
    assert np.abs(x.mean(axis=0) - 0.25).max() < 4.5 * math.sqrt(3 / 80 / 4000)
    assert np.abs(x.var(axis=0) - 3 / 80).max() < 0.004


def test_quantiles_of_words_switches_and_whole_numbers():
    kind, flag, whole = (
        known()["business.kind"],
        known()["organisation.insured"],
        known()["solvency.patience"],
    )
    assert [value(kind, u, "uniform") for u in (0.0, 0.34, 0.99)] == ["none", "agriculture", "deposit"]
    assert [value(flag, u, "uniform") for u in (0.49, 0.5)] == [False, True]
    assert [value(whole, u, "uniform") for u in (0.0, 0.5, 1.0)] == [1, 7, 12] and isinstance(
        value(whole, 0.3, "declared"), int
    )
    assert value(known()["needs.meals_scale"], 0.5, "uniform") == 1.25  # 0.5 to 2.0


def test_what_the_line_sets_or_switches_off_is_no_input(capsys):
    names = {
        i.name
        for i in inputs(
            compose_line(
                [
                    "experiment=sensitivity",
                    "needs.meals_scale=1.0",
                    "shock=none",
                    "funding.share_government=0.25",
                ]
            )
        )
    }
    assert "needs.meals_scale" not in names and not any(n.startswith(("shocks.", "funding.")) for n in names)
    line = compose_line(["experiment=sensitivity", "inputs=[timebank,needs.meals_scale]"])
    assert {i.group for i in inputs(line)} == {"timebank", "needs", DUMMY}
    with pytest.raises(Mistake, match="did you mean timebank"):
        inputs(compose_line(["experiment=sensitivity", "inputs=[timebnk]"]))


# -- rows ----------------------------------------------------------------------------------------------------
# ----------
@dataclass
class Rows:
    """Arms that have run."""

    frame: pd.DataFrame
    base: Parameters

    def villages(self):
        return self.frame


def test_a_missing_run_stops_the_analysis(monkeypatch):
    index = pd.MultiIndex.from_tuples(
        [("p 0", 0, "all"), ("p 0", 1, "all"), ("p 1", 2, "all")], names=["scenario", "replicate", "cell"]
    )
    table = pd.DataFrame({name: [1.0, 2.0, 3.0] for name in study.MEASURED}, index=index)
    monkeypatch.setattr(study.outcomes, "table", lambda rows, base, more: table)
    rows = Rows(pd.DataFrame({"scenario": ["p 0", "p 1"]}), Parameters())
    with pytest.raises(Mistake, match=r"1 of 4 runs are missing \(p 1 replicate 3\); nothing was analysed"):
        gather(rows, [("p 0", 0), ("p 0", 1), ("p 1", 2), ("p 1", 3)], 2, study.MEASURED)
    found = gather(rows, [("p 0", 1), ("p 0", 0)], 2, study.MEASURED)  # in the order asked for
    assert found["viable"].tolist() == [[2.0, 1.0]]
