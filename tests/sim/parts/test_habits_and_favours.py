"""Habits of asking and giving, and favours: who is served, who pays, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from runs import small

from sim.parts import exchange, habits, timebank
from sim.state.codes import ALTRUIST, ELDER, FREE, HOARDER, OPPORTUNIST, ORDINARY

SHARES = SimpleNamespace(opportunists=0.2, hoarders=0.3, altruists=0.1, recognised=0.0)


@pytest.mark.parametrize(
    ("drawn", "habit"),
    [
        (0.0, OPPORTUNIST),
        (0.19, OPPORTUNIST),
        (0.2, HOARDER),
        (0.49, HOARDER),
        (0.55, ALTRUIST),
        (0.61, ORDINARY),
    ],
)
def test_a_draw_falls_on_the_shares_one_after_the_other(drawn: float, habit: int) -> None:
    assert habits.drawn_habit(SHARES, drawn) == habit


def banked(changes: dict) -> object:
    return small(
        {"habits.on": True, "timebank.welcome": 20.0, "timebank.hour_fee": 0.0, **changes}, villages=3
    )


def test_who_only_asks_never_volunteers() -> None:
    model = banked({"habits.opportunists": 1.0})
    model.run(12)
    assert model.people.volunteer.sum() == model.series.flow["volunteers"].sum() == 0


def test_who_hoards_spends_no_credit_and_asks_for_none() -> None:
    model = banked({"habits.hoarders": 1.0, "timebank.exempt_special": False})
    model.run(12)
    assert model.series.flow["offered"].sum() > 0
    assert model.series.amount("credits_spent").sum() == model.series.flow["requests"].sum() == 0


def test_altruists_help_whoever_has_no_credit_and_nobody_pays() -> None:
    """No welcome, no overdraft, no purse: nobody can ask, and yet help is given; no credit is made."""
    poor = {"timebank.welcome": 0.0, "timebank.overdraft": 0.0, "timebank.exempt_special": False}
    gifts, none = banked({"habits.altruists": 1.0, **poor}), banked(poor)
    for model in (gifts, none):
        model.run(12)
        model.audit()
    assert gifts.series.flow["gift_minutes"].sum() > 0
    assert gifts.people.credit.sum() == 0 and none.series.flow["gift_minutes"].sum() == 0
    assert gifts.series.amount("credits_earned").sum() == gifts.series.amount("credits_spent").sum() == 0


def test_who_is_recognised_gets_nothing_on_credit() -> None:
    model = banked({"habits.opportunists": 1.0, "habits.recognised": 1.0, "timebank.exempt_special": False})
    people = model.people
    timebank.run_quotas(model)
    elders, before = people.kind == ELDER, model.flow["recognised"].sum()
    assert people.quota[elders].max() > 0
    habits.run_give(model)
    assert people.quota[elders].max() == 0
    assert model.flow["recognised"].sum() - before == elders.sum()


ONE = SimpleNamespace(unit=60, threshold=300, capacity=3, trusted=1, imitation=0.0)


def persons(**columns: list[int]) -> SimpleNamespace:
    size = len(next(iter(columns.values())))
    plain = {"kind": [ELDER] * size, "leaning": [ORDINARY] * size, "credit": [0] * size, "free": [600] * size}
    return SimpleNamespace(**{name: np.array(column) for name, column in {**plain, **columns}.items()})


def test_an_account_pays_a_whole_favour_or_none() -> None:
    """60 minutes within an overdraft of 30: from a balance of 30 on."""
    people = persons(credit=[30, 29, 300])
    bank = SimpleNamespace(overdraft=30)
    assert [bool(exchange.can_pay(people, i, ONE, bank)) for i in range(3)] == [True, False, True]


def test_a_person_gives_below_the_threshold_and_an_altruist_always() -> None:
    """Below 300 and with an hour to spare; who only asks never; nobody serves itself."""
    leaning = [ORDINARY, ORDINARY, ORDINARY, OPPORTUNIST, ALTRUIST, ORDINARY]
    people = persons(credit=[0, 299, 300, 0, 900, 0], leaning=leaning, free=[600, 60, 600, 600, 60, 59])
    paid = [bool(exchange.suits(people, i, 0, True, ONE)) for i in range(6)]
    assert paid == [False, True, False, False, True, False]
    assert [bool(exchange.suits(people, i, 0, False, ONE)) for i in range(6)] == [False] * 4 + [True, False]


def line_of(households: int) -> tuple[SimpleNamespace, SimpleNamespace, np.uint64]:
    """Households in a row, each trusting the one before: a key is looked for that draws them so."""
    people = persons(kind=[ELDER] * households)
    people.tally = np.zeros((households, exchange.MOST_TRUSTED), np.int8)
    world = SimpleNamespace(
        start=np.array([0, households]),
        used=np.array([households]),
        villages=np.array([(1,)], [("number", "i8")]).view(np.recarray),
        work=np.zeros((6, 64), np.int64),
    )
    for key in map(np.uint64, range(10_000)):
        picked = [exchange.trusted_place(place, 0, households, 1, key) for place in range(households)]
        if picked == [exchange.HERE, *range(households - 1)]:
            return people, world, key
    raise AssertionError("no such key")


def passes(people: SimpleNamespace, world: SimpleNamespace, key: np.uint64, giver: int, asker: int) -> bool:
    found = bool(exchange.find_path(people, world, 0, giver, asker, ONE, key))
    if found:
        exchange.pass_along(people, world, 0, giver)
    return found


def test_a_favour_along_a_path_moves_every_tally_on_it() -> None:
    """Three in a row, capacity 3, so tallies from -1 to 2: the last gives to the first, which loses the line.

    A tally counts what the one before gave; 2 -> 0 lowers both by one, once; 0 -> 2 raises them three times.
    """
    people, world, key = line_of(3)
    assert passes(people, world, key, 2, 0)
    assert people.tally[:, 0].tolist() == [0, -1, -1]
    assert not passes(people, world, key, 2, 0)
    assert [passes(people, world, key, 0, 2) for _ in range(4)] == [True, True, True, False]
    assert people.tally[:, 0].tolist() == [0, 2, 2]
    assert passes(people, world, key, 1, 0) and not passes(people, world, key, 0, 2)


def test_nobody_leads_on_who_has_moved_away() -> None:
    people, world, key = line_of(3)
    people.kind[1] = FREE
    assert not passes(people, world, key, 2, 0)


def favoured(changes: dict) -> object:
    return small({"exchange.on": True, "timebank.welcome": 10.0, **changes}, villages=3)


def test_favours_make_no_credit_and_the_books_hold() -> None:
    model = favoured({"exchange.threshold": 4.0})
    model.run(6)
    model.audit()
    flow = model.series.flow
    told = sum(flow[f"favours_{name}"] for name in ("paid", "gift", "penniless", "unwilling"))
    assert (told == flow["favours_asked"]).all() and flow["favours_paid"].sum() > 0
    assert (flow["time_favours"] == 60 * (flow["favours_paid"] + flow["favours_gift"])).all()


def test_a_pool_holds_what_was_put_in_and_not_drawn() -> None:
    model = favoured(
        {"exchange.accounts": "pool", "exchange.kinds": 2, "exchange.deposits": 1.5, "horizon.spin_up": 0}
    )
    model.run(6)
    model.audit()
    drawn = model.series.amount("credits_drawn").sum()
    held = model.world.villages.pooled.sum()
    assert 0 < held == model.series.amount("credits_pooled").sum() - drawn
    assert drawn == 60 * model.series.flow["favours_paid"].sum()


def test_below_the_reserve_nobody_asks() -> None:
    model = favoured({"exchange.reserve": 200.0})
    model.run(3)
    assert model.series.flow["favours_asked"].sum() == 0
