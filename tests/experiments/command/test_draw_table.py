"""Tables of draws: rows by weight, what they hold, what is refused; and the words that ask for them."""

import pytest

from experiments.command import draw_table
from experiments.command.scenario import Scenario, compose_line
from experiments.command.settings import Mistake
from experiments.study import draws
from experiments.study.plan import Plan, Task
from sim import Parameters

TABLE = """# made by: python run.py experiment=calibrate
weight,structure,participation.quit,station.patience
1,money,0.15,2
3,people,0.3,4
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_rows_are_taken_by_their_weight(mine):
    found = draw_table.read(mine)
    assert found.at(0.2) == {"participation.quit": 0.15, "station.patience": 2}
    assert found.at(0.26) == {"participation.quit": 0.3, "station.patience": 4} == found.at(1.0)
    assert [found.structures[found.place(at)] for at in (0.0, 0.24, 0.25)] == ["money", "money", "people"]
    assert found.effective == pytest.approx(16 / 10)  # (1 + 3)^2 / (1 + 9)
    assert found.made_by == "python run.py experiment=calibrate"


def test_a_draw_takes_a_row_and_the_rest_as_declared(mine):
    plain = draws.draw(7, 3)
    found = draws.draw(7, 3, table=str(mine))
    moved = {path for path in found if found[path] != plain[path]}
    assert moved <= {"participation.quit", "station.patience"} and found["participation.quit"] in (0.15, 0.3)
    held = draws.draw(7, 3, {"participation.quit"}, str(mine))
    assert "participation.quit" not in held and held["station.patience"] == found["station.patience"]


def test_rows_come_as_often_as_they_weigh(mine):
    """Of 400 draws 300 are expected of the second row; 4.5 deviations of 8.7 are 39."""
    heavy = sum(draws.structure(1, at, str(mine)) == "people" for at in range(400))
    assert 261 <= heavy <= 339


def test_a_run_knows_its_table_and_structure(mine):
    plain, drawn = (Task(Scenario("a", Parameters(), table=table), 0, 7, draw=2) for table in ("", str(mine)))
    assert plain.structure == "" and drawn.structure in ("money", "people") and plain.run != drawn.run
    assert drawn.parameters.participation.quit in (0.15, 0.3)
    plan = Plan()
    plan.put("runs", [drawn])
    kept = plan.to_dict()["scenarios"]
    assert Scenario.from_dict(next(iter(kept.values()))) == drawn.scenario


def test_another_content_is_another_run(mine):
    first = Task(Scenario("a", Parameters(), table=str(mine)), 0, 7, draw=2).run
    mine.write_text(TABLE.replace("0.3,4", "0.3,5"), encoding="utf-8")
    draw_table.digest.cache_clear()
    assert Task(Scenario("a", Parameters(), table=str(mine)), 0, 7, draw=2).run != first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one row"),
        ("weight,participation.quit\n", "at least one row"),
        (
            "weight,participation.quot\n1,0.2\n",
            "line 1: unknown column 'participation.quot'.*did you mean participation.quit",
        ),
        (
            "participation.quit,participation.quit\n0.2,0.2\n",
            "line 1: column 'participation.quit' is there twice",
        ),
        ("weight,structure\n1,money\n", "no column is a parameter"),
        (
            "weight,participation.quit\n1,0.2\n1,7\n",
            "line 3: participation.quit = 7.0: allowed is 0.1 to 0.35",
        ),
        ("weight,participation.quit\n1,much\n", "line 2: participation.quit = 'much': a number is wanted"),
        ("weight,participation.quit\n1,nan\n", "line 2: participation.quit = nan: a finite number"),
        ("weight,participation.quit\n-1,0.2\n", "line 2: weight = '-1': a number of nought or more"),
        ("weight,participation.quit\n0,0.2\n", "weights are all nought"),
        ("weight,participation.quit\n1\n", "line 2: 1 cells where the header has 2"),
        ("# a comment\nweight,participation.quit\n1,0.2,3\n", "line 3: 3 cells where the header has 2"),
    ],
)
def test_a_bad_table_is_refused_in_one_sentence(text, said, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=said) as caught:
        draw_table.read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "drawn", "table"),
    [
        ([], "calibrated", "calibrated"),
        (["draws=prior"], "prior", ""),
        (["draws=none"], "none", ""),
        (["draws=true"], "prior", ""),  # as it was asked before there was a choice
        (["draws=false"], "none", ""),
    ],
)
def test_what_is_drawn_by_the_word(words, drawn, table):
    settings = compose_line(["experiment=baseline", *words]).settings
    assert (settings.draws, settings.table, settings.drawn) == (drawn, table, drawn != "none")


def test_another_word_is_refused_with_the_nearest():
    with pytest.raises(Mistake, match="draws = 'calibratd'.*did you mean calibrated"):
        compose_line(["experiment=baseline", "draws=calibratd"])
    with pytest.raises(Mistake, match=r"nowhere\.csv"):
        compose_line(["experiment=baseline", "draws=nowhere.csv"])


def test_the_projects_table_says_what_made_it_and_is_worth_five_hundred_draws():
    found = draw_table.read(draw_table.READY)
    assert found.made_by.startswith("python run.py experiment=calibrate") and found.effective >= 500
    shares = {name: 0.0 for name in found.structures}
    for name, low, high in zip(found.structures, (0.0, *found.ends), found.ends, strict=False):
        shares[name] += high - low
    assert len(shares) == 3 and max(shares.values()) - min(shares.values()) < 0.01  # rivals weigh the same
