"""Paired comparisons: verdicts, variance ratios, replications, declarations that fit the model, and one
small study.
"""

import importlib
import json
import math
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from runs import empty_series

import run
from experiments import comparison, outcomes
from experiments.command.catalogue import experiments
from experiments.command.experiment_settings import Settings
from experiments.command.scenario import compose_line
from experiments.command.settings import known
from experiments.comparison import NULL, WRITTEN, Compared, Expectation, Question, Width, differ, judge, state
from experiments.outcomes import ALL, CELLS, HEADLINE, OUTCOMES
from experiments.racing import Left, Race, lefts
from experiments.report import comparison as comparison_text
from experiments.report import figures_comparison, labels, style, ternary
from experiments.statistics import Interval, variance_ratio
from experiments.studies import funding_mix, stress
from experiments.studies.funding_mix import lattice, mix_name
from experiments.study.plan import FRESH_FROM
from experiments.study.run_tables import more_columns
from experiments.study.store import Results
from sim.state.codes import ELIGIBLE, MUTUAL, UNMET
from sim.state.parameters import Parameters

TINY = [
    "county.elders=12",
    "county.villages=4",
    "horizon.end=2026-12",
    "horizon.spin_up=1",
    "workers=1",
    "progress=false",
]
MOST_ARMS = ("funding_mix", "business")  # what they say in both languages is said by the others too
EVERY = {
    name: module.question("default")
    for name, found in experiments().items()
    if hasattr(module := importlib.import_module(found.module), "question") and not hasattr(module, "run")
}


# -- statistics
# --------------------------------------------------------------------------------------------------------
def test_the_sign_of_an_effect_by_its_interval():
    above = np.array([0.1, 0.2, 0.3])  # mean 0.2, t 4.303 x 0.1 / sqrt(3) = 0.248: the interval holds zero
    assert state(above) == "open"
    assert (
        state(np.array([0.19, 0.20, 0.21])) == "holds" and state(np.array([-0.19, -0.20, -0.21])) == "against"
    )
    assert state(np.zeros(4)) == "none"  # exactly nothing, not open
    assert state(np.array([0.004, 0.005, 0.006]), least=0.01) == "none"  # sure, but too small to count


def test_an_effect_holds_where_the_least_that_was_written_is_sure():
    """Mean 0.05, half-width 4.303 x 0.01 / sqrt(3) = 0.0248: 0.025 to 0.075."""
    effect = np.array([0.04, 0.05, 0.06])
    assert state(effect) == state(effect, least=0.02) == "holds"
    assert state(effect, least=0.03) == "open"  # above zero for sure, but 0.025 is possible
    assert state(effect, least=0.08) == "none"
    exact = np.array([0.01, 0.01, 0.01])
    assert state(exact, least=0.01) == "holds"  # as much as was written is enough


def test_as_written_the_least_effect_is_asked_for_and_elsewhere_the_sign():
    expected = differ("b > a", "viable", "b", "a", least=0.3)
    levels = {"a": {"viable": [0.2, 0.2, 0.2]}, "b": {"viable": [0.44, 0.45, 0.46]}}  # 0.25 (0.225 to 0.275)
    done = made(asks_for(expected), levels, (WRITTEN, "low"))
    assert done.state(expected) == "none" and done.state(expected, "low") == "holds"
    found = {one: [done.state(expected, one)] for one in (WRITTEN, "low")}
    (said,) = comparison_text.verdict_text(done, judge(found), found)
    assert said.startswith("Not supported.") and "; at least 30 was asked for." in said
    table = comparison_text._effects(done, found)
    assert table.columns[2] == "least effect" and table.rows[0][2] == "30"


VERDICTS = [
    ({}, ""),
    ({WRITTEN: ["holds"], "low": ["holds"], NULL: ["holds"]}, "supported"),
    ({WRITTEN: ["holds"], "low": ["holds"], NULL: ["none"]}, "built in"),
    ({WRITTEN: ["holds"], "low": ["open"]}, "built in"),
    ({WRITTEN: ["holds", "open"], "low": ["holds", "holds"]}, "undecided"),
    ({WRITTEN: ["holds", "none"], "low": ["holds", "holds"]}, "not supported"),
    ({WRITTEN: ["against"], "low": ["holds"]}, "not supported"),
]


@pytest.mark.parametrize(("states", "expected"), VERDICTS)
def test_a_verdict_needs_the_sign_everywhere(states, expected):
    assert judge(states) == expected


