"""Metrics of robustness: each turns what a plan gives in many futures into one number, without weights.

`gains` are (plans, futures), or (plans, resamples, futures), and more is better; so is more of every score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ...report.style import tell

HIGH = 0.9  # of futures in which the regret is no larger
OPTIMISM = 0.5  # Hurwicz: weight of the best future; swept from 0 to 1
EVEN = 1e-9  # scores nearer than this are the same number
LEAST_SHARE = 0.01  # a difference between shares of futures that matters


def regrets(gains: np.ndarray) -> np.ndarray:
    """In every future: the best of the plans, less this one."""
    return np.asarray(gains.max(axis=0) - gains)


def maximin(gains: np.ndarray) -> np.ndarray:
    """The worst future (Wald 1950)."""
    return np.asarray(gains.min(axis=-1))


def high_regret(gains: np.ndarray, share: float = HIGH) -> np.ndarray:
    """Less the regret that `share` of futures do not exceed (Savage 1951; so in McPhail 2018)."""
    return np.asarray(-np.quantile(regrets(gains), share, axis=-1, method="inverted_cdf"))


def mean_regret(gains: np.ndarray) -> np.ndarray:
    """Less the mean regret; ranks as the mean over futures does."""
    return np.asarray(-regrets(gains).mean(axis=-1))


def satisficing(gains: np.ndarray, good: float) -> np.ndarray:
    """Share of futures that are good enough (domain criterion: Starr 1963, Schneller and Sphicas 1983)."""
    return np.asarray((gains >= good - EVEN).mean(axis=-1))


def hurwicz(gains: np.ndarray, optimism: float = OPTIMISM) -> np.ndarray:
    """Between the best and the worst future (Hurwicz 1951)."""
    return np.asarray(optimism * gains.max(axis=-1) + (1 - optimism) * gains.min(axis=-1))


@dataclass(frozen=True)
class Metric:
    """`score` of (gains, what is good enough); `regret`: shown as a loss; `share`: shown in percent."""

    key: str
    english: str
    chinese: str
    english_meaning: str
    chinese_meaning: str
    score: Callable[[np.ndarray, float], np.ndarray]
    regret: bool = False
    share: bool = False

    @property
    def label(self) -> str:
        """Its name in the language that is spoken."""
        return tell(self.english, self.chinese)

    @property
    def meaning(self) -> str:
        """What it is, in one sentence."""
        return tell(self.english_meaning, self.chinese_meaning)


METRICS: Sequence[Metric] = (
    Metric(
        "maximin", "worst future", "最坏情形",
        "What the plan gives in the worst of its futures (maximin).",
        "方案在其最坏未来中的结果（极大极小）。",
        lambda gains, good: maximin(gains),
    ),
    Metric(
        "regret_90", "regret, 9 in 10", "后悔值（九成）",
        "In nine futures of ten the best of these plans is ahead by no more than this (90th percentile of "
        "regret).",
        "十个未来中有九个，落后于当时最优方案不超过此值（后悔值第 90 百分位）。",
        lambda gains, good: high_regret(gains),
        regret=True,
    ),
    Metric(
        "regret_mean", "mean regret", "平均后悔值",
        "By how much the best of these plans is ahead on average; it ranks plans as their mean does.",
        "平均落后于当时最优方案多少；其排序与平均结果相同。",
        lambda gains, good: mean_regret(gains),
        regret=True,
    ),
    Metric(
        "satisficing", "good enough", "达标比例",
        "The share of futures in which the plan is good enough (domain criterion).",
        "方案达到要求的未来所占比例（域准则）。",
        satisficing,
        share=True,
    ),
    Metric(
        "hurwicz", "half best, half worst", "最好最坏各半",
        "Half of its best future and half of its worst (Hurwicz).",
        "最好未来与最坏未来各取一半（赫维茨准则）。",
        lambda gains, good: hurwicz(gains),
    ),
)  # fmt: skip


def leads(scores: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Which plans (first axis) have the best score, or come within `least` of it."""
    return np.asarray(scores >= scores.max(axis=0) - least - EVEN)


def resampled(futures: int, seed: int, count: int) -> np.ndarray:
    """(count, futures): places of futures drawn with replacement, the same each time."""
    return np.random.default_rng([seed, 21]).integers(0, futures, (count, futures))


def leading(gains: np.ndarray, metric: Metric, good: float, places: np.ndarray) -> np.ndarray:
    """(plans,): share of resamples in which each plan leads; plans that lead together share it."""
    first = leads(metric.score(gains[:, places], good)).astype(float)
    return np.asarray((first / first.sum(axis=0)).mean(axis=1))


def agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Kendall's tau-b of two rankings of the same plans; 0 where one of them ranks none."""
    rounded = [np.round(scores, 9) for scores in (one, other)]
    if min(np.ptp(scores) for scores in rounded) == 0:
        return 0.0
    return float(stats.kendalltau(*rounded).statistic)
