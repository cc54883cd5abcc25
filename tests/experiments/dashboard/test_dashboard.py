"""The dashboard without a browser.

Shares, drafts, tables, reasons, files, the engine; and the page by Streamlit's AppTest.
"""

from __future__ import annotations

import io
import os
import re
import signal
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

import run
from experiments import reference
from experiments.command import template
from experiments.command.border_file import rings_of
from experiments.command.catalogue import ROOT
from experiments.command.scenario import CONFIGS, Mistake, known, options
from experiments.dashboard import address, measures, state, story, words, workbook
from experiments.dashboard.shares import SHARES, moved, whole
from experiments.dashboard.state import Draft
from experiments.report import style
from experiments.report.village_names import village_names
from experiments.study.simulate import simulate_many
from experiments.study.store import Results, RunRecord
from sim.state.parameters import SECTIONS, ParameterError

TINY = {
    "county.villages": 3,
    "county.elders": 20,
    "horizon.end": "2027-12",
    "horizon.spin_up": 2,
    "county.facility_share": 1.0,
    "county.size_spread": 0.0,
}
NEVER = -9999


def draft(**changes: object) -> Draft:
    made = Draft(1, "mine", {}, seeds=2)
    made.change({**TINY, **{k.replace("__", "."): v for k, v in changes.items()}})
    return made


# -- shares and drafts
# -------------------------------------------------------------------------------------------------
def test_one_payer_takes_the_rest_and_a_locked_one_stays_by_hand():
    now = {"a": 0.25, "b": 0.15, "c": 0.50, "d": 0.10}
    assert moved(now, "a", 40, "c") == {"a": 0.40, "b": 0.15, "c": 0.35, "d": 0.10}
    assert moved(now, "a", 5, "c") == {"a": 0.05, "b": 0.15, "c": 0.70, "d": 0.10}
    # 90 asked for: c has 50 to give, b and d (15 and 10) give the other 15 in proportion: 6 and 4 stay
    assert moved(now, "a", 90, "c") == {"a": 0.90, "b": 0.06, "c": 0.0, "d": 0.04}
    assert moved(now, "a", 90, "c", {"b"}) == {"a": 0.85, "b": 0.15, "c": 0.0, "d": 0.0}  # b keeps its 15
    assert moved(now, "a", 90, "a", {"b", "c", "d"}) == now  # nobody may give
    assert moved(now, "d", 0, "a", {"b", "c"}) == {"a": 0.35, "b": 0.15, "c": 0.50, "d": 0.0}


def test_shares_always_sum_to_one_whatever_is_moved_and_locked_ones_stay():
    rng, now = np.random.default_rng(3), {k: 0.25 for k in SHARES}
    made = draft()
    for _ in range(300):
        path, rest = (str(one) for one in rng.choice(list(now), 2, replace=False))
        locked = {one for one in now if one not in (path, rest) and rng.random() < 0.4}
        before, now = now, moved(now, path, float(rng.integers(0, 10_001)) / 100, rest, locked)
        made.change(now)
        made.parameters()  # refuses what does not sum to one
        assert abs(sum(now.values()) - 1) < 1e-12 and min(now.values()) >= 0
        assert {one: now[one] for one in locked} == {one: before[one] for one in locked}


def test_whole_numbers_by_largest_remainder_by_hand():
    assert whole(np.array([1, 1, 1]), 100).tolist() == [34, 33, 33]
    assert whole(np.array([0.184, 0.216, 0.6]), 100).tolist() == [18, 22, 60]
    assert whole(np.array([0, 0]), 5).tolist() == [3, 2]


def test_a_preset_puts_its_group_and_nothing_else():
    made = draft(timebank__welcome=7.0)
    state.choose(made, "funding", "no_money")
    assert (
        made.value("funding.rule") == "none"
        and made.value("funding.residual") == "none"
        and state.chosen(made.values, "funding") == "no_money"
    )
    state.choose(made, "funding", "jiangxi")
    assert (
        made.value("funding.residual") == "collective_families"
        and made.value("funding.share_families") == 0.60
        and made.value("timebank.welcome") == 7.0
    )
    made.change({"funding.taper": 7})
    assert state.chosen(made.values, "funding") == ""


