"""Off means no trace, and size zero means the baseline bit for bit."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import AT_ONCE, CARE, EVERYTHING, FORMER, NO_SIZE, SHORT_LEADS, county_bytes, differences, small

import sim
from sim.state.codes import CREDITORS, ELIGIBLE, MUTUAL, NEVER, PAYERS
from sim.state.parameters import declarations

MONTHS = 26
PARTS = Path(sim.__file__).parent / "parts"
CARE_PARTS = ("referral", "clearing", "points", "sharing")  # off by default
BUSY = {
    "business.kind": "portfolio",
    "government.township": 0.5,
    "participation.stipend": 2.0,
    "timebank.levy": 0.01,
    **SHORT_LEADS,
}
# What is counted whether the part is on or not.
COUNTED_ANYWAY = {
    "acceptance": {"enrolled", "joined_users", "left_users", "acceptance_sum", "loneliness_sum"},
    "health": {"state_persons", "demented", "living_persons"},
    "organisation": {"cost_stipend"},  # of volunteers, declared there and paid by participation
    "participation": {"offered", "took_part"},
    "solvency": {"opened_now"},
    "trust": {"trust_sum"},
}
# What goes with a part though another file declares it, or declares it in a loop.
GOES_WITH: dict[str, tuple[set[str], set[str]]] = {
    "plan": (
        {
            *(
                f"cleared_{account}"
                for account in ("cash", "payables", *(f"receivable_{payer}" for payer in PAYERS))
            ),
            "lent_collective",
            "returned_collective",
            "guest_money",
        },
        {"suspended", "attendance", "guest_meals", "rota_wanted"},
    ),
    "credit": (
        {
            f"{word}_{creditor}"
            for word in ("indebted", "instalment", "repaid", "lost")
            for creditor in CREDITORS
        },
        set(),
    ),
    "canteen": ({"cost_food", "cost_fuel", "cost_cook", "cost_delivery", "cost_hired"}, set()),
    "facilities": (
        {"capital_spent", "capital_government", "capital_collective", "capital_society"},
        set(),
    ),
    "families": (set(), {"meal_fees", "hour_fees", "diner_price_sum"}),
    "government": ({"grant_homes", "grant_posts"}, set()),
    "organisation": (set(), {"newly_trained"}),
    "participation": ({"cost_stipend"}, set()),
    "society": ({"partner_training", "partner_insurance", "partner_clinic"}, set()),
    "timebank": (set(), {"redeem_asked", "redeem_got", "credit_dropped"}),
}


def declared_by(part: str) -> tuple[set[str], set[str]]:
    """Postings and flows that the files of a part declare (`part.py` and `part_*.py`)."""
    found: dict[str, set[str]] = {"posting": set(), "flow": set()}
    for path in PARTS.glob("*.py"):
        if path.stem != part and not path.stem.startswith(f"{part}_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            kind = getattr(getattr(node, "func", None), "id", "")
            if kind in found and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                found[kind].add(node.args[0].value)  # type: ignore[attr-defined]
    return found["posting"], found["flow"]


def traces(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a part posts and counts: all of it stays at zero when the part is off."""
    (postings, flows), (more_postings, more_flows) = declared_by(part), GOES_WITH.get(part, (set(), set()))
    anyway = COUNTED_ANYWAY.get(part, set())
    return tuple(sorted((postings | more_postings) - anyway | more_postings)), tuple(
        sorted((flows | more_flows) - anyway)
    )


SWITCHED = sorted(path.partition(".")[0] for path in declarations() if path.endswith(".on"))
TRACES = {part: traces(part) for part in SWITCHED}
MARKS = {  # states that stay at zero likewise
    "rollout": ("applied", "selected"),
    "plan": ("step", "open_week", "planned", "expected", "refused", "priced", "receipts", "usual_days"),
    "credit": ("debt", "instalment", "unpaid_months", "arrears", "cash_only"),
}
BESIDE: dict[str, dict[str, Any]] = {"solvency": FORMER}  # a part that runs where others are off only
STILL = {"health": "health", "acceptance": "acceptance", "demography": "age"}
UNRUN = {"timebank": {"credit", "quota"}, "visits": {"tier"}, "canteen": {"dines"}, "referral": {"place"}}
# Parts that are off by default, on with every effect at zero.
NOTHING: dict[str, dict[str, Any]] = {
    "referral": {"referral.on": True, "referral.beds": 0.0, "referral.hours": 0.0, "referral.contract": 0.0},
    "clearing": {
        "clearing.on": True,
        "clearing.scope": "village",
        "clearing.settle_price": 8.0,
        **{
            f"clearing.{x}": 0.0
            for x in (
                "transfer",
                "heirs",
                "portable",
                "away_givers",
                "care",
                "goods",
                "practice",
                "guarantee",
            )
        },
    },
    "points": {
        "points.on": True,
        **{f"points.{x}": 0.0 for x in ("money", "idle_land", "lesson", "project_share")},
    },
    "sharing": {"sharing.on": True, "sharing.walking": 0.0, "sharing.visual": 0.0},
    "matching": {"matching.form": "pairs", "matching.pair_share": 0.0},
    "operation": {
        "operation.way": "chain",
        **{f"operation.{x}_scale": 0.0 for x in ("cost", "quality", "hours")},
    },
    "choosing": {
        "operation.choosing": True,
        **{f"operation.{x}_scale": 0.0 for x in ("cost", "quality", "hours")},
    },
}
OPERATOR = (
    "state operator",
    "state operator_seen",
)  # who operates, and what a village that chooses has seen: its own records


