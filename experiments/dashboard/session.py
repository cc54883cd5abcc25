"""What one visitor works on: drafts, the one that is shown, their results, the workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from .engine import BackgroundRuns
from .state import Draft, DraftResult, Mistake, ParameterError
from .words import escaped


@st.cache_resource(show_spinner=False)
def engine() -> BackgroundRuns:
    """The two processes, shared by all who look."""
    return BackgroundRuns()


def drafts() -> list[Draft]:
    """The scenarios of this session."""
    if "drafts" not in st.session_state:
        st.session_state.update(drafts=[Draft(1, "A")], uid=1, results={}, signature={})
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


def signature(shown: Draft) -> tuple[Any, ...]:
    """What a result depends on."""
    return tuple(sorted(shown.values.items())), shown.seeds, shown.seed, shown.draws, tuple(shown.policies)


def result_of(one: Draft) -> DraftResult | None:
    """The last result of a scenario."""
    found = st.session_state.results.get(one.uid)
    return found[1] if found else None


def fresh(one: Draft) -> bool:
    """Whether the result is that of the settings as they are."""
    found = st.session_state.results.get(one.uid)
    return bool(found and found[0] == signature(one) and found[1].seeds)


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
