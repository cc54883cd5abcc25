"""The two lock files: every package with a checksum, the same versions, no address."""

import re
import tomllib

import pytest

from experiments.study.provenance import ROOT

LOCKS = ("requirements.lock", "requirements-all.lock")
OWN = {"test", "build"}  # extras of the smaller lock


def entries(name):
    """Package -> version and number of checksums."""
    found = {}
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8")):
        if named := re.match(r"([\w.-]+)==(\S+)", block):
            found[named[1].lower()] = named[2], block.count("--hash=sha256:")
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_has_a_checksum_and_nothing_an_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|^-|index-url|find-links|trusted-host", text, re.MULTILINE)
    assert entries(name) and all(sums for _, sums in entries(name).values())


def test_the_larger_lock_holds_the_smaller_one_in_the_same_versions():
    small, large = map(entries, LOCKS)
    assert {name: large.get(name, ("",))[0] for name in small} == {name: v for name, (v, _) in small.items()}


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_asked_for_is_locked(name):
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = told["optional-dependencies"]
    wanted = told["dependencies"] + [
        one for extra, ones in more.items() if extra in OWN or name == LOCKS[1] for one in ones
    ]
    missing = {re.match(r"[\w.-]+", one)[0].lower() for one in wanted} - set(entries(name))
    assert missing == set()


def test_the_command_of_each_lock_is_written_down():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in LOCKS:
        assert re.search(rf"pip-compile --generate-hashes [^#]*\n#[^#]*-o {name} pyproject.toml", text)
