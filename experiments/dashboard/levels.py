"""The settings in three levels: who pays and what is offered; the village; everything. On the left side."""

from __future__ import annotations

import streamlit as st

from sim.state.parameters import SECTIONS

from ..command.experiment_settings import DRAWS
from ..command.scenario import known
from . import state
from .controls import BY_RULE, SHOWN, control, county_controls, note_acting, preset, ready_policies, shares
from .session import copy_current, draft, drafts, guarded, next_uid, remove_current
from .state import Draft, Mistake, ParameterError
from .tabs import language, say
from .words import escaped, named
from .words import section as part

LEVELS = ("level_offer", "level_village", "level_all")
MOST_FOUND = 12  # controls that a search shows


def scenario_bar() -> None:
    """Which scenario, its name, copy and remove."""
    mine, current = drafts(), draft()
    st.session_state.current = current.uid
    st.selectbox(
        say("scenario"),
        [one.uid for one in mine],
        key="current",
        format_func=lambda uid: next((one.name for one in mine if one.uid == uid), ""),
    )
    st.session_state[f"{current.uid}/name"] = current.name

    def renamed() -> None:
        taken = {one.name for one in drafts() if one.uid != current.uid}
        asked = st.session_state[f"{current.uid}/name"].strip()[:40] or current.name
        current.name = next(
            free
            for free in (f"{asked}{' ' * bool(tries)}{tries or ''}" for tries in range(9))
            if free not in taken
        )

    st.text_input(say("name"), key=f"{current.uid}/name", on_change=renamed, max_chars=40)
    left, right = st.columns(2)
    left.button(
        say("copy"), on_click=copy_current, disabled=len(mine) >= state.MOST_SCENARIOS, width="stretch"
    )
    right.button(say("remove"), on_click=remove_current, disabled=len(mine) == 1, width="stretch")


def files(shown: Draft) -> None:
    """Save as the YAML that run.py takes; load one."""
    try:
        st.download_button(
            say("save"),
            shown.yaml(),
            f"{state.file_name(shown.name)}.yaml",
            "application/yaml",
            key=f"{shown.uid}/save",
            on_click="ignore",
        )
    except ParameterError as error:
        st.error(escaped(str(error)))
    file = st.file_uploader(say("load"), type=["yaml", "yml"], key="yaml", max_upload_size=2)
    if file is None or st.session_state.get("seen_yaml") == file.file_id:
        return
    if len(drafts()) >= state.MOST_SCENARIOS:
        st.error(say("full"))
        return

    def load() -> None:
        name = file.name.rpartition(".")[0][:40]
        try:
            text = file.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise Mistake("the file is not a text in UTF-8") from fault
        add_loaded = state.loaded(
            text,
            next_uid(),
            name if name not in {one.name for one in drafts()} else f"{name} {st.session_state.uid}",
        )
        st.session_state.drafts.append(add_loaded)
        st.session_state.seen_yaml, st.session_state.show = file.file_id, add_loaded.uid

    if guarded(load):
        st.rerun()


def settings() -> None:
    """The left side."""
    if "show" in st.session_state:
        st.session_state.current = st.session_state.pop("show")
    with st.sidebar:
        scenario_bar()
        current = draft()
        note_acting(current)
        st.session_state.level = st.session_state.get("level", LEVELS[0])  # written, so that it is translated
        level = st.radio(say("level"), LEVELS, format_func=say, key="level")
        {LEVELS[0]: offer, LEVELS[1]: village, LEVELS[2]: everything}[level](current)
        with st.expander(say("file")):
            files(current)


def offer(current: Draft) -> None:
    """Who pays and what is offered."""
    with st.expander(say("payers"), expanded=True):
        preset(current, "funding")
        control(current, "funding.rule")
        shares(current)
        for path in BY_RULE.get(str(current.value("funding.rule")), []):
            control(current, f"funding.{path}")
        control(current, "funding.residual")
        control(current, "plan.reserve")
    with st.expander(say("policy")):
        ready_policies(current)
        preset(current, "service")
        for path in SHOWN["policy"]:
            control(current, path)


def village(current: Draft) -> None:
    """What kind of county, what it earns, how hours are counted, what befalls it."""
    with st.expander(say("county"), expanded=True):
        county_controls(current)
    with st.expander(say("business")):
        preset(current, "business")
        for path in ("business.kind", *SHOWN["business"]):
            control(current, path)
    for group in ("timebank", "shock"):
        with st.expander(say(group)):
            preset(current, group)
            for path in SHOWN[group]:
                control(current, path)
    with st.expander(say("runs")):
        how_often(current)


def how_often(current: Draft) -> None:
    """Seeds, and what each draws."""
    st.session_state[f"{current.uid}/seeds"] = current.seeds
    st.slider(
        say("seeds"),
        1,
        state.MOST_SEEDS,
        key=f"{current.uid}/seeds",
        on_change=lambda: setattr(current, "seeds", st.session_state[f"{current.uid}/seeds"]),
    )
    st.session_state[f"{current.uid}/draws"] = current.draws
    st.selectbox(
        say("draws"),
        DRAWS,
        format_func=say,
        key=f"{current.uid}/draws",
        help=say("draws_help"),
        on_change=lambda: setattr(current, "draws", st.session_state[f"{current.uid}/draws"]),
    )


def everything(current: Draft) -> None:
    """All parameters: found by a word, or by the part of the model."""
    asked = st.text_input(say("find"), key="find").strip().lower()
    if asked:
        found = matching(asked, language())
        for path in found[:MOST_FOUND]:
            control(current, path)
        if not found:
            st.caption(say("find_none"))
        return
    st.session_state.section = st.session_state.get(
        "section", "acceptance"
    )  # written, so that it is translated
    section = st.selectbox(
        say("section"), sorted(SECTIONS), key="section", format_func=lambda name: part(name, language())
    )
    for path in known():
        if path.startswith(f"{section}.") and path not in state.FROM_FILES:
            control(current, path)


def matching(asked: str, spoken: str) -> list[str]:
    """Paths whose name, path or description holds a word; those with it in their name first."""
    told = {path: named(one, spoken).lower() for path, one in known().items() if path not in state.FROM_FILES}
    by_name = [path for path, text in told.items() if asked in text or asked in path]
    return by_name + [path for path in told if path not in by_name and asked in known()[path].doc.lower()]
