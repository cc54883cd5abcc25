"""Which village is meant: by its number, or by the name or official code that a table gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.start.village_table import read_villages
from sim.state.parameters import Parameters, nearest

from .catalogue import Mistake


def number_of(parameters: Parameters, named: str, place: str = "village") -> int:
    """The number of a village; Mistake where none, or more than one, is called so."""
    text = parameters.given.villages
    table = read_villages(text) if text else None
    for column in (table.names, table.codes) if table else ():
        places = [place for place, one in enumerate(column, 1) if one and one == named]
        if len(places) > 1:
            listed = ", ".join(map(str, places))
            raise Mistake(f"{place} = {named!r}: {len(places)} villages are called so, numbers {listed}")
        if places:
            return places[0]
    if named.isascii() and named.isdigit() and len(named) < 10:
        return int(named)
    known = tuple(filter(None, (*table.names, *table.codes))) if table else ()
    raise Mistake(
        f"{place} = {named!r}: the number of a village is wanted"
        + (f", or a name or code of the given table{nearest(named, known)}" if known else "")
    )


def in_numbers(content: Mapping[str, Any], parameters: Parameters, place: str) -> dict[str, Any]:
    """A policy's table with numbers in its lists of villages, where a table of villages gives names."""
    made = dict(content)
    if not parameters.given.villages:
        return made
    if isinstance(made.get("villages"), list):
        made["villages"] = [_number(one, parameters, place) for one in made["villages"]]
    if isinstance(made.get("modifiers"), list):
        made["modifiers"] = [
            in_numbers(line, parameters, place) if isinstance(line, Mapping) else line
            for line in made["modifiers"]
        ]
    return made


def _number(one: Any, parameters: Parameters, place: str) -> Any:
    """A number of the county stays as it is; YAML reads a code as a larger one."""
    if isinstance(one, bool) or not isinstance(one, int | str):
        return one
    is_number = isinstance(one, int) and one <= parameters.county.villages
    return one if is_number else number_of(parameters, str(one), f"{place}: villages")
