"""Races: how often an equal arm is told from the best, who is left and when, what a level is then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments import racing, ranking
from experiments.racing import HOPELESS, ONE, SAME, Left, Race, carried, errors, looks
from experiments.statistics import interval

ARMS = [f"arm {nth}" for nth in range(10)]
Arrays = tuple[np.ndarray, np.ndarray]


def frames(added: np.ndarray, tables: np.ndarray) -> dict[str, pd.DataFrame]:
    names = [f"arm {nth}" for nth in range(added.shape[1])]
    return {"added": pd.DataFrame(added, columns=names), "table_years": pd.DataFrame(tables, columns=names)}


def raced(values: dict[str, pd.DataFrame], declared: tuple[int, ...] = racing.LOOKS, **more: object) -> Race:
    """A race run to its end."""
    race = Race(list(values["added"]), looks(declared, len(values["added"])), **more)  # type: ignore[arg-type]
    while not race.ended:
        race.look(values)
    return race


# -- equal arms
# --------------------------------------------------------------------------------------------------------
def skewed(random: np.random.Generator, count: int) -> Arrays:
    """Levels that differ by a factor of ten between seeds, arms by a lognormal share of them."""
    level = np.exp(random.normal(0, 1, (count, 1)))
    added = 60 * level * np.exp(random.normal(-0.08, 0.4, (count, len(ARMS))))
    return added, 3 * np.sqrt(level) * np.exp(random.normal(0, 0.3, (count, len(ARMS))))


def heavy(random: np.random.Generator, count: int) -> Arrays:
    """Student's t with three degrees of freedom."""
    shape = (count, len(ARMS))
    return 100 + 20 * random.standard_t(3, shape), 3 + 0.5 * random.standard_t(3, shape)


def opposed(random: np.random.Generator, count: int) -> Arrays:
    """Exponential chance of very different size, to the right in one arm and to the left in the next."""
    size = np.exp(random.normal(0, 1, (1, len(ARMS)))) * np.where(np.arange(len(ARMS)) % 2, 1, -1)
    level = np.exp(random.normal(0, 0.8, (count, 1)))
    added, tables = (random.exponential(1, (count, len(ARMS))) - 1 for _ in range(2))
    return 100 * level + 5 * size * added, 3 * level + 0.2 * size * tables


@pytest.mark.slow
@pytest.mark.parametrize("kind", [skewed, heavy, opposed])
def test_of_equal_arms_one_is_told_apart_in_seven_studies_of_a_hundred_at_most(kind, monkeypatch):
    """400 studies of 20 seeds, six looks, no zone: at a rate of 5 % more than 28 come up once in 30 tests."""
    for module in (racing, ranking):
        monkeypatch.setattr(module, "PART", 0.0)
    monkeypatch.setattr(ranking, "FLIPS", 499)
    studies = (kind(np.random.default_rng([study, 19]), 20) for study in range(400))
    assert sum(bool(raced(frames(*study)).told) for study in studies) <= 28


def test_the_error_of_all_looks_is_five_percent_and_the_last_has_most():
    """Looks at 10 and 20 of 40: 0.4 x (1/16, 3/16) of the error, the rest, 0.9 of it, at the last."""
    assert errors((10, 20, 40)) == pytest.approx((0.05 * 0.025, 0.05 * 0.075, 0.05 * 0.9))
    assert sum(errors(looks(racing.LOOKS, 20))) == pytest.approx(0.05)
    assert errors((3,)) == pytest.approx((0.05,))


def test_looks_are_those_declared_below_the_seeds_and_the_last():
    assert looks([4, 8, 16], 10) == (4, 8, 10) and looks([4, 8], 8) == (4, 8) and looks([4], 2) == (2,)


# -- who is left
# --------------------------------------------------------------------------------------------------------
def steady(
    means: list[float], tables: list[float], count: int = 20, spread: float = 1.0
) -> dict[str, pd.DataFrame]:
    """Arms that differ by fixed amounts and small chance."""
    random = np.random.default_rng(3)
    shape, level = (count, len(means)), np.exp(np.random.default_rng(4).normal(0, 0.5, (count, 1)))
    added = np.array(means) + 20 * level + spread * random.standard_normal(shape)
    return frames(added, np.array(tables) + level + 0.01 * spread * random.standard_normal(shape))


def test_a_much_worse_arm_gets_four_seeds_and_the_race_ends_with_one():
    """100 less, a pair spread 0.14: t is over 1000, against Bonferroni's with three degrees of freedom."""
    race = raced(steady([200, 100], [4, 3], spread=0.1))
    assert race.left["arm 1"][:4] == ("arm 1", 4, "arm 0", "added") and race.ended == ONE
    assert (race.seeds, race.given("arm 0", 20), race.given("arm 1", 20)) == (4, 4, 4)


