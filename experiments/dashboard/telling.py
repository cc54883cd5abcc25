"""The account of a village in sentences, in the language that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.state.codes import PAYERS

from .account import Account, LastPlan, VillageEvent
from .sentences import number
from .village_rows import OPEN, step_word
from .words import listed, said, word

APART = {"en": " and ", "zh": "、"}


def causes(names: Sequence[str], language: str) -> str:
    """Causes of a closure."""
    return APART[language].join(said(f"cause_{name}", language) for name in names or ("unknown",))


def event(one: VillageEvent, language: str) -> str:
    """One event with its month, as Markdown."""
    if one.kind == "closed":
        return said("told_closed", language, month=one.month, why=causes(one.reasons, language))
    if one.kind not in ("plan", "lowered"):
        return said(f"told_{one.kind}", language, month=one.month)
    why = APART[language].join(said(f"reason_{name}", language) for name in one.reasons)
    forms = {name: said(f"form_{form}", language) for name, form in (("was", one.was), ("now", one.now))}
    because = said("told_because", language, why=why) if why else ""
    return said(f"told_{one.kind}", language, month=one.month, why=because, **forms)


def events(found: Account, language: str) -> list[str]:
    """All events, one sentence each."""
    told = [event(one, language) for one in found.events]
    if not told:
        return [said("told_nothing", language)]
    return told + ([said("told_kept", language, n=found.kept_plans)] if found.kept_plans else [])


def what_if(found: Account, language: str) -> list[str]:
    """What would have kept it open: the first step of the ladder that does, and the cause that ended it."""
    if found.end in OPEN:
        return [said("if_good", language)]
    names = list(found.kept)
    if names and found.kept[names[-1]]:
        steps = listed([step_word(name, language) for name in names], language)
        told = [said("if_step", language, steps=steps)]
    else:
        told = [said("if_none", language)]
    for cause, spared in found.spared.items():
        not_ = said("if_not" if spared else "if_still", language)
        told.append(said("if_spared", language, cause=said(f"cause_{cause}", language), not_=not_))
    return told


def refused(found: Account, language: str) -> list[str]:
    """Fuller forms of service that the last plan did not take, a line each."""
    return [
        said(
            "refused_line",
            language,
            step=said(f"form_{step}", language),
            why=said(f"reason_{reason}", language),
        )
        for step, reason in found.refused
    ] or [said("refused_none", language)]


def plan(one: LastPlan, language: str) -> str:
    """What the last plan with a station was."""
    meals = said("plan_meals", language, meals=one.meals) if one.meals else ""
    return said(
        "plan_told",
        language,
        month=one.month,
        step=said(f"form_{one.step}", language),
        days=one.days,
        meals=meals,
        cost=number(one.cost),
        expected=number(sum(one.expected.values())),
    )


def plan_table(one: LastPlan, language: str) -> pd.DataFrame:
    """What was asked of whom, what each is known to pay, what was expected."""
    rows = [
        (
            word(payer, language),
            number(one.asked[payer]),
            number(100 * one.pays[payer]),
            number(one.expected[payer]),
        )
        for payer in PAYERS
    ]
    rows += [
        (said(f"from_{name}", language), "", "", number(one.expected[name]))
        for name in one.expected
        if name not in PAYERS
    ]
    heads = [said(f"plan_{name}", language) for name in ("payer", "asked", "pays", "expected")]
    return pd.DataFrame(rows, columns=heads).set_index(heads[0])
