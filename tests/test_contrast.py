"""Paired comparisons: verdicts, variance ratios, replications, declarations that fit the model, and one small study."""

import json
import math
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from runs import empty_series

import run
from experiments import contrast, outcomes
from experiments.contrast import NULL, WRITTEN, Done, judge, stable_from, state, variance_ratio
from experiments.designs import DESIGNS, lattice, mix_name
from experiments.outcomes import ALL, CELLS, HEADLINE, OUTCOMES
from experiments.questions import QUESTIONS
from experiments.runner import more_columns
from experiments.scenario import known, options
from sim.parameters import Parameters
from sim.population import ELIGIBLE, MUTUAL, UNMET

TINY = ["county.elders=12", "county.villages=4", "horizon.end=2026-12", "horizon.spin_up=1", "workers=1", "progress=false"]
EVERY = {**{k: f() for k, f in QUESTIONS.items()}, **{k: f() for k, f in DESIGNS.items()}}


# -- statistics --------------------------------------------------------------------------------------------------------
def test_the_sign_of_an_effect_by_its_interval():
    above = np.array([0.1, 0.2, 0.3])  # mean 0.2, t 4.303 x 0.1 / sqrt(3) = 0.248: the interval holds zero
    assert state(above) == "open"
    assert state(np.array([0.19, 0.20, 0.21])) == "holds" and state(np.array([-0.19, -0.20, -0.21])) == "against"
    assert state(np.zeros(4)) == "none"  # exactly nothing, not open
    assert state(np.array([0.004, 0.005, 0.006]), least=0.01) == "none"  # sure, but too small to count


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
    """x = L + a, y = L + b with Var L = 3, Var a = Var b = 1: (4 + 4) / (1 + 1) = 4; n = 4000, error about 2 %."""
    rng = np.random.default_rng(5)
    luck = math.sqrt(3) * rng.standard_normal(4000)
    x, y = luck + rng.standard_normal(4000), luck + rng.standard_normal(4000)
    assert variance_ratio([(1.0, x), (-1.0, y)]) == pytest.approx(4.0, rel=0.1)
    assert math.isnan(variance_ratio([(1.0, luck), (-1.0, luck)]))  # no spread left
    alone = [(1.0, np.array([0.0, 1, 0, 1])), (-1.0, np.array([0.0, 0, 1, 1]))]
    assert variance_ratio(alone) == pytest.approx(1.0)  # uncorrelated by construction


def test_the_coefficient_of_variation_settles_where_more_seeds_change_little():
    assert stable_from(np.array([1.0, 2.0] * 30)) == 4  # c_v is 0.471, 0.433, 0.385, 0.391 ... 0.336: within 0.05 from four on
    assert stable_from(np.array([1.0] * 20 + [9.0])) == 0  # the last seed upsets it
    assert stable_from(np.zeros(10)) == 0  # no mean, no c_v


# -- outcomes ----------------------------------------------------------------------------------------------------------
def test_unmet_is_eligible_less_mutual_kind_by_kind_and_at_most_what_stays_unmet():
    s = empty_series(1, 1)
    s.hours[0, 0, ELIGIBLE, :3] = (100, 50, 30)
    s.hours[0, 0, MUTUAL, :3] = (40, 60, 0)  # the second kind got more than is eligible
    s.hours[0, 0, UNMET, :3] = (60, 0, 10)  # of the third, 20 were paid for
    s.balance = np.zeros((1, 1), [("credits_held", "i8")])
    assert more_columns(s, 2025)["eligible_unmet_minutes"].tolist() == [60 + 0 + 10]


def village(**more):
    plain = dict.fromkeys(
        ["eligible_unmet_minutes", "last_year_minutes", "credits_minutes", "level_end", "facility_end", "volunteer_months", "enrolled_months", "elder_months",
         "redeem_asked_minutes", "redeem_got_minutes", "offered_first", "offered_last", "eligible_first", "eligible_last", "eligible_minutes", "mutual_minutes",
         "cost_fen", "public_fen", "elder_years_helped", "closures", "plus", "facility_2030", "level_2030", "business_income_fen",
         "paid_government_fen", "paid_collective_fen", "paid_families_fen", "paid_society_fen"], 0)  # fmt: skip
    return {**plain, "scenario": "a", "arm": "main", "replicate": 0, "kind": "plain", "strength": "weak", "verdict": "closed", **more}


def test_outcomes_are_ratios_of_sums_by_cell_and_never_nan():
    rows = pd.DataFrame([
        village(verdict="viable", eligible_minutes=100, eligible_unmet_minutes=20, public_fen=30_000, elder_years_helped=2.0),
        village(closures=1, strength="rich", eligible_minutes=300, eligible_unmet_minutes=300, public_fen=10_000, elder_years_helped=2.0),
    ])  # fmt: skip
    found = outcomes.table(rows, Parameters(), (ALL, "weak", "rich"))
    whole = found.loc[("a", 0, ALL)]
    assert (whole["viable"], whole["closed"], whole["unmet"], whole["public"]) == (0.5, 0.5, 0.8, 100.0)  # 320/400; 400 yuan over 4 years
    assert found.loc[("a", 0, "weak"), "unmet"] == 0.2 and found.loc[("a", 0, "rich"), "viable"] == 0
    assert whole["redeemed"] == 1.0  # nothing asked for
    assert np.isfinite(found.to_numpy(float)).all()


