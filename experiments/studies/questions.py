"""The questions people argue about, each a declaration: hypothesis, what could build it in, arms, tests.
`experiment=q1` ...

Written before any of them was run. Arms are path -> value; an arm whose parameter this version of the model
lacks is left out and named. Money comparisons stand in the equal pledged envelope (funding.basis=envelope).
"""

from __future__ import annotations

from typing import Any

from experiments import comparison
from experiments.command.scenario import Composed, arm
from experiments.comparison import Question, Test, differ
from sim.state.codes import PAYERS

SHARES = tuple(f"funding.share_{p}" for p in PAYERS)
ENVELOPE = {"funding.rule": "fixed_shares", "funding.basis": "envelope"}
ALL_SCENIC = {
    "county.stratified": False,
    "county.share_scenic": 1.0,
    "county.share_craft": 0.0,
    "county.share_near_town": 0.0,
}


def shares(*four: float) -> dict[str, float]:
    """Government, collective, families, society."""
    return dict(zip(SHARES, four, strict=True))


def q1() -> Question:
    """Which mix of payers lasts?"""
    singles = {f"{p} only": shares(*(float(p == x) for x in PAYERS)) for p in PAYERS}
    gap = (1.0, "collective only", "closed", "weak"), (-1.0, "a quarter each", "closed", "weak")
    rich = (-1.0, "collective only", "closed", "rich"), (1.0, "a quarter each", "closed", "rich")
    return Question(
        question="Which 'a little' mix of payers lasts?",
        hypothesis=(
            "Diversification helps while shocks are imperfectly correlated; single payers do worst; "
            "weak villages fail on collective-heavy mixes."
        ),
        because=(
            "shocks.correlation (how far villages share shocks) and collective.welfare_cap (a ceiling "
            "for one payer); null arm: four payers that pay alike, so that the mix cannot matter"
        ),
        arms={"a quarter each": shares(0.25, 0.25, 0.25, 0.25), **singles},
        tests=(
            *(
                differ(
                    f"more villages viable with a quarter each than with {p} only",
                    "viable",
                    "a quarter each",
                    f"{p} only",
                )
                for p in PAYERS
            ),
            Test(
                (
                    "collective only closes more villages than a quarter each, and more so among weak "
                    "than among rich collectives"
                ),
                gap + rich,
                room=True,
            ),
        ),
        built_in=("shocks.correlation", "collective.welfare_cap"),
        null={"funding.identical_payers": True},
        base=ENVELOPE,
        shown=(*comparison.HEADLINE, "paid", "full_cost"),
        cells=("all", "weak", "middle", "rich"),
        limits=(
            (
                "Equal in pledged present value; what was paid in stands beside it, and the cost with "
                "unpaid hours at the shadow wage. A payer's own ceiling still holds."
            ),
        ),
    )


def q2() -> Question:
    """Build or operate?"""

    def money(build, run):
        return {
            "government.construction_envelope": build,
            "government.operating_envelope": run,
        }

    return Question(
        question=(
            "Build or operate: what does the same government money do as construction or as operating money?"
        ),
        hypothesis="With construction money only, coverage peaks and idle homes grow.",
        because=(
            "solvency.stress (how soon unpaid bills count against a service); null arm: four payers "
            "that pay alike, whatever the envelopes"
        ),
        arms={
            "half and half": money(7500.0, 7500.0),
            "construction only": money(15000.0, 0.0),
            "operation only": money(0.0, 15000.0),
        },
        tests=(
            differ(
                (
                    "more standing facilities are idle at the end with construction only than with "
                    "operation only"
                ),
                "idle",
                "construction only",
                "operation only",
            ),
            differ(
                "more villages have a facility with construction only than with operation only",
                "facility",
                "construction only",
                "operation only",
            ),
        ),
        built_in=("solvency.stress",),
        null={"funding.identical_payers": True},
        base=arm("funding", "government_led"),
        shown=(*comparison.HEADLINE, "facility", "idle", "in_service"),
    )


