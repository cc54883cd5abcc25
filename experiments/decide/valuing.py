"""What it is worth to a choice to know some unknowns beforehand: EVPPI by regression.

Of each draw of the unknowns the utility of every plan is known, luck included. What a group of unknowns
says of it is fitted, and the plan is taken that then looks best: on draws that had no part in the fit, so
that looking well by chance brings nothing. The regression is that of Strong, Oakley and Brennan (2014,
Medical Decision Making 34, 311-326), without its upward bias: additive splines under a ridge penalty, one
an outcome.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..command.catalogue import Mistake

FOLDS, PARTITIONS = 5, 4  # each draw is judged by fits on four fifths of the others, parted in four ways
KNOTS, DEGREE = 4, 2  # of the spline of each column
PENALTIES = np.append(np.logspace(-1, 5, 13), 1e9)  # the last leaves nothing but the mean
IDLE = 20  # times that all groups are parted from what they say, for the line of chance
CHANCE = 0.05  # of these the largest group may pass the line
EULER = 0.5772156649
ERRORS = 2.0  # standard errors above zero that are asked for beside the line


@dataclass(frozen=True)
class Payoffs:
    """`added` elder-years and `public` yuan, a village, (draws, plans) each over no station; plan 0 is none.

    `groups` (draws,): draws with one number share the values of their unknowns.
    """

    plans: tuple[str, ...]
    added: np.ndarray
    public: np.ndarray
    groups: np.ndarray

    def utility(self, worth: float) -> np.ndarray:
        """(draws, plans) elder-years net of what public money could have bought elsewhere."""
        return self.added - self.public / worth


@dataclass(frozen=True)
class Value:
    """EVPPI of a group, elder-years a village: on held-out draws with its standard error.

    `fitted` on all draws, which flatters; `count` unknowns are in it.
    """

    name: str
    count: int
    mean: float
    error: float
    fitted: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.mean - stats.norm.ppf(0.975) * self.error

    @property
    def high(self) -> float:
        """Upper end: the most that it is worth by these draws."""
        return self.mean + stats.norm.ppf(0.975) * self.error


@dataclass(frozen=True)
class Valued:
    """All groups at one worth, the most valuable first; `dummy` among none of them.

    `line`: what the largest of as many idle groups stays below in 95 % of cases. `everything`: all unknowns
    in one group. `bound`: knowing luck too (EVPI). `chosen`: the plan taken today, `utility` of each plan.
    """

    worth: float
    values: tuple[Value, ...]
    dummy: Value
    everything: Value
    line: float
    bound: float
    chosen: int
    utility: np.ndarray

    def counts(self, value: Value) -> bool:
        """Whether it is told from chance."""
        return value.mean > self.line and value.mean > ERRORS * value.error

    @property
    def beyond(self) -> tuple[Value, ...]:
        """Groups that are worth measuring beyond chance."""
        return tuple(value for value in self.values if self.counts(value))


def basis(columns: np.ndarray) -> np.ndarray:
    """(draws, columns x splines): each column's ranks in splines of their own."""
    try:
        from sklearn.preprocessing import SplineTransformer
    except ImportError as error:
        raise Mistake("experiment=voi needs scikit-learn: pip install -e '.[decide]'") from error
    ranks = (stats.rankdata(columns, axis=0) - 0.5) / len(columns)
    made = SplineTransformer(n_knots=KNOTS, degree=DEGREE, knots="uniform", include_bias=False)
    return np.asarray(made.fit_transform(ranks), float)


def folds(groups: np.ndarray, seed: Sequence[int]) -> np.ndarray:
    """(draws,) fold of each; draws of one group stay together."""
    names, member = np.unique(groups, return_inverse=True)
    return np.random.default_rng(seed).permutation(len(names))[member] % FOLDS


def contrasts(table: np.ndarray) -> np.ndarray:
    """(draws, plans): the mean over plans but none, then what each plan lies above it.

    What plans share is mostly luck; what parts them is fitted by itself.
    """
    middle = table[:, 1:].mean(axis=1, keepdims=True)
    return np.hstack([middle, table[:, 1:] - middle])


def uncontrasted(table: np.ndarray) -> np.ndarray:
    """(draws, plans) of `contrasts`; plan 0 is zero."""
    return np.hstack([np.zeros((len(table), 1)), table[:, :1] + table[:, 1:]])


