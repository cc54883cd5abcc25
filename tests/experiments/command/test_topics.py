"""Help by topic: a page fits a screen, names nothing that is not there; a wrong word gets one sentence."""

from __future__ import annotations

import dataclasses
import re
import shlex
import unicodedata
from dataclasses import fields

import pytest

import run
from experiments.command import asked, catalogue, topics
from experiments.command.experiment_settings import Settings
from experiments.command.line import VERBS
from experiments.command.scenario import compose_line
from experiments.command.sweep import gathered

HEIGHT, WIDTH = 24, 80  # of a terminal as they are opened
LANGUAGES = ("en", "zh")
PAGES = [(topic, language) for topic in topics.pages() for language in LANGUAGES]
LONG = ("options", "experiments")  # lists


def wide(line: str) -> int:
    """Columns of a terminal; a Chinese sign takes two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in line)


def said(capsys, *words: str) -> str:
    """What a line prints where it is answered."""
    assert run.main([*words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("topic", "language"), PAGES)
def test_a_page_fits_a_screen(topic, language):
    lines = topics.pages()[topic][language].splitlines()
    assert [line for line in lines if wide(line) > WIDTH] == []
    assert len(lines) < HEIGHT  # one line is the prompt's


@pytest.mark.parametrize(("topic", "language"), PAGES)
def test_a_page_names_nothing_that_is_not_there(topic, language):
    text = topics.pages()[topic][language]
    for name in re.findall(r"experiment=([a-z_0-9]+)", text):
        assert name in catalogue.experiments()
    for name in re.findall(r"--help ([a-z_]+)", text):
        assert name in topics.words()
    for file in re.findall(r"(?:docs|notebooks|results)/[\w./]+\.(?:md|csv|py)", text):
        assert (catalogue.ROOT / file).is_file(), file
    for kind in re.findall(r"template ([a-z]+)", text):
        assert kind in asked.TEMPLATES
    for verb in re.findall(r"run\.py ([a-z_]+)(?: |$)", text, re.MULTILINE):
        assert verb in VERBS


@pytest.mark.parametrize(("topic", "language"), PAGES)
def test_what_runs_is_read_as_written(topic, language):
    """Of commands that begin a study, with files of their own left out."""
    for line in topics.pages()[topic][language].splitlines():
        found = re.match(r"\s+python run\.py (.*?)(?:\s{3,}.*)?$", line)
        words = shlex.split(found[1]) if found else []
        if not words or words[0] in VERBS or "given." in found[1] or "--cfg" in words or "[" in found[1][:1]:
            continue
        many = "-m" in words
        words = [word for word in words if word != "-m"]
        assert compose_line(gathered(words) if many else words).settings.name in catalogue.experiments()


def test_both_languages_show_the_same_commands():
    for topic, page in topics.pages().items():
        both = [
            re.findall(r"run\.py ([a-z_]+(?: [a-z]+=\S*)?)|(experiment=\w+)", page[code])
            for code in LANGUAGES
        ]
        assert sorted(set(both[0])) == sorted(set(both[1])), topic


def test_every_verb_and_setting_stands_on_a_page():
    text = "\n".join(page["en"] for page in topics.pages().values())
    assert [
        verb for verb in VERBS if verb not in ("run", "help") and not re.search(rf"\b{verb}\b", text)
    ] == []
    rare = {"name", "sweep", "confirm", "panels", "looks", "distribution", "sample", "arm", "below", "keep"}
    rare |= {"models", "objectives", "outcomes"}  # --help <experiment> names them
    plain = {one.name for one in fields(Settings)} - rare
    assert [key for key in plain if not re.search(rf"\b{key}[.=]", text)] == []
    read = {key for one in catalogue.experiments().values() for key in one.reads}
    assert rare - read <= {"name", "sweep", "confirm"}


def test_help_is_asked_for_in_three_ways_and_two_languages(capsys):
    first = said(capsys, "--help")
    assert first == said(capsys, "help") == said(capsys, "-h") and first.startswith("python run.py [verb]")
    page = said(capsys, "--help", "decide")
    assert page == said(capsys, "help", "decide") == said(capsys, "decide", "-h") and "what_it_takes" in page
    assert said(capsys, "help", "decide", "report.language=zh").startswith("该怎么办")
    assert said(capsys, "report", "--help") == said(capsys, "--help", "report")
    assert "It reads seed=" in said(capsys, "experiment=voi", "seeds=3", "--help")
    assert said(capsys, "--help", "sensitivity") != said(capsys, "--help", "experiment=sensitivity")


def test_every_experiment_has_a_chinese_title_that_stands_in_the_list(capsys, monkeypatch):
    """Asked for by a word, or by the language of the terminal; a word holds over the terminal."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    english = said(capsys, "--help", "experiments")
    chinese = said(capsys, "--help", "experiments", "report.language=zh")
    for name, one in catalogue.experiments().items():
        assert re.search(r"[\u4e00-\u9fff]", one.chinese), name
        assert f"experiment={name:14} {one.title}\n" in english
        assert f"experiment={name:14} {one.chinese}\n" in chinese and one.title not in chinese
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert said(capsys, "--help", "experiments") == chinese
    assert said(capsys, "--help", "experiments", "report.language=en") == english
    assert said(capsys, "--help", "q2").startswith("重建设还是重运营？\n")
    assert "python run.py [动词]" in said(capsys, "--help")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # which stands above LANG
    assert said(capsys, "--help", "experiments") == english


def test_an_experiment_that_nobody_translated_keeps_its_title():
    one = catalogue.experiments()["q2"]
    assert dataclasses.replace(one, chinese="").called("zh") == one.title


def test_every_word_that_leads_to_a_topic_leads_to_one():
    both = [word for page in topics.pages().values() for word in page["also"]]
    assert len(both) == len(set(both)) and not set(both) & set(topics.pages())
    for name in catalogue.experiments():
        assert name in topics.page(["--help", name])


def test_a_parameter_and_a_section_say_what_is_declared(capsys):
    page = said(capsys, "--help", "timebank.expiry")
    assert page.startswith("timebank.expiry=0.05") and "0.01 to 0.15 share/year" in page and "grade D" in page
    assert "  needs." in said(capsys, "--help", "needs")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("sensitiviy", "sensitivity"), ("counti", "county"), ("timebank.expirey", "timebank.expiry")],
)
def test_an_unknown_topic_gets_one_sentence_with_the_nearest(word, nearest, capsys):
    assert run.main(["--help", word]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert (
        told.err.startswith(f"error: no help on '{word}'; topics are county")
        and f"did you mean {nearest}?" in told.err
    )
