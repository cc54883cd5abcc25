"""Compiled code is read from, and written to, what nobody but the user and root can have changed."""

from __future__ import annotations

import ast
import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from sim.engine import compile_cache
from sim.engine.kernels import inline

PROJECT = Path(compile_cache.PACKAGE).parent
SOMEBODY_ELSE = 54_321
ROOT = os.geteuid() == 0
SOURCE = "def twice(number):\n    return 2 * number\n"
SET = bool(numba.config.CACHE_DIR or numba.config.CACHE_LOCATOR_CLASSES)  # type: ignore[attr-defined]
compiles = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT) or SET,  # type: ignore[attr-defined]
    reason="nothing is compiled, or the user says where it is kept",
)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, closed: Path) -> Iterator[Callable[[Path], Any]]:
    """A function that points the cache at a folder, compiles `twice` anew and returns its dispatcher."""
    file = closed / "twice.py"
    file.write_text(SOURCE, encoding="utf-8")

    def compiled(folder: Path) -> Any:
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
        monkeypatch.setenv("HOME", str(closed / "nowhere"))
        monkeypatch.setattr(tempfile, "gettempdir", lambda: str(folder))
        compile_cache.cache_folder.cache_clear()
        spec = importlib.util.spec_from_file_location("twice", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(
            sys.modules, "twice", module
        )  # Numba looks there for what a kept version closes over
        spec.loader.exec_module(module)
        made = inline(module.twice)
        assert made(21) == 42
        return made

    yield compiled
    compile_cache.cache_folder.cache_clear()


class Trap:
    """What writes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return Path.touch, (self.marker,)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path there."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def with_traps(folder: Path, names: list[str], marker: Path) -> None:
    """Plant a trap under each of these names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(pickle.dumps(Trap(marker)))


def shared(place: Path, mode: int) -> Callable[[Path], Path]:
    """The folder `place` gets this mode; what stands below it stays."""

    def opened(base: Path) -> Path:
        (base / place).chmod(mode)
        return base / "outer" / "cache"

    return opened


def foreign(base: Path) -> Path:
    """The cache belongs to another user."""
    os.chown(base / "outer" / "cache", SOMEBODY_ELSE, SOMEBODY_ELSE)
    return base / "outer" / "cache"


def foreign_parent(base: Path) -> Path:
    """What the cache lies in belongs to another user."""
    os.chown(base / "outer", SOMEBODY_ELSE, SOMEBODY_ELSE)
    return base / "outer" / "cache"


def linked(base: Path) -> Path:
    """A link in a folder of one's own leads to where others write."""
    (base / "outer").chmod(0o777)
    (base / "link").symlink_to(base / "outer")
    return base / "link" / "cache"


def last_open(base: Path) -> Path:
    """The last folder may be entered by others, who may write files in it that are open to them."""
    for folder in (base / "outer" / "cache" / "mutual-aid-sim").iterdir():
        folder.chmod(0o755)
    return base / "outer" / "cache"


PLACES = [
    pytest.param(shared(Path("outer"), 0o1777), id="sticky"),
    pytest.param(shared(Path("outer"), 0o775), id="group above"),
    pytest.param(shared(Path("outer/cache"), 0o757), id="world"),
    pytest.param(shared(Path("outer/cache/mutual-aid-sim"), 0o770), id="group below"),
    pytest.param(linked, id="link"),
    pytest.param(last_open, id="open to others"),
    pytest.param(foreign, id="another user", marks=pytest.mark.skipif(not ROOT, reason="root only")),
    pytest.param(
        foreign_parent, id="in another user's", marks=pytest.mark.skipif(not ROOT, reason="root only")
    ),
]


@compiles
@pytest.mark.parametrize("place", PLACES)
def test_what_others_may_have_planted_is_neither_read_nor_written(
    place: Callable[[Path], Path], closed: Path, use: Callable[[Path], Any]
) -> None:
    own, marker = closed / "own", closed / "marker"
    use(own)
    names = list(files_in(own))
    assert len(names) == 1
    outer = closed / "outer" / "cache"
    with_traps(outer, names, marker)
    for folder in (closed / "outer", *(closed / "outer").rglob("*")):
        if folder.is_dir():
            folder.chmod(0o700)
    planted = files_in(outer)
    with pytest.warns(RuntimeWarning, match="compiled code is not kept.*NUMBA_CACHE_DIR"):
        use(place(closed))
    assert not marker.exists()
    assert files_in(outer) == planted


@compiles
def test_the_traps_would_spring(closed: Path, use: Callable[[Path], Any]) -> None:
    """What lies in one's own folder is read; a file that is no compiled code is written anew."""
    own, marker = closed / "own", closed / "marker"
    use(own)
    kept = files_in(own)
    with_traps(own, list(kept), marker)
    use(own)
    assert marker.exists()
    assert set(files_in(own)) == set(kept)
    marker.unlink()
    use(own)
    assert not marker.exists()


@compiles
def test_a_second_process_compiles_nothing_and_the_folder_is_closed(
    closed: Path, use: Callable[[Path], Any]
) -> None:
    before = os.umask(0)
    try:
        first = use(closed / "own")
    finally:
        os.umask(before)
    assert first.stats.cache_misses and not first.stats.cache_hits
    again = use(closed / "own")
    assert again.stats.cache_hits and not again.stats.cache_misses
    folders = [path for path in (closed / "own").rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in (closed / "own", *folders)} == {0o700}


@compiles
def test_a_link_to_ones_own_folder_is_followed(closed: Path, use: Callable[[Path], Any]) -> None:
    (closed / "own").mkdir()
    (closed / "link").symlink_to(closed / "own")
    use(closed / "link")
    assert len(files_in(closed / "own")) == 1
    assert use(closed / "link").stats.cache_hits


@compiles
def test_a_file_cut_short_is_compiled_anew(closed: Path, use: Callable[[Path], Any]) -> None:
    use(closed / "own")
    for name in files_in(closed / "own"):
        (closed / "own" / name).write_bytes(b"")
    use(closed / "own")
    assert use(closed / "own").stats.cache_hits


@compiles
def test_a_version_is_never_found_under_the_types_of_another(
    closed: Path, use: Callable[[Path], Any]
) -> None:
    """Two processes that compile two versions at once each write a file of their own."""
    first = use(closed / "own")
    second = use(closed / "own")  # has seen what was there before the other version came
    assert first(0.5) == 1.0 and second(np.uint8(3)) == 6
    assert len(files_in(closed / "own")) == 3
    third = use(closed / "own")
    assert third(0.5) == 1.0 and third(np.uint8(3)) == 6
    assert sum(third.stats.cache_hits.values()) == 3 and not third.stats.cache_misses


@compiles
def test_what_was_not_written_to_the_end_is_not_there(
    closed: Path, use: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*paths: Any) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        use(closed / "own")
    assert files_in(closed / "own") == {}
    assert use(closed / "own").stats.cache_misses


# -- kernels that came with the install --------------------------------------------------------------------
@pytest.fixture
def carry(
    closed: Path, use: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Path]]:
    """A function that moves what was compiled into the package of an install, under the name it has there."""
    installed = closed / "installed"
    package = installed.joinpath(*compile_cache.CARRIED.split("."))

    def moved() -> Path:
        (package / compile_cache.folder_name()).mkdir(parents=True)
        (package / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(installed))
        compile_cache.carried_folder.cache_clear()
        monkeypatch.delenv(compile_cache.NOT_CARRIED, raising=False)
        made = use(closed / "own")
        types, codegen = (numba.int64,), made.targetctx.codegen()
        place = made._cache.carried_file(types, codegen)
        place.parent.mkdir()
        made._cache.own_file(types, codegen).rename(place)
        return Path(place)

    yield moved
    compile_cache.carried_folder.cache_clear()


