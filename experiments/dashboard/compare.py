"""What scenarios differ in, and what follows: a table of settings, a sentence, marks; without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from ..command.scenario import known
from ..statistics import Interval
from .measures import MEASURES, Figures, ScreenAnswer, differences
from .sentences import number
from .state import Draft
from .words import label, said, word

Verdict = Literal["better", "worse", "unsure", "same"]
MARKS: dict[Verdict, str] = {"better": "▲", "worse": "▼", "unsure": "○", "same": "="}


def verdict(measure: str, gap: Interval) -> Verdict:
    """Whether a difference is sure, and which way it lies."""
    if gap.low == gap.high == gap.mean == 0:
        return "same"
    if not gap.low * gap.high > 0:  # holds zero, or is not known
        return "unsure"
    return "better" if gap.mean * MEASURES[measure].better > 0 else "worse"


def digits(measure: str) -> int:
    """Decimals in which a measure is told."""
    return 1 if MEASURES[measure].unit in ("years", "percent") else 0


# -- settings
# ----------------------------------------------------------------------------------------------------------
def shown(path: str, value: Any, language: str) -> str:
    """A value of a setting for readers."""
    if path == "given.villages":
        count = max(len(str(value).strip().splitlines()) - 1, 0)
        return said("own_villages", language, n=count) if value else "–"
    if isinstance(value, bool):
        return said("on" if value else "off", language)
    if isinstance(value, str):
        return word(value, language) if known()[path].choices else value
    if path.startswith("funding.share_"):
        return f"{100 * value:g} %"
    return f"{value:,.6g}"


def _beside(draft: Draft, language: str) -> dict[str, str]:
    """Settings that are no parameters."""
    policies = (", " if language == "en" else "、").join(word(name, language) for name in draft.policies)
    return {
        said("policies", language): policies or "–",
        said("seeds", language): str(draft.seeds),
        said("draws", language): said(draft.draws, language),
    }


def differing(drafts: Sequence[Draft], language: str) -> pd.DataFrame:
    """A row for each setting in which scenarios differ, a column for each scenario; readers' words."""
    rows: dict[str, list[str]] = {}
    for path in sorted({path for one in drafts for path in one.values}):
        values = [one.value(path) for one in drafts]
        if any(value != values[0] for value in values):
            rows[label(known()[path], language)] = [shown(path, value, language) for value in values]
    beside = [_beside(one, language) for one in drafts]
    for name in beside[0]:
        if len({one[name] for one in beside}) > 1:
            rows[name] = [one[name] for one in beside]
    head = pd.Index(rows, name=said("setting", language))
    return pd.DataFrame(list(rows.values()), head, [one.name for one in drafts], dtype=object)


# -- results
# ----------------------------------------------------------------------------------------------------------
def _amount(gap: Interval, less: str, language: str) -> str:
    """How many more or fewer, with the interval turned the same way round."""
    if gap.low == gap.high == gap.mean == 0:
        return said("amount_same" if less == "fewer" else "amount_same_sum", language)
    down = gap.mean < 0
    ends = (-gap.high, -gap.low) if down else (gap.low, gap.high)
    sure = gap.low * gap.high > 0
    key = f"amount_{less if down else 'more'}{'' if sure else '_unsure'}"
    low, high = (number(end) for end in ends)
    return said(key, language, n=number(abs(gap.mean)), **({"low": low, "high": high} if sure else {}))


def sentence(name: str, gaps: Figures, language: str) -> str:
    """What a scenario does beside another: villages that stay open, service, public money."""
    told = {
        key: said(f"verdict_{key}", language, name=name, amount=_amount(gaps[measure], less, language))
        for key, measure, less in (
            ("keeps", "lasting", "fewer"),
            ("adds", "added", "fewer"),
            ("costs", "public_year", "less"),
        )
    }
    return said("verdict_join", language, **told)


def told(measure: str, one: Interval, sign: bool = False) -> str:
    """A figure with its interval."""
    if not one.n or one.mean != one.mean:
        return "–"
    texts = [number(v, digits(measure)) for v in (one.mean, one.low, one.high)]
    plus = "+" if sign and one.mean > 0 and texts[0].strip("0.") else ""
    return f"{plus}{texts[0]} ({texts[1]} – {texts[2]})"


def table(answers: Mapping[str, ScreenAnswer], language: str) -> pd.DataFrame:
    """A row a measure; a column a scenario, and for each after the first its difference with its mark."""
    (base_name, base), *others = answers.items()
    columns = {
        name: [told(measure, one) for measure, one in answer.figures().items()]
        for name, answer in answers.items()
    }
    for name, other in others:
        gaps = differences(base, other)
        columns[said("gap", language, name=name, base=base_name)] = [
            f"{MARKS[verdict(measure, gap)]} {told(measure, gap, sign=True)}" for measure, gap in gaps.items()
        ]
    head = pd.Index([said(f"m_{name}", language) for name in MEASURES], name=said("measure", language))
    return pd.DataFrame(columns, head)


def gaps_of_unit(unit: str, gaps: Mapping[str, Figures], language: str) -> pd.DataFrame:
    """Differences in one unit: scenario, measure, mean, low, high, verdict as a word."""
    rows = [
        {
            "scenario": name,
            "measure": said(f"s_{measure}", language),
            **{"mean": gap.mean, "low": gap.low, "high": gap.high},
            "verdict": verdict(measure, gap),
        }
        for measure in MEASURES
        if MEASURES[measure].unit == unit
        for name, figures in gaps.items()
        if (gap := figures[measure]).n
    ]
    return pd.DataFrame(rows)
