"""The problem as a table: uncertainties, levers, relations, measures (XLRM; Lempert, Popper, Bankes 2003).

Made from the declarations; it stands in docs/xlrm.md and is printed by `python run.py xlrm`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from sim.schedule import HEADINGS, MONTH
from sim.state.parameters import Declaration, Parameters, declarations
from sim.state.yaml12 import load

from ..command import busy
from ..command.scenario import CONFIGS, arm, options, policy
from ..outcomes import ONLY_AGAINST_BASELINE, OUTCOMES
from ..study import draws
from ..study.dials import dial_of
from .break_even import table

NO_LEVERS = ("draws", "engine", "experiment", "policy", "county", "shock")  # groups: how, where, what happens
SET = ("funding.", "plan.")  # sections whose values are chosen where they are not drawn
DIRECTION = {1: "more is better", -1: "less is better", 0: ""}


def span(declared: Declaration) -> str:
    """Ends of a range with the unit, or the words that are allowed."""
    if declared.low is None or declared.high is None:
        return ", ".join(declared.choices) if declared.choices else "on, off"
    return f"{declared.low:.12g} to {declared.high:.12g} {declared.unit}"


def uncertainties() -> str:
    """A row a parameter that is drawn; parameters of one dial are drawn as one."""
    found, default = draws.uncertain(), {one.path for one in draws.drawn(Parameters())}
    rows = [
        [
            f"`{one.path}`",
            span(one),
            f"`{dial_of(one.path)}`" if dial_of(one.path) != one.path else "",
            "yes" if one.path in default else "",
            one.doc,
        ]
        for one in found
    ]
    inputs = len(draws.dials(found))
    said = (
        f"{len(found)} parameters are uncertain and drawn, as {inputs} inputs: those of one dial move as "
        f"one.\n\n"
    )
    return said + table(["parameter", "range", "dial", "drawn in the default county", "what it is"], rows)


def levers() -> str:
    """Groups with their options, ready policies, single values that are chosen."""
    rows = []
    for group, names in options().items():
        if group not in NO_LEVERS:
            paths = {path for name in names for path in arm(group, name)}
            rows.append(
                [f"`{group}`", "group", ", ".join(f"`{name}`" for name in names), f"{len(paths)} values"]
            )
    for name in options()["policy"]:
        content = load((CONFIGS / "policy" / f"{name}.yaml").read_text(encoding="utf-8"), name)
        paths = {modifier.path for modifier in policy(name, Parameters()).modifiers(Parameters())}
        changed = ", ".join(f"`{path}`" for path in sorted(paths))
        rows.append([f"`policy={name}`", "policy", content["description"], changed])
    drawn = {one.path for one in draws.uncertain()}
    for path, one in declarations().items():
        if path.startswith(SET) and path not in drawn:
            rows.append([f"`{path}`", "value", span(one), one.doc])
    return table(["lever", "kind", "options", "what it changes"], rows)


def relations() -> str:
    """A row a part that acts: when in the month, what it is."""
    places: dict[str, list[str]] = {}
    said: dict[str, str] = {}
    for process in MONTH:
        module = process.run.__module__
        heading = HEADINGS[process.heading - 1] if process.heading else "before the first month"
        places.setdefault(module, []).extend([heading] * (heading not in places.get(module, [])))
        said.setdefault(module, first_line(process.run))
    rows = [
        [f"`{module.replace('.', '/')}.py`", ", ".join(headings), said[module]]
        for module, headings in places.items()
    ]
    return table(["part", "when in the month", "what it is"], rows)


def first_line(process: Callable[..., object]) -> str:
    """What the file of a process says of itself, in its first paragraph."""
    paragraph = (sys.modules[process.__module__].__doc__ or "").strip().split("\n\n")[0]
    return " ".join(paragraph.split())


def measures() -> str:
    """A row an outcome."""
    rows = [
        [f"`{name}`", one.label, "share" if one.share else "", DIRECTION[one.better]]
        for name, one in OUTCOMES.items()
        if name not in ONLY_AGAINST_BASELINE
    ]
    return table(["measure", "what it is", "kind", "direction"], rows)


BLOCKS: dict[str, tuple[str, Callable[[], str]]] = {  # heading of the page -> block, what makes it
    "X: uncertainties": ("xlrm_uncertainties", uncertainties),
    "L: levers": ("xlrm_levers", levers),
    "R: relations": ("xlrm_relations", relations),
    "M: measures": ("xlrm_measures", measures),
}


def main(words: list[str]) -> int:
    """`python run.py xlrm`: print the table; exit code."""
    busy.say("reading what is declared", "正在读取声明")
    print("\n\n".join(f"## {heading}\n\n{make()}" for heading, (_, make) in BLOCKS.items()))
    return 0
