"""Arms against one baseline.

Measures and effects by hand, parts found from the declarations, the three experiments end to end.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from runs import county_bytes, differences, small

import run
import sim
from experiments import against_baseline, outcomes, statistics
from experiments.arms import PLAIN, Arm, fitting
from experiments.command.scenario import compose_line, known
from experiments.command.settings import options
from experiments.outcomes import AGAINST_BASELINE
from experiments.report.documents import ANNEX, ROOT
from experiments.studies import ablation, null_arms
from experiments.studies.null_arms import flip, judge, overall, zero_margin
from experiments.study.findings import Findings
from experiments.study.store import Results
from sim.parts.shocks import KINDS
from sim.start.tables import lognormal_quantiles
from sim.state.parameters import Parameters

TINY = [
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "workers=1",
    "progress=false",
]


def village_rows(scenario: str, replicate: int, viable: bool, **more: float) -> dict[str, Any]:
    plain = {
        "eligible_minutes": 100,
        "mutual_minutes": 40,
        "visits_made": 30,
        "visits_due": 60,
        "loneliness_sum": 12.0,
        "elder_months": 48,
        "public_fen": 50_000,
        "elder_years_helped": 5.0,
        "level_end": int(viable),
        "added_served_years": 2.0,
        "added_public_fen": 60_000,
    }
    return {
        "scenario": scenario,
        "replicate": replicate,
        "verdict": "viable" if viable else "closed",
        "weight": 1.0,
        **plain,
        **more,
    }


# -- measures and effects, by hand
# -------------------------------------------------------------------------------------
def test_measures_are_ratios_of_weighted_sums() -> None:
    rows = pd.DataFrame(
        [
            village_rows("baseline", 0, True),
            village_rows(
                "baseline",
                0,
                False,
                weight=3.0,
                mutual_minutes=80,
                visits_due=20,
                visits_made=20,
                public_fen=10_000,
            ),
        ]
    )
    found = outcomes.against_baseline(rows).loc[("baseline", 0)]
    assert found["viable"] == 25.0 and found["open"] == 25.0
    assert math.isclose(found["unmet"], 100 * (60 + 3 * 20) / 400)
    assert math.isclose(found["visits"], 100 * (30 + 3 * 20) / (60 + 3 * 20))
    assert math.isclose(found["loneliness"], 25.0)
    assert math.isclose(found["cost"], (500 + 3 * 100) / 20)
    assert math.isclose(found["added"], 2.0) and math.isclose(found["public_added"], 300.0)


def test_what_cannot_be_divided_is_missing_and_not_zero() -> None:
    found = outcomes.against_baseline(
        pd.DataFrame([village_rows("baseline", 0, True, visits_due=0, visits_made=0, elder_years_helped=0.0)])
    )
    assert found[["visits", "cost"]].isna().all(axis=None) and found["unmet"].iloc[0] == 60.0


def test_an_effect_is_the_mean_of_paired_differences() -> None:
    """Unmet 60 in the baseline; 50, 40, 45 in the arm: -10, -20, -15, mean -15, sd 5, t(2) half-width
    4.302653 x 5 / sqrt 3.
    """
    rows = [village_rows("baseline", i, True) for i in range(3)] + [
        village_rows("a", i, True, mutual_minutes=x) for i, x in enumerate((50, 60, 55))
    ]
    table = against_baseline.effects(
        outcomes.against_baseline(pd.DataFrame(rows)), [PLAIN, Arm("a", "the arm")]
    )
    one = table[table["measure"] == "unmet"].iloc[0]
    half = 4.302653 * 5 / math.sqrt(3)
    assert (
        math.isclose(one["effect"], -15)
        and math.isclose(one["low"], -15 - half, rel_tol=1e-6)
        and one["seeds"] == 3
    )
    assert (table[table["measure"] != "unmet"]["effect"] == 0).all() and not table["clear"][
        table["measure"] != "unmet"
    ].any()


def test_p_values_by_hand() -> None:
    """1, 2, 2, 3: mean 2, sd 0.8165, t = 4.899 at 3 degrees of freedom, p = 0.0163; no difference is no
    evidence.
    """
    assert math.isclose(statistics.p_value(np.array([1.0, 2.0, 2.0, 3.0])), 0.01627, abs_tol=1e-4)
    assert (
        statistics.p_value(np.zeros(5)) == 1.0
        and statistics.p_value(np.full(5, -2.0)) == 1 / 16
        and math.isnan(statistics.p_value(np.array([3.0])))
    )


def test_an_arm_may_be_compared_with_another_than_the_baseline() -> None:
    """Unmet 60, 50 with a part, 30 with a switch of that part on top: the switch does -20."""
    rows = [
        village_rows(s, i, True, mutual_minutes=x)
        for s, x in (("baseline", 40), ("a", 50), ("b", 70))
        for i in range(2)
    ]
    table = against_baseline.effects(
        outcomes.against_baseline(pd.DataFrame(rows)), [PLAIN, Arm("a", "a"), Arm("b", "b", against="a")]
    )
    assert table[table["measure"] == "unmet"]["effect"].tolist() == [-10.0, -20.0]
    assert against_baseline.idle(
        pd.DataFrame(
            [village_rows(s, 0, True, mutual_minutes=x) for s, x in (("baseline", 40), ("a", 50), ("b", 50))]
        ),
        [PLAIN, Arm("b", "b", against="a")],
    ) == ["b"]


def test_an_arm_that_is_the_baseline_to_the_last_digit_is_named() -> None:
    rows = pd.DataFrame(
        [
            village_rows(s, 0, True, extra=x)
            for s, x in (("baseline", 1.0), ("same", 1.0), ("other", 1.0 + 1e-12))
        ]
    )
    arms = [PLAIN, Arm("same", "same"), Arm("other", "other")]
    assert against_baseline.idle(rows, arms) == ["same"]


def test_larger_clear_effects_stand_higher() -> None:
    cells = [
        {"arm": a, "label": a, "measure": "viable", "effect": e, "clear": c}
        for a, e, c in (("small", 1.0, True), ("unclear", 9.0, False), ("large", -5.0, True))
    ]
    assert against_baseline.ordered(pd.DataFrame(cells)) == ["large", "small", "unclear"]


def test_arms_that_do_not_fit_are_left_out_with_the_reason() -> None:
    good, refused = fitting(
        Parameters(), [Arm("a", "a", {"funding.share_society": 0.9}), Arm("b", "b", {"canteen.food": 3.0})]
    )
    assert [x.name for x in good] == ["b"] and "must sum to 1" in refused[0]


# -- ablation
# ----------------------------------------------------------------------------------------------------------
def test_every_switch_and_every_choice_that_can_be_off_is_an_arm() -> None:
    found = {
        path for arm in ablation.arms(Parameters()) for path in arm.changes if arm.label not in ablation.SIZED
    } - {"participation.stipend", "clearing.settle_price"}
    found = {path for path in found if not path.startswith("shocks.") or path == "shocks.on"}
    wanted = {p for p, d in known().items() if d.kind is bool or ablation.off_word(d)} - set(
        ablation.NOT_PARTS
    )
    assert found == wanted and {"canteen.on", "business.kind", "funding.rule", "operation.way"} <= found


def test_what_is_on_goes_off_and_what_is_off_goes_on() -> None:
    by = {
        arm.name: arm
        for arm in ablation.arms(Parameters().replace({"shocks.on": False, "business.kind": "tourism"}))
    }
    assert by["canteen.on=false"].label == "without canteen" and by["canteen.on=false"].changes == {
        "canteen.on": False
    }
    assert by["shocks.on=true"].label == "added: shocks"
    both = by["homes.together=true"]  # a switch that acts on homes, which are off: compared with homes alone
    assert (
        both.changes == {"homes.on": True, "homes.together": True} and both.against == "homes.on=true" in by
    )
    assert by["participation.crowding_out=true"].against == "participation.stipend=2.0" in by
    assert by["business.kind=none"].label == "without business: kind" and "business.kind=tourism" not in by


def test_every_mechanism_of_the_map_has_an_arm_and_every_shock_one_of_its_own() -> None:
    """M1 to M30 by the map of parts in docs/odd/annex_f.md.

    Id -> sections; the three businesses by their kind, the shocks by their chance.
    """
    text = (ROOT / f"{ANNEX}f.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (M\d+) \|[^|]*\|[^|]*\| ([\w, ]+) \|", text, re.MULTILINE)
    arms = ablation.arms(Parameters())
    touched = {path.partition(".")[0] for arm in arms for path in arm.changes}
    assert [name for name, _ in rows] == [f"M{n}" for n in range(1, 31)]
    assert [name for name, sections in rows if not set(sections.split(", ")) & touched] == []
    assert {"tourism", "agriculture", "handicraft"} <= {arm.changes.get("business.kind") for arm in arms}
    alone = [
        path for arm in arms for path in arm.changes if path.startswith("shocks.") and path != "shocks.on"
    ]
    assert sorted(alone) == sorted(f"shocks.{kind}" for kind in KINDS) and len(alone) == 9
    assert fitting(Parameters(), arms)[1] == []  # all fit the baseline


def test_a_shock_to_a_business_is_compared_with_the_business_and_a_size_that_holds_is_no_arm() -> None:
    by = {arm.name: arm for arm in ablation.arms(Parameters().replace({"organisation.posts": 2}))}
    assert by["shocks.price_crash=0.5"].changes == {"business.kind": "agriculture", "shocks.price_crash": 0.5}
    assert (
        by["shocks.price_crash=0.5"].against == "business.kind=agriculture" in by
        and "organisation.posts=2" not in by
    )


def folder_of(tmp_path: Any, name: str) -> Any:
    (found,) = (tmp_path / "results" / name).iterdir()
    return found


@pytest.mark.parametrize("words", [[], ["draws=true", "policy=oldest_free"]])
def test_the_ablation_tells_what_each_part_does(
    words: list[str], tmp_path: Any, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    every, some = (
        ablation.arms,
        ("visits.on", "canteen.on", "homes.on", "homes.together", "timebank.on", "funding.rule"),
    )
    monkeypatch.setattr(
        ablation, "arms", lambda p: [arm for arm in every(p) if set(arm.changes) & set(some)]
    )  # for time
    assert run.main(["experiment=ablation", "seeds=2", *TINY, *words]) == 0
    text, folder = capsys.readouterr().out, folder_of(tmp_path, "ablation")
    found = Findings.load(folder)
    assert len(found.sentences) == 3 and found.verdict in ("supported", "not supported")
    assert (
        "added: homes: together (to homes) (small remote groups may move in together" in found.sentences[2]
    )  # no home is built in a year
    labels = [row[0] for row in found.tables[0].rows]
    assert labels[0] == "baseline" and len(labels) == 1 + len(some)
    assert (folder / "figures" / "ablation.png").stat().st_size > 10_000 and "without canteen" in text
    runs = Results(folder).runs()
    assert (runs["error"] == "").all() and runs.groupby("replicate")["seed"].nunique().eq(1).all()
    table = pd.read_csv(folder / "summary.csv")
    assert set(table["measure"]) == set(AGAINST_BASELINE)
    off = table[(table["arm"] == "visits.on=false") & (table["measure"] == "visits")]
    assert off["effect"].isna().all()  # no visit is due


# -- policies
# ----------------------------------------------------------------------------------------------------------
def test_each_policy_is_compared_with_none_and_several_with_all_together(
    tmp_path: Any, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    tiny = [w for w in TINY if not w.startswith(("horizon.end", "county.elders"))]
    assert (
        run.main(
            [
                "experiment=policies",
                "seeds=2",
                "draws=none",
                "horizon.end=2026-12",
                "policy=[oldest_free,taper_2027]",
                *tiny,
                "county.facility_share=1.0",
                "county.elders=40",
            ]
        )
        == 0
    )
    folder = folder_of(tmp_path, "policies")
    found = Findings.load(folder)
    assert {row[0] for row in found.tables[0].rows} == {
        "baseline",
        "oldest free",
        "taper 2027",
        "all of these together",
    }
    assert (
        "taper 2027" in found.sentences[2].partition("Without any effect:")[2]
    )  # it starts when the run is over
    assert {row[0] for row in found.tables[1].rows} == {"oldest free", "taper 2027"}
    runs = Results(folder).runs()
    assert (
        runs.groupby("scenario")["digest"].nunique().eq(1).all() and runs["digest"].nunique() == 5
    )  # with the reference


def test_all_ready_policies_are_compared_when_none_is_named() -> None:
    from experiments.studies.policies import arms

    assert [arm.name for arm in arms(compose_line(["experiment=policies"]))] == list(options()["policy"])


# -- null arms
# ---------------------------------------------------------------------------------------------------------
def test_a_sign_flips_where_the_line_crosses_zero() -> None:
    assert flip([0.0, 0.5, 1.0], [2.0, 1.0, -3.0]) == 0.625
    assert flip([0.0, 1.0], [2.0, 1.0]) is None and flip([0.0, 1.0], [-1.0, 3.0]) == 0.25


def test_a_claim_is_built_in_when_a_null_arm_still_shows_it() -> None:
    assert (
        judge(1, [0, 0]) == "supported"
        and judge(1, [0, 1]) == "built in"
        and judge(-1, [0]) == "not supported"
        and judge(0, [0]) == "undecided"
    )
    assert (
        judge(-1, [1]) == "not supported" and judge(0, [1]) == "undecided"
    )  # what does not stand cannot be built in
    assert (
        overall(["supported", "built in"]) == "built in"
        and overall(["supported", "supported"]) == "supported"
    )


def test_prices_without_margin_by_hand() -> None:
    """A visit: 12 minutes at 8 yuan an hour and 10 yuan of fixed cost, 35 % variable; a mu; a worker's
    month.
    """
    found = zero_margin(Parameters())
    assert math.isclose(found["tourism.spend"], (1.6 + 10) / 0.65)
    assert math.isclose(found["agriculture.sales"], 1500 + 850 + 600 + 20_000 / 60)
    assert math.isclose(
        found["handicraft.sales"], (600 + 50) / 0.7 / 1.103
    )  # 0.1 by circles, 0.15 x 20 visitors / 1,000
    assert Parameters().replace(found).tourism.volatility == 0.05
    low = zero_margin(Parameters().replace({"tourism.fixed": 10_000.0, "tourism.visitors": 60_000.0}))
    assert low["tourism.spend"] == 10.0  # 2.7 yuan would do, 10 is the least allowed


def correlated(share: float, villages: int = 4, months: int = 36, **more: Any) -> sim.MutualAidModel:
    quiet = {
        "shocks.on": False,
        "society.visibility": 0.0,
        "plan.appeal": False,
        "funding.payer_correlation": share,
        "county.facility_share": 1.0,
        **more,
    }
    model = small(quiet, villages=villages, seed=3)
    model.run(months)
    return model


def test_without_correlation_nothing_is_shared_and_nothing_changes() -> None:
    plain, zero = small(villages=3, seed=4), small({"funding.payer_correlation": 0.0}, villages=3, seed=4)
    for m in (plain, zero):
        m.run(14)
    assert differences(county_bytes(plain), county_bytes(zero)) == []
    assert not zero.series.state["shares_news"].any() and not zero.series.state["common_news"].any()


def test_wholly_shared_luck_is_the_countys_budget_in_every_purse() -> None:
    model = correlated(1.0)
    s, p = model.series, model.parameters
    january = s.state[12]
    z = january["common_news"]
    assert len(set(z.tolist())) == 1 and (january["shares_news"] == 1).all()
    expected = p.collective.persistence * s.state[11]["income_news"] + p.collective.volatility * z
    assert np.allclose(january["income_news"], expected, rtol=1e-12)
    assert math.isclose(
        model.county.factor[0],
        max(1 + p.government.volatility * s.state[-1]["common_news"][0], 0.1),
        rel_tol=1e-12,
    )


def test_gifts_of_a_year_of_shared_luck_have_the_size_of_its_news() -> None:
    """Gift = pledge / chance x the quantile of the year's news; chance is 2 gifts a year over 12 months."""
    s = correlated(1.0).series
    gifts, pledged = s.amount("paid_society"), s.flow["pledged"][:, :, 3]
    sizes = lognormal_quantiles(1.2)
    from scipy.stats import norm

    seen = 0
    for t, v in zip(*np.nonzero(gifts), strict=True):
        place = min(int(norm.cdf(s.state["common_news"][t, v]) * 256), 255)
        assert abs(gifts[t, v] - pledged[t, v] * 6 * sizes[place]) <= 1 + 1e-9 * gifts[t, v]
        seen += 1
    assert seen > 5