@compiles
def test_what_the_install_compiled_is_read_and_nothing_is_written(
    closed: Path, use: Callable[[Path], Any], carry: Callable[[], Path]
) -> None:
    carry()
    assert use(closed / "own").stats.cache_hits
    assert files_in(closed / "own") == {}


@compiles
def test_carried_code_of_other_sources_or_cut_short_is_compiled_anew(
    closed: Path, use: Callable[[Path], Any], carry: Callable[[], Path]
) -> None:
    place = carry()
    source = closed / "twice.py"
    source.write_text(f"{SOURCE}# says more\n", encoding="utf-8")
    assert use(closed / "own").stats.cache_misses
    source.write_text(SOURCE, encoding="utf-8")
    assert use(closed / "own").stats.cache_hits and len(files_in(closed / "own")) == 1
    place.write_bytes(place.read_bytes()[:100])
    assert use(closed / "own").stats.cache_misses
    assert len(files_in(closed / "own")) == 2 and len(place.read_bytes()) == 100


@compiles
@pytest.mark.parametrize("said", ["carried", "another processor"])
def test_carried_code_can_be_refused(
    said: str, closed: Path, use: Callable[[Path], Any], carry: Callable[[], Path], monkeypatch: Any
) -> None:
    carry()
    if said == "carried":
        monkeypatch.setenv(compile_cache.NOT_CARRIED, "1")
    else:
        monkeypatch.setattr(numba.config, "CPU_NAME", "x86-64-v2")
    compile_cache.carried_folder.cache_clear()
    assert use(closed / "own").stats.cache_misses


