"""The report: made from a study's folder, self-contained, every number as stored, readable by machines
that read aloud.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pyarrow.parquet as pq
import pytest
from markupsafe import escape

import run
from experiments.benchmark import readings
from experiments.command.settings import Mistake, known
from experiments.report import page as report
from experiments.report import page_tables, pictures, style
from experiments.study.findings import Findings, Picture

TINY = [
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2026-12",
    "horizon.spin_up=1",
    "workers=1",
    "progress=false",
]
FORECAST = re.compile(
    (
        r"\b(will|forecast\w*|predict\w*|project(?:ed|ion|ions)|expected to|going to|is "
        r"likely|outlook)\b|预测|预计|将会"
    ),
    re.IGNORECASE,
)
ALLOWED = re.compile(r"https?://www\.w3\.org/\S*")


class Page(HTMLParser):
    """What a reader meets: headings, links, images, table cells, text; and tags left open."""

    VOID = {"meta", "img", "br", "link", "input"}  # noqa: RUF012

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open, self.links, self.ids, self.loads, self.images, self.headings = [], [], [], [], [], []
        self.hovers: list[str] = []
        self.glued = False  # the text goes on behind or inside a term
        self.cells, self.values, self.text, self.lang, self.table = {}, {}, [], "", ""
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "abbr":  # a term of the glossary inside another text
            self.hovers.append(a["title"])
            self.glued = True
            return
        self.lang = a.get("lang", self.lang) if tag == "html" else self.lang
        self.ids += [a["id"]] if "id" in a else []
        self.links += [a["href"]] if tag == "a" else []
        self.loads += [a[k] for k in ("src", "href", "data", "action", "srcset") if k in a and tag != "a"]
        if tag in ("img", "svg"):
            self.images.append(a.get("alt") or a.get("aria-labelledby", ""))
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "tr":
            self.cells[self.table].append([])
            self.values[self.table].append([])
        if tag in ("td", "th"):
            self.cells[self.table][-1].append("")
            self.values[self.table][-1].append(a.get("data-value"))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "caption":
            self.table = ""

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag == "abbr":
            self.glued = True
            return
        assert self.open.pop() == tag, tag
        if tag == "caption":
            self.cells[self.table], self.values[self.table] = [], []

    def handle_data(self, data):
        if not self.open or self.open[-1] in ("style", "title", "script"):
            return
        if self.open[-1] == "caption":
            self.table += data
        elif self.open[-1] in ("td", "th"):
            self.cells[self.table][-1][-1] += data
        elif self.glued and self.text:
            self.text[-1] += data
        else:
            self.text.append(data)
        self.glued = False


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A tiny first answer of two mixes in its folder."""
    home = tmp_path_factory.mktemp("home")
    words = [w for w in TINY if "villages" not in w] + [
        "county.villages=4",
        "seeds=2",
        "draws=prior",
        "county.facility_share=1.0",
        "size=quick",
        "rows=[jiangxi,no_money]",
        "columns=[none,handicraft]",
        *(
            "solvency.least_users=2",
            "solvency.least_helpers=1",
            "station.fewest_attending=1",
        ),  # twelve elders
    ]
    assert run.main([*words, f"out={home}"]) == 0
    (folder,) = (home / "first_answer").iterdir()
    return folder


@pytest.fixture(scope="module")
def html(study) -> str:
    """Its page in English, made by the command."""
    assert run.main(["report", f"study={study}"]) == 0
    return (study / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html) -> Page:
    """The page, parsed; every tag is closed in its turn."""
    return Page(html)


def test_no_address_but_places_in_the_page(page, html):
    text = re.sub(r"data:image/[^\"']*", "", html)  # in which two slashes are no address
    assert not re.findall(r"(?:https?:|//)[^\s\"'<)]+", ALLOWED.sub("", text))
    assert all(link.startswith("#") for link in page.links) and all(
        x.startswith(("#", "data:")) for x in page.loads
    )
    assert not re.search(r"@import|<iframe|url\((?!#)", html)


def test_one_script_runs_and_it_is_ours(html):
    """What the policy of the page lets run is its own script by its digest; no picture can bring another."""
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{digest}'",
        "style-src 'unsafe-inline'",
        "img-src data:",
    ]
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r"<script.*</script>", "", html, flags=re.DOTALL))


def test_links_and_ids_agree(page):
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids) and len(page.links) == 11
    assert {x[1:] for x in page.loads if x.startswith("#")} <= set(page.ids)


