"""Run, cancel, undo and reset, always in sight; and the runs themselves, with a first look on the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from . import state
from .engine import LOOKS
from .measures import ScreenAnswer, answer_of
from .pace import size
from .session import (
    answered,
    copy_current,
    draft,
    drafts,
    engine,
    fresh,
    guarded,
    history,
    keep,
    reset,
    undo,
)
from .state import Draft, Mistake, ParameterError
from .tabs import say

AHEAD = 15  # seconds; what takes less is run at every change
Look = Callable[[ScreenAnswer, int], None]  # shows an answer after so many seeds
BAR = "runbar"  # its key, by which the page's style keeps it in sight


def start_run() -> None:
    """Run was pressed."""
    st.session_state.running = True
    st.session_state.pop("note", None)


def stop_run() -> None:
    """Cancel was pressed: this rerun has stopped the loop. What was cancelled does not start by itself."""
    st.session_state.running = False
    st.session_state.held = tables()
    st.session_state.note = say("cancelled", done=st.session_state.get("done", 0))


def tables() -> tuple[Any, ...]:
    """What is on the table, by which a change is known."""
    return tuple((one.uid, one.identity) for one in drafts())


def seconds(waiting: list[Draft]) -> float:
    """What is still to be run takes, about."""
    work = engine()
    return sum(
        work.pace.seconds(
            sum(work.known(task) is None for task in one.tasks()), size(one.parameters()), work.workers
        )
        for one in waiting
    )


def by_itself(missing: list[Draft], takes: float) -> bool:
    """Whether a change is answered without a press: where that is wanted, short and was not cancelled."""
    wanted = st.session_state.get("live", True) and st.session_state.get("held") != tables()
    return wanted and takes < AHEAD and any(not answered(one) for one in missing)


def begin_for_page() -> None:
    """A page wants runs: begin them where that is short, once for these settings."""
    now = tables()
    missing = [one for one in drafts() if not fresh(one)]
    if st.session_state.get("begun") == now or st.session_state.get("held") == now or not missing:
        return
    takes = np.inf
    with suppress(Mistake, ParameterError):  # said when Run is pressed
        takes = seconds(missing)
    if st.session_state.get("live", True) and takes < AHEAD:
        st.session_state.begun = now
        start_run()
        st.rerun()


def run_bar(lead: Look) -> None:
    """Run, progress and cancel; the state of the result in words. `lead` takes the first looks."""
    missing = [one for one in drafts() if not fresh(one)]
    takes = -1.0
    with suppress(Mistake, ParameterError):  # said when Run is pressed
        takes = seconds(missing)
    if missing and takes >= 0 and by_itself(missing, takes):
        st.session_state.running = True
        missing = [one for one in missing if not answered(one)]
    running = bool(st.session_state.get("running"))
    with st.container(key=BAR):
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        if running:
            row.button(say("cancel"), on_click=stop_run, key="cancel")
        else:
            row.button(say("run"), type="primary", on_click=start_run, disabled=not missing, key="run")
        row.button(
            say("undo"), on_click=undo, disabled=not history().steps, key="undo", help=say("undo_help")
        )
        row.button(say("reset"), on_click=reset, disabled=_plain(), key="reset", help=say("reset_help"))
        full = len(drafts()) >= state.MOST_SCENARIOS
        row.button(say("beside"), on_click=copy_current, disabled=full, key="beside", help=say("beside_help"))
        row.toggle(say("live"), key="live", value=True, help=say("live_help", seconds=AHEAD))
        if running:
            done = guarded(partial(run_all, missing, lead))
            st.session_state.running = False
            if done:
                st.rerun()
            return
        row.caption(_status(missing, takes))
    if 0 < takes < AHEAD and st.session_state.get("held") != tables():
        engine().ahead([task for one in missing for task in one.tasks()])
    st.session_state.setdefault("note", "")
    if st.session_state.note:
        st.info(st.session_state.note)


def _plain() -> bool:
    """Whether the shown scenario is the default county."""
    return draft().identity == Draft(0, "").identity


def _status(missing: list[Draft], takes: float) -> str:
    if not missing:
        return str(say("up_to_date"))
    return str(say("estimate", seconds=f"{1 + takes:.0f}")) if takes >= 0 else ""


def run_all(missing: list[Draft], lead: Look) -> None:
    """Run every scenario without a result; finished runs stay known when this is cancelled."""
    work = engine()
    tasks = {one.uid: one.tasks() for one in missing}
    every = [task for mine in tasks.values() for task in mine]
    bar = st.progress(0.0, say("running", done=0, all=len(every)) if work.ready else say("starting"))
    looked = 0
    for done in work.run(every):
        st.session_state.done = done
        text = say("running", done=done, all=len(every)) if work.ready else say("starting")
        bar.progress(done / max(len(every), 1), text)
        looked = _look(missing, tasks, looked, lead)
    for waiting in missing:
        outcomes = [record for record in map(work.known, tasks[waiting.uid]) if record is not None]
        keep(waiting, state.result(waiting, outcomes))


def _look(missing: list[Draft], tasks: dict[int, list[Any]], looked: int, lead: Look) -> int:
    """Show the shown scenario's answer after so many seeds as a look wants; the seeds shown so far."""
    shown = next((one for one in missing if one.uid == draft().uid), None)
    wanted = [look for look in LOOKS if shown is not None and looked < look < shown.seeds]
    if shown is None or not wanted:
        return looked
    for look in reversed(wanted):
        records = [engine().known(task) for task in tasks[shown.uid] if task.replicate < look]
        if all(record is not None for record in records):
            found = state.result(shown, [record for record in records if record is not None])
            if found.seeds:
                lead(answer_of(found), look)
            return look
    return looked
