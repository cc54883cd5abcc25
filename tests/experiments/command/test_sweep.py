"""Several values for a key: what is read, what is refused, and that one more value runs that value alone."""

from __future__ import annotations

import pandas as pd
import pytest

import run
from experiments.arms import Arm
from experiments.command import flags, sweep
from experiments.command.catalogue import Mistake, options
from experiments.command.scenario import compose_line
from experiments.command.sweep import Swept
from experiments.studies import compare
from experiments.study.manifest import manifest_of
from sim.state.parameters import ParameterError

TINY = [
    "county.elders=12",
    "horizon.end=2025-06",
    "horizon.spin_up=0",
    "seeds=3",
    "draws=prior",
]


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("funding=jiangxi,feixiang", ("jiangxi", "feixiang")),
        ("county.villages=choice(10,20)", ("10", "20")),
        ("county.villages=range(10,40,10)", ("10", "20", "30")),
        ("county.villages=sort(30,10,20)", ("10", "20", "30")),
        ("funding=glob(f*)", ("families_pay", "feixiang", "four_payers")),
        ("funding=glob([f*,j*],exclude=fo*)", ("families_pay", "feixiang", "jiangxi")),
        ("policy=taper_2027,build_more", ("[taper_2027]", "[build_more]")),
        ("policy=[],[taper_2027,build_more]", ("[]", "[taper_2027,build_more]")),
        ("funding.residual=[],[collective,families]", ("[]", "[collective,families]")),
        ("timebank.on=true,false", ("true", "false")),
    ],
)
def test_a_word_with_several_values(word, values):
    assert sweep.swept(word) == Swept(word.partition("=")[0], values)


def test_a_word_with_one_value_is_none():
    assert sweep.swept("funding=jiangxi") is None and sweep.swept("policy=[taper_2027,build_more]") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("county.villages=interval(2,5)", "experiment=sensitivity"),
        ("funding=shuffle(jiangxi,feixiang)", "chance is the seed's"),
        ("seed=1,2", "seeds=N"),
        ("seeds=3,4", "same seeds"),
        ("experiment=q1,q2", "one question"),
        ("draws=prior,none", "headline"),
        ("out=a,b", "cannot have several values"),
        ("given.villages=a.csv,b.csv", "cannot have several values"),
        ("given.villages='a.csv,b.csv'", "a command for each table"),  # as paths are quoted
        ("engine=serial,local", "cannot have several values"),
        ("fundin=jiangxi,feixiang", "did you mean funding?"),
        ("funding=jiangxi,fexiang", "did you mean feixiang?"),
        ("funding=glob(zz*)", "no option fits"),
        ("county.villages=glob(1*)", "glob() chooses options"),
        ("county.villages=10,0", "allowed is 1"),
        ("county.villages=range(1,99999)", "more than 1000 values"),
        ("funding=jiangxi,jiangxi", "there twice"),
        ("policy=taper_2027,taper_2O27", "did you mean taper_2027?"),
        ("funding=jiangxi", "no key has more than one"),
        ("funding=jiangxi,feixiang funding=default", "given twice"),
        ("funding=jiangxi,feixiang experiment=q2", "leave it out"),
        ("funding=", "no key has more than one"),
        ("funding=a,", "cannot read"),
    ],
)
def test_what_cannot_be_swept_is_said_in_a_sentence(line, said):
    with pytest.raises((Mistake, ParameterError)) as raised:
        sweep.gathered(line.split())
    assert said in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-m status study=x", "leave it out"),
        (
            "-m given.villages=a.csv,b.csv",
            "given.villages cannot have several values: a study has one county",
        ),
        ("--frob", "unknown flag '--frob'"),
        ("--resolve", "--cfg job"),
        ("--cfg all", "invalid choice"),
        ("funding=jiangxi,feixiang", "compare them with -m"),
        ("-m county.villages=range(1,500)", "499 arms (499 of county.villages) are more than 200"),
        ("-m county.villages=5000,6000 county.elders=300 seeds=100", "more than an hour"),
        ("experiment=compare", "python run.py -m"),
    ],
)
def test_lines_that_cannot_be_run(capsys, tmp_path, line, said):
    assert run.main([*line.split(), f"out={tmp_path}"]) == 1
    left = capsys.readouterr().err
    assert said in left and left.count("\n") == 1 and not list(tmp_path.iterdir())


def test_flags_and_policies_in_the_words_of_hydra():
    read, words = flags.read(["-m", "a=1", "+policy=x", "~policy", "--cfg", "job", "~policy=y"])
    assert (read.multirun, read.cfg, read.info) == (True, "job", False)
    assert words == ["a=1", "policy.x=true", "policy=[]", "policy.y=false"]


