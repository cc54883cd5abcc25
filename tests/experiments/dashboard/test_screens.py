"""What stands behind the screens: stored answers, stories, sentences, the compare page, the address, undo,
what is grey, how long runs take. Without a browser; two tests go through the page.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from experiments.command.catalogue import ROOT
from experiments.command.scenario import Mistake
from experiments.dashboard import acting, address, compare, sentences, state, stored, stories, words
from experiments.dashboard.history import DraftHistory
from experiments.dashboard.measures import MEASURES, ScreenAnswer, differences
from experiments.dashboard.pace import WEIGHT, Pace, size
from experiments.dashboard.state import Draft
from experiments.statistics import Interval
from experiments.study.runner import ELDER_MONTH
from sim.funnel import FUNNEL
from sim.state.parameters import ParameterError, Parameters


def answer(classes: list[list[float]], first: int = 7, **measures: list[float]) -> ScreenAnswer:
    """An answer from villages of 100 in each class, a row a seed; measures that are not said are nought."""
    table = {f"class_{name}": [row[at] for row in classes] for at, name in enumerate(FUNNEL)}
    table |= {name: measures.get(name, [0.0] * len(classes)) for name in MEASURES}
    return ScreenAnswer("2035", 11, pd.DataFrame(table, range(first, first + len(classes)), dtype=float))


# -- sentences
# ----------------------------------------------------------------------------------------------------------
def test_the_headline_and_the_sentences_say_the_numbers_by_hand():
    made = answer(
        [[30, 10, 40, 0, 4, 16], [30, 10, 40, 0, 4, 16]],
        opened=[70, 70],
        lasting=[20, 20],
        viable=[16, 16],
        service=[4.0, 5.0],
        tables=[2.0, 2.5],
        added=[50.0, 70.0],
        public_year=[4000.0, 6000.0],
    )
    assert sentences.headline(made, "en") == (
        "Of 100 villages 70 open a station by 2035; 20 keep it open to the end."
    )
    funnel, service, lost = sentences.three(made, "en")
    assert "Of the 70 stations that open" in funnel and ", and 16 (" in funnel
    # mean 60, half-width 12.706 (t of one degree) x 14.142 / sqrt(2) = 127.06
    assert "4.5 years with an open station, 2.2 of them with meals" in service
    assert "adds 60 years of service to its elders (-67 to 187), for 5,000 public yuan" in service
    assert lost == (
        "What stops the others: 40 open but do not stay open, 30 never open, "
        "10 open in the last three years only, 4 are open and pay but serve too little."
    )


def test_a_hundred_squares_are_a_hundred_and_who_all_succeed_are_told_so():
    counts = sentences.squares(dict(zip(FUNNEL, (33.3, 33.3, 33.4, 0, 0, 0), strict=True)))
    assert sum(counts.values()) == 100 and counts["not_open"] == 34
    assert sentences.lost(answer([[0, 0, 0, 0, 0, 100.0]]), "en") == "No village falls short."
    assert sentences.lost(answer([[0, 20, 0, 0, 0, 80.0]]), "en") == (
        "What stops the others: 20 open in the last three years only."
    )


def test_no_minus_stands_before_nothing_and_what_is_unknown_is_a_dash():
    assert [sentences.number(v, d) for v, d in ((-0.4, 0), (-0.04, 1), (-0.6, 0), (np.nan, 0))] == [
        "0",
        "0.0",
        "-1",
        "–",
    ]


# -- compare
# ----------------------------------------------------------------------------------------------------------
def test_a_difference_is_better_worse_or_not_sure_by_the_way_that_is_better():
    gap = Interval(-3.0, -5.0, -1.0, 20)
    assert compare.verdict("lasting", gap) == "worse" and compare.verdict("closed", gap) == "better"
    assert compare.verdict("public_year", gap) == "better"
    assert compare.verdict("lasting", Interval(-3.0, -7.0, 0.0, 20)) == "unsure"  # it holds zero
    assert compare.verdict("lasting", Interval(0.0, 0.0, 0.0, 20)) == "same"
    assert compare.verdict("lasting", Interval(4.0, np.nan, np.nan, 1)) == "unsure"  # one seed tells nothing


def test_the_verdict_in_a_sentence_by_hand():
    gaps = {name: Interval(0.0, 0.0, 0.0, 20) for name in MEASURES}
    gaps["lasting"] = Interval(-3.0, -7.0, -1.0, 20)
    gaps["public_year"] = Interval(30.0, -10.0, 70.0, 20)
    assert compare.sentence("B", gaps, "en") == (
        "B keeps 3 fewer (1 to 7) of 100 villages open to the end; it adds as many years of service to a "
        "village's elders, and costs the public 30 more (not sure) yuan a village and year."
    )
    assert "少 3（1 至 7）" in compare.sentence("B", gaps, "zh")


def test_differences_are_of_the_same_luck_and_of_no_other():
    base = answer([[0, 0, 0, 0, 0, 100.0]] * 3, lasting=[10, 20, 30])
    other = answer([[0, 0, 0, 0, 0, 100.0]] * 3, first=8, lasting=[25, 35, 99])  # seeds 8 and 9 are shared
    assert differences(base, other)["lasting"] == Interval(5.0, 5.0, 5.0, 2)


def test_what_differs_between_scenarios_is_told_in_words_and_nothing_else():
    a, b = Draft(1, "A"), Draft(2, "B")
    b.change({"funding.rule": "matching", "timebank.on": False, "funding.share_society": 0.10})
    b.seeds, b.policies = 40, ["taper_2027"]
    table = compare.differing([a, b], "en")
    assert table.index.tolist() == ["Rule", "Time bank", "Policies, in the order chosen", "Seeds"]
    assert table.loc["Rule"].tolist() == ["fixed shares", "matching"]
    assert table.loc["Time bank"].tolist() == ["on", "off"] and table.loc["Seeds"].tolist() == ["20", "40"]
    assert compare.differing([a, a.copy(2, "B")], "zh").empty


def test_measures_of_one_unit_share_a_frame_and_every_measure_is_in_one():
    gaps = {"B": {name: Interval(1.0, 0.5, 1.5, 20) for name in MEASURES}}
    units = dict.fromkeys(one.unit for one in MEASURES.values())
    frames = {unit: compare.gaps_of_unit(unit, gaps, "en") for unit in units}
    assert sum(map(len, frames.values())) == len(MEASURES)
    assert frames["villages"]["verdict"].tolist() == ["better", "better", "better", "worse"]


# -- the address
# ----------------------------------------------------------------------------------------------------------
def test_a_table_comes_back_from_its_address():
    plain, made = Draft(1, "A"), Draft(2, "B~ 二")
    made.change(
        {"funding.rule": "matching", "county.elders": 300, "timebank.on": False, "funding.match": 0.25}
    )
    made.change({"county.stratified": False, "horizon.end": "2030-12"})
    made.seeds, made.draws, made.policies = 40, "prior", ["taper_2027", "oldest_free"]
    back = address.read(address.parts([plain, made]))
    assert [(one.name, one.identity) for one in back] == [
        (plain.name, plain.identity),
        (made.name, made.identity),
    ]
    assert address.parts([Draft(1, "A")]) == []  # the first screen has a short address


def test_own_villages_stay_out_of_the_address():
    made = Draft(1, "A")
    made.change({"given.villages": "number,elders\n1,25\n", "county.villages": 1, "county.stratified": False})
    assert "given" not in address.part(made) and "25" not in address.part(made)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A~funding.rul:matching", "funding.rule"),
        ("A~seeds:0", "seeds = 0"),
        ("A~nonsense", "path:value is wanted"),
        ("A~policy:taper_2072", "did you mean taper_2027?"),
        ("A~county.villages:many", "county.villages"),
        ("A~county._target_:os.system", "_target_"),
    ],
)
def test_a_bad_address_gets_one_sentence(text, sentence):
    with pytest.raises((Mistake, ParameterError), match=re.escape(sentence)) as found:
        address.read([text])
    assert "\n" not in str(found.value)


# -- undo, what is grey, how long
# ----------------------------------------------------------------------------------------------------------
def test_undo_goes_back_one_change_at_a_time_and_not_beyond_the_first():
    table, past = [Draft(1, "A")], DraftHistory()
    past.note(table)
    past.note(table)  # nothing changed: nothing to undo
    assert past.steps == 0
    table[0].change({"funding.taper": 7})
    past.note(table)
    table[0].policies.append("taper_2027")
    past.note(table)
    assert past.steps == 2
    (back,) = past.back()
    assert back.policies == [] and back.value("funding.taper") == 7
    (first,) = past.back()
    assert first.identity == Draft(1, "A").identity and past.steps == 0
    first.change({"funding.taper": 9})  # what is given back is a copy
    assert past.back()[0].identity == Draft(1, "A").identity


def test_what_no_rule_reads_is_grey_and_a_switch_can_always_be_turned_on():
    made = Draft(1, "A")
    made.change({"timebank.on": False})

    def waits(path):
        return acting.waits_for(path, acting.flat(made), acting.moving(made))

    assert waits("timebank.expiry") == ["timebank.on=true"] and waits("timebank.on") == []
    assert waits("funding.taper") == ["funding.rule=tapering", "funding.profile=front"]
    made.change({"funding.rule": "tapering"})
    assert waits("funding.taper") == []
    made.change({"horizon.end": "2020-01"})  # does not fit: said elsewhere, and nothing is grey
    assert waits("timebank.expiry") == []


def test_the_pace_is_learned_by_size_kept_and_read_back(tmp_path):
    one = Pace(tmp_path / "below" / "pace.json")
    small, large = 1_000.0, 200_000.0
    assert one.seconds(10, large, 2) == pytest.approx(5 * large * ELDER_MONTH)
    one.learn(0.5, small)
    wanted = (1 - WEIGHT) * ELDER_MONTH + WEIGHT * 0.5 / small
    assert one.seconds(1, small, 1) == pytest.approx(small * wanted)
    assert one.seconds(10, large, 2) == pytest.approx(5 * large * ELDER_MONTH)  # another size
    one.keep()
    assert Pace(one.file).seconds(1, small, 1) == pytest.approx(small * wanted)
    one.file.write_text("[1]")
    assert Pace(one.file).seconds(1, small, 1) == pytest.approx(small * ELDER_MONTH)  # begun anew
    assert size(Draft(1, "A").parameters()) == 12 * 150 * 132


def test_the_first_seed_is_run_first_then_four_then_the_rest():
    from experiments.dashboard.engine import looks

    parts = looks(Draft(1, "A").tasks())
    assert [sorted({task.replicate for task in part}) for part in parts] == [
        [0],
        [1, 2, 3],
        list(range(4, 20)),
    ]
    assert [len(part) for part in parts] == [2, 6, 32]  # each seed with its reference


# -- stored answers
# ----------------------------------------------------------------------------------------------------------
def test_four_stories_are_stored_with_answers_that_add_up():
    found = stored.read()
    assert list(found) == [stories.TODAY, stories.FADES, stories.TOURISM, stories.TAKES]
    for one in found.values():
        assert len(one.answer.seeds) == one.draft.seeds == 20
        assert sum(one.answer.classes.values()) == pytest.approx(100, abs=1e-3)
        figures = one.answer.figures()
        lasting = sum(one.answer.classes[name] for name in FUNNEL[3:])
        assert figures["lasting"].mean == pytest.approx(lasting, abs=1e-3)
        assert figures["opened"].mean >= figures["lasting"].mean >= figures["viable"].mean
        assert stored.of(one.draft.copy(9, "other name")) == one
    takes = found[stories.TAKES]
    rungs = list(takes.rungs.values())
    assert rungs[0] == pytest.approx(found[stories.TODAY].answer.figures()["lasting"].mean)
    assert rungs[-1] == pytest.approx(takes.answer.figures()["lasting"].mean)
    assert all(one < stories.TARGET for one in rungs[:-1])  # it stops at the first that meets the target
    assert [*takes.steps] == [*stories.ladder()][: len(rungs)]
    assert all(len(step) == 20 for step in takes.steps.values())


def setting(draft: Draft) -> str:
    """A setting without its seeds."""
    return repr((sorted(draft.values.items()), draft.policies))


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The stored answers in a folder of their own, which a test may spoil; no source has changed since."""
    kept = json.loads((stored.FOLDER / stored.MANIFEST).read_text(encoding="utf-8"))["sources"]
    monkeypatch.setattr(stored, "sources", lambda: kept)
    for file in stored.FOLDER.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    stored.read.cache_clear()
    yield tmp_path
    stored.read.cache_clear()


