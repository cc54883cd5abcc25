"""The villages by name: one's own table in, a table to sort, to search and to take away out."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from ..command.user_files import printable
from ..report import style
from ..report.cells import neutral_frame
from ..report.given import told_and_drawn
from ..report.glossary import hint
from ..report.reading_files import csv_text, workbook
from ..report.village_faults import in_chinese
from . import extra, state, stories, village_rows
from .controls import upload, upload_borders
from .report import one_voice
from .session import FaultyFile, draft, lead_to
from .state import DraftResult
from .tabs import headed, language, noted, say
from .words import escaped, listed

MOST_FAULTS = 50  # cells that are listed


def faults() -> None:
    """What is wrong with an uploaded table, in the middle of the page."""
    found: FaultyFile | None = st.session_state.get("faulty")
    if found is None:
        return
    name = escaped(printable(found.name))
    if found.sentence:
        st.error(f"{name}: {escaped(found.sentence)}")
    else:
        st.error(say("faults_head", name=name, n=len(found.cells)))
        cells = [in_chinese(one) if language() == "zh" else one for one in found.cells[:MOST_FAULTS]]
        head = [say(key) for key in ("row", "column", "stands", "allowed")]
        rows = [tuple(escaped(str(cell)) for cell in fault) for fault in cells]
        st.table(pd.DataFrame(rows, columns=head).set_index(head[0]))
        if len(found.cells) > MOST_FAULTS:
            noted(say("faults_more", shown=MOST_FAULTS, n=len(found.cells)))
    st.button(say("faults_close"), key="faults_close", on_click=lambda: st.session_state.pop("faulty"))


def own_villages() -> None:
    """Upload, and what was given and what was drawn of the table that is in use."""
    shown = draft()
    given = bool(shown.value(state.PRIVATE))
    with st.expander(say("own_head"), expanded=given or "faulty" in st.session_state):
        st.markdown(say("uploaded", n=shown.value("county.villages")) if given else say("own_none"))
        if given:
            for note in st.session_state.get("notes_csv", ()):
                st.caption(escaped(note.by(language())))
            with one_voice, style.speaking(language()):
                table = told_and_drawn(shown.parameters())
            if table is not None:
                st.markdown(f"**{escaped(table.title)}**")
                st.dataframe(
                    pd.DataFrame(table.rows, columns=table.columns).astype(str),
                    hide_index=True,
                    width="stretch",
                )
                st.caption(escaped(table.note))
        upload(shown, f"{shown.uid}/csv/main")
        if given:
            upload_borders(shown)
        else:
            noted(say("borders_first"))
        if "faulty" in st.session_state:
            st.error(say("faults_above"))


def villages_tab(result: DraftResult | None) -> None:
    """A row a village."""
    if result is not None:
        _table(result)
    own_villages()


def _table(result: DraftResult) -> None:
    rows, lang = village_rows.table(result), language()
    headed(f"#### {village_rows.sentence(rows, village_rows.short_names(result, lang), lang)}")
    takes = _takes()
    shown = village_rows.named(village_rows.Rows(rows, takes), lang)
    found = village_rows.matching(shown, st.text_input(say("search"), key="village_search"))
    if found.empty:
        st.info(say("search_none"))
    else:
        _rows(found)
    noted(f"{say('villages_how')} {say('short_means')}")
    if takes:
        told = listed([village_rows.step_word(key, lang) for key in stories.ladder()], lang)
        noted(say("takes_means", seeds=min(draft().seeds, village_rows.MOST_SEEDS), steps=told))
    _files(shown)


def _takes() -> dict[int, str]:
    """What it would take, once it was asked for."""
    steps = village_rows.steps(draft())
    every = [task for tasks in steps.values() for task in tasks]
    if not extra.worked_out(every, "takes", "work_takes", by_itself=False):
        return {}
    return village_rows.takes({key: extra.rows_of_runs(draft(), tasks) for key, tasks in steps.items()})


def _rows(found: pd.DataFrame) -> None:
    """The table; a row that is picked leads to its village."""
    share = partial(st.column_config.ProgressColumn, format="%d", min_value=0, max_value=100, width=115)
    means = {name: hint(name, language()) or None for name in map(str, found.columns)}
    key = f"village_rows/{language()}/{len(found)}"

    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            lead_to("why", int(found.index[rows[0]]))

    st.dataframe(
        found,
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * len(found), 600),
        key=key,
        on_select=picked,
        selection_mode="single-row",
        column_config={
            **{name: st.column_config.Column(help=text) for name, text in means.items()},
            **{name: share(help=means[name]) for name in (say("v_open"), say("v_viable"))},
            say("v_short"): st.column_config.NumberColumn(format="localized"),
            say("v_name"): st.column_config.TextColumn(pinned=True),
        },
        alt=say("tab_villages"),
    )


def _files(shown: pd.DataFrame) -> None:
    """The table as it stands, to take away."""
    name, sheet = state.file_name(draft().name), say("tab_villages")  # asked now: made outside the session
    left, right = st.columns(2)
    left.download_button(
        say("get_villages_csv"),
        lambda: csv_text(neutral_frame(shown)),
        f"{name}_villages.csv",
        "text/csv",
        key="get/villages_csv",
        on_click="ignore",
        width="stretch",
    )
    right.download_button(
        say("get_villages_xlsx"),
        lambda: workbook({sheet: neutral_frame(shown)}),
        f"{name}_villages.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="get/villages_xlsx",
        on_click="ignore",
        width="stretch",
    )
