"""The documents say what the code declares, and the break-even table is the arithmetic it claims to be."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

import sim
from experiments.report import documents
from experiments.report.documents import ROOT, found, stale
from sim.state.parameters import declarations

ODD = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/odd").glob("*.md")))
PLAIN = documents.BLOCK.sub("", ODD)  # what was written by hand
NUMBER_WORDS = re.compile(r"assumptions?|assumed|definition|design choice|documents:", re.IGNORECASE)


def test_no_generated_block_is_stale() -> None:
    assert stale() == [], "run python -m experiments.report.documents"


def test_a_changed_declaration_makes_its_block_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    made = documents.BLOCKS["couplings"][1]()
    monkeypatch.setitem(documents.BLOCKS, "couplings", ("docs/odd/annex_a.md", lambda: made + "\n- one more"))
    assert stale() == ["couplings"]


def test_writing_brings_a_block_up_to_date_and_leaves_the_rest(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.md").write_text(
        "before\n<!-- generated: x -->\nold | row\n<!-- end -->\nafter\n", encoding="utf-8"
    )
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "BLOCKS", {"x": ("page.md", lambda: r"new \1 row")})
    assert stale() == ["x"]
    documents.main()
    assert (tmp_path / "page.md").read_text(
        encoding="utf-8"
    ) == "before\n<!-- generated: x -->\nnew \\1 row\n<!-- end -->\nafter\n"
    assert stale() == []


def test_a_document_without_its_block_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.md").write_text("nothing here\n", encoding="utf-8")
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "BLOCKS", {"x": ("page.md", lambda: "row")})
    with pytest.raises(documents.DocumentError, match=r"page\.md has no block x"):
        documents.main()


@pytest.mark.parametrize("part", [f"M{i}" for i in range(1, 29)])
def test_every_part_has_its_row_in_the_map(part: str) -> None:
    rows = [line for line in PLAIN.splitlines() if line.startswith(f"| {part} |")]
    assert len(rows) == 1
    cells = [cell.strip() for cell in rows[0].strip("|").split(" | ")]
    built = cells[2] != "not built"
    assert len(cells) == 6 and cells[5], "what is left for later, or -"
    assert built == ("`tests/" in cells[4]) == ("`sim/" in cells[2])
    assert not built or all(
        f"{s}.on" in declarations() or any(p.startswith(f"{s}.") for p in declarations())
        for s in cells[3].split(", ")
    )


def test_no_part_is_left_unbuilt() -> None:
    assert " | not built | " not in PLAIN


def test_every_file_and_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:sim|tests|experiments|configs|docs)/[\w/.-]+)(?:::(\w+))?`", ODD))
    assert len(named) > 50
    for file, name in named:
        path = ROOT / file
        assert path.exists(), file
        assert not name or re.search(rf"^def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE), (
            f"{file}::{name}"
        )


def test_every_parameter_named_in_the_text_is_declared() -> None:
    sections = {path.partition(".")[0] for path in declarations()}
    hand = (ROOT / "docs/break_even.md").read_text(encoding="utf-8")
    named = {
        w
        for w in re.findall(r"`(\w+\.\w+)`", PLAIN + documents.BLOCK.sub("", hand))
        if w.partition(".")[0] in sections
    }
    assert len(named) > 15
    assert named <= set(declarations())


def test_a_parameter_without_a_source_says_so_and_is_drawn_from_a_range() -> None:
    for d in declarations().values():
        assert d.source.strip() and d.doc.strip() and d.unit.strip(), d.path
        if d.grade == "D":
            assert NUMBER_WORDS.search(d.source), (
                f"{d.path}: {d.source!r} names neither a source nor an assumption"
            )
        else:
            assert re.sub(NUMBER_WORDS, "", d.source).strip(" ;:,"), (
                f"{d.path} has grade {d.grade} and no source"
            )
        if d.grade in "CD" and d.kind in (int, float):
            assert d.low is not None and d.high is not None and d.low <= d.default <= d.high, d.path
            assert d.low < d.high or d.source.startswith("definition"), d.path


# -- the break-even page, by its own arithmetic
# -----------------------------------------------------------------------
P = sim.Parameters()
HAND = found("docs/break_even.md")
FEES_KEPT = (1 - P.county.dibao) * (1 - P.families.arrears)


def read(block: str) -> list[list[str]]:
    """Body cells of a table."""
    lines = [line for line in block.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def column(block: str, k: int) -> dict[str, float]:
    return {row[0].strip("*").partition(" (")[0].strip("*"): number(row[k]) for row in read(HAND[block])}


def mean_share() -> float:
    """Price over full cost, weighted by the ages of rural elders."""
    with (ROOT / "sim/data/rural_population_60plus_by_age_sex_2020_derived.csv").open(
        encoding="utf-8"
    ) as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    heads = [float(r["male_million"]) + float(r["female_million"]) for r in rows]
    f = P.families
    return (
        sum(heads[:2]) * f.share_60s + sum(heads[2:4]) * f.share_70s + sum(heads[4:]) * f.share_80s
    ) / sum(heads)


def cook_by_hand(diners: int) -> float:
    """1,800 yuan for 208 hours; two hours and three minutes a diner at each of the month's meal times."""
    times = P.canteen.meals_per_day * P.canteen.days
    return 1_800 / 208 * times * (2 + diners * 3 / 60)