def test_public_cost_where_nobody_was_helped_is_finite():
    found = outcomes.table(pd.DataFrame([village(public_fen=700_000)]), Parameters())
    assert found["public"].tolist() == [7_000.0]  # over one elder-year


def test_villages_of_a_stratified_county_count_by_prevalence():
    """One weak and one rich plain village: weights 0.40 and 0.18 (shares of strengths), so 0.40 / 0.58 of villages are viable."""
    p = Parameters().replace({"county.stratified": True})
    rows = pd.DataFrame([village(verdict="viable"), village(strength="rich")])
    assert outcomes.table(rows, p)["viable"].iloc[0] == pytest.approx(0.40 / 0.58)


# -- declarations ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", EVERY)
def test_every_arm_and_condition_fits_the_model(name):
    q = EVERY[name]
    assert name in options()["experiment"] and name in run.EXPERIMENTS and len(q.available) >= 2
    for changes in q.available.values():
        for held in q.conditions().values():
            Parameters().replace({**q.base, **changes, **held})  # types, ranges, shares that sum to one
    for test in q.tests:
        for _, arm, outcome, cell in test.terms:
            assert arm in q.arms and outcome in OUTCOMES and cell in CELLS
    assert set(q.shown) <= set(OUTCOMES) and set(HEADLINE) <= set(q.shown) | set(HEADLINE)


@pytest.mark.parametrize("name", EVERY)
def test_the_default_takes_about_the_runs_there_is_time_for(name):
    per = len(contrast._wanted(EVERY[name], range(1)))
    seeds = contrast.seeds_of(EVERY[name], "default")
    assert seeds >= 8 and per * seeds <= 600 and contrast.seeds_of(EVERY[name], "full") == 100


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_says_beforehand_what_could_build_its_answer_in(name):
    q = EVERY[name]
    assert q.hypothesis and q.tests and q.built_in and all(path in q.because for path in q.built_in)
    for path in q.built_in:
        d = known()[path]
        assert {f"{path} = {d.low:g}", f"{path} = {d.high:g}"} <= set(q.conditions())  # the whole declared range


def test_the_lattice_holds_every_mix_once_and_the_even_one_first():
    points = lattice(4)
    assert len(points) == math.comb(7, 3) == len(set(points)) and points[0] == (0.25,) * 4
    assert all(math.isclose(sum(p), 1) for p in lattice(8)) and mix_name(points[0]) == "g25 c25 f25 s25"


# -- a study -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Q4 on four tiny villages with a precision that cannot be reached; 25 s with compiled kernels at hand."""
    out = tmp_path_factory.mktemp("out")
    assert run.main(["experiment=q4", "seeds=2", "max_seeds=3", "precision=0.001", f"out={out}", *TINY]) == 0
    (folder,) = (out / "q4").iterdir()
    return folder


@pytest.mark.slow
def test_a_question_leaves_findings_figures_and_a_verdict(asked):
    found = json.loads((asked / "findings.json").read_text())
    assert found["verdict"] in ("supported", "not supported", "built in", "undecided") and found["hypothesis"] == EVERY["q4"].hypothesis
    assert {p["file"] for p in found["pictures"]} == {"effects", "arms", "replications"}
    assert all((asked / "figures" / f"{p['file']}.{kind}").exists() for p in found["pictures"] for kind in ("png", "svg"))
    ratios = next(t for t in found["tables"] if "variance ratio" in t["columns"])
    assert {row[1] for row in ratios["rows"]} >= {OUTCOMES[o].label for o in HEADLINE}


@pytest.mark.slow
def test_a_study_goes_on_to_the_limit_and_says_so(asked):
    found = json.loads((asked / "findings.json").read_text())
    assert any("Stopped at the limit of 3 seeds before the asked precision" in s for s in found["sentences"])
    values = pd.read_csv(asked / "summary.csv")
    assert set(values["replicate"]) == {0, 1, 2} and WRITTEN in set(values["condition"])


def test_where_it_stopped_is_said():
    said = contrast._stopped(0.05, 12, 96, 0.04, "viable")
    assert "asked precision ± 0.05 is reached everywhere" in said and "12 seeds" in said
    assert "about 48 seeds" in contrast._stopped(None, 12, 12, 0.1, "viable")  # 12 x (0.1 / 0.05)^2
    assert "limit of 24 seeds before" in contrast._stopped(0.05, 24, 24, 0.1, "viable")


def test_an_outcome_that_never_leaves_the_end_of_its_scale_tells_nothing() -> None:
    """No village viable in either arm: open, not 'no effect'; a real zero difference inside the scale stays 'none'."""
    test = contrast.Test("a > b", ((1.0, "a", "viable", ALL), (-1.0, "b", "viable", ALL)))

    def done(level: float) -> Done:
        index = pd.MultiIndex.from_product([[WRITTEN], ["a", "b"], [ALL], range(3)], names=["condition", "arm", "cell", "replicate"])
        return Done(cast(Any, None), cast(Any, None), pd.DataFrame({"viable": np.full(6, level)}, index=index), 3)

    assert done(0.0).state(test) == done(1.0).state(test) == "open"
    assert done(0.25).state(test) == "none"