def test_headings_form_a_ladder_and_images_have_texts(page, html):
    assert page.lang == "en" and page.headings[0] == 1 and page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.images) >= 10 and all(page.images)
    for ids in page.images:
        for name in ids.split():
            assert len(re.search(rf'id="{re.escape(name)}">([^<]*)<', html)[1]) > 5


def test_every_number_of_the_summary_is_the_stored_one(page, study):
    frame = pd.read_csv(study / "summary.csv")
    (head, *values), (_, *shown) = page.cells["summary.csv"], page.values["summary.csv"]
    assert head == list(frame.columns) and len(values) == len(frame)
    for at, row in frame.iterrows():
        for name, text, exact in zip(head, values[at], shown[at], strict=True):
            if pd.isna(row[name]):
                assert text == ""
            elif isinstance(row[name], str):
                assert text == row[name]
            else:
                assert float(exact) == row[name] and float(text.replace(",", "")) == pytest.approx(
                    row[name], rel=1e-3, abs=0
                )


def test_every_cell_of_the_findings_is_the_stored_one(page, study):
    stored = json.loads((study / "findings.json").read_text(encoding="utf-8"))
    for table in stored["tables"]:
        assert page.cells[table["title"]] == [
            table["columns"],
            *[[str(c) for c in row] for row in table["rows"]],
        ]
    text = " ".join(page.text)
    assert (
        all(s in text for s in stored["sentences"])
        and len(stored["sentences"]) == 3
        and stored["question"] in text
    )


def test_parameters_come_changed_first_with_source_and_mark(page):
    changed, rest = page.cells["Changed from the default"], page.cells["As by default"]
    by = {row[0]: row for row in changed[1:]}
    assert by["county.elders"][1:3] == ["12", "300"] and by["county.elders"][5] == "D assumption"
    assert len(changed) + len(rest) - 2 == len(known()) and "county.elders" not in {row[0] for row in rest}
    assert all(row[6] for row in changed[1:] + rest[1:])


def test_command_and_hashes_are_those_of_the_manifest(page, study):
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    sums = dict(page.cells["SHA-256"][1:])
    assert (
        sums["code"] == manifest["sha256"]["code"]
        and sums["configuration"] == manifest["sha256"]["configuration"]
    )
    assert any("python run.py county.elders=12" in t and "'rows=[jiangxi,no_money]'" in t for t in page.text)


def test_no_forecast_language(page, study):
    words = " ".join(page.text)
    assert not FORECAST.search(words), FORECAST.search(words)
    assert not FORECAST.search((study / "answer.txt").read_text(encoding="utf-8"))


WHY = "Villages that are not viable, and why (% of them)"
PREVALENCE = {
    "plain": 0.55,
    "scenic": 0.15,
    "craft": 0.10,
    "near_town": 0.20,
}  # defaults of county.share_*, plain is the rest


def reasons_of(row: dict) -> list[str]:
    """Why a village is not viable, from the funnel: its class and the bits of its last closure."""
    plain = {
        "never_opened": "never opened",
        "too_young": "opened too late",
        "does_not_pay": "does not pay",
        "does_not_serve": "serves too few",
    }
    if row["judged"] in plain:
        return [plain[row["judged"]]]
    ends = ("money", "users", "helpers", "leader", "keeper", "accident", "room", "unfit_plan")
    found = [f"closed: {name.replace('_', ' ')}" for bit, name in enumerate(ends) if row["cause"] & 2**bit]
    return found or ["open too seldom"]


def counted(rows: list[dict]) -> tuple[float, dict[str, float]]:
    """Percent of villages that are not viable, and of these percent by cause, several causes in parts."""
    failing = [(row["weight"], reasons_of(row)) for row in rows if row["judged"] != "viable"]
    lost, parts = sum(weight for weight, _ in failing), {}
    for weight, names in failing:
        for name in names:
            parts[name] = parts.get(name, 0.0) + 100 * weight / len(names) / lost
    return 100 * lost / sum(row["weight"] for row in rows), parts


def compare(head: list, row: list, rows: list[dict]) -> None:
    """Every number of a row of the table of causes against the same counted from the villages."""
    lost, parts = counted(rows)
    assert float(row[1]) == pytest.approx(lost, abs=0.501)
    for name, cell in zip(head[2:], row[2:], strict=True):
        assert float(cell) == pytest.approx(parts.get(name, 0.0), abs=0.501), (row[0], name)


