"""From village rows to answers: shares of villages with intervals, causes of failure, public cost, luck
against unknowns.

The seed is the unit: each replicate gives one share, reweighted to the prevalence of kinds and strengths of
villages; the interval is Student's t over replicates, for shares never narrower than what so few replicates
can exclude.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from sim.funnel import FUNNEL
from sim.parts.station import ENDS
from sim.start.given_tables import STRENGTH_EDGES
from sim.state.codes import STRENGTHS, VILLAGE_KINDS
from sim.state.parameters import Parameters
from sim.viability import CLASSES

LEVEL = 0.95
FALSE_DISCOVERIES = 0.05  # share of clear effects that may be none
NO_SWITCH = "unfit_plan"  # the cause that no rerun relieves
STABLE = 0.05  # c_v counts as stable once it moves less than this with further seeds (Lee et al. 2015)


class Interval(NamedTuple):
    """A mean over replicates with its interval; `n` replicates."""

    mean: float
    low: float
    high: float
    n: int


def interval(values: np.ndarray, bounded: bool = True, never: bool = True) -> Interval:
    """Mean and 95 % interval with the replicate as unit; `bounded` where the values are shares.

    Without `bounded` Student's t. A share has the bounds of `_at_most`; without `never` plain t, cut to [0,
    1].
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    count = len(known)
    if count == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    mean = float(known.mean())
    if count == 1:
        return Interval(mean, 0.0 if bounded else np.nan, 1.0 if bounded else np.nan, 1)
    if bounded and never:
        known = np.clip(known, 0.0, 1.0)
        return Interval(mean, min(1.0 - _at_most(1.0 - known), mean), max(_at_most(known), mean), count)
    half = _t(count) * float(known.std(ddof=1))
    low, high = mean - half, mean + half
    return (
        Interval(mean, max(low, 0.0), min(high, 1.0), count) if bounded else Interval(mean, low, high, count)
    )


def _t(count: int) -> float:
    """Half-width of Student's interval for a standard deviation of one."""
    return float(special.stdtrit(count - 1, (1 + LEVEL) / 2)) / np.sqrt(count)


def _at_most(largest: np.ndarray) -> float:
    """Upper bound of the mean of a share: the highest that any sample would give that lies nowhere above `x`.

    Two rules, each over the k largest values and nought for the others, k = 0 .. n: Student's t, and Clopper
    and Pearson (1934, Biometrika 26, 404-413) for k of n hits, each worth the least of the k (one for k = 0:
    a hit not yet seen). So more or larger hits never lower the bound, few hits never narrow it, and for
    shares of 0 and 1 it holds what Clopper and Pearson hold.
    """
    count, largest = len(largest), np.sort(largest)[::-1]
    hits = np.arange(count + 1)
    total, squares = (
        np.concatenate([[0.0], np.cumsum(largest)]),
        np.concatenate([[0.0], np.cumsum(largest * largest)]),
    )
    student = total / count + _t(count) * np.sqrt(np.maximum(squares - total**2 / count, 0.0) / (count - 1))
    chance = special.betaincinv(hits + 1.0, np.maximum(count - hits, 1e-9), (1 + LEVEL) / 2)
    chance[count] = 1.0
    return float(min(max(student.max(), (np.concatenate([[1.0], largest]) * chance).max()), 1.0))


def half(interval: Interval) -> float:
    """The wider side of an interval: how far the truth may lie from the mean."""
    return max(interval.high - interval.mean, interval.mean - interval.low)


def difference(one: pd.Series, other: pd.Series) -> Interval:
    """Mean of one less other with its interval, paired by replicate (their index); pairs that lack one are
    left out.
    """
    return interval((one - other).dropna().to_numpy(), bounded=False)


def ended(values: np.ndarray) -> bool:
    """Whether a share stands at nought, or at one, in most replicates: no more could be told there."""
    return max(float(np.mean(values <= 0.0)), float(np.mean(values >= 1.0))) > 0.5


