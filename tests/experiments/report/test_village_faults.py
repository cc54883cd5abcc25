"""Faults of a table of villages in Chinese: whatever the reader of tables says has a pair."""

import re

import pytest

from experiments.command import village_file
from experiments.report.village_faults import in_chinese
from sim.start.village_table import COLUMNS, TEXTS, Fault, read_villages

CHINESE = re.compile(r"[\u4e00-\u9fff]")
READ = [name for name in COLUMNS if name not in (*TEXTS, "number", "township")]


@pytest.mark.parametrize("column", READ)
def test_what_may_stand_in_each_column_is_said_in_chinese(column):
    (fault,) = read_villages(f"number,{column}\n1,?\n").faults
    assert CHINESE.search(in_chinese(fault).allowed) and in_chinese(fault)[:3] == fault[:3]


@pytest.mark.parametrize(
    "text",
    [
        "number\n1\n1\n",
        "number,kind\n1\n",
        "number,colour\n1,red\n",
        "name\nA\n",
        "number\n",
        'number\n"' + "x" * 200_000,
    ],
)
def test_so_is_what_is_wrong_with_the_table(text):
    faults = read_villages(text).faults
    assert faults and all(CHINESE.search(in_chinese(fault).allowed) for fault in faults)


def test_a_column_that_is_there_twice():
    faults = village_file.read_content("村名,名称\n甲,乙\n".encode(), "v.csv").faults
    assert [in_chinese(fault).allowed for fault in faults] == ["只能有一列 name；“村名”也是"]


def test_words_and_hints_by_hand():
    said = in_chinese(Fault(2, "kind", "scenik", "plain, scenic, craft, near_town; did you mean scenic?"))
    words = "普通村（plain）、景区村（scenic）、手艺村（craft）、近郊村（near_town）"
    assert said.allowed == f"{words}；是否为 scenic？"
    assert in_chinese(Fault(2, "a", "b", "something else")).allowed == "something else"
