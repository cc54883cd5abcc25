"""The charts of the live page: the county as a map, one village as a network, four courses, and who paid.

Each function returns an ECharts option in which series and axes keep their places from month to month, so
that a chart is updated and not drawn anew. Before the first month axes and labels stand already.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from sim.state.codes import ELDER, HELPER, MUTUAL, PAYERS, VILLAGE_KINDS, WORKING

from ..report import style
from ..report.given import shut_before
from ..report.marks import KIND_SHAPES, RIM, SERVICE, service_codes
from ..report.style import tell, words
from .course import Course

Option = dict[str, Any]
YEAR = 12
LEAST = (10.0, 10.0, 100.0)  # ends of the axes of volunteers, diners, hours, before there are any
FRAME = 3.6  # half the side of the picture of a village
COUNTY = (0, 32)  # km, the frame of the map
FONT = 13  # pixels
AXIS = {"nameLocation": "middle", "nameTextStyle": {"fontSize": FONT, "color": "#222222"}}
LABELS = {"axisLabel": {"fontSize": FONT, "color": "#222222", "hideOverlap": True}}
LEGEND = {"bottom": 0, "left": 0, "textStyle": {"fontSize": FONT}, "selectedMode": False}
QUICK = {"animationDuration": 0, "animationDurationUpdate": 150}
HEALTH_COLOURS = ("#cfe8f5", style.SKY, style.BLUE, "#08306b")


def health_words() -> tuple[str, ...]:
    """Elders by state of health."""
    return (
        tell("robust elder", "健康老人"),
        tell("mildly disabled", "轻度失能"),
        tell("moderately disabled", "中度失能"),
        tell("severely disabled", "重度失能"),
    )


def date(course: Course, month: int) -> str:
    """YYYY-MM of a month that was lived through, 1 for the first; words before it."""
    if month < 1:
        return tell("before the first month", "首月之前")
    year, since = divmod(course.model.start_month + month - 1, 12)
    return f"{year:04d}-{since + 1:02d}"


def states(course: Course) -> np.ndarray:
    """Place in `SERVICE` of each village."""
    state = course.model.state
    before = np.isin(state["number"], [*shut_before(course.model.parameters)])
    return service_codes(state["level"], (state["closures"] > 0) | before)


def county_map(course: Course) -> Option:
    """Villages by place: colour the form of service, a thick rim a standing facility, size the elders."""
    state, now = course.model.state, states(course)
    series = []
    for code, mark in enumerate(SERVICE):
        points = [
            {
                "value": [float(state["east"][v]), float(state["north"][v])],
                "symbolSize": 12 + 1.6 * float(np.sqrt(max(state["elders"][v], 0))),
                "name": f"{state['number'][v]} {words(VILLAGE_KINDS[state['kind'][v]])}",
                "symbol": KIND_SHAPES[VILLAGE_KINDS[state["kind"][v]]].echarts,
                "itemStyle": {"borderWidth": 3 if state["facility"][v] == WORKING else 1},
            }
            for v in np.flatnonzero(now == code)
        ]
        series.append(
            {
                "id": f"state{code}",
                "type": "scatter",
                "name": mark.label,
                "data": points,
                "itemStyle": {"color": mark.colour, "borderColor": RIM, "opacity": 1},
            }
        )
    km = {"type": "value", "min": COUNTY[0], "max": COUNTY[1], "interval": 8, **AXIS, **LABELS}
    return {
        **QUICK,
        "grid": {"left": 46, "right": 30, "top": 14, "bottom": 118},
        "xAxis": {**km, "name": tell("km to the east", "向东（公里）"), "nameGap": 26},
        "yAxis": {**km, "name": tell("km to the north", "向北（公里）"), "nameGap": 28},
        "legend": LEGEND
        | {"itemStyle": {"borderColor": "#222222", "borderWidth": 1}}
        | {"data": [mark.label for mark in SERVICE]},
        "tooltip": {"trigger": "item", "formatter": "{b}: {a}"},
        "series": [*series, _names(series)],
    }


def _names(series: list[Option]) -> Option:
    """Names of villages, over all villages: a mark of a neighbour hides none."""
    nothing = {"color": "transparent", "borderWidth": 0}
    points = [point | {"itemStyle": nothing} for part in series for point in part["data"]]
    return {
        "id": "names",
        "type": "scatter",
        "silent": True,
        "z": 4,
        "data": sorted(points, key=lambda point: int(point["name"].split()[0])),
        "label": {"show": True, "formatter": "{b}", "position": "top", "fontSize": FONT}
        | {"color": "#222222", "backgroundColor": "#ffffffc0", "padding": [1, 2]},
        "labelLayout": {"moveOverlap": "shiftY"},
    }


def village_graph(course: Course, place: int) -> nx.Graph:
    """Persons of a village as nodes (slot) with position, state and whether they serve.

    Links to spouse, kin and next door.
    """
    world, people = course.model.world, course.model.people
    start, used = int(world.start[place]), int(world.used[place])
    columns: Any = people
    graph = nx.Graph()
    zones = int(columns.zone[start : start + used].max()) + 1 if used else 1
    inside = dict.fromkeys(range(zones), 0)
    for slot in range(used):
        i = start + slot
        if columns.kind[i] not in (ELDER, HELPER):
            continue
        zone_at = int(columns.zone[i]) % zones
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
            elder=bool(columns.kind[i] == ELDER),
            health=int(columns.health[i]),
            serves=bool(columns.volunteer[i]),
            helped=bool(columns.received[i] > 0),
        )
    for slot in list(graph):
        for link in (columns.spouse, columns.kin, columns.neighbour):
            other = int(link[start + slot])
            if other >= 0 and other in graph and other != slot:
                graph.add_edge(slot, other)
    return graph


def counts(graph: nx.Graph) -> dict[str, int]:
    """How many elders live in a village, how many persons serve, how many were helped."""
    persons = [person for _, person in graph.nodes(data=True)]
    return {
        "elders": sum(person["elder"] for person in persons),
        "serving": sum(person["serves"] for person in persons),
        "helped": sum(person["helped"] for person in persons),
    }


def _node(slot: int, person: dict[str, Any]) -> Option:
    served = style.RED if person["helped"] else style.ORANGE if person["serves"] else "#777777"
    look = {"borderColor": served, "borderWidth": 1 if served == "#777777" else 3}
    group = person["health"] if person["elder"] else 4 + person["serves"]
    east, north = person["pos"]
    return {
        "id": str(slot),
        "value": [float(east), float(north)],
        "category": group,
        "symbol": "circle" if person["elder"] else "rect",
        "symbolSize": 12 if person["elder"] else 10,
        "itemStyle": look if person["elder"] else {"borderColor": "#777777", "borderWidth": 1},
    }


def network(graph: nx.Graph) -> Option:
    """One village: elders (circles) by health, helpers under 60 (squares); rims: orange serve, red helped."""
    names = [
        *health_words(),
        tell("helper under 60", "60 岁以下帮手"),
        tell("helper who serves", "在服务的帮手"),
    ]
    colours = [*HEALTH_COLOURS, "#ffffff", style.ORANGE]
    return {
        **QUICK,
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 112},
        "xAxis": {"type": "value", "min": -FRAME, "max": FRAME, "show": False},
        "yAxis": {"type": "value", "min": -FRAME, "max": FRAME, "show": False},
        "legend": {
            **LEGEND,
            "data": [{"name": name, "icon": "circle" if at < 4 else "rect"} for at, name in enumerate(names)],
        },
        "series": [
            {
                "id": "persons",
                "type": "graph",
                "coordinateSystem": "cartesian2d",
                "layout": "none",
                "silent": True,
                "lineStyle": {"color": "#c8c8c8", "width": 1, "opacity": 1},
                "categories": [
                    {"name": name, "itemStyle": {"color": colour, "borderColor": "#777777", "borderWidth": 1}}
                    for name, colour in zip(names, colours, strict=True)
                ],
                "data": [_node(slot, person) for slot, person in graph.nodes(data=True)],
                "links": [{"source": str(one), "target": str(other)} for one, other in graph.edges],
            }
        ],
    }


def tracks(course: Course) -> dict[str, tuple[list[float], float]]:
    """Four courses of the county by their names: a value a month, and the end of their axis."""
    names = track_names()
    villages = float(len(course.model.state["level"]))
    if not course.month:
        return {name: ([], least) for name, least in zip(names, (villages, *LEAST), strict=True)}
    series = course.model.series
    hours = series.hours[:, :, MUTUAL]
    found = [
        (series.state["level"] > 0).sum(axis=1).tolist(),
        series.flow["volunteers"].sum(axis=1).tolist(),
        series.flow["diners"].sum(axis=1).tolist(),
        (hours.reshape(len(hours), -1).sum(axis=1) / 60).tolist(),
    ]
    tops = [villages, *(ceiling(one, least) for one, least in zip(found[1:], LEAST, strict=True))]
    return dict(zip(names, zip(found, tops, strict=True), strict=True))


def track_names() -> dict[str, str]:
    """The courses, each with its unit."""
    return {
        tell("Villages in service", "在服务的村"): tell("villages", "村"),
        tell("Volunteers", "志愿者"): tell("persons", "人"),
        tell("Diners", "用餐者"): tell("persons", "人"),
        tell("Hours of mutual aid", "互助小时"): tell("hours a month", "小时/月"),
    }


def ceiling(values: list[float], least: float) -> float:
    """The end of an axis: 1, 2 or 5 times a power of ten, so that it moves seldom."""
    top = max([least, *values])
    power = 10.0 ** np.floor(np.log10(top))
    return float(next(times * power for times in (1, 2, 5, 10) if times * power >= top))


def track(course: Course, values: list[float], unit: str, top: float) -> Option:
    """One course over the whole time; the line grows from the left."""
    months = [date(course, month) for month in range(1, course.horizon + 1)]
    return {
        **QUICK,
        "grid": {"left": 62, "right": 22, "top": 12, "bottom": 48},
        "xAxis": {
            "type": "category",
            "data": months,
            "name": tell("month", "月份"),
            "nameGap": 28,
            **AXIS,
            "axisLabel": {**LABELS["axisLabel"], "interval": 47},
            "axisTick": {"interval": YEAR - 1},
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "max": top,
            "interval": top / 2 if top % 2 == 0 else top,
            "name": unit,
            "nameGap": 44,
        }
        | AXIS
        | LABELS,
        "tooltip": {"trigger": "axis"},
        "series": [
            {
                "id": "course",
                "type": "line",
                "data": values,
                "symbol": "circle",
                "symbolSize": 4,
                "showSymbol": len(values) < 2 * YEAR,
                "lineStyle": {"width": 2},
                "color": style.BLUE,
            }
        ],
    }


def paid(course: Course) -> tuple[dict[str, float], float, int]:
    """Yuan by payer over the last twelve months, the running cost, and how many months they are."""
    months = min(course.month, YEAR)
    if not months:
        return dict.fromkeys((*PAYERS, "business"), 0.0), 0.0, 0
    series, last = course.model.series, slice(course.month - months, course.month)
    found = {payer: float(series.amount(f"paid_{payer}")[last].sum()) / 100 for payer in PAYERS}
    found["business"] = float(series.amount("care_share")[last].sum()) / 100
    return found, float(series.flow["cost"][last].sum()) / 100, months


def money(course: Course) -> Option:
    """Who paid for running the service in the last twelve months; the line is what it cost."""
    by_payer, cost, _ = paid(course)
    names = [words(payer) for payer in by_payer]
    top = ceiling([cost, *by_payer.values()], 1_000.0)
    return {
        **QUICK,
        "grid": {"left": 96, "right": 70, "top": 30, "bottom": 52},
        "xAxis": {"type": "value", "min": 0, "max": top, "interval": top / 2, "nameGap": 28}
        | {"name": tell("yuan in twelve months, all villages", "近十二个月，元，全部村")}
        | AXIS
        | LABELS,
        "yAxis": {"type": "category", "data": names, "inverse": True, **LABELS},
        "series": [
            {
                "id": "paid",
                "type": "bar",
                "data": [
                    {
                        "value": round(value),
                        "itemStyle": {"color": style.PAYER_COLOURS[payer]},
                        "label": {"formatter": f"{value:,.0f}"},
                    }
                    for payer, value in by_payer.items()
                ],
                "label": {"show": True, "position": "right", "fontSize": FONT, "color": "#222222"},
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "lineStyle": {"color": "#222222", "type": "dashed", "width": 2},
                    "label": {
                        "formatter": tell("cost", "成本"),
                        "position": "start",
                        "fontSize": FONT,
                        "color": "#222222",
                    },
                    "data": [{"xAxis": round(cost)}],
                },
            }
        ],
    }


__all__ = ["counts", "county_map", "date", "money", "network", "paid", "track", "tracks", "village_graph"]
