"""Tables of a county's own people and incomes, as texts in place of those of `sim/data`.

Each is a CSV text with the columns of its kind. `read_table` finds every faulty cell; the others take a text
without faults, or nothing for the shipped table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.start.village_table import Fault
from sim.state.parameters import nearest


def _groups(first: int, last: int) -> tuple[str, ...]:
    """Groups of five years of age; the last is open where it begins at a hundred."""
    return tuple("100+" if age == 100 else f"{age}-{age + 4}" for age in range(first, last + 1, 5))


OLD, MIDDLE, YOUNG = _groups(60, 100), _groups(40, 55), _groups(15, 35)
CHAIN_GROUPS = ("65-70", "70-75", "75-80", "80-85", "85-90", "90-95", "95+")  # of the CLHLS table


class Kind(NamedTuple):
    """Columns by which a row is known, with what may stand there; columns of figures, with their ranges and
    unit; sets of first keys of which all rows are wanted, or none where it is not the first set.
    """

    keys: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, tuple[float, float]]
    unit: str
    sets: tuple[tuple[str, ...], ...] = ()


KINDS = {
    "population": Kind(
        {"age_group": (*YOUNG, *MIDDLE, *OLD)},
        dict.fromkeys(("men", "women"), (0.0, 1e9)),
        "persons, in any multiple",
        (OLD, MIDDLE, YOUNG),
    ),
    "mortality": Kind(
        {"age_group": (*MIDDLE, *OLD)},
        dict.fromkeys(("men", "women"), (0.0, 2.0)),
        "deaths a year for each person living (central death rate)",
        ((*MIDDLE, *OLD),),
    ),
    "health": Kind(
        {"age_group": CHAIN_GROUPS, "sex": ("men", "women"), "from_state": ("1", "2", "3")},
        dict.fromkeys(("to_1", "to_2", "to_3", "to_death"), (0.0, 1.0)),
        "chance in a year",
        (CHAIN_GROUPS,),
    ),
    "income": Kind({}, {"up_to": (0.0, 1e9), "share": (0.0, 100.0)}, "yuan a year; percent of villages"),
}
MOST = 200_000  # characters
STRENGTH_BANDS = (50_000.0, 200_000.0)  # yuan a year: weak below, rich from there on (bands: Hunan 2020-22)
STRENGTH_EDGES = np.array([0.40, 0.82])  # ranks of these (shares 2023 assumed)
UNSURE = 0.02  # by which the chances of a row may miss one
FIRST_YUAN = 500.0  # added before logarithms are taken, as for the shipped brackets


class GivenTable(NamedTuple):
    """Rows as (key, figures), and the cells that cannot be used."""

    rows: tuple[tuple[tuple[str, ...], tuple[float, ...]], ...]
    faults: tuple[Fault, ...]


@lru_cache(maxsize=16)
def read_table(kind: str, text: str) -> GivenTable:
    """Read a table of one of KINDS; what is missing or cannot be used is a fault."""
    wanted = KINDS[kind]
    columns = (*wanted.keys, *wanted.figures)
    if len(text) > MOST:
        return GivenTable((), (Fault(1, "-", f"{len(text)} characters", f"at most {MOST}"),))
    lines = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=None))]
    lines = [line for line in lines if any(line)]
    if len(lines) < 2:
        return GivenTable((), (Fault(1, "-", text[:40], f"a header {', '.join(columns)}, and rows"),))
    header = [word.lstrip("\ufeff").lower() for word in lines[0]]
    lost = [column for column in columns if header.count(column) != 1]
    if lost:
        said = f"columns {', '.join(columns)}{nearest(lost[0], header)}"
        return GivenTable((), tuple(Fault(1, column, "", said) for column in lost))
    rows, faults = [], []
    for place, line in enumerate(lines[1:], start=2):
        cells = dict(zip(header, [*line, *[""] * (len(header) - len(line))], strict=False))
        found = list(_row_faults(wanted, place, cells))
        faults += found
        if not found:
            key = tuple(cells[name] for name in wanted.keys)
            rows.append((key, tuple(float(cells[name]) for name in wanted.figures)))
    faults = faults or list(_table_faults(kind, rows))
    return GivenTable(tuple(rows), tuple(faults))


def _row_faults(kind: Kind, place: int, cells: Mapping[str, str]) -> Iterator[Fault]:
    for name, words in kind.keys.items():
        if cells[name] not in words:
            yield Fault(place, name, cells[name], ", ".join(words) + nearest(cells[name], words))
    for name, (low, high) in kind.figures.items():
        try:
            fits = low <= float(cells[name]) <= high
        except ValueError:
            fits = False
        if not fits:
            yield Fault(place, name, cells[name], f"{low:g} to {high:g} {kind.unit}")


def _table_faults(kind: str, rows: list[tuple[tuple[str, ...], tuple[float, ...]]]) -> Iterator[Fault]:
    """Rows that are missing or stand twice, and sums that cannot be."""
    keys = [key for key, _ in rows]
    if twice := [key for at, key in enumerate(keys) if key and key in keys[:at]]:
        yield Fault(keys.index(twice[0]) + 2, "-", " ".join(twice[0]), "each row once")
    for at, wanted in enumerate(KINDS[kind].sets):
        some = any(key[0] in wanted for key in keys)
        for first in wanted if some or at == 0 else ():
            if sum(key[0] == first for key in keys) < (6 if kind == "health" else 1):
                yield Fault(1, "age_group", first, "rows for each of " + ", ".join(wanted))
                break
    yield from _nothing_at_all(kind, rows)
    if kind == "health":
        for at, (_, figures) in enumerate(rows):
            if abs(sum(figures) - 1) > UNSURE:
                yield Fault(at + 2, "to_1 .. to_death", f"{sum(figures):g}", "chances that sum to 1")
    if kind == "income":
        tops = [top for (_, (top, _)) in rows]
        if any(before >= after for before, after in pairwise(tops)):
            yield Fault(1, "up_to", ", ".join(f"{top:g}" for top in tops), "rising upper ends of brackets")
        total = sum(share for _, (_, share) in rows)
        if abs(total - 100) > 1:
            yield Fault(1, "share", f"{total:g}", "shares that sum to 100 percent")


def _nothing_at_all(kind: str, rows: list[tuple[tuple[str, ...], tuple[float, ...]]]) -> Iterator[Fault]:
    """A county without people, or a sex that never dies."""
    if kind == "population" and not sum(sum(figures) for _, figures in rows) > 0:
        yield Fault(1, "-", "0", "persons in some row")
    if kind == "mortality" and rows:
        for sex, *rates in zip(KINDS[kind].figures, *(figures for _, figures in rows), strict=True):
            if not any(rates):
                yield Fault(1, sex, "0", "a rate above 0 at some age: with none nobody ever dies")


def _by_group(kind: str, text: str) -> dict[str, np.ndarray]:
    """Age group -> figures of men and women."""
    return {key[0]: np.array(figures) for key, figures in read_table(kind, text).rows}


@lru_cache(maxsize=8)
def age_shares(text: str) -> np.ndarray:
    """Shares of people from 60 on by group and sex (9 x 2), summing to one."""
    people = _by_group("population", text)
    counts = np.stack([people[group] for group in OLD])
    return counts / counts.sum()


def ages(text: str, groups: tuple[str, ...]) -> np.ndarray | None:
    """People of single years of age (5 each group x 2) by a table of population; None where it has no rows
    of them.
    """
    people = _by_group("population", text) if text else {}
    if groups[0] not in people:
        return None
    return np.repeat(np.stack([people[group] for group in groups]) / 5, 5, axis=0)


@lru_cache(maxsize=8)
def death_rates(text: str) -> dict[int, np.ndarray]:
    """First age of a group -> yearly central death rates of men and women."""
    rates = _by_group("mortality", text)
    return {int(group.split("-")[0].rstrip("+")): rates[group] for group in rates}


def transitions(text: str) -> list[dict[str, str]]:
    """Rows as the shipped table of CLHLS has them."""
    names = ("to_1", "to_2", "to_3", "to_4_death")
    words = {"men": "male", "women": "female"}
    return [
        {"age_group": group, "sex": words[sex], "from_state": state}
        | dict(zip(names, map(repr, figures), strict=True))
        for (group, sex, state), figures in read_table("health", text).rows
    ]


@lru_cache(maxsize=8)
def knots(text: str) -> tuple[tuple[float, float], ...]:
    """(share of villages, income up to which they have) from the poorest on."""
    rows = [figures for _, figures in read_table("income", text).rows]
    shares = np.cumsum([share for _, share in rows])
    return ((0.0, 0.0), *zip((shares / shares[-1]).tolist(), [top for top, _ in rows], strict=True))


def strength_edges(text: str) -> np.ndarray:
    """Ranks from which a collective is middle and rich."""
    if not text:
        return STRENGTH_EDGES
    ranks, tops = np.array(knots(text)).T
    return np.interp(np.log(np.array(STRENGTH_BANDS) + FIRST_YUAN), np.log(tops + FIRST_YUAN), ranks)
