"""The screen: settings on the left, the answer first, stories, tabs of results. All logic is in modules
without a screen; a control shows the draft and writes to it.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from sim.state.parameters import Parameters

from . import address
from .comparing import compare_tab
from .first import lead, story_cards, strip
from .levels import settings
from .look import STYLE
from .measures import ScreenAnswer
from .page_decide import change_tab, fails_tab, takes_tab
from .page_map import map_tab
from .page_villages import faults, villages_tab
from .page_why import why_tab
from .running import begin_for_page, run_bar
from .session import (
    ShownAnswer,
    answer_for,
    draft,
    drafts,
    engine,
    guarded,
    history,
    result_of,
)
from .state import PRIVATE, Draft, DraftResult, Mistake, ParameterError
from .tabs import files_tab, result_tab, say, time_tab
from .words import LANGUAGES, escaped

TABS = ("result", "compare", "time", "map", "villages", "why", "takes", "fails", "change", "files")


def from_address() -> None:
    """Take the table from the address: at first, and where it has been changed in the browser."""
    said = st.query_params.get_all(address.KEY)
    before = st.session_state.get("address")
    if "drafts" in st.session_state and (before is None or said == before):
        return
    st.session_state.address = said
    st.session_state.pop("address_fault", None)
    try:
        found = address.read(said) or [Draft(1, "A")]
    except (Mistake, ParameterError) as error:
        st.session_state.address_fault, found = str(error), [Draft(1, "A")]
    st.session_state.setdefault("results", {})
    st.session_state.update(drafts=found, uid=len(found))


def to_address() -> None:
    """Write the table into the address."""
    said = address.parts(drafts())
    if said != st.session_state.get("address"):
        st.session_state.address = said
        if said:
            st.query_params[address.KEY] = said
        else:
            st.query_params.pop(address.KEY, None)


def results() -> None:
    """The tabs."""
    current = draft()
    mine, shown = result_of(current), answer_for(current)
    if mine is not None and mine.errors:
        st.error(say("failed", n=len(mine.errors), what=escaped(mine.errors[0])))
    if shown is None:
        return
    for each in drafts():  # a renamed scenario keeps its result
        if (found := result_of(each)) is not None and found.name != each.name:
            object.__setattr__(found, "name", each.name)
    every = [found for one in drafts() if (found := result_of(one)) is not None and found.seeds]
    if wanted := st.session_state.pop("go", ""):
        st.session_state.tab = say(f"tab_{wanted}")
    tabs = st.tabs([say(f"tab_{tab}") for tab in TABS], key="tab", on_change="rerun")
    for name, tab in zip(TABS, tabs, strict=True):
        if tab.open:  # the others are drawn when they are opened
            with tab:
                _fill(name, shown, mine if mine is not None and mine.seeds else None, every)


def _fill(name: str, shown: ShownAnswer, mine: DraftResult | None, every: list[DraftResult]) -> None:
    """What a tab holds."""
    if name == "result":
        result_tab(shown.answer, mine)
    elif name == "compare":
        compare_tab()
    elif mine is None:
        st.info(say("need_run"))
        begin_for_page()
        if name == "villages":
            villages_tab(None)
    else:
        others = [one for one in every if one is not mine]
        {
            "time": partial(time_tab, every, mine),
            "map": partial(map_tab, mine),
            "villages": partial(villages_tab, mine),
            "why": partial(why_tab, mine),
            "takes": partial(takes_tab, mine),
            "fails": partial(fails_tab, mine),
            "change": partial(change_tab, mine),
            "files": partial(files_tab, mine, draft(), others, engine()),
        }[name]()


def head() -> None:
    """Title and language."""
    left, right = st.columns([4, 1])
    right.segmented_control(
        "Language / 语言",
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        key="language",
        default="en",
        required=True,
        label_visibility="collapsed",
    )
    left.title(say("title"))


def foot(parameters: Parameters) -> None:
    """What was asked of the model, and how to share it."""
    current = draft()
    st.divider()
    st.markdown(say("what", year=parameters.horizon.end[:4]))
    st.caption(
        say(
            "size",
            villages=parameters.county.villages,
            elders=parameters.county.elders,
            start=parameters.horizon.start,
            end=parameters.horizon.end,
            seeds=current.seeds,
        )
        + (" " + say("strata") if parameters.county.stratified else "")
    )
    own = any(one.value(PRIVATE) for one in drafts())
    st.caption(say("address_villages" if own else "address_note"))


def main() -> None:
    """The page."""
    st.set_page_config(page_title="mutual-aid-sim", layout="wide", initial_sidebar_state="auto")
    st.html(STYLE)
    from_address()
    history().note(drafts())
    engine()
    head()
    settings()
    if fault := st.session_state.get("address_fault"):
        st.warning(say("address_fault", what=escaped(fault)))
    faults()
    if not guarded(lambda: draft().check()):
        return
    st.html(f'<div class="narrow">{say("narrow")}</div>')
    place = st.container()
    tiles = st.container()
    first = place.empty()

    def look(answer: ScreenAnswer, seeds: int) -> None:
        with first.container():
            lead(ShownAnswer(answer, None, True), seeds)

    shown = answer_for(draft())
    if shown is not None:
        with first.container():
            lead(shown)
    with tiles:
        strip()
        story_cards()
    run_bar(look)
    if shown is None and not st.session_state.get("running"):
        st.info(say("empty_now"))
    elif shown is not None and not shown.current:
        st.warning(say("stale"))
    results()
    foot(draft().parameters())
    to_address()
