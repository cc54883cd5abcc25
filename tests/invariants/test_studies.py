"""Tiny studies of every experiment hold what they held when studies.yaml was written."""

import pytest
from studies import COMMANDS, NUMBERED, REFRESH, SLOW, frozen, kept, moved

from experiments.command.settings import options

WITHOUT = {
    "benchmark",
    "nation",
    "calibrate",
    "headline",
    "strategy",
}  # two measure time, one makes the table, one is moved by it, one joins others that stand here
NAMES = [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in COMMANDS]
EXTRA = {
    "voi": "sklearn",
    "search": "pymoo",
}  # without the extra it is not tested
BEFORE = {
    "results": "aa", "summary": "bb", "findings": "cc",
    "runs": {"north": "0=1111/aaaa 1=2222/bbbb", "south": "0=3333/cccc"},
}  # fmt: skip


def test_every_experiment_is_frozen():
    """By the word experiment=; the first answer is what is run without it."""
    words = [word for command in COMMANDS.values() for word in command if word.startswith("experiment=")]
    names = {word.partition("=")[2] for word in words} | {"first_answer"}
    assert names == set(options()["experiment"]) - WITHOUT
    assert list(kept()) == list(COMMANDS)


@pytest.mark.filterwarnings("ignore")  # so few runs are too few for SALib and SciPy
@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_study_holds_what_it_held(name, tmp_path):
    if name in EXTRA:
        pytest.importorskip(EXTRA[name])
    found = list(moved(kept()[name], frozen(name, tmp_path)))
    more = f"; {len(found) - 1} more differ" if len(found) > 1 else ""
    assert not found, f"{name}: {found[0]}{more}. If that is meant: {REFRESH}"


def test_two_studies_that_are_alike_have_nothing_to_say():
    assert list(moved(BEFORE, BEFORE)) == []


@pytest.mark.parametrize(
    "change, said",
    [
        ({"runs": {"north": "0=1111/aaaa 1=2221/bbbd", "south": "0=3333/cccc"}, "results": "ab"},
         ["scenario north, replicate 1: its values moved (stored bbbb, now bbbd)", "hash of all runs moved"]),
        ({"runs": {"north": "0=1111/aaaa 1=2221/bbbb", "south": "0=3333/cccc"}},
         [f"scenario north, replicate 1: {NUMBERED}"]),
        ({"runs": {"north": "0=1111/aaaa 1=2222/bbbb"}},
         ["scenario south, replicate 0: it is not run any more"]),
        ({"runs": BEFORE["runs"] | {"west": "4=4444/dddd"}}, ["scenario west, replicate 4: it was not run"]),
        ({"summary": "bd", "findings": "cd"}, ["summary.csv moved", "findings.json moved"]),
    ],
)  # fmt: skip
def test_what_moved_is_named(change, said):
    assert list(moved(BEFORE, BEFORE | change)) == said