def p_value(differences: np.ndarray) -> float:
    """Two-sided paired t-test against zero.

    1 where no pair differs, missing where fewer than two pairs are known.
    """
    from scipy import stats  # takes half a second

    if len(differences) < 2:
        return float("nan")
    if np.ptp(differences) == 0:  # no spread, so t cannot be had: none differs, or all by the same
        return 1.0 if differences[0] == 0 else 2.0 ** (1 - len(differences))
    return float(stats.ttest_1samp(differences, 0.0).pvalue)


def discovered(p_values: pd.Series) -> pd.Series:
    """Which tests are clear, all taken together at a false discovery rate of 5 % (Benjamini-Hochberg 1995);
    missing ones are not.
    """
    from scipy import stats

    clear, known = pd.Series(False, p_values.index), p_values.notna()
    if known.any():
        clear[known] = stats.false_discovery_control(p_values[known]) <= FALSE_DISCOVERIES
    return clear


def variance_ratio(parts: list[tuple[float, np.ndarray]]) -> float:
    """Variance of a weighted sum had its parts been independent, over its variance as paired.

    Nan where that is zero.
    """
    apart = sum(weight**2 * float(np.var(values, ddof=1)) for weight, values in parts)
    joined = float(np.var(sum(weight * values for weight, values in parts), ddof=1))
    return apart / joined if joined > 1e-15 else float("nan")


class Replications(NamedTuple):
    """Whether there are enough: seeds, half-width, coefficient of variation (nan without a mean), seeds
    from which it is settled.
    """

    seeds: int
    half: float
    cv: float
    settled: int


def replications(values: np.ndarray, bounded: bool = True) -> Replications:
    """Half-width and stability of one output over seeds."""
    finite = np.asarray(values, float)
    finite = finite[np.isfinite(finite)]
    known = len(finite) > 1 and abs(finite.mean()) > 1e-12
    return Replications(
        len(finite),
        half(interval(finite, bounded)),
        float(finite.std(ddof=1) / abs(finite.mean())) if known else np.nan,
        stable_from(finite),
    )


def stable_from(values: np.ndarray, within: float = STABLE) -> int:
    """Fewest seeds after which the coefficient of variation moves by less than `within`; 0 where it has not
    settled.

    Lee et al. 2015 (JASSS 18(4)4), section 3: the smallest n with |c_v(n) - c_v(m)| < E for all m > n. The
    last third of the seeds must bear it out.
    """
    values = np.asarray(values, float)
    counts = np.arange(2, len(values) + 1)
    if len(counts) == 0 or np.any(np.abs([values[:length].mean() for length in counts]) < 1e-12):
        return 0
    cv = np.array([values[:length].std(ddof=1) / abs(values[:length].mean()) for length in counts])
    for i, length in enumerate(counts):
        if length <= 2 * len(values) / 3 and np.all(np.abs(cv[i:] - cv[i]) < within):
            return int(length)
    return 0


def prevalence(parameters: Parameters) -> dict[tuple[str, str], float]:
    """Share of all villages by kind and strength."""
    county = parameters.county
    kinds = dict(
        zip(
            VILLAGE_KINDS,
            (
                1 - county.share_scenic - county.share_craft - county.share_near_town,
                county.share_scenic,
                county.share_craft,
                county.share_near_town,
            ),
            strict=True,
        )
    )
    widths = np.diff(np.concatenate([[0.0], STRENGTH_EDGES, [1.0]]))
    return {
        (kind, strength): share * float(width)
        for kind, share in kinds.items()
        for strength, width in zip(STRENGTHS, widths, strict=True)
    }