def run(changes: dict[str, Any] | None = None, months: int = MONTHS, **more: Any) -> sim.MutualAidModel:
    model = small({**BUSY, **(changes or {})}, villages=4, seed=3, **more)
    for _ in range(months):
        model.step()
        model.audit()
    return model


@pytest.fixture(scope="module")
def busy() -> sim.MutualAidModel:
    return run()


def test_every_part_with_a_switch_has_traces_or_marks() -> None:
    bare = [part for part in SWITCHED if TRACES[part] == ((), ()) and part not in MARKS and part not in STILL]
    assert bare == [], "declare what the part posts or counts, or name what it leaves still"


@pytest.mark.parametrize("part", TRACES)
def test_a_part_that_is_off_posts_and_counts_nothing(part: str, busy: sim.MutualAidModel) -> None:
    off = busy if part in CARE_PARTS else run({**EVERYTHING, **BESIDE.get(part, {}), f"{part}.on": False})
    postings, flows = TRACES[part]
    assert [k for k in postings if off.series.amount(k).any()] == []
    assert [k for k in flows if off.series.flow[k].any()] == []
    assert [k for k in MARKS.get(part, ()) if off.series.state[k].any()] == []


@pytest.mark.parametrize(
    "part",
    [
        "participation",
        "visits",
        "matching",
        "canteen",
        "timebank",
        "collective",
        "government",
        "families",
        "society",
        "organisation",
        "trust",
    ],
)
def test_a_part_that_is_on_posts_and_counts(part: str, busy: sim.MutualAidModel) -> None:
    """So that the zeros above mean something."""
    postings, flows = TRACES[part]
    assert any(busy.series.amount(k).any() for k in postings) or not postings
    assert any(busy.series.flow[k].any() for k in flows) or not flows


def test_a_roll_out_that_is_on_marks_villages() -> None:
    s = run({**EVERYTHING, "county.facility_share": 0.3}).series
    assert all(s.state[k].any() for k in MARKS["rollout"])


@pytest.mark.parametrize("part, column", STILL.items())
def test_a_column_of_a_part_that_is_off_stays_as_it_was(part: str, column: str) -> None:
    changes = {f"{part}.on": False, "demography.on": False}
    model = small(changes, villages=3)
    before = getattr(model.people, column).copy()
    model.run(15)
    assert np.array_equal(getattr(model.people, column), before)


@pytest.mark.parametrize("part", UNRUN)
def test_columns_of_a_part_that_is_off_hold_what_nobody_has(part: str) -> None:
    model = run({f"{part}.on": False}, 12)
    for column in UNRUN[part] - {"quota"}:
        assert not getattr(model.people, column).any()


def test_matching_off_leaves_only_meals_and_the_company_of_visits() -> None:
    hours = run({"matching.on": False, "canteen.on": False, "visits.on": False}).series.hours
    assert not hours[:, :, MUTUAL].any() and hours[:, :, ELIGIBLE].any()


def test_solvency_off_never_steps_down() -> None:
    s = run({**FORMER, "solvency.on": False, "funding.rule": "none"}).series
    level = s.state["level"]
    assert (np.diff(level, axis=0) >= 0).all() and set(np.unique(level)) <= {0, 3}


def test_no_business_posts_nothing_of_one() -> None:
    s = run({"business.kind": "none"}).series
    names = (
        "setup_government",
        "setup_collective",
        "setup_society",
        "invested",
        "sales",
        "costs",
        "wages",
        "leases",
        "care_share",
        "dividends",
        "made_good",
        "interest",
    )
    assert not any(s.amount(n).any() for n in names)
    assert not any(
        s.flow[n].any()
        for n in (
            "business_sales",
            "business_costs",
            "business_wages",
            "business_minutes",
            "care_share",
            "time_business",
            "masters",
        )
    )