def test_a_policy_is_added_to_those_of_the_line_and_all_are_taken_away():
    assert compose_line(flags.read(["policy=[build_more]", "+policy=taper_2027"])[1]).settings.policy == [
        "build_more",
        "taper_2027",
    ]
    assert compose_line(flags.read(["~policy"])[1]).settings.policy == []


def test_what_would_be_run_is_shown_and_nothing_is_run(capsys, tmp_path):
    assert run.main(["--cfg", "job", "experiment=baseline", "county.villages=7", f"out={tmp_path}"]) == 0
    assert "villages: 7" in capsys.readouterr().out and not list(tmp_path.iterdir())
    assert run.main(["--info", "experiment=baseline", "funding=jiangxi"]) == 0
    assert "funding=jiangxi" in capsys.readouterr().out


# -- arms
# -------------------------------------------------------------------------------------------------------
def arms(*words: str):
    line = compose_line(sweep.gathered([*words, *TINY]))
    found = compare.checked(line)
    return line, found, compare.question(line, found)


def test_every_combination_is_an_arm_named_by_what_differs():
    _, _, asked = arms("funding=jiangxi,feixiang", "county.villages=2,3", "policy=[],[taper_2027,build_more]")
    assert list(asked.arms)[:3] == [
        "funding=jiangxi, villages=2, policy=none",
        "funding=jiangxi, villages=2, policy=taper_2027+build_more",
        "funding=jiangxi, villages=3, policy=none",
    ]
    assert len(asked.arms) == 8
    assert [len(one) for one in asked.policies.values()] == [0, 2] * 4


def test_two_keys_of_one_last_name_are_called_in_full():
    assert next(iter(arms("timebank.on=true,false", "plan.on=true")[2].arms)) == "on=true"
    assert list(arms("timebank.on=true,false", "plan.on=true,false")[2].arms)[1] == (
        "timebank.on=true, plan.on=false"
    )


def test_a_single_parameter_holds_over_the_option_of_a_group():
    _, _, asked = arms("funding.rule=matching,fixed_shares", "funding=jiangxi,feixiang")
    rules = [changes["funding.rule"] for changes in asked.arms.values()]
    assert rules == ["matching", "matching", "fixed_shares", "fixed_shares"]


def test_arms_that_differ_in_payers_share_a_reference_and_others_have_their_own():
    one, other = Arm("a", changes={"funding.rule": "matching"}), Arm("b", changes={"business.kind": "none"})
    large = Arm("c", changes={"county.villages": 3, "funding.rule": "matching"})
    names = [compare.reference_of(arm).name for arm in (one, other, large)]
    assert names[0] == names[1] != names[2]
    assert compare.reference_of(large).changes["county.villages"] == 3
    assert compare.reference_of(large).changes["funding.rule"] == "none"


def test_options_of_groups_are_found_by_glob_in_order_of_their_names():
    assert sweep.swept("business=glob(*)").values == tuple(options()["business"])


# -- a study
# -------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("drawn")
def test_one_more_value_runs_that_value_alone_and_the_study_is_the_same(tmp_path, capsys):
    words = [
        "business=none",
        "county.villages=2",
        *TINY,
        f"out={tmp_path}",
        "progress=false",
        "engine=serial",
    ]
    assert run.main(["-m", "funding=jiangxi,feixiang", *words]) == 0
    (folder,) = (tmp_path / "compare").iterdir()
    first = pd.read_parquet(folder / "runs")
    assert run.main(["-m", "funding=jiangxi,feixiang,families_pay", *words]) == 0
    assert [one.name for one in (tmp_path / "compare").iterdir()] == [folder.name]
    then = pd.read_parquet(folder / "runs")
    assert set(first["run"]) < set(then["run"]) and then["run"].is_unique
    main = then[(then["arm"] == "main") & ~then["scenario"].astype(str).str.startswith("reference")]
    assert main.groupby("scenario", observed=True)["replicate"].count().to_dict() == {
        f"as written/funding={name}": 3 for name in ("jiangxi", "feixiang", "families_pay")
    }
    said = capsys.readouterr().out
    assert "funding=families_pay" in said and (folder / "figures" / "sweep.png").exists()
    assert any("families_pay" in word for word in manifest_of(folder)["overrides"])  # what resume goes by


def test_what_an_arm_adds_is_over_its_own_county(tmp_path):
    """Villages of 12 and of 24 elders: the larger ones serve more by themselves, which is taken off each."""
    words = [*TINY[1:], "county.villages=2", f"out={tmp_path}", "progress=false", "engine=serial"]
    assert run.main(["-m", "county.elders=12,24", "funding=no_money", *words]) == 0
    (folder,) = (tmp_path / "compare").iterdir()
    runs = pd.read_parquet(folder / "runs")
    assert runs["scenario"].astype(str).str.startswith("reference ").sum() >= 2 * 3
    values = pd.read_csv(folder / "summary.csv")
    assert set(values["arm"]) == {"elders=12", "elders=24"} and values["added"].notna().all()
