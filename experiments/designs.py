"""Four wider comparisons: funding_mix (simplex lattice), business, targets, stress. Each command is one declaration."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from scipy.stats import binomtest

from experiments import contrast, contrast_figures, style
from experiments.contrast import Done, Question, Test, spread
from experiments.findings import Picture, Table
from experiments.questions import ENVELOPE, SHARES
from experiments.scenario import Composed, arm, known
from experiments.style import plt, words
from sim.population import PAYERS, STRENGTHS, VILLAGE_KINDS

Extra = tuple[list[str], list[Table], list[Picture]]


# -- funding_mix -------------------------------------------------------------------------------------------------------
def lattice(steps: int) -> list[tuple[float, ...]]:
    """All points of the simplex of four shares in steps of 1/steps, the most even first."""
    points = [p for p in product(range(steps + 1), repeat=4) if sum(p) == steps]
    return [tuple(x / steps for x in p) for p in sorted(points, key=lambda p: (sum(x * x for x in p), p))]


def mix_name(shares: tuple[float, ...]) -> str:
    """'g25 c25 f50 s0': percent of government, collective, families, society."""
    return " ".join(f"{p[0]}{100 * x:.3g}" for p, x in zip(PAYERS, shares, strict=True))


def funding_mix(size: str = "default") -> Question:
    """The simplex lattice of four shares in the equal pledged envelope."""
    points = lattice({"quick": 2, "default": 4, "full": 8}[size])
    return Question(
        question="Which mix of the four payers, at equal pledged present value, keeps villages viable, by strength of the collective?",
        hypothesis="", because="",
        arms={mix_name(p): dict(zip(SHARES, p, strict=True)) for p in points},
        base=ENVELOPE, shown=(*contrast.HEADLINE, "paid", "full_cost"), cells=("all", *STRENGTHS), extra=_mixes,
        limits=("The best of many mixes looks better than it is; the number of mixes that cannot be told from it stands beside it.", "A payer's own ceiling still holds: what is pledged may stay under the envelope ('paid' shows what came in)."),
    )  # fmt: skip


def plainly(shares: tuple[float, ...]) -> str:
    """The four shares in words, zeros left out."""
    return ", ".join(f"{payer} {100 * x:.0f} %" for payer, x in zip(PAYERS, shares, strict=True) if x > 0)


def _mixes(done: Done) -> Extra:
    """Best mixes by strength, and the ternary plots."""
    names = list(done.question.available)
    points = {name: tuple(done.question.arms[name][s] for s in SHARES) for name in names}
    rows, said, panels = [], [], []
    societies = sorted({p[3] for p in points.values() if p[3] < 0.75})[:3]
    for cell in ("all", *STRENGTHS):
        best = max(names, key=lambda a: done.mean(a, "viable", cell).mean)
        worst = min(names, key=lambda a: done.mean(a, "viable", cell).mean)
        tied = sum(done.paired(a, "viable", cell, best).high >= 0 for a in names)
        rows.append([cell, best, spread(done.mean(best, "viable", cell)), f"{tied} of {len(names)}", worst, spread(done.mean(worst, "viable", cell))])
        said.append(f"{cell} {plainly(points[best])}")
    for cell, society in product(STRENGTHS, societies):
        here = [a for a in names if points[a][3] == society]
        three = np.array([points[a][:3] for a in here]) / (1 - society)
        panels.append((f"{cell}|society {100 * society:.0f} %", three, np.array([done.mean(a, "viable", cell).mean for a in here])))
    none = not any(done.of(a, "viable").any() for a in names)
    heading = "No mix keeps any village viable" if none else f"Best mix among weak collectives: {plainly(points[rows[1][1]])} ({rows[1][2]} % viable); among rich: {plainly(points[rows[3][1]])} ({rows[3][2]} %)"
    picture = contrast_figures.ternary(
        ("government", "collective", "families"), panels, (list(STRENGTHS), [f"society {100 * s:.0f} %" for s in societies]), "villages viable at the end, %",
        heading, f"Each point is a mix of three payers; the fourth, society, is held within a column. Rows: strength of the collective; red ring: best of the triangle. Equal pledged present value; {done.seeds} seeds.",
        done.campaign.folder / "figures", "ternary",
    )  # fmt: skip
    table = Table("Best and worst mix by strength of the collective", ["collective", "best mix", "viable, %", "not told from the best", "worst mix", "viable, %"], rows, "g, c, f, s: percent pledged by government, collective, families, society")
    first = f"Most villages stay viable with {plainly(points[rows[0][1]])} ({rows[0][2]} %), but {rows[0][3]} mixes cannot be told from it; by strength: {'; '.join(said[1:])}."
    return ["No mix keeps any village viable in any run." if none else first], [table], [picture]


# -- business ----------------------------------------------------------------------------------------------------------
BUSINESSES = ("none", "tourism", "agriculture", "handicraft", "portfolio", "deposit")
RESERVES = (0.0, 3.0, 12.0)


def business(size: str = "default") -> Question:
    """Five businesses and none, in all kinds of village, under three reserve rules."""
    return Question(
        question="What does each 'mutual aid +' business add, in which kind of village, under which reserve rule?",
        hypothesis="", because="",
        arms={f"{b}, reserve {r:g}": {**arm("business", b), "funding.reserve": r} for r in (3.0, 0.0, 12.0) for b in BUSINESSES},
        shown=(*contrast.HEADLINE, "at_work", "income"), cells=("all", *VILLAGE_KINDS), extra=_gains,
        limits=("Reserve: the cash, in months of cost, above which payers pledge nothing more (3 as written). Deposit is the null business: the same set-up money at interest.",),
    )  # fmt: skip


def _gains(done: Done) -> Extra:
    """Gain over no business under the same reserve, by kind of village."""
    names = [b for b in BUSINESSES if b != "none"]
    rows, grid = [], np.zeros((len(RESERVES) * len(names), len(VILLAGE_KINDS)))
    for i, (r, b) in enumerate(product(RESERVES, names)):
        gains = [done.paired(f"{b}, reserve {r:g}", "viable", kind, f"none, reserve {r:g}") for kind in VILLAGE_KINDS]
        grid[i] = [g.mean for g in gains]
        rows.append([f"{r:g} months", words(b), *(spread(g) + ("*" if g.low > 0 or g.high < 0 else "") for g in gains)])
    top, k = divmod(int(grid.argmax()), len(VILLAGE_KINDS))
    best = f"{rows[top][1]} in {words(VILLAGE_KINDS[k])} villages with a reserve rule of {rows[top][0]}: {rows[top][2 + k].rstrip('*')} points"
    figure, axis = plt.subplots(figsize=(8.5, 1.8 + 0.34 * len(rows)), layout="constrained")
    most = max(float(np.abs(grid).max()), 0.01)
    image = axis.imshow(100 * grid, cmap="PuOr", vmin=-100 * most, vmax=100 * most, aspect="auto")
    for y, x in product(range(len(rows)), range(len(VILLAGE_KINDS))):
        axis.text(x, y, f"{100 * grid[y, x]:+.0f}{'*' if rows[y][2 + x].endswith('*') else ''}", ha="center", va="center", fontsize=8, color="white" if abs(grid[y, x]) > 0.7 * most else "black")
    axis.set_xticks(range(len(VILLAGE_KINDS)), [words(kind) for kind in VILLAGE_KINDS])
    axis.set_yticks(range(len(rows)), [f"{r[1]}, reserve {r[0]}" for r in rows])
    for y in range(len(names), len(rows), len(names)):
        axis.axhline(y - 0.5, color="white", lw=4)
    axis.spines[:].set_visible(False)
    figure.colorbar(image, ax=axis, label="points of villages viable over no business")
    caption = f"Points of villages viable over the same villages without business, under the same reserve rule and luck; * the 95 % interval leaves out zero. {done.seeds} seeds."
    picture = style.finish(figure, f"Largest gain: {best}", caption, done.campaign.folder / "figures", "gains")
    table = Table("Gain in villages viable over no business, points", ["reserve rule", "business", *map(words, VILLAGE_KINDS)], rows, "paired difference (95 %); * leaves out zero")
    return [f"The largest gain over no business is {best}."], [table], [picture]


# -- targets -----------------------------------------------------------------------------------------------------------
GOAL = 0.70


def targets(size: str = "default") -> Question:
    """Roll-out against 70 % by 2030 and service to 2035."""
    c = known()
    pace, build, run_ = (float(c[p].default) for p in ("facilities.openings", "government.construction_envelope", "government.operating_envelope"))
    case = lambda openings, a, b: {"facilities.openings": openings, "government.construction_envelope": a * build, "government.operating_envelope": b * run_}  # noqa: E731
    return Question(
        question="Do villages reach 70 % with a mutual-aid facility by 2030, and are they still in service in 2035?",
        hypothesis="A faster roll-out reaches 70 % of villages by 2030, but without more operating money fewer of its facilities are in service at the end.",
        because="solvency.stress (how soon unpaid bills count against a service); null arm: four payers that pay alike, whatever the county's money",
        arms={
            "as now": case(pace, 1, 1), "0.3 a year": case(0.3, 1, 1), "0.6 a year": case(0.6, 1, 1),
            "0.6, double building money": case(0.6, 2, 1), "0.6, double both": case(0.6, 2, 2), "0.6, triple both": case(0.6, 3, 3),
            "staged by the county": {**case(pace, 1, 1), "rollout.on": True}, "staged, double both": {**case(pace, 2, 2), "rollout.on": True},
        },
        tests=(
            contrast.differ("more villages have a facility in 2030 with 0.6 a year and double building money than as now", "facility_2030", "0.6, double building money", "as now"),
            contrast.differ("more standing facilities are idle at the end with it than with operating money doubled too", "idle", "0.6, double building money", "0.6, double both"),
        ),
        built_in=("solvency.stress",), null={"funding.identical_payers": True},
        shown=("facility_2030", "function_2030", "in_service", "idle", *contrast.HEADLINE), extra=_targets,
        limits=("Openings: yearly chance that a village without a facility comes up, before leader and learning. Staged: the county selects applicants towards 70 % by 2030. The target is read both ways: villages with a facility, and facilities with the function.",),
    )  # fmt: skip


def _targets(done: Done) -> Extra:
    """How often each reading of the target is met."""
    rows = []
    for name in done.question.available:
        row: list[Any] = [name]
        for outcome in ("facility_2030", "function_2030", "in_service"):
            hits = int((done.of(name, outcome) >= GOAL - 1e-9).sum())
            w = binomtest(hits, done.seeds).proportion_ci(method="wilson")
            row += [spread(done.mean(name, outcome)), f"{hits} of {done.seeds} ({100 * w.low:.0f} to {100 * w.high:.0f} %)"]
        rows.append(row)
    met = [row[0] for row in rows if done.mean(row[0], "facility_2030").mean >= GOAL]
    said = f"{'Reached by ' + ', '.join(met) if met else 'No arm reaches'} 70 % of villages with a facility by 2030 on average; as now it is {rows[0][1]} %, and {rows[0][5]} % of villages are in service at the end."
    columns = ["roll-out", "villages with a facility 2030, %", "seeds at 70 %", "facilities with the function 2030, %", "seeds at 70 %", "villages in service at the end, %", "seeds at 70 %"]
    return [said], [Table("The target, read both ways", columns, rows, "mean (95 %); seeds that reach 70 % with the Wilson interval")], []


# -- stress ------------------------------------------------------------------------------------------------------------
def chances() -> dict[str, str]:
    """Shock -> path of its yearly chance: every such parameter of the section shocks."""
    return {p.partition(".")[2]: p for p, d in known().items() if p.startswith("shocks.") and d.unit == "share/year"}


def stress(size: str = "default") -> Question:
    """Each shock alone and together, own to each village and shared by all."""
    paths = chances()
    calm: dict[str, Any] = dict.fromkeys(paths.values(), 0.0)
    high = {path: known()[path].high for path in paths.values()}
    arms: dict[str, dict[str, Any]] = {"calm": calm}
    for how, correlation in (("own", 0.0), ("shared", 1.0)):
        for name, path in paths.items():
            arms[f"{words(name)}, {how}"] = {**calm, path: high[path], "shocks.correlation": correlation}
        arms[f"all, {how}"] = {**high, "shocks.correlation": correlation}
    alone = tuple((1.0, f"{words(name)}, own", "viable", "all") for name in paths)
    return Question(
        question="Which shock costs most villages, alone and together, when each village has its own and when all share it?",
        hypothesis="Together, shocks cost more villages than the sum of what each costs alone.",
        because="solvency.stress (how soon unpaid bills count against a service); no null arm: without shocks nothing is compared",
        arms=arms,
        tests=(Test("what all shocks cost together is more than the sum of each alone (villages viable, own shocks)", (*alone, (-1.0, "all, own", "viable", "all"), (1.0 - len(paths), "calm", "viable", "all"))),),
        built_in=("solvency.stress",), base=arm("business", "portfolio"), extra=_tails,
        limits=("Each shock at the highest yearly chance that is accepted; villages run the portfolio of businesses, so that every shock has something to hit.",),
    )  # fmt: skip


def _tails(done: Done) -> Extra:
    """Loss against calm, and how uneven counties are: shared shocks move the spread, not the mean."""
    rows = []
    for name in [a for a in done.question.available if a != "calm"]:
        x = done.of(name, "viable")
        rows.append([name, spread(done.paired(name, "viable")), spread(done.paired(name, "closed")), f"{100 * x.std(ddof=1):.1f}" if len(x) > 1 else "-", f"{100 * np.quantile(x, 0.1):.1f}"])
    worst = min((r for r in rows if not r[0].startswith("all")), key=lambda r: done.paired(r[0], "viable").mean)
    both = [next(r for r in rows if r[0] == f"all, {how}") for how in ("own", "shared")]
    said = f"Alone, '{worst[0]}' costs most: {worst[1]} points of villages viable; all together cost {both[0][1]} points when each village has its own and {both[1][1]} when they are shared (spread between counties {both[0][3]} against {both[1][3]} points)."
    columns = ["shock", "villages viable against calm, points", "villages that closed, points", "sd between seeds", "worst tenth of seeds, % viable"]
    return [said], [Table("What each shock costs", columns, rows, "paired differences to calm (95 %)")], []


DESIGNS = {f.__name__: f for f in (funding_mix, business, targets, stress)}


def run(line: Composed, words: list[str]) -> int:
    """Run one of them; exit code."""
    return contrast.run(DESIGNS[line.settings.name](line.settings.size), line, words)


__all__ = ["DESIGNS", "business", "funding_mix", "lattice", "run", "stress", "targets"]
