"""The screen: settings on the left, runs, and the tabs of results. All logic is in `state`; a control
shows the draft and writes to it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import streamlit as st

from sim.state.parameters import SECTIONS

from ..command.experiment_settings import DRAWS
from ..command.scenario import known
from . import state
from .controls import (
    BY_RULE,
    LOOK,
    SHOWN,
    control,
    county_controls,
    preset,
    ready_policies,
    shares,
    void,
)
from .session import (
    copy_current,
    draft,
    drafts,
    engine,
    fresh,
    guarded,
    next_uid,
    remove_current,
    result_of,
    signature,
)
from .state import Draft, Mistake, ParameterError
from .tabs import (
    compare_tab,
    files_tab,
    language,
    map_tab,
    result_tab,
    say,
    time_tab,
    why_tab,
)
from .words import LANGUAGES, escaped
from .words import section as part

SECONDS = 0.3 / (12 * 150 * 132)  # of one core for an elder-month, about
AHEAD = 15  # seconds; what is shown and takes less begins before Run is pressed


# -- what is on the table
# ----------------------------------------------------------------------------------------------


# -- controls
# ----------------------------------------------------------------------------------------------------------


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
        with st.expander(say("payers"), expanded=True):
            preset(current, "funding")
            control(current, "funding.rule")
            shares(current)
            for path in BY_RULE.get(str(current.value("funding.rule")), []):
                control(current, f"funding.{path}")
            control(current, "plan.reserve")
        with st.expander(say("business")):
            control(current, "business.kind")
            for path in SHOWN["business"]:
                control(current, path)
        for group in ("timebank", "policy", "shock"):
            with st.expander(say(group)):
                if group == "policy":
                    ready_policies(current)
                preset(current, {"policy": "service"}.get(group, group))
                for path in SHOWN[group]:
                    if path in known():
                        control(current, path)
        with st.expander(say("county")):
            county_controls(current)
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
        with st.expander(say("more")):
            st.session_state.section = st.session_state.get(
                "section", "acceptance"
            )  # written, so that another language shows
            section = st.selectbox(
                say("section"),
                sorted(SECTIONS),
                key="section",
                format_func=lambda name: part(name, language()),
            )
            common = {
                *(path for paths in SHOWN.values() for path in paths),
                *state.SHARES,
                "funding.rule",
                "plan.reserve",
                "business.kind",
                "county.villages",
                "county.elders",
                "county.facility_share",
                "horizon.end",
                "given.villages",
            }
            common |= {f"funding.{payer}" for payer in BY_RULE.get(str(current.value("funding.rule")), [])}
            for path in known():
                if path.startswith(f"{section}.") and path not in common:
                    control(current, path)
        with st.expander(say("file")):
            files(current)


# -- runs ----------------------------------------------------------------------------------------------------
# ----------
def start_run() -> None:
    """Run was pressed."""
    st.session_state.running = True
    st.session_state.pop("note", None)


def stop_run() -> None:
    """Cancel was pressed: this rerun has stopped the loop."""
    st.session_state.running = False
    st.session_state.note = say("cancelled", done=st.session_state.get("done", 0))


def seconds(one: Draft) -> float:
    """What a scenario takes, about."""
    parameters = one.parameters()
    return (
        SECONDS
        * parameters.county.villages
        * parameters.county.elders
        * parameters.horizon.months
        * one.seeds
        / engine().workers
    )


def run_bar() -> None:
    """Run, progress and cancel; the state of the result in words."""
    missing = [draft for draft in drafts() if not fresh(draft)]
    if st.session_state.get("running"):
        st.button(say("cancel"), on_click=stop_run, key="cancel")
        if guarded(partial(run_all, missing)):
            st.session_state.running = False
            st.rerun()
        st.session_state.running = False
        return
    st.button(say("run"), type="primary", on_click=start_run, disabled=not missing, key="run")
    note = st.session_state.get("note", "")
    shown = draft()
    with suppress(Mistake, ParameterError):  # said when Run is pressed
        if sum(map(seconds, missing)) < AHEAD:
            engine().ahead([task for one in missing for task in one.tasks()])
    if note:
        st.info(note)
    elif result_of(shown) is None:
        st.info(say("empty", seconds=f"{1 + seconds(shown):.0f}"))
    elif not fresh(shown):
        st.warning(say("stale"))


def run_all(missing: list[Draft]) -> None:
    """Run every scenario without a result; finished runs stay known when this is cancelled."""
    work = engine()
    tasks = {declared.uid: declared.tasks() for declared in missing}
    every = [task for mine in tasks.values() for task in mine]
    bar = st.progress(0.0, say("running", done=0, all=len(every)) if work.ready else say("starting"))
    for done in work.run(every):
        st.session_state.done = done
        bar.progress(
            done / max(len(every), 1),
            say("running", done=done, all=len(every)) if work.ready else say("starting"),
        )
    for waiting in missing:
        outcomes = [record for record in map(work.known, tasks[waiting.uid]) if record is not None]
        st.session_state.results[waiting.uid] = (signature(waiting), state.result(waiting, outcomes))


# -- results
# -----------------------------------------------------------------------------------------------------------
def results() -> None:
    """The right side."""
    current = draft()
    mine = result_of(current)
    if mine is None:
        return
    if mine.errors:
        st.error(say("failed", n=len(mine.errors), what=escaped(mine.errors[0])))
    if not mine.seeds:
        return
    every = [found for draft in drafts() if (found := result_of(draft)) is not None and found.seeds]
    for each in drafts():  # a renamed scenario keeps its result
        if (found := result_of(each)) is not None and found.name != each.name:
            object.__setattr__(found, "name", each.name)
    tabs = st.tabs(
        [say(f"tab_{tab}") for tab in ("result", "compare", "time", "map", "why", "files")],
        key="tab",
        on_change="rerun",
    )
    others = [one for one in every if one is not mine]
    for tab, fill in zip(
        tabs,
        (
            partial(result_tab, mine),
            partial(compare_tab, every),
            partial(time_tab, every, mine),
            partial(map_tab, mine),
            partial(why_tab, mine),
            partial(files_tab, mine, current, others, engine()),
        ),
        strict=True,
    ):
        if tab.open:  # the others are drawn when they are opened
            with tab:
                fill()


def main() -> None:
    """The page."""
    st.set_page_config(page_title="mutual-aid-sim", layout="wide", initial_sidebar_state="auto")
    st.html(LOOK)
    drafts()
    engine()
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
    settings()
    current = draft()
    if not guarded(lambda: void(current.parameters())):
        return
    parameters = current.parameters()
    st.markdown(say("what", year=parameters.horizon.end[:4]))
    st.html(f'<div class="narrow">{say("narrow")}</div>')
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
    run_bar()
    results()
