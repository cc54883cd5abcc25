"""A wait says what is being done on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

import run
from experiments.command import busy
from experiments.command.catalogue import ROOT


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def opened(monkeypatch):
    """Makes the error stream a terminal, with less patience; in the test itself: pytest sets it anew."""

    def make() -> Terminal:
        made = Terminal()
        monkeypatch.setattr(sys, "stderr", made)
        return made

    monkeypatch.setattr(busy, "PATIENCE", 0.05)
    monkeypatch.setattr(busy, "EVERY", 0.02)
    return make


def until_seen(stream: io.StringIO, text: str) -> None:
    """Wait for a word, ten seconds at most."""
    end = time.monotonic() + 10
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    assert text in stream.getvalue()


def test_the_line_appears_changes_and_is_gone(opened):
    terminal = opened()
    with busy.shown(True):
        busy.say("reading", "正在读取")
        until_seen(terminal, "reading … 0 s")
        busy.say("drawing", "正在绘图")
        until_seen(terminal, "drawing … 0 s")
        print("note: mine", file=sys.stderr)
        assert terminal.getvalue().endswith(f"{busy.ERASE}note: mine\n")  # taken away before another word
        until_seen(terminal, "note: mine\n\r\x1b[Kdrawing")
    assert terminal.getvalue().endswith(busy.ERASE) and sys.stderr is terminal
    before = terminal.getvalue()
    busy.say("later", "以后")
    time.sleep(0.1)
    assert terminal.getvalue() == before


def test_a_short_wait_says_nothing(opened, monkeypatch):
    terminal = opened()
    monkeypatch.setattr(busy, "PATIENCE", 60.0)
    with busy.shown(True):
        busy.say("reading", "正在读取")
        time.sleep(0.1)
    assert terminal.getvalue() == ""


def test_another_progress_has_the_terminal_for_itself(opened):
    terminal = opened()
    with busy.shown(True, "zh"):
        busy.say("reading", "正在读取")
        until_seen(terminal, "正在读取")
        with busy.quiet():
            before = terminal.getvalue()
            assert before.endswith(busy.ERASE)
            time.sleep(0.1)
            assert terminal.getvalue() == before
        busy.say("answering", "正在作答")
        until_seen(terminal, "正在作答")


def test_no_terminal_or_not_wanted_no_line(opened, monkeypatch):
    terminal = opened()
    with busy.shown(False):
        busy.say("reading", "正在读取")
        time.sleep(0.1)
    assert terminal.getvalue() == ""
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    with busy.shown(True):
        busy.say("reading", "正在读取")
        time.sleep(0.1)
        assert sys.stderr is plain
    assert plain.getvalue() == ""


@pytest.mark.parametrize("words", [["xlrm", "progress=maybe"], ["report", "study=x", "progress=no"]])
def test_progress_is_true_or_false(words, capsys):
    assert run.main(words) == 1
    assert "allowed are true, false" in capsys.readouterr().err


def spoken(*words: str) -> tuple[str, str]:
    """What a command writes to a pipe, and to a terminal as its error stream."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), *words], stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT
    )
    os.close(theirs)
    seen, out = b"", b""
    assert child.stdout is not None
    streams = [ours, child.stdout.fileno()]
    while streams:
        for one in select.select(streams, [], [], 120)[0]:
            try:
                got = os.read(one, 65_536)
            except OSError:  # how a terminal ends
                got = b""
            if not got:
                streams.remove(one)
            elif one == ours:
                seen += got
            else:
                out += got
    assert child.wait(60) == 0
    child.stdout.close()
    os.close(ours)
    return out.decode(), seen.decode()


@pytest.mark.slow  # the model is loaded twice
def test_a_real_wait_is_told_on_the_terminal_and_the_pipe_holds_the_answer_alone():
    out, told = spoken("xlrm")
    assert re.search(r"loading the model … \d s", told) and told.endswith(busy.ERASE)
    assert out.startswith("## X: uncertainties") and "loading" not in out and "\x1b" not in out
    again, silent = spoken("xlrm", "progress=false")
    assert again == out and silent == ""
