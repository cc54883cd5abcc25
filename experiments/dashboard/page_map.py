"""The map: a time bar that plays the years, a click that leads to the village."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sim.state.parameters import Parameters

from . import charts_map, county_map
from .account import open_stations
from .extra import read_again
from .session import draft, lead_to, picked
from .state import DraftResult
from .tabs import as_table, language, noted, say
from .tips import silent
from .words import escaped

WIDE, NARROW = 520, 285  # pixels of the map's side
BEAT = 1.1  # seconds a year
SERVICE, CLASS = "by_service", "by_class"


def map_tab(result: DraftResult) -> None:
    """One run of the county, year by year."""
    playing = bool(st.session_state.get("playing"))
    st.session_state.beat = False  # the page as a whole shows the year as it is
    st.fragment(_map, run_every=BEAT if playing else None)(result)


def _map(result: DraftResult) -> None:
    """What is drawn anew at each beat."""
    seeds = sorted(int(seed) for seed in result.rows["replicate"].unique())
    left, right = st.columns(2)
    replicate = left.selectbox(say("seed"), seeds, format_func=lambda seed: str(seed + 1), key="map_seed")
    st.session_state.map_by = st.session_state.get("map_by", SERVICE)  # written, so that it is translated
    by = right.radio(say("colour_by"), [SERVICE, CLASS], format_func=say, key="map_by", horizontal=True)
    villages = county_map.villages(result, int(replicate))
    services, judged = (make(result, int(replicate)) for make in (county_map.services, county_map.judged))
    years = [int(year) for year in services.columns]
    year = _time_bar(years) if by == SERVICE and len(years) > 1 else years[-1]
    now, doors = services[year], _doors(result, int(replicate), year)
    st.markdown(county_map.told(now, doors, year, language()) if by == SERVICE else _judged(judged, year))
    rows = charts_map.coloured(villages, now if by == SERVICE else None, judged, doors, language())
    borders, mine = county_map.outlines(_bordered(result)), picked(result)
    for key, side in (("map_wide", WIDE), ("map_narrow", NARROW)):  # one is shown: a chart keeps its size
        with st.container(key=key):
            st.altair_chart(
                silent(charts_map.county(rows, borders, mine, language(), side, say("map_title", year=year))),
                key=f"chart/{key}/{language()}",
                on_select=lambda key=key: _clicked(f"chart/{key}/{language()}"),
                selection_mode=charts_map.PICKED,
                width="content",
                alt=say("tab_map"),
            )
    noted(say("map_how") + ("" if doors is None else " " + say("map_pale")))
    _by_name(villages, mine)
    as_table(charts_map.told(rows[0], language()))
    if "go" in st.session_state:
        st.rerun()


def _bordered(result: DraftResult) -> Parameters:
    """Where the borders stand: beside the villages as they are set now, or as they were run."""
    now = draft().parameters()
    return now if now.given.villages == result.parameters.given.villages else result.parameters


def _time_bar(years: list[int]) -> int:
    """The year that is shown: one further at each beat while it plays."""
    playing = bool(st.session_state.get("playing"))
    at = st.session_state.get("map_year", years[-1])
    at = at if at in years else years[-1]
    if playing and st.session_state.pop("beat", False):
        at = years[min(years.index(at) + 1, len(years) - 1)]
    st.session_state.map_year = at
    bar, button = st.columns([5, 2], vertical_alignment="bottom")
    year = int(bar.select_slider(say("year"), years, key="map_year"))
    button.button(
        say("halt" if playing else "play"), key="play", on_click=_play, args=(years[0],), width="stretch"
    )
    if st.session_state.pop("played", False):
        st.rerun()  # the beat is set by the whole page
    if playing:
        if at == years[-1]:
            st.session_state.playing = False
            st.rerun()
        st.session_state.beat = True
    return year


def _play(first: int) -> None:
    """Play or stop was pressed."""
    st.session_state.playing = not st.session_state.get("playing")
    st.session_state.update(played=True, beat=False)
    if st.session_state.playing:
        st.session_state.map_year = first


def _doors(result: DraftResult, replicate: int, year: int) -> dict[int, bool] | None:
    """Village -> whether its station is open at a year's end; None where it cannot be read again."""
    found = read_again(result, replicate, "doors", open_stations)
    if found is None:
        return None
    numbers, is_open = found
    month = county_map.year_ends(len(is_open), result.parameters.horizon.start)[year]
    return dict(zip(numbers, is_open[month].tolist(), strict=True))


def _judged(judged: pd.Series, year: int) -> str:
    return str(say("map_told_class", year=year, all=len(judged), viable=int((judged == "viable").sum())))


def _clicked(key: str) -> None:
    """A village on the map was clicked."""
    points = st.session_state[key]["selection"].get(charts_map.PICKED, [])
    if points:
        lead_to("why", int(points[0]["village"]), int(st.session_state.map_seed))


def _by_name(villages: pd.DataFrame, mine: int) -> None:
    """The same without a mouse."""
    names = dict(zip(villages["village"].tolist(), villages["name"].tolist(), strict=True))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    numbers = list(names)
    number = left.selectbox(
        say("pick"),
        numbers,
        index=numbers.index(mine) if mine in numbers else 0,
        format_func=lambda one: names[one],
        key=f"map_pick/{mine}",
    )
    right.button(
        say("to_why", name=escaped(names[number])),
        key="map_why",
        on_click=lead_to,
        args=("why", int(number), int(st.session_state.map_seed)),
        width="stretch",
    )