def predicted(known: np.ndarray, targets: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """(test draws, targets) from a fit on other draws; the mean alone where the fit is hardly better.

    What is fitted moves the mean of all draws, not that of the others: the others' mean lies low where that
    of the test draws lies high, so that whoever strays from the plan it points to would seem clever.
    """
    from sklearn.linear_model import Ridge, RidgeCV

    tried = RidgeCV(PENALTIES, alpha_per_target=True, store_cv_results=True).fit(known[train], targets[train])
    errors = tried.cv_results_.reshape(len(train), targets.shape[1], len(PENALTIES))  # squared, left out
    fit = Ridge(alpha=penalties(errors)).fit(known[train], targets[train])
    moved = np.asarray(fit.predict(known[test]), float).reshape(-1, targets.shape[1])
    return np.asarray(moved - targets[train].mean(axis=0) + targets.mean(axis=0))


def penalties(errors: np.ndarray) -> np.ndarray:
    """(targets,): the penalty of the least error; the largest, which leaves the mean alone, where that error
    is less than the mean's by no more than its standard error. What says nothing is then not acted on.
    """
    best = errors.mean(axis=0).argmin(axis=1)
    least = np.take_along_axis(errors, best[np.newaxis, :, np.newaxis], axis=2)[:, :, 0]
    better = errors[:, :, -1] - least
    sure = better.mean(axis=0) > better.std(axis=0, ddof=1) / np.sqrt(len(errors))
    return np.where(sure, PENALTIES[best], PENALTIES[-1])


def expected(
    known: np.ndarray, payoffs: Payoffs, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(test draws, plans) added and public that a group's values lead to expect."""
    count = len(payoffs.plans)
    targets = np.hstack([contrasts(payoffs.added), contrasts(payoffs.public)])
    found = predicted(known, targets, train, test)
    return uncontrasted(found[:, :count]), uncontrasted(found[:, count:])


def gains(known: np.ndarray, payoffs: Payoffs, worths: Sequence[float], seed: int) -> np.ndarray:
    """(worths, partitions, draws): utility of the plan that a group's values point to, by fits on other
    draws, less that of the plan with the highest mean.
    """
    found = np.zeros((len(worths), PARTITIONS, len(known)))
    for partition in range(PARTITIONS):
        fold = folds(payoffs.groups, [seed, 21, partition])
        for one in range(FOLDS):
            train, test = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
            added, public = expected(known, payoffs, train, test)
            for place, worth in enumerate(worths):
                utility = payoffs.utility(worth)
                told = utility[test, np.argmax(added - public / worth, axis=1)]
                found[place, partition, test] = told - utility[test, np.argmax(utility.mean(axis=0))]
    return found


def standard_error(values: np.ndarray, groups: np.ndarray) -> float:
    """Of a mean whose draws of one group go together."""
    _, member = np.unique(groups, return_inverse=True)
    sums = np.bincount(member, weights=values - values.mean())
    return float(np.sqrt(np.sum(sums**2)) / len(values))


def estimate(gained: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Mean of (partitions, draws) and its standard error: of draws, and of the ways to part them."""
    means = gained.mean(axis=1)
    parting = float(means.var(ddof=1)) / len(means) if len(means) > 1 else 0.0
    return float(means.mean()), math.hypot(standard_error(gained.mean(axis=0), groups), math.sqrt(parting))


def flattered(known: np.ndarray, payoffs: Payoffs, worths: Sequence[float]) -> np.ndarray:
    """(worths,): the same from one fit on all draws, judged by itself, which is biased upwards."""
    from sklearn.linear_model import RidgeCV

    count = len(payoffs.plans)
    targets = np.hstack([contrasts(payoffs.added), contrasts(payoffs.public)])
    fit = RidgeCV(PENALTIES, alpha_per_target=True).fit(known, targets)
    found = np.asarray(fit.predict(known), float).reshape(targets.shape)
    added, public = uncontrasted(found[:, :count]), uncontrasted(found[:, count:])
    means = [added - public / worth for worth in worths]
    return np.array([float(mean.max(axis=1).mean() - mean.mean(axis=0).max()) for mean in means])


def bound(utility: np.ndarray) -> float:
    """Of knowing all that is drawn, luck too, before choosing (EVPI)."""
    return float(utility.max(axis=1).mean() - utility.mean(axis=0).max())


def lines(
    known: Mapping[str, np.ndarray], payoffs: Payoffs, worths: Sequence[float], seed: int, idle: int
) -> np.ndarray:
    """(worths,): what the largest of all groups stays below in 95 % of cases where none says anything.

    Draws and what came of them are parted: unknowns of one draw stand beside the utility of another. The
    largest values follow Gumbel's law, fitted to a few partings by mean and spread.
    """
    rng = np.random.default_rng([seed, 22])
    largest = []
    for _ in range(idle):
        other = rng.permutation(len(payoffs.added))
        largest.append(
            np.max(
                [gains(one[other], payoffs, worths, seed).mean(axis=(1, 2)) for one in known.values()], axis=0
            )
        )
    spread = np.std(largest, axis=0, ddof=1) * math.sqrt(6) / math.pi  # of Gumbel's law, by moments
    return np.asarray(np.mean(largest, axis=0) - spread * (EULER + math.log(-math.log(1.0 - CHANCE))))


def valued(
    columns: Mapping[str, np.ndarray], payoffs: Payoffs, worths: Sequence[float], seed: int, idle: int = IDLE
) -> list[Valued]:
    """What each group (draws, its unknowns) is worth, at each worth of an elder-year; a dummy beside them."""
    from threadpoolctl import threadpool_limits

    dummy = np.random.default_rng([seed, 23]).random((len(payoffs.added), 1))
    known = {name: basis(one) for name, one in columns.items()}
    told = known | {DUMMY: basis(dummy), EVERYTHING: np.hstack(list(known.values()))}
    sizes = {name: one.shape[1] for name, one in columns.items()}
    sizes |= {DUMMY: 1, EVERYTHING: sum(sizes.values())}
    with threadpool_limits(1):  # small tables: threads cost more than they save, and move the last digits
        held = {name: gains(one, payoffs, worths, seed) for name, one in told.items()}
        fitted = {name: flattered(one, payoffs, worths) for name, one in told.items()}
        chance = lines(known | {DUMMY: told[DUMMY]}, payoffs, worths, seed, idle)
    found = []
    for place, worth in enumerate(worths):
        values = {
            name: Value(
                name, sizes[name], *estimate(one[place], payoffs.groups), float(fitted[name][place])
            )
            for name, one in held.items()
        }  # fmt: skip
        utility = payoffs.utility(worth)
        ordered = sorted((values[name] for name in columns), key=lambda value: -value.mean)
        found.append(
            Valued(
                worth, tuple(ordered), values[DUMMY], values[EVERYTHING], float(chance[place]),
                bound(utility), int(np.argmax(utility.mean(axis=0))), utility.mean(axis=0),
            )
        )  # fmt: skip
    return found


DUMMY, EVERYTHING = "dummy", "everything"