def q4() -> Question:
    """Dependence on one cadre."""

    def case(leaves, association):
        return {
            "organisation.leader_leaves": leaves,
            "county.association_share": association,
        }

    lost = {"shocks.leader_loss": 0.0, "shocks.scheduled": "leader_loss", "shocks.scheduled_month": 60}

    def loss(w, a):
        return (
            (w, f"leaders stay, {a}", "viable", "all"),
            (-w, f"leaders leave, {a}", "viable", "all"),
        )

    return Question(
        question="How much does a service depend on one cadre, and does an elderly association replace him?",
        hypothesis=(
            "Where leaders leave fewer villages stay viable, and an association at least halves that loss."
        ),
        because=(
            "organisation.association_finds (an association finds a new leader sooner); null arm: "
            "leaders and associations add nothing to joining, and finding takes as long with either"
        ),
        arms={
            "leaders stay, no association": case(0.02, 0.0),
            "leaders leave, no association": case(0.25, 0.0),
            "leaders stay, association": case(0.02, 1.0),
            "leaders leave, association": case(0.25, 1.0),
            "all lost in 2030, no association": {**case(0.02, 0.0), **lost},
            "all lost in 2030, association": {**case(0.02, 1.0), **lost},
        },
        tests=(
            Test(
                "without an association fewer villages stay viable where leaders leave than where they stay",
                loss(1.0, "no association"),
            ),
            Test(
                "half of that loss is more than the loss with an association",
                loss(0.5, "no association") + loss(-1.0, "association"),
                0.0,
                room=True,
            ),
        ),
        built_in=("organisation.association_finds",),
        null={
            "organisation.association_finds": 1.0,
            "participation.association": 1.0,
            "participation.leader": 1.0,
        },
        shown=(*comparison.HEADLINE, "volunteers", "in_service"),
        limits=(
            (
                "In the tests leaders leave by a yearly chance of 2 or 25 %, the ends of its range; the "
                "last two arms take them all in January 2030."
            ),
        ),
    )


def q6() -> Question:
    """Redemption risk and trust."""
    follows: dict[str, Any] = {"timebank.trust_speed": 0.3}
    run: dict[str, Any] = {**follows, "trust.moves": True, "trust.rumours": True, "trust.run": True}
    bought = {"clearing.on": True, "clearing.scope": "village", "clearing.guarantee_ceiling": 10000.0}
    unbacked, backed = (
        {**run, **bought, "clearing.guarantee": 0.0},
        {**run, **bought, "clearing.guarantee": 1.0},
    )
    return Question(
        question=(
            "Can a loss of trust make people stop giving to a time bank, and does a guarantee prevent it?"
        ),
        hypothesis="Where trust follows redemption a run is possible, and a government guarantee removes it.",
        because=(
            "participation.credit (what a trusted credit adds to joining); null arm: credits add "
            "nothing to joining"
        ),
        arms={
            "trust stands still": {"timebank.trust_speed": 0.0},
            "trust follows redemption": follows,
            "trust follows, credits lapse": {**follows, "timebank.expiry": 0.15},
            "rumours and runs": run,
            "runs, no guarantee": unbacked,
            "runs, guarantee": backed,
        },
        tests=(
            differ(
                (
                    "more of what is asked for with credit is served where trust stands still than where "
                    "it follows redemption"
                ),
                "redeemed",
                "trust stands still",
                "trust follows redemption",
            ),
            differ(
                "more volunteers are active where trust stands still than where it follows redemption",
                "volunteers",
                "trust stands still",
                "trust follows redemption",
                least=0.0,
            ),
            differ(
                "more of what is asked for is served where trust stands still than with rumours and runs",
                "redeemed",
                "trust stands still",
                "rumours and runs",
            ),
            differ(
                "more volunteers are active with a guarantee than without",
                "volunteers",
                "runs, guarantee",
                "runs, no guarantee",
                least=0.0,
            ),
        ),
        built_in=("participation.credit",),
        null={"participation.credit": 1.0},
        base=arm("timebank", "generous"),
        shown=(*comparison.HEADLINE, "volunteers", "hoard"),
    )


def q7() -> Question:
    """How many hours to issue?"""
    return Question(
        question="How many welcome hours should a time bank issue?",
        hypothesis=(
            "An inverted U: with a middling gift of 5 hours fewer eligible hours stay unmet than "
            "with none and than with 20."
        ),
        because=(
            "participation.credit (what a trusted credit adds to joining); null arm: credits add "
            "nothing to joining"
        ),
        arms={
            **{f"{h} h": {"timebank.welcome": float(h)} for h in (5, 0, 2, 10, 20)},
            "5 h, levy 5 % a month": {"timebank.welcome": 5.0, "timebank.levy": 0.05},
        },
        tests=(
            differ(
                "more eligible hours stay unmet with no welcome credit than with 5 h",
                "unmet",
                "0 h",
                "5 h",
                least=0.002,
            ),
            differ(
                "more eligible hours stay unmet with 20 h than with 5 h", "unmet", "20 h", "5 h", least=0.002
            ),
        ),
        built_in=("participation.credit",),
        null={"participation.credit": 1.0},
        shown=(*comparison.HEADLINE, "volunteers", "hoard"),
        limits=(
            "A fifth of a point of unmet hours counts as an effect here: the bank moves hours, not money.",
        ),
    )


