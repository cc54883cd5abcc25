"""What docs/TRACE.md, docs/credibility.md and docs/studies.md name is there, and what they count is so."""

from __future__ import annotations

import csv
import re
import shlex
from collections import Counter

import pytest
import yaml

import run
from experiments.command.scenario import compose_line
from experiments.report.documents import ROOT
from experiments.reproduce.catalogue import models

ELEMENTS = (
    "Problem formulation",
    "Model description",
    "Data evaluation",
    "Conceptual model evaluation",
    "Implementation verification",
    "Model output verification",
    "Model analysis",
    "Model output corroboration",
)  # Grimm et al. 2014, in their order
PAGES = ("TRACE.md", "credibility.md", "studies.md")
TEXTS = {page: (ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES}
ANYWHERE = "\n".join(TEXTS.values())
TESTS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", ANYWHERE)
COMMANDS = sorted(set(re.findall(r"python run\.py ([^#`\n]*[^#`\s])", ANYWHERE)))
STUDIES = re.split(r"^## \d\. ", TEXTS["studies.md"], flags=re.MULTILINE)[1:]
FOLDERS = ("sim/", "configs/", "docs/", "tests/", "notebooks/")


def elements() -> dict[str, str]:
    """Title of each section of TRACE.md, without its number -> its text."""
    found = re.split(r"^## \d\. (.*)\n", TEXTS["TRACE.md"], flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def composed(command: str) -> None:
    """Read a command as the command line does; files of the reader's own are not there."""
    verb, words = run.split_verb(shlex.split(command))
    if verb == "reproduce":
        assert words[0] in models()
    elif verb in ("patterns", "validate"):
        compose_line(["experiment=patterns", *(word for word in words if word != "patterns=mine.yaml")])
    elif verb == "run":
        compose_line(words)
    else:
        assert verb in ("report", "xlrm", "explain"), verb


def test_the_eight_elements_stand_in_their_order_and_each_leads_somewhere() -> None:
    assert tuple(elements()) == ELEMENTS
    for title, text in elements().items():
        assert "- Test: `" in text and "- Command: `" in text, title


@pytest.mark.parametrize(("file", "name"), TESTS, ids=lambda word: word)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_composes(command: str) -> None:
    composed(command)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_or_linked_exists(page: str) -> None:
    linked = {target for target in re.findall(r"\]\(([^)#]+)\)", TEXTS[page]) if "://" not in target}
    named = {word for word in re.findall(r"`([\w./-]+)`", TEXTS[page]) if word.startswith(FOLDERS)}
    assert linked and not [one for one in linked if not (ROOT / "docs" / one).exists()]
    assert not [one for one in named if not (ROOT / one).exists()]


def test_six_studies_say_the_same_four_things() -> None:
    assert len(STUDIES) == 6
    for text in STUDIES:
        said = re.findall(r"^\*\*(.*?)\*?\*?\*\*", text, flags=re.MULTILINE)
        assert [word.rstrip(".") for word in said] == [
            "Question",
            "What comes out",
            "What it does not say",
        ], text
        (command,) = re.findall(r"<!-- study -->\n```sh\npython run.py (.*)\n```", text)
        assert "size=quick" in command and "workers=1" in command and command in COMMANDS


def test_fitted_and_held_out_patterns_are_counted_right() -> None:
    """13 + 19 = 32, in words and figures of both pages; those named as fitted are those of the file."""
    content = yaml.safe_load((ROOT / "configs/patterns.yaml").read_text(encoding="utf-8"))["patterns"]
    uses = Counter(pattern["use"] for pattern in content)
    assert uses == {"calibration": 13, "validation": 19}
    assert "Thirteen of 32" in TEXTS["TRACE.md"] and "Nineteen patterns" in TEXTS["TRACE.md"]
    assert "Thirteen of 32" in TEXTS["credibility.md"] and "Nineteen patterns" in TEXTS["credibility.md"]
    (fitted,) = re.findall(r"\nThirteen of 32 published patterns: (.*?)\. 41", TEXTS["credibility.md"], re.S)
    named = set(re.findall(r"C\d+[a-e]?", fitted)) | {"C12b", "C12c", "C12d"}  # C12a to C12e
    assert named == {pattern["id"] for pattern in content if pattern["use"] == "calibration"}


def test_verdicts_are_counted_right() -> None:
    with (ROOT / "docs/verdicts.csv").open(encoding="utf-8") as file:
        verdicts = Counter({row["experiment"]: row["verdict"] for row in csv.DictReader(file)}.values())
    assert "supported" not in verdicts
    assert f"{verdicts['not supported']} not supported, {verdicts['undecided']} undecided" in " ".join(
        TEXTS["credibility.md"].split()
    )


@pytest.mark.parametrize(
    "figure",
    ["| 197 (185-209) | 85 (49-121) | 130 (95-166) |", "| 57 (52-62) | 26 (18-34) | 50 (40-59) |"],
)
def test_figures_of_the_calibration_are_those_of_its_page(figure: str) -> None:
    page = (ROOT / "docs/calibration.md").read_text(encoding="utf-8")
    assert figure in TEXTS["credibility.md"] and figure in page
