"""Runs that a page wants beside those of the scenarios, worked out in the same workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from ..study.plan import Task
from ..study.store import RunRecord
from . import state
from .engine import Answer
from .pace import size
from .running import AHEAD
from .session import draft, engine
from .state import Draft, DraftResult
from .tabs import say
from .words import escaped

KEPT = 60  # of what was read again, a session


def worked_out(tasks: Sequence[Task], key: str, ask: str, by_itself: bool = True, **told: object) -> bool:
    """Whether all runs are known; else a button (text `ask`) that works them out, or at once where they are
    short and `by_itself` is wanted.
    """
    work = engine()
    missing = [task for task in tasks if work.known(task) is None]
    if not missing:
        return True
    takes = work.pace.seconds(len(missing), size(tasks[0].scenario.parameters), work.workers)
    place = st.empty()
    short = by_itself and takes < AHEAD and st.session_state.get("live", True)
    if not short and not place.button(say(ask, seconds=f"{1 + takes:.0f}", **told), key=f"work/{key}"):
        return False
    for done in work.run(tasks):
        place.progress(done / len(tasks), say("running", done=done, all=len(tasks)))
    place.empty()
    return True


def read_again(
    result: DraftResult,
    replicate: int,
    key: object,
    work: Callable[..., Answer],
    more: Callable[[], Sequence[object]] = tuple,
) -> Answer | None:
    """What a worker makes of a run of the shown scenario and of `more`; remembered under `key`.

    None where the settings have moved on since that run, or where the run fails: then it is said.
    """
    shown = draft()
    if shown.parameters() != result.parameters:
        return None
    kept: dict[object, Answer] = st.session_state.setdefault("read_again", {})
    name = (shown.identity, replicate, key)
    if name not in kept:
        try:
            with st.spinner(say("working_account") if engine().ready else say("starting")):
                kept[name] = engine().ask(work, shown.tasks()[replicate], *more())
        except Exception as error:  # whatever a run stumbles over is said, and the page goes on
            st.warning(say("account_failed", what=escaped(str(error))))
            return None
        while len(kept) > KEPT:
            kept.pop(next(iter(kept)))
    return kept[name]


def records(tasks: Sequence[Task]) -> list[RunRecord]:
    """Outcomes of runs that are known."""
    return [record for task in tasks if (record := engine().known(task)) is not None]


def result_of_runs(draft: Draft, tasks: Sequence[Task]) -> DraftResult:
    """Their result; without references, so that nothing is said of what was added."""
    return state.result(draft, records(tasks))


def rows_of_runs(draft: Draft, tasks: Sequence[Task]) -> pd.DataFrame:
    """Their village rows."""
    return result_of_runs(draft, tasks).rows
