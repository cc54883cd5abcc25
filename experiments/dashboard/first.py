"""The first screen: an answer, one picture, three sentences, four stories; and the table beside it."""

from __future__ import annotations

import streamlit as st

from ..report.glossary import hint
from . import charts_answer, sentences, stored, stories
from .compare import MARKS, sentence, told, verdict
from .measures import ScreenAnswer, differences
from .session import ShownAnswer, answer_for, draft, drafts, take
from .state import MOST_SCENARIOS, Draft
from .tabs import as_table, language, noted, say, show
from .words import escaped


def lead(shown: ShownAnswer | None, look: int = 0) -> None:
    """The answer in a line, three sentences and a picture; where it is from."""
    if shown is None:
        return
    answer, lang = shown.answer, language()
    texts, headline = sentences.three(answer, lang), sentences.headline(answer, lang)
    st.subheader(headline, help=hint(" ".join([headline, *texts]), lang) or None)
    left, right = st.columns([5, 4], gap="large")
    with left:
        for text in texts:
            st.markdown(text)
        if shown.stored is not None:
            _story_told(shown.stored)
        noted(" ".join([_from(shown, look), say("if_rules")]))
    with right:
        counts = sentences.squares(answer.classes)
        show(charts_answer.hundred(counts, lang), say("picture", year=answer.year))
    if shown.stored is not None and shown.stored.rungs:
        show(charts_answer.ladder(shown.stored.rungs, stories.TARGET, lang), say("ladder"))
        noted(say("ladder_order"))
        as_table(charts_answer.ladder_told(shown.stored.rungs, lang))


def _from(shown: ShownAnswer, look: int) -> str:
    """Where an answer is from."""
    if look:
        return str(say("first_look", done=look, seeds=draft().seeds))
    if shown.stored is not None:
        return str(say("stored", made=shown.stored.made, seeds=len(shown.answer.seeds)))
    return str(say("by_seeds", n=len(shown.answer.seeds)))


def _story_told(kept: stored.Stored) -> None:
    """What a story says beside "as today"."""
    today = stored.read().get(stories.TODAY)
    if today is not None and kept.key != stories.TODAY:
        gaps = differences(today.answer, kept.answer)
        st.markdown(say("beside_today", what=sentence(say("this"), gaps, language())))


def story_cards() -> None:
    """Four settings to click, each with its stored answer."""
    found = stored.read()
    if not found:
        return
    st.markdown(f"**{say('stories')}**")
    for column, (key, kept) in zip(st.columns(len(found)), found.items(), strict=True):
        with column.container(border=True):
            here = draft().identity == kept.draft.identity
            st.button(
                say(f"story_{key}"),
                key=f"story/{key}",
                on_click=take,
                args=(kept.draft,),
                type="primary" if here else "secondary",
                width="stretch",
            )
            keeps = sentences.number(kept.answer.figures()["lasting"].mean)
            st.markdown(say("story_number", lasting=keeps))
            st.caption(say(f"about_{key}"))


def strip() -> None:
    """All scenarios on the table with what they come to: the others stay in sight while one is set."""
    mine = drafts()
    if len(mine) < 2:
        return
    base = answer_for(mine[0])
    for column, one in zip(st.columns(MOST_SCENARIOS), mine, strict=False):
        with column.container(border=True):
            _tile(one, base.answer if base is not None and one is not mine[0] else None)


def _tile(one: Draft, base: ScreenAnswer | None) -> None:
    shown = answer_for(one)
    here = f" · {say('strip_shown')}" if one.uid == draft().uid else ""
    st.markdown(f"**{escaped(one.name)}**{here}")
    if shown is None:
        st.caption(say("strip_none"))
        return
    found = shown.answer.figures()
    st.markdown(say("strip_open", n=f"**{sentences.number(found['lasting'].mean)}**"))
    notes = [say("strip_served", n=sentences.number(found["added"].mean))]
    notes += [] if shown.current else [say("strip_stale")]
    st.caption(" · ".join(notes))
    if base is not None:
        gaps = differences(base, shown.answer)
        for name in ("lasting", "added", "public_year"):
            found_as, gap = verdict(name, gaps[name]), told(name, gaps[name], sign=True)
            st.caption(f"{MARKS[found_as]} {say(f'strip_gap_{name}', gap=gap)} · {say(found_as)}")
