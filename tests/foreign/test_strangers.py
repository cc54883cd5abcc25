"""A study, a picture or a table of somebody else runs no code, reads no other file and asks no host."""

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

import run
from experiments.command import gallery
from experiments.command.line import sentence
from experiments.command.settings import Mistake
from experiments.command.user_files import printable
from experiments.report import page, vector
from experiments.report.cells import neutral, neutral_frame, neutral_table
from experiments.report.style import save
from experiments.study.findings import Findings, Picture
from experiments.study.study import ROOT, Study

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
SHAPE = '<path d="M 0 0 L 9 9" style="fill: none"/>'
EVIL = {  # what somebody puts into a picture; what must not be left of it
    "a script": ("<script>alert(1)</script>", "alert"),
    "a handler": ('<rect onload="alert(1)" width="1"/>', "alert"),
    "a handler in capitals": ('<rect ONCLICK="alert(1)"/>', "alert"),
    "a link": ('<a xlink:href="https://example.org"><rect/></a>', "example"),
    "a link that runs": ('<a href="javascript:alert(1)"><rect/></a>', "alert"),
    "a picture of a host": ('<image xlink:href="https://example.org/a.png"/>', "example"),
    "a picture in SVG": ('<image href="data:image/svg+xml;base64,PHN2Zz4="/>', "base64"),
    "a file": ('<image href="file:///etc/passwd"/>', "passwd"),
    "a use of another file": ('<use xlink:href="other.svg#a"/>', "other"),
    "HTML": ("<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>x</body></foreignObject>", "body"),
    "a fill of a host": ('<rect fill="url(https://example.org/#a)"/>', "example"),
    "a fill in quotes": ("<rect style=\"fill: url('//example.org/#a')\"/>", "example"),
    "a style": ("<style>@import 'https://example.org'</style>", "example"),
    "a style in pieces": ("<st<!-- -->yle>@import 'https://example.org'</st<!-- -->yle>", "example"),
    "a script in pieces": ("<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>", "alert"),
    "a script in a comment": ("<!--><script>alert(1)</script>-->", "alert"),
    "a script as data": ("<text><![CDATA[</text><script>alert(1)</script>]]></text>", "<script"),
    "a script in a title": ("<title><script>alert(1)</script></title>", "alert"),
    "an escape in a style": (r'<rect style="fill: \75rl(//example.org)"/>', "example"),
    "movement": ('<set attributeName="href" to="javascript:alert(1)"/>', "alert"),
    "an instruction": ("<?xml-stylesheet href='https://example.org'?>", "example"),
    "another name space": ('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>', "alert"),
}


@pytest.mark.parametrize("case", EVIL)
def test_nothing_foreign_is_left_of_a_picture(case):
    evil, gone = EVIL[case]
    try:
        left = vector.cleaned(f"{HEAD}{evil}{SHAPE}</svg>")
    except (ValueError, SyntaxError):
        return  # refused as no picture
    assert gone not in left and "M 0 0 L 9 9" in left


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{HEAD}<text>&a;</text></svg>',
        f"{HEAD}<!DOCTYPE x></svg>",
        "<svg><path/></svg>",
        "no picture",
    ],
)
def test_entities_and_what_is_no_picture_are_refused(text):
    with pytest.raises((ValueError, SyntaxError)):
        vector.cleaned(text)


def test_pictures_of_the_project_stay_as_they_are(tmp_path):
    """Lines, letters, hatches, a picture of cells and a colour bar, drawn as every figure is."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    left.bar([1, 2], [3, 4], hatch="//", label="a & b < c")
    left.legend(title="$x^2$")
    figure.colorbar(right.imshow([[1, 2], [3, 4]]))
    right.fill_between([0, 1], [0, 1], alpha=0.3)
    _, path = save(figure, tmp_path, "mine")
    text = path.read_text(encoding="utf-8")
    left_of_it = vector.cleaned(text)
    assert left_of_it in text.replace("\n <metadata>", "<metadata>") or left_of_it.count(
        "<path"
    ) == text.count("<path")
    assert "<metadata" not in left_of_it and "xlink:href" in left_of_it and not left_of_it.startswith("<ns0")


def made(tmp_path, **more):
    """A study without runs, and its findings as somebody wrote them."""
    with Study(tmp_path / "s", "test", "a: 1\n", ["x=1"]) as work:
        (work.folder / "figures").mkdir()
        Findings("q", ["one"], pictures=[Picture("mine", "t", "c")]).save(work.folder)
    path = work.folder / "findings.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
    by_hand(work.folder)
    return work.folder


def by_hand(folder, **more):
    """The manifest as one writes it who keeps no checksums."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text()) | more
    path.write_text(json.dumps({key: v for key, v in content.items() if key not in ("own", "texts")}))


