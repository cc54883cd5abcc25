"""From a question of your own to a figure, in ten minutes: change the cell `ask`, run all, look.

As a script: `python notebooks/question.py` writes question.png. As a notebook in a browser, without a
question to any other host whether there is a newer marimo:

    MARIMO_SKIP_UPDATE_CHECK=1 marimo edit --headless --no-token notebooks/question.py
"""

import marimo

app = marimo.App(width="medium")


@app.cell
def libraries():
    import math
    import sys

    import marimo as mo

    if sys.stderr.isatty():
        print("loading the model", file=sys.stderr)
    import numpy as np
    from matplotlib.figure import Figure
    from scipy import stats
    from tqdm import tqdm

    import sim

    return Figure, math, mo, np, sim, stats, tqdm


@app.cell
def read_me(mo):
    mo.md(
        """
        # A question of your own

        1. **Ask.** In the next cell: what changes, in which county, what is counted.
        2. **Pair.** Every seed is run twice, with the change and without. Both runs share their luck: the
           same people, the same illnesses, the same late payments where the change does not touch them.
        3. **Look.** The difference within each seed, its mean, and how sure that is.

        The question that stands here was taken from four that were tried, as one that shows something: that
        it is told from zero is no finding. Ask yours before you look.

        What comes out is what follows if the rules and figures of the model hold, no forecast. Parameters are
        taken as written: the spread is luck alone. With what is uncertain drawn as well, and a verdict that
        may be quoted: `python run.py` (docs/studies.md).
        """
    )
    return


@app.cell
def ask(sim):
    question = "What if a volunteer gave a quarter more hours from 2026 on?"

    # The county: small, so that a run takes a tenth of a second. sim/ODD.md lists what may be set.
    county = {
        "county.villages": 8,
        "county.elders": 60,
        "horizon.spin_up": 6,
        "horizon.end": "2029-12",
    }

    # The policy: `set`, `scale` or `add` on a path, from a month on (12: January 2026).
    change = (sim.Modifier("participation.hours", "scale", 1.25, start=12),)

    seeds = range(1, 21)

    # What is counted: a column of `result.county` (a row a month), and what makes a year of it.
    counted, per, unit = "served_persons", 12, "elder-years served"
    return change, counted, county, per, question, seeds, unit


@app.cell
def run_both(change, counted, county, mo, np, per, seeds, sim, tqdm):
    def course(seed, modifiers):
        """The counted column of one run, month by month, in units of a year."""
        parameters = sim.Parameters().replace(county)
        model = sim.MutualAidModel(parameters, seed=seed, modifiers=modifiers)
        return model.run().county[counted].to_numpy() / per

    if mo.app_meta().mode == "script":
        shown = tqdm(seeds, "two runs a seed", disable=None)  # on a terminal only
    else:
        shown = mo.status.progress_bar(seeds, title="Two runs a seed")
    pairs = np.array([(course(seed, ()), course(seed, change)) for seed in shown])
    without, with_it = pairs[:, 0], pairs[:, 1]  # (seeds, months)
    return with_it, without


@app.cell
def compare(math, np, stats, with_it, without):
    difference = (with_it - without).sum(axis=1)  # a number a seed
    mean = float(difference.mean())
    spread = float(difference.std(ddof=1)) / math.sqrt(len(difference))
    half = float(stats.t.ppf(0.975, len(difference) - 1)) * spread
    apart = float(np.hypot(*(one.sum(axis=1).std(ddof=1) for one in (with_it, without))))
    unpaired = float(stats.t.ppf(0.975, len(difference) - 1)) * apart / math.sqrt(len(difference))
    return difference, half, mean, unpaired


@app.cell
def draw(Figure, difference, half, mean, np, question, seeds, unit, with_it, without):
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    figure.suptitle(question)
    years = 2025 + np.arange(without.shape[1]) / 12
    left.plot(years, 12 * without.mean(axis=0), color="#888888", label="as it is")
    left.plot(years, 12 * with_it.mean(axis=0), color="#0072b2", label="with the change")
    left.set(title="Mean over seeds", ylabel=f"{unit} a year, all villages", xlabel="")
    left.set_ylim(bottom=0)
    left.legend(frameon=False)
    order = np.argsort(difference)
    right.axvline(0, color="#888888", lw=1)
    right.axvspan(mean - half, mean + half, color="#0072b2", alpha=0.2, lw=0)
    right.axvline(mean, color="#0072b2")
    right.plot(difference[order], range(len(seeds)), "o", color="#0072b2")
    right.set(title="What it adds, seed by seed", xlabel=f"{unit}, whole run; band: mean, 95 %")
    right.set_yticks([])
    return (figure,)


@app.cell
def answer(difference, figure, half, mean, mo, question, unit, unpaired):
    told = "told from zero" if abs(mean) > half else "not told from zero"
    sentence = (
        f"{question} {mean:+.1f} {unit} ({mean - half:.1f} to {mean + half:.1f}), {told} by "
        f"{len(difference)} pairs. Without pairs the interval would be ± {unpaired:.1f} instead of "
        f"± {half:.1f}."
    )
    if mo.app_meta().mode == "script":
        figure.savefig("question.png", dpi=150)
        print(sentence)
    mo.vstack([mo.md(sentence), figure])
    return (sentence,)


if __name__ == "__main__":
    app.run()