# -- size zero
# ---------------------------------------------------------------------------------------------------------
def same_as_baseline(
    busy: sim.MutualAidModel, changes: dict[str, Any] | None = None, **more: Any
) -> list[str]:
    return differences(county_bytes(busy), county_bytes(run(changes, **more)))


@pytest.mark.parametrize(
    "modifier",
    [
        sim.Modifier("needs.meals_scale", "scale", 1.0),
        sim.Modifier("canteen.food", "add", 0.0),
        sim.Modifier("participation.hours", "scale", 1.0, start=5, end=9, ramp=3),
        sim.Modifier("government.ceiling", "scale", 0.0, start=500),
        sim.Modifier("solvency.patience", "add", 0.0),
        sim.Modifier("timebank.overdraft", "scale", 0.0, villages=(99,)),
        sim.Modifier("canteen.cook", "scale", 0.5, start=9, end=9),
    ],
    ids=lambda m: f"{m.path} {m.op} {m.value:g}",
)
def test_a_modifier_of_size_zero_is_the_baseline_bit_for_bit(
    modifier: sim.Modifier, busy: sim.MutualAidModel
) -> None:
    assert same_as_baseline(busy, modifiers=(modifier,)) == []


@pytest.mark.parametrize("part", NOTHING)
def test_a_part_of_size_zero_is_the_baseline_bit_for_bit(part: str, busy: sim.MutualAidModel) -> None:
    assert [x for x in same_as_baseline(busy, NOTHING[part]) if not x.endswith(OPERATOR)] == []


def test_settlement_without_a_price_is_a_platform_whose_claims_stand() -> None:
    """Under the same platform: no posting and no fen without a price, so that the zeros above mean
    something.
    """
    platform = {
        "clearing.on": True,
        "clearing.scope": "county",
        "matching.platform": 0,
        "county.facility_share": 1.0,
        "county.elders": 120,
        "timebank.exempt_special": False,
    }
    stand, paid = (
        run({**platform, "clearing.settle_price": 0.0}),
        run({**platform, "clearing.settle_price": 8.0}),
    )
    names = ("credits_settled_out", "credits_settled_in", "settlement_paid", "settlement_got")
    assert set(names) <= set(TRACES["clearing"][0])
    assert stand.series.amount("credits_cleared_out").any() and not any(
        stand.series.amount(k).any() for k in names
    )
    assert all(paid.series.amount(k).any() for k in names)


def test_the_scenario_s_way_is_kept_where_nobody_chooses_and_where_no_way_differs() -> None:
    for changes in (
        {},
        {"operation.choosing": True, "operation.cost_scale": 0.0, "operation.hours_scale": 0.0},
    ):
        s = run({"operation.way": "chain", **changes}).series
        assert (s.state["operator"] == 2).all() and (s.state["operator_since"] == NEVER).all()


def test_every_part_of_the_care_network_at_its_defaults_is_no_baseline(busy: sim.MutualAidModel) -> None:
    on = run(CARE)
    for part in CARE_PARTS:
        postings, flows = TRACES[part]
        assert any(on.series.amount(k).any() for k in postings) and any(
            on.series.flow[k].any() for k in flows
        ), part
    assert on.series.amount("cost_operator").any() and (on.series.state["operator_hours"] != 1.0).any()


def test_a_modifier_undone_by_the_next_is_the_baseline(busy: sim.MutualAidModel) -> None:
    pair = (sim.Modifier("canteen.food", "add", 1.0), sim.Modifier("canteen.food", "add", -1.0))
    assert same_as_baseline(busy, modifiers=pair) == []


def test_a_modifier_of_some_size_is_no_baseline(busy: sim.MutualAidModel) -> None:
    assert same_as_baseline(busy, modifiers=(sim.Modifier("canteen.food", "add", 0.1),)) != []


def test_a_modifier_reaches_the_villages_it_numbers_whatever_their_order() -> None:
    m = (sim.Modifier("canteen.food", "scale", 1.5, villages=(3,)),)
    counties = [
        small({"county.couplings": False}, villages=3, modifiers=m, **more)
        for more in ({}, {"numbers": [3, 1, 2]})
    ]
    for model in counties:
        model.run(6)
    assert differences(*map(county_bytes, counties)) == []


def test_no_publicity_and_no_training_cost_nothing() -> None:
    s = run({"organisation.publicity": 0.0, "organisation.training": False}).series
    assert not s.amount("cost_publicity").any() and not s.amount("cost_training").any()
    assert s.amount("cost_coordinator").any()


