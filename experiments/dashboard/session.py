"""What one visitor works on: drafts, the one that is shown, their results, the workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from sim.start.village_table import Fault

from . import stored
from .engine import BackgroundRuns
from .history import DraftHistory
from .measures import ScreenAnswer, answer_of
from .pace import Pace, kept_in
from .state import Draft, DraftResult, Mistake, ParameterError
from .words import escaped


@st.cache_resource(show_spinner=False)
def engine() -> BackgroundRuns:
    """The two processes, shared by all who look."""
    return BackgroundRuns(pace=Pace(kept_in()))


def drafts() -> list[Draft]:
    """The scenarios of this session."""
    if "drafts" not in st.session_state:
        st.session_state.update(drafts=[Draft(1, "A")], uid=1, results={})
    return list(st.session_state.drafts)


def draft() -> Draft:
    """The scenario whose settings are shown."""
    mine = drafts()
    return next((one for one in mine if one.uid == st.session_state.get("current")), mine[0])


def add(made: Draft) -> None:
    """Put one more scenario on the table and show it."""
    st.session_state.drafts.append(made)
    st.session_state.current = made.uid


def next_uid() -> int:
    """A number no other draft had."""
    st.session_state.uid += 1
    return int(st.session_state.uid)


def copy_current() -> None:
    """Copy the shown scenario under the next free letter."""
    taken = {one.name for one in drafts()}
    name = next(letter for letter in "ABCDEFGHIJ" if letter not in taken)
    add(draft().copy(next_uid(), name))


def remove_current() -> None:
    """Take the shown scenario from the table."""
    uid = draft().uid
    st.session_state.drafts = [one for one in drafts() if one.uid != uid]
    st.session_state.results.pop(uid, None)
    st.session_state.current = st.session_state.drafts[0].uid


def result_of(one: Draft) -> DraftResult | None:
    """The last result of a scenario."""
    found = st.session_state.results.get(one.uid)
    return found[1] if found else None


def fresh(one: Draft) -> bool:
    """Whether the result is that of the settings as they are."""
    found = st.session_state.results.get(one.uid)
    return bool(found and found[0] == one.identity and found[1].seeds)


def keep(one: Draft, result: DraftResult) -> None:
    """Remember a result and the answer it comes to."""
    st.session_state.results[one.uid] = (one.identity, result, answer_of(result) if result.seeds else None)


@dataclass(frozen=True)
class ShownAnswer:
    """An answer on the screen, where it is from, and whether it is that of the settings as they are."""

    answer: ScreenAnswer
    stored: stored.Stored | None
    current: bool


def answer_for(one: Draft) -> ShownAnswer | None:
    """The answer of a scenario: of its runs, or else a stored one, or else that of former settings."""
    found = st.session_state.results.get(one.uid)
    mine = found[2] if found else None
    if mine is not None and fresh(one):
        return ShownAnswer(mine, None, True)
    if kept := stored.of(one):
        return ShownAnswer(kept.answer, kept, True)
    return ShownAnswer(mine, None, False) if mine is not None else None


def answered(one: Draft) -> bool:
    """Whether the settings as they are have an answer, run or stored."""
    shown = answer_for(one)
    return shown is not None and shown.current


def history() -> DraftHistory:
    """What was on the table before."""
    found: DraftHistory = st.session_state.setdefault("history", DraftHistory())
    return found


def undo() -> None:
    """Undo was pressed."""
    st.session_state.drafts = history().back()
    st.session_state.current = draft().uid


def reset() -> None:
    """Reset was pressed: the shown scenario is the default county again."""
    current = draft()
    take(Draft(current.uid, current.name))


def take(made: Draft) -> None:
    """Put settings in the place of the shown scenario, under its name."""
    current = draft()
    put = made.copy(current.uid, current.name)
    st.session_state.drafts = [put if one.uid == current.uid else one for one in drafts()]


@dataclass(frozen=True)
class FaultyFile:
    """A table that could not be used: one sentence on the whole, or its cells."""

    name: str
    sentence: str
    cells: tuple[Fault, ...] = ()


def lead_to(tab: str, village: int, replicate: int = -1) -> None:
    """Show a village on another page; of a run, or of the one that page takes."""
    st.session_state.update(go=tab, picked=village, playing=False)
    if replicate >= 0:
        st.session_state.picked_seed = replicate


def picked(result: DraftResult) -> int:
    """The village that is looked at on every page; 0 where none is."""
    number = int(st.session_state.get("picked", 0))
    return number if 1 <= number <= result.parameters.county.villages else 0


def changed(one: Draft, path: str, key: str) -> None:
    """A control moved."""
    one.change({path: st.session_state[key]})


def guarded(action: Callable[[], None]) -> bool:
    """Do something; a user's mistake becomes a sentence on the page."""
    try:
        action()
        return True
    except (Mistake, ParameterError) as error:
        st.error(escaped(str(error)))
        return False
