"""Tables for people: names and codes, yuan, hours and words; files that a Chinese spreadsheet opens."""

import pandas as pd
import pytest

import run
from experiments import reference
from experiments.command import village_file
from experiments.command.settings import Mistake
from experiments.command.village_number import in_numbers, number_of
from experiments.report import reading, reading_files, style
from experiments.report.figures_time import _span
from experiments.report.text import layout
from experiments.report.village_names import VillageName, are_named, called, village_names
from experiments.report.village_table import by_village
from experiments.sensitivity.table_file import read_table
from experiments.study.store import Results
from sim.state.codes import NEVER
from sim.state.parameters import Parameters

TABLE = (
    "number,name,code,kind,strength\n1,上王村,320112001201,scenic,weak\n2,,320112001202,,\n3,,,plain,rich\n"
)
GIVEN = Parameters().replace({"given.villages": TABLE, "county.villages": 3})
PLAIN = Parameters().replace({"county.villages": 3})
MARK = b"\xef\xbb\xbf"  # of UTF-8


def rows(**more) -> pd.DataFrame:
    """Two villages of one seed."""
    fate = {
        "judged": ["viable", "closed"],
        "cause": [0, 3],
        "solvent": True,
        "hours_met": True,
        "visits_met": True,
    }
    return pd.DataFrame(
        {
            "scenario": "baseline",
            "arm": "main",
            "replicate": 0,
            "village": [1, 2],
            "kind": ["scenic", "near_town"],
            **fate,
            **more,
        }
    )


def read(frame: pd.DataFrame, parameters: Parameters = GIVEN, code: str = "en") -> pd.DataFrame:
    with style.speaking(code):
        return reading.table(frame, {"baseline": parameters}, reading.in_order(frame))


# -- how a village is called
# ----------------------------------------------------------------------------------------------------------
def test_a_village_is_called_by_its_name_else_by_its_number():
    first, second, third = village_names(GIVEN).values()
    assert first.full == "上王村, village 1, 320112001201" and second.full == "village 2, 320112001202"
    assert (third.full, third.listed, first.listed) == ("village 3", "3", "1 上王村")
    with style.speaking("zh"):
        assert first.full == "上王村，1 号村，320112001201" and third.full == "3 号村"
    assert called(PLAIN, 2).full == "village 2" and called(GIVEN, 9).full == "village 9"
    assert are_named(GIVEN) and not are_named(PLAIN)


def test_a_label_in_a_figure_is_short_and_no_formula():
    assert VillageName(1, "A" * 30).drawn == "A" * 13 + "…"
    assert VillageName(1, "$x$").drawn == r"\$x\$" and VillageName(4).drawn == "4"


def test_signs_that_steer_a_terminal_stay_out_of_a_name():
    evil = GIVEN.replace({"given.villages": "number,name\n1,\x1b[31mred\n2,\n3,\n"})
    assert village_names(evil)[1].name == r"\x1b[31mred"


def test_columns_of_a_terminal_line_up_under_chinese_signs():
    """A Chinese sign takes two columns."""
    assert layout([["村", "n"], ["abcd", "10"]]) == "村     n\nabcd  10"


# -- words, yuan, hours
# ----------------------------------------------------------------------------------------------------------
def test_money_is_in_yuan_time_in_hours_and_codes_are_words():
    found = read(
        rows(public_fen=[123_456, 5], mutual_minutes=[90, 0], open_end=[True, False], open_months=[18, 0])
    )
    assert found["public money, yuan"].tolist() == [1234.56, 0.05]
    assert found["mutual aid, hours"].tolist() == [1.5, 0.0]
    assert found["years with an open station"].tolist() == [1.5, 0.0]
    assert found["station open at the end"].tolist() == ["yes", "no"]
    assert found["kind"].tolist() == ["scenic", "near town"]
    assert found["name"].tolist() == ["上王村", ""] and found["code"].tolist() == [
        "320112001201",
        "320112001202",
    ]
    assert found["seed"].tolist() == [1, 1]
    assert found["why not viable"].tolist() == ["", "closed: money; closed: users"]  # bits one and two


def test_the_same_in_chinese():
    found = read(rows(public_fen=[100, 0]), code="zh")
    assert found["公共支出（元）"].tolist() == [1.0, 0.0] and found["类型"].tolist() == ["景区村", "近郊村"]
    assert found["村名"].tolist() == ["上王村", ""] and found["期末类别"].tolist() == ["可持续", "已关闭"]


def test_without_names_there_are_no_columns_of_names():
    assert not {"name", "code"} & set(read(rows(), PLAIN))


