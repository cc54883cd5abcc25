"""What it takes: bracketing by closed form, falls, budgets by hand, and tiny studies."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments.command.scenario import compose_line
from experiments.command.settings import Mistake
from experiments.studies.what_it_takes import bracket, tables
from experiments.studies.what_it_takes.bracket import Offer, Root
from experiments.studies.what_it_takes.design import LADDER, FundedRuns, Point, by_cell
from experiments.studies.what_it_takes.tables import Fresh, verdict
from experiments.study.store import Results

TINY = ["county.villages=12", "county.elders=12", "horizon.end=2025-12", "horizon.spin_up=1", "seeds=4"]
FEW = ["size=quick", "rows=[jiangxi]", "progress=false", "engine=serial"]
SURE = 0.8
TRUE = -math.log(1 - SURE)  # where 1 - exp(-factor) is .8: 1.609


def searched(luck: np.ndarray, most: float = 1.0) -> dict[float, np.ndarray]:
    """Bracketing of the chance most x (1 - exp(-factor)), each county with its own luck at all factors."""

    def seen(factor: float, count: int) -> np.ndarray:
        return luck[:count] < most * (1 - math.exp(-factor))

    met = {factor: seen(factor, len(luck) // 4) for factor in LADDER}
    for turn in range(1, 7):
        wanted = bracket.wanted(met, SURE, max(len(luck) * turn // 6, len(luck) // 4))
        met |= {factor: seen(factor, count) for factor, count in wanted.items()}
    return {factor: seen(factor, len(luck)) for factor in met}


def even(count: int) -> np.ndarray:
    """Luck that is evenly spread, in any order."""
    return np.random.default_rng(1).permutation((np.arange(count) + 0.5) / count)


# -- the root
# -------------------------------------------------------------------------------------------------------
def test_bracketing_finds_the_root_of_a_known_chance():
    """20,000 counties: the chance at the root is known to .003, the factor to .003 / exp(-1.609) = .015.

    Factors closer than a quarter are not told apart: the root is the least tried that does.
    """
    found = bracket.root(searched(even(20_000)), SURE)
    assert found.factor is not None and found.below is not None
    assert found.below < TRUE <= found.factor <= bracket.NEAR * found.below


def test_the_interval_of_the_root_covers_it_and_fresh_counties_agree():
    """200 searches of 60 counties: at most 5 % of intervals miss, and 10 with binomial luck (2.3 deviations).

    The chance at the upper end is .8 or more, so 95 % of fresh intervals there reach it.
    """
    luck = np.random.default_rng(7)
    missed = refuted = bounded = 0
    for _ in range(200):
        found = bracket.root(searched(luck.random(60)), SURE)
        low = -1.0 if found.low is None else found.low
        missed += not (low < TRUE and (found.high is None or found.high >= TRUE))
        if found.high is not None:
            bounded += 1
            met = int((luck.random(60) < 1 - math.exp(-found.high)).sum())
            refuted += bracket.bounds(met, 60)[1] < SURE
    assert missed <= 17 and bounded > 100 and refuted <= 17


def test_no_amount_does_is_an_answer():
    """A chance that never tops .6 has no root, and .6 of 600 is told from .8."""
    found = bracket.root(searched(even(600), most=0.6), SURE)
    assert (found.factor, found.below, found.high) == (None, LADDER[-1], None)
    assert found.low == LADDER[-1]


def test_no_money_may_be_enough():
    found = bracket.root({0.0: np.ones(40, bool), 1.0: np.ones(40, bool)}, SURE)
    assert (found.factor, found.below, found.high) == (0.0, None, 0.0)


def test_bounds_are_those_of_clopper_and_pearson():
    """None of ten: 0 to 1 - .025^(1/10) = .308; all of ten: .692 to 1."""
    assert bracket.bounds(0, 10) == pytest.approx((0, 1 - 0.025**0.1))
    assert bracket.bounds(10, 10) == pytest.approx((0.025**0.1, 1))


def test_shares_are_smoothed_by_pooling_neighbours():
    """.6 and .2 of 10 and 30 counties are .3 of 40."""
    assert bracket.smoothed([0.1, 0.6, 0.2, 0.9], [10, 10, 30, 10]) == pytest.approx([0.1, 0.3, 0.3, 0.9])


# -- the check
# -------------------------------------------------------------------------------------------------------
def test_a_planted_fall_is_caught_and_luck_is_not():
    """Eight of ten counties are lost between 1 and 2, none won: .5^8 = .0039 < .05 / 2 pairs."""
    met = {0.0: np.zeros(10, bool), 1.0: np.arange(10) < 9, 2.0: np.arange(10) < 1}
    (fall,) = bracket.falls(met)
    assert (fall.low, fall.high, fall.lost, fall.won) == (1.0, 2.0, 8, 0)
    assert fall.p == pytest.approx(0.5**8)
    assert bracket.falls({**met, 2.0: np.arange(10) < 6}) == []  # three lost: .125
    assert bracket.falls({0.0: np.zeros(10, bool), 1.0: np.ones(10, bool)}) == []


# -- budgets
# -------------------------------------------------------------------------------------------------------
def test_the_best_within_a_budget_by_hand():
    offers = [
        Offer("a", 1, 100, 0.4),
        Offer("a", 2, 180, 0.6),
        Offer("b", 1, 150, 0.6),
        Offer("b", 2, 250, 0.9),
    ]
    assert bracket.best(offers, 200) == offers[2]  # as much as a twice, for less
    assert bracket.best(offers, 149) == offers[0]
    assert bracket.best(offers, 250) == offers[3]
    assert bracket.best(offers, 99) is None
    assert bracket.within({0.0: 5, 1.0: 90, 2.0: 200, 4.0: 400}, 100) == (1.0, 2.0)
    assert bracket.within({0.0: 5}, 1) == (None, 0.0) and bracket.within({0.0: 5}, 9) == (0.0, None)


def test_a_verdict_is_that_of_fresh_seeds():
    def seen(low: float, high: float) -> Fresh:
        return Fresh(0.5, low, high, None, None, 0.5)  # type: ignore[arg-type]

    does, none = Root(2.0, 1.0, 1.0, 4.0), Root(None, 8.0, 8.0, None)
    said = [verdict(seen(*ends), SURE, does) for ends in ((0.8, 0.9), (0.7, 0.9), (0.5, 0.79))]
    assert said == ["confirmed", "not settled", "refuted"]
    assert verdict(seen(0.1, 0.79), SURE, none) == "no amount does"
    assert verdict(seen(0.1, 0.8), SURE, none) == "none found, not settled"


# -- what is measured
# -------------------------------------------------------------------------------------------------------
def test_counties_are_measured_by_weight():
    """Two villages, weights 3 and 1, two years: one open of weight 3 is .75; public 100 and 300 yuan of two
    years are 50 and 150 a year, .75 x 50 + .25 x 150 = 75; added 8 and 0 of 40 elder-years each: 6 / 40.
    """
    rows = pd.DataFrame(
        {
            "scenario": "a", "arm": "main", "replicate": 0, "kind": ["plain", "craft"],
            "strength": ["weak", "rich"], "weight": [3.0, 1.0], "open_end": [True, False],
            "public_fen": [10_000, 30_000], "added_served_years": [8.0, 0.0], "elder_months": [480, 480],
        }
    )  # fmt: skip
    whole = by_cell(rows, "station", 2).loc[("a", "main", "all", 0)]
    assert (whole["goal"], whole["public"], whole["added"]) == pytest.approx((0.75, 75, 3))
    assert by_cell(rows, "added", 2).loc[("a", "main", "all", 0), "goal"] == pytest.approx(0.15)
    assert by_cell(rows, "station", 2).loc[("a", "main", "rich", 0), "goal"] == 0


def test_factors_scale_the_money_and_the_line_holds_over_the_mix():
    runs = FundedRuns(compose_line(["experiment=what_it_takes", "funding.residual=shared", "size=quick"]))
    twice = runs.scenario(Point("jiangxi", "none", 2.0))
    assert {(one.path, one.op, one.value) for one in twice.modifiers} == {
        ("government.ceiling", "scale", 2.0),
        ("government.operating_envelope", "scale", 2.0),
        ("government.construction_envelope", "scale", 2.0),
    }
    assert twice.parameters.funding.residual == "shared"
    free = FundedRuns(compose_line(["experiment=what_it_takes", "size=quick"]))
    assert free.scenario(Point("jiangxi", "none", 2.0)).parameters.funding.residual.startswith("government")
    assert free.scenario(Point("jiangxi", "none")).modifiers == ()
    assert free.scenario(Point("no_money", "none", 2.0)).parameters.funding.residual == "none"


@pytest.mark.parametrize(
    "word, said", [("target=1.5", "allowed"), ("sure=0.2", "allowed"), ("outcome=stations", "unknown")]
)
def test_settings_out_of_range_are_refused(word, said):
    with pytest.raises(Mistake, match=said):
        compose_line(["experiment=what_it_takes", word])


# -- whole studies
# -------------------------------------------------------------------------------------------------------
def study(folder: Path, *words: str) -> Path:
    """The folder of a tiny study."""
    assert run.main(["experiment=what_it_takes", *FEW, *TINY, f"out={folder}", *words]) == 0
    return next(iter((folder / "what_it_takes").iterdir()))


@pytest.mark.slow
def test_a_tiny_study_answers_the_same_twice_and_goes_on(tmp_path):
    """The same bytes from nothing, and from half its runs."""
    one = study(tmp_path / "one", "budget=1000000")
    said = json.loads((one / "findings.json").read_text(encoding="utf-8"))
    assert len(said["sentences"]) == 3 and "what-if" in " ".join(said["limits"])
    assert (one / "findings.zh.json").exists() and (one / "figures" / "frontier.png").exists()
    other = study(tmp_path / "two", "budget=1000000")
    for name in ("findings.json", "summary.csv", "figures/frontier.png"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    before = Results(other).manifest["sha256"]["results"]
    parts = sorted((other / "runs").glob("*.parquet"))
    assert len(parts) > 1
    parts[-1].unlink()
    study(tmp_path / "two", "budget=1000000")
    assert Results(other).manifest["sha256"]["results"] == before
    assert (one / "findings.json").read_bytes() == (other / "findings.json").read_bytes()


def test_given_villages_are_answered_by_name(tmp_path):
    table = "number,name,kind,strength\n1,East Hill,plain,weak\n2,,scenic,rich"
    words = [f'given.villages="{table}"', "county.villages=2", "county.elders=12", "horizon.end=2025-12"]
    words += ["horizon.spin_up=1", "seeds=4", "outcome=table", "target=1", f"out={tmp_path}"]
    assert run.main(["experiment=what_it_takes", *FEW, *words]) == 0
    folder = next(iter((tmp_path / "what_it_takes").iterdir()))
    found = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    (by_name,) = [one for one in found["tables"] if one["title"] == "Village by village"]
    assert found["sentences"][0].startswith("No amount up to 8 times")
    assert not any("at the answer" in head for head in by_name["columns"])
    assert by_name["columns"][-2] == "seeds with meals at 8 times the money, %"
    assert by_name["note"].startswith("No amount was found to be enough. Shown is ")
    assert [row[0] for row in by_name["rows"]] == ["1 East Hill", "2"]
    assert tables.MOST_VILLAGES >= 175
