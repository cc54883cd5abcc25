"""The battery of keyed draws.

Every statistical test fails a sound generator once in a million choices of the seed.
"""

from __future__ import annotations

import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

import sim  # noqa: F401  declares all purposes
from sim.engine.randomness import (
    LASTING,
    PURPOSES,
    Keys,
    Purpose,
    below,
    draw,
    key_of,
    keys_of,
    mix_int,
    normalish,
    rounded,
    uniform,
)
from sim.parts import NAMES

ERROR = 1e-6
N = 40_000
ONE, OTHER = Purpose("tests.one"), Purpose("tests.other")
VILLAGE = 1 << 24
DECLARED = {n: name for n, name in PURPOSES.items() if not name.startswith("tests.")}


class Numbered:
    """A purpose of a given number, undeclared: only for reading keys."""

    def __init__(self, number: int) -> None:
        self.number = number


def along_identities() -> np.ndarray:
    key = key_of(1, ONE, 5)
    return np.array([uniform(key, VILLAGE + i, 0) for i in range(N)])


def along_villages() -> np.ndarray:
    key = key_of(2, ONE, 5)
    return np.array([uniform(key, (i + 1) * VILLAGE + 7, 0) for i in range(N)])


def along_serials_of_entrants() -> np.ndarray:
    key = key_of(3, ONE, 5)
    return np.array([uniform(key, 3 * VILLAGE + (i << 12), 0) for i in range(N)])


def along_months() -> np.ndarray:
    return np.array([uniform(key_of(4, ONE, t), 3 * VILLAGE + 9, 0) for t in range(N)])


def along_purposes() -> np.ndarray:
    return np.array([uniform(key_of(5, Numbered(k), 5), 3 * VILLAGE + 9, 0) for k in range(N)])


def along_indices() -> np.ndarray:
    key = key_of(6, ONE, 5)
    return np.array([uniform(key, 3 * VILLAGE + 9, i) for i in range(N)])


def along_seeds() -> np.ndarray:
    return np.array([draw(s, ONE, 3 * VILLAGE + 9, 5) for s in range(N)])


AXES = [
    along_identities,
    along_villages,
    along_serials_of_entrants,
    along_months,
    along_purposes,
    along_indices,
    along_seeds,
]


@pytest.fixture(scope="module", params=AXES, ids=lambda f: f.__name__)
def series(request: pytest.FixtureRequest) -> np.ndarray:
    return request.param()


def test_draws_are_uniform_along_every_axis(series: np.ndarray) -> None:
    counts = np.bincount((series * 256).astype(int), minlength=256)
    chi = ((counts - N / 256) ** 2 / (N / 256)).sum()
    assert stats.chi2.isf(1 - ERROR / 2, 255) < chi < stats.chi2.isf(ERROR / 2, 255)


def test_low_bits_are_uniform_too(series: np.ndarray) -> None:
    low = (series * 2.0**40 % 16).astype(int)
    chi = ((np.bincount(low, minlength=16) - N / 16) ** 2 / (N / 16)).sum()
    assert chi < stats.chi2.isf(ERROR, 15)


@pytest.mark.parametrize("lag", [1, 2, 12, 25])
def test_neighbours_along_every_axis_are_uncorrelated(series: np.ndarray, lag: int) -> None:
    r = np.corrcoef(series[:-lag], series[lag:])[0, 1]
    assert abs(r) * np.sqrt(N - lag) < stats.norm.isf(ERROR / 2)


def test_pairs_of_neighbours_fill_the_square_evenly(series: np.ndarray) -> None:
    cells = (series[0::2] * 16).astype(int) * 16 + (series[1::2] * 16).astype(int)
    expected = N / 2 / 256
    chi = ((np.bincount(cells, minlength=256) - expected) ** 2 / expected).sum()
    assert chi < stats.chi2.isf(ERROR, 255)


def test_rises_and_falls_come_as_often_as_chance_wants(series: np.ndarray) -> None:
    """Turning points of n independent numbers: mean 2(n-2)/3, variance (16n-29)/90 (Bienayme)."""
    middle = series[1:-1]
    turns = ((middle > series[:-2]) == (middle > series[2:])).sum()
    z = (turns - 2 * (N - 2) / 3) / np.sqrt((16 * N - 29) / 90)
    assert abs(z) < stats.norm.isf(ERROR / 2)


@pytest.mark.parametrize(
    "shifted",
    [
        lambda i: uniform(key_of(9, OTHER, 5), VILLAGE + i, 0),
        lambda i: uniform(key_of(9, ONE, 6), VILLAGE + i, 0),
        lambda i: uniform(key_of(9, ONE, 5), VILLAGE + i, 1),
        lambda i: uniform(key_of(9, ONE, 5), 2 * VILLAGE + i, 0),
        lambda i: uniform(key_of(10, ONE, 5), VILLAGE + i, 0),
    ],
    ids=["other purpose", "next month", "next index", "next village", "next seed"],
)
def test_the_same_person_is_drawn_independently(shifted) -> None:
    n = 20_000
    key = key_of(9, ONE, 5)
    a = np.array([uniform(key, VILLAGE + i, 0) for i in range(n)])
    b = np.array([shifted(i) for i in range(n)])
    assert abs(np.corrcoef(a, b)[0, 1]) * np.sqrt(n) < stats.norm.isf(ERROR / 2)
    cells = (a * 10).astype(int) * 10 + (b * 10).astype(int)
    chi = ((np.bincount(cells, minlength=100) - n / 100) ** 2 / (n / 100)).sum()
    assert chi < stats.chi2.isf(ERROR, 99)


