"""Splits to the fen, posting kinds, and the audit that finds a missing one."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import small

import sim
from sim.ledger import POSTINGS, AuditError, Ledger, part_of, posting, split, split_by_pool, split_pro_rata

amounts = st.integers(0, 10**13)
weights = st.lists(st.integers(0, 10**10), min_size=1, max_size=40)


@given(amounts, weights)
def test_a_split_sums_exactly_and_each_part_is_within_one_unit(amount: int, w: list[int]) -> None:
    parts, total = split(amount, w), sum(w)
    if total == 0:
        assert not parts.any()
        return
    assert int(parts.sum()) == amount
    for part, weight in zip(parts, w, strict=True):
        assert abs(Fraction(int(part)) - Fraction(amount * weight, total)) < 1


@given(amounts, weights)
def test_the_largest_remainders_get_the_odd_units_and_ties_go_to_the_earlier(amount: int, w: list[int]) -> None:
    total = sum(w)
    if total == 0:
        return
    exact = [Fraction(amount * x, total) for x in w]
    odd = amount - sum(int(x) for x in exact)
    first = sorted(range(len(w)), key=lambda i: (-(exact[i] - int(exact[i])), i))[:odd]
    assert split(amount, w).tolist() == [int(x) + (i in first) for i, x in enumerate(exact)]


def test_splits_by_hand() -> None:
    assert split(100, [1, 1, 1]).tolist() == [34, 33, 33]
    assert split(10, [1, 1, 1, 1]).tolist() == [3, 3, 2, 2]
    assert split(7, [0, 3, 4]).tolist() == [0, 3, 4]
    assert split(1, [1, 2]).tolist() == [0, 1]
    assert part_of(10, 1, 3) == 3 and part_of(10, 1, 0) == 0


@given(st.integers(-(10**6), 10**13), st.lists(st.integers(-100, 10**10), min_size=1, max_size=40))
def test_pro_rata_pays_in_full_when_there_is_enough_and_never_more(available: int, claims: list[int]) -> None:
    paid = split_pro_rata(available, np.array(claims))
    owed = [max(c, 0) for c in claims]
    assert int(paid.sum()) == min(sum(owed), max(available, 0))
    assert all(0 <= p <= c for p, c in zip(paid, owed, strict=True))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 10**5)), min_size=1, max_size=30), st.lists(st.integers(-5, 10**6), min_size=4, max_size=4), st.randoms())
def test_a_split_by_pool_is_a_pro_rata_split_in_each_pool_in_order_of_number(villages: list[tuple[int, int]], available: list[int], random: Random) -> None:
    pool, claims = (np.array(x) for x in zip(*villages, strict=True))
    numbers = np.array(random.sample(range(1, 100), len(villages)))
    found = split_by_pool(np.array(available), claims, pool, numbers)
    for k in range(4):
        mine = sorted(np.flatnonzero(pool == k), key=lambda v: numbers[v])
        assert found[mine].tolist() == split_pro_rata(available[k], claims[mine]).tolist()


def test_a_posting_kind_is_declared_once_and_moves_between_two_accounts() -> None:
    name = next(iter(POSTINGS))
    with pytest.raises(ValueError, match=name):
        posting(name, "cash", "market", "again")
    with pytest.raises(ValueError, match="same account"):
        posting("tests_circle", "cash", "cash", "nothing")
    assert "tests_circle" not in POSTINGS


def test_a_posting_moves_its_debit_up_and_its_credit_down_by_the_same() -> None:
    for kind in POSTINGS.values():
        ledger = Ledger(2)
        ledger.posted[kind.name][1] = 12_345
        ledger.settle()
        assert ledger.balance[kind.debit].tolist() == [0, 12_345]
        assert ledger.balance[kind.credit].tolist() == [0, -12_345]
        assert sum(int(ledger.balance[a][1]) for a in ledger.accounts) == 0
        assert ledger.amount(kind.name).tolist() == [0, 12_345]


def test_fen_and_minutes_never_share_an_account() -> None:
    unit: dict[str, str] = {}
    for kind in POSTINGS.values():
        assert kind.unit in ("fen", "minutes")
        for account in (kind.debit, kind.credit):
            assert unit.setdefault(account, kind.unit) == kind.unit


@pytest.fixture
def model() -> sim.MutualAidModel:
    made = small(villages=2)
    made.run(2)
    made.audit()
    return made


def test_the_audit_names_a_balance_moved_by_hand(model: sim.MutualAidModel) -> None:
    model.ledger.balance.cash[1] += 1
    with pytest.raises(AuditError, match=r"without a posting: cash$"):
        model.audit()


def test_the_audit_names_two_balances_moved_against_each_other(model: sim.MutualAidModel) -> None:
    model.ledger.balance.cash[1] += 1
    model.ledger.balance.market[1] -= 1
    with pytest.raises(AuditError, match=r"without a posting: cash, market$"):
        model.audit()


def test_the_audit_finds_a_credit_changed_by_hand(model: sim.MutualAidModel) -> None:
    model.people.credit[model.world.start[1]] += 1
    with pytest.raises(AuditError, match="credits_held of village 2"):
        model.audit()


def test_the_audit_finds_a_bill_changed_by_hand(model: sim.MutualAidModel) -> None:
    model.world.villages.bills[0, 2] += 1
    with pytest.raises(AuditError, match="payables of village 1"):
        model.audit()


def test_the_audit_refuses_postings_that_nothing_has_settled(model: sim.MutualAidModel) -> None:
    model.ledger.posted.cost_food[0] += 1
    with pytest.raises(AuditError, match="no settlement"):
        model.audit()


def test_no_ledger_holds_a_float(model: sim.MutualAidModel) -> None:
    for records in (model.ledger.balance, model.ledger.posted):
        assert {records.dtype[n] for n in records.dtype.names} == {np.dtype(np.int64)}
    assert model.people.credit.dtype.kind == "i" and model.world.villages.bills.dtype.kind == "i"
