"""The notebook runs from a question to a figure, asks no host for anything, and pairs its runs."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watching import elsewhere, seen, watched

from experiments.report.documents import ROOT

pytest.importorskip("marimo")
NOTEBOOK = ROOT / "notebooks/question.py"
SENTENCE = re.compile(r"([+-][\d.]+) elder-years served \((-?[\d.]+) to (-?[\d.]+)\), (not )?told from zero")
NO_OUTPUT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def quiet(sockets: Path, home: Path) -> dict[str, str]:
    """The environment of the page's command, with nobody's settings; compiled kernels are found."""
    places = {f"XDG_{what}_HOME": str(home) for what in ("CONFIG", "STATE", "DATA")}
    return watched(sockets) | places | {"MARIMO_SKIP_UPDATE_CHECK": "1"}


@pytest.mark.slow  # forty runs in a process of its own
def test_as_a_script_it_writes_a_figure_and_a_sentence(tmp_path: Path) -> None:
    """Nothing is looked up or connected to; the mean lies in the middle of its interval."""
    sockets = tmp_path / "sockets"
    environment = quiet(sockets, tmp_path)
    environment["PYTHONPATH"] += f":{ROOT}"
    done = subprocess.run(
        [sys.executable, str(NOTEBOOK)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = SENTENCE.search(done.stdout)
    assert found, done.stdout
    mean, low, high = map(float, found.groups()[:3])
    assert mean == pytest.approx((low + high) / 2, abs=0.11) and bool(found[4]) == (low <= 0 <= high)
    assert (tmp_path / "question.png").stat().st_size > 20_000
    assert seen(sockets) == set()


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the cells leave behind; the figure goes where the process stands."""
    spec = importlib.util.spec_from_file_location("question", NOTEBOOK)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with contextlib.chdir(tmp_path_factory.mktemp("notebook")):
        return module.app.run()[1]


def test_pairs_share_their_luck_until_the_change(values: Any) -> None:
    """The change acts from the thirteenth month on."""
    with_it, without = values["with_it"], values["without"]
    assert without.shape == (20, 60) and (with_it[:, :12] == without[:, :12]).all()
    assert (with_it[:, 12:] != without[:, 12:]).any()


def test_the_interval_is_that_of_student(values: Any) -> None:
    """2.093: the 97.5 % point with nineteen degrees of freedom, from a table."""
    of_seeds = (values["with_it"] - values["without"]).sum(axis=1)
    error = np.sqrt(((of_seeds - of_seeds.mean()) ** 2).sum() / 19 / 20)
    assert values["half"] == pytest.approx(2.093 * error, rel=1e-3)
    assert values["mean"] == pytest.approx(of_seeds.mean())


def test_it_says_how_to_open_it_without_asking_for_a_newer_one() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert "MARIMO_SKIP_UPDATE_CHECK=1 marimo edit" in text and "http" not in text


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def page_of(address: str, server: subprocess.Popen[bytes]) -> str:
    """What the server answers once it is up."""
    for _ in range(200):
        assert server.poll() is None
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no page within twenty seconds")


def test_its_page_names_no_other_host_and_the_server_turns_to_none(tmp_path: Path) -> None:
    sockets, port = tmp_path / "sockets", free_port()
    environment = quiet(sockets, tmp_path)
    command = [sys.executable, "-m", "marimo", "-q", "edit", "--headless", "--no-token", f"--port={port}"]
    with subprocess.Popen([*command, str(NOTEBOOK)], env=environment, **NO_OUTPUT) as server:
        try:
            page = page_of(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
    assert "marimo" in page and not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    # it binds elsewhere only to see whether its port is free
    asked = {(event, host) for event, host in elsewhere(sockets) if event != "socket.bind"}
    assert ("socket.bind", "127.0.0.1") in seen(
        sockets
    ) and asked == set()  # it tries whether its port is free