def with_weights(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add `weight`: prevalence of the stratum over its villages in the county where villages are dealt,
    else one.
    """
    rows = rows.copy()
    rows["weight"] = 1.0
    if parameters.county.stratified and len(rows):
        shares = pd.Series(prevalence(parameters))
        run = rows[(rows["scenario"] == rows["scenario"].iloc[0]) & (rows["arm"] == rows["arm"].iloc[0])]
        run = run[run["replicate"] == run["replicate"].iloc[0]]
        counts = run.groupby(["kind", "strength"]).size()
        place = pd.MultiIndex.from_frame(rows[["kind", "strength"]])
        rows["weight"] = shares.reindex(place).to_numpy() / counts.reindex(place).to_numpy()
    return rows


def by_replicate(rows: pd.DataFrame, hit: pd.Series) -> pd.Series:
    """Weighted share of villages where `hit`, one number a replicate."""
    replicates, at = np.unique(rows["replicate"], return_inverse=True)
    weight = rows["weight"].to_numpy(float)
    return pd.Series(
        np.bincount(at, weight * hit.to_numpy()) / np.bincount(at, weight),
        pd.Index(replicates, name="replicate"),
    )


def viable(rows: pd.DataFrame) -> pd.Series:
    """Villages that are viable as `reported.viability` had it; by the former definition in old studies."""
    return judged(rows)["judged"] == "viable"


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with `judged`, the class that says who is viable: the former verdict in old studies."""
    return rows if "judged" in rows else rows.assign(judged=rows["verdict"])


def classes(rows: pd.DataFrame) -> tuple[dict[int, str], tuple[str, ...]]:
    """Year -> column of the classes at its end; their names by code: of the funnel, or the former ones."""
    by_funnel = any(str(name).startswith("judged_") for name in rows)
    prefix, names = ("judged_", FUNNEL) if by_funnel else ("class_", CLASSES)
    return {int(name[-4:]): name for name in rows if str(name).startswith(prefix)}, names


def causes(rows: pd.DataFrame) -> pd.Series:
    """Weight of failing villages by cause; a village with several causes counts in parts."""
    total: dict[str, float] = {}
    rows = judged(rows)
    alike = rows[rows["judged"] != "viable"].groupby(list(Fate._fields), sort=False)
    for key, weight in alike["weight"].sum().items():
        names = reasons(Fate(*key))
        for name in names:
            total[name] = total.get(name, 0.0) + weight / len(names)
    return pd.Series(total, dtype=float).sort_values(ascending=False, kind="stable")


SIMPLE = {  # class -> its one reason
    "never_opened": "never opened",
    "shut_before": "never reopened",  # of a table that tells a station shut: it had opened before
    "too_young": "opened too late",
    "does_not_pay": "does not pay",
    "does_not_serve": "serves too few",
}


class Fate(NamedTuple):
    """The columns of the village table that say why a village is not viable."""

    judged: str
    cause: int
    solvent: bool
    hours_met: bool
    visits_met: bool


def reasons(row: Any) -> list[str]:
    """Why one village (a row of the village table) is not viable, in a planner's words."""
    if row.judged in SIMPLE:
        return [SIMPLE[row.judged]]
    if row.judged in ("closed", "recovered", "not_open"):
        plain = "open too seldom" if row.judged == "not_open" else "closed"
        return [f"closed: {name}" for bit, name in enumerate(ENDS) if int(row.cause) >> bit & 1] or [plain]
    failed = {
        "bills or long cuts": row.solvent,
        "too few hours": row.hours_met,
        "too few visits": row.visits_met,
    }
    return [name for name, good in failed.items() if not good]


def survival(rows: pd.DataFrame, ages: np.ndarray) -> np.ndarray:
    """Weighted share of first stations that survive to each age (months) from their opening.

    Product limit with late entry (`sim.service.product_limit`, with weights); nan beyond the last age seen.
    """
    there = rows["first_exit"].to_numpy() > rows["first_entry"].to_numpy()
    entry, leave = (rows[name].to_numpy()[there] for name in ("first_entry", "first_exit"))
    ended, weight = rows["first_ended"].to_numpy(bool)[there], rows["weight"].to_numpy(float)[there]
    times = np.unique(leave[ended])
    risk = np.array([weight[(entry < time) & (time <= leave)].sum() for time in times])
    ends = np.array([weight[(leave == time) & ended].sum() for time in times])
    curve = np.concatenate([[1.0], np.cumprod(1.0 - ends / risk)])
    found = curve[np.searchsorted(times, ages, side="right")]
    return np.where((np.asarray(ages) <= leave.max(initial=0)) | (found == 0), found, np.nan)


def public_cost(rows: pd.DataFrame) -> float:
    """Public yuan per elder-year helped.

    Government's running, building and set-up money over elder-years; ratio of sums.
    """
    years = float((rows["weight"] * rows["elder_years_helped"]).sum())
    return float((rows["weight"] * rows["public_fen"]).sum()) / 100 / years if years > 0 else float("nan")


class LuckShare(NamedTuple):
    """Share of a single run's variance that is luck, with its 95 % interval; the rest is parameters."""

    share: float
    low: float
    high: float
    draws: int
    lucks: int


def luck_share(values: np.ndarray) -> LuckShare:
    """Luck against parameters from a nested design: `values` (draws of parameters, lucks at each draw).

    One-way random effects, balanced (Searle, Casella and McCulloch 1992, Variance Components, chapter 3): F
    is the mean square between draws over that within. With n lucks the intraclass correlation is
    (F - 1) / (F + n - 1), so that luck is n / (F + n - 1) of the variance; its interval puts F over its
    quantiles in place of F, exact for normal effects. Cut at one, where draws differ by less than luck alone
    would make them. Missing where nothing varies, or with fewer than two draws or lucks.
    """
    draws, lucks = values.shape
    if draws < 2 or lucks < 2 or np.ptp(values) == 0:
        return LuckShare(np.nan, np.nan, np.nan, draws, lucks)
    within = float(values.var(axis=1, ddof=1).mean())
    between = lucks * float(values.mean(axis=1).var(ddof=1))
    if within == 0:
        return LuckShare(0.0, 0.0, 0.0, draws, lucks)
    freedom, tail = (draws - 1, draws * (lucks - 1)), (1 - LEVEL) / 2

    def share(ratio: float) -> float:
        return min(lucks / (ratio + lucks - 1), 1.0)

    ratio = between / within
    low, high = (ratio / float(special.fdtri(*freedom, at)) for at in (tail, 1 - tail))
    return LuckShare(share(ratio), share(low), share(high), draws, lucks)


def to_relieve(villages: pd.DataFrame, scenario: str, at: int = -1) -> tuple[int, list[str]]:
    """A replicate and the conditions breached before its closures; -1 and nothing without closures.

    Replicate `at` where a village closed in it, else the one with most closed villages, the lowest of equals.
    """
    shut = closed(villages)
    shut = shut[shut["scenario"] == scenario]
    if shut.empty:
        return -1, []
    if at not in set(shut["replicate"]):
        at = most_closed(shut)
    bits = int(np.bitwise_or.reduce(shut.loc[shut["replicate"] == at, "cause"].to_numpy()))
    return at, [name for bit, name in enumerate(ENDS) if bits >> bit & 1 and name != NO_SWITCH]


def closed(villages: pd.DataFrame) -> pd.DataFrame:
    """Villages of the main arm that closed at least once."""
    return villages[(villages["arm"] == "main") & (villages["closures"] > 0)]


def most_closed(shut: pd.DataFrame) -> int:
    """The replicate with most rows of `closed`, the lowest of equals; -1 where there are none."""
    return int(shut.groupby("replicate").size().idxmax()) if len(shut) else -1


def averted(villages: pd.DataFrame, scenario: str) -> dict[str, tuple[int, int]]:
    """Condition -> (closures averted by relieving it under the same luck, closures before), from the
    paired reruns.
    """
    mine = villages[villages["scenario"] == scenario]
    found = {}
    for name, rows in mine[mine["arm"].str.startswith("relief:")].groupby("arm"):
        before = mine[(mine["arm"] == "main") & (mine["replicate"] == rows["replicate"].iloc[0])].set_index(
            "village"
        )
        shut = before.index[before["closures"] > 0]
        after = rows.set_index("village").loc[shut, "closures"]
        found[str(name).partition(":")[2]] = (int((after == 0).sum()), len(shut))
    return found