@pytest.mark.parametrize(
    "name", ["../../secret", "/etc/secret", "..", "a/b", "", "a\0b", ".hidden", 'a" onload="x']
)
def test_a_picture_outside_the_study_is_not_read(name, tmp_path):
    folder = made(tmp_path, pictures=[{"file": name, "title": "t", "caption": "c"}])
    (tmp_path / "secret.png").write_bytes(b"secret")
    with pytest.raises(Mistake, match=r"findings.json is damaged"):
        Findings.load(folder)


def test_a_link_out_of_the_study_is_not_followed(tmp_path):
    folder = made(tmp_path)
    (tmp_path / "secret.png").write_bytes(b"secret")
    os.symlink(tmp_path / "secret.png", folder / "figures" / "mine.png")
    with pytest.raises(Mistake, match="leads out of the study"):
        page.shown(Picture("mine", "t", "c"), folder / "figures")


@pytest.mark.parametrize(
    "cell, kept",
    [
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ("-3.5", "-3.5"),
        ("1e-3", "1e-3"),
        ("plain", "plain"),
        ("a\x07b", "a\ufffdb"),
        (-3.5, -3.5),
    ],
)
def test_a_cell_is_never_a_formula_and_numbers_stay_numbers(cell, kept):
    assert neutral(cell) == kept
    assert neutral_frame(pd.DataFrame({"a": [cell], "=b": [1]})).to_dict("list") == {"a": [kept], "'=b": [1]}
    if isinstance(cell, str):
        assert neutral_table(pa.table({"a": [cell, None], "n": [-1, 2]})).to_pydict() == {
            "a": [kept, None],
            "n": [-1, 2],
        }


def test_a_message_is_one_line_that_steers_no_terminal():
    assert sentence("a\nb \x1b[31mc") == "a b \\x1b[31mc" and len(sentence("x" * 10**6)) < 2_100


