"""The screen: settings on the left, runs, and the tabs of results. All logic is in `state`; a control
shows the draft and writes to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
import yaml

from experiments.command.scenario import CONFIGS, known, options, read_policies
from experiments.dashboard import state
from experiments.dashboard.engine import Engine
from experiments.dashboard.state import Draft, Mistake, ParameterError, Result
from experiments.dashboard.tabs import (
    compare_tab,
    files_tab,
    language,
    map_tab,
    result_tab,
    say,
    time_tab,
    why_tab,
)
from experiments.dashboard.words import LANGUAGES, helped, label, word
from experiments.dashboard.words import section as part
from experiments.report import style
from sim.state.parameters import SECTIONS, Declaration

BY_RULE = {
    "matching": ["match"],
    "per_service": ["per_meal", "per_hour", "per_visit"],
    "tapering": ["taper"],
    "provision_point": ["point"],
}
SHOWN = {
    "business": ["business.payer", "business.start", "business.care_share"],
    "timebank": [
        "timebank.on",
        "timebank.credit_per_hour",
        "timebank.price_per_hour",
        "timebank.welcome",
        "timebank.overdraft",
        "timebank.expiry",
        "timebank.levy",
        "timebank.hour_fee",
        "timebank.exempt_special",
    ],
    "policy": [
        "canteen.on",
        "government.ceiling",
        "government.build_grant",
        "facilities.openings",
        "organisation.training",
        "organisation.insured",
        "organisation.honours",
        "organisation.publicity",
        "participation.stipend",
        "matching.platform",
    ],
    "shock": [
        "shocks.on",
        "shocks.budget_cut",
        "shocks.tourism_crash",
        "shocks.harvest_failure",
        "shocks.donor_loss",
        "shocks.scheduled",
        "shocks.scheduled_month",
    ],
}
COUNTIES = ("stratified", "default", "one_village")
LOOK = (
    "<style>.block-container{padding-top:4rem}h1{font-size:1.9rem!important;"
    "padding:0!important}[data-testid=stMetricValue]{white-space:normal}@media(min-width:700px){.narrow{display:none}}</style>"
)
SECONDS = 0.3 / (12 * 150 * 132)  # of one core for an elder-month, about
AHEAD = 15  # seconds; what is shown and takes less begins before Run is pressed


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The two processes, shared by all who look."""
    return Engine()


# -- what is on the table
# ----------------------------------------------------------------------------------------------
def drafts() -> list[Draft]:
    """The scenarios of this session."""
    if "drafts" not in st.session_state:
        st.session_state.update(drafts=[Draft(1, "A")], uid=1, results={}, signature={})
    return list(st.session_state.drafts)


def draft() -> Draft:
    """The scenario whose settings are shown."""
    mine = drafts()
    return next((d for d in mine if d.uid == st.session_state.get("current")), mine[0])


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
    taken = {d.name for d in drafts()}
    name = next(c for c in "ABCDEFGHIJ" if c not in taken)
    add(draft().copy(next_uid(), name))


def remove_current() -> None:
    """Take the shown scenario from the table."""
    uid = draft().uid
    st.session_state.drafts = [d for d in drafts() if d.uid != uid]
    st.session_state.results.pop(uid, None)
    st.session_state.current = st.session_state.drafts[0].uid


def signature(d: Draft) -> tuple[Any, ...]:
    """What a result depends on."""
    return tuple(sorted(d.values.items())), d.seeds, d.seed, d.draws, tuple(d.policies)


def result_of(d: Draft) -> Result | None:
    """The last result of a scenario."""
    found = st.session_state.results.get(d.uid)
    return found[1] if found else None


def fresh(d: Draft) -> bool:
    """Whether the result is that of the settings as they are."""
    found = st.session_state.results.get(d.uid)
    return bool(found and found[0] == signature(d) and found[1].seeds)


# -- controls
# ----------------------------------------------------------------------------------------------------------
def changed(d: Draft, path: str, key: str) -> None:
    """A control moved."""
    d.change({path: st.session_state[key]})


def step_of(low: float, high: float) -> float:
    """A round step of about a hundredth of a range."""
    rough = (high - low) / 100
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * k for k in (1, 2, 5, 10) if power * k >= rough * 0.999)


