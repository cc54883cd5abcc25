"""The month before your eyes: `python run.py live`. Mesa's SolaraViz over the model itself, one county of a
few villages.

`report.language=zh` speaks Chinese where a font has it; the buttons of SolaraViz stay as Mesa names them.
"""

from __future__ import annotations

import os
from typing import Any

import networkx as nx
import numpy as np
import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

import sim
from sim.state.codes import ELDER, HELPER, MUTUAL, PAYERS, VILLAGE_KINDS, WORKING

from ..command.scenario import known
from ..command.serve import LANGUAGE
from ..dashboard.words import label, named, said, word
from ..report import style
from ..report.marks import SERVICE
from ..report.style import tell, words

SPOKEN = style.language(os.environ.get(LANGUAGE, "en"))  # held: it would end with its last reference
SPOKEN.__enter__()
CODE = tell("en", "zh")
LEVELS = (tell("closed or not open", "关闭或未开办"), *(one.label for one in SERVICE[2:]))
LEVEL_COLOURS = (style.GREY, *(one.colour for one in SERVICE[2:]))
HEALTH = (
    tell("robust", "健康"),
    tell("mild", "轻度失能"),
    tell("moderate", "中度失能"),
    tell("severe", "重度失能"),
)
HEALTH_COLOURS = ("#cfe8f5", style.SKY, style.BLUE, "#08306b")
TRACKS = (
    tell("villages in service", "在服务的村"),
    tell("volunteers", "志愿者"),
    tell("diners", "用餐者"),
    tell("hours of mutual aid", "互助小时"),
)


class LiveCounty(sim.MutualAidModel):
    """The model with the few sliders of the page; shares are in any unit and made to sum to one."""

    def __init__(
        self,
        villages: int = 6,
        elders: int = 80,
        rule: str = "fixed_shares",
        government: int = 25,
        collective: int = 15,
        families: int = 50,
        society: int = 10,
        business: str = "none",
        welcome: float = 2.0,
        shock: str = "none",
        seed: int = 1,
    ) -> None:
        shares = np.array([government, collective, families, society], float)
        shares = shares / shares.sum() if shares.sum() else np.full(4, 0.25)
        named = {f"funding.share_{payer}": float(share) for payer, share in zip(PAYERS, shares, strict=True)}
        named[f"funding.share_{PAYERS[-1]}"] = 1 - sum(list(named.values())[:-1]) if shares[-1] > 0 else 0.0
        county = {
            "county.villages": villages,
            "county.elders": elders,
            "county.townships": 1,
            "county.facility_share": 0.5,
        }
        picked = {
            path: key_of(path, shown)
            for path, shown in (
                ("funding.rule", rule),
                ("business.kind", business),
                ("shocks.scheduled", shock),
            )
        }
        chosen = {**picked, "timebank.welcome": welcome, "shocks.scheduled_month": 12}
        super().__init__(sim.Parameters().replace({**county, **named, **chosen}), seed=seed)
        self.track: list[tuple[float, ...]] = []

    def step(self) -> None:
        """One month; the page stops at the horizon."""
        if self.month >= self.horizon:
            self.running = False
            return
        super().step()
        hours = float(self.world.hours[:, MUTUAL].sum()) / 60
        self.track.append(
            (
                float((self.state["level"] > 0).sum()),
                float(self.flow["volunteers"].sum()),
                float(self.flow["diners"].sum()),
                hours,
            )
        )
        self.running = self.month < self.horizon


def key_of(path: str, shown: str) -> str:
    """The choice behind a word of the page."""
    return next(choice for choice in known()[path].choices if shown in (choice, word(choice, CODE)))


def _figure(width: float = 6.0, height: float = 4.6) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def month_of(model: LiveCounty) -> str:
    """What has just been lived through."""
    year, month = divmod(model.start_month + model.month - 1, 12)
    return f"{year:04d}-{month + 1:02d}" if model.track else tell("before the first month", "首月之前")