def test_shocks_that_never_strike_are_shocks_that_are_off() -> None:
    never = {
        "shocks.budget_cut": 0.0,
        "shocks.tourism_crash": 0.0,
        "shocks.harvest_failure": 0.0,
        "shocks.donor_loss": 0.0,
    }
    assert differences(county_bytes(run(never)), county_bytes(run({"shocks.on": False}))) == []


def test_a_stipend_of_nothing_is_no_stipend_whatever_it_would_do(busy: sim.MutualAidModel) -> None:
    """Crowding out by a stipend of zero, and hours raised by it, are the baseline."""
    still = {"participation.stipend": 0.0}
    loud = {
        **still,
        "participation.crowding_out": True,
        "participation.crowding": 1.0,
        "participation.stipend_hours": 1.5,
    }
    assert differences(county_bytes(run(still)), county_bytes(run(loud))) == []


BUSINESS_RECORDS = {  # what a business writes of itself
    "plus",
    "begun",
    "setup",
    "wages_paid",
    "visitors",
    "visibility",
    "garden_saving",
    "flow business_sales",
    "flow business_costs",
    "flow business_rent",
    "flow pledge_ceiling",
    "balance business",
    "balance business_assets",
    "balance government",
    "balance collective",
    "balance households",
    "balance market",
    *(
        f"posting {k}"
        for k in (
            "setup_government",
            "invested",
            "sales",
            "costs",
            "wages",
            "leases",
            "dividends",
            "made_good",
        )
    ),
}


def test_a_business_that_gives_nothing_to_care_changes_no_care(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against no business, where it takes no hours: hours, meals, visits, bills and cash of the service and
    every person are the same bytes.

    Its garden feeds nobody and gifts, which follow how far a village is seen, are off; `work_share` is set
    below what a user may set.
    """
    monkeypatch.setattr(sim.state.parameters, "checked", lambda d, value: d.kind(value))
    still = {
        **AT_ONCE,  # nobody puts in a stake, and nobody is paid
        "business.care_share": 0.0,
        "business.work_share": 0.0,
        "agriculture.garden_saving": 0.0,
        "tourism.visitors": 60_000.0,
        "society.on": False,
    }
    beside = run(still)
    s = beside.series
    assert not s.amount("care_share").any() and not s.flow["care_share"].any()
    assert s.amount("sales").any() and s.amount("dividends").any() and s.amount("made_good").any()
    alone = run({**still, "business.kind": "none"})
    found = {
        x.partition(": ")[2].removeprefix("state ")
        for x in differences(county_bytes(alone), county_bytes(beside))
    }
    assert found <= BUSINESS_RECORDS, found - BUSINESS_RECORDS
    assert (
        alone.series.hours[:, :, MUTUAL].any()
        and alone.series.flow["meals"].any()
        and alone.series.balance["cash"].any()
    )


def test_a_share_for_care_reaches_the_cash_of_the_service() -> None:
    """So that the comparison above means something.

    The first share for care is the first difference of cash.
    """
    cash = [run({**AT_ONCE, "business.care_share": x, "society.on": False}) for x in (0.0, 0.5)]
    given = cash[1].series.amount("care_share")
    first, v = np.argwhere(given > 0)[0]
    gap = cash[1].series.balance["cash"] - cash[0].series.balance["cash"]
    assert not gap[:first].any() and 0 < gap[first, v] <= given[first, v]


def test_parameters_of_a_part_that_is_off_have_no_effect() -> None:
    """Every number of the part drawn elsewhere in its range: the run stays the same."""
    rng = np.random.default_rng(1)
    known = declarations()
    for part in ("matching", "canteen", "timebank", "organisation", "shocks", "society", "visits"):
        off = {f"{part}.on": False}
        moved = dict(off)
        for d in known.values():
            if d.path.startswith(f"{part}.") and d.kind is float and d.path != "timebank.welcome":
                moved[d.path] = float(rng.uniform(d.low, d.high))
        assert differences(county_bytes(run(off, 8)), county_bytes(run(moved, 8))) == [], part


def test_every_mechanism_of_size_zero_is_raised_in_some_world() -> None:
    """A number that is zero by default stands in SIZES of runs.py, or is named there as none that shows."""
    raised = {**CARE, **EVERYTHING}
    zeros = {
        path
        for path, declared in declarations().items()
        if declared.kind in (int, float) and declared.default == 0 and declared.low == 0
    }
    assert zeros - set(raised) == set(NO_SIZE)