def test_luck_is_shared_as_often_as_declared() -> None:
    """40 villages x 10 years at 0.3.

    120 of 400, sd 9.2; four standard errors, a chance of 6 in 100,000 to fail.
    """
    s = correlated(0.3, villages=40, months=120, **{"county.elders": 20}).series
    assert abs(int(s.state["shares_news"][::12].sum()) - 120) < 4 * 9.17


def test_the_null_arms_give_a_verdict(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(null_arms.CORRELATIONS, "quick", (0.0,))  # for time
    assert run.main(["experiment=null_arms", "size=quick", "seeds=2", *TINY]) == 0
    folder = folder_of(tmp_path, "null_arms")
    found = Findings.load(folder)
    assert (
        found.verdict in ("supported", "not supported", "built in", "undecided")
        and found.hypothesis
        and found.built_in
    )
    assert len(found.sentences) == 3 and len(found.tables) == 2 and "by villages viable" in found.sentences[2]
    assert json.loads((folder / "manifest.json").read_text())["failed"] == 0
    assert (
        folder / "figures" / "null_arms.png"
    ).stat().st_size > 10_000 and "payers alike" in capsys.readouterr().out
    villages = Results(folder).villages().set_index("scenario")
    alike = [villages.loc[f"practised/alike/{m}"] for m in ("four", "government", "families")]
    for other in alike[1:]:  # payers that do not differ: only the fen of rounding tells who paid
        assert (other["verdict"].to_numpy() == alike[0]["verdict"].to_numpy()).all()
        assert np.allclose(other["mutual_minutes"], alike[0]["mutual_minutes"])


def test_every_null_arm_is_named_once() -> None:
    for size in null_arms.SIZES:
        names = [arm.name for arm in null_arms.arms(size)]
        assert len(names) == len(set(names)) == 2 * 5 * (1 + len(null_arms.CORRELATIONS[size])) + 2 * 5
