"""Names and numbers of a comparison as readers see them, in the language that is spoken."""

from __future__ import annotations

import math

from ..command.experiment_settings import CALIBRATED, NONE, PRIOR, Settings
from ..comparison import NULL
from ..outcomes import ALL, OUTCOMES, Outcome
from ..statistics import Interval
from .style import phrase, tell, words

STATES = {"holds": "成立", "none": "无影响", "open": "不能判断", "against": "相反"}  # in Chinese


def arm_label(arm: str) -> str:
    """An arm for readers: as it is written; in Chinese by its parts, where the whole has no pair."""
    return tell(arm, words(arm))


def place_label(arm: str, cell: str) -> str:
    """An arm, with the villages meant where these are not all."""
    if cell == ALL:
        return arm_label(arm)
    return tell(f"{arm}, {cell} villages", f"{arm_label(arm)}，{phrase(cell)}")


def outcome_title(outcome: str) -> str:
    """An outcome as a heading, with % where it is a share."""
    return phrase(OUTCOMES[outcome].label) + (tell(", %", "，%") if OUTCOMES[outcome].share else "")


def drawn_from(settings: Settings) -> str:
    """Where each seed takes what is uncertain."""
    return {
        CALIBRATED: tell(
            "each seed draws what is uncertain, fitted to published patterns (draws=calibrated)",
            "每个种子抽取不确定参数，已按公布规律校准",
        ),
        PRIOR: tell(
            "each seed draws what is uncertain as declared, fitted to nothing (draws=prior)",
            "每个种子按声明抽取不确定参数，未经校准",
        ),
        NONE: tell(
            "parameters as written, so that the spread is luck alone (draws=none)",
            "参数取所写之值，离散只来自运气",
        ),
    }.get(
        settings.draws,
        tell(
            f"each seed draws what is uncertain from {settings.draws}",
            f"每个种子从 {settings.draws} 抽取不确定参数",
        ),
    )


def condition_label(condition: str) -> str:
    """A condition in words; the one in which what is expected cannot act is there for comparison."""
    return phrase("for comparison") if condition == NULL else tell(condition, words(condition))


def state_label(state: str) -> str:
    """A state of an expectation in words."""
    return tell(state, STATES[state])


def fresh_text(seeds: int) -> str:
    """That a level comes from seeds that did not choose what it is the level of; nothing without such."""
    return (
        tell(
            f" on {seeds} fresh seeds that chose nothing (tables and figures: the seeds that chose)",
            f"（取自未参与挑选的 {seeds} 个新种子；图表中为挑选所用的种子）",
        )
        if seeds
        else ""
    )


def quoted(arms: list[str]) -> str:
    """Names of arms within a sentence."""
    english = " and ".join(f"'{arm}'" for arm in arms)
    return tell(english, "、".join(f"“{arm_label(arm)}”" for arm in arms))


def _decimals(largest: float) -> int:
    """Decimals that say something of numbers of which none is larger."""
    return next((digits for digits, least in enumerate((100, 10, 0.1)) if largest >= least), 3)


def _plain(value: float, digits: int) -> str:
    """A number with thousands apart, at most so many decimals and no zeros at their end."""
    text = f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no minus before nought
    return text.rstrip("0").rstrip(".") if digits else text


def number(value: float, share: bool = True) -> str:
    """A share in percent points with one decimal, anything else with as many as say something."""
    return f"{round(100 * value, 1) + 0.0:.1f}" if share else _plain(value, _decimals(abs(value)))


def signed(value: float) -> str:
    """A difference with its sign: whole, with one decimal under one, nought without a sign."""
    digits = 0 if abs(value) >= 0.95 else 1
    return f"{value:+.{digits}f}" if round(value, digits) else "0"


def spread(interval: Interval, share: bool = True) -> str:
    """Mean (low to high), with as many decimals as its largest end needs; the mean alone where no more is
    known.
    """
    if math.isnan(interval.mean):
        return "-"
    ends = interval.mean, interval.low, interval.high
    digits = _decimals(max(map(abs, ends)))
    mean, low, high = (number(end) if share else _plain(end, digits) for end in ends)
    if math.isnan(interval.low) and interval.n == 1:
        return number(interval.mean, share) + tell(" (one seed)", "（一个种子）")
    return tell(f"{mean} ({low} to {high})", f"{mean}（{low} 至 {high}）")


def unit_label(outcome: Outcome) -> str:
    """The unit of an effect on an outcome."""
    return phrase("points" if outcome.unit.startswith("%") else outcome.unit)
