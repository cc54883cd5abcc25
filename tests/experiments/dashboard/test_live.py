"""The live county: forwards and back with the same bytes, what is shown of a month, and its feed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from experiments.command.catalogue import ROOT
from experiments.report import style
from sim.state.codes import PAYERS

pytest.importorskip("solara", reason="the extra live is not installed")

from experiments.live import app, events, pictures
from experiments.live.course import EVERY, Choices, Course

SMALL = Choices(villages=2, elders=30)


def bytes_of(course: Course) -> bytes:
    """Everything that is recorded of the months, and the persons as they are."""
    series = course.model.series
    records = (series.flow, series.state, series.hours, series.posted, series.balance)
    return b"".join(np.array(part).tobytes() for part in (*records, *course.model.people))


def test_back_and_forth_is_the_same_county():
    course, straight = Course(SMALL), Course(SMALL)
    straight.step(20)
    course.step(25)
    course.go(3)  # before the first snapshot after the start
    course.go(EVERY)
    course.go(0)
    course.go(20)
    assert course.month == 20 and bytes_of(course) == bytes_of(straight)
    course.go(10_000)
    assert course.month == course.horizon and not course.model.running
    course.go(19)
    straight.go(19)
    assert bytes_of(course) == bytes_of(straight)


def test_a_change_acts_from_its_month_on_and_is_met_again_on_the_way_back():
    course, straight = Course(SMALL), Course(SMALL)
    for one in (course, straight):
        one.step(8)
    before = bytes_of(course)
    assert not course.change(replace(SMALL, government=0, shock="flood", shock_month=8))
    assert bytes_of(course) == before  # the months before stay
    course.step(4)
    straight.step(4)
    changed = bytes_of(course)
    assert changed != bytes_of(straight)
    assert (
        (course.model.series.flow["shock_struck"][8] > 0).any(axis=1).all()
    )  # the ninth month, all villages
    course.go(2)
    assert course.choices == SMALL
    course.go(12)
    assert bytes_of(course) == changed and course.choices.government == 0
    course.go(7)
    assert not course.change(SMALL)  # a change before it: the later one is forgotten
    course.go(12)
    assert bytes_of(course) == bytes_of(straight)


def test_what_shapes_the_start_begins_anew():
    course = Course(SMALL)
    course.step(3)
    assert course.change(replace(SMALL, villages=3)) and course.month == 0
    assert len(course.model.state["level"]) == 3 and list(course.kept) == [0]


def test_shares_sum_to_one_by_hand():
    assert Choices(government=30, collective=10, families=40, society=0).shares() == pytest.approx(
        {"government": 0.375, "collective": 0.125, "families": 0.5, "society": 0.0}
    )
    assert set(Choices(government=0, collective=0, families=0, society=0).shares().values()) == {0.25}
    for parts in range(101):
        Choices(government=parts, collective=33, families=7, society=1).parameters()  # sums are checked there


def test_the_payers_are_those_of_the_last_twelve_months():
    """Who pays by the quarter would be missing in two months of three."""
    course = Course(SMALL)
    assert pictures.paid(course) == (dict.fromkeys((*PAYERS, "business"), 0.0), 0.0, 0)
    course.step(5)
    by_month = {payer: course.model.series.amount(f"paid_{payer}") for payer in PAYERS}
    assert pictures.paid(course)[2] == 5
    course.step(15)
    by_month = {payer: course.model.series.amount(f"paid_{payer}") for payer in PAYERS}
    found, cost, months = pictures.paid(course)
    assert months == 12
    for payer, fen in by_month.items():
        assert found[payer] == pytest.approx(sum(fen[month].sum() for month in range(8, 20)) / 100)
    assert cost == pytest.approx(course.model.series.flow["cost"][8:20].sum() / 100)
    assert (by_month["government"][8:20].sum(axis=1) == 0).any()  # there are months without


def test_axes_stand_before_the_first_month_and_charts_keep_their_places():
    course = Course(SMALL)
    before = {
        name: pictures.track(course, values, "u", top)
        for name, (values, top) in pictures.tracks(course).items()
    }
    charts = [pictures.county_map(course), pictures.money(course), *before.values()]
    for chart in charts:
        assert chart["xAxis"]["name"] and (chart["yAxis"].get("name") or chart["yAxis"]["data"])
    assert all(len(chart["xAxis"]["data"]) == course.horizon for chart in before.values())
    course.step(14)
    after = [pictures.county_map(course), pictures.money(course)]
    after += [pictures.track(course, values, "u", top) for values, top in pictures.tracks(course).values()]
    for one, other in zip(charts, after, strict=True):
        assert one.keys() == other.keys()
        assert [part["id"] for part in one["series"]] == [part["id"] for part in other["series"]]
    *services, names = after[0]["series"]
    assert sum(len(part["data"]) for part in services) == 2  # every village is on the map, once
    assert [point["name"].split()[0] for point in names["data"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("values", "least", "end"),
    [([], 10, 10), ([11], 10, 20), ([20.0], 10, 20), ([21], 10, 50), ([501], 1, 1000)],
)
def test_the_end_of_an_axis_by_hand(values, least, end):
    assert pictures.ceiling(values, least) == end


def test_a_village_is_drawn_with_all_who_live_there():
    course = Course(SMALL)
    course.step()
    graph = pictures.village_graph(course, 0)
    seen, state = pictures.counts(graph), course.model.state
    assert seen["elders"] == state["elders"][0] and len(graph) == (state["elders"] + state["helpers"])[0]
    (series,) = pictures.network(graph)["series"]
    assert len(series["data"]) == len(graph) and len(series["links"]) == graph.number_of_edges()


def test_the_feed_tells_what_the_records_hold_and_joins_villages():
    course = Course(replace(SMALL, shock="flood", shock_month=2))
    assert events.feed(course) == []
    course.step(60)
    found = events.feed(course)
    (flood,) = [event for event in found if "flood" in event.text]
    assert flood.month == 3 and flood.villages == (1, 2) and not flood.good
    assert [event.month for event in found] == sorted((event.month for event in found), reverse=True)
    flow, state = course.model.series.flow, course.model.series.state
    closed = sum(len(event.villages) for event in found if event.text.startswith("its service closes"))
    assert closed == (flow["closed_now"] > 0).sum()
    found_leader = sum(len(event.villages) for event in found if event.text == "a leader is found")
    leader = np.concatenate([course.start["leader"][None], state["leader"]]) > 0
    assert found_leader == (leader[1:] & ~leader[:-1]).sum()
    assert events.called((1, 2)) == "villages 1, 2" and events.called((7,)) == "village 7"


def test_every_end_of_a_station_has_a_word():
    assert set(events.CAUSES) == set(events.ENDS)
    assert events.causes(0b11) == "money ran out, too few users"


WORK = """
import builtins, sys
from dataclasses import replace
import numba.core.dispatcher
import solara
import yaml
from experiments.live import app, ready
from experiments.live.course import Choices

