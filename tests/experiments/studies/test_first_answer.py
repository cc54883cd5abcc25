"""The command line in-process.

Bad input, the experiments end to end on tiny counties, the runner's promises, estimates.
"""

import hashlib
import json
import math
import os
import re

import numpy as np
import pandas as pd
import pytest
import yaml

import run
import sim
from experiments import statistics
from experiments.command.scenario import compose_line
from experiments.report import figures, style
from experiments.studies.first_answer import FirstAnswer, again, summarise
from experiments.studies.first_answer import text as answer_text
from experiments.study.plan import FRESH_FROM, LUCK_FROM
from experiments.study.store import Results
from sim.state.parameters import SECTIONS, Parameters

TINY = [
    "county.elders=12",
    "county.villages=2",
    "horizon.end=2025-12",
    "horizon.spin_up=1",
    "workers=1",
    "progress=false",
]


def said(capsys, words):
    """Exit code and the one sentence on stderr."""
    code = run.main(words)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    lines = err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), err
    return code, lines[0]


BAD = {
    "unknown key": (["county.vilages=5"], "did you mean county.villages?"),
    "unknown setting": (["sedes=5"], "did you mean seeds?"),
    "unknown group": (["fundin=jiangxi"], "did you mean funding?"),
    "unknown funding": (["experiment=baseline", "funding=jiangzi"], "did you mean jiangxi?"),
    "unknown business": (["experiment=baseline", "business=turism"], "did you mean tourism?"),
    "unknown experiment": (["experiment=base_line"], "did you mean baseline?"),
    "unknown verb": (["rnu"], "did you mean run?"),
    "unknown word of a choice": (["funding.rule=gap_fillers"], "did you mean gap_filler?"),
    "wrong type": (["county.villages=many"], "county.villages = 'many': a number is wanted (villages)"),
    "wrong type of a switch": (["timebank.on=maybe"], "true or false is wanted"),
    "wrong type of a setting": (["seeds=two"], "seeds"),
    "a fraction of a village": (["county.villages=2.5"], "a whole number is wanted"),
    "out of range": (["timebank.credit_per_hour=9"], "allowed is 0 to 2"),
    "nan": (["county.pension=nan"], "a finite number is wanted"),
    "infinite": (["county.pension=inf"], "a finite number is wanted"),
    "shares that do not sum to one": (
        ["experiment=baseline", "funding.share_government=0.9"],
        "they must sum to 1",
    ),
    "end before start": (["horizon.end=2024-12"], "end 2024-12 is before start 2025-01"),
    "a month that is none": (["horizon.end=2030-13"], "YYYY-MM"),
    "zero villages": (["county.villages=0"], "allowed is 1 to 10000"),
    "zero seeds": (["seeds=0"], "allowed is 1 to 100000"),
    "unknown size": (["size=quik"], "did you mean quick?"),
    "unknown row": (["rows=[jiangzi]"], "did you mean jiangxi?"),
    "a word without =": (["experiment=smoke", "villages"], "key=value is wanted"),
    "several values": (["funding=jiangxi,feixiang"], "compare them with -m"),
    "a section as a value": (["needs=3"], "is a section"),
    "unknown option to add": (["service.sharing_staton=true"], "did you mean service.sharing_station?"),
    "an option that is no switch": (["service.sharing_station=2"], "true or false is wanted"),
    "two options that disagree": (
        ["service.chain=true", "service=professional_team"],
        "service.professional_team and service.chain set operation.way to",
    ),
    "an option asked for and left out": (["service=chain", "service.chain=false"], "take one of them"),
    "a policy asked for and left out": (
        ["policy=oldest_free", "policy.oldest_free=false"],
        "take one of them",
    ),
    "funding of an experiment that compares them": (["funding=jiangxi"], "rows=[jiangxi]"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_sentence_and_exit_code_one(case, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, sentence = BAD[case]
    code, line = said(capsys, words)
    assert code == 1 and sentence in line
    assert not list(tmp_path.iterdir())  # nothing was begun


def test_a_folder_that_cannot_be_written_is_named(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, line = said(capsys, ["experiment=smoke", f"out={tmp_path}/file", *TINY])
    assert code == 1 and "cannot be written" in line and "out=" in line


@pytest.mark.parametrize("experiment", ["smoke", "first_answer"])
def test_a_table_with_a_missing_age_group_is_named(experiment, capsys, tmp_path, monkeypatch):
    whole = sim.start.tables.read

    def short(name, folder=sim.start.tables.DATA):
        return [r for r in whole(name, folder) if r.get("age_group") != "75-79"]

    cached = [f for f in vars(sim.start.tables).values() if hasattr(f, "cache_clear")]
    monkeypatch.setattr(sim.start.tables, "read", short)
    for f in cached:
        f.cache_clear()
    try:
        code, line = said(capsys, [f"experiment={experiment}", f"out={tmp_path}", *TINY])
    finally:
        for f in cached:
            f.cache_clear()
    assert code == 1 and "75-79" in line and ".csv" in line
    assert (
        json.loads((folder_of(tmp_path, experiment, "") / "manifest.json").read_text())["status"] == "failed"
    )


def test_help_names_groups_and_options(capsys):
    assert run.main(["--help", "options"]) == 0
    text = capsys.readouterr().out
    assert "funding=" in text and "jiangxi" in text


# -- experiments end to end
# --------------------------------------------------------------------------------------------
def folder_of(tmp_path, name, out="results"):
    """The one results folder of an experiment."""
    (found,) = (tmp_path / out / name).iterdir()
    return found


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """A tiny run of the smoke experiment from an empty working folder: (working folder, results folder)."""
    home, before = tmp_path_factory.mktemp("home"), os.getcwd()
    os.chdir(home)
    try:
        assert run.main(["run", "experiment=smoke", "seeds=2", *TINY]) == 0
    finally:
        os.chdir(before)
    return home, folder_of(home, "smoke")


def test_an_option_is_added_by_its_name_as_the_issue_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (
        run.main(
            ["experiment=baseline", "service.sharing_station=true", "shock.flood=false", "seeds=1", *TINY]
        )
        == 0
    )
    folder = folder_of(tmp_path, "baseline")
    asked = yaml.safe_load((folder / "resolved.yaml").read_text())
    assert asked["sharing"]["on"] is True and asked["shocks"]["scheduled"] == "none"
    assert run.main(["experiment=baseline", "service=sharing_station", "seeds=1", *TINY]) == 0
    assert folder_of(tmp_path, "baseline") == folder  # the same study, to its hash


def test_only_the_results_folder_appears(smoke):
    home, folder = smoke
    assert [p.name for p in home.iterdir()] == ["results"]
    assert re.fullmatch(r"[0-9a-f]{12}", folder.name)


def test_everything_that_was_promised_is_stored(smoke):
    _, folder = smoke
    found = Results(folder)
    runs, villages, series = found.runs(), found.villages(), found.series()
    main = runs[runs["arm"] == "main"]
    assert len(main) == 2 * 2 and (runs["error"] == "").all()  # each with its reference
    assert len(villages) == 2 * len(runs)
    assert len(series) == 2 * 2 * 12 and series["month"].max() == 11
    assert set(series.dtypes[[c for c in series if c not in ("run", "scenario", "arm")]]) == {
        np.dtype("int32")
    }
    assert not list(folder.rglob("*.tmp"))
    for name in (
        "summary.csv",
        "answer.txt",
        "resolved.yaml",
        "figures/payers.png",
        "figures/needs.svg",
        "figures/classes.png",
    ):
        assert (folder / name).stat().st_size > 0


def test_the_manifest_ties_results_to_what_made_them(smoke):
    _, folder = smoke
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["status"] == "finished" and manifest["failed"] == 0
    assert (
        manifest["sha256"]["configuration"]
        == hashlib.sha256((folder / "resolved.yaml").read_bytes()).hexdigest()
    )
    table = "month_seasons.csv"
    assert (
        manifest["sha256"]["data"][table]
        == hashlib.sha256((sim.start.tables.DATA / table).read_bytes()).hexdigest()
    )
    assert {"python", "mesa", "numba", "hydra-core"} <= set(manifest["versions"])
    assert manifest["overrides"][0] == "experiment=smoke"


def test_shares_by_class_sum_to_all_villages(smoke):
    _, folder = smoke
    assert math.isclose(pd.read_csv(folder / "summary.csv")["share"].sum(), 1.0)


def test_the_resolved_configuration_runs_again(smoke):
    from omegaconf import OmegaConf

    _, folder = smoke
    plain = OmegaConf.to_container(OmegaConf.load(folder / "resolved.yaml"))
    sections = {k: v for k, v in plain.items() if k in SECTIONS}
    assert Parameters.from_dict(sections).county.elders == 12


def test_the_first_answer_prints_its_table_and_three_sentences(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = [w for w in TINY if "villages" not in w] + [
        "county.villages=12",
        "seeds=2",
        "rows=[jiangxi,no_money]",
        "columns=[none,handicraft,deposit]",
    ]
    assert run.main(words) == 0
    text, folder = capsys.readouterr().out, folder_of(tmp_path, "first_answer")
    assert "AS PRACTISED" in text and "EQUAL PLEDGED ENVELOPE" in text
    assert [line[:3] for line in text.splitlines() if re.match(r"\d\. ", line)] == ["1. ", "2. ", "3. "]
    assert not re.search(r"\b(will|forecast|predict)", text.replace("not a forecast", ""))
    table = pd.read_csv(folder / "summary.csv")
    cells = {tuple(x) for x in table[["panel", "funding", "business"]].to_numpy()}
    jiangxi = {
        (panel, "jiangxi", b)
        for panel in ("practised", "envelope")
        for b in ("none", "handicraft", "deposit")
    }
    assert cells == jiangxi | {("practised", "no_money", "none")}
    by = table.set_index(["panel", "funding", "business"])
    assert (
        by.loc[("practised", "jiangxi", "handicraft"), "villages"] == 3
    )  # craft heritage in three strengths
    assert by.loc[("practised", "jiangxi", "none"), "villages"] == 12
    villages = Results(folder).villages()
    nothing = villages[villages["scenario"] == "practised/no_money/none"]
    pledgers = [
        "paid_government_fen",
        "paid_collective_fen",
        "paid_society_fen",
    ]  # a neighbour's hour stays paid
    assert (nothing[pledgers].to_numpy() == 0).all()
    runs = Results(folder).runs()
    assert runs[runs["arm"] == "main"].groupby("replicate")["seed"].nunique().eq(1).all()  # common luck
    for name in ("viability", "classes", "payers", "needs"):
        assert (folder / "figures" / f"{name}.svg").exists() and (folder / "figures" / f"{name}.png").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["rows=[no_money]", "size=quick"],
        ["rows=[jiangxi]", "columns=[deposit]", "horizon.end=2025-03", "panels=[envelope]"],
    ],
)
def test_an_answer_of_null_arms_alone_is_still_an_answer(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = {word.partition("=")[0]: word for word in (*TINY, "seeds=1", *words)}  # a key is given once
    assert run.main([*given.values()]) == 0
    assert "1. If the rules" in capsys.readouterr().out


def test_a_deposit_pays_no_business_and_a_business_only_endowed_villages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [w for w in TINY if "villages" not in w] + [
        "county.villages=4",
        "seeds=1",
        "rows=[jiangxi]",
        "columns=[handicraft,deposit]",
        "panels=[practised]",
        "draws=false",
        "business.decided=false",
    ]
    assert run.main(words) == 0
    villages = Results(folder_of(tmp_path, "first_answer")).villages()
    craft = villages[(villages["scenario"] == "practised/jiangxi/handicraft") & (villages["arm"] == "main")]
    assert (craft.loc[craft["kind"] != "craft", "plus"] == 0).all() and (
        craft.loc[craft["kind"] == "craft", "plus"] == 4
    ).all()
    assert (villages.loc[villages["scenario"] == "practised/jiangxi/deposit", "plus"] == 8).all()


# -- estimates, by hand
# ------------------------------------------------------------------------------------------------
def toy(verdicts, kinds=("plain", "scenic"), strengths=("weak", "rich"), replicates=1, **more):
    """Village rows of one scenario."""
    n = len(kinds)
    return pd.DataFrame(
        {
            "scenario": "s",
            "arm": "main",
            "replicate": np.repeat(np.arange(replicates), n),
            "village": np.tile(np.arange(n), replicates),
            "kind": list(kinds) * replicates,
            "strength": list(strengths) * replicates,
            "verdict": verdicts,
            "cause": 0,
            "solvent": True,
            "hours_met": True,
            "visits_met": True,
            "closures": 0,
            **more,
        }
    )


def test_the_interval_takes_the_seed_as_unit():
    one = statistics.interval(np.array([0.2, 0.4, 0.6]), bounded=False)
    half = 4.302653 * 0.2 / math.sqrt(3)  # Student's t, 2 degrees of freedom, 97.5 %
    assert math.isclose(one.low, 0.4 - half, abs_tol=1e-5) and math.isclose(
        one.high, 0.4 + half, abs_tol=1e-5
    )
    assert statistics.interval(np.array([0.2, 0.4, 0.6])).low == 0.0


def test_strata_are_reweighted_to_their_prevalence():
    p = Parameters().replace({"county.stratified": True})
    shares = statistics.prevalence(p)
    assert math.isclose(sum(shares.values()), 1.0)
    c = p.county
    plain = 1 - c.share_scenic - c.share_craft - c.share_near_town
    assert math.isclose(shares["plain", "weak"], plain * 0.40) and math.isclose(
        shares["scenic", "rich"], c.share_scenic * 0.18
    )
    rows = statistics.with_weights(toy(["viable", "closed"]), p)
    got = statistics.by_replicate(rows, rows["verdict"] == "viable")
    assert math.isclose(got.loc[0], plain * 0.40 / (plain * 0.40 + c.share_scenic * 0.18))
    double = toy(["viable", "closed", "closed"], ("plain", "plain", "scenic"), ("weak", "weak", "rich"))
    assert math.isclose(statistics.with_weights(double, p)["weight"].iloc[0], plain * 0.40 / 2)


def test_causes_count_failing_villages_once():
    rows = toy(["closed", "under_serving"], weight=1.0)
    rows["cause"] = [0b0101, 0]  # money and helpers
    rows["hours_met"] = [True, False]
    found = statistics.causes(rows)
    assert found.to_dict() == {"too few hours": 1.0, "closed: money": 0.5, "closed: helpers": 0.5}


def test_public_cost_is_a_ratio_of_sums():
    rows = toy(
        ["viable", "closed"], weight=[1.0, 3.0], public_fen=[10_000, 20_000], elder_years_helped=[5.0, 1.0]
    )
    assert statistics.public_cost(rows) == (100 + 3 * 200) / (5 + 3)


def test_a_paired_rerun_counts_the_closures_it_averts():
    main = toy(["closed", "closed"], closures=[1, 2])
    main["cause"] = [1, 2]
    assert statistics.to_relieve(main, "s") == (0, ["money", "users"])
    relieved = toy(["viable", "closed"], closures=[0, 1]).assign(arm="relief:money")
    assert statistics.averted(pd.concat([main, relieved]), "s") == {"money": (1, 2)}


def test_paired_reruns_of_a_panel_share_the_seed_with_most_closures():
    plan = FirstAnswer(
        compose_line(
            ["rows=[jiangxi,feixiang,families_pay,government_led]", "columns=[none]", "panels=[practised]"]
        )
    )
    shut = {
        "jiangxi": [2, 0, 0],
        "feixiang": [0, 1, 1],
        "families_pay": [0, 2, 1],
        "government_led": [0, 0, 0],
    }  # closed villages by seed
    rows = []
    for cell in plan.cells:
        count = np.repeat(shut[cell.funding], 2)
        closures = np.where(np.tile([1, 2], 3) <= count, 3, 0)
        rows.append(
            toy("closed", replicates=3, elder_years_helped=1.0, public_fen=0).assign(
                scenario=cell.name, closures=closures, cause=np.where(closures, 1, 0)
            )
        )
    tasks = plan.paired(pd.concat(rows))  # seed 1 has 3 closed villages over all cells, the others 2
    assert {(t.scenario.name.split("/")[1], t.replicate, t.arm) for t in tasks} == {
        ("jiangxi", 0, "relief:money"),
        ("feixiang", 1, "relief:money"),
        ("families_pay", 1, "relief:money"),
    }


STATION = {
    "judged": "viable",
    "own_fen": 0,
    "table_months": 24,
    "open_months": 48,
    "station_closures": 0,
    "station_class": "viable",
    "viable_meals": True,
    "unpaid_fen": 0,
    "cost_fen": 100,
    "first_entry": 0,
    "first_exit": 60,
    "first_ended": False,
    "elder_years_helped": 1.0,
    "public_fen": 0,
}  # of a village whose station stood for four years, two of them with meals


def served(cells, years):
    """Village rows of mixes, two villages alike, and of their reference; `years`: funding -> by replicate."""
    rows = []
    for name, given in [*((cell.name, years[cell.funding]) for cell in cells), ("reference", [5.0] * 3)]:
        mine = toy("closed", kinds=("plain", "plain"), replicates=len(given), **STATION)
        rows.append(mine.assign(scenario=name, served_years=np.repeat(given, 2)))
    return pd.concat(rows, ignore_index=True)


def test_the_best_mix_is_named_with_those_that_cannot_be_told_from_it():
    """Added over 5: 20 in each of 3 seeds; 20, 20, 10 (interval of the difference -17.7 to 11.0); none."""
    plan = FirstAnswer(
        compose_line(["rows=[jiangxi,feixiang,families_pay]", "columns=[none]", "panels=[practised]"])
    )
    years = {"jiangxi": [25.0, 25.0, 25.0], "feixiang": [25.0, 25.0, 15.0], "families_pay": [5.0] * 3}
    summary = summarise(plan, served(plan.cells, years))
    top = answer_text.best(summary, "practised")
    assert top["funding"] == "jiangxi" and answer_text.ties(summary, "practised") == (1, 2)
    assert (top["added"], top["table_years"], top["survive_1"]) == (20.0, 2.0, 1.0)
    assert np.isnan(top["survive_10"])  # seen for five years
    said = answer_text.sentences(plan, summary)[0]
    assert "no single winner: 2 of 3 combinations cannot be told from the best" in said
    assert "without any business the mixes lie between 0 and 20" in said
    with style.speaking("zh"):
        assert "3 种组合中有 2 种与最好者无法区分（含其自身）" in answer_text.sentences(plan, summary)[0]
    table = answer_text.replications(summary)
    assert (
        len(table.rows) == 3
        and table.rows[0][1] == 3
        and table.rows[0][3] in ("0.00", "-")
        and len(table.columns) == len(table.rows[0])
    )
    feixiang = summary[summary["funding"] == "feixiang"].iloc[0]
    x = np.array([20.0, 20.0, 10.0])
    assert math.isclose(feixiang["added_cv"], x.std(ddof=1) / x.mean())


def test_a_best_mix_at_zero_is_no_winner_and_a_lone_one_is():
    """-1, 0, 2 added: the interval holds zero. 20 against 10 in each seed: told apart."""
    plan = FirstAnswer(compose_line(["rows=[jiangxi,feixiang]", "columns=[none]", "panels=[practised]"]))
    zero = {"jiangxi": [4.0, 5.0, 7.0], "feixiang": [5.0, 5.0, 5.0]}
    said = answer_text.sentences(plan, summarise(plan, served(plan.cells, zero)))[0]
    assert "no mix is told from adding nothing to 2035" in said
    apart = {"jiangxi": [25.0, 25.1, 25.2], "feixiang": [15.0, 15.1, 15.2]}
    said = answer_text.sentences(plan, summarise(plan, served(plan.cells, apart)))[0]
    assert "Jiangxi (elders + government) with no business adds the most elder-years a village" in said
    assert "with meals in 2.0 years" in said


def test_the_funnel_of_a_mix_counts_all_villages():
    """Of two villages one is viable with meals and one lasts without paying."""
    plan = FirstAnswer(compose_line(["rows=[jiangxi]", "columns=[none]", "panels=[practised]"]))
    rows = served(plan.cells, {"jiangxi": [25.0] * 3})
    second = rows["village"] == 1
    rows.loc[second, ["station_class", "judged"]] = "does_not_pay"
    rows.loc[second, "viable_meals"] = False
    one = summarise(plan, rows).iloc[0]
    weights = statistics.with_weights(toy("closed", kinds=("plain", "plain")), plan.base)["weight"].to_numpy()
    half = weights[0] / weights.sum()  # the weak village
    names = ["station_opened", "station_old", "lasting", "paying", "station_viable", "viable_meals", "viable"]
    assert one[names].tolist() == pytest.approx([1.0, 1.0, 1.0, half, half, half, half])
    assert one["cause"] == "does not pay"


def test_the_best_is_run_again_on_fresh_seeds_and_some_draws_under_further_lucks():
    """Three seeds: three fresh ones, and three draws under three more lucks, each with its reference."""
    words = ["rows=[jiangxi,feixiang]", "columns=[none]", "panels=[practised]"]
    plan = FirstAnswer(compose_line([*words, "seeds=3"]))
    summary = summarise(plan, served(plan.cells, {"jiangxi": [25.0] * 3, "feixiang": [15.0] * 3}))
    tasks = again.tasks(plan, summary)
    assert {task.scenario.name for task in tasks} == {"practised/jiangxi/none", "reference"}
    fresh = [task for task in tasks if task.arm == "fresh"]
    assert len(fresh) == 6 and all(task.draw == task.replicate >= FRESH_FROM for task in fresh)
    luck = [task for task in tasks if task.arm == "luck"]
    assert len(luck) == 2 * 3 * 3 and {task.draw for task in luck} == {0, 1, 2}
    main = {task.replicate: task for task in plan.main() if task.scenario.name == "practised/jiangxi/none"}
    for task in luck:
        assert task.seed != main[task.draw].seed
        if task.scenario.name != "reference":
            assert task.parameters == main[task.draw].parameters
    for other in ("size=quick", "draws=false"):
        plan = FirstAnswer(compose_line([*words, "seeds=3", other]))
        assert "luck" not in {task.arm for task in again.tasks(plan, summary)}


def test_more_seeds_add_runs_to_those_of_the_best_and_take_none_away():
    words = ["rows=[jiangxi]", "columns=[none]", "panels=[practised]"]
    few, many = (FirstAnswer(compose_line([*words, f"seeds={count}"])) for count in (3, 5))
    summary = summarise(few, served(few.cells, {"jiangxi": [25.0] * 3}))
    runs = [{task.run for task in again.tasks(plan, summary)} for plan in (few, many)]
    assert runs[0] < runs[1]


def test_the_answer_says_what_fresh_seeds_found_and_how_much_is_luck():
    """Chosen at 20, it adds 15, 16, 17 on fresh seeds: mean 16, half-width 4.303 / sqrt(3) = 2.5.

    Draws at 20, 30, 40 and one more luck two above: between 2 x 100, within 2: F 100, luck 2 / 101 (0 to 28
    %).
    """
    words = ["rows=[jiangxi]", "columns=[none]", "panels=[practised]", "seeds=3"]
    plan = FirstAnswer(compose_line(words))
    rows = served(plan.cells, {"jiangxi": [25.0, 35.0, 45.0]})
    summary = summarise(plan, rows)
    fresh = served(plan.cells, {"jiangxi": [20.0, 21.0, 22.0]}).assign(arm="fresh")
    fresh["replicate"] += FRESH_FROM
    luck = served(plan.cells, {"jiangxi": [27.0, 37.0, 47.0]}).assign(arm="luck")
    luck["replicate"] += LUCK_FROM
    plan_of_two = again.NESTED | {"default": (3, 2)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "NESTED", plan_of_two)
        summary = again.with_again(plan, summary, pd.concat([rows, fresh, luck], ignore_index=True))
    one = summary.iloc[0]
    assert (one["added"], one["fresh_added"], one["fresh_seeds"]) == (30.0, 16.0, 3)
    assert math.isclose(one["luck_share"], 2 / 101)
    first, _, third = answer_text.sentences(plan, summary)
    assert "16.0 (13.5-18.5), with meals in 2.0 years" in first
    assert "on 3 fresh seeds that chose nothing" in first
    assert "2 % (0 to 28) is luck alone" in third and "3 draws of them, 2 lucks each" in third
    assert "16 (14–18) on 3 fresh seeds" in figures._heat_said(summary, "added", "2035")[0]


def test_where_no_design_tells_nothing_is_said_of_luck():
    plan = FirstAnswer(compose_line(["rows=[jiangxi]", "columns=[none]", "panels=[practised]"]))
    summary = summarise(plan, served(plan.cells, {"jiangxi": [25.0, 26.0, 27.0]}))
    assert "luck" not in " ".join(answer_text.sentences(plan, summary))


def test_figures_are_the_same_bytes_each_time(tmp_path):
    table = pd.DataFrame(
        {
            "panel": ["practised"],
            "funding": ["jiangxi"],
            "business": ["none"],
            "viable": [0.5],
            "low": [0.4],
            "high": [0.6],
            "villages": [12],
            "seeds": [20],
        }
    )
    for name in ("a", "b"):
        figures.heat(table, "2035", tmp_path / name)
    assert (tmp_path / "a" / "viability.svg").read_bytes() == (tmp_path / "b" / "viability.svg").read_bytes()
    assert b"<dc:date>" not in (tmp_path / "a" / "viability.svg").read_bytes()
    assert len(set(style.CLASS_COLOURS.values())) == 6