def by_hand(diners: int, wage: float = 1.0) -> tuple[float, float, float]:
    """Cost of the canteen, cost of the station and fees at list, yuan a month."""
    c, o, f = P.canteen, P.organisation, P.facilities
    meals = diners * c.meals_per_day * c.days
    staff = cook_by_hand(diners) + c.delivery * diners * 0.10 / 15
    canteen = meals * (c.food + c.fuel) + staff * wage
    team = 0.10 * P.county.elders
    station = (
        o.coordinator * wage
        + o.publicity
        + team * (o.insurance + P.participation.quit * o.training_cost) / 12
        + f.power
        + f.repairs
    )
    price = P.families.full_meal_cost * (1 + wage) / 2 * mean_share()
    return canteen, station, meals * price * FEES_KEPT


def test_a_month_line_by_line() -> None:
    for k, years in ((2, 0), (3, 10)):
        wage, prices = (1 + P.economy.real_wages) ** years, (1 + P.economy.inflation) ** years
        line, (canteen, station, fees) = column("break_even_lines", k), by_hand(25, wage)
        lines = (
            "food",
            "fuel",
            "cook",
            "delivery",
            "keeper",
            "publicity",
            "insurance",
            "training",
            "power",
            "repairs",
        )
        assert sum(line[name] for name in lines) == pytest.approx(line["cost"], abs=5)
        assert sum(line[name] for name in lines[:4]) == pytest.approx(canteen, abs=2.1)
        assert line["cost"] == pytest.approx(canteen + station, abs=0.51)
        assert line["fees at list"] == pytest.approx(fees, abs=0.51)
        most = (
            P.government.ceiling / prices,
            85_000 * (1 + P.collective.growth) ** years * P.collective.residual_cap,
            P.society.ceiling,
        )
        shown = [line[f"{name} at most"] for name in ("government", "collective", "society")]
        assert shown == pytest.approx([x / 12 for x in most], abs=0.51)
        assert line["gap"] == pytest.approx(canteen + station - fees - sum(most) / 12, abs=0.51)


def test_what_is_asked_of_each_payer() -> None:
    canteen, station, fees = by_hand(25)
    most = {
        "government": P.government.ceiling / 12,
        "collective": 85_000 * P.collective.residual_cap / 12,
        "families": fees * P.families.highest_level,
        "society": P.society.ceiling / 12,
    }
    for row in read(HAND["break_even_payers"])[:4]:
        asked = P.funding.__getattribute__(f"share_{row[0]}") * (canteen + station)
        assert [number(x) for x in row[2:]] == pytest.approx(
            [asked, most[row[0]], min(asked, most[row[0]])], abs=0.51
        )


def test_cost_fees_and_gap_by_number_of_diners() -> None:
    others = (P.government.ceiling + 85_000 * P.collective.residual_cap + P.society.ceiling) / 12
    for row in read(HAND["break_even_diners"]):
        canteen, station, fees = by_hand(int(row[0]))
        meals = int(row[0]) * P.canteen.meals_per_day * P.canteen.days
        cost = canteen + station
        assert [number(x) for x in row[1:]] == pytest.approx(
            [cost, cost / meals, fees, canteen - fees, cost - fees, cost - fees - others], abs=0.51
        )
        assert number(row[2]) == pytest.approx(cost / meals, abs=0.0051)