def test_a_draft_saved_and_loaded_is_the_same_and_short():
    made = draft(funding__rule="matching")
    made.seed, made.draws, made.policies = 5, "prior", ["oldest_free", "lighter_fees"]
    back = state.loaded(made.yaml(), 2, "mine")
    assert (back.values, back.settings()) == (made.values, made.settings())
    assert state.loaded("funding:\n  taper: 7\n", 3, "x") == Draft(3, "x", {"funding.taper": 7})
    made.change({"funding.rule": "fixed_shares"})
    assert "rule" not in made.yaml()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("seeds: 0\n", "seeds = 0"),
        ("seeds: true\n", "seeds"),
        ("seed: -1\n", "seed = -1"),
        ("draws: 3\n", "allowed here are calibrated, prior, none"),
        ("policy: [oldest_fre]\n", "did you mean oldest_free?"),
        ("county:\n  _target_: x\n", "_target_"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(text, sentence):
    with pytest.raises((Mistake, ParameterError), match=re.escape(sentence)):
        state.loaded(text, 1, "x")


def test_a_county_too_large_for_the_page_is_sent_to_the_command_line():
    with pytest.raises(Mistake, match=r"run\.py"):
        draft(county__villages=2_000).tasks()


# -- villages from a file
# ----------------------------------------------------------------------------------------------
def test_the_template_is_a_table_that_can_be_used():
    made, book = draft(), template.content("villages", False, ".xlsx")
    assert state.take_villages(made, book, "villages.xlsx").faults == ()
    p = made.parameters()
    assert p.county.villages == 3 and [one.listed for one in village_names(p).values()] == [
        "1 Upper Village",
        "2 Bridge Village",
        "3 Stone Slope",
    ]


def test_a_bad_table_leaves_the_villages_as_they_were():
    made = draft()
    before = dict(made.values)
    faults = state.take_villages(made, b"number,kind\n1,scenik\n2,craft\n", "v.csv").faults
    assert [(f.row, f.column) for f in faults] == [(2, "kind")] and made.values == before


def own_county() -> Draft:
    """The template's three villages."""
    made = draft()
    state.take_villages(made, template.content("villages", False, ".xlsx"), "villages.xlsx")
    return made


BORDERS = template.content("borders", False, ".geojson")  # of its first two villages


def test_borders_are_laid_on_the_plane_of_the_villages_and_go_with_them():
    """As the command reads both files; squares of a fiftieth of a degree, 2.2 km from south to north."""
    made = own_county()
    before = made.value("given.villages")
    notes = state.take_borders(made, {"mine.geojson": BORDERS})
    assert [note.english for note in notes] == ["1 villages have no border"]
    rings = rings_of(made.parameters().given.borders)
    assert {*rings} == {1, 2} and made.value("given.villages") == before  # who have places of their own
    assert np.ptp(rings[1][0][:, 1]) == pytest.approx(0.02 * 110.9, rel=0.01)
    assert "given" not in address.part(made)  # long, and a village's own
    again = state.loaded(made.yaml(), 2, "again")
    assert again.value("given.borders") == made.value("given.borders")
    state.take_villages(made, template.content("villages", False, ".xlsx"), "other.xlsx")
    assert not made.value("given.borders")  # other villages have other borders
    state.take_borders(made, {"mine.geojson": BORDERS})
    state.without_villages(made)
    assert not made.value("given.borders") and not made.value("given.villages") and made.plane is None


def test_villages_without_places_take_those_of_their_borders_once_and_again():
    made = draft()
    state.take_villages(made, b"name\nUpper Village\nBridge Village\n", "v.csv")
    state.take_borders(made, {"mine.geojson": BORDERS})
    first = made.value("given.villages")
    assert "east,north" in first
    state.take_borders(made, {"mine.geojson": BORDERS})
    assert made.value("given.villages") == first


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.geojson": b"{}"}, "a GeoJSON FeatureCollection is wanted"),
        ({"a.dbf": b""}, "one file .* is wanted"),
        ({"a.geojson": BORDERS, "b.geojson": BORDERS}, "one file .* is wanted"),
        ({"a.geojson": b'{"features": []}'}, "no border bears the name or code of a village"),
    ],
)
def test_bad_borders_leave_the_villages_as_they_were(files, said):
    made = own_county()
    before = dict(made.values)
    with pytest.raises(state.Mistake, match=said):
        state.take_borders(made, files)
    assert made.values == before


