"""The tabs of results: each draws what `state` has made of the runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from .. import statistics
from ..command.paths import command
from ..report.glossary import hint
from . import charts, report, state, workbook
from .compare import digits
from .measures import ScreenAnswer
from .sentences import number
from .state import Draft, DraftResult
from .tips import silent
from .words import escaped, said, word


def language() -> str:
    """Chosen language."""
    return str(st.session_state.get("language") or "en")


def say(key: str, **values: object) -> str:
    """A sentence in the chosen language."""
    return said(key, language(), **values)


def percent_frame(results: list[DraftResult], make: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    """One table over scenarios with their names."""
    return pd.concat([make(result.rows).assign(scenario=result.name) for result in results])


def show(chart: Any, text: str) -> None:
    """A chart with its title; the title is read out too."""
    headed(f"**{escaped(text)}**")
    drawn(chart, text)


def drawn(chart: Any, text: str) -> None:
    """A chart and what is read out of it."""
    st.altair_chart(silent(chart), width="stretch", alt=text)


def headed(text: str, of: str = "") -> None:
    """A heading or a sentence; what its words mean, and those of `of`, is its hover text."""
    st.markdown(text, help=hint(f"{text} {of}", language()) or None)


def as_table(frame: pd.DataFrame) -> None:
    """What a picture's marks say when they are pointed at, for those who do not point."""
    with st.expander(say("as_table")):
        st.table(frame.map(lambda cell: escaped(str(cell))).set_index(frame.columns[0]))


def noted(text: str, of: str = "") -> None:
    """A caption; what its words mean, and those of `of`, is its hover text."""
    st.caption(text, help=hint(f"{text} {of}", language()) or None)


def last_classes(rows: pd.DataFrame) -> pd.DataFrame:
    """Classes at the last year's end."""
    table = state.classes(rows)
    return table[table["year"] == table["year"].max()]


def result_tab(answer: ScreenAnswer, result: DraftResult | None) -> None:
    """All figures with their intervals; who paid and why villages miss the mark, once it was run."""
    found = answer.figures()
    noted(f"{say('added_means')} {say('viable_means')}")
    for start in range(0, len(found), 3):
        for column, name in zip(st.columns(3), list(found)[start : start + 3], strict=False):
            _metric(column, name, found[name])
    if result is None or not result.seeds:
        st.info(say("need_run"))
        return
    lang = language()
    show(
        charts.stacked(percent_frame([result], last_classes), "class", "%", lang),
        say("end_of", year=result.year),
    )
    show(charts.stacked(percent_frame([result], state.money), "source", "%", lang), say("paid_by"))
    why = statistics.causes(result.rows)
    if len(why):
        frame = pd.DataFrame(
            {"what": [word(str(key), lang) for key in why.index], "percent": 100 * why.to_numpy() / why.sum()}
        )
        show(charts.reasons(frame, say("share_failures")), say("why_not"))
    else:
        st.success(say("nobody"))


def _metric(column: Any, name: str, one: statistics.Interval) -> None:
    """A measure with its interval."""
    places = digits(name)
    label = say(f"m_{name}")
    column.metric(label, number(one.mean, places), help=hint(label, language()) or None)
    column.caption(f"95 %: {number(one.low, places)} – {number(one.high, places)}" if one.n else "")


def time_tab(results: list[DraftResult], current: DraftResult) -> None:
    """Classes by year and one indicator month by month."""
    show(charts.years(state.classes(current.rows), language()), f"{current.name}: {say('by_year')}")
    st.session_state.path = st.session_state.get(
        "path", "in_service"
    )  # written, so that another language shows
    path = st.selectbox(say("path"), list(state.PATHS), format_func=lambda key: say(f"p_{key}"), key="path")
    noted(say("fan"), say(f"p_{path}"))
    fans = {result.name: state.fan(result, path) for result in results}
    drawn(charts.fans(fans, say(f"p_{path}")), say(f"p_{path}"))


def files_tab(result: DraftResult, draft: Draft, others: list[DraftResult], engine: report.Runs) -> None:
    """Report, CSV and workbook of the shown scenario, and how to run the same elsewhere."""
    name, lang = state.file_name(draft.name), language()  # asked now: files are made outside the session
    sorts = (
        ("report", lambda: report.write(result, draft, others, lang, engine), "html", "text/html"),
        ("csv", lambda: workbook.villages_csv(result, lang), "csv", "text/csv"),
        (
            "xlsx",
            lambda: workbook.excel(result, draft, lang),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    )
    noted(say("files_about"))
    for key, make, suffix, mime in sorts:
        st.download_button(say(key), make, f"{name}.{suffix}", mime, key=f"get/{key}", on_click="ignore")
    st.download_button(
        say("save"), draft.yaml(), f"{name}.yaml", "application/yaml", key="get/yaml", on_click="ignore"
    )
    st.write(say("command"))
    st.code(command("experiment=baseline", f"scenario={name}.yaml"), language="sh", wrap_lines=True)
