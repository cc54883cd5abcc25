"""The first two pages: counted by hand, and two pages when printed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from experiments.report import first_pages, style
from experiments.study.findings import Findings
from sim.state.parameters import Parameters

NONE = {"cause": 0, "solvent": True, "hours_met": True, "visits_met": True, "weight": 1.0, "arm": "main"}


def villages(kind: str, judged: list[str], count: int, seeds: int = 2) -> list[dict[str, Any]]:
    """`count` villages a seed of a kind, whose classes repeat; open at the end where viable."""
    return [
        {
            **NONE,
            "scenario": "a",
            "kind": kind,
            "replicate": seed,
            "village": i,
            "judged": judged[i % len(judged)],
            "open_end": judged[i % len(judged)] == "viable",
            "open_months": 0 if judged[i % len(judged)] == "never_opened" else 12,
        }
        for seed in range(seeds)
        for i in range(count)
    ]


def test_kinds_of_villages_by_hand():
    """Ten plain stations, half viable, get an interval; scenic has four services, nine tenths too few."""
    rows = pd.DataFrame(villages("plain", ["viable", "does_not_pay"], 6) + villages("scenic", ["viable"], 2))
    table = first_pages.which(rows, "four payers")
    plain, scenic = table.rows
    assert plain[0] == "plain" and plain[1].startswith("50 (") and plain[2].startswith("50 (")
    assert plain[3] == "does not pay 100 %"
    assert scenic == ["scenic", "100", "100", ""]


def test_villages_by_name_from_the_worst():
    rows = pd.DataFrame(villages("plain", ["viable"], 1) + villages("plain", ["never_opened"], 1))
    rows["village"] = [1, 1, 2, 2]
    parameters = Parameters().replace({"county.villages": 2, "given.villages": "number,name\n1,East\n2,\n"})
    table = first_pages.which(first_pages.with_names(rows, parameters), "four payers")
    assert [row[:3] for row in table.rows] == [["village 2", "0", "0"], ["East", "100", "100"]]
    assert table.columns[0] == "village"


def kept(runs: list[tuple[str, str, int]], **more: Any) -> Any:
    """A study with these runs (scenario, arm, replicate)."""
    frame = pd.DataFrame(runs, columns=["scenario", "arm", "replicate"])
    plain = {"configuration": {"draws": "prior"}, "summary": pd.DataFrame(), "table": lambda name: frame}
    return cast(Any, SimpleNamespace(**plain | more))


def test_runs_seeds_and_reruns_are_told_apart():
    """2 plans x 3 seeds, 4 fresh, 3 + 4 of the reference under both, 2 reruns, 1 of another arm: 20 runs."""
    runs = [(plan, "main", seed) for plan in "ab" for seed in range(3)]
    runs += [("a", "fresh", seed) for seed in range(4)] + [("reference", "fresh", seed) for seed in range(4)]
    runs += [("reference", "main", seed) for seed in range(3)] + [("a", "relief:money", 0)] * 2
    runs += [("a", "another", 0)]
    said = first_pages.counted(kept(runs))
    assert said.startswith("20 runs: 6 are 2 plans under 3 seeds each")
    for part in ("4 under fresh seeds", "7 of the county without", "2 reruns", "1 of other arms"):
        assert part in said
    with style.speaking("zh"):
        assert first_pages.counted(kept(runs)).startswith(
            "共 20 次运行：2 个方案、每个 3 个随机种子，计 6 次"
        )


def test_one_plan_is_no_plans():
    runs = [("a", "main", seed) for seed in range(3)]
    assert first_pages.counted(kept(runs)).startswith("3 runs: 3 are 1 plan under 3 seeds (a seed")
    with style.speaking("zh"):
        assert "1 个方案、3 个随机种子" in first_pages.counted(kept(runs))


def test_a_long_sentence_is_cut_at_a_comma():
    short = "a" * first_pages.LONGEST
    assert first_pages.shortened(short) == short
    cut = first_pages.shortened("word, " * 100)
    assert cut.endswith("word …") and len(cut) <= first_pages.LONGEST + 2


def test_money_by_hand():
    """Two villages, two years: 400 + 0 yuan a village in seed 0, 800 + 0 in seed 1, so 100 and 200 a year."""
    rows = pd.DataFrame(
        {
            "replicate": [0, 0, 1, 1],
            "weight": 1.0,
            "public_fen": [40_000, 0, 80_000, 0],
            "cost_fen": [10_000, 0, 10_000, 0],
            "unpaid_fen": [0, 0, 500, 0],
        }
    )
    assert first_pages.yearly(rows, "public_fen", 2.0).startswith("150 (")
    assert first_pages.unpaid_share(rows) == "2.5"  # 500 of 20,000


def test_nothing_added_has_no_price():
    rows = {"panel": "p", "funding": ["x", "y"], "business": "none", "public_added": [12.0, 3.0]}
    found = first_pages.added_cost(pd.DataFrame(rows | {"added": [4.0, 0.0]}))
    assert found == {"p/x/none": "12", "p/y/none": "–"}


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_what_to_watch_belongs_to_what_fails(code):
    causes = pd.Series({"closed: money": 3.0, "never opened": 2.0, "closed: helpers": 1.0})
    with style.speaking(code):
        said = first_pages.watch(causes)
    assert len(said) == 3  # money, helpers, and that it was not measured
    assert "pathways" in said[-1]
    with style.speaking(code):
        assert first_pages.watch(pd.Series({"never opened": 2.0})) == []


def test_luck_alone_is_said():
    said = first_pages.sure(
        kept([], configuration={"draws": "none"}), Findings("q", ["s"], verdict="undecided")
    )
    assert "undecided" in said[0] and any("luck alone" in text for text in said)
