"""What the metrics say of plans, and whether it stands: on resamples of futures and on fresh ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from . import metrics
from .metrics import METRICS, Metric

RESAMPLES = 1_000
AGREEMENTS = 200  # resamples of rank agreement
SURE = 0.95  # of resamples in which a plan has to lead
SEEN = 0.05  # of resamples: a plan that leads in so many may be the most robust
OPTIMISMS = (0.0, 0.25, 0.5, 0.75, 1.0)
REGRETS = (0.5, 0.75, 0.9, 1.0)
GOOD = tuple(step / 10 for step in range(1, 10))  # quantiles of what plans give, as thresholds

HOLDS, TIED, OPEN = "holds", "tied", "not settled"


@dataclass(frozen=True)
class Lead:
    """The plans (places) that lead by a score, within a difference that matters; the share of resamples in
    which each is the best; those that lead on fresh futures.
    """

    scores: np.ndarray
    first: tuple[int, ...]
    shares: np.ndarray
    fresh: tuple[int, ...]

    @property
    def tied(self) -> bool:
        """Whether more than half of the plans lead together, so that none is picked out."""
        return 2 * len(self.first) > len(self.scores)

    @property
    def share(self) -> float:
        """Of resamples in which one of those that lead is the best."""
        return float(sum(self.shares[at] for at in self.first))

    @property
    def verdict(self) -> str:
        """Holds: one of those that lead is the best in SURE of the resamples, and leads on fresh futures."""
        if self.tied:
            return TIED
        stays = bool(set(self.fresh) & set(self.first))
        return HOLDS if stays and self.share >= SURE - metrics.EVEN else OPEN

    @property
    def contenders(self) -> list[int]:
        """Plans that may be the most robust, the likeliest first."""
        seen = [at for at in np.argsort(-self.shares, kind="stable") if self.shares[at] >= SEEN]
        return [int(at) for at in dict.fromkeys([*self.first, *seen])]


@dataclass(frozen=True)
class PlanJudgement:
    """Plans by one objective: gains (plans, futures), more is better, on the futures and on fresh ones."""

    gains: np.ndarray
    fresh: np.ndarray
    good: float  # in gains
    least: float
    seed: int

    @cached_property
    def places(self) -> np.ndarray:
        """(RESAMPLES, futures): resamples of the futures."""
        return metrics.resampled(self.gains.shape[1], self.seed, RESAMPLES)

    def lead(self, metric: Metric, good: float | None = None) -> Lead:
        """Who leads by a metric."""
        enough = self.good if good is None else good
        scores = metric.score(self.gains, enough)
        shares = metrics.leading(self.gains, metric, enough, self.places)
        least = metrics.LEAST_SHARE if metric.share else self.least
        again = metric.score(self.fresh, enough)
        return Lead(scores, _first(scores, least), shares, _first(again, least))

    @cached_property
    def leads(self) -> Mapping[str, Lead]:
        """Metric -> who leads."""
        return {one.key: self.lead(one) for one in METRICS}

    def swept(self) -> dict[str, list[tuple[float, Lead]]]:
        """Metric -> its free number and who leads by it: threshold (in gains), optimism, percentile."""
        named = {one.key: one for one in METRICS}
        good = sorted({float(np.quantile(self.gains, at, method="inverted_cdf")) for at in GOOD})
        return {
            "satisficing": [(at, self.lead(named["satisficing"], at)) for at in good],
            "hurwicz": [(at, self.lead(_with(named["hurwicz"], metrics.hurwicz, at))) for at in OPTIMISMS],
            "regret_90": [
                (at, self.lead(_with(named["regret_90"], metrics.high_regret, at))) for at in REGRETS
            ],
        }

    def agreements(self) -> dict[tuple[str, str], tuple[float, float, float]]:
        """Pair of metrics -> Kendall's tau of their rankings, with its 95 % range over resamples."""
        places = self.places[:AGREEMENTS]
        again = {one.key: one.score(self.gains[:, places], self.good) for one in METRICS}
        found = {}
        for one, other in combinations([metric.key for metric in METRICS], 2):
            tau = metrics.agreement(self.leads[one].scores, self.leads[other].scores)
            each = [metrics.agreement(again[one][:, at], again[other][:, at]) for at in range(len(places))]
            low, high = np.quantile(each, [0.025, 0.975])
            found[one, other] = (tau, float(low), float(high))
        return found

    def apart(self) -> tuple[int, int] | None:
        """The best plans by the two metrics that agree least and pick out others; None without such."""
        picking = [lead for lead in self.leads.values() if not lead.tied]
        parted = [
            (one, other) for one, other in combinations(picking, 2) if not {*one.first} & {*other.first}
        ]
        if not parted:
            return None
        one, other = min(parted, key=lambda pair: metrics.agreement(pair[0].scores, pair[1].scores))
        return int(np.argmax(one.scores)), int(np.argmax(other.scores))


def _first(scores: np.ndarray, least: float = 0.0) -> tuple[int, ...]:
    return tuple(int(at) for at in np.flatnonzero(metrics.leads(scores, least)))


def _with(metric: Metric, score, number: float) -> Metric:  # type: ignore[no-untyped-def]
    """A metric with another value of its free number."""
    return Metric(
        metric.key, metric.english, metric.chinese, "", "", lambda gains, good: score(gains, number),
        metric.regret, metric.share,
    )  # fmt: skip


__all__: Sequence[str] = ("HOLDS", "OPEN", "TIED", "Lead", "PlanJudgement")