def test_table_years_tell_apart_what_is_surely_no_better_by_elder_years_only():
    """Of 200 elder-years the zone is ten, of four table-years a fifth of one."""
    race = raced(steady([200, 199, 180], [4, 2, 4], spread=0.1))
    assert race.told["arm 1"] == "table_years" and race.told["arm 2"] == "added"
    ahead = raced(steady([200, 199, 150], [4, 2, 4], spread=30.0), declared=(4,))
    assert "arm 1" not in ahead.told  # chance of thirty may hide that it is better by more than ten


def test_an_arm_surely_within_the_zone_is_left_as_the_same_and_shares_the_fate_of_the_other():
    """Arms 1 and 2 differ by 1 of 200; both lie 60 below the best, which 20 seeds tell and eight do not."""
    values = steady([200, 200, 199], [4, 4, 4], spread=0.5)
    noise = np.random.default_rng(8).normal(0, 45, (20, 1))
    for arm in ("arm 1", "arm 2"):
        values["added"][arm] -= 60 + noise[:, 0]
    race = raced(values)
    same = race.left["arm 2"]
    assert (same.outcome, same.other, same.seeds) == (SAME, "arm 1", 8)
    assert race.left["arm 1"].seeds > 8 and set(race.told) == {"arm 1", "arm 2"}
    assert list(race.early) == ["arm 2"] and race.stand_in("arm 2") == "arm 1"


def test_before_eight_seeds_no_arm_stands_for_another():
    race = raced(steady([200, 200, 200], [4, 4, 4], count=7, spread=0.01))
    assert not race.left


def test_a_race_that_cannot_be_won_is_given_up_from_half_of_the_seeds_on():
    race = raced(steady([200, 199, 201, 200], [4, 4, 4, 4], spread=40))
    assert (race.ended, race.seeds, race.left) == (HOPELESS, 12, {})


def test_followers_never_lead_and_those_kept_have_all_seeds():
    values = steady([100, 200, 50], [3, 4, 2], spread=0.1)
    race = raced(values, leaders=["arm 0", "arm 2"], kept=["arm 2"])
    assert race.best == "arm 0" and "arm 2" in race.told and "arm 2" not in race.early


def test_order_of_arms_and_of_seeds_moves_nothing():
    values = steady([200, 200, 199, 150, 190], [4, 4, 4, 3, 4], spread=4)
    plain = raced(values)
    mixed = {name: table.iloc[::-1, [3, 1, 4, 0, 2]] for name, table in values.items()}
    other = raced(mixed)
    assert (plain.best, plain.seeds, plain.ended) == (other.best, other.seeds, other.ended)
    assert {arm: one[:4] for arm, one in plain.left.items()} == {
        arm: one[:4] for arm, one in other.left.items()
    }
    assert plain.left


def test_a_seed_that_an_arm_lost_is_left_out_for_all():
    values = steady([200, 100], [4, 3], spread=0.1)
    values["added"].loc[2, "arm 1"] = np.nan
    assert raced(values).told == {"arm 1": "added"}


# -- levels
# --------------------------------------------------------------------------------------------------------
def test_the_level_of_an_arm_left_early_is_that_of_the_other_and_the_difference_on_shared_seeds():
    """The other has 10, 12, 14, 40: mean 19. On the first two seeds the arm has one less, 9 and 11: 18, not
    10, and the interval is the other's.
    """
    values = {"a": pd.Series([9.0, 11.0]), "b": pd.Series([10.0, 12.0, 14.0, 40.0])}
    left = {"a": Left("a", 2, "b", SAME, -1.0, -1.0)}
    found, whole = carried("a", left, values.__getitem__, False), interval(values["b"].to_numpy(), False)
    assert (found.mean, found.n) == (18.0, 2) and found.high - found.mean == pytest.approx(whole.high - 19.0)


def test_arms_left_early_are_ranked_on_their_own_seeds_against_the_best_of_the_others():
    """The arm left after four seeds has the highest mean, over lucky seeds, and is no best."""
    values = pd.DataFrame({"a": [50.0, 52, 51, 53] + [np.nan] * 4, "b": [60.0, 62, 61, 63, 10, 12, 11, 13]})
    values["c"] = values["b"] - 0.1
    found = ranking.rank(values, False, {"a": 4})
    assert found.best == "b" and found.upper["a"] < 0 and found.upper["c"] >= 0
