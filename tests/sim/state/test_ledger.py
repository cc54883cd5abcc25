"""Splits to the fen, posting kinds, and the audit that finds a missing one."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import small, split_by_pool

import sim
from sim.state.ledger import POSTINGS, AuditError, Ledger, posting

amounts = st.integers(-(10**6), 10**13)
villages = st.lists(st.integers(-100, 10**10), min_size=1, max_size=40)


def paid(available: int, claims: list[int], numbers: list[int] | None = None) -> list[int]:
    """What one pool pays."""
    n = len(claims)
    found = split_by_pool(
        np.array([available]), np.array(claims), np.zeros(n, np.int64), np.array(numbers or range(1, n + 1))
    )
    return [int(x) for x in found]


@settings(deadline=None)  # the first call may compile
@given(amounts, villages, st.randoms())
def test_largest_remainders_get_the_odd_units_and_ties_go_to_the_lower_number(
    available: int, claims: list[int], random: Random
) -> None:
    """In exact fractions; in full where there is enough, never more than there is."""
    numbers = random.sample(range(1, 100), len(claims))
    owed = [max(c, 0) for c in claims]
    total, have = sum(owed), min(max(available, 0), sum(owed))
    exact = [Fraction(have * c, max(total, 1)) for c in owed]
    odd = have - sum(int(x) for x in exact)
    first = sorted(range(len(owed)), key=lambda i: (int(exact[i]) - exact[i], numbers[i]))[:odd]
    found = paid(available, claims, numbers)
    assert found == [int(x) + (i in first) for i, x in enumerate(exact)] and sum(found) == have
    assert all(abs(x - y) < 1 for x, y in zip(found, exact, strict=True))


def test_splits_by_hand() -> None:
    assert paid(100, [50, 50, 50]) == [34, 33, 33]
    assert paid(10, [5, 5, 5, 5]) == [3, 3, 2, 2] and paid(10, [5, 5, 5, 5], [4, 3, 2, 1]) == [2, 2, 3, 3]
    assert paid(7, [0, 30, 40]) == [0, 3, 4] and paid(1, [1, 2]) == [0, 1]
    assert paid(9, [3, 4]) == [3, 4] and paid(-5, [3, 4]) == [0, 0] and paid(5, [-3, 9]) == [0, 5]
    most = 10**12  # a product far over 2^63
    assert paid(most, [most, most]) == [most // 2, most // 2]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 10**5)), min_size=1, max_size=30),
    st.lists(st.integers(-5, 10**6), min_size=4, max_size=4),
    st.randoms(),
)
def test_each_pool_pays_its_own(members: list[tuple[int, int]], available: list[int], random: Random) -> None:
    pool, claims = (np.array(x) for x in zip(*members, strict=True))
    numbers = np.array(random.sample(range(1, 100), len(members)))
    found = split_by_pool(np.array(available), claims, pool, numbers)
    for k in range(4):
        mine = np.flatnonzero(pool == k)
        assert found[mine].tolist() == paid(available[k], claims[mine].tolist(), numbers[mine].tolist())


def test_a_posting_kind_is_declared_once_and_moves_between_two_accounts() -> None:
    name = next(iter(POSTINGS))
    with pytest.raises(ValueError, match=name):
        posting(name, debit="cash", credit="market", label="again")
    with pytest.raises(ValueError, match="same account"):
        posting("tests_circle", debit="cash", credit="cash", label="nothing")
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