def draw_map(model: LiveCounty) -> Figure:
    """Villages by place: colour the step of the service, a black rim a standing facility, size the elders."""
    figure, axis = _figure()
    state = model.state
    for level, (name, colour) in enumerate(zip(LEVELS, LEVEL_COLOURS, strict=True)):
        at = state["level"] == level
        rim = np.where(state["facility"][at] == WORKING, "black", "none")
        axis.scatter(
            state["east"][at],
            state["north"][at],
            s=2.5 * state["elders"][at] + 20,
            color=colour,
            edgecolors=rim,
            linewidths=1.8,
            label=name,
        )
    for number, east, north, kind in zip(
        state["number"], state["east"], state["north"], state["kind"], strict=True
    ):
        axis.annotate(
            f"{number} {words(VILLAGE_KINDS[kind])}",
            (east, north),
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    serving = int((state["level"] > 0).sum())
    month, every = month_of(model), len(state["level"])
    title = tell(
        f"{month}: {serving} of {every} villages in service (rim: facility)",
        f"{month}：{every} 个村中 {serving} 个在服务（黑边：有设施）",
    )
    axis.set(title=title, xlabel=said("km", CODE), ylabel=said("km", CODE), xlim=(-2, 32), ylim=(-2, 34))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, markerscale=0.5)
    return figure


def village_graph(model: LiveCounty, place: int) -> nx.Graph:
    """Persons of a village as nodes (slot) with position, state and whether they serve.

    Links to spouse, kin and next door.
    """
    start, used = int(model.world.start[place]), int(model.world.used[place])
    people: Any = model.people
    graph = nx.Graph()
    zones = int(people.zone[start : start + used].max()) + 1 if used else 1
    inside = dict.fromkeys(range(zones), 0)
    for slot in range(used):
        i = start + slot
        if people.kind[i] not in (ELDER, HELPER):
            continue
        zone_at = int(people.zone[i]) % zones
        turn, nth = 2 * np.pi * zone_at / zones, inside[zone_at]
        inside[zone_at] += 1  # a sunflower in each zone keeps neighbours together and people where they were
        radius, phi = 0.16 * np.sqrt(nth + 0.5), 2.39996 * nth
        at = (
            2.2 * np.cos(turn) * (zones > 1) + radius * np.cos(phi),
            2.2 * np.sin(turn) * (zones > 1) + radius * np.sin(phi),
        )
        graph.add_node(
            slot,
            pos=at,
            elder=bool(people.kind[i] == ELDER),
            health=int(people.health[i]),
            serves=bool(people.volunteer[i]),
            helped=bool(people.received[i] > 0),
        )
    for slot in list(graph):
        for link in (people.spouse, people.kin, people.neighbour):
            other = int(link[start + slot])
            if other >= 0 and other in graph and other != slot:
                graph.add_edge(slot, other)
    return graph


def draw_network(model: LiveCounty, number: int) -> Figure:
    """One village: elders (circles) by health, helpers under 60 (squares); orange those who serve, ringed
    those helped.
    """
    place = int(np.flatnonzero(model.state["number"] == number)[0])
    graph = village_graph(model, place)
    figure, axis = _figure()
    where = nx.get_node_attributes(graph, "pos")
    nx.draw_networkx_edges(graph, where, ax=axis, edge_color="#d0d0d0", width=0.6)
    for health, (name, colour) in enumerate(zip(HEALTH, HEALTH_COLOURS, strict=True)):
        nodes = [v for v, person in graph.nodes(data=True) if person["elder"] and person["health"] == health]
        rims = [
            style.RED if graph.nodes[v]["helped"] else style.ORANGE if graph.nodes[v]["serves"] else "#888888"
            for v in nodes
        ]
        nx.draw_networkx_nodes(
            graph,
            where,
            nodelist=nodes,
            node_color=colour,
            edgecolors=rims,
            linewidths=1.4,
            node_size=34,
            ax=axis,
            label=tell(f"elder, {name}", f"老人，{name}"),
        )
    for serves, name, colour in (
        (False, tell("helper under 60", "60 岁以下帮手"), "white"),
        (True, tell("helper who serves", "在服务的帮手"), style.ORANGE),
    ):
        nodes = [
            v for v, person in graph.nodes(data=True) if not person["elder"] and person["serves"] == serves
        ]
        nx.draw_networkx_nodes(
            graph,
            where,
            nodelist=nodes,
            node_color=colour,
            edgecolors="#888888",
            node_shape="s",
            node_size=26,
            ax=axis,
            label=name,
        )
    elders = sum(person["elder"] for _, person in graph.nodes(data=True))
    serving, helped = (
        sum(person[word] for _, person in graph.nodes(data=True)) for word in ("serves", "helped")
    )
    axis.set_title(
        tell(
            f"Village {number}: {elders} elders, {serving} serve (orange), {helped} were helped (red rim)",
            f"{number} 号村：{elders} 位老人，{serving} 人在服务（橙色），{helped} 人得到帮助（红边）",
        )
    )
    axis.axis("off")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=3, fontsize=8)
    return figure