def test_the_finaliser_is_splitmix64() -> None:
    """First outputs of splitmix64 from seed 0 (Vigna's reference code)."""
    assert [mix_int(0, i) for i in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_compiled_draws_are_the_integers_of_the_definition() -> None:
    mask, key = (1 << 64) - 1, int(key_of(11, ONE, 3))
    for identity, index in (
        (0, 0),
        (1, 0),
        (5 * VILLAGE + 4_097, 25),
        (10_000 * VILLAGE + VILLAGE - 1, 65_535),
    ):
        z = (key + identity * 0x9E3779B97F4A7C15 + index * 0xD1B54A32D192ED03) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        assert draw(11, ONE, identity, 3, index) == (z >> 11) / 2**53


def test_two_purposes_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"demography\.death"):
        Purpose("demography.death")


def test_two_purposes_of_one_number_are_refused() -> None:
    taken = {zlib.crc32(name.encode()) & 0xFFFF: name for name in DECLARED.values()}
    twin = next(f"tests.n{i}" for i in range(10**6) if zlib.crc32(f"tests.n{i}".encode()) & 0xFFFF in taken)
    first = taken[zlib.crc32(twin.encode()) & 0xFFFF]
    with pytest.raises(ValueError, match=f"'{twin}' shares its number with '{first}'"):
        Purpose(twin)


def test_keys_of_all_purposes_and_months_differ() -> None:
    months = [-4000, *range(-60, 600)]
    keys = {int(key_of(0, Numbered(k), t)) for k in DECLARED for t in months}
    assert len(keys) == len(DECLARED) * len(months)


@pytest.mark.parametrize(
    ("seed", "first", "months"), [(0, 0, 12), (7, -36, 48), (-3, -4000, 1), (2**63, 113, 12)]
)
def test_keys_of_many_months_at_once_are_those_of_each_decision_and_month(
    seed: int, first: int, months: int
) -> None:
    found = keys_of(seed, first, months)
    assert found.shape == (months, len(PURPOSES))
    for place, number in enumerate(PURPOSES):
        each = [key_of(seed, SimpleNamespace(number=number), first + month) for month in range(months)]
        assert found[:, place].tolist() == each


def test_keys_of_counties_are_those_of_their_seeds_whatever_the_month() -> None:
    keys = Keys((5, 8))
    for month in (-3, -2, 9, 10, 40, 0):
        keys.turn(month)
        assert keys.of(ONE).tolist() == [key_of(seed, ONE, month) for seed in (5, 8)]
    assert keys.lasting(ONE).tolist() == [key_of(seed, ONE, LASTING) for seed in (5, 8)]


def test_keys_of_neighbouring_seeds_differ() -> None:
    keys = {int(key_of(s, Numbered(k), t)) for s in range(50) for k in list(DECLARED)[:10] for t in range(60)}
    assert len(keys) == 50 * 10 * 60


HOMES = {
    "population": ["sim.state.people", "sim.start.county"],
    "clearing": ["sim.parts.clearing", "sim.state.purposes"],
    "referral": ["sim.parts.referral_centre", "sim.state.purposes"],
}  # purposes keep their old names, since draws hang on them


def test_every_purpose_is_named_after_the_file_that_draws_it() -> None:
    import importlib

    for name in DECLARED.values():
        part = name.partition(".")[0]
        files = [x for x in NAMES if x == part or x.startswith(f"{part}_")]
        homes = HOMES.get(part, [f"sim.parts.{x}" for x in files])
        held = [x for home in homes for x in vars(importlib.import_module(home)).values()]
        assert any(isinstance(x, Purpose) and x.name == name for x in held)


def test_whole_numbers_below_n_are_even_and_stay_below() -> None:
    key = key_of(12, ONE, 0)
    drawn = np.array([below(key, i, 0, 7) for i in range(21_000)])
    assert drawn.min() == 0 and drawn.max() == 6
    chi = ((np.bincount(drawn) - 3_000) ** 2 / 3_000).sum()
    assert chi < stats.chi2.isf(ERROR, 6)
    assert below(key, 1, 0, 0) == 0


def test_the_twelve_uniforms_have_mean_zero_and_variance_one() -> None:
    key = key_of(13, ONE, 0)
    x = np.array([normalish(key, i, 0) for i in range(20_000)])
    assert abs(x.mean()) * np.sqrt(len(x)) < stats.norm.isf(ERROR / 2)
    fourth = 2.9  # kurtosis of twelve uniforms: 3 - 1.2/12
    assert abs(x.var() - 1) / np.sqrt((fourth - 1) / len(x)) < stats.norm.isf(ERROR / 2)
    other = np.array([normalish(key, i, 1) for i in range(20_000)])
    assert abs(np.corrcoef(x, other)[0, 1]) * np.sqrt(len(x)) < stats.norm.isf(ERROR / 2)


@pytest.mark.parametrize("value", [0.0, 0.3, 4.75, 12.0])
def test_rounding_by_a_draw_keeps_the_mean(value: float) -> None:
    key, n = key_of(14, ONE, 0), 20_000
    drawn = np.array([rounded(value, key, i, 0) for i in range(n)])
    whole, part = int(value), value - int(value)
    assert set(drawn) <= {whole, whole + 1}
    spread = np.sqrt(max(part * (1 - part), 1e-12) / n)
    assert abs(drawn.mean() - value) <= stats.norm.isf(ERROR / 2) * spread