def test_the_variance_ratio_of_pairs_that_share_most_of_their_luck():
    """x = L + a, y = L + b with Var L = 3, Var a = Var b = 1.

    (4 + 4) / (1 + 1) = 4; n = 4000, error about 2 %.
    """
    rng = np.random.default_rng(5)
    luck = math.sqrt(3) * rng.standard_normal(4000)
    x, y = luck + rng.standard_normal(4000), luck + rng.standard_normal(4000)
    assert variance_ratio([(1.0, x), (-1.0, y)]) == pytest.approx(4.0, rel=0.1)
    assert math.isnan(variance_ratio([(1.0, luck), (-1.0, luck)]))  # no spread left
    alone = [(1.0, np.array([0.0, 1, 0, 1])), (-1.0, np.array([0.0, 0, 1, 1]))]
    assert variance_ratio(alone) == pytest.approx(1.0)  # uncorrelated by construction


# -- outcomes
# ----------------------------------------------------------------------------------------------------------
def test_unmet_is_eligible_less_mutual_kind_by_kind_and_at_most_what_stays_unmet():
    s = empty_series(1, 1)
    s.hours[0, 0, ELIGIBLE, :3] = (100, 50, 30)
    s.hours[0, 0, MUTUAL, :3] = (40, 60, 0)  # the second kind got more than is eligible
    s.hours[0, 0, UNMET, :3] = (60, 0, 10)  # of the third, 20 were paid for
    s.balance = np.zeros((1, 1), [("credits_held", "i8")])
    assert more_columns(s, 2025)["eligible_unmet_minutes"].tolist() == [60 + 0 + 10]


def village(**more):
    plain = dict.fromkeys(
        [
            "eligible_unmet_minutes",
            "last_year_minutes",
            "credits_minutes",
            "level_end",
            "facility_end",
            "volunteer_months",
            "enrolled_months",
            "elder_months",
            "redeem_asked_minutes",
            "redeem_got_minutes",
            "offered_first",
            "offered_last",
            "eligible_first",
            "eligible_last",
            "eligible_minutes",
            "mutual_minutes",
            "cost_fen",
            "public_fen",
            "elder_years_helped",
            "closures",
            "plus",
            "facility_2030",
            "level_2030",
            "business_income_fen",
            "paid_government_fen",
            "paid_collective_fen",
            "paid_families_fen",
            "paid_society_fen",
        ],
        0,
    )
    return {
        **plain,
        "scenario": "a",
        "arm": "main",
        "replicate": 0,
        "kind": "plain",
        "strength": "weak",
        "verdict": "closed",
        **more,
    }


def test_outcomes_are_ratios_of_sums_by_cell_and_never_nan():
    rows = pd.DataFrame(
        [
            village(
                verdict="viable",
                eligible_minutes=100,
                eligible_unmet_minutes=20,
                public_fen=30_000,
                elder_years_helped=2.0,
            ),
            village(
                closures=1,
                strength="rich",
                eligible_minutes=300,
                eligible_unmet_minutes=300,
                public_fen=10_000,
                elder_years_helped=2.0,
            ),
        ]
    )
    found = outcomes.table(rows, Parameters(), (ALL, "weak", "rich"))
    whole = found.loc[("a", 0, ALL)]
    assert (whole["viable"], whole["closed"], whole["unmet"], whole["public"]) == (
        0.5,
        0.5,
        0.8,
        100.0,
    )  # 320/400; 400 yuan over 4 years
    assert found.loc[("a", 0, "weak"), "unmet"] == 0.2 and found.loc[("a", 0, "rich"), "viable"] == 0
    assert whole["redeemed"] == 1.0  # nothing asked for
    assert np.isfinite(found.to_numpy(float)).all()


def test_public_cost_where_nobody_was_helped_is_finite():
    found = outcomes.table(pd.DataFrame([village(public_fen=700_000)]), Parameters())
    assert found["public"].tolist() == [7_000.0]  # over one elder-year


def test_villages_of_a_stratified_county_count_by_prevalence():
    """One weak and one rich plain village.

    Weights 0.40 and 0.18 (shares of strengths), so 0.40 / 0.58 of villages are viable.
    """
    p = Parameters().replace({"county.stratified": True})
    rows = pd.DataFrame([village(verdict="viable"), village(strength="rich")])
    assert outcomes.table(rows, p)["viable"].iloc[0] == pytest.approx(0.40 / 0.58)