def control(d: Draft, path: str) -> None:
    """The control that a declaration asks for: switch, choice, slider or a field."""
    one: Declaration = known()[path]
    key = f"{d.uid}/{path}"
    st.session_state[key] = value = d.value(path)
    common: dict[str, Any] = {
        "key": key,
        "help": helped(one, language()),
        "on_change": changed,
        "args": (d, path, key),
    }
    name = label(one, language())
    if one.kind is bool:
        st.toggle(name, **common)
    elif one.choices:
        st.selectbox(name, one.choices, format_func=lambda c: word(c, language()), **common)
    elif one.kind is str:
        st.text_input(name, **common)
    elif one.low is None or one.high is None:
        st.number_input(name, **common)
    elif one.kind is int:
        st.slider(name, int(one.low), int(one.high), step=1, **common)
    else:
        step = step_of(one.low, one.high)
        digits = max(0, -math.floor(math.log10(step)), len(f"{value:.6f}".rstrip("0").partition(".")[2]))
        st.slider(name, float(one.low), float(one.high), step=step, format=f"%.{digits}f", **common)


def ready_policies(d: Draft) -> None:
    """The policies of configs/, which act in the order chosen, and what each does."""
    key = f"{d.uid}/policies"
    st.session_state[key] = list(d.policies)
    about = {
        name: yaml.safe_load((CONFIGS / "policy" / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in options()["policy"]
    }
    st.multiselect(
        say("policies"),
        list(about),
        key=key,
        format_func=lambda o: word(o, language()),
        placeholder=word("none", language()),
        select_all=False,
        help=say("policies_help"),
        on_change=lambda: setattr(d, "policies", list(st.session_state[key])),
    )
    for name in d.policies:
        what = about[name]["description"]
        what = style.translated().get(what, what) if language() == "zh" else what
        st.caption(f"{word(name, language())}: {what} ({about[name]['clause']})")
    try:
        read_policies(d.policies, d.parameters())
    except (Mistake, ParameterError) as e:
        st.error(str(e))


def preset(d: Draft, group: str) -> None:
    """Where a group starts from: the options of configs/."""
    key = f"{d.uid}/{group}"
    mine = state.chosen(d.values, group)
    st.session_state[key] = mine
    names = [*options()[group], *([] if mine else [""])]
    st.selectbox(
        say("preset"),
        names,
        key=key,
        format_func=lambda o: word(o, language()) if o else say("own"),
        on_change=lambda: state.choose(d, group, st.session_state[key]) if st.session_state[key] else None,
    )


def shares(d: Draft) -> None:
    """Four sliders in whole percent that always sum to one hundred; a line says which shares are in use.

    A slider that is moved faster than the page answers may stand elsewhere until it is touched again.
    """
    st.caption(say("shares"))
    now = {path: float(d.value(path)) for path in state.SHARES}
    percents = dict(zip(state.SHARES, state.whole(np.array(list(now.values())), 100).tolist(), strict=True))
    for path, percent in percents.items():
        key = f"{d.uid}/{path}"
        st.session_state[key] = percent

        def moved(path: str = path, key: str = key) -> None:
            d.change(state.rescaled(now, path, st.session_state[key]))

        st.slider(
            label(known()[path], language()),
            0,
            100,
            key=key,
            format="%d %%",
            help=helped(known()[path], language()),
            on_change=moved,
        )
    used = (
        f"{word(path.removeprefix('funding.share_'), language())} {percent} %"
        for path, percent in percents.items()
    )
    st.caption(say("shares_used", shares=" · ".join(used)))


def county_controls(d: Draft) -> None:
    """Which county: drawn by kinds, drawn by prevalence, one village, or uploaded."""
    given = bool(d.value("given.villages"))
    if given:
        st.success(say("uploaded", n=d.value("county.villages")))
        st.button(
            say("drop"), key=f"{d.uid}/drop", on_click=lambda: d.change({"given.villages": "", **state.START})
        )
    else:
        key = f"{d.uid}/county"
        now = state.chosen(d.values, "county")
        st.session_state[key] = now if now in COUNTIES else ""
        names = [*COUNTIES, *([] if now in COUNTIES else [""])]
        st.selectbox(
            say("preset"),
            names,
            key=key,
            format_func=lambda o: word(o, language()) if o else say("own"),
            on_change=lambda: (
                state.choose(d, "county", st.session_state[key]) if st.session_state[key] else None
            ),
        )
        st.session_state[f"{d.uid}/n"] = min(int(d.value("county.villages")), state.MOST_VILLAGES)
        st.slider(
            label(known()["county.villages"], language()),
            1,
            state.MOST_VILLAGES,
            key=f"{d.uid}/n",
            on_change=changed,
            args=(d, "county.villages", f"{d.uid}/n"),
        )
        st.session_state[f"{d.uid}/e"] = min(max(int(d.value("county.elders")), 10), 600)
        st.slider(
            label(known()["county.elders"], language()),
            10,
            600,
            step=10,
            key=f"{d.uid}/e",
            on_change=changed,
            args=(d, "county.elders", f"{d.uid}/e"),
        )
        control(d, "county.facility_share")
    years = [f"{y}-12" for y in range(2027, 2051)]
    now = str(d.value("horizon.end"))
    st.session_state[f"{d.uid}/end"] = now
    st.selectbox(
        label(known()["horizon.end"], language()),
        sorted({*years, now}),
        key=f"{d.uid}/end",
        on_change=changed,
        args=(d, "horizon.end", f"{d.uid}/end"),
    )
    st.download_button(
        say("template"),
        state.template(),
        "villages.csv",
        "text/csv",
        key=f"{d.uid}/template",
        on_click="ignore",
    )
    file = st.file_uploader(
        say("upload"), type="csv", key=f"{d.uid}/csv", help=say("upload_help"), max_upload_size=1
    )
    if file is not None and st.session_state.get("seen_csv") != file.file_id:
        guarded(partial(take_file, d, file.getvalue(), file.file_id))


def take_file(d: Draft, content: bytes, identity: str) -> None:
    """Use an uploaded table of villages, or list the cells that cannot be used."""
    faults = state.take_villages(d, state.decoded(content))
    if faults:
        st.error(say("faults", n=len(faults)))
        head = [say(k) for k in ("row", "column", "stands", "allowed")]
        st.table(pd.DataFrame([tuple(map(str, f)) for f in faults[:50]], columns=head).set_index(head[0]))
        return
    st.session_state.seen_csv = identity
    st.rerun()


def guarded(action: Callable[[], None]) -> bool:
    """Do something; a user's mistake becomes a sentence on the page."""
    try:
        action()
        return True
    except (Mistake, ParameterError) as e:
        st.error(str(e))
        return False


def scenario_bar() -> None:
    """Which scenario, its name, copy and remove."""
    mine, d = drafts(), draft()
    st.session_state.current = d.uid
    st.selectbox(
        say("scenario"),
        [x.uid for x in mine],
        key="current",
        format_func=lambda u: next((x.name for x in mine if x.uid == u), ""),
    )
    st.session_state[f"{d.uid}/name"] = d.name

    def renamed() -> None:
        taken = {x.name for x in drafts() if x.uid != d.uid}
        d.name = next(
            n
            for n in (
                f"{st.session_state[f'{d.uid}/name'].strip()[:40] or d.name}{' ' * bool(k)}{k or ''}"
                for k in range(9)
            )
            if n not in taken
        )

    st.text_input(say("name"), key=f"{d.uid}/name", on_change=renamed, max_chars=40)
    left, right = st.columns(2)
    left.button(
        say("copy"), on_click=copy_current, disabled=len(mine) >= state.MOST_SCENARIOS, width="stretch"
    )
    right.button(say("remove"), on_click=remove_current, disabled=len(mine) == 1, width="stretch")


def files(d: Draft) -> None:
    """Save as the YAML that run.py takes; load one."""
    try:
        st.download_button(
            say("save"),
            d.yaml(),
            f"{state.file_name(d.name)}.yaml",
            "application/yaml",
            key=f"{d.uid}/save",
            on_click="ignore",
        )
    except ParameterError as e:
        st.error(str(e))
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
        except UnicodeDecodeError as e:
            raise Mistake("the file is not a text in UTF-8") from e
        add_loaded = state.loaded(
            text,
            next_uid(),
            name if name not in {x.name for x in drafts()} else f"{name} {st.session_state.uid}",
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
        d = draft()
        with st.expander(say("payers"), expanded=True):
            preset(d, "funding")
            control(d, "funding.rule")
            shares(d)
            for path in BY_RULE.get(str(d.value("funding.rule")), []):
                control(d, f"funding.{path}")
            control(d, "funding.reserve")
        with st.expander(say("business")):
            control(d, "business.kind")
            for path in SHOWN["business"]:
                control(d, path)
        for group in ("timebank", "policy", "shock"):
            with st.expander(say(group)):
                if group == "policy":
                    ready_policies(d)
                preset(d, {"policy": "service"}.get(group, group))
                for path in SHOWN[group]:
                    if path in known():
                        control(d, path)
        with st.expander(say("county")):
            county_controls(d)
            st.session_state[f"{d.uid}/seeds"] = d.seeds
            st.slider(
                say("seeds"),
                1,
                state.MOST_SEEDS,
                key=f"{d.uid}/seeds",
                on_change=lambda: setattr(d, "seeds", st.session_state[f"{d.uid}/seeds"]),
            )
            st.session_state[f"{d.uid}/draws"] = d.draws
            st.toggle(
                say("draws"),
                key=f"{d.uid}/draws",
                help=say("draws_help"),
                on_change=lambda: setattr(d, "draws", st.session_state[f"{d.uid}/draws"]),
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
                "funding.reserve",
                "business.kind",
                "county.villages",
                "county.elders",
                "county.facility_share",
                "horizon.end",
                "given.villages",
            }
            common |= {f"funding.{p}" for p in BY_RULE.get(str(d.value("funding.rule")), [])}
            for path in known():
                if path.startswith(f"{section}.") and path not in common:
                    control(d, path)
        with st.expander(say("file")):
            files(d)


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


def seconds(d: Draft) -> float:
    """What a scenario takes, about."""
    p = d.parameters()
    return SECONDS * p.county.villages * p.county.elders * p.horizon.months * d.seeds / engine().workers


def run_bar() -> None:
    """Run, progress and cancel; the state of the result in words."""
    missing = [d for d in drafts() if not fresh(d)]
    if st.session_state.get("running"):
        st.button(say("cancel"), on_click=stop_run, key="cancel")
        if guarded(partial(run_all, missing)):
            st.session_state.running = False
            st.rerun()
        st.session_state.running = False
        return
    st.button(say("run"), type="primary", on_click=start_run, disabled=not missing, key="run")
    note = st.session_state.get("note", "")
    d = draft()
    with suppress(Mistake, ParameterError):  # said when Run is pressed
        if sum(map(seconds, missing)) < AHEAD:
            engine().ahead([t for x in missing for t in x.tasks()])
    if note:
        st.info(note)
    elif result_of(d) is None:
        st.info(say("empty", seconds=f"{1 + seconds(d):.0f}"))
    elif not fresh(d):
        st.warning(say("stale"))


def run_all(missing: list[Draft]) -> None:
    """Run every scenario without a result; finished runs stay known when this is cancelled."""
    work = engine()
    tasks = {d.uid: d.tasks() for d in missing}
    every = [t for mine in tasks.values() for t in mine]
    bar = st.progress(0.0, say("running", done=0, all=len(every)) if work.ready else say("starting"))
    for done in work.run(every):
        st.session_state.done = done
        bar.progress(
            done / max(len(every), 1),
            say("running", done=done, all=len(every)) if work.ready else say("starting"),
        )
    for d in missing:
        outcomes = [o for o in map(work.known, tasks[d.uid]) if o is not None]
        st.session_state.results[d.uid] = (signature(d), state.result(d, outcomes))


# -- results
# -----------------------------------------------------------------------------------------------------------
def results() -> None:
    """The right side."""
    d = draft()
    mine = result_of(d)
    if mine is None:
        return
    if mine.errors:
        st.error(say("failed", n=len(mine.errors), what=mine.errors[0]))
    if not mine.seeds:
        return
    every = [r for x in drafts() if (r := result_of(x)) is not None and r.seeds]
    for x in drafts():  # a renamed scenario keeps its result
        if (r := result_of(x)) is not None and r.name != x.name:
            object.__setattr__(r, "name", x.name)
    tabs = st.tabs(
        [say(f"tab_{k}") for k in ("result", "compare", "time", "map", "why", "files")],
        key="tab",
        on_change="rerun",
    )
    others = [r for r in every if r is not mine]
    for tab, fill in zip(
        tabs,
        (
            partial(result_tab, mine),
            partial(compare_tab, every),
            partial(time_tab, every, mine),
            partial(map_tab, mine),
            partial(why_tab, mine),
            partial(files_tab, mine, d, others, engine()),
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
        format_func=lambda k: LANGUAGES[k],
        key="language",
        default="en",
        required=True,
        label_visibility="collapsed",
    )
    left.title(say("title"))
    settings()
    d = draft()
    if not guarded(lambda: void(d.parameters())):
        return
    p = d.parameters()
    st.markdown(say("what", year=p.horizon.end[:4]))
    st.html(f'<div class="narrow">{say("narrow")}</div>')
    st.caption(
        say(
            "size",
            villages=p.county.villages,
            elders=p.county.elders,
            start=p.horizon.start,
            end=p.horizon.end,
            seeds=d.seeds,
        )
        + (" " + say("strata") if p.county.stratified else "")
    )
    run_bar()
    results()


def void(_: object) -> None:
    """Nothing is done with it."""