def test_months_are_dates():
    """Month 13 of a run from January 2025 is February 2026; a closure before the start is none of the run."""
    found = read(rows(closures=[1, 1], closed=[13, -3]))
    assert found["last closure"].iloc[0] == "2026-02" and pd.isna(found["last closure"].iloc[1])
    never = read(rows(closures=[0, 0], closed=[NEVER, NEVER]))
    assert never["last closure"].isna().all()
    monthly = pd.DataFrame(
        {"scenario": "baseline", "arm": "main", "month": [0, 12], "village": 1, "level": [0, 3]}
    )
    found = read(monthly)
    assert found["month"].tolist() == ["2025-01", "2026-01"] and found["service"].tolist() == [
        "none",
        "canteen",
    ]


def test_names_are_those_of_the_rows_own_scenario():
    other = GIVEN.replace({"given.villages": "number,name\n1,Other\n2,\n3,\n"})
    both = pd.concat([rows(), rows().assign(scenario="second")], ignore_index=True)
    found = reading.table(both, {"baseline": GIVEN, "second": other}, reading.in_order(both))
    assert found["name"].tolist() == ["上王村", "", "Other", ""]


def test_a_name_that_a_spreadsheet_would_run_stays_a_text():
    evil = GIVEN.replace({"given.villages": "number,name\n1,=1+1\n2,\n3,\n"})
    assert read(rows(), evil)["name"].tolist() == ["'=1+1", ""]


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_no_two_columns_have_one_heading(code):
    needs = [f"{who}_{kind}_minutes" for who in reading.MET for kind in reading.KINDS]
    with style.speaking(code):
        heads = [reading.heading(name) for name in (*reading.HEADS, *needs)]
    assert len(set(heads)) == len(heads)


def test_a_summary_is_headed_by_outcomes_only_where_it_compares_arms():
    """Elsewhere `public` may be yuan a village and year."""
    names = {"condition": ["as written"], "arm": ["main"], "cell": ["all"], "replicate": [0]}
    compared = pd.DataFrame({**names, "public": [1.0], "viable": [0.5]})
    with style.speaking("zh"):
        found, other = (reading_files.summary(one) for one in (compared, compared.drop(columns="condition")))
    assert list(found)[:4] == ["条件", "支", "村的类别", "种子"]
    assert list(found)[4:] == ["每受助老人年公共支出（元）", "期末可持续的村（比例）"]
    assert found.iloc[0].tolist()[:4] == ["按所写设定", "主运行", "全部", 1]
    assert "public" in other and found["期末可持续的村（比例）"].tolist() == [0.5]
    fen = pd.DataFrame({"cost_fen": [250]})
    assert reading_files.summary(fen)["running cost, yuan"].tolist() == [2.5]


# -- village by village
# ----------------------------------------------------------------------------------------------------------
def test_village_by_village_by_hand():
    """Two seeds: village 1 viable in one of them, 3,000 yuan over the years of the horizon each."""
    years = GIVEN.horizon.months / 12
    first = rows(strength="weak", public_fen=[300_000, 0], station_closures=[0, 1], closures=0)
    second = first.assign(replicate=1, judged=["never_opened", "closed"])
    found = by_village(pd.concat([first, second]), GIVEN)
    assert found is not None and found.columns[:2] == ["village", "code"]
    yuan = f"{3000 / years:,.0f}"
    assert found.rows[0] == [
        "1 上王村",
        "320112001201",
        "scenic",
        "weak",
        "viable",
        "never opened",
        "50",
        "0",
        yuan,
    ]
    assert found.rows[1][-3:] == ["0", "100", "0"] and found.rows[1][5] == "closed: money"
    assert by_village(first, PLAIN) is None


def test_the_map_shows_villages_wherever_they_lie():
    assert _span(pd.Series([0.0, 30.0])) == (-1.5, 31.5)
    low, high = _span(pd.Series([100.0, 140.0]))
    assert (low, high) == (96.5, 143.5)  # 1.5 km and a twentieth of 40 on each side


# -- policies name villages
# ----------------------------------------------------------------------------------------------------------
def test_a_policy_may_name_villages_by_name_or_code():
    line = {"path": "canteen.food", "scale": 0.9, "villages": [2, "3", 320112001202]}
    found = in_numbers({"villages": ["上王村"], "modifiers": [line]}, GIVEN, "policy mine")
    assert found["villages"] == [1] and found["modifiers"][0]["villages"] == [2, 3, 2]
    assert line["villages"] == [2, "3", 320112001202]  # the file's own table is left as it was
    odd = GIVEN.replace({"given.villages": "number,name\n1,2\n2,\n3,\n"})
    assert in_numbers({"villages": [2, "2"]}, odd, "policy mine")["villages"] == [2, 1]  # a number stays one
    with pytest.raises(Mistake, match="policy mine: villages = '上土村'.*did you mean 上王村"):
        in_numbers({"villages": ["上土村"]}, GIVEN, "policy mine")
    twice = GIVEN.replace({"given.villages": "number,name\n1,A\n2,A\n3,\n"})
    with pytest.raises(Mistake, match="2 villages are called so, numbers 1, 2"):
        number_of(twice, "A")


