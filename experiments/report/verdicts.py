"""What came of every question: docs/verdicts.csv, a row an expectation, and the page made from it.

`python -m experiments.report.verdicts results` looks for finished studies of questions below a folder and
keeps the figures of each question's largest; `python -m experiments.report.documents` writes the page.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd

from .. import statistics
from ..arms import ArmRuns
from ..command.catalogue import experiments
from ..comparison import HOLDS, WRITTEN, Compared, Expectation, Question, judge
from .labels import condition_label

KEPT = Path(__file__).parents[2] / "docs" / "verdicts.csv"
INDEX = ["condition", "arm", "cell", "replicate"]
COLUMNS = [
    *("experiment", "verdict", "question", "hypothesis", "because", "expected", "least", "share"),
    *("effect", "low", "high", "state", "fails_in", "seeds", "size", "draws", "command"),
]
DECLARED = ["question", "hypothesis", "because", "expected", "least"]  # words that the declaration holds too


def questions() -> dict[str, Question]:
    """Experiment -> its declaration, of those named q and a number, in their order."""
    found = {}
    for name in sorted((one for one in experiments() if one[1:].isdigit()), key=lambda one: int(one[1:])):
        declared: Callable[[str], Question] = importlib.import_module(experiments()[name].module).question
        found[name] = declared("default")
    return found


def declared_rows(question: Question) -> list[dict[str, Any]]:
    """What the declaration says of each row."""
    return [
        {
            "question": question.question,
            "hypothesis": question.hypothesis,
            "because": question.because,
            "expected": one.text,
            "least": one.least,
        }
        for one in question.tested
    ]


def rows_of(name: str, question: Question, manifest: Mapping[str, Any], values: pd.DataFrame) -> pd.DataFrame:
    """A row an expectation, from the numbers of a finished study: `values` as in its summary.csv."""
    seeds = int(values.index.unique("replicate").size)
    done = Compared(question, cast("ArmRuns", None), values, seeds)
    states = done.states()
    words = dict(word.partition("=")[::2] for word in manifest["overrides"])
    rows = []
    for place, (one, told) in enumerate(zip(question.tested, declared_rows(question), strict=True)):
        fails = [condition for condition, mine in states.items() if mine[place] != HOLDS]
        rows.append(
            {
                "experiment": name,
                "verdict": judge(states),
                **told,
                "share": one.share,
                **_effect(done, one),
                "state": states[WRITTEN][place],
                "fails_in": "; ".join(
                    condition_label(condition) for condition in fails if condition != WRITTEN
                ),
                "seeds": seeds,
                "size": words.get("size", "default"),
                "draws": words.get("draws", "calibrated"),
                "command": "python run.py " + " ".join(manifest["overrides"]),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _effect(done: Compared, one: Expectation) -> dict[str, float]:
    """Mean of what is expected above zero, with its interval."""
    found = statistics.interval(done.effect(one), bounded=False)
    return {"effect": round(found.mean, 5), "low": round(found.low, 5), "high": round(found.high, 5)}


def collect(folder: Path) -> pd.DataFrame:
    """The rows of every question that has a finished study below a folder; of several the most seeds."""
    found: dict[str, pd.DataFrame] = {}
    asked = questions()
    for path in sorted(folder.rglob("manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        name = str(manifest.get("experiment", ""))
        summary = path.with_name("summary.csv")
        if name not in asked or manifest.get("status") != "finished" or not summary.is_file():
            continue
        values = pd.read_csv(summary).set_index(INDEX).sort_index()
        rows = rows_of(name, asked[name], manifest, values)
        if name not in found or rows["seeds"].max() > found[name]["seeds"].max():
            found[name] = rows
    return pd.concat(found.values()) if found else pd.DataFrame(columns=COLUMNS)


def kept() -> pd.DataFrame:
    """The stored rows."""
    return pd.read_csv(KEPT, keep_default_na=False) if KEPT.is_file() else pd.DataFrame(columns=COLUMNS)


def differing(rows: pd.DataFrame) -> list[str]:
    """Questions without a row, or whose stored words are not those of their declaration."""
    wrong = []
    for name, question in questions().items():
        mine = rows[rows["experiment"] == name]
        said = [tuple(map(str, row)) for row in mine[DECLARED].itertuples(index=False)]
        if said != [tuple(str(one[key]) for key in DECLARED) for one in declared_rows(question)]:
            wrong.append(name)
    return wrong


def amount(row: Any) -> str:
    """An effect with its interval; shares in points."""
    scale, unit = (100.0, " points") if row.share in (True, "True") else (1.0, "")
    mean, low, high = (scale * float(value) for value in (row.effect, row.low, row.high))
    return f"{mean:.3g} ({low:.3g} to {high:.3g}){unit}"


def table() -> str:
    """The page: a row a question, and below it each expectation with its figures."""
    rows = kept()
    lines = ["| Q | asked | verdict | seeds | size |", "|---|---|---|---|---|"]
    details = []
    for name, question in questions().items():
        mine = rows[rows["experiment"] == name]
        if mine.empty:
            lines.append(f"| {name[1:]} | {question.question} | not run | | |")
            continue
        first = mine.iloc[0]
        lines.append(
            f"| {name[1:]} | {first.question} | **{first.verdict}** | {first.seeds} | {first['size']} |"
        )
        details += ["", *_detail(name, question, mine)]
    return "\n".join([*lines, *details])


def _detail(name: str, question: Question, rows: pd.DataFrame) -> list[str]:
    first = rows.iloc[0]
    found = [
        f"### Q{name[1:]}. {first.question}",
        "",
        f"Expected: {first.hypothesis} What could build it in: {first.because}.",
        "",
        "| expected | effect (95 %) | at least | as written | fails in |",
        "|---|---|---|---|---|",
    ]
    for row in rows.itertuples():
        least = f"{100 * float(row.least):g} points" if row.share in (True, "True") else f"{row.least:g}"
        fails = row.fails_in or "-"
        found.append(f"| {row.expected} | {amount(row)} | {least} | {row.state} | {fails} |")
    return [*found, "", " ".join([*question.limits, f"`{first.command}`"])]


def main(words: list[str]) -> int:
    """Keep what stands below the folders that are named; rows of other questions stay. Exit code."""
    rows = kept()
    for folder in words or ["results"]:
        found = collect(Path(folder))
        rows = pd.concat([rows[~rows["experiment"].isin(found["experiment"])], found])
    order = {name: place for place, name in enumerate(questions())}
    rows = rows[rows["experiment"].isin(order)]
    rows = rows.sort_values("experiment", key=lambda names: names.map(order), kind="stable")
    KEPT.write_text(rows.to_csv(index=False), encoding="utf-8")
    wrong = differing(rows)
    print(f"no row, or another declaration: {', '.join(wrong)}" if wrong else "up to date")
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