def test_a_figure_of_the_ladder_that_was_written_by_hand_is_told(copied):
    ladder = json.loads((copied / stored.LADDER).read_text(encoding="utf-8"))
    ladder["money"]["lasting"][5] += 1.0
    (copied / stored.LADDER).write_text(json.dumps(ladder, indent=1) + "\n", encoding="utf-8")
    assert stored.stale(work=None) == [f"ladder.json: it was changed by hand: run `{stored.COMMAND}`"]


def test_a_step_of_the_ladder_that_was_changed_takes_the_story_from_the_screen(copied, monkeypatch):
    """Though the setting that all steps come to is the same: some of the money comes a step later."""
    money, speed, *others = stories.LADDER
    first, (path, later) = dict(money.changes), ("government.ceiling", 40_000.0)
    assert first.pop(path) == later
    moved = (stories.Rung("money", first), stories.Rung("speed", {path: later}, speed.policies))
    monkeypatch.setattr(stories, "LADDER", (*moved, *others))
    assert set(stored.read()) == {stories.TODAY, stories.FADES, stories.TOURISM}
    assert stored.stale(work=None) == [f"takes: its setting has changed: run `{stored.COMMAND}`"]


def test_every_step_of_the_ladder_is_run_again_where_the_model_has_changed(copied, monkeypatch):
    takes = stored.read()[stories.TAKES]
    names = {setting(draft): key for key, draft in stories.ladder().items()}
    asked = []

    def worked_out(draft, work):
        key = names[setting(draft)]
        asked.append(key)
        found = takes.answer.seeds.head(draft.seeds).copy()
        found["lasting"] = takes.steps[key].head(draft.seeds) + 1.0 * (key == "helpers")
        return ScreenAnswer(takes.answer.year, takes.answer.years, found)

    monkeypatch.setattr(stored, "work_out", worked_out)
    assert not stored.holds(takes)
    assert asked == ["calls", "today", "money", "speed", "helpers"]  # the last step is the story's own answer