def q9() -> Question:
    """Volunteers grow old."""
    return Question(
        question="Volunteers grow old: does supply keep up with need to 2035?",
        hypothesis=(
            "Hours on offer over hours needed fall to 2035 while people take part as now, and "
            "recruiting at 50-59 softens the fall."
        ),
        because=(
            "demography.migration (how fast the pool of 40-59 empties), from none to three times as "
            "written; null arm: nobody moves away and neither leader, association, peers nor credits "
            "add to joining, so that only age itself is left"
        ),
        arms={
            "as now": {},
            "recruit at 50-59": {"participation.join_helper": 0.008},
            "serve to 70": {"participation.age_limit": 70.0},
            "serve to 85": {"participation.age_limit": 85.0},
        },
        tests=(
            Test(
                "hours on offer over eligible hours are higher in the first two years than in the last two",
                ((1.0, "as now", "supply_first", "all"), (-1.0, "as now", "supply_last", "all")),
            ),
            differ(
                "in the last two years they are higher where helpers of 50-59 join twice as often",
                "supply_last",
                "recruit at 50-59",
                "as now",
            ),
        ),
        built_in=("demography.migration",),
        null={
            "demography.migration": 0.0,
            **{f"participation.{x}": 1.0 for x in ("leader", "association", "peers", "credit")},
        },
        base={"county.facility_share": 1.0, "facilities.openings": 0.0, "solvency.on": False},
        shown=(*comparison.HEADLINE, "volunteers", "supply_first", "supply_last"),
        limits=(
            (
                "All villages are in service from the start and none can close, so that supply, not money,"
                " is seen. Effects are hours on offer per eligible hour."
            ),
        ),
    )


def q12() -> Question:
    """Tourism money."""

    def case(share, months):
        return {"business.care_share": share, "funding.reserve": months}

    return Question(
        question="Tourism money: a larger share for care, or a reserve?",
        hypothesis=(
            "With a crash in 2030 a reserve of 12 months at a share of 15 % keeps more villages "
            "viable than a share of 30 % without reserve."
        ),
        because=(
            "tourism.volatility (how uneven the income is that a reserve evens out); null arm: the "
            "same money in a deposit, which cannot crash"
        ),
        arms={
            "30 %, no reserve": case(0.30, 0.0),
            "15 %, no reserve": case(0.15, 0.0),
            "15 %, 6 months": case(0.15, 6.0),
            "15 %, 12 months": case(0.15, 12.0),
            "30 %, 12 months": case(0.30, 12.0),
            "nothing, no reserve": case(0.0, 0.0),
        },
        tests=(
            differ(
                "more scenic villages viable with 15 % and 12 months of reserve than with 30 % and none",
                "viable",
                "15 %, 12 months",
                "30 %, no reserve",
            ),
        ),
        built_in=("tourism.volatility",),
        null={"business.kind": "deposit"},
        base={**ALL_SCENIC, **arm("business", "tourism"), **arm("shock", "tourism_crash")},
        shown=(*comparison.HEADLINE, "paid"),
        limits=(
            (
                "All villages are scenic. The reserve is the cash, in months of cost, above which payers "
                "pledge nothing more."
            ),
        ),
    )


def q13() -> Question:
    """Which "+"?"""
    singles = ("tourism", "agriculture", "handicraft")
    mean = tuple((1 / 3, b, "closed", "all") for b in singles)
    return Question(
        question="Which 'mutual aid +' business, in which kind of village?",
        hypothesis="Agriculture is low and steady, handicraft ends with its masters, a mix fails least.",
        because="business.care_share (how much profit reaches care at all); null arm: none of it does",
        arms={name: arm("business", name) for name in ("none", *singles, "portfolio")},
        tests=(
            Test(
                "villages close less often with the portfolio than with one business (mean of three)",
                (*mean, (-1.0, "portfolio", "closed", "all")),
            ),
            Test(
                "at the end agriculture is at work in more plain villages than handicraft in craft villages",
                ((1.0, "agriculture", "at_work", "plain"), (-1.0, "handicraft", "at_work", "craft")),
            ),
        ),
        built_in=("business.care_share",),
        null={"business.care_share": 0.0},
        shown=(*comparison.HEADLINE, "at_work", "income"),
        cells=("all", "plain", "scenic", "craft", "near_town"),
    )


QUESTIONS = {f.__name__: f for f in (q1, q2, q4, q6, q7, q9, q12, q13)}


def run(line: Composed, words: list[str]) -> int:
    """Ask one of them; exit code."""
    return comparison.run(QUESTIONS[line.settings.name](), line, words)
