"""Write the generated blocks of the documents: `python -m experiments.report.documents`.

A block stands between `<!-- generated: NAME -->` and `<!-- end -->`. Tables come from the declarations, so
that a document never says what the code does not.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from sim.schedule import COUPLINGS
from sim.start import tables
from sim.state.parameters import SECTIONS, Parameters, declarations
from sim.state.yaml12 import load

from ..command import declared
from ..command.scenario import CONFIGS, options, policy
from ..study import draws
from ..study.dials import DIALS
from . import break_even, glossary, odd_tables, xlrm
from .break_even import table

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


class DocumentError(ValueError):
    """A document lacks a block, or has one that nothing makes."""


def dials() -> str:
    """What is drawn as one, and how many are drawn in the default county."""
    drawn = draws.drawn(Parameters())
    uncertain = draws.uncertain()
    rows = [
        [f"`{name}`", " ".join(f"`{word}`" for word in members.split())] for name, members in DIALS.items()
    ]
    return (
        f"{len(uncertain)} of {len(declarations())} parameters are uncertain. In the default county "
        f"{len(drawn)} of them are read and drawn, by {len(draws.dials(drawn))} dials; a parameter of no "
        "dial is its own.\n\n"
    ) + table(["dial", "moves (a minus: high where the others are low)"], rows)


def ready_policies() -> str:
    """Ready policies: clause, what they are, what they modify."""
    rows = []
    for name in options()["policy"]:
        content = load((CONFIGS / "policy" / f"{name}.yaml").read_text(encoding="utf-8"), name)
        modifiers = policy(name, Parameters()).modifiers(Parameters())
        paths = ", ".join(f"`{path}`" for path in dict.fromkeys(modifier.path for modifier in modifiers))
        rows.append([f"`{name}`", content["clause"], content["description"], paths])
    return table(["policy", "clause", "what it is", "modifies"], rows)


def switches() -> str:
    """What each part's "off" means."""
    return table(
        ["switch", "default", "what off means"],
        [
            [f"`{declared.path}`", odd_tables.value(declared.default), declared.doc]
            for declared in declarations().values()
            if declared.path.endswith(".on")
        ],
    )


def trace() -> list[dict[str, str]]:
    """Rows of docs/traceability.csv.

    Document, clause, asks, part, parameters and tests (`;` between), experiment.
    """
    with TRACE.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def files_of(parameters: str) -> list[str]:
    """The files that declare the sections of these paths, each once."""
    sections = (path.partition(".")[0] for path in parameters.split(";") if path)
    return list(dict.fromkeys(f"{SECTIONS[name].__module__.replace('.', '/')}.py" for name in sections))


def traceability() -> str:
    """One row a clause and mechanism: who asks for it, and what carries it."""

    def code(words):
        return ", ".join(f"`{word}`" for word in words if word)

    rows = [
        [
            f"{row['document']} {row['clause']}",
            row["asks"],
            row["part"],
            code(files_of(row["parameters"])),
            code(row["parameters"].split(";")),
            code(row["tests"].split(";")),
            code([row["experiment"]]),
        ]
        for row in trace()
    ]
    return table(
        ["document and clause", "what it asks", "part", "file", "parameters", "test", "experiment"], rows
    )


def readers() -> dict[str, list[str]]:
    """Table of sim/data -> the functions of sim/start/tables.py that open it, then those that call these."""
    tree = ast.parse((ROOT / "sim/start/tables.py").read_text(encoding="utf-8"))
    made: dict[str, list[str]] = {}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        words = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        calls = {
            node.func.id
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        own = {word for word in words if re.fullmatch(r"\w+\.csv", word)} if "read" in calls else set()
        for name in own | {name for name, fs in made.items() if calls & set(fs)}:
            made.setdefault(name, []).append(function.name)
    return made


def inputs() -> str:
    """Tables that runs read, what they give and to which files.

    Then those that stand beside them as a record.
    """
    code = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "sim").rglob("*.py"))
    }
    rows = []
    for name, functions in sorted(readers().items()):
        gives = (getattr(tables, functions[0]).__doc__ or "").strip().splitlines()[0]
        users = [
            file
            for file, text in code.items()
            if any(f"tables.{function}(" in text or f"tables.{function})" in text for function in functions)
            or re.search(rf"from sim.start.tables import .*\b({'|'.join(functions)})\b", text)
        ]
        rows.append([f"`{name}`", gives, ", ".join(f"`{file}`" for file in users)])
    beside = [path.name for path in sorted((ROOT / "sim/data").glob("*.csv")) if path.name not in readers()]
    return table(["table", "what it gives", "read for"], rows) + (
        f"\n\nKept as a record of where values come from, and read by no rule: "
        f"{', '.join(f'`{name}`' for name in beside)}."
    )


def made_by(module: str, function: str) -> Callable[[], str]:
    """A block whose words stand in a room above this one, which is loaded when the block is made."""
    return lambda: str(getattr(import_module(module), function)())


