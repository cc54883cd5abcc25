"""Given villages: what the table says stands in the model, what it leaves blank is drawn as ever, faults
name the cell.
"""

from __future__ import annotations

import numpy as np
import pytest
from runs import county_bytes, differences, parameters, small

from sim.start.village_table import COLUMNS, read_villages
from sim.state.codes import NONE, WORKING
from sim.state.parameters import ParameterError

TABLE = """number,name,kind,strength,facility,leader,association,idle_building,elders,east,north
2,East Gate,craft,rich,yes,no,yes,no,31,12.5,3
1,West Gate,near_town,weak,no,yes,no,yes,44,1,2.25
3,Mill,plain,middle,yes,yes,yes,yes,8,0,0
"""
ALL = (*COLUMNS, "men_60_69", "women_80", "all_70")
BAD = {
    "a word that is no kind": ("number,kind\n1,scenik\n", (2, "kind", "scenik", "scenic")),
    "a word for a number": ("number,elders\n1,many\n", (2, "elders", "many", "1 to 1500")),
    "half a person": ("number,elders\n1,2.5\n", (2, "elders", "2.5", "whole number")),
    "nobody": ("number,elders\n1,0\n", (2, "elders", "0", "1 to 1500")),
    "not a number": ("number,east\n1,nan\n", (2, "east", "nan", "0 to 1000 km")),
    "a number twice": ("number\n1\n1\n", (3, "number", "1", "1 to 2, each once")),
    "a gap in the numbers": ("number\n1\n3\n", (3, "number", "3", "1 to 2")),
    "an unknown column": ("number,elderz\n1,4\n", (1, "elderz", "elderz", "did you mean elders?")),
    "a band of no groups of five": ("number,men_60_66\n1,4\n", (1, "men_60_66", "men_60_66", "once")),
    "half a man": ("number,men_60_69\n1,1.5\n", (2, "men_60_69", "1.5", "whole number")),
    "no month": ("number,opened\n1,2019-13\n", (2, "opened", "2019-13", "YYYY-MM")),
    "too many days": ("number,days\n1,8\n", (2, "days", "8", "1 to 7")),
    "no step": ("number,step\n1,canten\n", (2, "step", "canten", "did you mean canteen?")),
    "money below nought": ("number,cash\n1,-5\n", (2, "cash", "-5", "0 to 100000000 yuan")),
    "a column twice": ("number,east,east\n1,4,4\n", (1, "east", "east", "once")),
    "no numbers": ("elders\n4\n", (1, "number", "", "a column called number")),
    "a row too short": ("number,elders\n1\n", (2, "-", "1 cells", "2 cells")),
    "no village": ("number,elders\n", (1, "-", "number,elders\n", "at least one village")),
    "too much": ("number\n" + "1\n" * 1_600_000, (1, "-", "3200007 characters", "at most 3000000")),
}


def test_given_villages_stand_in_the_model_as_written():
    m = small({"given.villages": TABLE, "horizon.spin_up": 0})
    r = m.world.villages
    assert r.number.tolist() == [1, 2, 3]
    assert (r.kind.tolist(), r.strength.tolist(), r.elders.tolist()) == ([3, 2, 0], [0, 2, 1], [44, 31, 8])
    assert (r.east.tolist(), r.north.tolist()) == ([1, 12.5, 0], [2.25, 3, 0])
    assert r.facility.tolist() == [NONE, WORKING, WORKING]
    assert (r.leader.tolist(), r.association.tolist(), r.idle_building.tolist()) == (
        [1, 0, 1],
        [0, 1, 1],
        [1, 0, 1],
    )
    assert (
        0 <= r.income_rank[0] < 0.40 <= r.income_rank[2] < 0.82 <= r.income_rank[1] < 1
    )  # the bands of weak, middle, rich


def test_blank_cells_are_drawn_as_in_the_synthetic_county():
    plain, listed = (
        small({}).run(6).model,
        small(
            {
                "given.villages": ",".join(ALL)
                + "\n"
                + "".join(f"{n}{',' * (len(ALL) - 1)}\n" for n in (1, 3, 2))
            }
        )
        .run(6)
        .model,
    )
    assert differences(county_bytes(plain), county_bytes(listed)) == []


def test_a_given_village_changes_nothing_in_the_next():
    a, b = (
        small({"given.villages": f"number,elders\n1,{n}\n2,\n3,\n", "county.couplings": False}).run(6).model
        for n in (20, 60)
    )
    assert all(name.startswith("village 1:") for name in differences(county_bytes(a), county_bytes(b)))
    assert differences(county_bytes(a), county_bytes(b))


def test_part_of_the_villages_reads_its_own_rows():
    m = small({"given.villages": TABLE, "horizon.spin_up": 0}, numbers=[3, 2])
    assert m.world.villages.elders.tolist() == [8, 31]


@pytest.mark.parametrize("case", BAD)
def test_every_bad_cell_is_named_with_row_column_and_what_is_allowed(case):
    text, (row, column, value, allowed) = BAD[case]
    fault = read_villages(text).faults[0]
    assert (fault.row, fault.column, fault.value) == (row, column, value) and allowed in fault.allowed
    with pytest.raises(ParameterError, match="given: villages, row"):
        parameters({"county.villages": 1, "given.villages": text})


def test_all_bad_cells_are_found_at_once():
    assert [(f.row, f.column) for f in read_villages("number,kind,elders\n1,x,y\n2,plain,z\n").faults] == [
        (2, "kind"),
        (2, "elders"),
        (3, "elders"),
    ]


def test_the_table_must_fit_the_county():
    for changes, sentence in (
        ({"county.villages": 4}, "county.villages = 3 is wanted"),
        ({"county.villages": 3, "county.stratified": True}, "county.stratified = false"),
        (
            {
                "county.villages": 3,
                "given.villages": "number,elders\n1,1500\n2,\n3,\n",
                "county.helpers_per_elder": 1.7,
            },
            "must not top 4,000",
        ),
    ):
        with pytest.raises(ParameterError, match=sentence):
            parameters({"given.villages": TABLE, **changes})


def test_a_spreadsheet_with_a_byte_order_mark_and_other_line_ends_reads_the_same():
    a, b = read_villages(TABLE), read_villages("\ufeff" + TABLE.replace("\n", "\r\n") + "\r\n,,\r\n")
    assert a.names == b.names == ("West Gate", "East Gate", "Mill") and not a.faults and not b.faults
    assert all(np.array_equal(a.columns[k], b.columns[k]) for k in a.columns)
    assert [*a.columns] == [
        "kind", "strength", "facility", "leader", "association", "idle_building", "elders", "east", "north"
    ]  # fmt: skip
