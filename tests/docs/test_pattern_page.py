"""The file of patterns that docs/patterns.md shows is read and judged as it stands there."""

import csv
import re

import run
from experiments.evidence import pattern_file
from experiments.report.documents import ROOT

PAGE = (ROOT / "docs/patterns.md").read_text(encoding="utf-8")
TINY = ["county.villages=3", "county.elders=20", "horizon.spin_up=1", "horizon.end=2026-06", "progress=false"]


def shown(tmp_path):
    """The file of the page."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "mine.yaml"


def test_the_file_of_the_page_is_read(tmp_path):
    """It shows an answer to a summary, persons, a second set-up, a scheduled shock."""
    early, few, crowding, stay = pattern_file.read(shown(tmp_path))
    assert early.summary.called == "in_service_after (years 3)" and early.setup.name == "drive"
    assert few.summary.needs == "persons" and few.setup.name == "default"
    assert (crowding.setup.name, crowding.against.name, crowding.compare) == (
        "cheap care",
        "default",
        "ratio",
    )
    assert stay.setup.months == 72 and stay.setup.changes["shocks.scheduled_month"] == 48


def test_the_file_of_the_page_is_judged(tmp_path, capsys):
    """But for the drive of eleven years, so that it is done within seconds."""
    file = shown(tmp_path)
    file.write_text(file.read_text().replace("setup: drive", "setup: default"), encoding="utf-8")
    assert run.main(["validate", f"patterns={file}", f"out={tmp_path}", "seeds=2", *TINY]) == 0
    assert "mutual hours with paid care at half its price" in capsys.readouterr().out
    (study,) = (tmp_path / "patterns").iterdir()
    found = {row["id"]: row for row in csv.DictReader((study / "summary.csv").open())}
    assert list(found) == ["closed early", "few give much", "crowding out", "they stay"]
    assert 0.1 <= float(found["few give much"]["value"]) <= 1.0
    assert 0.5 < float(found["crowding out"]["value"]) < 1.5 and found["crowding out"]["seeds"] == "2"
    assert found["closed early"]["verdict"] == "cannot be told"  # no station is three years old by then
