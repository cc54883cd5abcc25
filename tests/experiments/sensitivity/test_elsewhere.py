"""A table of runs from elsewhere: read column by column, refused in one sentence, analysed as it is."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from experiments.command.settings import Mistake
from experiments.report import style
from experiments.sensitivity import elsewhere, text
from experiments.sensitivity.analysis import analyse
from experiments.sensitivity.designs import pawn
from experiments.sensitivity.table_file import read_table

ROWS = 160
WORDS = ["experiment=sensitivity", "method=pawn", "outcomes=[cost,served]", "progress=false"]


def numbers(seed: int = 1) -> pd.DataFrame:
    """Cost follows the price, served follows the share, both with noise; beds do nothing."""
    rng = np.random.default_rng(seed)
    price, share, beds = 10 * rng.random(ROWS), rng.random(ROWS), 1000 * rng.random(ROWS)
    cost = 3 * price + rng.standard_normal(ROWS)
    served = share + 0.1 * rng.standard_normal(ROWS)
    made = {"price": price, "share": share, "beds": beds, "cost": cost, "served": served}
    return pd.DataFrame(made).assign(place=7, name=[f"run {at}" for at in range(ROWS)])


def written(frame: pd.DataFrame, folder: Path) -> str:
    path = folder / "runs.csv"
    frame.to_csv(path, index=False)
    return str(path)


def test_columns_are_outcomes_inputs_or_left_out_with_the_reason(tmp_path):
    table = read_table(written(numbers(), tmp_path), ["cost", "served"], [], "pawn")
    assert list(table.inputs) == ["price", "share", "beds"] and list(table.outcomes) == ["cost", "served"]
    assert table.left_out == {"place": "the same in every row", "name": "no numbers"}
    assert table.rows == ROWS
    np.testing.assert_allclose(table.inputs["price"], numbers()["price"])
    some = read_table(written(numbers(), tmp_path), ["cost"], ["price", "beds"], "pawn")
    assert list(some.inputs) == ["price", "beds"] and some.left_out["share"] == "not asked for"


def test_ranks_have_the_pawn_of_the_numbers_themselves(tmp_path):
    """Slides hold equal shares of the rows and distances compare orders: no scale enters. The order of rows
    does not either.
    """
    frame = numbers()
    table = read_table(written(frame, tmp_path), ["cost"], [], "pawn")
    design, raw = elsewhere.sample_of(table, "pawn", 3)
    own = pawn(frame[["price", "share", "beds"]].to_numpy(), frame["cost"].to_numpy())
    np.testing.assert_allclose(design.analyse(raw["cost"]).main[:3], own, atol=1e-9)
    grown = frame.assign(price=np.exp(frame["price"]))
    again, raw = elsewhere.sample_of(read_table(written(grown, tmp_path), ["cost"], [], "pawn"), "pawn", 3)
    np.testing.assert_allclose(again.analyse(raw["cost"]).main[:3], own, atol=1e-9)


@pytest.mark.parametrize("method", ["pawn", pytest.param("delta", marks=pytest.mark.slow)])
def test_what_an_outcome_follows_is_named_and_what_does_nothing_is_not(method, tmp_path):
    table = read_table(written(numbers(), tmp_path), ["cost", "served"], [], method)
    found = analyse(*elsewhere.sample_of(table, method, 3))
    assert found.passed("cost") == ["price"] and found.passed("served") == ["share"]


def test_a_table_leaves_findings_in_both_languages_and_no_runs(tmp_path, capsys):
    path = written(numbers(), tmp_path)
    words = [*WORDS, f"data={path}", f"out={tmp_path / 'out'}"]
    assert run.main(words) == 0
    (folder,) = (tmp_path / "out" / "sensitivity").iterdir()
    found = json.loads((folder / "findings.json").read_text())
    assert "cost: price; served: share" in found["sentences"][0]
    assert f"{ROWS} rows of" in found["sentences"][2]
    assert "Column place is left out: the same in every row." in found["limits"]
    assert not any("samples=" in said or "replicates=" in said for said in found["sentences"])
    assert {picture["file"] for picture in found["pictures"]} == {"inputs", "indices", "convergence"}
    summary = pd.read_csv(folder / "summary.csv")
    assert set(summary["outcome"]) == {"cost", "served"} and "dummy" in set(summary["input"])
    chinese = json.loads((folder / "findings.zh.json").read_text())
    assert "每行" not in chinese["sentences"][2] and f"{ROWS} 行" in chinese["sentences"][2]
    assert "未含列 place：各行相同。" in chinese["limits"]
    capsys.readouterr()


def test_a_study_of_a_table_goes_on_only_while_the_table_stays_as_it_was(tmp_path, capsys):
    path = written(numbers(), tmp_path)
    words = [*WORDS, f"data={path}", f"out={tmp_path / 'out'}"]
    assert run.main(words) == 0
    (folder,) = (tmp_path / "out" / "sensitivity").iterdir()
    kept = json.loads((folder / "manifest.json").read_text())["files"]
    assert list(kept) == [path]
    written(numbers(2), tmp_path)
    capsys.readouterr()
    assert path in refused(["resume", f"study={folder}"], capsys)


def test_advice_for_a_table_is_rows(tmp_path):
    table = read_table(written(numbers(), tmp_path), ["cost"], [], "pawn")
    design, raw = elsewhere.sample_of(table, "pawn", 3)
    said = text.verdict("pawn", design.analyse(raw["cost"]), 1, elsewhere=True)
    assert re.search(r"about \d+ rows would do$", said)
    with style.language("zh"), style.speaking("zh"):
        zh = text.verdict("pawn", design.analyse(raw["cost"]), 1, elsewhere=True)
        assert re.search(r"约需 \d+ 行$", zh)


def changed(**cells):
    """The table with some cells written over, as text: column -> (row, what stands there)."""
    frame = numbers().astype(object)
    for name, (row, value) in cells.items():
        frame.loc[row, name] = value
    return frame.to_csv(index=False)


BAD = {
    "empty": (b"", "is empty: a header with the names of columns and a row a run are wanted"),
    "blank": (b"\n \n", "is empty"),
    "only a header": (b"price,cost,served\n", "has 0 rows: method=pawn wants 64 at least"),
    "few rows": (numbers().head(20).to_csv(index=False).encode(), "has 20 rows: method=pawn wants 64"),
    "a missing column": (
        numbers().rename(columns={"cost": "costs"}).to_csv(index=False).encode(),
        "has no column 'cost'; it has 'price', 'share', 'beds', 'costs', 'served', 'place', 'name'; did you "
        "mean costs?",
    ),
    "text among numbers": (
        changed(price=(5, "dear")).encode(),
        "line 7, column 'price': 'dear' is no number",
    ),
    "text in an outcome": (changed(cost=(0, "?")).encode(), "line 2, column 'cost': '?' is no number"),
    "nan": (changed(share=(2, "nan")).encode(), "line 4, column 'share': 'nan'; a finite number is wanted"),
    "infinite": (changed(cost=(2, "inf")).encode(), "line 4, column 'cost': 'inf'; a finite number"),
    "nothing": (changed(beds=(3, "")).encode(), "line 5, column 'beds': nothing stands there"),
    "not UTF-8": ("prix,coût\n1,2\n".encode("latin-1"), "is not a text in UTF-8"),
    "a zero byte": (b"price,cost\n1,\0\n", "is no text: line 2 holds a zero byte"),
    "a short line": (changed().replace("\n", "\n1,2\n", 1).encode(), "line 2: 2 values"),
    "twice": (changed().replace("price,share", "price,price").encode(), "column 'price' is there twice"),
    "no name": (changed().replace("price,", ",", 1).encode(), "column 1 has no name in the header"),
    "our own word": (changed().replace("price,", "dummy,", 1).encode(), "give that one another name"),
    "an open quote": (changed().replace("run 3", '"run 3', 1).encode(), "no CSV"),
    "nothing varies": (
        numbers()[["place", "name", "cost", "served"]].to_csv(index=False).encode(),
        "no column beside 'cost', 'served' is a number that varies",
    ),
}


def refused(words, capsys):
    code = run.main(words)
    out, err = capsys.readouterr()
    assert code == 1 and "Traceback" not in out + err
    (line,) = err.strip().splitlines()
    assert line.startswith("error: ")
    return line


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_does_not_fit_is_refused_in_one_sentence(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    content, sentence = BAD[case]
    Path("runs.csv").write_bytes(content)
    assert sentence in refused([*WORDS, "data=runs.csv"], capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["runs.csv"]  # nothing was begun


WRONG = {
    "no file": (["data=runs.csv"], "runs.csv cannot be read: no such file"),
    "a folder": (["data=."], "cannot be read: it is a folder, a regular file is wanted"),
    "morris": (["data=runs.csv", "method=morris"], "method = morris: it needs the steps of its own design"),
    "sobol": (["data=runs.csv", "method=sobol"], "take method=pawn or method=delta"),
    "no outcome named": (["data=runs.csv", "outcomes=[]"], "outcomes=[name, ...] is wanted"),
    "an outcome twice": (["data=runs.csv", "outcomes=[a,a]"], "outcomes: a is there twice"),
    "a list is wanted": (["data=runs.csv", "outcomes=cost"], "a list is wanted, such as outcomes=[cost]"),
    "outcomes alone": ([], "outcomes: columns of a table are named with data=<file.csv> only"),
    "points of a table": (["data=runs.csv", "samples=64"], "samples: it has no effect with data="),
    "a parameter": (["data=runs.csv", "county.villages=5"], "county.villages: it has no effect with data="),
    "a group": (["data=runs.csv", "business=tourism"], "business: it has no effect with data="),
    "another experiment": (["data=runs.csv", "experiment=baseline"], "does not read it"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_go_with_a_table_is_said(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words, sentence = WRONG[case]
    given = {word.partition("=")[0]: word for word in (*WORDS, *words)}
    assert sentence in refused([*given.values()], capsys)
    assert not list(tmp_path.iterdir())


def test_an_input_is_no_outcome(tmp_path):
    with pytest.raises(Mistake, match=r"inputs: 'cost' is named in outcomes= too"):
        read_table(written(numbers(), tmp_path), ["cost"], ["cost"], "pawn")


def test_a_strangers_name_steers_no_terminal(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("\x1b[2Jprice,cost\n" + "1,2\n" * 70)
    with pytest.raises(Mistake) as said:
        read_table(str(path), ["served"], [], "pawn")
    assert "\x1b" not in str(said.value)
