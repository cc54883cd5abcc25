"""Finished studies of earlier versions, kept in tests/stored/, can still be read, reported and exported."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import run
from experiments.command.settings import Mistake
from experiments.study import store
from experiments.study.findings import Findings
from experiments.study.store import SCHEMA, Results
from experiments.study.study import Study

STORED = Path(__file__).resolve().parents[2] / "stored"
FOLDERS = sorted(path.parent.name for path in STORED.glob("*/manifest.json"))
FIRST = STORED / "0.1.0"
TABLES = ("runs", "villages", "series")
CELL = "practised/families_pay/tourism"
# What each study holds, read by hand from its files when it was stored; both were made by the same command,
# and every byte of the results is the same.
HELD = {
    "0.1.0": {
        "schema": None,
        "experiment": "first_answer",
        "id": "3186e7f0d72d",
        "results": "56c5d64f86e8fd8f992039b36e7a861c34454c916d2f148212d05037cfd5a12f",
        "rows": {"runs": 16, "villages": 64, "series": 1536},
        "columns": {"runs": 14, "villages": 99, "series": 38},
        "phases": {"runs": 12, "paired reruns": 4},
        "asked": {"county.villages": 4, "county.elders": 100, "horizon.end": "2028-12", "seeds": 2},
        "shown": ("tourism changes the share viable most, by +14 points", 'data-value="0.28571428571428575"'),
    },
    "0.2.0": {
        "schema": 2,
        "experiment": "first_answer",
        "id": "fa00154d39bd",
        "results": "56c5d64f86e8fd8f992039b36e7a861c34454c916d2f148212d05037cfd5a12f",
        "rows": {"runs": 16, "villages": 64, "series": 1536},
        "columns": {"runs": 14, "villages": 99, "series": 38},
        "phases": {"runs": 12, "paired reruns": 4},
        "asked": {"county.villages": 4, "county.elders": 100, "horizon.end": "2028-12", "seeds": 2},
        "shown": ("tourism changes the share viable most, by +14 points", 'data-value="0.28571428571428575"'),
    },
}
EXPORTED = {"runs.csv", "villages.csv", "series.csv", "study.xlsx", "en"}  # and for people


@pytest.fixture(params=FOLDERS)
def version(request):
    """The version that wrote a stored study."""
    return request.param


@pytest.fixture
def study(version, tmp_path):
    """A copy of a stored study, with an empty picture for each that it names."""
    copy = tmp_path / version
    shutil.copytree(STORED / version, copy)
    (copy / "figures").mkdir()
    for picture in Findings.load(copy).pictures:
        empty = '<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"></svg>'
        (copy / "figures" / f"{picture.file}.svg").write_text(empty, encoding="utf-8")
    return copy


def ended(capsys, *words):
    """Exit code, lines of stdout and lines of stderr of a command; a traceback is a failure."""
    capsys.readouterr()
    code = run.main(list(words))
    said, complained = capsys.readouterr()
    assert "Traceback" not in said + complained
    return code, said.strip().splitlines(), complained.strip().splitlines()


def line_of(rows, **where):
    """The one row of a table that has these values."""
    for name, value in where.items():
        rows = rows[rows[name] == value]
    (found,) = rows.to_dict("records")
    return found


def test_a_study_is_stored_and_every_one_has_values_read_by_hand():
    assert FOLDERS and set(FOLDERS) == set(HELD)


def test_the_schema_of_a_stored_study_is_that_of_its_version(version):
    """Version 0.1.0 wrote none, which must stay readable."""
    manifest = json.loads((STORED / version / "manifest.json").read_text(encoding="utf-8"))
    assert manifest.get("schema") == HELD[version]["schema"]
    assert Results(STORED / version).manifest["status"] == "finished"


def test_a_study_begun_now_says_its_schema_and_a_later_one_is_refused(tmp_path):
    with Study(tmp_path / "s", "baseline", "seed: 1\n", []) as begun:
        assert begun.manifest["schema"] == SCHEMA == Results(begun.folder).schema
    path = tmp_path / "s" / "manifest.json"
    content = json.loads(path.read_text()) | {"schema": SCHEMA + 1}
    del content["own"]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        Mistake, match=f"later version of this program .schema {SCHEMA + 1}, this one reads up to"
    ):
        Results(tmp_path / "s")


def test_a_renamed_column_is_read_under_its_new_name(study, monkeypatch, capsys):
    """Renamed twice since: by the second schema, and again by a third."""
    monkeypatch.setattr(store, "SCHEMA", 3)
    renames = {2: {"visits_due": "visits_owed", "seed": "model_seed"}, 3: {"visits_owed": "visits_wanted"}}
    monkeypatch.setattr(store, "RENAMED_COLUMNS", renames)
    before = store.new_names(2)
    assert before == {"visits_owed": "visits_wanted"} and store.new_names(3) == {}
    found = Results(study)
    if found.schema == 1:
        rows = found.villages(["village", "visits_wanted"])
        assert list(rows) == ["village", "visits_wanted"] and rows["visits_wanted"].sum() > 0
        assert "visits_due" not in found.villages() and "model_seed" in found.runs()
        assert ended(capsys, "export", f"study={study}")[0] == 0
        assert "visits_wanted" in pd.read_csv(study / "export" / "villages.csv")


def test_an_older_schema_is_not_gone_on_with_and_nothing_is_touched(capsys, tmp_path):
    copy = tmp_path / "old"
    shutil.copytree(FIRST, copy)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    code, _, complained = ended(capsys, "resume", f"study={copy}", "engine=serial", "progress=false")
    assert code == 1 and len(complained) == 1
    assert "earlier version of this program (schema 1, now 2)" in complained[0]
    assert "read, reported and exported; fresh=true begins anew" in complained[0]
    assert {
        path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and path.name != "lock"
    } == before


def test_rows_and_columns_are_all_there(version):
    held, found = HELD[version], Results(STORED / version)
    read = {table: getattr(found, table)() for table in TABLES}
    assert {table: len(rows) for table, rows in read.items()} == held["rows"]
    assert {table: len(rows.columns) for table, rows in read.items()} == held["columns"]
    assert (found.experiment, found.id) == (held["experiment"], held["id"])
    assert found.missing() == [] and found.manifest["sha256"]["results"] == held["results"]
    counted = {
        phase: sum(high - low for group in groups for low, high in group["replicates"])
        for phase, groups in found.plan.phases.items()
    }
    assert counted == held["phases"]


def test_the_configuration_is_that_of_the_command(version):
    found = Results(STORED / version).configuration
    for name, value in HELD[version]["asked"].items():
        section, _, key = name.partition(".")
        assert (found[section][key] if key else found[section]) == value


def test_the_plan_of_the_first_gives_the_parameters_that_were_run():
    """The ceiling of the command line, funding and business of the cell, the relief of its rerun."""
    tasks = {(task.scenario.name, task.arm): task for task in Results(FIRST).wanted.values()}
    mine = tasks[CELL, "main"].scenario.parameters
    assert (mine.government.ceiling, mine.funding.share_families) == (60000.0, 0.7)
    assert mine.business.kind == "tourism"
    assert tasks[CELL, "relief:money"].scenario.parameters.solvency.relief == "money"
    assert {arm for _, arm in tasks} == {"main", "luck", "relief:money"}


def test_values_of_the_first_are_as_they_were_read_by_hand():
    """Replicate 1 of the cell with a viable village: its run and that village; and a month of another run."""
    found = Results(FIRST)
    mine = line_of(found.runs(), scenario=CELL, arm="main", replicate=1)
    assert (mine["run"], mine["seed"]) == (8105475221741422767, 7658119495739374652)
    assert (mine["villages"], mine["viable_villages"], mine["content"]) == (4, 1, "755855e99499e462")
    village = line_of(found.villages(), scenario=CELL, arm="main", replicate=1, verdict="viable")
    assert (village["business_income_fen"], village["cost_fen"]) == (20871351, 59854880)
    assert (village["visits_due"], village["visits_made"], village["elder_months"]) == (17386, 17386, 5279)
    assert village["loneliness_sum"] == 1775.8975978791714
    rows = found.series(scenario="practised/families_pay/none")
    month = line_of(rows, replicate=0, month=12, village=3)
    assert (month["elders"], month["need_minutes"], month["payables_fen"]) == (112, 53588, 5173329)


def test_summary_and_findings_of_the_first_are_as_they_were_read_by_hand():
    found = Results(FIRST)
    row = line_of(found.summary, funding="families_pay", business="tourism")
    assert (row["viable"], row["gain"]) == (0.28571428571428575, 0.28571428571428575)
    assert (row["cause"], row["relief_money"]) == ("closed: money", "4 of 4")
    english, chinese = (Findings.load(FIRST, code) for code in ("en", "zh"))
    assert english.sentences[1].startswith("In villages that have what it needs, tourism changes the share")
    assert english.tables[0].rows[1] == ["families pay", "0 (0-84)", "29 (0-100)"]
    assert chinese.sentences[0].startswith("若此处所写规则与数值成立")


def test_status_says_that_all_runs_are_done(study, version, capsys):
    code, said, complained = ended(capsys, "status", f"study={study}")
    assert (code, complained, len(said)) == (0, [], 2)
    count = HELD[version]["rows"]["runs"]
    assert said[0].startswith(f"{study}: {HELD[version]['experiment']}, finished; ")
    assert said[1].startswith(f"{count} of {count} runs done, ")


def test_a_report_is_made_of_it(study, version, capsys):
    """The page shows what was found, and a number of summary.csv as it is stored."""
    code, said, complained = ended(capsys, "report", f"study={study}")
    assert (code, complained, said) == (0, [], [str(study / "report.html")])
    page = re.sub("</?abbr[^>]*>", "", (study / "report.html").read_text(encoding="utf-8"))
    for text in HELD[version]["shown"]:
        assert text in page


def test_it_is_exported(study, version, capsys):
    code, said, complained = ended(capsys, "export", f"study={study}")
    assert (code, complained, len(said)) == (0, [], 1)
    assert {path.name for path in (study / "export").iterdir()} == EXPORTED
    for table, count in HELD[version]["rows"].items():
        assert len(pd.read_csv(study / "export" / f"{table}.csv")) == count
    sheets = pd.read_excel(study / "export" / "study.xlsx", sheet_name=None)
    assert list(sheets) == ["summary", "runs", "villages", "about"]
    assert len(sheets["villages"]) == HELD[version]["rows"]["villages"]


def test_verify_ends_in_one_sentence(study, version, capsys):
    """Every byte the same, what differs, or why it cannot be done again: a later model may say any of it."""
    words = ("sample=1", "engine=serial", "progress=false")
    code, said, complained = ended(capsys, "verify", f"study={study}", *words)
    if complained:
        assert code == 1 and len(complained) == 1 and complained[0].startswith("error: ")
    else:
        assert said[-1].startswith(f"1 of {HELD[version]['rows']['runs']} runs done again: ")
        assert code == (0 if said[-1].endswith("every byte the same") else 1)


def test_resume_finishes_or_refuses_in_one_sentence(study, capsys, monkeypatch):
    """Nothing is left to do; once the model has changed runs must not mix, and nothing is touched."""
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)
    before = (study / "manifest.json").read_bytes()
    code, _, complained = ended(capsys, "resume", f"study={study}", "engine=serial", "progress=false")
    assert code in (0, 1) and len(complained) == code
    if code == 1:
        assert complained[0].startswith("error: ") and (study / "manifest.json").read_bytes() == before
    else:
        now, then = json.loads((study / "manifest.json").read_bytes()), json.loads(before)
        assert now["sha256"]["results"] == then["sha256"]["results"]
