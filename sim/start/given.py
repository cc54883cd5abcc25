"""Villages and tables of a real county in place of drawn and shipped ones.

The texts of the tables are parameters, so that a study carries what it was made from. A cell left blank stays
drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np

from sim.start import given_tables
from sim.start.village_table import Table, read_villages
from sim.state.horizon import month_number
from sim.state.parameters import Parameters, choice, section

MOST_PERSONS = 4_000  # of a village at the start


@section("given")
class Given:
    """Villages and tables of a real county in place of drawn and shipped ones."""

    villages: str = choice(
        "",
        choices=(),
        doc=(
            "villages as the text of a CSV table, blank for a synthetic county: number and, where known, "
            "name, township, kind, strength, income, elders by age and sex, volunteers, facility, when the "
            "station opened and how it stands, cash, debt, leader, association, idle_building, east, north"
        ),
    )
    population: str = choice(
        "",
        choices=(),
        doc="people by age group and sex as the text of a CSV table, blank for the rural population of 2020",
    )
    mortality: str = choice(
        "",
        choices=(),
        doc=(
            "yearly death rates by age group and sex as the text of a CSV table, blank for those of the "
            "country times demography.rural_mortality_ratio"
        ),
    )
    health: str = choice(
        "",
        choices=(),
        doc=(
            "yearly chances of health states by age group and sex as the text of a CSV table, blank for "
            "CLHLS: their shape by age; the level is that of the country"
        ),
    )
    income: str = choice(
        "",
        choices=(),
        doc="brackets of collective income as the text of a CSV table, blank for collective.income_year",
    )

    borders: str = choice(
        "",
        choices=(),
        doc=(
            "borders of the given villages as the text of a JSON object, village number -> rings of points "
            "in km; they are drawn on maps and decide nothing"
        ),
    )

    def problems(self, parameters: Parameters) -> Iterator[str]:
        """The tables can be read and fit the county."""
        for kind in given_tables.KINDS:
            text = getattr(self, kind)
            faults = given_tables.read_table(kind, text).faults if text else ()
            if faults:
                yield f"{kind}, {faults[0]}" + (f" (and {len(faults) - 1} more)" if faults[1:] else "")
        yield from _border_faults(self.borders)
        if not self.villages:
            return
        table, county = read_villages(self.villages), parameters.county
        if table.faults:
            more = len(table.faults) - 1
            yield f"villages, {table.faults[0]}" + (f" (and {more} more)" if more else "")
        elif table.rows != county.villages:
            yield f"villages lists {table.rows}: county.villages = {table.rows} is wanted"
        elif county.stratified:
            yield "county.stratified = false is wanted where villages are given"
        else:
            yield from _misfits(table, parameters)


def _border_faults(text: str) -> Iterator[str]:
    """A sentence where borders are none."""
    try:
        rings = json.loads(text or "{}")
        shapes = [np.array(ring, float).shape for all_ in rings.values() for ring in all_]
        fits = all(number.isdigit() for number in rings) and all(
            len(shape) == 2 and shape[1] == 2 for shape in shapes
        )
    except (ValueError, AttributeError, TypeError):
        fits = False
    if not fits:
        yield "borders: a JSON object is wanted, village number -> rings of points [east, north] in km"


def _misfits(table: Table, parameters: Parameters) -> Iterator[str]:
    """Figures that this county has no room or time for."""

    def column(name: str) -> np.ndarray:
        return np.nan_to_num(table.columns.get(name, np.zeros(table.rows)))

    elders = column("elders")
    volunteers = np.maximum(elders * parameters.county.helpers_per_elder, column("volunteers"))
    if (elders + volunteers > MOST_PERSONS).any():
        yield "a village of elders * (1 + county.helpers_per_elder) persons must not top 4,000"
    opened, start = table.columns.get("opened", np.zeros(0)), month_number(parameters.horizon.start)
    if (opened >= start).any():
        at = int(np.flatnonzero(opened >= start)[0])
        yield (
            f"villages, village {at + 1}: its station opened in {month_text(opened[at])}, not before "
            f"horizon.start = {parameters.horizon.start}; leave the cell blank for a station to come"
        )


def month_text(months: float) -> str:
    """YYYY-MM of months since year 0."""
    year, month = divmod(int(months), 12)
    return f"{year:04d}-{month + 1:02d}"


def table_of(parameters: Parameters) -> Table | None:
    """The given villages, or None for a synthetic county."""
    text = parameters.given.villages
    return read_villages(text) if text else None


def of_rows(column: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Figures of a column of the table by village number; NaN beyond the table."""
    known: np.ndarray = np.append(column, np.nan)[np.minimum(numbers, len(column) + 1) - 1]
    return known


def told(parameters: Parameters, name: str, numbers: np.ndarray) -> np.ndarray:
    """(villages) what the table says, NaN where it says nothing."""
    table = table_of(parameters)
    column = None if table is None else table.columns.get(name)
    return np.full(len(numbers), np.nan) if column is None else of_rows(column, numbers)


def given(parameters: Parameters, name: str, numbers: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """`drawn` with the cells of the table in its place where villages are given."""
    if not parameters.given.villages:
        return drawn
    known = told(parameters, name, numbers)
    return np.where(np.isnan(known), drawn, known)


def telling(name: str) -> Callable[[Parameters, int, np.ndarray], np.ndarray]:
    """`told` of one column, as `Counties.by_village` asks for it."""
    return lambda parameters, seed, numbers: told(parameters, name, numbers)
