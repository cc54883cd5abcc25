"""What is said of a race: the rule before the first run, who was left early, how many runs were needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from ..outcomes import OUTCOMES
from ..racing import ALL, HOPELESS, ONE, SAME, Left, Race, errors
from ..study.findings import ShownTable
from .labels import number
from .style import phrase, tell


def rule(at: Sequence[int]) -> str:
    """The rule of a race as it is declared: its looks and what each may err."""
    pairs = zip(at, errors(at), strict=True)
    seeds = ", ".join(f"{look} ({100 * error:.2g} %)" for look, error in pairs)
    return tell(
        f"Race: looks after {seeds} seeds (in brackets what a look may err; together 5 %). No further seeds "
        f"for what is told from the best by added elder-years, or by table-years while surely no better by "
        f"added elder-years, and for what is surely within 5 % of another, which stands for it.",
        f"竞赛：在 {seeds} 个种子后检视（括号内为该次允许的误差，合计 5%）。按新增老人年可与最优者区分者，"
        f"按供餐年数可区分且按新增老人年确定不更好者，以及确定与另一者相差 5% 以内、由其代表者，不再加种子。",
    )


def ending(race: Race) -> str:
    """Why a race ended."""
    last, used = race.looks[-1], race.seeds
    return {
        ONE: tell(f"one was left after {used} of {last} seeds", f"{last} 个种子中用 {used} 个后只剩其一"),
        HOPELESS: tell(
            f"given up after {used} of {last} seeds, since no other would be told from the best by the last "
            f"were differences to stay as they are",
            f"{last} 个种子中用 {used} 个后放弃：若差别照旧，到最后一个种子也再无可与最优者区分者",
        ),
        ALL: tell(f"the others went on to all {last} seeds", f"其余进行到全部 {last} 个种子"),
    }.get(race.ended, "")


def needed(runs: int, all_of: int) -> str:
    """How many runs were needed of those that would have been without a race."""
    return tell(f"{runs} of {all_of} runs were needed.", f"{all_of} 次运行中只需 {runs} 次。")


def course(race: Race, name: str) -> str:
    """How a race went, in a sentence: how many were left after which look, and why it ended."""
    count, told = len(race.arms), len(race.told)
    same = sum(one.outcome == SAME for one in race.left.values())
    looks = Counter(one.seeds for one in race.early.values())
    english = ", ".join(f"{looks[seeds]} after {seeds}" for seeds in sorted(looks))
    chinese = "，".join(f"{seeds} 个种子后 {looks[seeds]} 种" for seeds in sorted(looks))
    some = tell(f"left early: {english} seeds", f"提前退出：{chinese}")
    left = some if looks else tell("none was left early", "无一提前退出")
    end = tell("; ", "；").join(filter(None, (left, ending(race))))
    return tell(
        f"Race{name}: {told} of {count} are told from the best, {same} are the same as another within 5 %; "
        f"{end}.",
        f"竞赛{name}：{count} 种中 {told} 种可与最优者区分，{same} 种与另一种相差 5% 以内；{end}。",
    )


def left_early(found: Collection[Left], label: Callable[[str], str]) -> ShownTable | None:
    """Who was left early, after how many seeds, and how it differed from the best, or from the arm that
    stands for it, on those; none where nobody was.
    """
    if not found:
        return None
    rows = [
        [
            label(one.arm),
            one.seeds,
            _why(one, label),
            number(one.gap, share=False),
            number(one.upper, share=False),
        ]
        for one in sorted(found, key=lambda one: one.seeds)
    ]
    note = tell(
        "difference: mean over the seeds that both have, in table-years where these tell, else in added "
        "elder-years; upper end: of its interval at that look, all pairs and both outcomes taken together",
        "差别：在共有种子上的均值，以供餐年数区分者用供餐年数，其余用新增老人年；上端：该次检视的区间上端，"
        "所有配对与两项结果合并考虑",
    )
    heads: Mapping[str, str] = {
        "left early": "提前退出",
        "after seeds": "所用种子",
        "why": "原因",
        "difference": "差别",
        "upper end": "上端",
    }
    title = tell("Left early in the race", "竞赛中提前退出者")
    return ShownTable(title, [tell(*head) for head in heads.items()], rows, note)


def _why(one: Left, label: Callable[[str], str]) -> str:
    """What an arm was left for."""
    other = label(one.other)
    if one.outcome == SAME:
        return tell(f"same as {other}", f"与“{other}”相同")
    by = phrase(OUTCOMES[one.outcome].label)
    return tell(f"told from {other} by {by}", f"按{by}可与“{other}”区分")


__all__ = ["course", "ending", "left_early", "needed", "rule"]
