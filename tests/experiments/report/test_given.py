"""Reports of villages that were given say so, and tell a station shut before the first month from none."""

from __future__ import annotations

import pandas as pd
import pytest
from runs import parameters

from experiments.dashboard import county_map
from experiments.report import given, page, style, village_table
from experiments.report.marks import ENDED, NOTHING

TABLE = (
    "number,name,door,facility\n"
    "1,甲,shut,yes\n"  # the one that has ended
    "2,乙,open,yes\n"
    "3,丙,shut,no\n"  # of a room that there is not nothing can be shut
    "4,丁,,yes\n"
)
DRAWN = parameters()
GIVEN = parameters({"given.villages": TABLE, "county.villages": 4})


def test_only_a_room_told_shut_has_ended_before_the_first_month():
    assert given.shut_before(GIVEN) == {1}
    assert given.shut_before(DRAWN) == frozenset()
    assert (
        given.shut_before(parameters({"given.villages": "number,name\n1,甲", "county.villages": 1})) == set()
    )
    without_plans = {"given.villages": TABLE, "county.villages": 4, "plan.on": False}
    assert given.shut_before(parameters(without_plans)) == set()  # there standing stations are open


@pytest.mark.parametrize(
    ("code", "wanted", "unwanted"),
    [("en", "the 4 villages that were given", "synthetic"), ("zh", "您提供的 4 个村", "合成")],
)
def test_a_page_of_given_villages_says_what_is_given(code, wanted, unwanted):
    with style.speaking(code):
        said = [page.phrases(GIVEN)["whatif"], page.standing_limits(GIVEN)[0]]
        assert wanted in said[0] and unwanted not in " ".join(said)
        assert unwanted in page.phrases(DRAWN)["whatif"] and unwanted in page.standing_limits(DRAWN)[0]
        for english in (
            "What-if on a synthetic county, not a forecast.",
            "What-if on a synthetic county, to compare arms; levels are not forecasts.",
        ):
            told = given.of_county(english, GIVEN)
            assert unwanted not in told and ("given" in told) == (code == "en")
            assert unwanted in given.of_county(english, DRAWN)


def test_the_table_of_what_was_given_says_how_a_shut_station_is_counted():
    for code, wanted in (("en", "1 station is told shut"), ("zh", "有 1 个站点填写为已关闭")):
        with style.speaking(code):
            shown = given.told_and_drawn(GIVEN)
            assert shown is not None and wanted in shown.note


def rows() -> pd.DataFrame:
    """One seed in which villages 1, 3 and 4 have had no open station, and nothing cost anything."""
    classes = ["never_opened", "viable", "never_opened", "never_opened"]
    flags = {name: [False] * 4 for name in ("solvent", "hours_met", "visits_met")}
    return pd.DataFrame(
        {"village": [1, 2, 3, 4], "replicate": 0, "kind": "plain", "strength": "weak", "judged": classes}
        | {"station_closures": 0, "public_fen": 0.0, "cause": 0}
        | flags
    )


def test_village_by_village_a_station_told_shut_is_not_one_that_never_opened():
    with style.speaking("zh"):
        shown = village_table.by_village(rows(), GIVEN)
    assert shown is not None
    at, why = shown.columns.index("期末类别"), shown.columns.index("不可持续的原因")
    assert [(row[at], row[why]) for row in shown.rows] == [
        ("首月之前已关闭，未再开放", "未再开放"),
        ("可持续", ""),
        ("从未开办", "从未开办"),
        ("从未开办", "从未开办"),
    ]


def test_on_the_map_it_has_ended():
    months = pd.DataFrame(
        [(0, village, month, 0) for village in (1, 2, 3, 4) for month in range(12)],
        columns=["replicate", "village", "month", "level"],
    )
    result = county_map.DraftResult.__new__(county_map.DraftResult)
    for name, value in (("months", months), ("parameters", GIVEN)):
        object.__setattr__(result, name, value)
    assert county_map.services(result, 0).iloc[:, -1].tolist() == [ENDED, NOTHING, NOTHING, NOTHING]
