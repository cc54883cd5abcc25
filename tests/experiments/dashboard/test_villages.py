"""Map, villages, why, what it would take, where it fails, when to change: what stands behind these pages, by
hand.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.dashboard import (
    account,
    county_map,
    failing,
    lever,
    stories,
    story_money,
    telling,
    village_rows,
    watching,
    words,
)
from experiments.dashboard.account import Account, LastPlan, VillageEvent
from experiments.dashboard.measures import MEASURES, ScreenAnswer
from experiments.dashboard.state import Draft, DraftResult
from experiments.report.marks import KIND_SHAPES, SERVICE
from experiments.statistics import Interval
from experiments.studies.pathways.warning import Foretold, Rates
from experiments.study.simulate import play, simulate_many
from sim.funnel import FUNNEL
from sim.state.parameters import Parameters

ABSENT = "the extra dashboard is not installed"
charts_map = pytest.importorskip("experiments.dashboard.charts_map", reason=ABSENT)
charts_why = pytest.importorskip("experiments.dashboard.charts_why", reason=ABSENT)
LANGUAGES = ("en", "zh")
SMALL = {
    "county.villages": 3,
    "county.elders": 20,
    "horizon.end": "2027-12",
    "horizon.spin_up": 2,
    "county.facility_share": 1.0,
}


def draft(seeds: int = 2, **more: object) -> Draft:
    """A tiny county."""
    made = Draft(1, "mine", {}, seeds=seeds, seed=5)
    made.change({**SMALL, **more})
    return made


def result(levels: dict[int, list[int]], classes: list[str], **columns: object) -> DraftResult:
    """One seed: the level of service of each village by month, its class at the end."""
    numbers = list(levels)
    rows = pd.DataFrame(
        {
            "replicate": 0,
            "village": numbers,
            "kind": "plain",
            "strength": "weak",
            "judged": classes,
            "station_class": classes,
            "east_km": [10.0 * number for number in numbers],
            "north_km": [4.0 + number for number in numbers],
            "cause": 2,
            "closures": [int(one == "not_open") for one in classes],
            "solvent": True,
            "hours_met": True,
            "visits_met": True,
            **columns,
        }
    )
    months = pd.DataFrame(
        [
            {"replicate": 0, "month": month, "village": number, "level": level, "elders": 10 * number}
            for number, path in levels.items()
            for month, level in enumerate(path)
        ]
    )
    parameters = Parameters().replace({"county.villages": len(numbers)})
    return DraftResult("A", parameters, pd.DataFrame(), rows, months)


# -- words of marks
# ----------------------------------------------------------------------------------------------------------
def test_a_heat_map_says_its_cells_in_the_words_of_its_table():
    charts_decide = pytest.importorskip("experiments.dashboard.charts_decide", reason=ABSENT)
    frame = pd.DataFrame(
        {"kind": ["plain"], "strength": ["weak"], "fails": [74.6], "reason": ["never_opened"], "runs": [20]}
    )
    assert charts_decide.named_cells(frame, "en")["spoken"].tolist() == [
        "plain: collective weak; fail, of 100 75; never opened"
    ]
    told = charts_decide.cells_told(frame, "zh")
    assert told.iloc[0].tolist() == ["普通", "薄弱", "75", "从未开办", 20]
    assert json.dumps(charts_decide.cells(frame, "en").to_dict()).count('"field": "spoken"') == 1


# -- the map
# ----------------------------------------------------------------------------------------------------------
def test_the_map_shows_each_year_as_it_ended_by_hand():
    levels = {1: [0] * 12 + [3] * 12 + [0] * 12, 2: [1] * 36, 3: [0] * 36}
    found = county_map.services(result(levels, ["not_open", "viable", "never_opened"]), 0)
    assert list(found.columns) == [2025, 2026, 2027]
    assert found.loc[1].tolist() == [0, 4, 1]  # nothing, canteen, ended
    assert found.loc[2].tolist() == [2, 2, 2] and found.loc[3].tolist() == [0, 0, 0]
    told = county_map.told(found[2026], {1: True, 2: False, 3: False}, 2026, "en")
    assert told == (
        "At the end of 2026 a station is open in 1 of 3 villages, 1 of them with meals; in 1 more neighbours "
        "help without one, in 0 all has ended, in 1 nothing began."
    )
    assert "2 of 3 villages have a service (1 with meals)" in county_map.told(found[2026], None, 2026, "en")
    assert county_map.year_ends(7, "2025-01") == {2025: 6}  # no whole year: the last month there is


def test_a_kilometre_is_a_kilometre_either_way():
    east, north = np.array([0.0, 30.0]), np.array([10.0, 12.0])
    (west, end), (south, top) = county_map.frame(east, north)
    assert end - west == pytest.approx(top - south) == pytest.approx(30 * 1.12)
    assert (west + end) / 2 == 15 and (south + top) / 2 == 11
    one = county_map.frame(np.array([5.0]), np.array([5.0]))
    assert one[0][1] - one[0][0] == pytest.approx(2 * 1.12)  # a village alone has a frame too


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_mark_of_the_map_is_that_of_the_table_in_both_languages(code):
    made = result({1: [1] * 12, 2: [0] * 12}, ["viable", "never_opened"], kind=["plain", "scenic"])
    villages, services = county_map.villages(made, 0), county_map.services(made, 0)[2025]
    rows = charts_map.coloured(villages, services, county_map.judged(made, 0), None, code)
    chart = charts_map.county(rows, county_map.outlines(made.parameters), 1, code, 300, "").to_dict()
    dots = next(layer for layer in chart["layer"] if layer["encoding"].get("shape"))
    shape, colour = (dots["encoding"][name]["scale"] for name in ("shape", "color"))
    assert shape["range"] == [one.altair for one in KIND_SHAPES.values()]
    assert shape["domain"][0] == {"en": "plain", "zh": "普通"}[code] and shape["range"][0] == "circle"
    assert colour["range"] == [one.colour for one in SERVICE]
    assert chart["width"] == chart["height"] == 300
    assert chart["params"][0]["select"]["fields"] == ["village"]


def test_borders_are_drawn_on_the_plane_of_the_villages():
    text = json.dumps({"2": [[[0, 0], [4, 0], [4, 4], [0, 0]], [[9, 9], [9, 8]]]})
    found = county_map.outlines(Parameters().replace({"given.borders": text}))
    assert found["ring"].unique().tolist() == ["2/0", "2/1"] and len(found) == 6
    assert found[found["ring"] == "2/0"]["east"].tolist() == [0, 4, 4, 0]
    assert county_map.outlines(Parameters()).empty


# -- villages by name
# ----------------------------------------------------------------------------------------------------------
def seeds_of(classes: dict[int, list[str]]) -> pd.DataFrame:
    """Village -> class in each seed, as rows."""
    rows = [
        {"village": village, "replicate": replicate, "station_class": one, "judged": one}
        for village, mine in classes.items()
        for replicate, one in enumerate(mine)
    ]
    return pd.DataFrame(rows).assign(
        cause=1, solvent=True, hours_met=True, visits_met=True, kind="plain", strength="weak"
    )


def test_open_shares_and_reasons_by_hand():
    rows = seeds_of(
        {
            1: ["viable", "does_not_pay", "not_open", "never_opened"],
            2: ["never_opened", "never_opened", "too_young", "viable"],
            3: ["viable"] * 4,
        }
    )
    assert village_rows.stays_open(rows).to_dict() == {1: 0.5, 2: 0.25, 3: 1.0}
    reasons = village_rows.commonest(rows)
    assert reasons[2] == "never opened" and 3 not in reasons.index


def test_yuan_short_is_what_a_year_with_costs_lacks():
    months = pd.DataFrame({"village": [1] * 24 + [2] * 12 + [3] * 12, "level": 1})
    months["cost_fen"] = [10_000] * 12 + [0] * 12 + [5_000] * 12 + [0] * 12  # 100 yuan, 50 yuan, none
    for payer in ("government", "collective", "families", "society"):
        months[f"paid_{payer}_fen"] = 1_500
    months["business_income_fen"] = 500  # 65 yuan come in each month
    found = village_rows.short(months)
    assert found[1] == 12 * 35 and found[2] == 0 and 3 not in found.index  # 12 x (100 - 65); more than enough


def test_what_it_takes_is_the_first_step_that_keeps_half_of_the_seeds():
    as_now = seeds_of({1: ["viable", "viable"], 2: ["not_open", "not_open"], 3: ["not_open", "not_open"]})
    more = seeds_of({1: ["viable", "viable"], 2: ["viable", "not_open"], 3: ["not_open", "not_open"]})
    found = village_rows.takes({stories.TODAY: as_now, "money": more})
    assert found == {1: "today", 2: "money", 3: village_rows.NONE}
    told = [village_rows.step_word(found[one], "en") for one in (1, 2, 3)]
    assert told[0] == "as today" and told[1].startswith("government's") and told[2] == "none of the steps"


def test_the_ladder_starts_from_these_settings_and_takes_nothing_back():
    mine = draft(**{"government.ceiling": 55_000.0})
    mine.policies = ["rollout_push"]
    rungs = stories.ladder(mine)
    assert rungs["money"].value("government.ceiling") == 55_000.0  # more than the step would give
    assert rungs["money"].value("government.operating_envelope") == 18_000.0
    assert rungs["speed"].policies == ["rollout_push"]  # not twice
    assert mine.value("county.elders") == rungs["calls"].value("county.elders") == 20


def test_a_village_is_found_by_any_word_of_its_row():
    shown = pd.DataFrame({"village": ["1 上王村", "2 Li"], "kind": ["plain", "scenic"]}, index=[1, 2])
    assert village_rows.matching(shown, "上王").index.tolist() == [1]
    assert village_rows.matching(shown, "LI scen").index.tolist() == [2]
    assert len(village_rows.matching(shown, "")) == 2 and village_rows.matching(shown, "plain Li").empty


# -- why
# ----------------------------------------------------------------------------------------------------------
def test_cost_less_what_is_lost_on_the_way_is_the_gap():
    found = story_money.bars({"cost": 100.0, "pledged": 80.0, "paid_in": 50.0})
    assert [(one.key, one.start, one.end, one.sort) for one in found] == [
        ("cost", 0, 100, "total"),
        ("unpledged", 100, 80, "less"),
        ("pledged", 0, 80, "total"),
        ("unpaid", 80, 50, "less"),
        ("paid", 0, 50, "total"),
        ("gap", 100, 50, "less"),
    ]
    told = story_money.sentence({"cost": 100.0, "pledged": 80.0, "paid_in": 50.0}, "en")
    assert told == "50 yuan were short of 100: 20 nobody pledged, 30 were pledged and not paid."
    even = story_money.bars({"cost": 100.0, "pledged": 100.0, "paid_in": 130.0})
    assert [one.key for one in even] == ["cost", "pledged", "more", "paid", "over"]
    assert "money was not short" in story_money.sentence(
        {"cost": 100.0, "pledged": 100.0, "paid_in": 130.0}, "en"
    )


def run_by_hand() -> SimpleNamespace:
    """Ten months of one village: a canteen planned in month 1, open from 2, shut from 5 (counted in 7), open
    again in 9; bills late in month 4; a plan in month 8 takes it up again, one in month 9 keeps it.
    """
    months = 10
    step = np.array([0, 5, 5, 5, 2, 2, 2, 2, 5, 5])
    planned = np.array([-9999, 1, 1, 1, 1, 1, 1, 1, 8, 9])
    state = {
        "step": step[:, None],
        "planned_in": planned[:, None],
        "cause": np.full((months, 1), 3),
        "closed_month": np.where(np.arange(months) >= 7, 5, -9999)[:, None],
        "bills": np.zeros((months, 1, 6)),
        "refused": np.zeros((months, 1, 7), int),
    }
    state["bills"][4, 0, 1] = 100
    state["refused"][9, 0] = [0, 0, 0, 0, 0, 1, 5]
    closed = (np.arange(months) == 7)[:, None]
    is_open = np.isin(np.arange(months), (2, 3, 4, 9))[:, None]
    return SimpleNamespace(
        series=SimpleNamespace(state=state, flow={"closed_now": closed}),
        months=[f"2025-{month + 1:02d}" for month in range(months)],
        first=24_300,
        model=SimpleNamespace(start_month=24_300),
        doors=SimpleNamespace(open=is_open),
    )


def test_the_course_of_a_village_by_hand():
    made = run_by_hand()
    assert [(one.month, one.kind) for one in account.doors(made, 0)] == [
        ("2025-06", "closed"),  # from the first month without an open door
        ("2025-03", "opened"),
        ("2025-10", "reopened"),
    ]
    assert account.doors(made, 0)[0].reasons == ("money", "users")
    assert account.bills(made, 0) == [VillageEvent("2025-05", "unpaid")]
    assert [(one.month, one.kind, one.was, one.now) for one in account.changes(made, 0)] == [
        ("2025-02", "plan", "none", "canteen"),
        ("2025-05", "lowered", "canteen", "station_days"),
        ("2025-09", "plan", "station_days", "canteen"),
    ]
    assert account.kept_plans(made, 0) == 1
    assert account.last_search(made, 0) == ((("canteen_with_guests", "not paid for"),), "2025-10")


def told_by_hand(**more: object) -> Account:
    """An account with a closure and a refused plan."""
    base = {
        "events": (VillageEvent("2025-03", "opened"), VillageEvent("2026-01", "closed", reasons=("money",))),
        "is_open": np.array([False, True]),
        "kept_plans": 2,
        "plan": LastPlan(
            "2025-12",
            "canteen",
            3,
            2,
            {payer: 100.0 for payer in ("government", "collective", "families", "society")},
            {payer: 0.5 for payer in ("government", "collective", "families", "society")},
            {payer: 50.0 for payer in ("government", "collective", "families", "society")} | {"cash": 10.0},
            400.0,
        ),
        "refused": (("canteen", "not paid for"),),
        "searched": "2026-12",
        "end": "not_open",
        "kept": {"money": False, "speed": True},
        "spared": {"money": True},
    }
    return Account(**{**base, **more})  # type: ignore[arg-type]


def test_the_account_in_sentences():
    found = told_by_hand()
    assert telling.events(found, "en") == [
        "**2025-03** The station opens.",
        "**2026-01** The station closes: unpaid bills.",
        "2 other yearly plans kept what there was.",
    ]
    first, second = telling.what_if(found, "en")
    assert first.startswith(
        "Under the same luck its station would be open at the end with: government's running"
    )
    assert "roll-out three times as fast" in first
    assert second == "Had unpaid bills never ended a station, this one would not have closed."
    assert telling.refused(found, "en") == ["a canteen: nobody pays for it"]
    assert "cost 400 yuan a year, 210 were expected" in telling.plan(found.plan, "en")
    assert telling.plan_table(found.plan, "en").iloc[0].tolist() == ["100", "50", "50"]
    assert "none of the steps" in telling.what_if(told_by_hand(kept={"money": False}), "en")[0]
    assert telling.what_if(told_by_hand(end="viable", kept={}, spared={}), "en")[0].startswith(
        "Its station is open"
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_cause_reason_and_form_has_its_words(code):
    from sim.parts.station import ENDS
    from sim.planning.sheet import REASONS
    from sim.state.codes import STEPS

    for name in ENDS:
        assert words.said(f"cause_{name}", code)
    for name in REASONS[2:]:  # not tried, carried
        assert words.said(f"reason_{name}", code)
    for name in STEPS:
        assert words.said(f"form_{name}", code)
    for kind in charts_why.EVENTS:
        assert words.said(f"event_{kind}", code)


def test_the_account_agrees_with_the_run_that_it_reads():
    made = draft(1)
    task = made.tasks()[0]
    run = play(task)
    steps = {key: one.tasks()[0] for key, one in stories.ladder(made).items() if key != stories.TODAY}
    for v, number in enumerate(run.states.number.tolist()):
        found = account.account(task, number, steps, {})
        assert found.end == FUNNEL[int(run.funnel.classes[v])]
        assert len(found.closures) == int(run.series.flow["closed_now"][:, v].sum())
        assert bool(found.kept) == (found.end not in village_rows.OPEN)  # nothing is tried where it is open
        assert all(event.month in run.months for event in found.events)
        telling.events(found, "zh")
    numbers, is_open = account.open_stations(task)
    assert numbers == run.states.number.tolist() and is_open.shape == (36, 3)
    assert account.told(task, 1, "2026-06").startswith("Village 1")


# -- what would it take, where it fails, when to change
# ----------------------------------------------------------------------------------------------------------
def answer(lasting: list[float]) -> ScreenAnswer:
    """Seeds of which only that is known."""
    table = {f"class_{name}": [0.0] * len(lasting) for name in FUNNEL}
    table |= {name: [0.0] * len(lasting) for name in MEASURES} | {"lasting": lasting}
    return ScreenAnswer("2035", 11, pd.DataFrame(table, dtype=float))


def test_the_ladder_says_the_steps_that_meet_the_target():
    told = lever.ladder_sentence({"today": 33.6, "money": 44.0, "speed": 52.0, "helpers": 60.0}, "en")
    assert told == (
        "To keep a station open in 50 of 100 villages (now 34) takes: government's running money doubled, it "
        "fills gaps first; roll-out three times as fast to 2030. Then it is 52."
    )
    assert lever.ladder_sentence({"today": 33.6, "money": 44.0}, "en").endswith("now it is 34, at best 44.")
    assert "the target of 50 is met" in lever.ladder_sentence({"today": 61.0}, "en")


def test_a_lever_is_judged_under_the_same_luck():
    """Seeds differ much and each gains ten: the intervals overlap, the paired difference is sure."""
    points = [
        lever.LeverPoint(0.0, answer([10.0, 50.0, 90.0])),
        lever.LeverPoint(60_000.0, answer([20.0, 60.0, 99.0])),
    ]
    told = lever.curve_sentence("government.ceiling", points, Interval(50.0, 0.0, 100.0, 3), "en")
    # mean difference 29 / 3 = 9.67, half-width 4.303 x 0.577 / sqrt(3) = 1.43
    assert "from 0 to 60,000 moves the villages whose station stays open from 50 to 60" in told
    assert "10 more, 95 %: 8 to 11; as set: 50" in told and told.endswith("It reaches 50 of 100 from 0 on.")
    lost = [points[0], lever.LeverPoint(1.0, answer([90.0, 10.0, 50.0]))]
    assert "may be none" in lever.curve_sentence("government.ceiling", lost, points[0].lasting, "en")


def test_a_lever_goes_from_end_to_end_and_is_drawn_nowhere():
    made = draft(2)
    settings = lever.settings(made, "government.ceiling")
    assert list(settings) == [0.0, 15_000.0, 30_000.0, 45_000.0, 60_000.0]
    for value, one in settings.items():
        assert {task.parameters.government.ceiling for task in village_rows.tasks(one, 2)} == {value}
    assert set(lever.offered(made)) <= set(lever.LEVERS) and "government.ceiling" in lever.offered(made)


def test_where_it_fails_by_hand():
    rows = seeds_of({1: ["viable", "not_open"], 2: ["never_opened", "never_opened"]})
    rows.loc[rows["village"] == 2, "strength"] = "rich"
    found = failing.cells(rows)
    assert found[["kind", "strength", "fails", "runs"]].to_numpy().tolist() == [
        ["plain", "weak", 50.0, 2],
        ["plain", "rich", 100.0, 2],
    ]
    told = failing.cells_sentence(found, "en")
    assert told == (
        "It fails most in plain villages with a rich collective: in 100 of 100 no station stays open (most "
        "often: never opened); least in plain villages with a weak collective (50 of 100)."
    )
    assert "alike" in failing.cells_sentence(found.assign(fails=70.0), "en")


def test_the_course_of_the_county_and_its_height_by_hand():
    county = {"station": np.repeat([[1, 0], [1, 1], [0, 0]], 12, axis=0)}  # (36, 2): half, all, none
    found = watching.course([county], [np.array([3.0, 1.0])])
    assert found.median[[0, 12, 35]].tolist() == [75.0, 100.0, 0.0]  # weights three to one
    told = watching.course_sentence(found, "2025-01", "en")
    assert told.startswith("Most stations are open around 2026: 100 of 100") and "at the end 0 do" in told
    rising = watching.SignpostCourse(*(np.linspace(0, 40, 36),) * 3)
    assert watching.course_sentence(rising, "2025-01", "en") == (
        "The number of open stations does not fall: 6 of 100 villages have one in the first year, 34 in the "
        "last."
    )  # means of twelve months: 40 x 5.5 / 35 = 6.3 and 40 x 29.5 / 35 = 33.7


def test_the_best_signpost_that_is_told_from_chance_is_the_one_to_watch():
    whole = Rates(100, 80, 200, 20, (3, 7, 5, -1))
    sure = Foretold(7.0, whole, (0.7, 0.9), (0.05, 0.15), (0.6, 0.8))
    chance = sure._replace(gain=(-0.1, 0.8))
    best = watching.Warned("diners", sure)
    told = watching.warned_sentence([watching.Warned("cash_months", chance), best], "en")
    assert told == (
        "Watch “elders who eat at the station”: below 7 persons, act. It gave the alarm in 80 of 100 months "
        "before a closure (typically 5 months ahead), and in 10 of 100 other months for nothing."
    )
    assert "no signpost" in watching.warned_sentence([watching.Warned("diners", chance)], "en").lower()
    frame = watching.frame([best, watching.Warned("cash_months", None)], "zh")
    assert frame["percent"].tolist() == [80.0, 10.0] and frame["what"][0].endswith("< 7 人")
    assert watching.waiting()["diners"] == "fill_the_table"


def test_conditions_are_those_of_discover_on_the_same_runs():
    made = draft(2)
    tasks = failing.futures(made)
    assert len(tasks) == failing.DRAWS and [task.draw for task in tasks[:3]] == [0, 1, 2]
    few = tasks[:6]
    from experiments.dashboard import state

    rows = state.result(made, simulate_many(few)).rows
    found = failing.searched(few, rows, made.parameters(), made.seed)
    assert found.found.reasons == ("few",) and len(found.values) == 6
    assert failing.conditions(found, "en")[0].startswith("No box")
    assert failing.points(found).empty
