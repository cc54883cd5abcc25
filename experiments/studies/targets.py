"""Roll-out against 70 % by 2030 and service to 2035."""

from __future__ import annotations

from typing import Any

from scipy.stats import binomtest

from ..command.settings import known
from ..comparison import Compared, Question, differ
from ..outcomes import HEADLINE
from ..report.labels import arm_label, spread
from ..report.style import tell
from ..study.findings import Picture, ShownTable

Extra = tuple[list[str], list[ShownTable], list[Picture]]


GOAL = 0.70


def question(size: str) -> Question:
    """Roll-out against 70 % by 2030 and service to 2035."""
    declared = known()
    pace, build, run_ = (
        float(declared[path].default)
        for path in (
            "facilities.openings",
            "government.construction_envelope",
            "government.operating_envelope",
        )
    )

    def case(openings: float, build_scale: float, run_scale: float) -> dict[str, float]:
        return {
            "facilities.openings": openings,
            "government.construction_envelope": build_scale * build,
            "government.operating_envelope": run_scale * run_,
        }

    return Question(
        question=(
            "Do villages reach 70 % with a mutual-aid facility by 2030, and are they still in service "
            "in 2035?"
        ),
        hypothesis=(
            "A faster roll-out reaches 70 % of villages by 2030, but without more operating money "
            "fewer of its facilities are in service at the end."
        ),
        because=(
            "credit.months (how long suppliers wait); for comparison: four payers that pay alike, whatever "
            "the county's money"
        ),
        arms={
            "as now": case(pace, 1, 1),
            "0.3 a year": case(0.3, 1, 1),
            "0.6 a year": case(0.6, 1, 1),
            "0.6, double building money": case(0.6, 2, 1),
            "0.6, double both": case(0.6, 2, 2),
            "0.6, triple both": case(0.6, 3, 3),
            "staged by the county": {**case(pace, 1, 1), "rollout.on": True},
            "staged, double both": {**case(pace, 2, 2), "rollout.on": True},
        },
        expected=(
            differ(
                "more villages have a facility in 2030 with 0.6 a year and double building money than as now",
                "facility_2030",
                "0.6, double building money",
                "as now",
            ),
            differ(
                "more standing facilities are idle at the end with it than with operating money doubled too",
                "idle",
                "0.6, double building money",
                "0.6, double both",
            ),
        ),
        built_in=("credit.months",),
        null={"funding.identical_payers": True},
        shown=("facility_2030", "function_2030", "in_service", "idle", *HEADLINE),
        extra=_targets,
        limits=(
            (
                "Openings: yearly chance that a village without a facility comes up, before leader and "
                "learning. Staged: the county selects applicants towards 70 % by 2030. The target is "
                "read both ways: villages with a facility, and facilities with the function."
            ),
        ),
    )


def _targets(done: Compared) -> Extra:
    """How often each reading of the target is met."""
    rows = []
    for name in done.question.available:
        row: list[Any] = [arm_label(name)]
        for outcome in ("facility_2030", "function_2030", "in_service"):
            hits = int((done.of(name, outcome) >= GOAL - 1e-9).sum())
            interval = binomtest(hits, done.seeds).proportion_ci(method="wilson")
            row += [
                spread(done.mean(name, outcome)),
                tell(
                    f"{hits} of {done.seeds} ({100 * interval.low:.0f} to {100 * interval.high:.0f} %)",
                    f"{done.seeds} 个中 {hits} 个（{100 * interval.low:.0f} 至 {100 * interval.high:.0f} %）",
                ),
            ]
        rows.append(row)
    met = [
        arm_label(name) for name in done.question.available if done.mean(name, "facility_2030").mean >= GOAL
    ]
    reached = (
        tell(f"Reached by {', '.join(met)}", f"有{'、'.join(met)}")
        if met
        else tell("No arm reaches", "一支也没有")
    )
    said = tell(
        (
            f"{reached} 70 % of villages with a facility by 2030 on average; as now it is {rows[0][1]} %, "
            f"and {rows[0][5]} % of villages are in service at the end."
        ),
        (
            f"到 2030 年有设施的村平均达到 70% 的{reached}；按现状为 {rows[0][1]} %，期末在服务的村为 "
            f"{rows[0][5]} %。"
        ),
    )
    columns = [
        "roll-out",
        "villages with a facility 2030, %",
        "seeds at 70 %",
        "facilities with the function 2030, %",
        "seeds at 70 %",
        "villages in service at the end, %",
        "seeds at 70 %",
    ]
    return (
        [said],
        [
            ShownTable(
                "The target, read both ways",
                columns,
                rows,
                tell(
                    "mean (95 %); seeds that reach 70 % with the Wilson interval",
                    "均值（95%）；达到 70% 的种子附 Wilson 区间",
                ),
            )
        ],
        [],
    )