# -- results, from rows made by hand
# -----------------------------------------------------------------------------------
def outcome(replicate: int, verdicts: list[str], mutual: list[int], closures: list[int]) -> RunRecord:
    n, months = len(verdicts), 36
    rows = pd.DataFrame(
        {
            "scenario": "baseline",
            "arm": "main",
            "replicate": replicate,
            "village": range(1, n + 1),
            "kind": "plain",
            "strength": "weak",
            "verdict": verdicts,
        }
    )
    rows["closures"], rows["closed"] = closures, [20 if c else NEVER for c in closures]
    rows["cause"], rows["solvent"], rows["hours_met"], rows["visits_met"] = 5, False, True, True
    for year in (2025, 2026, 2027):
        rows[f"class_{year}"] = [0 if v == "viable" else 3 for v in verdicts]
    rows = rows.assign(
        mutual_minutes=mutual,
        eligible_minutes=100,
        public_fen=20_000,
        elder_years_helped=[2.0] * n,
        business_income_fen=100,
        table_months=12,
        open_months=24,
        station_class=["viable" if v == "viable" else "not_open" for v in verdicts],
    )
    rows = rows.assign(
        paid_government_fen=300, paid_collective_fen=0, paid_families_fen=100, paid_society_fen=0
    )
    series = pd.DataFrame(
        [
            {"replicate": replicate, "month": t, "village": v, "level": int(t < 20)}
            for t in range(months)
            for v in range(1, n + 1)
        ]
    )
    for name, fen in (
        ("volunteers", 1),
        ("diners", 2),
        ("mutual_minutes", 60),
        ("elders", 9),
        ("cost_fen", 1_000),
        ("cash_fen", 500),
        ("payables_fen", 700),
        ("pledged_fen", 900),
        ("business_income_fen", 0),
    ):
        series[name] = fen
    series["paid_government_fen"], series["paid_families_fen"] = 100 * series["month"], 50
    series["paid_collective_fen"] = series["paid_society_fen"] = 0
    import pyarrow as pa

    return RunRecord(
        {"replicate": replicate, "seed": 10 + replicate, "error": "", "origin": ""},
        pa.Table.from_pandas(rows),
        pa.Table.from_pandas(series),
    )


@pytest.fixture
def two():
    """Two scenarios of two seeds and two villages."""
    a = state.result(
        draft(),
        [
            outcome(0, ["viable", "closed"], [50, 10], [0, 1]),
            outcome(1, ["closed", "closed"], [10, 10], [1, 1]),
        ],
    )
    b = state.result(
        draft(),
        [
            outcome(0, ["viable", "viable"], [50, 30], [0, 0]),
            outcome(1, ["viable", "closed"], [10, 10], [0, 1]),
        ],
    )
    return a, b


def test_figures_by_hand(two):
    found = measures.answer_of(two[0]).figures()
    assert found["viable"].mean == 25 and found["closed"].mean == 75  # (1/2 + 0) / 2
    assert found["hours"].mean == 20  # (60 + 20) / 2 of 200 each
    assert found["public"].mean == 100  # 40,000 fen over 4 years
    assert (found["viable"].low, found["viable"].high) == (
        0,
        100,
    )  # t of one degree of freedom, 12.7 x 25, cut at the ends
    assert found["hours"].high == pytest.approx(100) and found["public"].low == found["public"].high == 100


def test_differences_are_paired_by_seed_by_hand(two):
    found = measures.differences(*map(measures.answer_of, two))
    assert (
        found["viable"].mean == 50 and found["viable"].low == found["viable"].high == 50
    )  # +50 under both seeds
    assert found["hours"].mean == 5 and found["public"].mean == 0  # +10 and 0


def test_classes_and_money_sum_to_one(two):
    table = state.classes(two[0].rows)
    assert (
        np.allclose(table.groupby("year")["share"].sum(), 1)
        and table.loc[table["class"] == "viable", "share"].tolist() == [0.25] * 3
    )
    assert state.money(two[0].rows).set_index("source")["share"].to_dict() == {
        "government": 0.6,
        "collective": 0.0,
        "families": 0.2,
        "society": 0.0,
        "business": 0.2,
    }