# -- declarations
# ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", EVERY)
def test_every_arm_and_condition_fits_the_model(name):
    q = EVERY[name]
    assert "precision" in experiments()[name].reads and len(q.available) >= 2
    for changes in q.available.values():
        for held in q.conditions().values():
            Parameters().replace({**q.base, **changes, **held})  # types, ranges, shares that sum to one
    for one in q.expected:
        for _, arm, outcome, cell in one.terms:
            assert arm in q.arms and outcome in OUTCOMES and cell in CELLS
    assert set(q.shown) <= set(OUTCOMES) and set(HEADLINE) <= set(q.shown) | set(HEADLINE)


@pytest.mark.parametrize("name", EVERY)
def test_the_default_takes_about_the_runs_there_is_time_for(name):
    per = len(EVERY[name].wanted(range(1)))
    seeds = comparison.seeds_of(EVERY[name], "default")
    assert seeds >= 8 and per * seeds <= 600 and comparison.seeds_of(EVERY[name], "full") == 100


@pytest.mark.parametrize("name", EVERY)
def test_every_question_says_beforehand_what_could_build_its_answer_in(name):
    q = EVERY[name]
    assert q.hypothesis and q.expected and q.built_in and all(path in q.because for path in q.built_in)
    for path in q.built_in:
        d = known()[path]
        assert {f"{path} = {d.low:g}", f"{path} = {d.high:g}"} <= set(
            q.conditions()
        )  # both ends of the declared range
    assert "for comparison: " in q.because and q.null and NULL in q.conditions()


@pytest.mark.parametrize("size", ["quick", "default", "full"])
def test_the_mixes_that_are_tested_are_run_in_every_size(size):
    q = funding_mix.question(size)
    assert (
        q.tested == q.expected
        and next(iter(q.arms)) == "g25 c25 f25 s25"
        and {"g100 c0 f0 s0", "g0 c100 f0 s0"} <= set(q.arms)
    )


def test_the_lattice_holds_every_mix_once_and_the_even_one_first():
    points = lattice(4)
    assert len(points) == math.comb(7, 3) == len(set(points)) and points[0] == (0.25,) * 4
    assert all(math.isclose(sum(p), 1) for p in lattice(8)) and mix_name(points[0]) == "g25 c25 f25 s25"


