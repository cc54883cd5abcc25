"""What happened in the county, month by month, as sentences: read from the records of its villages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sim.parts.shocks import KINDS as SHOCKS
from sim.parts.station import ENDS
from sim.state.codes import PLANNED, STATION_DAYS, STEPS, WORKING

from ..dashboard.words import word
from ..report.style import LANGUAGES, tell, words
from .course import Course

Columns = Callable[[str], np.ndarray]  # (months + 1, villages), the first row as it was at the start


class Event(NamedTuple):
    """One line of the feed: months since the start (1 is the first), villages, what happened, good or bad."""

    month: int
    villages: tuple[int, ...]
    text: str
    good: bool


CAUSES = {
    "money": ("money ran out", "钱不够"),
    "users": ("too few users", "使用者太少"),
    "helpers": ("too few helpers", "帮手太少"),
    "leader": ("nobody led", "无人带头"),
    "keeper": ("nobody kept the door", "无人看管"),
    "accident": ("an accident", "出了事故"),
    "room": ("no room", "没有场所"),
    "unfit_plan": ("the plan did not fit", "计划不合适"),
}


def causes(bits: int) -> str:
    """What stood against a door."""
    found = [tell(*CAUSES[name]) for place, name in enumerate(ENDS) if bits >> place & 1]
    return tell(", ", "、").join(found) or tell("no cause recorded", "原因未记录")


def called(villages: tuple[int, ...]) -> str:
    """Villages by number, as the beginning of a sentence."""
    listed = tell(", ", "、").join(map(str, villages))
    return tell(f"village{'s' * (len(villages) > 1)} {listed}", f"{listed} 号村")


def _flows() -> dict[str, tuple[str, bool]]:
    """Flows that are events in themselves: sentence, and whether it is good news."""
    return {
        "opened_now": (tell("its service opens", "服务开办"), True),
        "leader_lost": (tell("its leader is gone", "带头人离开"), False),
        "business_taken": (tell("it begins a business", "开办经营项目"), True),
        "business_dormant": (tell("its business rests", "经营停歇"), False),
        "business_woken": (tell("its business works again", "经营恢复"), True),
        "business_wound_up": (tell("its business is wound up", "经营清算"), False),
        "accidents": (tell("an accident in the station", "站内发生事故"), False),
        "sealed": (tell("an inspection closes its kitchen", "检查后厨房被封"), False),
    }


def _shocks(struck: np.ndarray) -> str:
    return tell(", ", "、").join(
        word(name, tell(*LANGUAGES)) for name, times in zip(SHOCKS, struck, strict=True) if times
    )


def _changes(course: Course) -> Iterator[tuple[int, int, str, bool]]:
    """Month, place of the village, sentence, good: what two months that follow each other differ in."""
    state, flow = course.model.series.state, course.model.series.flow

    def column(name: str) -> np.ndarray:
        return np.concatenate([course.start[name][None], state[name]])

    def at(mask: np.ndarray) -> list[list[int]]:
        return np.argwhere(mask).tolist()

    for name, (text, good) in _flows().items():
        yield from ((t, v, text, good) for t, v in at(flow[name] > 0))
    for t, v in at(flow["closed_now"] > 0):
        reason = causes(int(state["cause"][t, v]))
        yield t, v, tell(f"its service closes: {reason}", f"服务关闭：{reason}"), False
    for t, v in at(flow["shock_struck"].sum(axis=2) > 0):
        name = _shocks(flow["shock_struck"][t, v])
        yield t, v, tell(f"a shock strikes: {name}", f"冲击：{name}"), False
    step = column("step")
    before, now = step[:-1], step[1:]
    moved = (before != now) & (flow["closed_now"] == 0) & (np.maximum(before, now) >= STATION_DAYS)
    for t, v in at(moved):
        plan = words(STEPS[now[t, v]])
        yield t, v, tell(f"it now offers: {plan}", f"现提供：{plan}"), bool(now[t, v] > before[t, v])
    facility, leader = column("facility"), column("leader")
    for t, v in at((facility[1:] == WORKING) & (facility[:-1] != WORKING)):
        yield t, v, tell("its station house is ready", "互助站房舍建成"), True
    for t, v in at((facility[1:] == PLANNED) & (facility[:-1] != PLANNED)):
        yield t, v, tell("its station house is being built", "互助站房舍开工"), True
    for t, v in at((leader[1:] > 0) & (leader[:-1] == 0)):
        yield t, v, tell("a leader is found", "有了带头人"), True
    shut = np.concatenate([np.zeros_like(flow["suspended"][:1]), flow["suspended"]])
    for t, v in at((shut[1:] > 0) & (shut[:-1] == 0)):
        yield t, v, tell("its door is shut for a time", "暂时停办"), False


def feed(course: Course) -> list[Event]:
    """All events so far, the newest first; villages in which the same happens in a month share a line."""
    if not course.month:
        return []
    numbers = course.model.state["number"]
    where: dict[tuple[int, str, bool], set[int]] = {}
    for t, v, text, good in _changes(course):
        where.setdefault((t + 1, text, good), set()).add(int(numbers[v]))
    found = [Event(month, tuple(sorted(places)), text, good) for (month, text, good), places in where.items()]
    return sorted(found, key=lambda event: (-event.month, event.villages))


__all__ = ["Event", "called", "feed"]