@pytest.mark.slow
def test_stored_answers_are_those_of_the_model_as_it_is():
    """Where the model has changed since, the first runs of each story are made again: 10 s."""
    assert stored.stale() == []


def test_a_changed_setting_or_other_bytes_are_told_with_the_command_that_mends_it(copied, monkeypatch):
    manifest = json.loads((copied / stored.MANIFEST).read_text(encoding="utf-8"))
    manifest["stories"][stories.FADES]["values"]["county.elders"] = 151
    manifest["stories"][stories.TODAY]["digest"] = "0123456789abcdef"
    manifest["sources"] = "others"
    (copied / stored.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert set(stored.read()) == {stories.TOURISM, stories.TAKES}  # no answer of another setting is shown
    kept = {key: one.answer for key, one in stored.read().items()}
    steps = stored.read()[stories.TAKES].steps
    names = {setting(draft): key for key, draft in stories.ladder().items()}
    asked = []

    def first_seeds(draft, work):
        key = stories.TOURISM if draft.value("business.kind") == "tourism" else stories.TAKES
        asked.append((key, draft.seeds))
        found = kept[key].seeds.head(draft.seeds).copy()
        if key == stories.TOURISM:
            found["lasting"] += 1.0
        else:
            found["lasting"] = steps[names[setting(draft)]].head(draft.seeds)
        return ScreenAnswer(kept[key].year, kept[key].years, found)

    monkeypatch.setattr(stored, "work_out", first_seeds)
    assert stored.stale() == [
        f"fades: its setting has changed: run `{stored.COMMAND}`",
        f"today: its setting has changed: run `{stored.COMMAND}`",
        f"tourism: its runs come to something else: run `{stored.COMMAND}`",
    ]
    assert asked == [(stories.TOURISM, 2), *[(stories.TAKES, 2)] * len(steps)]


def test_an_answer_is_the_same_after_it_was_written():
    made = answer([[0, 0, 0, 0, 0, 100.0]] * 2, public_added=[np.nan, 3.25])
    back = ScreenAnswer.from_dict(json.loads(json.dumps(made.to_dict())))
    pd.testing.assert_frame_equal(back.seeds[made.seeds.columns], made.seeds)
    assert (back.year, back.years) == ("2035", 11)


def test_every_step_of_the_ladder_fits_the_default_county():
    rungs = stories.ladder()
    assert list(rungs) == [stories.TODAY, *(rung.key for rung in stories.LADDER)]
    for draft in rungs.values():
        draft.tasks()
    assert rungs[stories.TODAY].identity == Draft(1, "A").identity
    for key in rungs:
        assert words.said(f"rung_{key}", "en") != words.said(f"rung_{key}", "zh")


# -- the page, without a browser
# ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def first_page(monkeypatch, tmp_path):
    """The page as a planner opens it; what it learns stays with the test."""
    pytest.importorskip("streamlit", reason="the extra dashboard is not installed")
    from streamlit.testing.v1 import AppTest

    from experiments.dashboard import session

    monkeypatch.setattr(session, "kept_in", lambda: tmp_path / "pace.json")
    return AppTest.from_file(str(ROOT / "experiments/dashboard/app.py"), default_timeout=300)


@pytest.mark.slow
def test_the_page_opens_with_an_answer_and_a_story_is_one_click(first_page):
    at = first_page.run()
    today, fades = (stored.read()[key].answer for key in (stories.TODAY, stories.FADES))
    assert not at.exception and at.subheader[0].value == sentences.headline(today, "en")
    assert not at.session_state["results"]  # nothing was run for it
    at.button(key="beside").click().run()
    at.button(key=f"story/{stories.FADES}").click().run()
    assert at.subheader[0].value == sentences.headline(fades, "en") and not at.session_state["results"]
    assert [one.name for one in at.session_state["drafts"]] == ["A", "B"]
    at.session_state["tab"] = "Compare"
    at.run()
    said = [one.value.removeprefix("#### ").replace("\\", "") for one in at.markdown]
    assert compare.sentence("B", differences(today, fades), "en") in said
    assert at.table[0].value.to_numpy().tolist() == [["–", "subsidies taper from 2027"]]
    at.button(key="undo").click().run()
    assert at.session_state["drafts"][1].policies == []
    assert at.button(key="reset").disabled  # it is the default county again
    at.button(key=f"story/{stories.TAKES}").click().run()
    at.button(key="reset").click().run()
    assert not at.exception and at.session_state["drafts"][1].identity == Draft(1, "A").identity


@pytest.mark.slow
def test_a_link_opens_its_scenario_and_a_bad_one_says_why(first_page):
    first_page.query_params["s"] = ["mine~funding.rule:matching~seeds:2~county.villages:3~county.elders:20"]
    first_page.session_state["live"] = False
    at = first_page.run()
    (draft,) = at.session_state["drafts"]
    assert not at.exception and (draft.name, draft.seeds) == ("mine", 2)
    assert draft.value("funding.rule") == "matching" and at.info[0].value.startswith("Nothing has been run")
    at.query_params["s"] = ["mine~funding.rule:machting"]
    at.run()
    assert not at.exception and "did you mean matching?" in at.warning[0].value.replace("\\", "")
    assert at.session_state["drafts"][0].identity == Draft(1, "A").identity


def test_what_is_held_off_the_page_is_found_by_a_word():
    pytest.importorskip("streamlit", reason="the extra dashboard is not installed")
    from experiments.dashboard.levels import matching

    assert matching("taper", "en")[0] == "funding.taper" and not {*state.FROM_FILES} & {*matching("", "en")}
    assert "timebank.expiry" in matching("过期", "zh") or matching("时间银行", "zh")
    assert set(matching("", "en")) == set(Parameters().flat()) - {*state.FROM_FILES}
