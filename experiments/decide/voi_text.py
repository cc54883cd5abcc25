"""What `voi` says: what to measure before a pilot, what that is worth at most, and that nothing is where
nothing is told from chance.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..command.settings import known
from ..report.style import chinese_names, phrase, tell, words
from ..study.findings import Findings, Picture, ShownTable
from .valuing import CHANCE, FOLDS, Value, Valued
from .voi_answer import WorthKnowing

SHOWN = 12  # groups in the table and the picture
NAMED = {  # section -> what a planner would call what is unknown
    "acceptance": "acceptance of mutual aid",
    "business": "how the business does",
    "canteen": "meals: cost and demand",
    "choice": "choice between paid and mutual care",
    "collective": "village collectives' money",
    "county": "who lives in the county",
    "credit": "credit and old debts",
    "demography": "who leaves, who is left",
    "economy": "prices and wages",
    "facilities": "rooms: cost and openings",
    "families": "what families pay",
    "funding": "how payers pay",
    "government": "government money and its delays",
    "health": "health",
    "matching": "matching of helpers",
    "needs": "need for help",
    "neighbours": "unasked help and duty visits",
    "organisation": "leaders, training, publicity",
    "participation": "who volunteers and stays",
    "plan": "how villages plan",
    "shocks": "shocks",
    "society": "gifts",
    "solvency": "when services close",
    "station": "stations: hands, keepers, users",
    "timebank": "the time bank",
    "timeuse": "free time",
    "tourism": "visitors and what they spend",
    "trust": "trust in the time bank",
    "visits": "visits",
}


def label(name: str) -> str:
    """A group or a single unknown for readers."""
    if name in known():
        return tell(known()[name].doc, chinese_names()["parameters"].get(name, name))
    special = {
        "dummy": ("dummy (a random number)", "虚设（随机数）"),
        "everything": ("all unknowns together", "全部未知合在一起"),
    }
    if name in special:
        return tell(*special[name])
    return tell(NAMED.get(name, name.replace("_", " ")), chinese_names()["sections"].get(name, name))


def plan_label(name: str) -> str:
    """A plan for readers."""
    return tell("no station", "不设站点") if name == "no station" else words(name)


def amount(value: float) -> str:
    """Elder-years a village; no minus before nothing."""
    return f"{value if abs(value) >= 0.005 else 0.0:.2f}"


def between(value: Value) -> str:
    """With its interval."""
    return tell(
        f"{amount(value.mean)} ({amount(value.low)} to {amount(value.high)})",
        f"{amount(value.mean)}（{amount(value.low)} 至 {amount(value.high)}）",
    )


def sentences(answer: WorthKnowing) -> list[str]:
    """What to measure, what is chosen today, how that turns with the worth of an elder-year."""
    return [measuring(answer.main), _today(answer), _sweep(answer)]


def measuring(main: Valued) -> str:
    """The answer in one sentence."""
    most, count = main.values[0], len(main.values)
    if not main.beyond:
        return tell(
            f"Nothing is worth measuring beyond chance before a pilot: the highest of {count} groups, "
            f"“{label(most.name)}”, reaches {between(most)} elder-years a village, the line of chance is "
            f"{amount(main.line)}.",
            f"试点前没有值得测量而可与偶然区分的未知：{count} 组中最高者“{label(most.name)}”"
            f"为每村 {between(most)} 老人年，偶然线为 {amount(main.line)}。",
        )
    first, *others = main.beyond
    also = tell("; then ", "；其次 ") + tell(", ", "、").join(
        tell(f"“{label(one.name)}” {between(one)}", f"“{label(one.name)}”{between(one)}")
        for one in others[:3]
    )
    return tell(
        f"Measuring “{label(first.name)}” before the pilot is worth at most {amount(first.high)} elder-years "
        f"a village: {between(first)}{also if others else ''}.",
        f"试点前测量“{label(first.name)}”每村至多值 {amount(first.high)} 老人年："
        f"{between(first)}{also if others else ''}。",
    )


def _today(answer: WorthKnowing) -> str:
    main = answer.main
    plan = plan_label(answer.payoffs.plans[main.chosen])
    best, bound = main.utility[main.chosen], main.bound
    if main.everything.low > 0:
        drawn = tell(
            f"to know all unknowns but not luck {between(main.everything)}",
            f"知道全部未知而不知运气则值 {between(main.everything)}",
        )
    else:
        drawn = tell(
            "from so many draws all unknowns together tell nothing sure of it",
            "从这么多次抽取看，全部未知合在一起尚不能确定地说明什么",
        )
    return tell(
        f"Without measuring the choice is {plan} ({best:.1f} elder-years a village net of public money); to "
        f"know everything, luck too, would be worth {bound:.1f}, and {drawn}.",
        f"不测量时选{plan}（扣除公共资金后每村 {best:.1f} 老人年）；若连运气也全知，值 {bound:.1f}，"
        f"{drawn}。",
    )


def _sweep(answer: WorthKnowing) -> str:
    said = [
        tell(
            f"{one.worth:,.0f} yuan: {len(one.beyond) or 'none'}",
            f"{one.worth:,.0f} 元：{len(one.beyond)} 组",
        )
        for one in answer.sweep
    ]
    dummy = answer.main.dummy
    return tell(
        f"Groups worth measuring by what an elder-year may cost: {', '.join(said)}; a dummy comes to "
        f"{amount(dummy.mean)} with standard error {amount(dummy.error)}.",
        f"按每老人年可花费用，值得测量者：{'，'.join(said)}；虚设为 {amount(dummy.mean)}，标准误 "
        f"{amount(dummy.error)}。",
    )


def shown(main: Valued) -> list[Value]:
    """What table and picture have: the most valuable, all that count, the dummy and all together."""
    moving = sum(value.mean != 0 or value.error > 0 for value in main.values)
    count = max(min(SHOWN, moving), len(main.beyond), 1)
    return [*main.values[:count], main.dummy, main.everything]


def groups(main: Valued, values: Sequence[Value], title: str) -> ShownTable:
    """A row a group."""
    left = len(main.values) - sum(value in main.values for value in values)
    rows = [
        [
            label(value.name), str(value.count), amount(value.mean), amount(value.error),
            f"{amount(value.low)} - {amount(value.high)}", amount(value.fitted),
            phrase("yes") if value.name not in ("dummy", "everything") and main.counts(value) else "-",
        ]
        for value in values
    ]  # fmt: skip
    heads = ["unknown", "inputs", "worth", "standard error", "95 %", "in sample", "beyond chance"]
    note = tell(
        f"added elder-years a village over the whole horizon, net of public money at {main.worth:,.0f} yuan "
        f"each; line of chance {amount(main.line)}: what the largest of as many idle groups stays below in "
        f"{100 * (1 - CHANCE):.0f} % of cases; in sample: one fit on all draws, which flatters; "
        f"{left} more change no choice or do harm",
        f"整个时段每村新增老人年，扣除按每老人年 {main.worth:,.0f} 元折算的公共资金；偶然线 "
        f"{amount(main.line)}：同样多的无关组之最大者有 "
        f"{100 * (1 - CHANCE):.0f}% 低于此；"
        f"样本内：对全部抽取一次拟合，偏高；另有 {left} 项不改变选择或有害",
    )
    return ShownTable(phrase(title), [phrase(head) for head in heads], rows, note)


def swept(answer: WorthKnowing) -> ShownTable:
    """A row a worth of an elder-year."""
    rows = [
        [
            f"{one.worth:,.0f}", plan_label(answer.payoffs.plans[one.chosen]),
            f"{one.utility[one.chosen]:.1f}", f"{one.bound:.1f}", label(one.values[0].name),
            between(one.values[0]), amount(one.line), str(len(one.beyond)),
        ]
        for one in answer.sweep
    ]  # fmt: skip
    heads = [
        "yuan an elder-year", "chosen today", "its utility", "knowing all and luck", "first unknown",
        "worth", "line of chance", "beyond chance",
    ]  # fmt: skip
    return ShownTable(phrase("By what an elder-year may cost"), [phrase(head) for head in heads], rows)


def plans_table(answer: WorthKnowing) -> ShownTable:
    """A row a plan: means over draws, and in how many draws it is best."""
    utility, payoffs = answer.payoffs.utility(answer.main.worth), answer.payoffs
    best = utility.argmax(axis=1)
    rows = [
        [
            plan_label(plan), f"{payoffs.added[:, place].mean():.1f}",
            f"{payoffs.public[:, place].mean():,.0f}",
            f"{utility[:, place].mean():.1f}", f"{100 * (best == place).mean():.0f} %",
        ]
        for place, plan in enumerate(payoffs.plans)
    ]  # fmt: skip
    heads = ["plan", "added elder-years", "public yuan", "utility", "best in draws"]
    note = tell("a village, over the whole horizon", "每村，整个时段")
    return ShownTable(phrase("The plans"), [phrase(head) for head in heads], rows, note)


def limits(answer: WorthKnowing) -> list[str]:
    """What was looked at."""
    county, horizon, draws = answer.base.county, answer.base.horizon, len(answer.payoffs.added)
    return [
        tell(
            f"{draws} draws, each one county of {county.villages} villages of about {county.elders} elders, "
            f"{horizon.start} to {horizon.end}, with every plan under the same luck; each draw is judged by "
            f"fits on other draws ({FOLDS} parts).",
            f"{draws} 次抽取，每次一个县 {county.villages} 个村、每村约 {county.elders} 位老人，"
            f"{horizon.start} 至 {horizon.end}，各方案运气相同；"
            f"每次抽取由其他抽取上的拟合来判定（{FOLDS} 份）。",
        ),
        tell(
            "What an elder-year may cost is an assumption. Measuring is taken to be free and perfect; within "
            "a group effects are added up, and what groups do together stands under all together only.",
            "每老人年可花多少是假设。测量视为免费且完美；组内作用相加，各小组的共同作用只见于全部合在一起。",
        ),
    ]


def findings(answer: WorthKnowing, pictures: list[Picture]) -> Findings:
    """Three sentences, tables, limits."""
    tables = [groups(answer.main, shown(answer.main), "What measuring is worth")]
    if answer.singles is not None:
        best = answer.singles.values[:SHOWN]
        tables.append(groups(answer.singles, best, "Single unknowns of the groups that count"))
    tables += [swept(answer), plans_table(answer)]
    asked = phrase("Which unknown is worth measuring before a pilot?")
    return Findings(asked, sentences(answer), tables, pictures, limits(answer))