def test_the_fan_follows_the_months_by_hand(two):
    fan = state.fan(two[0], "in_service")
    assert fan["median"].tolist() == [100.0] * 20 + [0.0] * 16 and str(fan["month"].iloc[-1])[:7] == "2027-12"
    assert set(state.fan(two[0], "mutual_hours")["median"]) == {1.0}


def test_why_a_village_closed_by_hand(two):
    told = story.story(two[0], 0, 2)
    assert (told.closed, told.causes, told.missed) == (
        "2026-09",
        ["money", "helpers"],
        [],
    )  # month 20, bits 1 and 4
    sums = told.sums()
    assert (
        sums["government"] == sum(range(9, 21))
        and sums["families"] == 12 * 0.5
        and sums["cost"] == 120
        and sums["pledged"] == 108
    )
    assert sums["paid_in"] == sums["government"] + 6
    assert story.worst(two[0]) == (0, 2)
    fine = story.story(two[0], 0, 1)
    assert (fine.closed, fine.causes, fine.missed, fine.stop) == ("", [], [], 35)


class Inline:
    """Works out in this process what the dashboard leaves to its own."""

    def __init__(self):
        self.memory, self.asked = {}, []

    def run(self, tasks):
        new = [t for t in tasks if t.run not in self.memory]
        self.asked.append(len(new))
        self.memory |= {t.run: o for t, o in zip(new, simulate_many(new), strict=True)}
        return iter(())

    def known(self, task):
        return self.memory.get(task.run)


def sections(page, *names):
    """The parts of a report that say what was found."""
    parts = re.findall(r"<section.*?</section>|<details.*?</details>", page, re.DOTALL)
    return [next(part for part in parts if f'<h2 id="{name}">' in part) for name in names]


@pytest.mark.slow
def test_the_report_is_the_page_that_the_command_line_makes_of_the_saved_file(tmp_path, capsys):
    """Three reports with all their figures: 20 s."""
    from experiments.dashboard import report

    made, other, engine = draft(), draft(funding__taper=7), Inline()
    engine.run([*made.tasks(), *other.tasks()])
    mine, theirs = (state.result(d, [engine.known(t) for t in d.tasks()]) for d in (made, other))
    page = report.write(mine, made, [], "en", engine)
    assert engine.asked[1] == 0  # what the screen shows is not run again
    (tmp_path / "mine.yaml").write_text(made.yaml())
    assert (
        run.main(
            [
                "experiment=baseline",
                f"scenario={tmp_path}/mine.yaml",
                f"out={tmp_path}",
                "workers=1",
                "progress=false",
            ]
        )
        == 0
    )
    assert run.main(["report", f"study={tmp_path}/baseline"]) == 0
    (there,) = (tmp_path / "baseline").glob("*/report.html")
    names = ("question", "answer", "tables", "figures", "failures", "limits", "numbers", "parameters")
    assert sections(page, *names) == sections(there.read_text(), *names)
    assert (
        "scenario=mine.yaml" in page
        and str(tmp_path) not in page
        and "forecast" not in page
        and "95 % over 2 seeds" in re.sub(r"<[^>]*>", "", page)  # words of the glossary are marked
    )

    beside = report.write(mine, made, [theirs], "zh", engine)
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(https?:)?//""", beside)
    assert beside.count("<script>") == beside.count("<script") == 1  # its own, allowed by its digest
    assert (
        "相同运气下逐个种子比较" in beside and "+0.0 (+0.0 – +0.0)" in beside
    )  # fixed shares do not taper: nothing differs
    capsys.readouterr()


def test_the_workbook_holds_the_figures_that_are_shown(two):
    pytest.importorskip("openpyxl", reason="the extra dashboard is not installed")
    sheets = pd.read_excel(io.BytesIO(workbook.excel(two[0], draft())), sheet_name=None)
    shown, found = sheets["figures"].set_index("figure")["mean"], measures.answer_of(two[0]).figures()
    by_hand = {"viable": 25, "closed": 75, "hours": 20, "public": 100, "tables": 1}
    assert {name: shown[words.said(f"m_{name}", "en")] for name in by_hand} == by_hand
    assert len(shown) == len(found) and len(sheets["villages"]) == 4
    assert dict(sheets["set"][["path", "value"]].to_numpy())["county.villages"] == "3"