# -- a study with names
# ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A baseline of three given villages, exported in both languages."""
    folder = tmp_path_factory.mktemp("named")
    file = folder / "村表.csv"
    file.write_text(
        "村名,区划代码,类型\n上王村,320112001201,景区\n下王村,320112001202,\n桥头,320112001203,普通\n",
        encoding="gb18030",
    )
    small = ["county.elders=20", "horizon.spin_up=0", "horizon.end=2026-12", "seeds=2", "draws=none"]
    words = [
        "experiment=baseline",
        f"given.villages={file}",
        *small,
        "workers=1",
        "progress=false",
        f"out={folder}",
    ]
    assert run.main(words) == 0
    (made,) = (folder / "baseline").iterdir()
    for code in style.LANGUAGES:
        assert run.main(["export", f"study={made}", f"report.language={code}"]) == 0
    return made


def test_every_file_of_the_export_begins_with_the_mark_of_utf8(study):
    files = sorted(study.glob("export/**/*.csv"))
    assert {f"{path.parent.name}/{path.name}" for path in files} == {
        *(f"export/{name}.csv" for name in ("runs", "villages", "series")),
        *(
            f"{code}/{name}.csv"
            for code in ("en", "zh")
            for name in ("runs", "villages", "months", "summary")
        ),
    }
    assert all(path.read_bytes()[:3] == MARK and path.read_bytes().count(MARK) == 1 for path in files)


def test_the_export_for_people_holds_what_is_stored(study):
    """Read as a spreadsheet does: by the mark, with commas; sums in yuan are those in fen over 100."""
    text = (study / "export/zh/villages.csv").read_bytes()[3:].decode("utf-8")
    assert text.splitlines()[0].startswith("情景,支,种子,编号,村名,区划代码,类型,村集体,")
    shown = pd.read_csv(study / "export/zh/villages.csv", dtype={"区划代码": str})
    kept = reference.split(Results(study).villages())
    assert len(shown) == len(kept)
    assert shown["公共支出（元）"].sum() == pytest.approx(kept["public_fen"].sum() / 100)
    assert set(shown["村名"]) == {"上王村", "下王村", "桥头"}
    assert set(shown["区划代码"]) == {"320112001201", "320112001202", "320112001203"}
    months = pd.read_csv(study / "export/zh/months.csv")
    series = Results(study).series()
    assert len(months) == len(series) and months["月份"].iloc[-1] == "2026-12"
    assert months["运营成本（元）"].sum() == pytest.approx(series["cost_fen"].sum() / 100)
    book = pd.read_excel(study / "export/zh/study.xlsx", sheet_name=None, dtype={"区划代码": str})
    assert list(book) == ["汇总", "村庄", "运行"] and book["村庄"]["区划代码"].iloc[0] == "320112001201"


def test_exported_tables_are_read_back_by_every_reader_of_tables(study, tmp_path):
    """With their mark: pandas, the reader of runs from elsewhere, the reader of villages."""
    assert pd.read_csv(study / "export/runs.csv").columns[0] == "run"
    file = tmp_path / "many.csv"
    lines = ["a,y", *(f"{one},{2 * one}" for one in range(128))]
    file.write_bytes(MARK + "\r\n".join(lines).encode())
    assert list(read_table(str(file), ["y"], [], "pawn").inputs) == ["a"]
    shown = pd.read_csv(study / "export/zh/villages.csv", dtype=str)
    mine = shown[(shown["支"] == "主运行") & (shown["种子"] == "1")]
    table = reading_files.csv_text(mine[["编号", "村名", "区划代码", "类型"]])
    given = village_file.read_content(table.encode(), "v.csv")
    assert given.faults == () and given.villages == 3


def test_report_and_terminal_show_names_and_explain_takes_them(study, capsys):
    assert (
        "1 上王村" in (study / "answer.txt").read_text()
        and "320112001203" in (study / "answer.txt").read_text()
    )
    assert run.main(["report", f"study={study}", "report.language=zh"]) == 0
    page = (study / "report.zh.html").read_text(encoding="utf-8")
    assert "逐村" in page and "1 上王村" in page and "320112001202" in page
    capsys.readouterr()
    for named in ("桥头", "320112001203", "3"):
        assert run.main(["explain", f"run={study}", f"village={named}", "month=2026-06"]) == 0
        assert "桥头, village 3, 320112001203 (plain" in capsys.readouterr().out