def draw_tracks(model: LiveCounty) -> Figure:
    """Four figures of the county, month by month."""
    figure = Figure(figsize=(6.0, 4.6), layout="constrained")
    for axis, number in zip(figure.subplots(2, 2).flat, range(4), strict=True):
        axis.plot(
            range(1, len(model.track) + 1),
            [point[number] for point in model.track],
            color=style.BLUE,
            marker=".",
            ms=3,
        )
        axis.set_title(TRACKS[number], fontsize=9)
        axis.set_ylim(bottom=0)
        axis.set_xlabel(tell("months", "月"), fontsize=8)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def draw_money(model: LiveCounty) -> Figure:
    """Who paid for running the service last month, all villages, beside what it cost."""
    figure, axis = _figure(6.0, 3.4)
    paid = {
        payer: float(model.ledger.amount(f"paid_{payer}").sum()) / 100 if model.track else 0.0
        for payer in PAYERS
    }
    paid["business"] = float(model.ledger.amount("care_share").sum()) / 100 if model.track else 0.0
    axis.bar(
        [words(parameters) for parameters in paid],
        list(paid.values()),
        color=[style.PAYER_COLOURS[parameters] for parameters in paid],
    )
    cost = float(model.flow["cost"].sum()) / 100
    axis.axhline(cost, color="black", lw=1)
    axis.set(
        title=tell(
            f"Paid last month, all villages; line: running cost {cost:,.0f} yuan",
            f"上月全部村实付；线：运营成本 {cost:,.0f} 元",
        ),
        ylabel=said("yuan_stock", CODE),
    )
    return figure


def CountyMap(model: LiveCounty) -> Any:  # noqa: N802  # components are named like classes
    """The map as a component."""
    return solara.FigureMatplotlib(draw_map(model), format="png")


@solara.component
def VillageNetwork(model: LiveCounty) -> Any:  # noqa: N802
    """The network with a choice of the village."""
    update_counter.get()
    numbers = model.state["number"].tolist()
    number, choose = solara.use_state(1)
    with solara.Column() as column:
        solara.Select(
            said("village", CODE), values=numbers, value=number if number in numbers else 1, on_value=choose
        )
        solara.FigureMatplotlib(draw_network(model, number if number in numbers else 1), format="png")
    return column


def Tracks(model: LiveCounty) -> Any:  # noqa: N802
    """The plots as a component."""
    return solara.FigureMatplotlib(draw_tracks(model), format="png")


def Money(model: LiveCounty) -> Any:  # noqa: N802
    """The payers as a component."""
    return solara.FigureMatplotlib(draw_money(model), format="png")


def slider(text: str, value: float, low: float, high: float, step: float = 1) -> dict[str, Any]:
    """A slider of the page."""
    sort = "SliderInt" if step == int(step) else "SliderFloat"
    return {"type": sort, "label": text, "value": value, "min": low, "max": high, "step": step}


def select(path: str, text: str = "") -> dict[str, Any]:
    """A choice of the page, in words."""
    declared = known()[path]
    return {
        "type": "Select",
        "label": text or label(declared, CODE),
        "value": word(declared.default, CODE),
        "values": [word(choice, CODE) for choice in declared.choices],
    }


def parts(payer: str, value: int) -> dict[str, Any]:
    """A payer's share in parts of any sum."""
    return slider(named(known()[f"funding.share_{payer}"], CODE) + tell(", parts", "（份）"), value, 0, 100)


CONTROLS = {
    "villages": slider(named(known()["county.villages"], CODE), 6, 1, 20),
    "elders": slider(named(known()["county.elders"], CODE), 80, 20, 200, 10),
    "rule": select("funding.rule", tell("Rule of co-funding", "出资规则")),
    "government": parts("government", 25),
    "collective": parts("collective", 15),
    "families": parts("families", 50),
    "society": parts("society", 10),
    "business": select("business.kind"),
    "welcome": slider(label(known()["timebank.welcome"], CODE), 2.0, 0.0, 20.0, 0.5),
    "shock": select("shocks.scheduled", tell("Shock in January 2026", "2026 年 1 月的冲击")),
    "seed": slider(said("seed", CODE), 1, 1, 50),
}


@solara.component
def Page() -> None:  # noqa: N802
    """The whole page; each visitor has a county of their own."""
    model = solara.use_memo(LiveCounty, [])
    SolaraViz(
        model,
        components=[(CountyMap, 0), (VillageNetwork, 0), (Tracks, 0), (Money, 0)],
        model_params=CONTROLS,
        name=tell("Village mutual aid, month by month", "农村互助养老，逐月推演"),
        play_interval=300,
    )


__all__ = ["LiveCounty", "Page"]
