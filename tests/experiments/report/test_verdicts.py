"""The page of verdicts: every question has a row, and its words are those of the declaration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.comparison import NULL, WRITTEN, Question, differ
from experiments.report import verdicts


def test_every_question_has_its_row_in_the_words_of_its_declaration():
    """Run the question again where this fails, then `python -m experiments.report.verdicts <folder>`."""
    assert verdicts.differing(verdicts.kept()) == []


def test_a_question_without_row_or_with_other_words_is_named():
    rows = verdicts.kept()
    assert verdicts.differing(rows[rows["experiment"] != "q3"]) == ["q3"]
    rows.loc[rows["experiment"] == "q10", "hypothesis"] = "Something else."
    assert verdicts.differing(rows) == ["q10"]


def test_figures_and_verdict_of_a_finished_study_by_hand():
    """Effects 0.1, 0.2, 0.3 as written: mean 0.2, half-width 4.303 x 0.1 / sqrt(3) = 0.2484; none in the null
    arm.
    """
    question = Question(
        "Q?", "H.", "because", {"a": {}, "b": {}}, expected=(differ("b > a", "viable", "b", "a"),),
        null={"timebank.on": False},
    )  # fmt: skip
    levels = {
        (WRITTEN, "b"): [0.1, 0.2, 0.3],
        (WRITTEN, "a"): [0, 0, 0],
        (NULL, "a"): [0] * 3,
        (NULL, "b"): [0] * 3,
    }
    places = [(*key, "all", at, value) for key, values in levels.items() for at, value in enumerate(values)]
    values = pd.DataFrame(places, columns=[*verdicts.INDEX, "viable"]).set_index(verdicts.INDEX).sort_index()
    manifest = {"overrides": ["experiment=q0", "size=quick"]}
    (row,) = verdicts.rows_of("q0", question, manifest, values).itertuples()
    assert (row.effect, row.low, row.high) == pytest.approx((0.2, -0.0484, 0.4484), abs=1e-4)
    assert (row.verdict, row.state, row.fails_in) == ("undecided", "open", "for comparison")
    assert (row.seeds, row.size, row.command) == (3, "quick", "python run.py experiment=q0 size=quick")
    assert verdicts.amount(row) == "20 (-4.84 to 44.8) points"
    assert np.isclose(row.least, 0.01)
