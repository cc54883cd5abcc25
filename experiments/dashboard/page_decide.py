"""Three pages: what would it take, where does it fail, when to change; each with its picture and sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ..command.paths import command
from ..command.scenario import known
from . import (
    charts_answer,
    charts_decide,
    extra,
    failing,
    lever,
    state,
    stored,
    stories,
    village_rows,
    watching,
)
from .measures import answer_of
from .session import copy_current, draft, drafts, engine
from .state import DraftResult
from .tabs import as_table, headed, language, noted, say, show
from .words import label, word


def _command(experiment: str) -> None:
    """The whole study on the command line."""
    name = f"{state.file_name(draft().name)}.yaml"
    noted(say("more_command"))
    st.code(command(f"experiment={experiment}", f"scenario={name}"), language="sh", wrap_lines=True)


# -- what would it take
# ----------------------------------------------------------------------------------------------------------
def takes_tab(_result: DraftResult) -> None:
    """The ladder on these settings, then one lever from end to end."""
    _ladder()
    st.divider()
    headed(f"**{say('lever_head')}**")
    _lever()
    _command("what_it_takes")


def _ladder() -> None:
    lang, rungs = language(), _rungs()
    if not rungs:
        return
    headed(f"#### {lever.ladder_sentence(rungs, lang)}")
    show(charts_answer.ladder(rungs, stories.TARGET, lang), say("ladder"))
    seeds = min(draft().seeds, village_rows.MOST_SEEDS)
    noted(f"{say('ladder_order')} {say('ladder_seeds', seeds=seeds)}")
    as_table(charts_answer.ladder_told(rungs, lang))


def _rungs() -> Mapping[str, float]:
    """Step -> villages of 100 that stay open: as stored, or worked out; nothing where nobody asked for it."""
    shown, kept = draft(), stored.read().get(stories.TAKES)
    if kept is not None and shown.identity == stories.plain()[stories.TODAY].identity:
        return kept.rungs
    steps = village_rows.steps(shown)
    every = [task for tasks in steps.values() for task in tasks]
    if not extra.worked_out(every, "ladder", "ladder_ask"):
        return {}
    return {
        key: answer_of(extra.result_of_runs(shown, tasks)).figures()["lasting"].mean
        for key, tasks in steps.items()
    }


def _lever() -> None:
    shown, lang = draft(), language()
    paths = lever.offered(shown)
    if not paths:
        st.info(say("lever_none"))
        return
    path = st.selectbox(
        say("lever"), paths, format_func=lambda one: label(known()[one], lang), key=f"lever/{lang}"
    )
    settings = lever.settings(shown, path)
    runs = {value: village_rows.tasks(one, lever.SEEDS) for value, one in settings.items()}
    if not extra.worked_out([task for tasks in runs.values() for task in tasks], "lever", "lever_ask"):
        return
    points = [
        lever.LeverPoint(float(value), answer_of(extra.result_of_runs(settings[value], tasks)))
        for value, tasks in runs.items()
    ]
    same = village_rows.tasks(shown, lever.SEEDS)  # the seeds of the curve
    if not extra.worked_out(same, "lever_now", "lever_ask"):
        return
    now = answer_of(extra.result_of_runs(shown, same)).figures()["lasting"]
    st.markdown(lever.curve_sentence(path, points, now, lang))
    top, cost = charts_decide.curve(lever.curve_frame(points), path, float(shown.value(path)), lang)
    show(top, say("lever_axis"))
    show(cost, say("lever_yuan"))
    noted(say("lever_note", seeds=min(shown.seeds, lever.SEEDS)))


# -- where does it fail
# ----------------------------------------------------------------------------------------------------------
def fails_tab(result: DraftResult) -> None:
    """By kind and strength of village from the runs there are; conditions on request."""
    lang = language()
    found = failing.cells(result.rows)
    headed(f"#### {failing.cells_sentence(found, lang)}")
    show(charts_decide.cells(found, lang), say("fails_chart"))
    as_table(charts_decide.cells_told(found, lang))
    headed(f"**{say('conditions_head')}**")
    st.markdown(say("conditions_about"))
    _conditions()
    _command("discover")


def _conditions() -> None:
    shown, lang = draft(), language()
    tasks = failing.futures(shown)
    if not extra.worked_out(tasks, "futures", "conditions_ask", by_itself=False, n=len(tasks)):
        return
    made = extra.result_of_runs(shown, tasks)
    found = failing.searched(tasks, made.rows, made.parameters, shown.seed)
    for text in failing.conditions(found, lang):
        st.markdown(text)
    points = failing.points(found)
    if len(points):
        chart = charts_decide.futures(points, failing.ends(found), lang)
        show(chart, f"{say('conditions_chart')} ({failing.failure_word(found, lang)})")


# -- when to change
# ----------------------------------------------------------------------------------------------------------
def change_tab(result: DraftResult) -> None:
    """How many stations are open month by month, and which signpost warns of a closure."""
    shown, lang = draft(), language()
    counties = _watched(result)
    if counties is None:
        return
    weights = [_weights(result, replicate) for replicate in range(len(counties))]
    start = shown.parameters().horizon.start
    course = watching.course(counties, weights)
    headed(f"#### {watching.course_sentence(course, start, lang)}")
    show(charts_decide.course(course, start, lang), say("course_chart"))
    noted(say("course_note", seeds=len(counties)))
    headed(f"**{say('watch_head')}**")
    found = watching.warned(counties, shown.parameters(), shown.seed)
    st.markdown(watching.warned_sentence(found, lang))
    _try(found)
    frame = watching.frame(found, lang)
    if len(frame):
        show(charts_decide.alarms(frame, lang), say("watch_chart"))
        noted(say("watch_note", months=watching.HORIZON))
    _command("pathways")


def _try(found: Sequence[watching.Warned]) -> None:
    """A policy that waits for the best signpost, put on a copy to compare."""
    shown, best = draft(), next((one for one in found if one.clear), None)
    policy = watching.waiting().get(best.name, "") if best else ""
    if not policy or policy in shown.policies or len(drafts()) >= state.MOST_SCENARIOS:
        return

    def put() -> None:
        copy_current()
        draft().policies.append(policy)

    told = say("watch_try", policy=word(policy, language()))
    st.button(told, key="watch_try", on_click=put, help=say("watch_try_help"))


def _weights(result: DraftResult, replicate: int) -> np.ndarray:
    """Of the villages of a run, in the order of their numbers."""
    mine: pd.DataFrame = result.rows[result.rows["replicate"] == replicate].sort_values("village")
    return mine["weight"].to_numpy(float)


def _watched(result: DraftResult) -> list[dict[str, np.ndarray]] | None:
    """The months of each seed, read again by the workers and remembered."""
    shown = draft()
    finished = set(result.rows["replicate"])
    tasks = village_rows.tasks(shown, watching.SEEDS)
    if shown.parameters() != result.parameters or not finished >= set(range(len(tasks))):
        st.info(say("need_run"))
        return None
    kept = st.session_state.setdefault("watched", {})
    if shown.identity not in kept:
        place, made = st.empty(), []
        for found in engine().ask_each(watching.watched, tasks):
            made.append(found)
            place.progress(len(made) / len(tasks), say("running", done=len(made), all=len(tasks)))
        place.empty()
        kept.clear()
        kept[shown.identity] = made
    found_all: list[dict[str, np.ndarray]] = kept[shown.identity]
    return found_all