def drawn_in(folder):
    """A picture that a fresh process draws while it stands in a folder."""
    code = (
        "from pathlib import Path; from experiments.report.style import plt, save; "
        "figure, axes = plt.subplots(); axes.plot([1, 2]); save(figure, Path(), 'mine')"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return (folder / "mine.svg").read_bytes()


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The picture as it is where no settings lie."""
    return drawn_in(tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize(
    "settings",
    ["text.usetex: True\nbackend: nope\n", "figure.dpi: 7\nfont.size: 99\n", "font.size: 9 # \xff\xfe\n"],
)
def test_settings_of_the_working_folder_have_no_say_in_a_figure(settings, usual, tmp_path):
    (tmp_path / "matplotlibrc").write_bytes(settings.encode("latin-1"))
    assert drawn_in(tmp_path) == usual


def test_who_reads_the_first_line_of_the_help_may_stop(tmp_path):
    done = subprocess.run(
        f"{sys.executable} {ROOT / 'run.py'} --help | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("python run.py [verb] key=value") and done.stderr == ""


def test_a_workbook_takes_a_name_with_a_control_sign(tmp_path):
    neutral_frame(pd.DataFrame({"name": ["a\x07=b", "=c"]})).to_excel(tmp_path / "a.xlsx", index=False)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet["A"]] == ["name", "a\ufffd=b", "'=c"]


def test_a_village_is_explained_without_a_month(tmp_path, capsys):
    """Every closure of it, or one sentence where it never closed."""
    words = [
        "experiment=smoke",
        "county.elders=40",
        "county.facility_share=1.0",
        "funding=no_money",
        "workers=1",
        "progress=false",
    ]
    assert run.main([*words, "seeds=1", "horizon.end=2028-12", f"out={tmp_path}"]) == 0
    (folder,) = (tmp_path / "smoke").iterdir()
    told = set()
    for village in (1, 2, 3):
        capsys.readouterr()
        code = run.main(["explain", f"run={folder}", f"village={village}"])
        out, err = capsys.readouterr()
        told.add(code)
        assert (
            ("The station closed" in out and f"Village {village} (" in out)
            if code == 0
            else "never closed" in err
        )
    assert 0 in told


def test_what_has_no_effect_is_said(tmp_path, capsys):
    words = ["experiment=smoke", "county.elders=12", "county.villages=2", "horizon.end=2025-06"]
    more = ["timebank.on=false", "timebank.expiry=0.02", "engine=serial", "workers=2", "progress=false"]
    more += ["funding.match=2", "shocks.flood_damage=0.5", "shocks.scheduled=flood", "tourism.growth=0.1"]
    assert run.main([*words, *more, f"out={tmp_path}"]) == 0
    said = capsys.readouterr().err
    assert "timebank.expiry has no effect: timebank.on is false" in said
    assert "workers = 2 has no effect" in said
    assert (
        "funding.match has no effect with funding.rule = fixed_shares: it is read with funding.rule=matching"
        in said
    )
    assert "tourism.growth has no effect with business.kind = none" in said
    assert "flood_damage" not in said


def test_a_setting_of_the_former_ladder_says_that_a_plan_does_not_read_it(tmp_path, capsys):
    words = ["experiment=smoke", "county.elders=12", "county.villages=2", "horizon.end=2025-06"]
    more = ["solvency.on=false", "solvency.stress=4", "solvency.start_cash=3", "progress=false"]
    assert run.main([*words, *more, f"out={tmp_path}"]) == 0
    said = capsys.readouterr().err
    for path in ("solvency.on", "solvency.stress"):
        assert f"{path} has no effect with plan.on = True: it is read with plan.on=false" in said
    assert "start_cash" not in said


def test_a_policy_of_a_part_that_is_off_says_so(tmp_path, capsys):
    words = ["experiment=baseline", "county.elders=12", "county.villages=2", "horizon.end=2026-06"]
    more = ["policy=collective_funds", "collective.on=false", "seeds=1", "workers=1", "progress=false"]
    assert run.main([*words, *more, f"out={tmp_path}"]) == 0
    said = capsys.readouterr().err
    assert "what a policy does to collective.welfare_cap has no effect: collective.on is false" in said


def test_words_of_a_strangers_manifest_reach_no_host(tmp_path):
    """What says how a study is run is not taken from its folder."""
    from experiments.command.verbs import line_of
    from experiments.study.store import Results

    assert (
        run.main(
            ["experiment=smoke", "county.elders=12", "county.villages=2", "workers=1", f"out={tmp_path}"]
        )
        == 0
    )
    (folder,) = (tmp_path / "smoke").iterdir()
    path = Path(folder / "manifest.json")
    content = json.loads(path.read_text())
    content["overrides"] += [
        "engine=dask",
        "engine.scheduler=tcp://192.0.2.1:1",
        "trusted=true",
        "out=/elsewhere",
    ]
    del content["own"]
    path.write_text(json.dumps(content))
    line, words = line_of(Results(folder), [], [])
    assert (
        line.settings.engine.kind == "local" and not line.settings.trusted and "out=/elsewhere" not in words
    )


EVIL_WORDS = "x=\x1b]0;gone\x07\x1b[2J\u202eb\nfake: 4 of 4 runs done"


@pytest.mark.parametrize("verb", ["status", "verify", "export", "report", "resume"])
def test_a_strangers_words_steer_no_terminal(verb, tmp_path, capsys):
    """Names of the manifest, and of files, whatever the verb prints of them."""
    folder = made(tmp_path)
    by_hand(folder, overrides=["experiment=smoke", EVIL_WORDS], experiment="\x1b[31msmoke", status="\x1b[1m")
    (folder / "runs" / "part-\x1b[5m.corrupt").write_text("x")
    run.main([verb, f"study={folder}"])
    out, err = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u202e"} & set(out + err) and out + err


def test_letters_of_all_scripts_are_left_as_they_are():
    assert printable("上王村\u3000é – 10 %\n", "\n") == "上王村\u3000é – 10 %\n"
    assert printable("a\u2028b\u200bc\ud800") == "a\\u2028b\\u200bc\\ud800"


def test_a_strangers_title_is_text_in_the_gallery(tmp_path):
    evil = "](http://evil.example) <img src=x onerror=alert(1)>\n\n# Mine `x` \x1b[2J"
    folder = made(tmp_path, pictures=[{"file": "mine", "title": evil, "caption": evil}])
    Image.new("RGB", (4, 4)).save(folder / "figures" / "mine.png")
    by_hand(folder, overrides=["a=1\n\n# Mine\x1b"])
    gallery.make([folder], tmp_path / "out")
    told = (tmp_path / "out" / "README.md").read_text()
    assert "<img" not in told and "\x1b" not in told and "](http" not in told.replace("\\]", "")
    assert [line for line in told.splitlines() if line.startswith("# ")] == ["# Gallery"]
    assert told.count("mine.png)") == 1


def test_what_was_changed_after_the_end_is_said(tmp_path, capsys):
    """By `status`, and by `verify` with its exit code; a study of an earlier version kept no checksum."""
    words = ["experiment=smoke", "county.elders=12", "county.villages=2", "horizon.end=2025-06", "seeds=2"]
    assert run.main([*words, "workers=1", "progress=false", f"out={tmp_path}"]) == 0
    (folder,) = (tmp_path / "smoke").iterdir()
    verify = ["verify", f"study={folder}", "sample=1", "workers=1", "progress=false"]
    assert run.main(verify) == 0
    path = folder / "summary.csv"
    path.write_text(path.read_text().replace("0", "1"))
    capsys.readouterr()
    assert run.main(["status", f"study={folder}"]) == 0
    assert f"{path} is damaged: python run.py resume" in capsys.readouterr().out
    assert run.main(verify) == 1 and run.main(["export", f"study={folder}"]) == 1
    by_hand(folder)
    assert run.main(verify) == 0 and run.main(["export", f"study={folder}"]) == 0
