"""Why? One village in one run: its course, its money, its plans, and what would have kept it open."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from sim.parts.station import ENDS
from sim.state.codes import PAYERS

from .. import statistics
from ..arms import relief_of
from ..command.experiment_settings import Settings
from ..command.scenario import read_policies
from ..report.village_names import village_names
from ..studies import baseline
from ..study.plan import Task
from . import charts, charts_why, stories, story, story_money, telling, village_rows
from .account import Account, account, told
from .extra import read_again
from .session import draft, engine, picked
from .state import Draft, DraftResult
from .tabs import headed, language, noted, say, show
from .tips import spoken
from .words import word


def why_tab(result: DraftResult) -> None:
    """The page."""
    replicate, village = _chosen(result)
    one = story.story(result, replicate, village)
    name = village_rows.short_names(result, language())[village]
    headed(f"#### {spoken(name[:1].upper() + name[1:], [_verdict(one)], language())}")
    found = _account(result, replicate, village)
    if found is not None:
        for text in telling.what_if(found, language()):
            headed(f"**{say('if_head')}** {text}")
        show(charts_why.timeline(one.months, found.is_open, found.events, language()), say("timeline"))
        st.markdown("\n".join(f"- {text}" for text in telling.events(found, language())))
    _money(one, found)
    if found is not None:
        _plans(found)
    with st.expander(say("months_head")):
        show(charts.purse(one.months, language()), say("chart_money"))
        show(charts.stock(one.months, language()), say("chart_cash"))
    with st.expander(say("account_head")):
        _whole(result, replicate, village, one, found)


def _chosen(result: DraftResult) -> tuple[int, int]:
    """The run and the village that are looked at: those that another page led to, or the worst."""
    names = village_names(result.parameters)
    seeds = sorted(int(key) for key in result.rows["replicate"].unique())
    first = story.worst(result)
    number, seed = picked(result), st.session_state.get("picked_seed", -1)
    village_now = number or first[1]
    if number and seed not in seeds:  # from the table: the first seed in which it went wrong
        seed = story.worst_seed(result, number)
    seed_now = seed if seed in seeds else first[0]
    st.session_state["why_seed"], st.session_state["why_village"] = seed_now, village_now
    left, right = st.columns(2)
    numbers = sorted(int(one) for one in result.rows["village"].unique())

    def moved() -> None:
        st.session_state.picked = st.session_state["why_village"]
        st.session_state.picked_seed = st.session_state["why_seed"]

    village = left.selectbox(
        say("village"),
        numbers,
        format_func=lambda one: names[one].listed,
        key="why_village",
        on_change=moved,
    )
    replicate = right.selectbox(
        say("seed"), seeds, format_func=lambda key: str(key + 1), key="why_seed", on_change=moved
    )
    return int(replicate), int(village)


def _verdict(one: story.Story) -> str:
    """How it ended, in a sentence."""
    lang = language()
    text = say("is_now", verdict=word(one.judged, lang))
    if one.closed:
        again = " " + say("reopened") if one.reopened else ""
        return str(
            say("closed_in", month=one.closed, cause=telling.causes(one.causes, lang)) + again + " " + text
        )
    judged = word(one.judged, lang)
    missed = ", ".join(told for told in (word(reason, lang) for reason in one.missed) if told != judged)
    return str(text + (" " + say("missed", what=missed) if missed else ""))


# -- the account, from a worker
# ----------------------------------------------------------------------------------------------------------
def _account(result: DraftResult, replicate: int, village: int) -> Account | None:
    """Read by a worker once; None where the run could not be made again."""
    return read_again(
        result,
        replicate,
        village,
        account,
        lambda: (village, *_others(draft(), result, replicate, village)),
    )


def _task(shown: Draft, replicate: int) -> Task:
    return shown.tasks()[replicate]


def _others(
    shown: Draft, result: DraftResult, replicate: int, village: int
) -> tuple[Mapping[str, Task], Mapping[str, Task]]:
    """The same run with each step of the ladder, and without each cause of its closures."""
    steps = {
        name: _task(one, replicate) for name, one in stories.ladder(shown).items() if name != stories.TODAY
    }
    rows = result.rows
    mine = rows[(rows["replicate"] == replicate) & (rows["village"] == village)].iloc[0]
    bits = int(mine["cause"]) if mine["closures"] > 0 else 0
    names = [name for place, name in enumerate(ENDS) if bits >> place & 1 and name != statistics.NO_SWITCH]
    parameters = shown.parameters()
    settings = Settings("baseline", seeds=shown.seeds, seed=shown.seed, draws=shown.draws)
    policies, _ = read_policies(shown.policies, parameters)
    relieved = {
        name: baseline.one(settings, parameters, set(shown.values), replicate, f"relief:{name}", policies)
        for name in names
        if relief_of(name, parameters)
    }
    return steps, relieved


# -- money and plans
# ----------------------------------------------------------------------------------------------------------
def _money(one: story.Story, found: Account | None) -> None:
    """Cost, pledged, paid, gap in the twelve months before a closure or the end."""
    months = [str(month.strftime("%Y-%m")) for month in one.months["month"]]
    stops = [event.month for event in found.closures] if found is not None else []
    choices = list(dict.fromkeys([*reversed(stops), months[one.stop], months[-1]]))
    headed(f"**{say('bar_cost')} → {say('bar_pledged')} → {say('bar_paid')} → {say('bar_gap')}**")
    until = (
        st.selectbox(
            say("money_until"),
            choices,
            format_func=lambda month: say(
                "money_end" if month == months[-1] else "money_closure", month=month
            ),
            key=f"money_until/{len(choices)}/{choices[0]}/{language()}",
        )
        if len(choices) > 1
        else choices[0]
    )
    sums = one.sums(months.index(until))
    lang = language()
    st.markdown(story_money.sentence(sums, lang))
    if not story_money.any_money(sums):
        return
    left, right = st.columns([3, 2])
    with left:
        show(charts_why.waterfall(story_money.bars(sums), lang), say("waterfall", month=until))
    lines = [(word(key, lang), f"{sums[key]:,.0f}") for key in (*PAYERS, "business")]
    right.table(
        pd.DataFrame(
            [*lines, (say("paid_in"), f"{sums['paid_in']:,.0f}")], columns=["", say("yuan_stock")]
        ).set_index("")
    )


def _plans(found: Account) -> None:
    """The last plan with a station, and what was refused."""
    lang = language()
    if found.plan is not None:
        headed(f"**{say('plan_head')}**")
        st.markdown(telling.plan(found.plan, lang))
        st.table(telling.plan_table(found.plan, lang))
    if found.searched:
        headed(f"**{say('refused_head', month=found.searched)}**")
        st.markdown("\n".join(f"- {text}" for text in telling.refused(found, lang)))


def _whole(
    result: DraftResult, replicate: int, village: int, one: story.Story, found: Account | None
) -> None:
    """The chain that `explain` prints, on request."""
    months = [str(month.strftime("%Y-%m")) for month in one.months["month"]]
    stop = found.closures[-1].month if found is not None and found.closures else months[one.stop]
    month = st.selectbox(
        say("account_month"), months, index=months.index(stop), key=f"account_month/{replicate}/{village}"
    )
    if found is not None and st.button(say("account_get"), key="account_get"):
        st.code(engine().ask(told, _task(draft(), replicate), village, month), language=None, wrap_lines=True)
    noted(say("account_note"))
