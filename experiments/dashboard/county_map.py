"""What the map shows, without a screen: places, the service of each year, borders, one square frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.state.parameters import Parameters

from .. import statistics
from ..command.border_file import rings_of
from ..report.given import shut_before
from ..report.marks import ENDED, NOTHING, service_codes
from ..report.village_names import village_names
from .state import DraftResult
from .words import said

YEAR = 12  # months
MARGIN = 0.06  # of the span, on each side
LEAST = 2.0  # km that the frame spans at least
COLUMNS = ["village", "name", "code", "east", "north", "kind", "strength", "elders", "viable"]


def year_ends(months: int, start: str) -> dict[int, int]:
    """Year -> its last month, counted from the start; the last month of all where no year is whole."""
    first = int(start[:4])
    found = {first + end // YEAR: end for end in range(YEAR - 1, months, YEAR)}
    return found or {first: months - 1}


def villages(result: DraftResult, replicate: int) -> pd.DataFrame:
    """A row a village of one run: COLUMNS; `viable`: share of all seeds. Places in km."""
    mine = result.rows[result.rows["replicate"] == replicate]
    names = village_names(result.parameters)
    numbers = mine["village"].to_numpy(np.int64)
    months = result.months[result.months["replicate"] == replicate]
    elders = months.sort_values("month").groupby("village")["elders"].last()
    often = statistics.viable(result.rows).groupby(result.rows["village"]).mean()
    return pd.DataFrame(
        {
            "village": numbers,
            "name": [names[int(number)].listed for number in numbers],
            "code": [names[int(number)].code for number in numbers],
            "east": mine["east_km"].to_numpy(float),
            "north": mine["north_km"].to_numpy(float),
            "kind": mine["kind"].to_numpy(),
            "strength": mine["strength"].to_numpy(),
            "elders": elders.reindex(numbers).to_numpy(),
            "viable": often.reindex(numbers).to_numpy(),
        },
        columns=COLUMNS,
    )


def services(result: DraftResult, replicate: int) -> pd.DataFrame:
    """Village x year: the place in `marks.SERVICE` at the end of each year of one run."""
    mine = result.months[result.months["replicate"] == replicate]
    level = mine.pivot(index="month", columns="village", values="level").sort_index()
    opened = (level > 0).cummax() | level.columns.isin(shut_before(result.parameters))
    codes = pd.DataFrame(service_codes(level.to_numpy(), opened.to_numpy()), columns=level.columns)
    ends = year_ends(len(level), result.parameters.horizon.start)
    return codes.loc[list(ends.values())].set_axis(list(ends), axis=0).T


def judged(result: DraftResult, replicate: int) -> pd.Series:
    """Village -> its class at the end of one run."""
    mine = statistics.judged(result.rows[result.rows["replicate"] == replicate])
    return mine.set_index("village")["judged"]


def told(services: pd.Series, doors: Mapping[int, bool] | None, year: int, language: str) -> str:
    """What the map shows, in a sentence. `doors`: village -> whether its station is open, where known."""
    counts = {
        "all": len(services),
        "ended": int((services == ENDED).sum()),
        "never": int((services == NOTHING).sum()),
    }
    meals = services > ENDED + 1
    if doors is None:
        serves = int((services > ENDED).sum())
        return said("map_told", language, year=year, serves=serves, meals=int(meals.sum()), **counts)
    is_open = np.array([doors.get(int(number), False) for number in services.index])
    neighbours = int(((services > ENDED) & ~is_open).sum())
    open_meals = int((meals & is_open).sum())
    return said(
        "map_doors",
        language,
        year=year,
        open=int(is_open.sum()),
        meals=open_meals,
        neighbours=neighbours,
        **counts,
    )


def outlines(parameters: Parameters) -> pd.DataFrame:
    """Borders: ring, place in it, east and north in km; no rows where none were given."""
    rings = [
        (f"{number}/{at}", ring)
        for number, mine in rings_of(parameters.given.borders).items()
        for at, ring in enumerate(mine)
    ]
    frames = [
        pd.DataFrame({"ring": name, "order": np.arange(len(ring)), "east": ring[:, 0], "north": ring[:, 1]})
        for name, ring in rings
    ]
    return pd.concat(frames) if frames else pd.DataFrame(columns=["ring", "order", "east", "north"])


def frame(east: np.ndarray, north: np.ndarray) -> tuple[list[float], list[float]]:
    """Ends of both axes, as long as each other, so that a kilometre is a kilometre either way."""
    middles = [(float(at.min()) + float(at.max())) / 2 for at in (east, north)]
    span = max(float(np.ptp(east)), float(np.ptp(north)), LEAST) * (1 + 2 * MARGIN)
    first, second = ([middle - span / 2, middle + span / 2] for middle in middles)
    return first, second