def map_of_parts() -> str:
    """Every part with its files and where it is described, from the long map of annex F."""
    long = (ROOT / f"{ANNEX}f.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (M\d+) \| [^|]* \| ([^|]*) \|", long, re.MULTILINE)
    where = {part: letter for letter, parts in DESCRIBED.items() for part in parts}
    core = (ROOT / CORE).read_text(encoding="utf-8")
    heads = " ".join(re.findall(r"^### 7.*$", core, re.MULTILINE)).replace("M16 to M19", "M16 M17 M18 M19")
    inside = set(re.findall(r"M\d+", heads))
    lines = [
        f"| {part} | {files} | {'core, ' * (part in inside)}annex {where[part].upper()} |"
        for part, files in rows
    ]
    return "\n".join(["| part | files | described in |", "| --- | --- | --- |", *lines])


DESCRIBED = {  # annex -> parts whose description it holds in full
    "b": [f"M{i}" for i in (*range(1, 7), 8, *range(11, 14), 29, 30)],
    "c": [f"M{i}" for i in (*range(14, 26), 28)],
    "d": [f"M{i}" for i in (7, 9, 10, 26, 27)],
}
CORE, ANNEX = odd_tables.CORE, "docs/odd/annex_"
HAND, README, CLAUSES = "docs/break_even.md", "README.md", "docs/traceability.md"
EVIDENCE, PROBLEM, ANSWERED = "docs/patterns.md", "docs/xlrm.md", "docs/verdicts.md"
WORDS = "docs/glossary.md"
TRACE = ROOT / "docs/traceability.csv"
BLOCKS: dict[str, tuple[str, Callable[[], str]]] = {
    **{block: (CORE, make) for block, make in odd_tables.BLOCKS.items()},
    "uses": (CORE, made_by("experiments.evidence.page", "uses")),
    "couplings": (f"{ANNEX}a.md", lambda: "\n".join(f"- {text}" for text in COUPLINGS)),
    "inputs": (f"{ANNEX}a.md", inputs),
    "policies": (f"{ANNEX}e.md", ready_policies),
    "switches": (f"{ANNEX}f.md", switches),
    "dials": (f"{ANNEX}f.md", dials),
    "parameters": (f"{ANNEX}f.md", odd_tables.summary),
    "map": ("sim/ODD.md", map_of_parts),
    "traceability": (CLAUSES, traceability),
    "summaries": (EVIDENCE, made_by("experiments.evidence.page", "listed")),
    "patterns": (EVIDENCE, made_by("experiments.evidence.page", "patterns")),
    "break_even_lines": (HAND, break_even.lines),
    "break_even_payers": (HAND, break_even.payers),
    "break_even_diners": (HAND, break_even.diners),
    "break_even_prices": (HAND, break_even.prices),
    "break_even_gaps": (HAND, break_even.gaps),
    "break_even_businesses": (HAND, break_even.businesses),
    "break_even_short": (README, break_even.short),
    "glossary": (WORDS, glossary.document),
    "verdicts": (ANSWERED, made_by("experiments.report.verdicts", "table")),
    **{block: (PROBLEM, make) for block, make in xlrm.BLOCKS.values()},
}


def found(file: str) -> dict[str, str]:
    """Block name -> text as it stands in a document."""
    return {name: body for _, name, body, _ in BLOCK.findall((ROOT / file).read_text(encoding="utf-8"))}


def stale() -> list[str]:
    """Names of blocks that differ from what the code says, are missing, or are made by nothing."""
    there = {file: found(file) for file in dict.fromkeys(file for file, _ in BLOCKS.values())}
    wrong = [name for name, (file, make) in BLOCKS.items() if there[file].get(name) != make() + "\n"]
    wrong += [] if declared.KEPT.read_text(encoding="utf-8") == declared.written() else [declared.KEPT.name]
    wrong += odd_tables.stale()
    return wrong + [
        name for file, blocks in there.items() for name in blocks if BLOCKS.get(name, ("",))[0] != file
    ]


def _block(made: dict[str, str], match: re.Match[str]) -> str:
    """A block with what was made for it, or as it stands."""
    return match[1] + made[match[2]] + "\n" + match[4] if match[2] in made else match[0]


def main() -> int:
    """Bring every block up to date and say which changed.

    DocumentError where a document lacks one of its blocks.
    """
    changed = stale()
    for file in dict.fromkeys(file for file, _ in BLOCKS.values()):
        made = {name: make() for name, (where, make) in BLOCKS.items() if where == file}
        if missing := set(made) - set(found(file)):
            raise DocumentError(
                f"{file} has no block {', '.join(sorted(missing))}: write its two marker lines first"
            )
        text = (ROOT / file).read_text(encoding="utf-8")
        text = BLOCK.sub(partial(_block, made), text)
        (ROOT / file).write_text(text, encoding="utf-8")
    declared.KEPT.write_text(declared.written(), encoding="utf-8")
    odd_tables.write()
    print("up to date" if not changed else f"written anew: {', '.join(changed)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
