"""When to change: how many stations are open month by month, and which signpost warns before a closure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.signposts import SIGNPOSTS
from sim.state.parameters import Parameters

from ..command.scenario import options, policy_file
from ..report.style import chinese_names, phrase, speaking
from ..studies.pathways.design import columns
from ..studies.pathways.warning import Foretold, Months, best_threshold, judged
from ..study.plan import Task
from ..study.simulate import play
from .report import one_voice
from .sentences import number
from .words import said

SEEDS = 16  # half of them choose a threshold, half judge it
HORIZON = 12  # months within which a closure is to be foretold
FALL = 2.0  # stations of 100 by which the number must fall from its height to be told as a fall
SMOOTH = 12  # months that a height is a mean of


class SignpostCourse(NamedTuple):
    """Percent of villages with an open station, (months,) each: median and nine tenths of the seeds."""

    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Warned(NamedTuple):
    """A signpost, and what it foretold on seeds that did not choose its threshold; None: nothing to judge."""

    name: str
    found: Foretold | None

    @property
    def clear(self) -> bool:
        """Whether it warns more often before a closure than otherwise, told from chance."""
        return self.found is not None and self.found.gain[0] > 0

    @property
    def lead(self) -> int:
        """Median months between the first warning and the closure, of those that were warned of."""
        late = [months for months in self.found.whole.late if months >= 0] if self.found else []
        return int(np.median(late)) if late else 0


def watched(task: Task) -> dict[str, np.ndarray]:
    """(months, villages) each: whether a station is open, closes, and every signpost. For a worker."""
    return columns(play(task))


def course(counties: Sequence[Mapping[str, np.ndarray]], weights: Sequence[np.ndarray]) -> SignpostCourse:
    """Over seeds; `weights`: (villages,) each."""
    shares = np.array(
        [100 * (one["station"] @ mine) / mine.sum() for one, mine in zip(counties, weights, strict=True)]
    )
    low, median, high = np.quantile(shares, (0.05, 0.5, 0.95), axis=0)
    return SignpostCourse(median, low, high)


def warned(counties: Sequence[Mapping[str, np.ndarray]], parameters: Parameters, seed: int) -> list[Warned]:
    """Every signpost, the one with the most hits over false alarms first."""
    unknown = parameters.reported.stops - 1  # the last stops of a closure are not on record at the end
    found = []
    for name in SIGNPOSTS:
        each = [Months(np.asarray(one[name], float), one["open"] > 0, one["closes"] > 0) for one in counties]
        choose, judge = each[::2], each[1::2]
        threshold = best_threshold(choose, HORIZON, unknown) if choose and judge else np.nan
        told = judged(judge, threshold, HORIZON, unknown, seed) if np.isfinite(threshold) else None
        found.append(Warned(name, told if told is not None and told.whole.before else None))
    return sorted(found, key=_gain, reverse=True)


def _gain(one: Warned) -> float:
    return one.found.whole.hit - one.found.whole.false if one.found else -1.0


def month_of(place: int, start: str) -> str:
    """YYYY-MM of a month counted from the start."""
    return str(pd.Period(start, "M") + place)


def course_sentence(found: SignpostCourse, start: str, language: str) -> str:
    """When most stations are open, and whether they become fewer after that."""
    smooth = np.convolve(found.median, np.ones(SMOOTH) / SMOOTH, mode="valid")
    if not len(smooth):
        smooth = found.median
    top = int(smooth.argmax())
    told = {
        "year": month_of(top + (SMOOTH // 2 if len(smooth) < len(found.median) else 0), start)[:4],
        "most": number(smooth[top]),
        "first": number(smooth[0]),
        "end": number(smooth[-1]),
    }
    falls = smooth[top] - smooth[-1] >= FALL
    return said("course_falls" if falls else "course_rises", language, **told)


def label(name: str, language: str) -> str:
    """A signpost in words."""
    with one_voice, speaking(language):
        return phrase(SIGNPOSTS[name].label)


def bound(one: Warned, language: str) -> str:
    """The threshold with its unit."""
    assert one.found is not None
    unit, value = SIGNPOSTS[one.name].unit, one.found.threshold
    if unit == "share":
        return f"{number(100 * value)} %"
    named = chinese_names()["units"].get(unit, unit) if language == "zh" else unit
    return f"{number(value, int(unit != 'persons'))} {named}"


def warned_sentence(found: Sequence[Warned], language: str) -> str:
    """The best signpost that is told from chance, or that none is."""
    best = next((one for one in found if one.clear), None)
    if best is None or best.found is None:
        return said("watch_none", language)
    return said(
        "watch_best",
        language,
        what=label(best.name, language),
        bound=bound(best, language),
        hit=number(100 * best.found.whole.hit),
        false=number(100 * best.found.whole.false),
        lead=best.lead,
    )


@lru_cache(maxsize=1)
def waiting() -> dict[str, str]:
    """Signpost -> the first policy of configs/policy that waits for it."""
    found: dict[str, str] = {}
    for name in options()["policy"]:
        when = policy_file(name).get("when")
        if isinstance(when, dict):
            found.setdefault(str(when.get("signpost", "")), name)
    return found


def frame(found: Sequence[Warned], language: str) -> pd.DataFrame:
    """what, sort (`hit` or `false`), percent, low, high, of signposts that were judged."""
    rows = []
    for one in found:
        if one.found is not None:
            what = f"{label(one.name, language)} < {bound(one, language)}"
            for sort, mean, ends in (
                ("hit", one.found.whole.hit, one.found.hit),
                ("false", one.found.whole.false, one.found.false),
            ):
                rows.append((what, sort, 100 * mean, 100 * ends[0], 100 * ends[1]))
    return pd.DataFrame(rows, columns=["what", "sort", "percent", "low", "high"])