done = []

def counted(owner, name):
    before = getattr(owner, name)
    def noted(*words, **more):
        done.append(name)
        return before(*words, **more)
    setattr(owner, name, noted)

counted(numba.core.dispatcher.Dispatcher, "compile")
counted(yaml, "load")
if "ready" in sys.argv:
    ready.prepare()
    assert done, "what is counted is not what prepares"
    done.clear()
held = []
class Held(app.Screen):
    def __init__(self):
        super().__init__()
        held.append(self)
app.Screen = Held
solara.render(app.Page(), handle_error=False)
screen = held[0]
print("opened", len(done))
done.clear()
screen.step()
print("first month", len(done))
done.clear()
for choices in ready.each_choice():
    screen.choose(replace(choices, villages=4, elders=40, shock_month=screen.course.month))
    screen.step()
screen.choose(replace(screen.course.choices, welcome=7, government=90))
screen.step(30)
screen.go(3)
screen.look_at(2)
print("every choice", len(done))
"""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_first_month_loads_nothing_and_reads_nothing(language):
    """A count of the work that took most of a second, since clocks of a busy computer tell nothing.

    Kernels are loaded and words are read before the page is opened: not in the first month, not after any
    choice. Without that preparation the first month does both.
    """

    def done(*words: str) -> dict[str, int]:
        got = subprocess.run(
            [sys.executable, "-c", WORK, *words],
            cwd=ROOT,
            env={**os.environ, "MUTUAL_AID_LANGUAGE": language},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        counts = (line.rsplit(" ", 1) for line in got.stdout.splitlines())
        return {name: int(count) for name, count in counts}

    assert done("ready") == {"opened": 0, "first month": 0, "every choice": 0}
    bare = done()
    assert bare["first month"] > 0 and bare["every choice"] > 0


def test_the_server_is_prepared_before_it_answers(monkeypatch):
    """Prepared, then served: the other way round the first visitor would wait."""
    import solara.__main__
    from solara.server import cdn_helper, settings, starlette

    from experiments.live import ready, served

    order: list[str] = []
    monkeypatch.setattr(served.busy, "until", lambda *_: None)
    monkeypatch.setattr(ready, "prepare", lambda: order.append("prepared"))
    monkeypatch.setattr(solara.__main__, "cli", lambda _: order.append("served"))
    monkeypatch.setattr(starlette.app, "add_middleware", lambda _: None)
    monkeypatch.setattr(settings.telemetry, "mixpanel_enable", False)
    monkeypatch.setattr(settings.theme, "show_banner", False)
    monkeypatch.setattr(cdn_helper, "fetch_from_cdn", None)
    monkeypatch.setenv("SOLARA_APP", "experiments.live.app")
    served.main(8502)
    assert order == ["prepared", "served"]


def chinese(text: str) -> bool:
    """Whether a text has Chinese letters and no English sentence in it."""
    return bool(re.search("[一-鿿]", text)) and not re.search("[a-z]{4,}", text)


@pytest.mark.slow
def test_the_live_page_speaks_chinese_where_it_is_asked_to():
    """In a process of its own: the language is chosen when the page is read."""
    if style.chinese_font() is None:
        pytest.skip("no Chinese font here")
    code = """
from experiments.live import app, events, pictures
from experiments.live.course import Choices, Course
print(*(app.key_of(*pair) for pair in (
    ("funding.rule", "配套"), ("business.kind", "特色手工业"), ("shocks.scheduled", "洪水"))))
course = Course(Choices(villages=2, elders=20, shock="flood"))
print(app.headline(course))
course.step(40)
print(app.headline(course), app.TITLE, app.WHAT, sep="\\n")
print(*pictures.track_names(), *pictures.track_names().values(), sep="\\n")
print(*(f"{events.called(event.villages)}{event.text}" for event in events.feed(course)), sep="\\n")
print(pictures.county_map(course)["xAxis"]["name"], *pictures.health_words(), sep="\\n")
"""
    got = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "MUTUAL_AID_LANGUAGE": "zh"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    keys, *said = got.stdout.splitlines()
    assert keys == "matching handicraft flood" and len(said) > 15
    assert [line for line in said if not chinese(line)] == []


def test_the_headline_counts_by_hand():
    course = Course(SMALL)
    serving = int((course.model.state["level"] > 0).sum())
    assert app.headline(course).startswith(f"Before the first month: {serving} of 2 villages")
    course.step(13)
    assert app.headline(course).startswith("2026-01: ")
