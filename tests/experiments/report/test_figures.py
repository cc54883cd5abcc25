"""Figures: survival against a hand calculation, pictures against reference images, the same bytes twice, two
languages.

`PYTHONPATH=tests python tests/experiments/report/test_figures.py` draws the reference
images anew (look at them before they are committed).
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from experiments.report import (
    figures,
    figures_funnel,
    figures_money,
    figures_sensitivity,
    figures_time,
    style,
    ternary,
)
from experiments.report.figures_classes import apart
from experiments.report.figures_time import band, kaplan_meier, spells
from experiments.statistics import Interval
from sim.state.codes import KINDS, NEVER, PAYERS, VILLAGE_KINDS

REFERENCE = Path(__file__).parent / "reference_images"
WIDTH = 480  # pixels of a reference image: shapes and colours, not letters
# root mean square of grey levels 0..255; another version of a font moves it by about 2, a lost bar by 10 and
# more
TOLERANCE = 6.0
LABELS = {"practised/jiangxi/none": "Jiangxi", "practised/four_payers/none": "four payers"}


# -- survival by hand
# --------------------------------------------------------------------------------------------------
def test_survival_with_late_entry_by_hand():
    # A in service from 0, closes in month 2; B from 0, open to the end; C enters in month 1, closes in 3; D
    # enters in 3, open
    entry, leave, event = np.array([0, 0, 1, 3]), np.array([2, 4, 3, 4]), np.array([True, False, True, False])
    # at risk: month 1 A B; month 2 A B C, one closes; month 3 B C, one closes; month 4 B D
    assert np.allclose(kaplan_meier(entry, leave, event, np.ones(4), 4), [1, 1, 2 / 3, 1 / 3, 1 / 3])


def test_weights_count_as_so_many_services():
    entry, leave, event = np.array([0, 0]), np.array([1, 2]), np.array([True, False])
    assert np.allclose(kaplan_meier(entry, leave, event, np.array([3.0, 1.0]), 2), [1, 0.25, 0.25])


def test_nobody_at_risk_leaves_survival_as_it_is():
    assert kaplan_meier(np.array([2]), np.array([3]), np.array([False]), np.ones(1), 3).tolist() == [
        1,
        1,
        1,
        1,
    ]


def test_spells_leave_out_villages_that_never_opened_and_paired_reruns():
    rows = pd.DataFrame(
        {
            "arm": ["main", "main", "relief:money"],
            "opened": [0, NEVER, 0],
            "first_closed": [5, NEVER, 6],
            "weight": 1.0,
            "replicate": 0,
        }
    )
    assert spells(rows, 9)[["entry", "leave", "event"]].values.tolist() == [[0, 5, True]]


def test_stations_enter_at_their_age_and_are_followed_to_the_last():
    """One of the start at 6 months closed at 8; one that opened in the run and ran on; one that closed beyond
    the last month counts as cut off there; none; one older than the last.
    """
    rows = pd.DataFrame(
        {
            "arm": "main",
            "opened": 0,
            "first_entry": [6, 0, 3, NEVER, 20],
            "first_exit": [8, 7, 15, NEVER, 30],
            "first_ended": [True, False, True, False, False],
            "weight": 1.0,
            "replicate": 0,
        }
    )
    found = spells(rows, 9)[["entry", "leave", "event"]].values.tolist()
    assert found == [[6, 8, True], [0, 7, False], [3, 10, False]]


def test_the_interval_of_survival_takes_whole_seeds():
    s = pd.DataFrame(
        {
            "entry": 0,
            "leave": [1, 1, 2, 2],
            "event": [True, True, False, False],
            "weight": 1.0,
            "replicate": [0, 0, 1, 1],
        }
    )
    low, high = band(s, 2)[:, -1]
    assert (low, high) == (
        0,
        1,
    )  # one seed all closed, the other all open: both are drawn twice a quarter of the times


# -- made-up tables
# ----------------------------------------------------------------------------------------------------
def made_rows() -> pd.DataFrame:
    """Village rows of two mixes, four seeds, four villages, with round numbers."""
    rng, found = np.random.default_rng(3), []
    for s, scenario in enumerate(LABELS):
        for at in range(4):
            for v in range(4):
                closed = int(rng.integers(3, 24)) if (v + at + s) % 3 == 0 else NEVER
                classes = {
                    f"class_{y}": 3 if closed != NEVER and closed < 12 * (y - 2024) else 0
                    for y in (2025, 2026)
                }
                met = {
                    f"{who}_{kind}_minutes": 600 * (k + 1 + len(who))
                    for who in figures.MET
                    for k, kind in enumerate(KINDS)
                }
                held = {f"held_{a}_minutes": 60 * (90 - a) for a in (0, 60, 70, 80)}
                paid = {f"paid_{p}_fen": 1000 * (k + 1 + s * (3 - k)) for k, p in enumerate(PAYERS)}
                place = {"east_km": 6.0 * v + at, "north_km": 25.0 - 5 * v, "kind": VILLAGE_KINDS[v]}
                found.append(
                    {
                        "scenario": scenario,
                        "arm": "main",
                        "replicate": at,
                        "village": v + 1,
                        "weight": 1.0,
                        "opened": 3 * (v == 3),
                        "first_closed": closed,
                        "overdrawn_minutes": -120,
                        "business_income_fen": 500,
                        **place,
                        **classes,
                        **met,
                        **held,
                        **paid,
                    }
                )
    return pd.DataFrame(found)


def made_series() -> pd.DataFrame:
    """Monthly rows of one mix over two years."""
    table = pd.MultiIndex.from_product(
        [range(4), range(24), range(1, 5)], names=["replicate", "month", "village"]
    ).to_frame(index=False)
    t, v, at = table["month"], table["village"], table["replicate"]
    return table.assign(
        weight=1.0,
        level=((v + t // 8 + at) % 4),
        enrolled=20 + t + 2 * at,
        elders=100,
        cash_fen=(10 - t + at) * 100_000,
        payables_fen=t * 40_000,
        cost_fen=500_000,
        credits_minutes=600 * t,
        credits_issued_minutes=1200,
        credits_spent_minutes=400,
        credits_lapsed_minutes=200,
        redeem_asked_minutes=1000,
        redeem_got_minutes=900 - 10 * t - 20 * at,
        business_income_fen=30_000,
        **{f"paid_{p}_fen": (k + 1) * 50_000 for k, p in enumerate(PAYERS)},
    )


def made_summary() -> pd.DataFrame:
    """Four cells."""
    cells = [("practised", f, b) for f in ("jiangxi", "four_payers") for b in ("none", "tourism")]
    return pd.DataFrame(cells, columns=["panel", "funding", "business"]).assign(
        viable=[0.2, 0.5, 0.4, 0.9],
        low=[0.1, 0.3, 0.3, 0.8],
        high=[0.3, 0.7, 0.5, 1.0],
        added=[120.0, 200.0, 150.0, 380.0],
        added_low=[100.0, 90.0, 130.0, 300.0],
        added_high=[140.0, 310.0, 170.0, 460.0],
        added_gap_high=[-5.0, np.nan, 0.0, np.nan],
        villages=[12, 6, 12, 6],
        seeds=20,
    )


def made_funnel() -> list[figures_funnel.FunnelLine]:
    """Two mixes and one without money, which the title leaves out: 30 and 20 % viable."""

    def line(name: str, *shares: float, null: bool = False) -> figures_funnel.FunnelLine:
        steps = tuple(Interval(share, max(share - 0.1, 0.0), share + 0.1, 20) for share in shares)
        return figures_funnel.FunnelLine(name, steps, null)

    return [
        line("one", 0.9, 0.8, 0.4, 0.35, 0.3, 0.2),
        line("two", 0.8, 0.7, 0.3, 0.3, 0.2, 0.2),
        line("no money", 0.1, 0.1, 0.0, 0.0, 0.0, 0.0, null=True),
    ]


def indices(*names: str) -> pd.DataFrame:
    """Falling indices of four inputs and the dummy."""
    frame = pd.DataFrame({"parameter": ["a.first", "b.second", "c.third", "dummy"]})
    for k, name in enumerate(names):
        frame[name] = np.array([0.5, 0.3, 0.05, 0.02]) * (1 + 0.2 * k)
        frame[f"{name}_low"], frame[f"{name}_high"] = frame[name] - 0.04, frame[name] + 0.04
    return frame


def draw_one(name: str, into: Path) -> object:
    """Draw the figure of that name from made-up tables."""
    rows, series, one = made_rows(), made_series(), next(iter(LABELS))
    mine = rows[rows["scenario"] == one]
    pairs = {" or ".join(pair): pair for pair in (VILLAGE_KINDS[:2], VILLAGE_KINDS[2:])}
    by_kind = {label: rows[rows["kind"].isin(pair)] for label, pair in pairs.items()}  # 16 stations each
    tornado = pd.DataFrame(
        {
            "parameter": ["a.first", "b.second"],
            "low": [0, 1],
            "high": [2, 3],
            "at_low": [0.1, 0.5],
            "at_high": [0.6, 0.3],
            "at_low_low": [0.05, 0.4],
            "at_low_high": [0.15, 0.6],
            "at_high_low": [0.5, 0.2],
            "at_high_high": [0.7, 0.4],
        }
    )
    shares = pd.DataFrame(
        {
            "government": [0.6, 0.2, 0.0],
            "collective": [0.2, 0.2, 0.5],
            "families": [0.2, 0.6, 0.5],
            "viable": [0.1, 0.5, 0.9],
            "mix": ["one", "two", "three"],
        }
    )
    gains = pd.DataFrame(
        {
            "label": ["x", "y"],
            "gain": [0.1, -0.05],
            "low": [0.02, -0.1],
            "high": [0.18, 0.01],
            "points": [[0.0, 0.2], [-0.1, 0.0]],
        }
    )
    return {
        "viability": lambda: figures.heat(made_summary(), "2035", into),
        "classes": lambda: figures.classes(rows, LABELS, into),
        "survival": lambda: figures_time.survival(by_kind, 23, into, "survival", "by kind"),
        "payers": lambda: figures.payers(rows, LABELS, "a note", into),
        "needs": lambda: figures.needs(mine, "Jiangxi", into),
        "paired": lambda: figures.paired(gains, "points", into, "a caption"),
        "fans": lambda: figures_time.fans(series, "2025-01", "Jiangxi", into),
        "payers_by_year": lambda: figures_money.payers_by_year(series, "2025-01", "Jiangxi", into),
        "timebank": lambda: figures_money.timebank(series, mine, "2025-01", "Jiangxi", into),
        "map": lambda: figures_time.county_map(series, mine, "2025-01", "Jiangxi", into),
        "tornado": lambda: figures_sensitivity.tornado(
            tornado, 0.4, "share viable", into, "a caption", passed=["a.first"]
        ),
        "sobol": lambda: figures_sensitivity.indices(
            indices("S1", "ST"), "share viable", into, "a caption", noise=0.3, line=0.064
        ),
        "ternary": lambda: ternary.ternary(shares, "share viable, %", into, "a caption", label="mix"),
        "funnel": lambda: figures_funnel.draw(made_funnel(), "2035", into, "A note."),
    }[name]()


NAMES = (
    "viability",
    "classes",
    "survival",
    "payers",
    "needs",
    "paired",
    "fans",
    "payers_by_year",
    "timebank",
    "map",
    "tornado",
    "sobol",
    "ternary",
    "funnel",
)


def grey(path: Path) -> np.ndarray:
    """Grey levels at the width of the reference images."""
    image = Image.open(path).convert("L")
    return np.asarray(
        image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.BOX), float
    )


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Root mean square; all of the scale where the shapes differ by more than a line of text."""
    rows = min(len(a), len(b))
    return 255.0 if abs(len(a) - len(b)) > 12 else float(np.sqrt(np.mean((a[:rows] - b[:rows]) ** 2)))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Every figure once: (folder, name -> Picture)."""
    into = tmp_path_factory.mktemp("figures")
    return into, {name: draw_one(name, into) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_looks_as_it_was_approved(drawn, name):
    assert distance(grey(drawn[0] / f"{name}.png"), grey(REFERENCE / f"{name}.png")) < TOLERANCE


def test_the_tolerance_sees_a_lost_bar_and_another_figure(drawn, tmp_path):
    whole = grey(drawn[0] / "payers.png")
    lost = whole.copy()
    lost[30:60, 150:300] = 255  # a bar painted over
    assert distance(whole, lost) > TOLERANCE and distance(whole, grey(drawn[0] / "tornado.png")) > TOLERANCE


def test_lines_break_between_chinese_signs_and_none_begins_with_a_comma():
    """At 12 points an inch holds six sizes: six Chinese signs, or ten letters of 0.57."""
    assert style.wrapped("一二三四五六七", 1.0, 12) == "一二三四五六\n七"
    assert style.wrapped("一二三四五六，七", 1.0, 12) == "一二三四五\n六，七"
    assert style.wrapped("four five six", 1.0, 12) == "four five\nsix"
    assert style.wrapped("one\ntwo", 1.0, 12) == "one\ntwo"


@pytest.mark.parametrize("code", style.LANGUAGES)
def test_a_page_cuts_title_and_caption_off_where_nothing_is_drawn(code, tmp_path):
    """What `finish` says of their heights: the line of the cut is white, and what is left holds no letter of
    them, whose ink alone is black or dark in an empty picture.
    """
    said = {"en": "Ágy, jumping (down) " * 12, "zh": "每村新增受服务老人年，（区间）" * 12}[code]
    with style.language(code) as done:
        if not done:
            pytest.skip("no Chinese font")
        figure, axis = style.plt.subplots(figsize=(5, 3), layout="constrained")
        axis.axis("off")
        style.finish(figure, said, said, tmp_path, "one")
    svg = (tmp_path / "one.svg").read_text()
    top, bottom = (float(re.search(rf'id="{part}-([\d.]+)"', svg)[1]) for part in ("title", "caption"))
    ink = np.asarray(Image.open(tmp_path / "one.png").convert("L"))
    height = len(ink)
    assert (ink[: round(top * height)] < 128).any() and (ink[round((1 - bottom) * height) :] < 160).any()
    assert (ink[round(top * height) : round((1 - bottom) * height)] == 255).all()


def test_a_group_of_nine_stations_is_neither_named_nor_given_an_interval(tmp_path, monkeypatch):
    """Nine that all last beside ten of which five close: the title names the ten alone."""
    rows = pd.DataFrame(
        {
            "arm": "main",
            "opened": 0,
            "first_closed": [NEVER] * 9 + [6] * 5 + [NEVER] * 5,
            "weight": 1.0,
            "replicate": [0, 1] * 9 + [0],
            "village": range(19),
        }
    )
    bars = []
    monkeypatch.setattr(style.plt.Axes, "errorbar", lambda self, x, y, *more, **named: bars.append(y))
    groups = {"nine": rows[:9], "ten": rows[9:]}
    said = figures_time.survival(groups, 24, tmp_path, "survival", "by size")
    assert said.title == "Ten: 50 % of stations are not closed 2 years after opening"
    assert bars == [50.0]
    few = figures_time.survival({"nine": rows[:9]}, 24, tmp_path, "survival", "by size")
    assert few.title == "No group has 10 stations, too few to say how long they last" and len(bars) == 1


@pytest.mark.parametrize("name", ["survival", "map", "sobol"])
def test_an_svg_has_the_same_bytes_each_time(drawn, tmp_path, name):
    draw_one(name, tmp_path)
    for kind in ("svg", "png"):
        assert (tmp_path / f"{name}.{kind}").read_bytes() == (drawn[0] / f"{name}.{kind}").read_bytes()
    assert b"<dc:date>" not in (tmp_path / f"{name}.svg").read_bytes()


def test_titles_say_the_finding_and_captions_the_sample(drawn):
    said = {name: p.title for name, p in drawn[1].items()}
    assert said["viability"].startswith(
        "Added elder-years a village to 2035: most, 150 (130–170), with four payers"
    )  # the cell with 12 villages, not the 380 of 6
    assert said["funnel"].startswith("Of 100 villages 25 are viable to 2035; most are lost where they do not")
    assert said["tornado"].startswith(
        "a.first goes with the widest swing: 0.1 at the low end of its range, 0.6 at the high end"
    )
    assert (
        said["sobol"]
        == "a.first, b.second stand clear of an input without effect; luck, 30 % of the variance analysed, "
        "is taken off"
    )  # the dummy reaches .064
    assert said["paired"].startswith("X gains most, +10 points (+2 to +18); 1 of 2 differences")
    assert said["payers_by_year"].startswith(
        "Society pays 38 % in 2026"
    )  # 4 of 1 + 2 + 3 + 4 shares of 50,000 and 30,000 of business: 200 / 530
    assert "4 seeds × 4 villages" in drawn[1]["fans"].caption and "4 seeds" in drawn[1]["survival"].caption


def test_what_nobody_paid_is_a_part_of_who_paid(tmp_path):
    """A payer brings 300 of 300 and 100 of cost stay unpaid: a quarter of both, seen in the bar and said."""
    rows = (
        made_rows()
        .query("scenario == 'practised/jiangxi/none'")
        .assign(business_income_fen=0, **{f"paid_{p}_fen": 0 for p in PAYERS})
        .assign(paid_government_fen=300, unpaid_fen=100)
    )
    said = figures.payers(rows, {"practised/jiangxi/none": "Jiangxi"}, "a note", tmp_path)
    assert said.title.endswith("25.0 % of paid and unpaid together stayed unpaid")
    assert "unpaid, Jiangxi: 25 (" in (tmp_path / "payers.svg").read_text()


def test_the_title_of_payers_leaves_null_arms_out(tmp_path):
    rows = (
        made_rows()
        .query("scenario == 'practised/jiangxi/none'")
        .assign(business_income_fen=0, **{f"paid_{p}_fen": 0 for p in PAYERS})
    )
    null = rows.assign(scenario="practised/identical_payers/none", paid_society_fen=1_000_000)
    rows = rows.assign(paid_government_fen=300, paid_families_fen=100)
    labels = {"practised/jiangxi/none": "Jiangxi", "practised/identical_payers/none": "identical"}
    both = figures.payers(pd.concat([rows, null]), labels, "a note", tmp_path)
    share = "75 % of the running money that came in"  # 300 of 400
    assert both.title == f"Government paid most: {share}, all rows together, rows for comparison aside"
    alone = figures.payers(null, {"practised/identical_payers/none": "identical"}, "a note", tmp_path)
    assert alone.title == "Society paid most: 100 % of the running money that came in, all rows together"


def test_chinese_where_a_font_has_it_else_english(tmp_path, monkeypatch):
    with style.speaking("zh"):
        assert style.words("practised/jiangxi/none") == "按现行做法，江西（老人+政府），无产业"
    style.chinese_font.cache_clear()
    monkeypatch.setattr(style, "FONTS", ("No Such Font",))
    with style.language("zh") as done:
        assert not done and style.words("none") == "no business"
    style.chinese_font.cache_clear()
    monkeypatch.undo()
    if style.chinese_font() is None:
        pytest.skip("no Chinese font here")
    with style.language("zh") as done:
        assert done and "产业" in draw_one("viability", tmp_path).title


def test_every_label_stands_in_both_languages():
    known = [*PAYERS, *KINDS, *VILLAGE_KINDS, *figures.MET, *style.CLASS_COLOURS, *style.PAYER_COLOURS]
    assert not [name for name in known if name not in style.LABELS]
    assert all(
        any("\u4e00" <= c <= "\u9fff" for c in zh) and en.isascii() for en, zh in style.LABELS.values()
    )


def refresh() -> None:
    """Draw the reference images anew."""
    import tempfile

    REFERENCE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for name in NAMES:
            draw_one(name, Path(home))
            buffer = io.BytesIO()
            Image.fromarray(grey(Path(home, f"{name}.png")).round().astype(np.uint8)).quantize(16).save(
                buffer, "PNG", optimize=True
            )
            (REFERENCE / f"{name}.png").write_bytes(buffer.getvalue())


if __name__ == "__main__":
    refresh()


def test_names_beside_lines_are_moved_apart_and_keep_their_order():
    """By hand: 0 goes up to 4, 1 to 12, 13 to 20, 50 stays; 99 and 100 share the top: 92 and 100."""
    found = apart(np.array([50.0, 1.0, 0.0, 13.0, 100.0, 99.0]), least=8.0)
    assert found.tolist() == [50.0, 12.0, 4.0, 20.0, 100.0, 92.0]
    assert not len(apart(np.zeros(0)))


def test_fresh_seeds_are_not_counted_with_those_that_are_shown():
    shown = [{"arm": "main", "scenario": name, "replicate": i} for name in "ab" for i in range(8)]
    fresh = [{"arm": "fresh", "scenario": "a", "replicate": 100 + i} for i in range(8)]
    assert figures.seed_counts(pd.DataFrame(shown + fresh)) == "8"
    raced = [one for one in shown if one["scenario"] == "a" or one["replicate"] < 3]
    assert figures.seed_counts(pd.DataFrame(raced + fresh)) == "3–8"
