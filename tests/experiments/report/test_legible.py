"""No letters of a figure lie on others or are cut by its edge, in either language."""

from __future__ import annotations

import pytest
from legible import faults, watched
from studies import COMMANDS, SLOW

import run
from experiments.report import pictures, style
from experiments.report.style import plt
from experiments.study.findings import Findings

QUICK = ("smoke",)  # under five seconds


@pytest.fixture
def figure():
    """An empty picture of 400 by 200 pixels."""
    made = plt.figure(figsize=(4, 2))
    yield made
    plt.close(made)


def test_two_texts_at_one_place_are_named(figure):
    figure.text(0.2, 0.5, "one text")
    figure.text(0.2, 0.5, "another")
    (fault,) = faults(figure)
    assert "on one another" in fault and "'one text'" in fault and "'another'" in fault


def test_a_text_over_the_edge_is_named(figure):
    figure.text(0.9, 0.5, "goes on beyond the edge")
    assert faults(figure) == ["cut: 'goes on beyond the edge'"]


def test_letters_that_a_page_makes_too_small_are_named(figure):
    figure.text(0.1, 0.5, "fine print", fontsize=2)  # 1050 pixels for 4 inches: 3.6 a point, 7.3 in all
    figure.text(0.1, 0.2, "large print", fontsize=2.5)
    assert faults(figure) == ["small: 2 points are 7.3 pixels"]


def test_what_a_page_cuts_off_with_title_and_caption_is_named(figure):
    """Of 200 pixels the title takes the upper tenth, the caption the lower quarter."""
    figure.text(0.1, 0.97, "a title", gid="title-0.1", va="center", fontsize=4)
    figure.text(0.1, 0.05, "a caption", gid="caption-0.25")
    figure.text(0.6, 0.15, "a legend beside the caption")
    figure.text(0.6, 0.5, "in the middle")
    cut = [fault for fault in faults(figure) if fault.startswith("chopped")]
    assert cut == ["chopped by the page: 'a legend beside the caption'"]


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_plots_of_many_outcomes_keep_their_letters(code, tmp_path):
    """Few rows: four beside each other; many: all in one row, wider than tall. Both can be read on a page."""
    with style.language(code), watched() as found:
        for name, rows in (("few", 5), ("many", 24)):
            made, axes = style.small_multiples(8, 0.21 * rows)
            across = len({round(axis.get_subplotspec().colspan.start) for axis in axes})
            assert across == {"few": 4, "many": 8}[name] and len(axes) == 8
            for axis in axes:
                axis.plot(range(rows), range(rows))
                axis.tick_params(labelsize=8)
            style.finish(made, "One finding", "One caption", tmp_path, name)
    assert len(found) == (2 if code == "en" or style.chinese_font() else 0) and not told(found)


def test_texts_apart_are_no_fault(figure):
    figure.text(0.1, 0.2, "below")
    figure.text(0.1, 0.7, "above")
    axis = figure.add_axes((0.3, 0.3, 0.6, 0.5))
    axis.set_yticks([0.0, 0.5, 7.0])
    axis.set_ylim(0, 1)  # the last tick is not drawn
    assert faults(figure) == []


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_a_long_caption_stays_inside(code, tmp_path):
    """Chinese and Latin mixed, with hardly a space, are the ones that were cut."""
    said = {
        "en": "Share of all villages with 95 % intervals over seeds; " * 6,
        "zh": "各村首个站点开办后年限的乘积限估计，期初已有站点按其年限进入；40个站点、6个随机种子，95%区间："
        * 4,
    }[code]
    with style.language(code), watched() as found:
        made, axis = plt.subplots(figsize=(5, 3), layout="constrained")
        axis.plot([0, 1])
        style.finish(made, said, said, tmp_path, "one")
    assert found == ({f"one ({code})": []} if code == "en" or style.chinese_font() else {})


def looked_at(name: str, home) -> dict[str, list[str]]:
    """Pictures of a tiny study with what is wrong in them: its own, and those that its page draws anew."""
    with watched() as found:
        assert run.main([*COMMANDS[name], f"out={home}", "workers=1", "progress=false"]) == 0
        kept = pictures.Kept(pictures.newest(home / next(home.iterdir()).name))
        if Findings.load(kept.folder, "zh").pictures == Findings.load(kept.folder).pictures:
            pictures.redraw(kept, "zh", home / "zh")  # what the report does, where the study drew none
    return found


def told(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Pictures with faults."""
    return {name: bad for name, bad in found.items() if bad}


@pytest.mark.parametrize("name", QUICK)
def test_the_pictures_of_a_study_can_be_read(name, tmp_path):
    found = looked_at(name, tmp_path)
    assert found and not told(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in (*QUICK, *SLOW)])
def test_the_pictures_of_every_study_can_be_read(name, tmp_path):
    assert not told(looked_at(name, tmp_path))
