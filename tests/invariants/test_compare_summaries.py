"""Comparing stored tables: what counts as the same number, and what is said of the first that is not."""

import pytest
from compare_summaries import COMMANDS, KEPT
from kept_tables import added, alike, misses, rounded, rows_of

BEFORE = rows_of("arm,share,cause\nplain,0.123456789012,money\nother,0.5,\n")


@pytest.mark.parametrize(
    "before, now, same",
    [
        ("0.123456789012", "0.123456789013", True), ("0.123456789", "0.123456788", False),
        ("", "", True), ("", "0", False), ("nan", "nan", True), ("money", "Money", False),
        ("0.0", "1e-12", False), ("1", "1.0", True), ("1e9", "1000000000", True),
    ],
)  # fmt: skip
def test_cells_are_alike_in_nine_digits_or_in_their_text(before, now, same):
    assert alike(before, now) is same


@pytest.mark.parametrize(
    "now, said",
    [
        ("arm,share,cause\nplain,0.1234567890124,money\nother,0.5,\n", []),
        ("cause,arm,new,share\nmoney,plain,7,0.123456789012\n,other,7,0.5\n", []),
        (
            "arm,share,cause\nplain,0.123456789012,money\nother,0.6,\n",
            ["row 1 (other), column share: stored 0.5, now 0.6"],
        ),
        ("arm,cause\nplain,money\nother,\n", ["column share is gone"]),
        ("arm,share,cause\nplain,0.123456789012,money\n", ["2 rows stored, 1 now"]),
    ],
)  # fmt: skip
def test_the_cell_that_differs_is_named(now, said):
    assert list(misses(BEFORE, rows_of(now), {})) == said


def test_a_renamed_column_is_found_under_its_name_and_a_new_one_is_told():
    now = rows_of("arm,part,cause,new\nplain,0.123456789012,money,1\nother,0.5,,1\n")
    assert list(misses(BEFORE, now, {"share": "part"})) == []
    assert added(BEFORE, now, {"share": "part"}) == ["new"]


def test_a_table_is_rounded_to_nine_digits():
    assert rounded("a,b\n0.12345678949,x\n2,\n") == "a,b\n0.123456789,x\n2,\n"


def test_a_summary_is_kept_of_every_command():
    assert {path.stem for path in KEPT.glob("*.csv")} == set(COMMANDS)