def test_downloads_hold_names_and_yuan_in_the_language_of_the_page(two):
    """20,000 fen are 200 yuan; the first three bytes are the mark of UTF-8."""
    pytest.importorskip("openpyxl", reason="the extra dashboard is not installed")
    table = "number,name,code\n1,上王村,320112001201\n2,,\n"
    made = draft(given__villages=table, county__villages=2)
    mine = replace(two[0], parameters=made.parameters())
    text = workbook.villages_csv(mine, "zh")
    assert text.encode()[:3] == b"\xef\xbb\xbf"
    rows = pd.read_csv(io.StringIO(text.removeprefix("\ufeff")), dtype=str, keep_default_na=False)
    assert (
        rows["村名"].tolist() == ["上王村", ""] * 2 and rows["区划代码"].tolist() == ["320112001201", ""] * 2
    )
    assert rows["公共支出（元）"].tolist() == ["200.0"] * 4 and set(rows["类型"]) == {"普通村"}
    sheets = pd.read_excel(io.BytesIO(workbook.excel(mine, made, "zh")), sheet_name=None, dtype=str)
    assert list(sheets) == ["指标", "类别", "资金", "村庄", "设定"]
    assert sheets["村庄"]["区划代码"].dropna().tolist() == ["320112001201"] * 2
    assert style.tell("en", "zh") == "en"  # spoken is again what was before


# -- words ---------------------------------------------------------------------------------------------------
# ----------
def test_every_sentence_takes_the_same_values_in_both_languages():
    for key, (english, chinese) in words.SAID.items():
        holes = [set(re.findall(r"{(\w+)}", text)) for text in (english, chinese)]
        assert holes[0] == holes[1], key
        assert re.search(r"[\u4e00-\u9fff]|^CSV$", chinese), key
    assert set(words.LABELS) <= set(known())


def chinese(text):
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_every_option_choice_and_unit_has_words_in_both_languages():
    shown = [o for names in options().values() for o in names] + [
        c for d in known().values() for c in d.choices
    ]
    assert [o for o in shown if not chinese(words.word(o, "zh"))] == []
    assert [o for o in shown if "_" in words.word(o, "en") or chinese(words.word(o, "en"))] == []
    for group, names in options().items():  # two presets of one group are told apart
        for code in words.LANGUAGES:
            assert len({words.word(o, code) for o in names}) == len(names), (group, code)
    assert {d.unit for d in known().values()} - set(style.chinese_names()["units"]) == set()


def test_every_parameter_and_section_has_a_chinese_name_and_no_name_is_left_over():
    named = style.chinese_names()
    assert set(known()) - set(named["parameters"]) == set() == set(named["parameters"]) - set(known())
    assert set(named["sections"]) == set(SECTIONS) and {d.unit for d in known().values()} == set(
        named["units"]
    )
    assert [
        k for part in ("sections", "parameters") for k, text in named[part].items() if not chinese(text)
    ] == []
    in_section = [(path.partition(".")[0], text) for path, text in named["parameters"].items()]
    assert [
        x for x in set(in_section) if in_section.count(x) > 1
    ] == []  # controls stand beside each other there


def test_chinese_help_says_name_unit_range_and_grade_before_the_english_text():
    text = words.helped(known()["timebank.credit_per_hour"], "zh")
    order = [
        "付出一小时得。",
        "单位：小时/小时。",
        "允许：0 – 2。",
        "来源等级 B：报道。",
        known()["timebank.credit_per_hour"].doc,
        "one hour for one hour",
        "timebank.credit_per_hour",
    ]
    assert [text.find(w) for w in order] == sorted(text.find(w) for w in order) and text.startswith(order[0])
    assert (
        words.label(known()["government.ceiling"], "zh") == "每村运营补贴上限（2025 年名义值，元/年）"
    )  # one pair of brackets


