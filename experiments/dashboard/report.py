"""A scenario's result as one HTML file that asks no other host for anything."""

from __future__ import annotations

import html
import io

import pandas as pd

from experiments import estimate, style
from experiments.dashboard.state import Draft, Result, classes, differences, figures, money
from experiments.dashboard.words import label, said, word
from experiments.scenario import known
from experiments.style import plt
from sim.parameters import GRADES

LOOK = "body{font:16px/1.5 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ccc;padding:.2rem .7rem;text-align:left}svg{max-width:100%;height:auto}pre{background:#eee;padding:.7rem;overflow:auto}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    line = lambda cells, tag: "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"  # noqa: E731
    return "<table>" + line(head, "th") + "".join(line(r, "td") for r in rows) + "</table>"


def _svg(result: Result) -> str:
    """Classes at each year's end; figures carry English labels, which every font has."""
    table = classes(result.rows).pivot(index="year", columns="class", values="share")
    figure, axis = plt.subplots(figsize=(8, 3.4), layout="constrained")
    low = pd.Series(0.0, table.index)
    for name, colour in style.CLASS_COLOURS.items():
        axis.bar(table.index, 100 * table[name], bottom=100 * low, color=colour, label=style.words(name))
        low = low + table[name]
    axis.set(ylim=(0, 100), ylabel="villages, %", xticks=list(table.index), title="Villages by class at each year's end")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :].replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace("xlink:href", "href")


def number(value: float) -> str:
    """One digit behind the point; a dash where there is nothing."""
    return "–" if value != value else f"{value:,.1f}"


def write(result: Result, draft: Draft, others: list[Result], language: str) -> str:
    """The report; `others` are compared with the result seed by seed where they share their luck."""
    say = lambda key, **v: said(key, language, **v)  # noqa: E731
    found, p = figures(result), result.parameters
    top = found["viable"]
    main = [[say(f"m_{k}"), number(i.mean), f"{number(i.low)} – {number(i.high)}"] for k, i in found.items()]
    why = estimate.causes(result.rows)
    body = [
        f"<h1>{html.escape(result.name)}: {html.escape(say('headline', mean=f'{top.mean:.0f}', year=result.year))}</h1>",
        f"<p>{html.escape(say('interval', low=f'{top.low:.0f}', high=f'{top.high:.0f}', n=top.n))} {html.escape(say('whatif'))} {html.escape(say('viable_means'))}</p>",
        f"<p>{html.escape(say('size', villages=p.county.villages, elders=p.county.elders, start=p.horizon.start, end=p.horizon.end, seeds=result.seeds))}</p>",
        _table(["", "", "95 %"], main), _svg(result),
        f"<h2>{html.escape(say('why_not'))}</h2>", _table(["", "%"], [[word(str(k), language), f"{100 * v / why.sum():.0f}"] for k, v in why.items()]),
        f"<h2>{html.escape(say('paid_by', year=result.year))}</h2>", _table(["", "%"], [[word(r.source, language), f"{100 * r.share:.0f}"] for r in money(result.rows).itertuples()]),
    ]  # fmt: skip
    if others:
        body.append(f"<h2>{html.escape(say('against', name=result.name))}</h2>")
        body.append(_table(["", *[say(f"m_{k}") for k in found]], [[o.name, *(f"{i.mean:+.1f} ({i.low:+.1f} – {i.high:+.1f})" for i in differences(result, o).values())] for o in others]))
    declared = known()
    rows = [[label(declared[k], language), str(v) if len(str(v)) < 60 else "…", declared[k].unit, f"{declared[k].grade} ({GRADES[declared[k].grade]})", declared[k].source] for k, v in draft.values.items()]
    body += [
        f"<h2>{html.escape(say('scenario'))}</h2>", _table(["", "", "", "", ""], rows),
        f"<p>{html.escape(say('command'))}</p><pre>python run.py experiment=baseline scenario=scenario.yaml</pre><pre>{html.escape(draft.yaml())}</pre>",
    ]  # fmt: skip
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(result.name)}</title><style>{LOOK}</style><body>{"".join(body)}</body></html>'