@pytest.mark.parametrize("word", ["", "relative", "~"])
def test_what_is_no_absolute_path_is_no_place(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", word)
    monkeypatch.setenv("HOME", word)
    monkeypatch.setattr(tempfile, "gettempdir", lambda: word)
    compile_cache.cache_folder.cache_clear()
    with pytest.warns(RuntimeWarning, match="there is no home"):
        assert compile_cache.cache_folder() is None
    compile_cache.cache_folder.cache_clear()


@pytest.mark.skipif(SET, reason="the user says where compiled code is kept")
def test_other_programs_keep_their_folder(tmp_path: Path) -> None:
    """Numba's setting for the process stays, and a function of somebody else is kept beside its source."""
    assert numba.config.CACHE_DIR == ""  # type: ignore[attr-defined]
    file = tmp_path / "other.py"
    file.write_text(f"import numba\n\n\n@numba.njit(cache=True)\n{SOURCE}", encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import sim, other\nother.twice(1)\nprint(other.twice.stats.cache_path)"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    assert said_by(code, {**clean, "PYTHONPATH": str(PROJECT)})[0] == str(tmp_path / "__pycache__")


def test_other_programs_compile_for_their_processor() -> None:
    """The processor that Numba compiles for is the same with this package and without."""
    ask = (
        "import numba\nother = numba.njit(lambda number: number + 1)\nother(1)\n"
        "print(other.targetctx.codegen().magic_tuple(), numba.config.CPU_NAME, numba.config.CACHE_DIR)"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    environment = {**clean, "PYTHONPATH": str(PROJECT)}
    with_ours = "import sim\nfrom sim.engine import randomness\n"
    assert said_by(with_ours + ask, environment)[0] == said_by(ask, environment)[0]


@compiles
def test_a_folder_that_the_user_names_is_the_users_choice(tmp_path: Path) -> None:
    code = "import sim\nfrom sim.engine import randomness\nprint(randomness.mixed.stats.cache_path)"
    code = code.replace("mixed", compiled_name())
    said = said_by(code, {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(PROJECT)})[0]
    assert said.startswith(str(tmp_path))


def compiled_name() -> str:
    """A function of the draws that is compiled when it is declared."""
    from sim.engine import randomness

    return next(name for name, value in vars(randomness).items() if hasattr(value, "stats"))


def said_by(code: str, environment: dict[str, str], *before: str) -> tuple[str, str]:
    """What a fresh process says, and its warnings."""
    done = subprocess.run(
        [*before, sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize("compiler", ["on", "off"])
@pytest.mark.skipif(
    not ROOT or shutil.which("setpriv") is None, reason="only root can be a user whom nobody knows"
)
def test_a_user_without_home_imports_and_draws(compiler: str) -> None:
    """No HOME, no entry in the list of users, and packages that only others may write."""
    code = "import sim\nfrom sim.engine import randomness\nprint(sim.Parameters().horizon.months)"
    clean = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME")}
    environment = {**clean, "PYTHONPATH": str(PROJECT), "NUMBA_DISABLE_JIT": str(int(compiler == "off"))}
    nobody = ("setpriv", f"--reuid={SOMEBODY_ELSE}", f"--regid={SOMEBODY_ELSE}", "--clear-groups")
    may_read = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    said, warned = said_by(code, environment, *nobody, *may_read)
    assert said == "132"
    assert warned.count("Warning") == (1 if compiler == "on" and not SET else 0)


@pytest.mark.parametrize("home", ["", "relative", "/etc/passwd", "/nowhere/at/all"])
def test_a_strange_home_is_no_obstacle(home: str) -> None:
    environment = {**os.environ, "HOME": home, "XDG_CACHE_HOME": "", "PYTHONPATH": str(PROJECT)}
    code = "import sim\nprint(sim.Parameters().horizon.months)"
    assert said_by(code, environment)[0] == "132"
    assert not Path("/nowhere").exists() and not Path("/.cache/mutual-aid-sim").exists()


def test_nothing_is_looked_for_while_the_compiler_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_cache, "cache_folder", lambda: pytest.fail("asked for a folder"))
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert inline(abs) is abs


def test_what_kernels_of_parts_call_in_other_files_is_in_a_shared_room() -> None:
    """Numba looks at a kernel's own file alone: a rule changed elsewhere must change the folder's name."""
    package, shared = compile_cache.PACKAGE, set(compile_cache.shared_files())
    unseen = set()
    for part in (package / "parts").glob("*.py"):
        for node in ast.walk(ast.parse(part.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
                called = package.parent / f"{(node.module or '').replace('.', '/')}.py"
                if (
                    called not in shared
                    and called.exists()
                    and "@inner" in called.read_text(encoding="utf-8")
                ):
                    unseen.add(called.name)
    assert unseen == set()
