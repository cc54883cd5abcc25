"""Who is no page of this computer gets no answer from a screen; and what is run turns to no host."""

import asyncio
import importlib.util
import subprocess
import sys

import pytest
from watching import elsewhere, seen, watched

from experiments.command.catalogue import ROOT
from experiments.command.guard import HEADERS, Guard

HERE = "127.0.0.1:8501"


def asked(kind, *headers):
    """What a Guard and the application behind it answer, and whether the application was reached."""
    reached, said = [], []

    async def app(scope, receive, send):
        reached.append(scope["type"])
        if scope["type"] == "http":
            theirs = [(b"X-Frame-Options", b"ALLOWALL"), (b"etag", b"x")]
            await send({"type": "http.response.start", "status": 200, "headers": theirs})

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        said.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers]
    asyncio.run(Guard(app)({"type": kind, "headers": pairs}, receive, send))
    return bool(reached), said


REFUSED = {
    "a stranger's name for this computer": [("host", "evil.example:8501")],
    "a name that begins like ours": [("host", "127.0.0.1.evil.example")],
    "a name before a sign": [("host", "127.0.0.1@evil.example")],
    "a name after a sign": [("host", "evil.example@127.0.0.1")],
    "a port that is none": [("host", "127.0.0.1:x")],
    "a path": [("host", "127.0.0.1/evil")],
    "no host": [],
    "an empty host": [("host", "")],
    "two hosts": [("host", HERE), ("Host", "evil.example")],
    "a page elsewhere": [("host", HERE), ("origin", "https://evil.example")],
    "another port here": [("host", HERE), ("origin", "http://127.0.0.1:9999")],
    "no page": [("host", HERE), ("origin", "null")],
    "two pages": [("host", HERE), ("origin", f"http://{HERE}"), ("origin", "http://evil.example")],
    "a name in capitals elsewhere": [("host", HERE), ("Origin", "HTTP://EVIL.EXAMPLE")],
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_not_from_here_does_not_reach_a_screen(case):
    reached, said = asked("http", *REFUSED[case])
    assert not reached and said[0]["status"] == 403
    reached, said = asked("websocket", *REFUSED[case])
    assert not reached and said == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("host", [HERE, "localhost:8501", "localhost", "LOCALHOST:9000"])
def test_a_page_of_this_computer_is_answered_with_what_it_may_load(host):
    for headers in ([("host", host)], [("host", host), ("origin", f"http://{host}")]):
        assert asked("websocket", *headers)[0]
        reached, said = asked("http", *headers)
        kept = {name.decode().lower(): value.decode() for name, value in said[0]["headers"]}
        assert reached and len(said[0]["headers"]) == len(HEADERS) + 1
        assert kept == {"etag": "x", **HEADERS}


def test_starting_and_ending_pass():
    assert asked("lifespan")[0]


@pytest.mark.skipif(not importlib.util.find_spec("streamlit"), reason="the extra dashboard is not installed")
def test_every_setting_of_the_dashboard_is_one_of_streamlit():
    """A misspelt one would be without effect; the page opens without asking for an address of e-mail."""
    from streamlit import config

    from experiments.dashboard.served import OPTIONS

    assert set(OPTIONS) <= set(config._config_options_template)
    assert OPTIONS["server.address"] == "127.0.0.1" and not OPTIONS["browser.gatherUsageStats"]


def ran(folder, *words):
    """The hosts that a command turned to; it ends well."""
    file = folder / "sockets"
    command = [sys.executable, str(ROOT / "run.py"), *words, f"out={folder}/out", "progress=false"]
    subprocess.run(command, cwd=folder, env=watched(file), check=True, capture_output=True, timeout=300)
    return file


SMALL = ["experiment=smoke", "county.elders=12", "county.villages=2", "horizon.end=2025-06", "seeds=4"]


def test_the_watch_sees_every_child(tmp_path):
    """Otherwise the tests below could not fail."""
    inner = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    subprocess.run([sys.executable, "-c", outer], env=watched(tmp_path / "sockets"), check=False)
    assert elsewhere(tmp_path / "sockets") == {("socket.connect", "192.0.2.1")}


@pytest.mark.slow
def test_a_study_with_its_report_turns_to_no_host(tmp_path):
    assert seen(ran(tmp_path, *SMALL, "workers=2")) == set()
    file = tmp_path / "report"
    (folder,) = (tmp_path / "out" / "smoke").iterdir()
    command = [sys.executable, str(ROOT / "run.py"), "report", f"study={folder}"]
    subprocess.run(command, env=watched(file), check=True, capture_output=True, timeout=300)
    assert seen(file) == set()