def test_break_even_diners_cover_their_cost_and_one_less_does_not() -> None:
    for row in read(HAND["break_even_prices"]):
        level = float(row[0])
        for cell, whole in ((row[4], False), (row[5], True)):
            seats = int(min(P.canteen.seats, P.facilities.seats))
            covers = [
                level * by_hand(n)[2] >= by_hand(n)[0] + whole * by_hand(n)[1] for n in range(1, seats + 1)
            ]
            assert cell == (f"{covers.index(True) + 1}" if any(covers) else "none")
        price = level * P.families.full_meal_cost * mean_share()
        assert number(row[1]) == pytest.approx(price, abs=0.0051)
        fall = P.canteen.elasticity * (price - P.canteen.reference_price) / P.canteen.reference_price
        assert number(row[2]) == pytest.approx(100 * max(1 - fall, 0), abs=0.51)


def test_the_gap_and_the_profit_that_closes_it() -> None:
    canteen, station, fees = by_hand(25)
    for row in read(HAND["break_even_gaps"]):
        income = {"weak": 4_000, "middle": 85_000, "rich": 450_000}[row[0]]
        county = (
            P.government.ceiling
            if row[1] == "at its ceiling"
            else min(P.government.ceiling, P.government.operating_envelope)
        )
        gap = (
            12 * (canteen + station - fees) - county - income * P.collective.residual_cap - P.society.ceiling
        )
        assert number(row[7]) == pytest.approx(gap, abs=0.51)
        assert number(row[8]) == pytest.approx(max(gap, 0) / P.business.care_share, abs=0.51)


def test_incomes_of_the_example_are_the_middles_of_their_bands() -> None:
    quantiles = sim.start.tables.income_quantiles(int(P.collective.income_year)) / 100
    for rank, income in ((0.20, 4_000), (0.61, 85_000), (0.91, 450_000)):
        assert np.interp(rank * 256, np.arange(257), quantiles) == pytest.approx(income, rel=0.15)


def test_what_a_business_brings() -> None:
    t, a, h = P.tourism, P.agriculture, P.handicraft
    mu = min(a.land, P.county.elders * P.county.land_mu * a.lease_share)
    crafts = 12 * h.places * h.sales * (1 + h.network + h.visits * h.guests / 1_000)
    profit = {
        "tourism": t.visitors * (t.spend * (1 - t.variable) - t.minutes_per_visit * t.wage / 60) - t.fixed,
        "agriculture": mu * (a.sales - a.inputs - a.hours * a.wage - a.rent) - a.fixed,
        "handicraft": crafts * (1 - h.materials) - 12 * 60 * h.places * h.wage - h.fixed,
    }
    assert {row[0]: number(row[6]) for row in read(HAND["break_even_businesses"])} == pytest.approx(
        profit, abs=0.51
    )
    care = {kind: max(x, 0) * P.business.care_share for kind, x in profit.items()}
    assert {row[0]: number(row[7]) for row in read(HAND["break_even_businesses"])} == pytest.approx(
        care, abs=0.51
    )
    short = {
        row[0].removesuffix(" for care"): number(row[2])
        for row in read(found("README.md")["break_even_short"])
    }
    assert {kind: short[kind] for kind in care} == pytest.approx(care, abs=0.51)


def test_the_short_table_is_the_long_one_over_a_year() -> None:
    canteen, station, fees = by_hand(25)
    rows = read(found("README.md")["break_even_short"])
    wanted = [12 * (canteen + station), 12 * fees, 12 * (canteen + station - fees)]
    assert [number(row[2]) for row in rows[:3]] == pytest.approx(wanted, abs=0.51)
    assert [number(row[2]) for row in rows[3:9]] == [number(row[7]) for row in read(HAND["break_even_gaps"])]
    sentence = re.search(
        r"leaves (-?[\d.]+) yuan a month; cook and station cost ([\d,]+)", HAND["break_even_diners"]
    )
    assert sentence is not None
    cook = cook_by_hand(25)
    assert float(sentence[1]) == pytest.approx((fees - canteen + cook) / 25, abs=0.051)
    assert number(sentence[2]) == pytest.approx(cook + station, abs=0.51)
