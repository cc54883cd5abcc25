"""Tables of docs/odd: those of the core, a table a submodel, and the big ones as CSV beside the pages.

The core holds what a rule of the default county reads; parameters.csv holds all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from sim.engine.randomness import PURPOSES
from sim.schedule import HEADINGS, MONTH
from sim.state.fields import COLUMNS, FLOWS, STATES, Column
from sim.state.ledger import POSTINGS
from sim.state.parameters import GRADES, SECTIONS, Declaration, Parameters, declarations

from ..study.draws import rests
from .break_even import table

FOLDER = Path(__file__).resolve().parents[2] / "docs/odd"
CORE = "docs/odd/core.md"
# Table of the core -> the sections that it lists; every section that acts by default stands in one table
SUBMODELS = {
    "start": "horizon county given",
    "prices": "economy timeuse",
    "people": "demography health",
    "needs": "needs choice public_care",
    "help": "neighbours visits matching",
    "canteen": "canteen",
    "timebank": "timebank trust",
    "acceptance": "acceptance",
    "participation": "participation",
    "facilities": "facilities",
    "funding": "funding credit",
    "payers": "government collective families society business",
    "plan": "plan solvency",
    "station": "station",
    "organisation": "organisation operation",
    "shocks": "shocks",
    "measures": "viability reported",
}
# File of a part without a switch of its own -> the setting that turns it off, and how it stands then
GIVEN: dict[str, tuple[str, object]] = {
    **dict.fromkeys(
        ("business", "business_course", "tourism", "agriculture", "handicraft"), ("business.kind", "none")
    ),
    "party": ("organisation.party", False),
    "agreements": ("organisation.agreements", False),
    "convention": ("organisation.conventions", False),
    "public_care": ("public_care.level", "none"),
    "solvency": ("plan.on", True),  # the former ladder
}
MANY_WORDS = 4  # from which on a choice is given by the number of its words
Rows = list[list[str]]


def value(of: object) -> str:
    """A value as the tables print it."""
    if isinstance(of, bool):
        return "on" if of else "off"
    return f"{of:.12g}" if isinstance(of, int | float) else str(of)


def acting() -> list[Declaration]:
    """What a rule of the default county reads, in the order of the declarations."""
    flat = Parameters().flat()
    return [declared for declared in declarations().values() if not rests(declared.path, flat)]


def submodel_of(path: str) -> str:
    """The table of the core that a section stands in; empty for one that is off by default."""
    section = path.partition(".")[0]
    return next((name for name, sections in SUBMODELS.items() if section in sections.split()), "")


def span(declared: Declaration) -> str:
    """The range in short: two ends, or words."""
    if declared.low is None or declared.high is None:
        words = declared.choices
        return f"one of {len(words)}" if len(words) > MANY_WORDS else ", ".join(words)
    return f"{value(declared.low)} to {value(declared.high)}"


def evidence(declared: Declaration) -> str:
    """Grade and source; the grade alone where the source is an assumption and no more."""
    return declared.grade if declared.source == "assumption" else f"{declared.grade}: {declared.source}"


def submodel(name: str) -> str:
    """Parameters of one submodel that act by default."""
    sections = SUBMODELS[name].split()
    rows = [
        [
            f"`{one.path}`",
            one.doc,
            value(one.default) or "none",
            span(one),
            one.unit,
            evidence(one),
        ]
        for one in acting()
        if one.path.partition(".")[0] in sections
    ]
    return table(["parameter", "what it is", "value", "range", "unit", "grade and source"], rows)


def schedule() -> str:
    """Headings of the month with the processes that act in the default county, in order."""
    by: dict[int, list[str]] = {}
    for row in MONTH:
        if is_active(row.run.__module__):
            by.setdefault(row.heading, []).append(row.name)
    return table(
        ["heading", "processes in order"],
        [[f"{number} {HEADINGS[number - 1]}", "; ".join(names)] for number, names in by.items()],
    )


def is_active(module: str) -> bool:
    """Whether the rows of a part's file act by default.

    By the setting that `GIVEN` names, else by the switch of the section that its name begins with: a file
    beside its part's (clearing_platform, referral_centre) goes with the part.
    """
    stem, flat = module.rpartition(".")[2], Parameters().flat()
    if stem in GIVEN:
        path, off = GIVEN[stem]
        return bool(flat[path] != off)
    return all(
        flat.get(f"{name}.on", True) for name in SECTIONS if stem == name or stem.startswith(f"{name}_")
    )


# -- CSV beside the pages
# -----------------------------------------------------------------------
def fields(registry: dict[str, Column]) -> Rows:
    """Columns, states or indicators."""
    head = [["name", "unit", "stored_as", "what_it_is"]]
    return head + [
        [
            column.name,
            column.unit,
            column.dtype + (f" x {column.shape[0]}" if column.shape else ""),
            column.label,
        ]
        for column in registry.values()
    ]


def month() -> Rows:
    """Every row of the month."""
    return [["heading", "row", "file", "function", "acts_by_default"]] + [
        [
            f"{row.heading} {HEADINGS[row.heading - 1]}",
            row.name,
            f"{row.run.__module__.replace('.', '/')}.py",
            row.run.__name__,
            "yes" if is_active(row.run.__module__) else "no",
        ]
        for row in MONTH
    ]


def postings() -> Rows:
    """Posting kinds with both accounts."""
    return [["kind", "debit", "credit", "unit", "what_it_is"]] + [
        [kind.name, kind.debit, kind.credit, kind.unit, kind.label] for kind in POSTINGS.values()
    ]


def purposes() -> Rows:
    """One line a decision that draws; tests declare purposes of their own."""
    named = sorted((name, number) for number, name in PURPOSES.items() if not name.startswith("tests."))
    return [["purpose", "number"]] + [[name, f"{number}"] for name, number in named]


def parameters() -> Rows:
    """Every parameter; those of the default county name their table of the core."""
    head = ["path", "value", "unit", "range", "scale", "grade", "source", "what_it_is", "in_a_fork"]
    on = {one.path for one in acting()}
    return [[*head, "acts_by_default", "table"]] + [
        [
            one.path,
            value(one.default),
            one.unit,
            ", ".join(one.choices) if one.choices else span(one),
            one.scale if one.varied else "",
            one.grade,
            one.source,
            one.doc,
            "may change" if one.live else "fixed",
            "yes" if one.path in on else "no",
            submodel_of(one.path) if one.path in on else "",
        ]
        for one in declarations().values()
    ]


CSVS: dict[str, Callable[[], Rows]] = {
    "columns": partial(fields, COLUMNS),
    "states": partial(fields, STATES),
    "indicators": partial(fields, FLOWS),
    "month": month,
    "postings": postings,
    "purposes": purposes,
    "parameters": parameters,
}


def written(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def csv_path(name: str) -> Path:
    """Where a table stands."""
    return FOLDER / f"{name}.csv"


def stale() -> list[str]:
    """Names of the CSV files that differ from what the code says."""
    return [
        csv_path(name).name
        for name, make in CSVS.items()
        if not csv_path(name).exists() or csv_path(name).read_text(encoding="utf-8") != written(make())
    ]


def write() -> None:
    """Bring every CSV up to date."""
    for name, make in CSVS.items():
        csv_path(name).write_text(written(make()), encoding="utf-8")


def summary() -> str:
    """How many parameters there are, and what a grade is."""
    grades = "; ".join(f"{grade} {text}" for grade, text in GRADES.items())
    return (
        f"{len(declarations())} parameters in {len(SECTIONS)} sections, of which the default county reads "
        f"{len(acting())}. Grades: {grades}."
    )


BLOCKS: dict[str, Callable[[], str]] = {
    **{f"parameters_{name}": partial(submodel, name) for name in SUBMODELS},
    "schedule": schedule,
}