def test_causes_are_those_of_the_stored_villages(page, study):
    head, *lines = page.cells[WHY]
    stored = [
        row
        for part in (study / "villages").glob("*.parquet")
        for row in pq.read_table(part).to_pylist()
        if row["arm"] == "main"
    ]
    labels = {
        "practised/jiangxi/none": "as practised, Jiangxi (elders + government), no business",
        "practised/no_money/none": "as practised, no money (for comparison), no business",
    }
    assert {row[0] for row in lines} == set(labels.values())
    for scenario, label in labels.items():
        mine = [{**row, "weight": PREVALENCE[row["kind"]]} for row in stored if row["scenario"] == scenario]
        assert len(mine) == 2 * len(PREVALENCE)  # one village of each kind, all weak, two seeds
        (row,) = [row for row in lines if row[0] == label]
        compare(head, row, mine)
        assert set(counted(mine)[1]) <= set(head[2:])


def test_causes_by_hand():
    """Weights 4, 3, 2 and 1: 3 viable, 7 not; not open for money and users together 4, serves too few 2, no
    keeper 1.
    """
    plain = {"cause": 0, "solvent": True, "hours_met": True, "visits_met": True, "verdict": "closed"}
    rows = pd.DataFrame(
        [
            {**plain, "judged": "not_open", "cause": 0b0011, "weight": 4.0},
            {**plain, "judged": "viable", "weight": 3.0},
            {**plain, "judged": "does_not_serve", "weight": 2.0},
            {**plain, "judged": "not_open", "cause": 0b10000, "weight": 1.0},
        ]
    )
    table = page_tables._causes({"one": rows}, 1)
    by = dict(zip(table.columns, table.rows[0], strict=True))
    sevenths = {
        "closed: money": "29",
        "closed: users": "29",
        "serves too few": "29",
        "closed: keeper": "14",
    }  # 2/7, 2/7, 2/7, 1/7
    assert by == {"scenario": "one", "not viable, % of villages": "70", **sevenths}
    compare(table.columns, table.rows[0], rows.to_dict("records"))


def test_the_same_page_each_time(study, html):
    assert report.page(pictures.Kept(study), "en") == html


OF_ONE_MIX = ("survival_kinds", "needs", "fans", "payers_by_year", "timebank", "map")
SCENARIO = {
    "en": ("as practised", "Jiangxi (elders + government)", "no business"),
    "zh": ("按现行做法", "江西（老人+政府）", "无产业"),
}


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_caption_names_panel_and_business(code, study, tmp_path, monkeypatch):
    """Figures are set up but not drawn: what is looked at are their captions."""
    monkeypatch.setattr(
        style,
        "finish",
        lambda figure, title, caption, folder, name: (style.plt.close(figure), Picture(name, title, caption))[
            1
        ],
    )
    with style.speaking(code):
        said = {p.file: p.caption for p in pictures.draw(pictures.Kept(study), tmp_path)}
    panel, funding, business = SCENARIO[code]
    assert {"classes", "payers", "ternary", "survival_funding", *OF_ONE_MIX} < set(said)
    for name in ("payers", "ternary", "survival_funding", *OF_ONE_MIX):
        assert panel in said[name] and business in said[name], (name, said[name])
    assert all(funding in said[name] for name in OF_ONE_MIX) and panel in said["classes"]


@pytest.mark.slow
def test_chinese_headings_and_labels(study):
    zh = Page(report.page(pictures.Kept(study), "zh"))
    text = " ".join(zh.text)
    assert zh.lang == "zh-Hans" and "问题" in text and "参数及来源" in text and "与默认不同" in zh.cells
    english, chinese = (Findings.load(study, code) for code in ("en", "zh"))

    def numbers(f):
        return [sorted(re.findall(r"[-+]?\d+", s)) for s in f.sentences]

    assert numbers(chinese) == numbers(english) and len(chinese.sentences) == 3
    assert all(
        re.search("[\u4e00-\u9fff]{6}", s) for s in [chinese.question, *chinese.sentences, *chinese.limits]
    )
    assert all(re.search("[\u4e00-\u9fff]", c) for t in chinese.tables for c in [t.title, *t.columns] if c)
    assert chinese.sentences[0] in text
    assert ("所需时数中家人满足" in text) == (style.chinese_font() is not None)
    assert not FORECAST.search(text)


