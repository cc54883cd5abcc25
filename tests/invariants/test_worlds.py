"""One more elder in village 3 changes nothing elsewhere; where villages meet, what changed is named."""

from __future__ import annotations

import pytest
from runs import CARE, EVERYTHING, FORMER, SHORT_LEADS, differences, small, village_bytes

import sim
from sim.schedule import COUPLINGS
from sim.state.codes import ELDER
from sim.state.people import free_slot, settle_in

MONTHS = 30
PAID = {"posting paid_government", "posting bills_paid"}


def one_more_elder(model: sim.MutualAidModel, number: int) -> None:
    """An ailing elder, who asks and costs, moves into the village.

    Before the first month, by the table's own rules.
    """
    v = model.world.villages.number.tolist().index(number)
    before = model.world.villages.elders.copy()
    i = free_slot(model.people, model.world, v)
    settle_in(model.people, model.world, v, i, ELDER, 76 * 12, 1, 2000, 25)
    model.people.living[i], model.people.health[i], model.people.enrolled[i] = 2, 1, 1
    assert (model.world.villages.elders - before).tolist() == [int(k == v) for k in range(len(before))]


def pair(changes: dict, months: int = MONTHS) -> tuple[sim.MutualAidModel, sim.MutualAidModel]:
    """A county without and with one more elder in village 3."""
    made = [small(changes, villages=5, seed=5, capacity=1.3) for _ in range(2)]
    one_more_elder(made[1], 3)
    for model in made:
        model.run(months)
        model.audit()
    return made[0], made[1]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"funding.rule": "gap_filler", "business.kind": "portfolio", **SHORT_LEADS},
        {"funding.basis": "envelope", "business.kind": "handicraft", **SHORT_LEADS},
        {"government.operating_envelope": 500.0, "government.construction_envelope": 500.0},
        {"funding.identical_payers": True, "shocks.correlation": 1.0},
        {"clearing.scope": "county", **CARE},
        {**EVERYTHING, "business.kind": "portfolio", **SHORT_LEADS},
        {"matching.form": "teams", "visits.rota": 0.5},
    ],
    ids=[
        "default",
        "gap filler and portfolio",
        "envelope and handicraft",
        "short county money",
        "identical payers",
        "care network",
        "every mechanism",
        "teams",
    ],
)
def test_one_more_elder_in_village_3_changes_not_a_byte_elsewhere(changes: dict) -> None:
    a, b = pair({"county.couplings": False, **changes})
    for number in (1, 2, 4, 5):
        assert differences(village_bytes(a, number), village_bytes(b, number)) == []
    assert len(differences(village_bytes(a, 3), village_bytes(b, 3))) > 20


def test_where_villages_meet_and_no_money_binds_persons_elsewhere_are_untouched() -> None:
    """Enough money in every purse, no gifts, no openings: the couplings are on and reach nobody."""
    rich = {
        "county.facility_share": 1.0,
        "government.operating_envelope": 30_000.0,
        "government.ceiling": 1_000.0,
        "society.on": False,
        "facilities.on": False,
    }
    a, b = pair(rich)
    for number in (1, 2, 4, 5):
        assert differences(village_bytes(a, number), village_bytes(b, number)) == []


def test_where_county_money_binds_what_changed_first_is_the_money_paid() -> None:
    """One more elder raises what village 3 is owed.

    The county pays pro rata, so village 4 first sees other payments.
    """
    short = {
        "county.facility_share": 1.0,
        "government.operating_envelope": 300.0,
        "society.on": False,
        "facilities.on": False,
        **FORMER,
    }
    a, b = small(short, villages=5, seed=5, capacity=1.3), small(short, villages=5, seed=5, capacity=1.3)
    one_more_elder(b, 3)
    found: list[str] = []
    for _ in range(MONTHS):
        a.step()
        b.step()
        found = differences(village_bytes(a, 4), village_bytes(b, 4))
        if found:
            break
    assert "posting paid_government" in found
    assert {n for n in found if n.startswith("posting")} <= PAID
    assert {n for n in found if n.startswith("state")} <= {
        "state bills",
        "state receipts",
        "state paid_seen",
        "state wages",
    }
    assert {n for n in found if n.startswith("balance")} <= {
        "balance cash",
        "balance government",
        "balance payables",
        "balance receivable_government",
    }
    assert not [n for n in found if n.startswith(("person", "flow", "hours", "pool"))]


def test_couplings_are_listed_and_can_be_switched_off() -> None:
    """Named places where villages meet; with the switch off, a county of other villages leaves no trace."""
    assert len({c.partition(":")[0] for c in COUPLINGS}) == len(COUPLINGS) >= 5
    on = [small({}, villages=v, seed=5) for v in (3, 6)]
    off = [small({"county.couplings": False}, villages=v, seed=5) for v in (3, 6)]
    for model in (*on, *off):
        model.run(MONTHS)
    assert differences(village_bytes(on[0], 2), village_bytes(on[1], 2)) != []
    assert differences(village_bytes(off[0], 2), village_bytes(off[1], 2)) == []


def test_the_seed_is_the_only_luck() -> None:
    a, b = small(seed=5, villages=2), small(seed=6, villages=2)
    a.run(3)
    b.run(3)
    assert differences(village_bytes(a, 1), village_bytes(b, 1)) != []
