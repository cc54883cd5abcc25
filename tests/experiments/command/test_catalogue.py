"""An experiment is found by its YAML and its file; what is missing is said in one sentence that names the
line to write.
"""

import shutil
import subprocess
import sys

import pytest
import yaml

import run
from experiments.command import catalogue
from experiments.command.catalogue import CONFIGS, ROOT, STUDIES, Mistake, check, check_all, experiments, read
from experiments.command.scenario import compose_line

MINE = """# @package _global_
title: Which of two?
help: Two arms, and nothing else.
reads: [seeds, seed, size]
name: mine
"""


@pytest.fixture
def copy(tmp_path):
    """The configurations and the studies in a folder of their own."""
    shutil.copytree(CONFIGS, tmp_path / "configs")
    for folder in ("studies", "sensitivity", "evidence", "decide", "reproduce", "benchmark"):
        shutil.copytree(ROOT / "experiments" / folder, tmp_path / "experiments" / folder)
    return tmp_path


def told(root):
    """The one sentence on the mistake in a copy."""
    with pytest.raises(Mistake) as caught:
        check_all(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_experiment_has_its_configuration_and_its_file():
    check_all()
    assert len(experiments()) > 20


def test_an_experiment_is_entered_in_two_places_only(copy):
    (copy / STUDIES / "mine.py").write_text("def question(size):\n    return None\n")
    (copy / "configs" / "experiment" / "mine.yaml").write_text(MINE)
    check_all(copy)
    found = read(copy / "configs" / "experiment" / "mine.yaml")
    assert (found.module, found.title) == ("experiments.studies.mine", "Which of two?")


def test_a_file_without_a_configuration_is_named(copy):
    (copy / STUDIES / "mine.py").write_text("def question(size):\n    return None\n")
    assert told(copy) == (
        "experiments/studies/mine.py is an experiment without a configuration: write "
        "configs/experiment/mine.yaml with title:, help: and reads:"
    )


def test_a_configuration_without_a_file_is_named(copy):
    (copy / "configs" / "experiment" / "mine.yaml").write_text(MINE)
    assert told(copy).startswith(
        "configs/experiment/mine.yaml is an experiment without code: write experiments/studies/mine.py with"
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("title", "has no title: write `title: <what is asked, in one line>` into it"),
        ("help", "has no help: write `help: <what is run, and which settings matter>` into it"),
        ("reads", "has no reads: write `reads: [seeds, seed, draws, policy]` into it"),
    ],
)
def test_a_configuration_that_does_not_say_what_it_is_is_named(copy, key, said):
    path = copy / "configs" / "experiment" / "q2.yaml"
    path.write_text("".join(line for line in MINE.splitlines(True) if not line.startswith((key, "name"))))
    assert told(copy) == f"configs/experiment/q2.yaml {said}"


def test_a_study_that_reads_sizes_and_has_none_is_named(copy):
    (copy / STUDIES / "mine.py").write_text("def run(line, words):\n    return 0\n")
    (copy / "configs" / "experiment" / "mine.yaml").write_text(MINE)
    assert told(copy) == (
        "experiments/studies/mine.py reads size and has no sizes: write "
        '`SIZES = {"quick": ..., "default": ..., "full": ...}` in it'
    )


def test_a_file_that_cannot_be_run_is_named(copy):
    (copy / STUDIES / "mine.py").write_text("SIZES = {}\n")
    (copy / "configs" / "experiment" / "mine.yaml").write_text(MINE)
    assert told(copy) == (
        "experiments/studies/mine.py cannot be run: write `def run(line, words)` or "
        "`def question(size)` in it"
    )


def test_other_values_for_an_experiment_are_a_file_with_its_name(copy):
    path = copy / "configs" / "experiment" / "mine.yaml"
    path.write_text("# @package _global_\ntitle: What if it floods?\nname: fork\n")
    check_all(copy)
    found = read(path)
    assert found.called("zh") == "What if it floods?"  # and not that of the other
    assert (found.name, found.title, found.module) == (
        "mine",
        "What if it floods?",
        "experiments.studies.fork",
    )
    check(found)


def test_what_a_configuration_says_of_itself_is_no_part_of_a_study():
    """Titles may change without a change of any identity; every sixth, as all go one way."""
    for name in sorted(experiments())[::6]:
        kept = yaml.safe_load(compose_line([f"experiment={name}"]).text)
        assert not set(kept) & set(catalogue.ABOUT)


def test_what_a_configuration_says_of_itself_cannot_be_set(capsys):
    assert run.main(["experiment=q2", "title=Mine"]) == 1
    assert "unknown key 'title'" in capsys.readouterr().err


def test_help_shows_every_experiment_without_loading_the_model():
    code = (
        "import sys, run; run.main(['--help', 'experiments']); "
        "print([m for m in ('sim', 'hydra', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert said.strip().endswith("[]")
    assert all(f"experiment={name}" in said and one.title in said for name, one in experiments().items())