def test_every_policy_is_described_in_chinese():
    texts = [
        yaml.safe_load((CONFIGS / "policy" / f"{name}.yaml").read_text(encoding="utf-8"))["description"]
        for name in options()["policy"]
    ]
    assert [t for t in texts if not chinese(style.translated().get(t, ""))] == []
    assert [o for o in options()["policy"] if not chinese(style.translated().get(style.words(o), ""))] == []


def test_every_sentence_that_the_screen_says_is_there():
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "experiments" / "dashboard").glob("*.py")
    )
    said = set(re.findall(r"""\bsa(?:y|id)\(["'](\w+)["']""", text))
    assert len(said) > 40 and said - set(words.SAID) == set()


def test_help_names_unit_range_source_and_grade():
    text = words.helped(known()["timebank.credit_per_hour"], "en")
    assert all(
        w in text
        for w in (
            "hours/hour",
            "0 – 2",
            "one hour for one hour",
            "grade B: reported",
            "timebank.credit_per_hour",
        )
    )


# -- the same bytes as run.py
# ------------------------------------------------------------------------------------------
def table_of(folder):
    (study,) = (folder / "baseline").iterdir()
    rows = Results(study).villages()
    return rows[(rows["arm"] == "main") & (rows["scenario"] != "reference")].to_csv(index=False)


def kept_of(result):
    """Villages of every run without what the dashboard adds, as run.py keeps them."""
    added = ["weight", *(name for name in reference.ADDED if name in result.rows)]
    return result.rows.drop(columns=added).to_csv(index=False)


def test_the_dashboards_runs_are_run_pys_byte_for_byte(tmp_path, capsys):
    """One scenario with given villages and drawn parameters.

    Run.py reads the file that the dashboard saves.
    """
    from experiments.study.simulate import simulate_many

    made = draft(given__villages="number,elders\n1,25\n2,\n3,\n", funding__rule="matching")
    made.draws, made.policies = "prior", ["price_indexation", "assistance_posts"]
    file = tmp_path / "mine.yaml"
    file.write_text(made.yaml(), encoding="utf-8")
    assert (
        run.main(
            ["experiment=baseline", f"scenario={file}", f"out={tmp_path}", "workers=1", "progress=false"]
        )
        == 0
    )
    capsys.readouterr()
    mine = state.result(made, simulate_many(made.tasks()))
    assert mine.seeds == 2 and kept_of(mine) == table_of(tmp_path)


# -- the engine
# --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def engine():
    """Two processes, ended when the tests are done."""
    from experiments.dashboard.engine import BackgroundRuns

    made = BackgroundRuns()
    yield made
    made.close()


@pytest.mark.slow
def test_only_what_changed_is_run_again_and_a_dead_worker_is_replaced(engine):
    made = draft()
    assert list(engine.run(made.tasks()))[-1] == 4 and engine.ready  # two seeds, each with its reference
    assert list(engine.run(made.tasks())) == [4]  # all known: nothing is sent to a process
    made.seeds = 4
    steps = engine.run(made.tasks())
    assert next(steps) == 4
    next(steps)
    for process in list(engine._pool._processes.values()):
        os.kill(process.pid, signal.SIGKILL)
    assert list(steps)[-1] == 8 and all(not engine.known(t).row["error"] for t in made.tasks())


@pytest.mark.slow
def test_a_cancelled_run_keeps_what_was_finished(engine):
    made = draft(funding__taper=9)
    made.seeds = 12
    steps = engine.run(made.tasks())
    while next(steps) < 2:
        pass
    steps.close()
    kept = sum(engine.known(t) is not None for t in made.tasks())
    assert 2 <= kept <= next(engine.run(made.tasks())) < 12  # what was under way is kept too


@pytest.mark.slow
def test_what_is_shown_begins_before_it_is_asked_for_and_gives_way_to_what_is_shown_next(engine):
    early, next_ = draft(funding__taper=11), draft(funding__taper=12)
    early.seeds = next_.seeds = 12
    engine.ahead(early.tasks())
    engine.ahead(next_.tasks())
    end = time.monotonic() + 120
    while any(engine.known(t) is None for t in next_.tasks()):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert list(engine.run(next_.tasks())) == [24]  # twelve seeds, each with its reference
    assert sum(engine.known(t) is not None for t in early.tasks()) < 24