# -- a study
# -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Q4 on four tiny villages with a precision that cannot be reached.

    25 s with compiled kernels at hand.
    """
    out = tmp_path_factory.mktemp("out")
    assert run.main(["experiment=q4", "seeds=2", "max_seeds=3", "precision=0.001", f"out={out}", *TINY]) == 0
    (folder,) = (out / "q4").iterdir()
    return folder


@pytest.mark.slow
def test_a_question_leaves_findings_figures_and_a_verdict(asked):
    found = json.loads((asked / "findings.json").read_text())
    assert (
        found["verdict"] in ("supported", "not supported", "built in", "undecided")
        and found["hypothesis"] == EVERY["q4"].hypothesis
    )
    assert {p["file"] for p in found["pictures"]} == {"effects", "arms", "funnel", "replications"}
    assert all(
        (asked / "figures" / f"{p['file']}.{kind}").exists()
        for p in found["pictures"]
        for kind in ("png", "svg")
    )
    assert len(found["sentences"]) == 3 and "elder-years" in found["sentences"][0]
    ratios = next(t for t in found["tables"] if "variance ratio" in t["columns"])
    assert {row[1] for row in ratios["rows"]} >= {OUTCOMES[o].label for o in HEADLINE}


@pytest.mark.slow
def test_a_study_goes_on_to_the_limit_and_says_so(asked):
    found = json.loads((asked / "findings.json").read_text())
    assert any("Stopped at the limit of 3 seeds before the asked precision" in s for s in found["sentences"])
    values = pd.read_csv(asked / "summary.csv")
    assert set(values["replicate"]) == {0, 1, 2} and WRITTEN in set(values["condition"])


@pytest.mark.slow
def test_the_best_arm_and_the_first_are_run_again_on_as_many_fresh_seeds(asked):
    runs = Results(asked).runs()
    fresh = runs[runs["arm"] == "fresh"]
    assert sorted(set(fresh["replicate"])) == [FRESH_FROM + at for at in range(3)]
    assert not set(fresh["seed"]) & set(runs.loc[runs["arm"] == "main", "seed"])
    first = f"{WRITTEN}/{next(iter(EVERY['q4'].arms))}"
    assert {first, "reference"} <= set(fresh["scenario"]) and fresh["scenario"].nunique() <= 4
    said = json.loads((asked / "findings.json").read_text())["sentences"][0]
    assert "on 3 fresh seeds that chose nothing" in said


@pytest.mark.slow
def test_a_study_with_fresh_seeds_goes_on_without_running_anything_twice(asked):
    before = sorted(path.name for path in (asked / "runs").iterdir())
    assert run.main(["resume", f"study={asked}"]) == 0
    assert sorted(path.name for path in (asked / "runs").iterdir()) == before


def test_where_it_stopped_is_said():
    said = comparison_text.stopped_text(0.05, 12, 96, Width(0.04))
    assert "asked precision ± 0.05 is reached everywhere" in said and "12 seeds" in said
    assert "would take seeds=48 at most" in comparison_text.stopped_text(
        None, 12, 12, Width(0.1)
    )  # 12 x (0.1 / 0.05)^2
    assert "limit of 24 seeds before" in comparison_text.stopped_text(0.05, 24, 24, Width(0.1))


@pytest.mark.parametrize("asked", [None, 0.05])
@pytest.mark.parametrize("wide", [0.1, 0.4, 400.0])
def test_the_seeds_that_are_advised_can_be_typed(asked, wide):
    said = comparison_text.stopped_text(asked, 24, 24, Width(wide))
    words = re.findall(r"\b(?:seeds|max_seeds|precision)=[\w.]+", said)
    assert words or "more seeds than can be asked for" in said
    compose_line(["experiment=q2", *words])


# -- what is said, on made-up outcomes
# ---------------------------------------------------------------------------------
def made(
    question: Question,
    levels: dict[str, dict[str, list[float]]],
    conditions: tuple[str, ...] = (WRITTEN,),
) -> Compared:
    """A finished comparison: arm -> outcome -> one number a seed, the same in every condition and cell;
    other outcomes stand at 0.5.
    """
    rows = []
    for condition in conditions:
        for arm, given in levels.items():
            for cell in question.cells:
                seeds = len(next(iter(given.values())))
                rows += [
                    {
                        "condition": condition,
                        "arm": arm,
                        "cell": cell,
                        "replicate": i,
                        **dict.fromkeys(OUTCOMES, 0.5),
                        **{o: x[i] for o, x in given.items()},
                    }
                    for i in range(seeds)
                ]
    values = pd.DataFrame(rows).set_index(["condition", "arm", "cell", "replicate"]).sort_index()
    return Compared(question, cast(Any, None), values, seeds)


def runs_in(folder: Any) -> Any:
    """Runs that were made in a folder."""
    settings = SimpleNamespace(draws="prior", precision=None)
    names = ["scenario", "arm", "replicate", "village", "kind", "strength", "served_years"]
    rows = pd.DataFrame(columns=[*names, "business_offered", "business_taken"])
    work = SimpleNamespace(folder=folder)
    return SimpleNamespace(work=work, base=Parameters(), settings=settings, villages=lambda: rows)


def asks_for(*tests: Expectation) -> Question:
    return Question("Q?", "H.", "because", {arm: {} for t in tests for arm in t.arms}, expected=tests)


def asks(**more: Any) -> Question:
    return Question(
        "Q?",
        "H.",
        "because",
        {"a": {}, "b": {}, "c": {}},
        expected=(differ("b > a", "viable", "b", "a"),),
        **more,
    )


def test_what_arms_add_is_said_in_plain_words():
    """b - a is 29, 30, 31: mean 30, t 4.303 x 1 / sqrt(3) = 2.48; c is a in all seeds.

    Of three arms and three seeds a gap is told from 7.65 / sqrt(3) = 4.4 on (t of .05 / 6 and 2 degrees).
    """
    levels = {"a": [20.0, 20.0, 20.0], "b": [49.0, 50.0, 51.0], "c": [20.0, 20.0, 20.0]}
    text = comparison_text.added_text(made(asks(), {arm: {"added": x} for arm, x in levels.items()}))
    assert text.startswith("Added elder-years a village: 20 (20 to 20) with 'a'; most with 'b': 50 (47.5 to")
    assert "0.5 table-years, 30 (27.5 to 32.5) more than 'a'." in text
    assert comparison.best(made(asks(), {arm: {"added": x} for arm, x in levels.items()})).winner


def test_how_much_the_best_arm_is_comes_from_seeds_that_did_not_choose_it():
    """Chosen at 50, b has 44, 45, 46 on fresh seeds: mean 45, half-width 4.303 / sqrt(3) = 2.48; less 20: 25.

    Where fresh seeds hold zero there is no winner, however high it stood when it was chosen.
    """
    chosen = {"a": [20.0, 20.0, 20.0], "b": [49.0, 50.0, 51.0], "c": [20.0, 20.0, 20.0]}
    done = made(asks(), {arm: {"added": x} for arm, x in chosen.items()})
    assert comparison.chosen(done) == ["a", "b"]
    done.fresh = made(asks(), {"a": {"added": [20.0] * 3}, "b": {"added": [44.0, 45.0, 46.0]}}).values
    text = comparison_text.added_text(done)
    assert "most with 'b': 45 (42.5 to 47.5) and 0.5 table-years, 25 (22.5 to 27.5) more than 'a'" in text
    assert text.endswith(" on 3 fresh seeds that chose nothing (tables and figures: the seeds that chose).")
    title = figures_comparison._most(done, ["a", "b", "c"], "added")
    assert "most in 'b', 45 (42.5 to 47.5) on 3 fresh seeds that chose nothing (" in title
    with style.language("zh"), style.speaking("zh"):
        fresh = "（取自未参与挑选的 3 个新种子；图表中为挑选所用的种子）。"
        assert comparison_text.added_text(done).endswith(fresh)
    done.fresh = made(asks(), {"a": {"added": [20.0] * 3}, "b": {"added": [-9.0, 0.0, 9.0]}}).values
    assert comparison.best(done).fresh == 3 and not comparison.best(done).winner
    assert "no arm is told from adding nothing" in comparison_text.added_text(done)


def test_the_best_of_equal_arms_looks_better_than_it_is_only_on_the_seeds_that_chose_it():
    """35 arms of mean 10 and deviation 2, 8 seeds: the highest mean of 35 lies 2.1 x 2 / sqrt(8) = 1.5 above.

    On fresh seeds the mean over 60 studies errs by 2 / sqrt(8 x 60) = 0.09; 4.5 errors are allowed.
    """
    rng, names, said, own = np.random.default_rng(4), [f"arm {i}" for i in range(35)], [], []
    question = Question("Q?", "H.", "because", {name: {} for name in names})
    for _ in range(60):
        draw = {name: {"added": list(10 + 2 * rng.standard_normal(8))} for name in names}
        done = made(question, draw)
        again = {name: {"added": list(10 + 2 * rng.standard_normal(8))} for name in comparison.chosen(done)}
        done.fresh = made(question, again).values
        top = comparison.best(done)
        said.append(top.level.mean)
        own.append(done.mean(top.arm, "added").mean)
    assert abs(np.mean(said) - 10) < 4.5 * 2 / math.sqrt(8 * 60)
    assert np.mean(own) - 10 > 1.2


def test_no_arm_wins_inside_noise_or_at_zero():
    """c - b is 1, -1, 3 (mean 1, half-width 4.97): not told from c; and -1, 0, 2 hold zero."""
    tied = {"a": [5.0, 5.1, 5.2], "b": [20.0, 30.0, 40.0], "c": [21.0, 29.0, 43.0]}
    done = made(asks(), {arm: {"added": x} for arm, x in tied.items()})
    top = comparison.best(done)
    assert (top.arm, top.tied, top.winner) == (
        "c",
        2,
        False,
    )  # a - c: 16, 23.9, 37.8 below: 95 % -53.3 to 1.5
    assert "other arms cannot be told from it, so that none is best" in comparison_text.added_text(done)
    zero = made(asks(), {arm: {"added": [-1.0, 0.0, 2.0]} for arm in "abc"})
    assert not comparison.best(zero).winner
    assert "no arm is told from adding nothing" in comparison_text.added_text(zero)
    nowhere = comparison_text.added_text(made(asks(), {a: {"added": [0.0, 0.0]} for a in "abc"}))
    assert nowhere.startswith("No arm adds elder-years of service in any seed")


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ((WRITTEN, "low", NULL), "and in the arm for comparison."),
        ((WRITTEN, "low"), "; no arm for comparison was possible."),
    ],
)
def test_a_supported_verdict_names_a_null_arm_only_where_there_was_one(conditions, said):
    done = made(asks(), {"a": {"viable": [0.2, 0.2, 0.2]}, "b": {"viable": [0.49, 0.50, 0.51]}}, conditions)
    states = {c: [done.state(done.question.expected[0], c)] for c in conditions}
    (text,) = comparison_text.verdict_text(done, judge(states), states)
    assert text.startswith("Supported.") and text.endswith(
        f"The sign holds at both ends of what could have built it in{' ' if NULL in conditions else ''}{said}"
    )


def test_differences_are_not_compared_where_an_arm_stands_at_the_end_of_its_scale():
    """Calm 0.07, alone 0.05 and 0.06, together 0.

    The sum of 0.03 is less than 0.07, and no more could be lost.
    """
    terms = (
        (1.0, "x", "viable", ALL),
        (1.0, "y", "viable", ALL),
        (-1.0, "both", "viable", ALL),
        (-1.0, "calm", "viable", ALL),
    )
    levels = {"calm": [0.07] * 3, "x": [0.05] * 3, "y": [0.06] * 3, "both": [0.0, 0.0, 0.01]}
    done = made(asks(), {arm: {"viable": x} for arm, x in levels.items()})
    blind, careful = Expectation("t", terms), Expectation("t", terms, room=True)
    assert done.state(blind) == "holds" and done.state(careful) == "open" and done.at_end(careful) == ["both"]
    states = {WRITTEN: [done.state(careful)]}
    assert (
        "'both' stood at the end of the scale"
        in comparison_text.verdict_text(
            made(asks_for(careful), {arm: {"viable": x} for arm, x in levels.items()}), judge(states), states
        )[0]
    )
    levels["both"] = [0.02] * 3
    assert made(asks(), {arm: {"viable": x} for arm, x in levels.items()}).state(careful) == "holds"


def test_a_precision_is_asked_of_every_cell_and_an_outcome_never_seen_is_not_known():
    done = made(asks(cells=(ALL, "weak")), {a: {"viable": [0.0] * 20} for a in "abc"})
    wide = {width.name: width.half for width in comparison.widths(done)}
    assert wide["villages viable at the end, a, weak villages"] == pytest.approx(1 - 0.025 ** (1 / 20))
    table = comparison_text.replications(done)
    assert len(table.rows) == 3 * 2 * len(HEADLINE)
    assert table.rows[HEADLINE.index("viable")][:5] == ["a", ALL, "villages viable at the end", 20, "16.8"]
    assert {row[1] for row in table.rows} == {ALL, "weak"}


@pytest.mark.parametrize(("seeds", "drawn"), [(1, False), (2, False), (3, True)])
def test_seeds_too_few_to_tell_a_spread_have_no_figure_of_it(seeds, drawn, tmp_path, monkeypatch):
    monkeypatch.setattr(figures_comparison, "figures_in", lambda _: tmp_path)
    done = made(asks(), {arm: {"viable": [0.5] * seeds} for arm in "abc"})
    for name in ("effects", "arms"):
        monkeypatch.setattr(figures_comparison, name, lambda *_: None)
    monkeypatch.setattr(figures_comparison.figures_funnel, "draw", lambda *_: None)
    done = replace(done, runs=cast(Any, runs_in(tmp_path)))
    pictures = figures_comparison.draw(done, {}, "")
    assert ("replications" in {one.file for one in pictures if one}) == drawn
    assert comparison_text.replications(done).note.startswith("too few seeds") != drawn


@pytest.mark.parametrize(
    ("mean", "low", "high", "shown"),
    [
        (0.005382, -0.01777, 0.02854, "0.005 (-0.018 to 0.029)"),
        (0.1252, -1.466, 1.716, "0.13 (-1.47 to 1.72)"),
        (42440.3, 24500.0, 60370.2, "42,440 (24,500 to 60,370)"),
        (50.0, 47.52, 52.48, "50 (47.5 to 52.5)"),
        (0.0, -0.0, 0.0, "0 (0 to 0)"),
    ],
)
def test_an_interval_has_as_many_decimals_as_its_largest_end_needs(mean, low, high, shown):
    assert labels.spread(Interval(mean, low, high, 8), share=False) == shown


def test_a_difference_under_one_has_one_decimal_and_one_seed_has_no_interval():
    assert [labels.signed(one) for one in (0.44, -0.02, 0.0, 0.97, -12.4)] == ["+0.4", "0", "0", "+1", "-12"]
    assert labels.spread(Interval(5.0, math.nan, math.nan, 1), share=False) == "5 (one seed)"
    assert labels.spread(Interval(math.nan, math.nan, math.nan, 0)) == "-"
    assert labels.spread(Interval(-0.0002, -0.1, 0.1, 3)) == "0.0 (-10.0 to 10.0)"


def test_the_axis_of_an_effect_names_a_difference():
    assert (
        figures_comparison.measured(asks().expected[0]) == "difference in villages viable at the end, points"
    )
    assert (
        figures_comparison.measured(EVERY["q9"].expected[0])
        == "difference in hours on offer over hours eligible"
    )


def test_shocks_cost_positive_points_and_a_floor_is_no_finding():
    q = EVERY["stress"]
    levels = {arm: {"unmet": [0.4, 0.5, 0.6], "added": [9.0, 9.0, 9.0]} for arm in q.arms}
    for arm in q.arms:
        levels[arm]["viable"] = [0.0] * 3
    levels["flood, own"]["unmet"] = [0.6, 0.7, 0.8]  # costs 20 points in each seed
    levels["flood, own"]["added"] = [5.0, 5.0, 5.0]  # and 4 elder-years
    levels["all, own"]["unmet"] = levels["all, shared"]["unmet"] = [1.0, 1.0, 1.0]
    (said,), (table,), _ = stress._tails(made(q, levels))
    assert (
        "'flood, own' costs most: 4 (4 to 4) added elder-years a village" in said
        and "standard deviation" not in said
        and "nothing left to take" in said
    )
    rows = {row[0]: row for row in table.rows}
    assert (
        rows["all, own"][5] == "at the end of the scale"
        and rows["flood, own"][5] == "10.0"
        and rows["all, own"][2].startswith("50.0 (")
        and rows["flood, own"][2].startswith("20.0 (")
    )


@pytest.mark.parametrize("clear", [False, True])
def test_a_mix_is_ringed_only_where_it_is_told_apart(clear, tmp_path, monkeypatch):
    q = funding_mix.question("quick")
    levels = {name: {"added": [30.0, 31.0, 32.0]} for name in q.arms}
    levels["g100 c0 f0 s0"]["added"] = [50.0, 51.0, 52.0] if clear else [30.0, 31.0, 33.0]
    done, seen = made(q, levels), {}
    done.runs, done.fresh = runs_in(tmp_path), done.values  # run again, with the same found
    monkeypatch.setattr(
        ternary,
        "ternary",
        lambda frame, label, folder, caption, **more: seen.update(frame=frame, caption=caption, **more),
    )
    (said,), _, _ = funding_mix._mixes(done)
    ringed = seen["frame"][seen["frame"]["ring"]]
    assert ringed[["row", "column", "government"]].values.tolist() == (
        [[cell, "society 0 %", 1.0] for cell in ("weak", "middle", "rich")] if clear else []
    )
    assert ("Red ring" in seen["caption"]) == clear
    assert ("government 100 % (51 (" if clear else "no mix is told from the others") in seen["title"]
    assert " on 3 fresh seeds that chose nothing" in said
    most = "Most elder-years a village are added with government 100 %: 51 ("
    assert (most if clear else "but 10 of 10 other mixes cannot be told from it") in said


@pytest.mark.parametrize("name", EVERY)
def test_every_comparison_answers_in_three_sentences(name, tmp_path, monkeypatch):
    """With every outcome the same in every arm.

    A sentence of its own (on what is added, roll-outs aside), the verdict, the seeds.
    """
    q = EVERY[name]
    done = made(q, {arm: {"viable": [0.2, 0.3, 0.4]} for arm in q.arms}, tuple(q.conditions()))
    done.runs = runs_in(tmp_path)
    monkeypatch.setattr(figures_comparison, "draw", lambda *_: [])
    monkeypatch.setattr(ternary, "ternary", lambda *_, **__: None)
    found = comparison_text.findings(done, 3)
    assert (
        len(found.sentences) == 3
        and found.sentences[1].startswith(found.verdict.capitalize())
        and found.sentences[2].startswith("3 seeds as asked for;")
    )
    assert "elder-years" in found.sentences[0] or name == "targets"
    assert found.verdict == "not supported" and all(
        not s[0].islower() and s[-1] == "." for s in found.sentences
    )


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in MOST_ARMS)) for name in EVERY]
)
def test_a_comparison_says_the_same_in_chinese(name, tmp_path, monkeypatch):
    """Every text has its Chinese pair.

    No English word is left but paths, codes of mixes and names; the numbers are the same.
    """
    q = EVERY[name]
    levels = {
        arm: {"viable": [0.2 + 0.001 * k, 0.3, 0.4], "unmet": [0.1, 0.2 + 0.002 * k, 0.3]}
        for k, arm in enumerate(q.arms)
    }
    done = made(q, levels, tuple(q.conditions()))
    done.runs = runs_in(tmp_path)
    drawn: list[str] = []
    monkeypatch.setattr(
        style,
        "finish",
        lambda figure, title, caption, *_: (style.plt.close(figure), drawn.extend([title, caption])),
    )
    said = {}
    for code in style.LANGUAGES:
        drawn.clear()
        with style.language(code), style.speaking(code):
            f = comparison_text.findings(done, 3)
            heads = [style.phrase(x) for t in f.tables for x in (t.title, *t.columns)]
        said[code] = [
            f.question,
            f.hypothesis,
            f.built_in,
            *f.sentences,
            *f.limits,
            *drawn,
            *heads,
            *(t.note for t in f.tables),
            *(str(c) for t in f.tables for row in t.rows for c in row),
        ]
    english = re.compile(r"\b(?!Lee\b|Bass\b|Wilson\b|CLHLS\b)[A-Za-z]{2,}(?![\w.]*[._=]\w)\b")
    left = [x for x in said["zh"] if english.search(re.sub(r"\b[a-z_]+\.[a-z_0-9]+\b", "", x))]
    assert left == []
    numbers = [sorted(n for x in said[code] for n in re.findall(r"\d+\.\d+", x)) for code in style.LANGUAGES]
    assert numbers[0] == numbers[1] and len(numbers[0]) > 50


def test_an_outcome_that_never_leaves_the_end_of_its_scale_tells_nothing() -> None:
    """No village viable in either arm.

    Open, not 'no effect'; a real zero difference inside the scale stays 'none'.
    """
    test = Expectation("a > b", ((1.0, "a", "viable", ALL), (-1.0, "b", "viable", ALL)))

    def done(level: float) -> Compared:
        index = pd.MultiIndex.from_product(
            [[WRITTEN], ["a", "b"], [ALL], range(3)], names=["condition", "arm", "cell", "replicate"]
        )
        return Compared(
            cast(Any, None), cast(Any, None), pd.DataFrame({"viable": np.full(6, level)}, index=index), 3
        )

    assert done(0.0).state(test) == done(1.0).state(test) == "open"
    assert done(0.25).state(test) == "none"
    most = done(0.0)
    most.values.iloc[0, 0] = 0.005  # one village of one seed: still nothing that tells the arms apart
    assert most.state(test) == "open"


def test_a_county_without_a_kind_that_is_compared_is_refused(capsys):
    assert run.main(["experiment=funding_mix", "county.villages=2", "progress=false"]) == 1
    said = capsys.readouterr().err.strip()
    assert (
        said.startswith(
            "error: funding_mix compares middle, rich villages, and county.villages=2 has none of them"
        )
        and "\n" not in said
    )


# -- races
# ----------------------------------------------------------------------------------------------------------
def test_an_arm_that_nothing_is_expected_of_races_and_the_others_have_every_seed():
    """The free arm is left after four seeds in one cell, after eight in the other: it has eight of twelve."""
    expected = differ("b > a", "viable", "b", "a")
    question = Question(
        "Q?", "H.", "because", {arm: {} for arm in "abc"}, expected=(expected,), best_of=(ALL, "weak")
    )
    settings = Settings(race=True, looks=[4, 8])
    races = question.races(settings, 12)
    assert {cell: race.looks for cell, race in races.items()} == {ALL: (4, 8, 12), "weak": (4, 8, 12)}
    for race, seeds in zip(races.values(), (4, 8), strict=True):
        race.left["c"] = Left("c", seeds, "a", "added", -30.0, -10.0)
        race.left["b"] = Left("b", 4, "a", "added", -30.0, -10.0)
        race.seeds, race.ended = 12, "all seeds"
    names = [arm.name for arm, _ in question.wanted(range(12), races)]
    assert [names.count(f"{WRITTEN}/{arm}") for arm in "abc"] == [12, 12, 8]
    assert {arm: one.seeds for arm, one in lefts(races.values()).items()} == {"c": 8}
    assert question.races(replace(settings, precision=0.05), 12) == {}
    assert question.races(replace(settings, race=False), 12) == {}


def test_an_arm_left_early_is_compared_on_the_seeds_that_both_have():
    """c has 10, 12 where a has 20, 22 (then 0, 2): ten less, not what means over all seeds would give."""
    levels = {"a": {"added": [20.0, 22.0, 0.0, 2.0]}, "c": {"added": [10.0, 12.0, 0.0, 0.0]}}
    question = Question("Q?", "H.", "because", {arm: {} for arm in "ac"})
    done = made(question, levels)
    late = done.values.index.get_level_values("replicate") > 1
    values = done.values[~(late & (done.values.index.get_level_values("arm") == "c"))]
    race = Race(["a", "c"], (2, 4), left={"c": Left("c", 2, "a", "added", -10.0, -5.0)}, seeds=4, best="a")
    done = replace(done, values=values, races={ALL: race})
    assert done.paired("c", "added").mean == -10.0 and done.left("c") == 2 and done.counted == "2–4"
    assert done.mean("c", "added").mean == 11.0 - 10.0  # that of the other over all seeds, and the difference
    assert comparison_text._marked(done, "c") == "c [2]"
