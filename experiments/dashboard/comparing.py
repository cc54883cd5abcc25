"""The compare page: what differs, a sentence each, results with marks, one scale a unit."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from . import charts, charts_answer, compare, state
from .measures import MEASURES, ScreenAnswer, differences, paired
from .session import answer_for, drafts, result_of
from .tabs import drawn, headed, language, last_classes, noted, percent_frame, say, show
from .words import escaped


def compare_tab() -> None:
    """The table of scenarios, the first as what the others are compared with."""
    mine = drafts()
    if len(mine) < 2:
        st.info(say("compare_need"))
        return
    lang = language()
    headed(f"**{say('differs')}**")
    table = compare.differing(mine, lang)
    if len(table):
        st.table(_plain(table))
    else:
        st.info(say("differs_not"))
    answers = {one.name: shown.answer for one in mine if (shown := answer_for(one)) is not None}
    if mine[0].name not in answers or len(answers) < 2:
        st.info(say("compare_run"))
        return
    _verdicts(answers)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Names and values as they are, not as Markdown."""
    made: pd.DataFrame = table.map(lambda cell: escaped(str(cell)))
    return made.rename(columns=escaped, index=escaped)


def _verdicts(answers: dict[str, ScreenAnswer]) -> None:
    lang = language()
    (base_name, base), *others = answers.items()
    alike = {name: one for name, one in others if paired(base, one)}
    for name, _ in others:
        if name not in alike:
            st.warning(say("unmatched", name=escaped(name)))
    gaps = {name: differences(base, one) for name, one in alike.items()}
    for name, mine in gaps.items():
        headed(f"#### {escaped(compare.sentence(name, mine, lang))}")
    noted(say("verdict_note", name=escaped(base_name)))
    figures = compare.table({base_name: base, **alike}, lang)
    headed(f"**{say('results_table')}**", " ".join(map(str, [*figures.columns, *figures.index])))
    st.table(_plain(figures))
    if gaps:
        headed(f"**{say('gaps_title', name=escaped(base_name))}**")
        for unit in dict.fromkeys(one.unit for one in MEASURES.values()):
            frame = compare.gaps_of_unit(unit, gaps, lang)
            if len(frame):
                axis = say(f"unit_{unit}")
                drawn(charts_answer.gaps(frame, axis, lang), axis)
    _shares()


def _shares() -> None:
    """Classes at the end and who paid, of scenarios that were run."""
    found: list[Any] = [one for one in map(result_of, drafts()) if one is not None and one.seeds]
    if not found:
        return
    years = " / ".join(dict.fromkeys(one.year for one in found))
    stacked = partial(charts.stacked, language=language())
    show(stacked(percent_frame(found, last_classes), "class", "%"), say("end_of", year=years))
    show(stacked(percent_frame(found, state.money), "source", "%"), say("paid_by"))
