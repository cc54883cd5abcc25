"""The controls of the settings page: a parameter, an option of a group, the shares, the county."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import streamlit as st

from sim.state.parameters import Declaration, condition

from ..command import template
from ..command.border_file import BESIDE, rings_of
from ..command.border_file import SUFFIXES as SUFFIXES_OF_BORDERS
from ..command.paths import BORDERS
from ..command.scenario import known, options, policy_file, read_policies
from ..command.table_file import SUFFIXES
from ..report import style
from . import acting, compare, state
from .session import FaultyFile, changed
from .shares import SHARES, moved, points
from .state import Draft, Mistake, ParameterError
from .tabs import language, say
from .words import escaped, helped, label, named, word

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
REST = "funding.share_families"  # takes what the others leave, as a station's price does


def step_of(low: float, high: float) -> float:
    """A round step of about a hundredth of a range."""
    rough = (high - low) / 100
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)


def control(shown: Draft, path: str) -> None:
    """The control that a declaration asks for: switch, choice, slider or a field."""
    one: Declaration = known()[path]
    key = f"{shown.uid}/{path}"
    st.session_state[key] = value = shown.value(path)
    common: dict[str, Any] = {
        "key": key,
        "help": helped(one, language()),
        "on_change": changed,
        "args": (shown, path, key),
    }
    name = label(one, language())
    if waits := _waits(path):
        common |= {"disabled": True, "help": f"{_waiting(waits)} {common['help']}"}
    if one.kind is bool:
        st.toggle(name, **common)
    elif one.choices:
        st.selectbox(name, one.choices, format_func=lambda choice: word(choice, language()), **common)
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


def _waits(path: str) -> list[str]:
    """What a parameter waits for with the settings that are shown; `note_acting` has looked at them."""
    return acting.waits_for(path, *st.session_state.get("acting", ({}, frozenset())))


def note_acting(shown: Draft) -> None:
    """Look once a page at what acts with these settings."""
    st.session_state.acting = acting.flat(shown), acting.moving(shown)


def _waiting(conditions: list[str]) -> str:
    """What a grey control waits for, in words."""
    told = []
    for one in conditions:
        path, equal, value = condition(one)
        shown = compare.shown(path, (known()[path].kind is bool and value == "true") or value, language())
        told.append(say("is" if equal else "is_not", name=named(known()[path], language()), value=shown))
    return str(say("waits", what=say("or").join(told)))


def ready_policies(shown: Draft) -> None:
    """The policies of configs/, which act in the order chosen, and what each does."""
    key = f"{shown.uid}/policies"
    st.session_state[key] = list(shown.policies)
    about = {name: policy_file(name) for name in options()["policy"]}
    st.multiselect(
        say("policies"),
        list(about),
        key=key,
        format_func=lambda option: word(option, language()),
        placeholder=word("none", language()),
        select_all=False,
        help=say("policies_help"),
        on_change=lambda: setattr(shown, "policies", list(st.session_state[key])),
    )
    for name in shown.policies:
        what = str(about[name].get("description", ""))
        what = style.translated().get(what, what) if language() == "zh" else what
        clause = str(about[name].get("clause", ""))
        st.caption(f"{word(name, language())}: {escaped(what)} ({escaped(clause)})")
    try:
        read_policies(shown.policies, shown.parameters())
    except (Mistake, ParameterError) as error:
        st.error(escaped(str(error)))


def preset(shown: Draft, group: str) -> None:
    """Where a group starts from: the options of configs/."""
    key = f"{shown.uid}/{group}"
    mine = state.chosen(shown.values, group)
    st.session_state[key] = mine
    names = [*options()[group], *([] if mine else [""])]
    st.selectbox(
        say("preset"),
        names,
        key=key,
        format_func=lambda option: word(option, language()) if option else say("own"),
        on_change=lambda: (
            state.choose(shown, group, st.session_state[key]) if st.session_state[key] else None
        ),
    )


def shares(shown: Draft) -> None:
    """Four boxes in percent that always sum to one hundred: one payer takes the rest, a locked one stays."""
    keep = f"{shown.uid}/rest"
    rest = st.session_state[keep] = st.session_state.get(keep, REST)

    def payer(path: str) -> str:
        return word(path.removeprefix("funding.share_"), language())

    st.caption(say("shares_help", rest=payer(rest)))
    st.selectbox(say("rest"), SHARES, key=keep, format_func=payer)
    now = {path: float(shown.value(path)) for path in SHARES}
    locked = {path for path in SHARES if path != rest and st.session_state.get(f"{shown.uid}/lock/{path}")}
    for path, points_ in points(now).items():
        key = f"{shown.uid}/{path}"
        st.session_state[key] = points_ / 100
        box, lock = st.columns([3, 2], vertical_alignment="bottom")

        def changed_to(path: str = path, key: str = key) -> None:
            shown.change(moved(now, path, st.session_state[key], rest, locked))

        box.number_input(
            f"{label(known()[path], language())}, %",
            0.0,
            100.0,
            step=5.0,
            format="%.4g",
            key=key,
            help=helped(known()[path], language()),
            on_change=changed_to,
            disabled=path == rest or path in locked or bool(_waits(path)),
        )
        lock.checkbox(say("lock"), key=f"{shown.uid}/lock/{path}", disabled=path == rest)


def county_controls(shown: Draft) -> None:
    """Which county: drawn by kinds, drawn by prevalence, one village, or uploaded."""
    given = bool(shown.value("given.villages"))
    if given:
        st.success(say("uploaded", n=shown.value("county.villages")))
        for note in st.session_state.get("notes_csv", ()):
            st.caption(escaped(note.by(language())))
        st.button(
            say("drop"),
            key=f"{shown.uid}/drop",
            on_click=lambda: state.without_villages(shown),
        )
    else:
        key = f"{shown.uid}/county"
        now = state.chosen(shown.values, "county")
        st.session_state[key] = now if now in COUNTIES else ""
        names = [*COUNTIES, *([] if now in COUNTIES else [""])]
        st.selectbox(
            say("preset"),
            names,
            key=key,
            format_func=lambda option: word(option, language()) if option else say("own"),
            on_change=lambda: (
                state.choose(shown, "county", st.session_state[key]) if st.session_state[key] else None
            ),
        )
        st.session_state[f"{shown.uid}/n"] = min(int(shown.value("county.villages")), state.MOST_VILLAGES)
        st.slider(
            label(known()["county.villages"], language()),
            1,
            state.MOST_VILLAGES,
            key=f"{shown.uid}/n",
            on_change=changed,
            args=(shown, "county.villages", f"{shown.uid}/n"),
        )
        st.session_state[f"{shown.uid}/e"] = min(max(int(shown.value("county.elders")), 10), 600)
        st.slider(
            label(known()["county.elders"], language()),
            10,
            600,
            step=10,
            key=f"{shown.uid}/e",
            on_change=changed,
            args=(shown, "county.elders", f"{shown.uid}/e"),
        )
        control(shown, "county.facility_share")
    years = [f"{year}-12" for year in range(2027, 2051)]
    now = str(shown.value("horizon.end"))
    st.session_state[f"{shown.uid}/end"] = now
    st.selectbox(
        label(known()["horizon.end"], language()),
        sorted({*years, now}),
        key=f"{shown.uid}/end",
        on_change=changed,
        args=(shown, "horizon.end", f"{shown.uid}/end"),
    )
    upload(shown, f"{shown.uid}/csv")


def upload(shown: Draft, key: str) -> None:
    """A template to fill in, and a place for the table that was filled in; `key` tells the places apart."""
    st.download_button(
        say("template"),
        partial(template.content, "villages", language() == "zh", ".xlsx"),  # made when it is asked for
        "villages.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{key}/template",
        on_click="ignore",
    )
    file = st.file_uploader(
        say("upload"),
        type=[suffix[1:] for suffix in SUFFIXES],
        key=key,
        help=say("upload_help"),
        max_upload_size=2,
    )
    if file is not None and st.session_state.get(f"seen/{key}") != file.file_id:
        st.session_state[f"seen/{key}"] = file.file_id
        take_file(shown, file.getvalue(), file.name)
        st.rerun()


def take_file(shown: Draft, content: bytes, name: str) -> None:
    """Use an uploaded table of villages, or keep what is wrong with it for the page."""
    st.session_state.pop("faulty", None)
    try:
        found = state.take_villages(shown, content, name)
    except (Mistake, ParameterError) as error:
        st.session_state.faulty = FaultyFile(name, str(error))
        return
    if found.faults:
        st.session_state.faulty = FaultyFile(name, "", tuple(found.faults))
    else:
        st.session_state.notes_csv = found.notes
        st.session_state.pop("notes_borders", None)


def upload_borders(shown: Draft) -> None:
    """A place for the borders of the villages that are in use, and what was read of them."""
    count = len(rings_of(str(shown.value(BORDERS))))
    st.markdown(f"**{say('borders')}**")
    st.markdown(say("borders_used", n=count) if count else say("borders_none"))
    for note in st.session_state.get("notes_borders", ()) if count else ():
        st.caption(escaped(note.by(language())))
    st.download_button(
        say("borders_template"),
        partial(template.content, template.BORDERS, language() == "zh", ".geojson"),
        "borders.geojson",
        "application/geo+json",
        key=f"{shown.uid}/borders/template",
        on_click="ignore",
    )
    if count:
        st.button(say("borders_drop"), key=f"{shown.uid}/borders/drop", on_click=_drop_borders, args=(shown,))
    key = f"{shown.uid}/borders"
    files = st.file_uploader(
        say("borders_upload"),
        type=[suffix[1:] for suffix in (*SUFFIXES_OF_BORDERS, *BESIDE)],
        key=key,
        accept_multiple_files=True,
        help=say("borders_help"),
        max_upload_size=2,
    )
    given = tuple(file.file_id for file in files)
    if given and st.session_state.get(f"seen/{key}") != given:
        st.session_state[f"seen/{key}"] = given
        take_border_files(shown, {file.name: file.getvalue() for file in files})
        st.rerun()


def _drop_borders(shown: Draft) -> None:
    shown.change({BORDERS: ""})
    st.session_state.pop("notes_borders", None)


def take_border_files(shown: Draft, files: dict[str, bytes]) -> None:
    """Use uploaded borders, or keep what is wrong with them for the page."""
    st.session_state.pop("faulty", None)
    try:
        st.session_state.notes_borders = state.take_borders(shown, files)
    except (Mistake, ParameterError) as error:
        st.session_state.faulty = FaultyFile(", ".join(files), str(error))
