"""Tables of villages as people have them: the same villages from every coding, separator and heading."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import run
from experiments.command import table_file, village_file, village_headings
from experiments.command.catalogue import Mistake
from sim.start.village_table import COLUMNS, RANGES, WORDS, read_villages

CHINESE = [
    ["序号", "村名", "行政区划代码", "村庄类型", "集体经济", "幸福院", "老年人口", "备注"],
    ["1", "上王村", "330101001", "景区", "强", "有", "120.0", "好"],
    ["2", "下王村", "330101002", "普通", "弱", "无", "１８０", ""],
]
WANTED = (
    "number,name,code,kind,strength,facility,elders\n"
    "1,上王村,330101001,scenic,rich,yes,120\n2,下王村,330101002,plain,weak,no,180\n"
)  # by hand


def lines(separator: str, rows: list[list[str]] = CHINESE) -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


def book(tables: dict[str, list[list[object]]]) -> bytes:
    made = io.BytesIO()
    with pd.ExcelWriter(made) as writer:
        for name, rows in tables.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, index=False, header=False)
    return made.getvalue()


SECOND = [2, *CHINESE[2][1:6], 180, None]
KINDS = {
    "UTF-8": ("v.csv", lines(",").encode()),
    "UTF-8 with a mark": ("v.CSV", lines(",").encode("utf-8-sig")),
    "GB 18030": ("村 表.csv", lines(",").encode("gb18030")),
    "UTF-16": ("v.txt", lines("\t").encode("utf-16")),
    "semicolons": ("v.csv", lines(";").encode()),
    "tabs": ("v.tsv", lines("\t").encode()),
    "Chinese commas": ("v.csv", lines("，").encode()),
    "blank lines and columns": (
        "v.csv",
        ("\r\n" + lines(",", [[*row, "", ""] for row in (*CHINESE[:2], [""] * 8, CHINESE[2])])).encode(),
    ),
    "a workbook of two sheets": (
        "v.xlsx",
        book({"说明": [["县民政局"]], "村表": [CHINESE[0], [1, *CHINESE[1][1:6], 120.0, ""], SECOND]}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_villages_from_every_file(kind, tmp_path):
    name, content = KINDS[kind]
    (tmp_path / name).write_bytes(content)
    found = village_file.read(tmp_path / name)
    assert (found.text, found.villages) == (WANTED, 2)
    assert any("备注" in str(note) for note in found.notes) or kind == "a workbook of two sheets"


def test_every_faulty_cell_is_named_with_the_row_and_heading_of_the_file(tmp_path):
    rows = [CHINESE[0], ["1", "上王村", "1", "景点", "强", "有", "abc", ""], [""] * 8]
    rows.append(["2", "下王村", "2", "普通", "很弱", "maybe", "180", ""])
    path = tmp_path / "v.csv"
    path.write_text(lines(",", rows))
    with pytest.raises(Mistake) as refused:
        village_file.read(path)
    said = str(refused.value)
    for row, heading, cell in (
        (2, "村庄类型", "景点"),
        (2, "老年人口", "abc"),
        (4, "集体经济", "很弱"),
        (4, "幸福院", "maybe"),
    ):
        assert f"row {row}, column {heading}: {cell!r}" in said
    assert said.startswith(f"given.villages = {str(path)!r}: ")


def test_villages_without_numbers_are_numbered_and_codes_taken_for_what_they_are():
    found = village_file.read_content("村名,老人数\n甲,50\n乙,60\n".encode(), "v.csv")
    assert found.text == "number,name,elders\n1,甲,50\n2,乙,60\n"
    found = village_file.read_content("编号,村名\n330101001,甲\n330101002,乙\n".encode(), "v.csv")
    assert read_villages(found.text).codes == ("330101001", "330101002") and not found.faults


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"a,b\n1,2\n", "no column says which village"),
        (b"number,name,village\n1,a,b\n", "one column that is name"),
        (bytes(range(256)) * 4, "zero byte"),
        (b"PK\x03\x04rest", "not readable as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "an old workbook .* or one that a password locks"),
    ],
)
def test_what_is_no_table_of_villages_is_refused(content, said, tmp_path):
    path = tmp_path / "v.csv"
    path.write_bytes(content)
    with pytest.raises(Mistake, match=said):
        village_file.read(path)


def test_an_old_workbook_is_refused_by_its_name_with_what_to_do(tmp_path):
    (tmp_path / "v.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(Mistake, match="save an old workbook anew as .*xlsx or as CSV"):
        village_file.read(tmp_path / "v.xls")


@pytest.mark.parametrize(
    "title", ["2024年某县统计表", "某县，城区，2024年（共2村，表1）", "乡镇 甲、乙；丙，丁"]
)
@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_a_title_above_a_text_is_told_from_its_heading(title, sign):
    """Whatever signs of separation the title and the cells hold."""
    rows = [["村名", "老人数", "备注"], ["甲", "50", "东，南，西"], ["乙", "60", "好，好，好"]]
    content = "\n".join([title, *map(sign.join, rows)])
    found = village_file.read_content(content.encode(), "v.txt")
    assert found.text == "number,name,elders\n1,甲,50\n2,乙,60\n"


TOWNS: dict[str, list[list[object]]] = {
    "东镇": [["东镇各村", None, None], ["序号", "村名", "老人数"], [1, "甲", 50], [2, "乙", 60]],
    "西镇": [["序号", "老年人口", "村名"], [1, 70, "丙"], ["合计", 70, None]],
}


def test_a_sheet_a_township_is_one_table_and_its_faults_name_the_sheet():
    found = village_file.read_content(book(TOWNS), "v.xlsx")
    assert found.text == "number,name,elders,township\n1,甲,50,东镇\n2,乙,60,东镇\n3,丙,70,西镇\n"
    said = " ".join(note.english for note in found.notes)
    assert "name of each sheet is taken for the township" in said and "read are '东镇', '西镇'" in said
    wrong = TOWNS | {"西镇": [["序号", "老年人口", "村名"], [1, "许多", "丙"]]}
    (fault,) = village_file.read_content(book(wrong), "v.xlsx").faults
    assert (fault.row, fault.column, fault.value) == (2, "西镇: 老人数", "许多")


def test_sheets_of_years_are_not_put_together_and_the_one_that_is_read_is_said():
    years = {"2023": TOWNS["东镇"][1:], "2024": TOWNS["东镇"][1:]}
    found = village_file.read_content(book(years), "v.xlsx")
    assert found.text == "number,name,elders\n1,甲,50\n2,乙,60\n"
    said = {code: " ".join(note.by(code) for note in found.notes) for code in ("en", "zh")}
    assert "'2024': the headings and the villages of what is read once more" in said["en"]
    assert "“2024”与所读工作表的表头、村庄相同" in said["zh"]


def test_sheets_that_are_numbered_name_no_townships():
    found = village_file.read_content(book({"Sheet1": TOWNS["东镇"], "Sheet2": TOWNS["西镇"]}), "v.xlsx")
    assert found.text == "number,name,elders\n1,甲,50\n2,乙,60\n3,丙,70\n"


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sheet.xml", b"0" * (table_file.UNPACKED + 1))
    with pytest.raises(Mistake, match="unpacked"):
        table_file.sheets_of(made.getvalue(), "v.xlsx")


def test_a_spelling_leads_to_a_word_that_the_model_has():
    assert {*village_headings.HEADINGS} == {*COLUMNS, *village_headings.PLACED}
    for column, spellings in village_headings.SPELLINGS.items():
        assert set(spellings.values()) <= set(WORDS[column])
    assert not set(village_headings.SPELLINGS) & set(RANGES)


def test_a_county_of_a_file_is_run_and_a_village_explained_by_its_name(tmp_path, capsys):
    """The county has as many villages as the table; the study goes by their names."""
    path = tmp_path / "我的村 表.csv"
    path.write_bytes(lines(",").encode("gb18030"))
    words = ["experiment=smoke", f"given.villages={path}", "horizon.end=2025-03", "horizon.spin_up=1"]
    words += [f"out={tmp_path / '结果'}", "workers=1", "progress=false"]
    assert run.main(words) == 0
    assert "left unread: 备注" in capsys.readouterr().err
    (study,) = Path(tmp_path / "结果" / "smoke").iterdir()
    said = []
    for named in ("下王村", "330101002", "2"):
        assert run.main(["explain", f"run={study}", f"village={named}", "month=2025-02"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]
    asked = ["explain", f"run={study}", "village=2", "month=2025-02"]
    assert run.main([*asked, "report.language=zh"]) == 0
    chinese = capsys.readouterr().out
    assert "下王村，2 号村，330101002（普通村，村集体经济弱），2025-02：" in chinese
    assert not any(sign.isascii() and sign.isalpha() for sign in chinese)
    assert run.main([*asked, "report.language=fr"]) == 1
    assert "report.language = 'fr': allowed are en, zh" in capsys.readouterr().err
    assert run.main(["explain", f"run={study}", "village=下王", "month=2025-02"]) == 1
    assert "did you mean 下王村?" in capsys.readouterr().err
