"""The tour names only commands that are there, and every picture is there, small, and made by its command."""

from __future__ import annotations

import io
import re
import shlex

import pytest
from PIL import Image

from experiments.command import asked, topics
from experiments.command.line import VERBS, split_verb
from experiments.command.scenario import compose_line
from experiments.command.words import sort_out
from experiments.report import tour
from experiments.report.documents import ROOT

PAGES = {"en": "docs/tour.md", "zh": "docs/tour.zh.md"}
TEXTS = {language: (ROOT / page).read_text(encoding="utf-8") for language, page in PAGES.items()}
LARGEST = 70_000  # bytes of a picture


def commands(language: str) -> list[list[str]]:
    """The command lines of a page, in words."""
    blocks = re.findall(r"```sh\n(.*?)```", TEXTS[language], re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.strip().splitlines()]


COMMANDS = [words for language in PAGES for words in commands(language)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_of_the_tour_is_there(words):
    assert words[:2] == ["python", "run.py"]
    if topics.wanted(words[2:]):
        assert topics.page(words[2:])
        return
    verb, rest = split_verb(words[2:])
    assert verb in VERBS
    if verb == "run":
        sort_out([word for word in rest if not word.startswith("given.")])
        assert compose_line([word for word in rest if not word.startswith("given.")]).settings.name
    elif verb in ("report", "explain", "template"):
        assert getattr(asked, verb)(rest)
    else:
        assert verb in ("dashboard", "live") and set(rest) <= {"report.language=zh"}


def test_what_stands_in_the_text_between_backticks_is_there_too():
    for language, page in TEXTS.items():
        for key, value in re.findall(r"`([a-z.]+)=([\w-]+)`", page):
            assert key in {*asked.REPORT, *asked.EXPLAIN, "size"}, f"{language}: {key}={value}"
        for module in re.findall(r"python -m ([\w.]+)", page):
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
        for link in re.findall(r"\]\(([\w./]+)\)", page):
            assert (ROOT / "docs" / link).is_file(), link


@pytest.mark.parametrize("language", PAGES)
def test_each_picture_is_there_is_small_and_has_a_maker(language):
    named = re.findall(r"!\[[^\]]+\]\(([\w./]+)\)", TEXTS[language])
    assert [ROOT / "docs" / one for one in named] == [
        ROOT / tour.place(name, language)
        for name in ("dashboard", "compare", "live", "report", "explain", "own_county", "what_it_takes")
    ]
    assert {ROOT / "docs" / one for one in named} == {
        ROOT / tour.place(one, language) for one in tour.PICTURES
    }
    for one in named:
        content = (ROOT / "docs" / one).read_bytes()
        assert len(content) < LARGEST
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "PNG" and 400 < image.width <= tour.WIDTH and image.mode == "P"


def test_no_picture_is_left_over():
    kept = set((ROOT / tour.FOLDER).rglob("*.png"))
    assert kept == {ROOT / tour.place(one, language) for one in tour.PICTURES for language in tour.LANGUAGES}


def test_both_pages_show_the_same():
    plain = [
        [word for word in words if not word.startswith(("report.language", "lang"))] for words in COMMANDS
    ]
    half = len(plain) // 2
    assert plain[:half] == plain[half:]


def test_the_study_of_the_pictures_is_that_of_the_text():
    shown = [tuple(words[2:]) for words in commands("en")]
    assert tour.STUDY in shown and tour.TAKES in shown


def test_an_unknown_picture_gets_one_sentence(capsys):
    assert tour.main(["dashbord"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("error: pictures are dashboard, compare") and told.err.count("\n") == 1


def test_a_picture_is_made_small():
    image = Image.new("RGB", (1280, 640), "white")
    made = io.BytesIO()
    image.save(made, "PNG")
    with Image.open(io.BytesIO(tour.small(made.getvalue()))) as kept:
        assert kept.size == (1000, 500) and kept.mode == "P"