# -- the page, without a browser
# ---------------------------------------------------------------------------------------
@pytest.fixture
def page():
    """The page of a session with a tiny county."""
    pytest.importorskip("streamlit", reason="the extra dashboard is not installed")
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(ROOT / "experiments/dashboard/app.py"), default_timeout=300)
    at.session_state["drafts"], at.session_state["uid"] = [draft()], 1
    at.session_state["results"] = {}
    return at


@pytest.mark.slow
def test_a_planners_way_through_the_page(page):
    at = page.run()
    assert not at.exception and len(at.metric) == len(measures.MEASURES)  # a short run begins by itself
    assert re.match(r"Of 100 villages \d+ open a station by 2027", at.subheader[0].value)
    payers = ("Government", "Village collective", "Families", "Society")

    def box(name):
        return next(one for one in at.number_input if one.label == f"{name}, %")

    assert [box(name).value for name in payers] == [25, 15, 50, 10] and box("Families").disabled
    at.toggle(key="live").set_value(False).run()
    box("Government").set_value(40).run()
    assert [box(name).value for name in payers] == [40, 15, 35, 10]  # families take the rest
    at.checkbox(key=f"1/lock/{SHARES[3]}").set_value(True).run()
    assert box("Society").disabled
    box("Government").set_value(90).run()
    assert [box(name).value for name in payers] == [90, 0, 0, 10]  # the locked tenth stays
    assert at.warning[0].value.startswith("Settings have changed")
    at.button(key="undo").click().run()
    assert [box(name).value for name in payers] == [40, 15, 35, 10]
    assert "funding.share_government:0.4" in "".join(at.query_params["s"])
    next(b for b in at.sidebar.button if b.label == "Copy").click().run()
    assert at.selectbox(key="current").value == 2
    box("Government").set_value(20).run()
    at.button(key="run").click().run()
    for tab in ("Compare", "Over time", "Map", "Villages", "Why?", "Download"):
        at.session_state["tab"] = tab
        at.run()
        assert not at.exception, tab
        if tab == "Compare":
            assert any(
                "of 100 villages open to the end" in one.value.replace("\\", "") for one in at.markdown
            )
            differs = at.table[0].value
            assert list(differs.columns) == ["mine", "A"] and differs.loc["Government"].tolist() == [
                "40 \\%",
                "20 \\%",
            ]
    at.session_state["language"] = "zh"
    at.run()
    assert not at.exception and at.title[0].value == words.SAID["title"][1]


@pytest.mark.slow
def test_what_does_not_fit_together_is_said_and_nothing_breaks(page):
    at = page.run()
    at.session_state["drafts"][0].values["horizon.end"] = "2024-12"
    at.run()
    said = " ".join(error.value for error in at.error).replace("\\", "")  # signs of Markdown are escaped
    assert not at.exception and "end 2024-12 is before start" in said


# -- starting
# ----------------------------------------------------------------------------------------------------------
def test_a_wrong_port_or_a_missing_extra_gets_one_sentence(capsys, monkeypatch):
    from experiments.command import serve

    for words_, sentence in (
        (["dashboard", "port=80"], "port=1024"),
        (["dashboard", "prot=8501"], "port=1024"),
        (["live", "port=x"], "port=1024"),
    ):
        monkeypatch.setattr(serve, "need", lambda *_: None)
        assert run.main(words_) == 1 and sentence in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda _: None)
    assert run.main(["dashboard"]) == 1 and "pip install -e '.[dashboard]'" in capsys.readouterr().err


def test_the_servers_listen_here_only_and_send_no_statistics(monkeypatch):
    from experiments.command import serve

    seen = []
    monkeypatch.setattr(serve, "need", lambda *_: None)
    monkeypatch.setattr(serve, "become", lambda command, more=None: seen.append((command, more)))
    serve.dashboard(["port=8599"])
    serve.live(["port=8598", "report.language=zh"])
    assert seen == [
        (["-m", "experiments.dashboard.served", "8599"], None),
        (
            ["-m", "experiments.live.served", "8598"],
            {"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "MUTUAL_AID_LANGUAGE": "zh"},
        ),
    ]
    with pytest.raises(
        Mistake,
        match=r"'report.language=cn': allowed is port=1024 to port=65535 and report.language=en or zh",
    ):
        serve.live(["report.language=cn"])