@pytest.mark.slow
def test_a_brief_of_a_study_in_both_languages(study, tmp_path):
    for code, name in (("en", "brief.html"), ("zh", "brief.zh.html")):
        words = ["report", f"study={study}", "brief=true", f"report.language={code}", f"out={tmp_path}"]
        assert run.main(words) == 0
        html = (tmp_path / name).read_text()
        assert Page(html).loads == [] and ALLOWED.sub("", html).count("http") == 0
        told = Findings.load(study, code)
        assert all(str(escape(sentence)) in html for sentence in told.sentences)


def test_a_pdf_on_wish(study, tmp_path):
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    assert run.main(["report", f"study={study}", "pdf=true", f"out={tmp_path}"]) == 0
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


BAD = {
    "no study": ([], "study=results/"),
    "a folder that is none": (["study=nowhere"], "is no study"),
    "an unknown word": (["studdy=x"], "did you mean study?"),
    "an unknown language": (["study=x", "report.language=cn"], "allowed are en, zh"),
    "brief that is neither": (["study=x", "brief=short"], "allowed are true, false"),
    "pdf that is neither": (["study=x", "pdf=yes"], "allowed are true, false"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_one_sentence(case, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, sentence = BAD[case]
    assert run.main(["report", *words]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("error: ") and sentence in said and "\n" not in said


def test_a_study_without_findings_says_so(study, tmp_path):
    for name in ("manifest.json", "resolved.yaml"):
        shutil.copy(study / name, tmp_path)
    with pytest.raises(Mistake, match=r"no findings\.json"):
        report.write(tmp_path)


DAMAGED = {  # what is done to the folder, the file that is named, what is advised
    "findings.json cut short": (
        lambda f: (f / "findings.json").write_text('{"question": "wh'),
        "findings.json is damaged",
        "resume study=",
    ),
    "findings.json without tables": (
        lambda f: (f / "findings.json").write_text("{}"),
        "findings.json is damaged",
        "resume study=",
    ),
    "summary.csv empty": (
        lambda f: (f / "summary.csv").write_text(""),
        "summary.csv is damaged",
        "resume study=",
    ),
    "summary.csv of its head alone": (
        lambda f: (f / "summary.csv").write_text("panel,funding,business,viable\n"),
        "summary.csv is damaged",
        "resume study=",
    ),
    "manifest.json a list": (
        lambda f: (f / "manifest.json").write_text("[]"),
        "manifest.json is damaged",
        "fresh=true",
    ),
    "resolved.yaml gone": (
        lambda f: (f / "resolved.yaml").unlink(),
        "resolved.yaml is not there",
        "resume study=",
    ),
    "scenarios.json cut short": (
        lambda f: (f / "scenarios.json").write_text('{"phases'),
        "scenarios.json is damaged",
        "resume study=",
    ),
    "a figure empty": (
        lambda f: (f / "figures" / "needs.svg").write_text(""),
        "needs.svg is damaged",
        "run the experiment again",
    ),
    "villages gone": (
        lambda f: shutil.rmtree(f / "villages"),
        "villages has lost part 00000",
        "resume study=",
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_study_gets_one_sentence(case, study, tmp_path, capsys):
    damage, what, way = DAMAGED[case]
    folder = shutil.copytree(study, tmp_path / "first_answer" / "study")
    damage(folder)
    assert run.main(["report", f"study={folder.parent}"]) == 1  # the newest of its folder
    said = capsys.readouterr().err.strip()
    assert said.startswith("error: ") and what in said and way in said and "\n" not in said


def test_a_benchmark_leaves_findings(tmp_path):
    readings.kept([readings.figure("ratio", [40.0, 42.0, 44.0], "times", ">= 40", lambda x: x >= 40)]).save(
        tmp_path
    )
    assert Findings.load(tmp_path).tables[0].rows == [["ratio", 40.0, 42.0, 44.0, "times", ">= 40", "ok"]]


def test_the_page_says_how_much_is_luck_only_where_a_nested_design_told_it():
    """The former recipe, runs at default parameters over the variance of draws, says nothing any more."""
    cell = {"panel": "practised", "funding": "jiangxi", "business": "none"}
    rows = [{**cell, "sd_all": 1.0, "sd_luck": 0.7}, {**cell, "funding": "feixiang"}]
    former = cast(Any, SimpleNamespace(summary=pd.DataFrame(rows)))
    assert page_tables.spread(former, ["a picture"]) == []
    rows[0] |= {"luck_share": 0.2, "luck_low": 0.1, "luck_high": 0.4}
    (said,) = page_tables.spread(cast(Any, SimpleNamespace(summary=pd.DataFrame(rows))), ["a picture"])
    assert "20 % (10 to 40) is luck alone" in said and "Jiangxi" in said
