"""The month before your eyes: `python run.py live`, one county of a few villages, forwards and back.

`report.language=zh` speaks Chinese where a font has it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import solara
import solara.lab

from ..command.scenario import known
from ..command.serve import LANGUAGE
from ..dashboard.words import label, named, word
from ..report import style
from ..report.style import tell
from . import pictures
from .chart import Chart
from .course import Choices, Course
from .events import called, feed

SPOKEN = style.language(os.environ.get(LANGUAGE, "en"))  # held: it would end with its last reference
SPOKEN.__enter__()
CODE = tell("en", "zh")
TITLE = tell("Village mutual aid, month by month", "农村互助养老，逐月推演")
WHAT = tell(
    "A small county of villages in which neighbours help the old: each month you see which villages have a "
    "service and which form it takes, who helps whom in one village, who pays, and what has just happened. "
    "Step, play, or go back to any month; what you change acts from the next month on.",
    "一个小县，村里邻里互助照料老人：每月可见哪些村有服务、是何形式，一个村里谁帮谁，谁出钱，刚发生了什么。"
    "可逐月前进、播放，或回到任一月；所改之处自下月起生效。",
)
PAUSE = 0.25  # seconds between two months that are played
STYLE = Path(__file__).with_name("live.css")
Choose = Callable[[Choices], None]


class Screen:
    """What one visitor looks at; `turn` grows with every change, so that the page is told."""

    def __init__(self) -> None:
        self.course = Course()
        self.village = 1
        self.turn = solara.reactive(0)
        self.playing = solara.reactive(False)
        self.note = ""

    def show(self, note: str = "") -> None:
        """Tell the page that something changed."""
        self.note = note
        self.turn.set(self.turn.peek() + 1)

    def step(self, months: int = 1) -> None:
        """Some months on; at the horizon playing ends."""
        self.course.step(months)
        if self.course.month >= self.course.horizon:
            self.playing.set(False)
        self.show()

    def go(self, month: int) -> None:
        """To any month."""
        if month != self.course.month:
            self.course.go(month)
            self.show()

    def choose(self, choices: Choices) -> None:
        """Other choices, and what becomes of the months."""
        if choices == self.course.choices:
            return
        anew = self.course.change(choices)
        self.village = min(self.village, choices.villages)
        self.show(
            tell("The county was begun anew.", "已重新开始。")
            if anew
            else tell(
                f"Acts from {pictures.date(self.course, self.course.month + 1)} on.",
                f"自 {pictures.date(self.course, self.course.month + 1)} 起生效。",
            )
        )

    def restart(self) -> None:
        """The same choices from the start."""
        self.playing.set(False)
        self.course = Course(replace(self.course.choices, shock="none"))
        self.show(tell("The county was begun anew.", "已重新开始。"))

    def look_at(self, village: int) -> None:
        """Show the persons of another village."""
        self.village = int(village)
        self.show()


def headline(course: Course) -> str:
    """The county in this month, in a sentence."""
    state, month = course.model.state, pictures.date(course, course.month)
    serving, every = int((state["level"] > 0).sum()), len(state["level"])
    if not course.month:
        return tell(
            f"Before the first month: {serving} of {every} villages have a service. Press Next month.",
            f"首月之前：{every} 个村中 {serving} 个有服务。请按“下一月”。",
        )
    flow = course.model.series.flow
    helpers, diners = (int(flow[name][-1].sum()) for name in ("volunteers", "diners"))
    return tell(
        f"{month}: {serving} of {every} villages have a service, {helpers} people help, {diners} dine.",
        f"{month}：{every} 个村中 {serving} 个有服务，{helpers} 人在帮忙，{diners} 人用餐。",
    )


@solara.component
def Heading(text: str, level: int = 2) -> Any:  # noqa: N802  # components are named like classes
    """A heading for eyes and for screen readers."""
    return solara.HTML(tag=f"h{level}", unsafe_innerHTML=text, classes=["live-heading"])


@solara.component
def Time(screen: Screen) -> None:  # noqa: N802
    """Buttons and a slider that go through the months."""
    screen.turn.get()
    course, playing = screen.course, screen.playing.value
    at_end = course.month >= course.horizon

    async def play() -> None:
        while screen.playing.value:
            await asyncio.sleep(PAUSE)
            if screen.playing.value:
                screen.step()

    solara.lab.use_task(play, dependencies=[playing])
    with solara.Div(classes=["live-buttons"]):
        for text, action, shut in (
            (tell("Month before", "上一月"), lambda: screen.go(course.month - 1), not course.month),
            (tell("Next month", "下一月"), screen.step, at_end),
            (tell("A year on", "前进一年"), lambda: screen.step(12), at_end),
            (
                tell("Pause", "暂停") if playing else tell("Play", "播放"),
                lambda: screen.playing.set(not playing),
                at_end,
            ),
            (tell("Begin anew", "重新开始"), screen.restart, False),
        ):
            solara.Button(text, on_click=action, disabled=shut, outlined=True, color="primary")
    shown = pictures.date(course, course.month)
    solara.SliderInt(
        tell(
            f"Month {course.month} of {course.horizon}: {shown}",
            f"第 {course.month}/{course.horizon} 月：{shown}",
        ),
        value=course.month,
        min=0,
        max=course.horizon,
        on_value=screen.go,
        thumb_label=False,
    )


@solara.component
def Changing(screen: Screen) -> None:  # noqa: N802
    """The settings, once they are asked for."""
    opened, open_or_shut = solara.use_state(False)
    text = tell("Hide the settings", "收起条件") if opened else tell("Change something", "改变条件")
    with solara.Div(classes=["live-buttons"]):
        solara.Button(text, on_click=lambda: open_or_shut(not opened), outlined=True, color="primary")
    if opened:
        Settings(screen)


@solara.component
def Settings(screen: Screen) -> None:  # noqa: N802
    """What can be changed; each slider says its value."""
    screen.turn.get()
    solara.Text(tell("These act from the next month on:", "以下自下月起生效："), classes=["live-note"])
    with solara.Div(classes=["live-settings"]):
        later(screen)
    solara.Text(tell("These begin the county anew:", "以下将重新开始："), classes=["live-note"])
    with solara.Div(classes=["live-settings"]):
        anew(screen)


def putting(screen: Screen, name: str) -> Callable[[Any], None]:
    """Take another value of one choice."""
    return lambda value: screen.choose(replace(screen.course.choices, **{name: value}))


def later(screen: Screen) -> None:
    """What can change in the middle of the run."""
    chosen = screen.course.choices

    def shock(value: str) -> None:
        key = key_of("shocks.scheduled", value)
        screen.choose(replace(screen.course.choices, shock=key, shock_month=screen.course.month))

    for payer, share in chosen.shares().items():
        name, part = named(known()[f"funding.share_{payer}"], CODE), getattr(chosen, payer)
        text = tell(f"{part} parts ({share:.0%})", f"{part} 份（{share:.0%}）")
        slide(name, part, (0, 100, 5), putting(screen, payer), text)
    welcome = label(known()["timebank.welcome"], CODE)
    slide(welcome, chosen.welcome, (0, 20, 1), putting(screen, "welcome"))
    to_come = chosen.shock if chosen.shock_month >= screen.course.month else "none"
    select("shocks.scheduled", tell("A shock in the next month", "下月的冲击"), to_come, shock)


def anew(screen: Screen) -> None:
    """What shapes the start of a county."""
    chosen = screen.course.choices
    for path, name, ends in (
        ("county.villages", "villages", (1, 20, 1)),
        ("county.elders", "elders", (20, 200, 10)),
    ):
        value = getattr(chosen, name)
        slide(named(known()[path], CODE), value, ends, putting(screen, name))
    for path, name, text in (
        ("funding.rule", "rule", tell("Rule of co-funding", "出资规则")),
        ("business.kind", "business", label(known()["business.kind"], CODE)),
    ):
        select(path, text, getattr(chosen, name), pick(putting(screen, name), path))
    seed = tell("Seed (another one: other luck)", "随机种子（换一个即换一种运气）")
    slide(seed, chosen.seed, (1, 50, 1), putting(screen, "seed"))


def slide(
    name: str, value: int, ends: tuple[int, int, int], on_value: Callable[[int], None], shown: str = ""
) -> None:
    """A slider whose value, in words where there are some, stands beside its name."""
    low, high, step = ends
    text = tell(": ", "：").join((name, shown or str(value)))
    solara.SliderInt(text, value=value, min=low, max=high, step=step, on_value=on_value, thumb_label=False)


def pick(put: Callable[[Any], None], path: str) -> Callable[[str], None]:
    """Hand on the choice behind a word of the page."""
    return lambda shown: put(key_of(path, shown))


def select(path: str, text: str, value: str, on_value: Callable[[str], None]) -> None:
    """A choice in words."""
    values = [word(choice, CODE) for choice in known()[path].choices]
    solara.Select(text, values=values, value=word(value, CODE), on_value=on_value)


def key_of(path: str, shown: str) -> str:
    """The choice behind a word of the page."""
    return next(choice for choice in known()[path].choices if shown in (choice, word(choice, CODE)))


@solara.component
def Village(screen: Screen) -> None:  # noqa: N802
    """The persons of one village."""
    screen.turn.get()
    course = screen.course
    numbers = course.model.state["number"].tolist()
    number = screen.village if screen.village in numbers else numbers[0]
    graph = pictures.village_graph(course, numbers.index(number))
    seen = pictures.counts(graph)
    text = tell(
        f"Village {number}: {seen['elders']} elders; {seen['serving']} people serve (orange), "
        f"{seen['helped']} were helped this month (red rim)",
        f"{number} 号村：{seen['elders']} 位老人；{seen['serving']} 人在服务（橙色），"
        f"{seen['helped']} 人本月得到帮助（红边）",
    )
    Heading(text)
    solara.Select(tell("Village shown", "所示的村"), values=numbers, value=number, on_value=screen.look_at)
    Chart(text, pictures.network(graph), "430px", str(course.month))


@solara.component
def Map(screen: Screen) -> None:  # noqa: N802
    """The county by place."""
    screen.turn.get()
    Heading(
        tell(
            "The county: colour the service, thick rim a station house", "全县：颜色为服务形式，粗边为有房舍"
        )
    )
    Chart(headline(screen.course), pictures.county_map(screen.course), "490px", str(screen.course.month))


@solara.component
def Courses(screen: Screen) -> None:  # noqa: N802
    """Four figures of the county over time."""
    screen.turn.get()
    course, units = screen.course, pictures.track_names()
    with solara.Div(classes=["live-grid"]):
        for name, (values, top) in pictures.tracks(course).items():
            with solara.Div(classes=["live-card"]):
                now = tell(": ", "：").join((name, f"{values[-1]:,.0f}")) if values else name
                Heading(now)
                Chart(now, pictures.track(course, values, units[name], top), "220px", str(course.month))


@solara.component
def Money(screen: Screen) -> None:  # noqa: N802
    """Who paid, over twelve months: some pay by the quarter."""
    screen.turn.get()
    by_payer, cost, months = pictures.paid(screen.course)
    total = sum(by_payer.values())
    text = tell(
        f"Paid in the last {months} months: {total:,.0f} yuan; running cost {cost:,.0f}",
        f"近 {months} 个月实付 {total:,.0f} 元；运营成本 {cost:,.0f} 元",
    )
    if not months:
        text = tell("Who pays for running the service", "谁为服务运营出钱")
    Heading(text)
    Chart(text, pictures.money(screen.course), "320px", str(screen.course.month))


@solara.component
def Feed(screen: Screen) -> None:  # noqa: N802
    """What happened, the newest first."""
    screen.turn.get()
    Heading(tell("What happened", "发生了什么"))
    lines = "".join(
        f"<li class='{'live-good' if event.good else 'live-bad'}'>"
        f"<b>{pictures.date(screen.course, event.month)}</b> "
        + tell(f"{called(event.villages)}: {event.text}", f"{called(event.villages)}：{event.text}")
        + "</li>"
        for event in feed(screen.course)[:60]
    )
    nothing = tell("Nothing yet.", "尚无。")
    solara.HTML(
        tag="ul",
        unsafe_innerHTML=lines or f"<li>{nothing}</li>",
        classes=["live-feed"],
        attributes={"tabindex": "0", "aria-label": tell("events, the newest first", "事件，最新在前")},
    )


@solara.component
def Page() -> None:  # noqa: N802
    """The whole page; each visitor has a county of their own."""
    screen = solara.use_memo(Screen, [])
    screen.turn.get()
    solara.Title(TITLE)
    solara.Style(STYLE)
    with solara.Div(classes=["live-page"]):
        Heading(TITLE, 1)
        solara.Text(WHAT, classes=["live-what"])
        with solara.Div(classes=["live-card", "live-time"]):
            Heading(headline(screen.course))
            Time(screen)
            Changing(screen)
            solara.Text(screen.note, classes=["live-note"])
        with solara.Div(classes=["live-grid"]):
            with solara.Div(classes=["live-card"]):
                Map(screen)
            with solara.Div(classes=["live-card"]):
                Village(screen)
            with solara.Div(classes=["live-card"]):
                Money(screen)
            with solara.Div(classes=["live-card"]):
                Feed(screen)
        Courses(screen)


__all__ = ["Page", "Screen"]
