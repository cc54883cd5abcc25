"""A county from its spreadsheets to an answer: units, places, borders, doubts, templates."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapefile

import run
from experiments.command import (
    border_file,
    given_county,
    given_files,
    paths,
    table_file,
    template,
    village_file,
)
from experiments.command.catalogue import Mistake
from experiments.command.paths import as_typed
from experiments.command.scenario import compose_line
from experiments.command.village_headings import heading_of, spelled
from experiments.command.village_places import plane_of
from experiments.evidence import pattern_file
from experiments.study import provenance
from sim.start import given_tables, tables
from sim.start.village_table import read_villages

HERE = Path(__file__).parent
EQUATOR = 40_075.017 / 360  # km of a degree there (WGS 84)
HEADINGS = {
    "70-79岁男": ("men_70_79", 0),
    "男（60—69岁）": ("men_60_69", 0),
    "80岁及以上老人": ("all_80", 0),
    "女性老人": ("women_60", 0),
    "60岁以上人口": ("elders", 0),
    "Women 80+": ("women_80", 0),
    "村集体收入（万元）": ("income", 10_000),
    "欠款(元)": ("debt", 1),
    "经度": ("longitude", 0),
    "备注": ("", 0),
    "低保人数": ("", 0),
    "面积（亩）": ("", 0),
}
MONTHS = {"2018年5月": "2018-05", "2018/5": "2018-05", "2016.11": "2016-11", "2018-05-01 00:00:00": "2018-05"}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_is_known_by_its_words_its_ages_and_its_unit(heading):
    assert tuple(heading_of(heading)) == HEADINGS[heading]


@pytest.mark.parametrize("cell", MONTHS)
def test_a_month_is_read_in_every_usual_form(cell):
    assert spelled("opened", cell) == MONTHS[cell]


def test_a_year_without_a_month_is_its_middle_and_anything_else_stays_to_be_named():
    assert spelled("opened", "2019") == "2019-07" and spelled("opened", "去年") == "去年"


def read(text: str) -> village_file.GivenVillages:
    return village_file.read_content(text.encode(), "v.csv")


def column(found: village_file.GivenVillages, name: str) -> list[float]:
    return read_villages(found.text).columns[name].tolist()


# -- units -----------------------------------------------------------------------------------------------
def test_money_is_yuan_by_the_unit_of_its_heading():
    found = read("村名,集体收入（万元）,欠款（元）,现金\n甲,3.5,1200,80\n乙,12,,\n")
    assert column(found, "income") == [35_000.0, 120_000.0]
    assert column(found, "debt")[0] == 1200.0 and column(found, "cash")[0] == 80.0


def test_an_income_that_cannot_be_yuan_is_taken_for_ten_thousands_and_the_table_says_so():
    found = read("村名,集体经济\n甲,3.5\n乙,12\n")
    assert column(found, "income") == [35_000.0, 120_000.0]
    assert any("units of 10,000 yuan" in note.english and "万元" in note.chinese for note in found.notes)
    assert "units of 10,000 yuan" in read_villages(found.text).notes[0]
    assert column(read("村名,集体经济\n甲,35000\n乙,12\n"), "income") == [35_000.0, 12.0]


# -- places ------------------------------------------------------------------------------------------------
def test_degrees_become_kilometres():
    """At the equator a degree of longitude is 111.32 km; a margin of 1 km lies to the west and south."""
    found = read("村名,经度,纬度\n甲,104,0\n乙,105,0\n")
    east, north = column(found, "east"), column(found, "north")
    assert east[0] == 1.0 and abs(east[1] - 1.0 - EQUATOR) < 0.02 and north == [1.0, 1.0]


def test_columns_that_have_changed_places_are_turned():
    right, wrong = (
        read("村名,经度,纬度\n甲,104,35\n乙,104.5,35.5\n"),
        read("村名,纬度,经度\n甲,104,35\n乙,104.5,35.5\n"),
    )
    assert column(right, "east") == column(wrong, "east")
    assert any("the other way round" in note.english for note in wrong.notes)


def test_a_degree_that_is_none_is_named():
    (fault,) = read("村名,经度,纬度\n甲,104,35\n乙,一百,35\n").faults
    assert (fault.row, fault.column, fault.value) == (3, "经度", "一百")


# -- borders -----------------------------------------------------------------------------------------------
SQUARE = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]]
TABLE = "number,name,code\n1,甲,330101001\n2,乙,330101002\n"


def geojson(folder: Path, **properties: str) -> Path:
    path = folder / "界.geojson"
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.mark.parametrize("properties", [{"NAME": "乙"}, {"gid": "7", "XZQDM": "330101002"}])
def test_borders_are_matched_by_name_or_code(properties, tmp_path):
    """A tenth of a degree at the equator is 11.13 km, its middle 5.57 + 1 km from the edges."""
    found = border_file.read(geojson(tmp_path, **properties), read_villages(TABLE), None)
    (ring,) = border_file.rings_of(found.text)[2]
    assert abs(np.ptp(ring[:, 0]) - EQUATOR / 10) < 0.02
    assert np.allclose(found.middles[2], 1 + EQUATOR / 20, atol=0.05)
    assert [note.english for note in found.notes] == ["1 villages have no border"]


def test_a_shapefile_in_metres_and_in_the_national_coding_is_read(tmp_path):
    """A square of ten kilometres in UTM zone 48 north."""
    path = tmp_path / "村界.shp"
    with shapefile.Writer(str(path), encoding="gb18030") as writer:
        writer.field("村名", "C", 20)
        writer.poly(
            [[[500_000, 3_900_000], [500_000, 3_910_000], [510_000, 3_910_000], [510_000, 3_900_000]]]
        )
        writer.record("甲")
    from pyproj import CRS

    path.with_suffix(".prj").write_text(CRS.from_epsg(32648).to_wkt("WKT1_ESRI"))
    found = border_file.read(path, read_villages(TABLE), None)
    (ring,) = border_file.rings_of(found.text)[1]
    assert np.allclose(np.ptp(ring, axis=0), 10, rtol=2e-3)


def zipped(folder: Path, **files: bytes) -> Path:
    path = folder / "界.zip"
    with zipfile.ZipFile(path, "w") as held:
        for name, content in files.items():
            held.writestr(name.replace("__", "."), content)
    return path


def test_a_zipped_folder_is_read_as_the_file_in_it(tmp_path):
    """A shapefile of two villages: those of a folder beside it are left alone."""
    path = tmp_path / "村界.shp"
    with shapefile.Writer(str(path), encoding="utf-8") as writer:
        writer.field("村名", "C", 20)
        for name, east in (("甲", 104.0), ("乙", 104.2)):
            writer.poly([[[east, 35], [east, 35.1], [east + 0.1, 35.1], [east + 0.1, 35]]])
            writer.record(name)
    parts = {f"界/村界{one}": path.with_suffix(one).read_bytes() for one in (".shp", ".dbf", ".shx")}
    packed = zipped(tmp_path, readme__txt=b"x", **parts)
    found = border_file.read(packed, read_villages(TABLE), None)
    assert found.text == border_file.read(path, read_villages(TABLE), None).text
    assert {*border_file.rings_of(found.text)} == {1, 2}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a__txt": b""}, r"one file of borders .* is wanted in it; its files are a\.txt"),
        ({"a__json": b"{}", "b__json": b"{}"}, "one file of borders"),
        ({"a__shp": b"nothing"}, r"its file \*\.dbf"),
        ({"a__json": b"{}"}, "FeatureCollection"),
    ],
)
def test_a_zipped_folder_without_one_file_of_borders_is_refused(files, said, tmp_path):
    with pytest.raises(Mistake, match=said):
        border_file.read(zipped(tmp_path, **files), read_villages(TABLE), None)


def test_a_zipped_folder_that_swells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(border_file, "UNPACKED", 1_000)
    packed = zipped(tmp_path, a__json=b" " * 1_001)
    with pytest.raises(Mistake, match="unpacked it has more than 1,000 bytes"):
        border_file.read(packed, read_villages(TABLE), None)


def test_borders_go_with_the_villages_on_one_plane(tmp_path):
    """A village with no place stands in the middle of its border, as a command line reads it."""
    villages = tmp_path / "v.csv"
    villages.write_text("村名,老人数\n甲,50\n乙,60\n", encoding="utf-8")
    pinned = {"given.villages": str(villages), "given.borders": str(geojson(tmp_path, name="乙"))}
    table = read_villages(given_county.read(pinned).values["given.villages"])
    assert np.isnan(table.columns["east"][0]) and abs(table.columns["east"][1] - 1 - EQUATOR / 20) < 0.05


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("b.geojson", "{}", "FeatureCollection"),
        ("b.geojson", json.dumps({"features": []}), "no border bears the name or code"),
        ("b.kml", "", r"\*\.geojson"),
        ("b.shp", "nothing", r"its file \*\.dbf"),
        ("b.zip", "nothing", "cannot be read as borders"),
    ],
)
def test_what_holds_no_borders_is_refused_in_a_sentence(name, content, said, tmp_path):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Mistake, match=said):
        border_file.read(path, read_villages(TABLE), None)


def test_borders_without_villages_are_refused(tmp_path):
    with pytest.raises(Mistake, match="borders are those of villages"):
        given_county.read({"given.borders": str(geojson(tmp_path, name="乙"))})


def test_a_plane_keeps_distances_from_its_middle():
    """A tenth of a degree of latitude north of the middle is 11.1 km at 35 degrees, within .1 %."""
    plane = plane_of([104.0], [35.0])
    _, north = plane.kilometres(np.array([104.0, 104.0]), np.array([35.0, 35.1]))
    assert abs(north[1] - north[0] - 11.095) < 0.011


# -- what cannot be ------------------------------------------------------------------------------------------
DOUBTS = {
    "more elders than people": "村名,人口,老人数\n甲,100,120\n",
    "of the people are elders": "村名,人口,老人数\n甲,100,90\n",
    "do not sum to elders": "村名,老人数,60-79岁,80岁以上\n甲,100,60,20\n",
    "income and its class disagree": "村名,集体经济强弱,集体收入(元)\n甲,强,20000\n",
    "several villages at one point": "村名,东向,北向\n甲,3,4\n乙,3,4\n丙,4,4\n",
    "the same name": "村名,老人数\n甲,3\n甲,4\n",
    "the same code": "村名,代码\n甲,330101001\n乙,330101001\n",
    "no facility, yet": "村名,幸福院,建成时间\n甲,无,2019-05\n",
    "shut, yet": "村名,运营状态,每周开放天数\n甲,停运,3\n",
    "more volunteers than elders": "村名,老人数,志愿者\n甲,30,40\n",
    "left unread: '120岁以上'": "村名,120岁以上\n甲,1\n",
}


@pytest.mark.parametrize("said", DOUBTS)
def test_what_cannot_be_is_questioned_in_both_languages_and_read(said):
    found = read(DOUBTS[said])
    assert not found.faults and any(said in note.english for note in found.notes)
    sound = "村名,人口,老人数,60-79岁,80岁以上,集体收入(元),东向\n甲,300,100,80,20,20000,3\n乙,300,,,,,4\n"
    assert not any(said in note.english for note in read(sound).notes)


# -- tables of people ----------------------------------------------------------------------------------------
def sheet(text: str) -> list[table_file.Sheet]:
    return table_file.sheets_of(text.encode(), "t.csv")


def test_single_years_of_age_are_summed_to_groups_and_sums_left_out():
    ages = "".join(f"{age}岁,2,1\n" for age in range(0, 103)) + "125岁,1,0\n合计,207,103\n"
    found = given_files.of("population", sheet("年龄,男,女\n" + ages))
    rows = dict(given_tables.read_table("population", found.text).rows)
    assert not found.faults
    assert (
        rows[("60-64",)] == (10.0, 5.0) and rows[("15-19",)] == (10.0, 5.0) and rows[("100+",)] == (7.0, 3.0)
    )
    assert any("an age over 120" in note.english for note in found.notes)
    assert any("16 rows" in note.english for note in found.notes)  # 0 to 14, and the sum


def test_death_rates_of_a_thousand_are_told_from_those_of_one():
    text = "年龄组,男,女\n" + "".join(
        f"{group},12,8\n" for group in (*given_tables.MIDDLE, *given_tables.OLD)
    )
    found = given_files.of("mortality", sheet(text))
    assert given_tables.death_rates(found.text)[60].tolist() == [0.012, 0.008]
    assert any("of a thousand" in note.english for note in found.notes)


@pytest.mark.parametrize(
    ("cells", "sexes"), [("0,0", ["men", "women"]), ("0.01,0", ["women"]), ("0.01,0.02", [])]
)
def test_a_sex_that_never_dies_is_refused(cells, sexes):
    text = "年龄组,男,女\n" + "".join(
        f"{group},{cells}\n" for group in (*given_tables.MIDDLE, *given_tables.OLD)
    )
    faults = given_files.of("mortality", sheet(text)).faults
    assert [fault.column for fault in faults] == sexes
    assert all("nobody ever dies" in fault.allowed for fault in faults)


def test_a_faulty_cell_of_a_table_is_named_by_the_row_of_the_file():
    text = "收入上限(万元),占比(%)\n1,50\n\nabc,50\n"
    (fault, *_) = given_files.of("income", sheet(text)).faults
    assert (fault.row, fault.column, fault.value) == (4, "收入上限(万元)", "abc")


def test_a_table_without_its_columns_says_which_and_what_they_may_be_called(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("年龄,男\n60-64,3\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"given\.population = .*women \(women, female, .*女"):
        given_files.read("population", path)


# -- templates -----------------------------------------------------------------------------------------------
def made(kind: str, folder: Path, suffix: str, lang: str) -> Path:
    path = folder / f"{kind}-{lang}{suffix}"
    assert run.main(["template", kind, f"out={path}", f"lang={lang}"]) == 0
    return path


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_template_of_a_table_can_be_given_as_it_is(lang, suffix, tmp_path):
    words = [
        f"given.{kind}={made(kind, tmp_path, suffix, lang)}" for kind in (*given_tables.KINDS, "villages")
    ]
    line = compose_line(["experiment=baseline", *words])
    given = line.parameters.given
    assert line.parameters.county.villages == 3
    assert np.array_equal(tables.age_shares(given.population)[1], tables.age_shares()[1])
    assert np.array_equal(tables.risks_of_death(1.0, given.health), tables.risks_of_death(1.0))
    shipped, own = tables.income_quantiles(2023), tables.income_quantiles(2023, given.income)
    assert np.abs(own / np.maximum(shipped, 1) - 1)[8:].max() < 0.1  # read off at the brackets' ends


def test_templates_of_borders_and_patterns_can_be_given_as_they_are(tmp_path, capsys):
    villages, borders = made("villages", tmp_path, ".csv", "zh"), made("borders", tmp_path, ".geojson", "zh")
    line = compose_line(["experiment=baseline", f"given.villages={villages}", f"given.borders={borders}"])
    assert {*border_file.rings_of(line.parameters.given.borders)} == {1, 2}
    patterns = made("patterns", tmp_path, ".yaml", "en")
    assert [one.id for one in pattern_file.read(patterns)] == ["C1"]


def test_a_template_opens_in_a_chinese_spreadsheet_and_writes_over_nothing(tmp_path, capsys):
    path = made("villages", tmp_path, ".csv", "zh")
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert run.main(["template", "villages", f"out={path}"]) == 1
    assert "there is a file already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["village"], "did you mean villages?"),
        ([], "allowed are villages"),
        (["villages", "lang=cn"], "allowed are en, zh"),
        (["villages", "out=a.docx"], r"*.xlsx or *.csv"),
        (["workbook", "out=a.csv"], r"*.xlsx"),
    ],
)
def test_a_template_that_there_is_not_is_refused(words, said, capsys):
    assert run.main(["template", *words]) == 1
    assert said in capsys.readouterr().err


# -- a workbook from end to end ------------------------------------------------------------------------
FAULTS = [  # row, column, what stands there: by reading the workbook
    (7, "幸福院运营: 村名", "高平村"),
    (4, "60岁以上人口", "约150"),
    (5, "类型", "景点"),
    (6, "幸福院运营: 运营状态", "还行"),
]
CORRECTIONS = [
    ("村基本情况", "E4", 150),
    ("村基本情况", "J5", "景区"),
    ("幸福院运营", "D6", "开放"),
    ("幸福院运营", "A7", "高坪村"),
]


def corrected(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    for name, cell, value in CORRECTIONS:
        book[name][cell] = value
    book.save(path)
    return path


def test_a_workbook_is_read_from_two_sheets_and_its_faults_are_all_named(tmp_path):
    path = made("workbook", tmp_path, ".xlsx", "zh")
    found = village_file.read_content(path.read_bytes(), path.name)
    assert [(fault.row, fault.column, fault.value) for fault in found.faults] == FAULTS
    assert "did you mean 高坪村?" in found.faults[0].allowed


def test_a_corrected_workbook_is_the_county(tmp_path):
    """By hand from its sheets."""
    path = corrected(made("workbook", tmp_path, ".xlsx", "zh"))
    found = village_file.read_content(path.read_bytes(), path.name)
    table = read_villages(found.text)
    assert not found.faults and table.names == ("上王村", "下王村", "石桥村", "河湾村", "柳沟村", "高坪村")
    assert table.townships == ("东镇", "西镇") and table.columns["township"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table.columns["income"].tolist() == [42_000, 110_000, 26_000, 260_000, 31_000, 18_000]
    assert np.nan_to_num(table.columns["debt"], nan=-1).tolist() == [0, 12_500, -1, 4_100, 0, -1]
    said = " ".join(note.english for note in found.notes)
    for doubt in (
        "more elders than people in 河湾村",
        "at one point: 河湾村, 柳沟村",
        "rows of sums",
        "merged cells",
    ):
        assert doubt in said


@pytest.mark.slow
def test_a_workbook_leads_to_an_answer_and_a_brief(tmp_path, capsys):
    path = corrected(made("workbook", tmp_path, ".xlsx", "zh"))
    words = [f"given.villages={path}", "horizon.end=2027-12", "horizon.spin_up=3", f"out={tmp_path}"]
    words += ["workers=1", "progress=false", "draws=none"]
    assert (
        run.main(
            ["experiment=what_it_takes", "size=quick", "rows=[jiangxi]", "seeds=4", "target=0.5", *words]
        )
        == 0
    )
    assert "上王村" in capsys.readouterr().out
    assert run.main(["experiment=baseline", "seeds=2", *words]) == 0
    capsys.readouterr()
    (study,) = (tmp_path / "baseline").iterdir()
    assert run.main(["report", f"study={study}", "report.language=zh"]) == 0
    assert "上王村" in next(study.rglob("*zh*.html")).read_text(encoding="utf-8")


def test_a_public_table_of_divisions_is_read_as_downloaded():
    """Townships of Yanqing with their official codes, as the national statistics office numbers them and the
    public repository Administrative-divisions-of-China lists them (dist/streets.csv): rows were chosen,
    nothing else was changed.
    """
    found = village_file.read(HERE / "divisions.csv")
    table = read_villages(found.text)
    assert found.villages == 15 and table.names[0] == "延庆镇" and table.codes[-1] == "110119203"


def test_bytes_of_a_workbook_are_those_of_its_cells():
    book = openpyxl.load_workbook(io.BytesIO(template.as_workbook({"甲": [["990101001201"]]})))
    assert book["甲"]["A1"].value == "990101001201"


def test_a_scenario_file_names_tables_beside_it(tmp_path, monkeypatch):
    """From another folder; the study knows both files by their contents."""
    folder = tmp_path / "我的 县"
    folder.mkdir()
    (folder / "村表.csv").write_text("村名,老人数\n甲,50\n乙,60\n", encoding="utf-8")
    (folder / "县.yaml").write_text("given:\n  villages: 村表.csv\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["experiment=baseline", as_typed(f"scenario={folder / '县.yaml'}")]
    given = compose_line(words).parameters.given
    assert read_villages(given.villages).names == ("甲", "乙")
    assert [Path(name).name for name in provenance.files(words)] == ["县.yaml", "村表.csv"]
    table = tmp_path / "其他.csv"
    table.write_text("村名\n丙\n", encoding="utf-8")
    line = compose_line([*words, as_typed(f"given.villages={table}")])
    assert line.parameters.county.villages == 1  # the line goes first


# -- what bureaus' tables are like ---------------------------------------------------------------------------
def test_a_unit_above_the_table_holds_for_money_without_one_and_an_income_a_month_is_made_one_a_year():
    above = read("某县统计表,,,单位：人、万元\n村名,集体收入,账面资金,欠款(元)\n甲,3.5,0.8,1200\n乙,12,3,0\n")
    assert column(above, "income") == [35_000.0, 120_000.0] and column(above, "cash") == [8_000.0, 30_000.0]
    assert column(above, "debt") == [1200.0, 0.0]
    assert column(read("村名,集体收入(元/月)\n甲,6000\n"), "income") == [72_000.0]
    assert column(read("村名,集体收入/万元,欠款(单位：千元)\n甲,3,2\n"), "debt") == [2000.0]


def test_percents_of_elders_are_not_read_as_persons():
    found = read("村名,老年人口(%)\n甲,25\n")
    assert "elders" not in read_villages(found.text).columns
    assert any("left unread: 老年人口(%)" in note.english for note in found.notes)


def test_sums_with_blanks_and_lines_below_the_table_are_no_villages():
    below = "合 计,110\n东镇小计,50\n合计：,50\n平均,55\n注：截至2024年底,\n填表人：张三,\n"
    found = read("村名,老人数\n甲,50\n合家村,60\n" + below)
    assert read_villages(found.text).names == ("甲", "合家村")
    assert any(note.english.startswith("6 rows of sums or remarks") for note in found.notes)


def test_a_comma_that_parts_no_thousands_is_a_fault_and_cells_under_no_heading_are_told():
    (fault,) = read("name;income\nA;3,5\nB;35,000.5\n").faults
    assert (fault.row, fault.value) == (2, "3,5")
    said = read("村名,老人数,志愿者\n甲,1,200,30\n乙,60,5\n").notes
    assert any("under no heading are left unread, in rows 2:" in note.english for note in said)


def test_headings_on_two_lines_and_signs_that_nobody_sees_do_no_harm():
    found = read('村名\u200b,"集体收入\n(万元)","60岁以上\n人口"\n上王\u200b村,3.5,80\n')
    assert read_villages(found.text).names == ("上王村",) and column(found, "elders") == [80.0]
    assert column(found, "income") == [35_000.0] and not found.faults


def test_people_may_be_counted_twice():
    found = read("村名,户籍人口,常住人口,老人数\n甲,500,300,80\n")
    assert column(found, "people") == [500.0]
    assert any("left unread: 常住人口" in note.english for note in found.notes)


def test_villages_that_lie_far_from_the_others_are_named_and_no_others():
    near = "甲,104.5,35.2\n乙,10.46,35.3\n丙,104.4,35.1\n丁,35.1,104.4\n戊,104.6,35.1\n"
    found = read("村名,经度,纬度\n" + near)
    assert [(fault.row, fault.column) for fault in found.faults] == [(3, "经度"), (5, "经度"), (5, "纬度")]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("below 1,000 yuan a year in 甲", "村名,集体收入\n甲,3.5\n乙,120000\n"),
        ("no station has cash of 100 yuan or more", "村名,账面资金\n甲,0.8\n乙,3\n"),
    ],
)
def test_money_that_looks_like_ten_thousands_is_asked_about(said, text):
    assert any(said in note.english for note in read(text).notes)


def joined(*tables: str) -> village_file.GivenVillages:
    sheets = [table_file.sheets_of(text.encode(), f"sheet {at}")[0] for at, text in enumerate(tables)]
    return village_file.of(sheets)


def test_villages_of_one_name_are_joined_by_their_townships_or_named():
    main = "乡镇,村名,老人数\n东镇,李家村,50\n西镇,李家村,60\n"
    volunteers = column(joined(main, "乡镇,村名,志愿者\n西镇,李家村,9\n"), "volunteers")
    assert np.isnan(volunteers[0]) and volunteers[1] == 9
    (fault,) = joined(main, "村名,志愿者\n李家村,9\n").faults
    assert fault.value == "李家村" and "did you mean" not in fault.allowed


def test_a_row_of_another_sheet_without_its_key_is_named():
    main = "代码,村名,老人数\n330101001,甲,50\n330101002,乙,60\n"
    (fault,) = joined(main, "代码,村名,志愿者\n330101001,甲,5\n,乙,9\n").faults
    assert (fault.row, fault.column) == (3, "sheet 1: 代码")


def test_villages_of_a_sheet_that_is_not_read_are_told():
    found = joined("村名,老人数\n甲,50\n", "村名,户数\n乙,60\n丙,70\n")
    assert any("2 villages of 'sheet 1' are not in" in note.english for note in found.notes)


def test_tables_of_people_and_incomes_heed_units_and_name_ages_that_stand_twice():
    groups = (*given_tables.MIDDLE, *given_tables.OLD)
    text = "年龄组,男(%),女(‰)\n" + "".join(f"{group},0.5,4\n" for group in groups)
    found = given_files.of("mortality", sheet(text))
    assert np.allclose(given_tables.death_rates(found.text)[60], [0.005, 0.004])
    (fault,) = given_files.of("mortality", sheet(text + "60-64,0.5,4\n")).faults
    assert (fault.row, fault.value) == (len(groups) + 2, "60-64")
    for heading, top in (("上限(千元)", "50"), ("上限", "5"), ("上限(万)", "5"), ("上限(元)", '"50,000"')):
        found = given_files.of("income", sheet(f"{heading},占比(%)\n{top},100\n"))
        assert given_tables.read_table("income", found.text).rows == (((), (50_000.0, 100.0)),)


def borders_at(folder: Path, ring: list[list[float]], **properties: str) -> border_file.Borders:
    path = folder / "b.geojson"
    feature = {"properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"features": [feature]}), encoding="utf-8")
    return border_file.read(path, read_villages(TABLE), plane_of([104.0], [35.0]))


def test_borders_whose_degrees_have_changed_places_are_turned(tmp_path):
    right = borders_at(tmp_path, [[104.0, 35.0], [104.1, 35.0], [104.1, 35.1]], name="甲")
    wrong = borders_at(tmp_path, [[35.0, 104.0], [35.0, 104.1], [35.1, 104.1]], name="甲")
    assert right.text == wrong.text and "changed places" in wrong.notes[0].english


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ([[500_000, 3_900_000], [501_000, 3_900_000], [501_000, 3_901_000]], "degrees .* are wanted"),
        ([[10, 50], [10.1, 50], [10.1, 50.1]], "km from the villages"),
        ([], "no border bears"),
    ],
)
def test_borders_that_are_not_in_degrees_or_elsewhere_are_refused(ring, said, tmp_path):
    with pytest.raises(Mistake, match=said):
        borders_at(tmp_path, ring, name="甲")


def test_borders_go_by_the_attribute_that_names_most_villages(tmp_path):
    """A township bears the name of a village."""
    path = tmp_path / "b.geojson"
    features = [
        {"properties": {"town": "甲", "name": name}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
        for name in ("甲", "乙")
    ]
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    found = border_file.read(path, read_villages(TABLE), None)
    assert {number: len(rings) for number, rings in border_file.rings_of(found.text).items()} == {1: 1, 2: 1}


def test_a_saved_scenario_of_a_table_runs_from_its_file_alone(tmp_path, capsys):
    table, saved = tmp_path / "v.csv", tmp_path / "saved.yaml"
    table.write_text("村名,老人数\n甲,50\n乙,60\n", encoding="utf-8")
    assert run.main(["experiment=baseline", f"given.villages={table}", f"save={saved}"]) == 0
    table.unlink()
    county = compose_line(["experiment=baseline", f"scenario={saved}"]).parameters.county
    assert county.villages == 2 and not county.stratified


def test_what_has_no_value_in_a_workbook_is_named_and_words_of_programs_are_names():
    """An error and a formula that no spreadsheet has calculated; a village called Nan, a form none."""
    book = openpyxl.Workbook()
    for row in (
        ["村名", "老人数", "欠款(元)", "服务形式"],
        ["Nan", "#REF!", "=1+1", "none"],
        ["乙", 30, 5, None],
    ):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    found = village_file.read_content(made.getvalue(), "v.xlsx")
    assert [(one.row, one.column, one.value) for one in found.faults] == [
        (2, "老人数", "#REF!"),
        (2, "欠款(元)", "=1+1"),
    ]
    assert found.text.splitlines()[1].split(",")[1] == "Nan" and ",none" in found.text


def test_every_table_of_ones_own_is_named_by_a_file():
    assert {*paths.FILES} == {
        "given.villages",
        "given.borders",
        *(f"given.{one}" for one in given_tables.KINDS),
    }


def test_a_county_is_of_the_mean_size_that_its_table_tells(tmp_path):
    """Of 40 and 81 elders 60; sizes that are not told are drawn around it, unless the line says otherwise."""
    path = tmp_path / "v.csv"
    path.write_text("村名,老人数\n甲,40\n乙,81\n丙,\n", encoding="utf-8")
    words = ["experiment=baseline", f"given.villages={path}"]
    assert compose_line(words).parameters.county.elders == 60
    assert compose_line([*words, "county.elders=200"]).parameters.county.elders == 200
    path.write_text("村名\n甲\n", encoding="utf-8")
    assert compose_line(words).parameters.county.elders == 300
