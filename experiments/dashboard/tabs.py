"""The tabs of results: each draws what `state` has made of the runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from sim.state.codes import PAYERS

from .. import statistics
from ..command.paths import command
from ..report.glossary import hint
from . import charts, report, state, story
from .state import Draft, DraftResult
from .words import escaped, said, word

OLDER = ("closed", "hours", "public")  # measures of the former definition, beside


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
    st.markdown(f"**{escaped(text)}**")
    st.altair_chart(chart, width="stretch", alt=text)


def last_classes(rows: pd.DataFrame) -> pd.DataFrame:
    """Classes at the last year's end."""
    table = state.classes(rows)
    return table[table["year"] == table["year"].max()]


def result_tab(result: DraftResult) -> None:
    """The answer in one sentence, four figures, why and who paid."""
    lang, found = language(), state.figures(result)
    top = found["added"]
    zero = "" if top.low > 0 else f" {say('not_from_zero')}"
    st.subheader(say("headline", mean=f"{top.mean:,.0f}", year=result.year))
    st.caption(
        f"{say('interval', low=f'{top.low:,.0f}', high=f'{top.high:,.0f}', n=top.n)}{zero} "
        f"{say('added_means')} {say('viable_means')}"
    )
    for names in (("tables", "public_added", "own_added"), ("opened", "lasting", "viable"), OLDER):
        for column, name in zip(st.columns(3), names, strict=True):
            _metric(column, name, found[name])
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
    digits = 1 if name == "tables" else 0
    label = say(f"m_{name}")
    column.metric(label, f"{one.mean:,.{digits}f}" if one.n else "–", help=hint(label, language()) or None)
    column.caption(f"95 %: {one.low:,.{digits}f} – {one.high:,.{digits}f}" if one.n else "")


def compare_tab(results: list[DraftResult]) -> None:
    """Side by side and as paired differences."""
    lang = language()
    if len(results) < 2:
        st.info(say("compare_need"))
        return
    for column, shown in zip(st.columns(len(results)), results, strict=True):
        one = state.figures(shown)["added"]
        column.metric(escaped(shown.name), f"{one.mean:,.0f}", help=say("m_added"))
        column.caption(f"95 %: {one.low:,.0f} – {one.high:,.0f}")
    show(
        charts.stacked(percent_frame(results, last_classes), "class", "%", lang),
        say("end_of", year=" / ".join(dict.fromkeys(result.year for result in results))),
    )
    show(charts.stacked(percent_frame(results, state.money), "source", "%", lang), say("paid_by"))
    base, others = results[0], []
    for shown in results[1:]:
        same = set(zip(base.runs["replicate"], base.runs["seed"], strict=True)) & set(
            zip(shown.runs["replicate"], shown.runs["seed"], strict=True)
        )
        if same:
            others.append(shown)
        else:
            st.warning(say("unmatched", name=escaped(shown.name)))
    if others:
        st.markdown(f"**{say('against', name=escaped(base.name))}**")
        st.caption(say("sure"))
        gaps = {other.name: state.differences(base, other) for other in others}
        for name in state.MEASURES:
            st.altair_chart(
                charts.gaps(
                    {scenario: mine[name] for scenario, mine in gaps.items()}, f"Δ {say(f'm_{name}')}"
                ),
                width="stretch",
                alt=say(f"m_{name}"),
            )


def time_tab(results: list[DraftResult], current: DraftResult) -> None:
    """Classes by year and one indicator month by month."""
    show(charts.years(state.classes(current.rows), language()), f"{current.name}: {say('by_year')}")
    st.session_state.path = st.session_state.get(
        "path", "in_service"
    )  # written, so that another language shows
    path = st.selectbox(say("path"), list(state.PATHS), format_func=lambda key: say(f"p_{key}"), key="path")
    st.caption(say("fan"))
    st.altair_chart(
        charts.fans({result.name: state.fan(result, path) for result in results}, say(f"p_{path}")),
        width="stretch",
        alt=say(f"p_{path}"),
    )


def map_tab(result: DraftResult) -> None:
    """Villages of one run by place and state."""
    years = list(statistics.classes(result.rows)[0])
    seeds = sorted(result.rows["replicate"].unique())
    left, right = st.columns(2)
    year = (
        left.select_slider(say("year"), years, value=years[-1], key="map_year")
        if len(years) > 1
        else years[0]
    )
    replicate = right.selectbox(say("seed"), seeds, format_func=lambda seed: str(seed + 1), key="map_seed")
    st.caption(say("map_note", year=year))
    st.altair_chart(
        charts.county(state.places(result, int(replicate), int(year)), language()),
        width="stretch",
        alt=say("tab_map"),
    )


def why_tab(result: DraftResult) -> None:
    """One village in one run: what was breached, who paid."""
    lang = language()
    shut = result.rows[result.rows["closures"] > 0]
    if shut.empty:
        st.info(say("no_closure"))
    pairs = shut if len(shut) else result.rows
    names = state.names(result.parameters)
    left, right = st.columns(2)
    first = story.worst(result)
    seeds = sorted(int(key) for key in pairs["replicate"].unique())
    replicate = left.selectbox(
        say("seed"),
        seeds,
        index=seeds.index(first[0]),
        format_func=lambda key: str(key + 1),
        key=f"why_seed/{len(shut)}",
    )
    villages = [int(number) for number in pairs[pairs["replicate"] == replicate]["village"]]
    village = right.selectbox(
        say("village"),
        villages,
        format_func=lambda number: f"{number} {names.get(number, '')}".strip(),
        key=f"why_village/{replicate}/{len(shut)}",
    )
    told = story.story(result, int(replicate), int(village))
    if told.closed:
        st.error(
            say(
                "closed_in",
                month=told.closed,
                cause=", ".join(word(cause, lang) for cause in told.causes) or "–",
            )
            + (" " + say("reopened") if told.reopened else "")
        )
    text = say("is_now", verdict=word(told.judged, lang))
    st.write(
        text
        + (
            " " + say("missed", what=", ".join(word(reason, lang) for reason in told.missed))
            if told.missed and not told.closed
            else ""
        )
    )
    sums = told.sums()
    lines = [(word(key, lang), sums[key]) for key in (*PAYERS, "business")] + [
        (say(key), sums[key]) for key in ("paid_in", "pledged", "cost")
    ]
    st.table(
        pd.DataFrame(
            [(key, f"{v:,.0f}") for key, v in lines],
            columns=["", say("before") if told.closed else say("last")],
        ).set_index("")
    )
    show(charts.purse(told.months, lang), say("chart_money"))
    show(charts.stock(told.months, lang), say("chart_cash"))


def files_tab(result: DraftResult, draft: Draft, others: list[DraftResult], engine: report.Runs) -> None:
    """Report, CSV and workbook of the shown scenario, and how to run the same elsewhere."""
    name = state.file_name(draft.name)
    sorts = (
        ("report", lambda: report.write(result, draft, others, language(), engine), "html", "text/html"),
        ("csv", lambda: state.table_csv(result), "csv", "text/csv"),
        (
            "xlsx",
            lambda: state.excel(result, draft),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    )
    for key, make, suffix, mime in sorts:
        st.download_button(say(key), make, f"{name}.{suffix}", mime, key=f"get/{key}", on_click="ignore")
    st.download_button(
        say("save"), draft.yaml(), f"{name}.yaml", "application/yaml", key="get/yaml", on_click="ignore"
    )
    st.write(say("command"))
    st.code(command("experiment=baseline", f"scenario={name}.yaml"), language="sh", wrap_lines=True)
