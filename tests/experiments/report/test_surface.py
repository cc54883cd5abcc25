"""What Python users may rely on: nothing leaves without a release that warned."""

from __future__ import annotations

import warnings
from pathlib import Path

import griffe
import pytest
from runs import small

import sim
from experiments.report import surface


@pytest.fixture(scope="module")
def today() -> griffe.Module:
    return surface.surface()


def test_nothing_of_the_last_release_is_gone(today: griffe.Module) -> None:
    last = [version for version in surface.releases() if version != surface.version()][-1]
    assert surface.breakages(surface.stored(last), today) == []


def test_the_surface_of_this_version_is_stored(today: griffe.Module) -> None:
    stored = surface.stored(surface.version())
    both = surface.breakages(stored, today) + surface.breakages(today, stored)
    assert both == [], "run python -m experiments.report.surface"
    assert surface.PAGE.read_text(encoding="utf-8") == surface.page()


def test_a_name_that_left_is_seen(tmp_path: Path) -> None:
    for folder, text in (("old", "def kept(x): ...\ndef gone(): ...\n"), ("new", "def kept(x, y): ...\n")):
        (tmp_path / folder / "sim").mkdir(parents=True)
        names = "['kept', 'gone']" if folder == "old" else "['kept']"
        (tmp_path / folder / "sim/__init__.py").write_text(f"__all__ = {names}\n{text}", encoding="utf-8")
    said = surface.breakages(surface.surface(tmp_path / "old"), surface.surface(tmp_path / "new"))
    assert [line.split(": ")[:2] for line in said] == [
        ["sim.gone", "Public object was removed"],
        ["sim.kept", "Parameter was added as required"],
    ]


def test_no_path_of_a_machine_is_stored() -> None:
    for version in surface.releases():
        text = (surface.STORED / f"{version}.json").read_text(encoding="utf-8")
        assert '"/' not in text.replace('"//', "")


def test_names_that_leave_still_answer_and_warn() -> None:
    model = small(villages=2)
    from sim.parts.timebank import EXPIRE

    with pytest.warns(DeprecationWarning, match=r"0\.3\.0: use keys"):
        assert model.key(EXPIRE) == model.keys(EXPIRE)[0]
    with pytest.warns(DeprecationWarning, match="lasting_keys"):
        assert model.lasting_key(EXPIRE) == model.lasting_keys(EXPIRE)[0]
    with pytest.warns(DeprecationWarning, match=r"counties\.groups"):
        assert len(model.groups) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.run(1)


def test_what_is_public_says_what_it_is(today: griffe.Module) -> None:
    for name in sim.__all__:
        member = today[name]
        assert isinstance(member, griffe.Object) and member.docstring, name
