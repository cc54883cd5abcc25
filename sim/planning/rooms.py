"""Ways to a room: what each costs, which is cheapest, and the seats that it gives."""

from __future__ import annotations

import numpy as np

from sim.engine.kernels import inner

RENOVATE, RENT, BUILD, ADD, SIMPLE = 1, 2, 3, 4, 5  # ways; 0: at the start
NOT_OPEN = 1e18  # fen a year: more than any way costs
TOO_MUCH = 1e17
WORST = 0.2  # condition that a building keeps


@inner
def seats_by_way(facilities, village):
    """Seats of a facility in good condition."""
    if village.way == ADD:
        return facilities.add_seats
    return facilities.simple_seats if village.way == SIMPLE else facilities.seats


@inner
def yearly(facilities, village, way):
    """Capital a year of life plus rent a year; a huge sum where a way is not open to the village."""
    if way == ADD:
        is_open = facilities.add_function == 1 and village.public_room == 1
        return facilities.add / facilities.life if is_open else NOT_OPEN
    if way == RENOVATE:
        return facilities.renovate / facilities.life if village.idle_building == 1 else NOT_OPEN
    if way == BUILD:
        return facilities.build / facilities.life_new if facilities.build_new == 1 else NOT_OPEN
    if way == SIMPLE:
        is_open = facilities.simple_rooms == 1 and village.idle_building == 1
        return facilities.simple / facilities.life if is_open else NOT_OPEN
    return facilities.fit_out / facilities.life + 12.0 * facilities.rent


@inner
def cheapest(facilities, village, above):
    """The way of least cost a year above `above`, and that cost; way 0 where none is left."""
    best, least = 0, TOO_MUCH
    for way in range(RENOVATE, SIMPLE + 1):
        if above < yearly(facilities, village, way) < least:
            best, least = way, yearly(facilities, village, way)
    return best, least


@inner
def with_labour(facilities, village, way, price):
    """Cash price of a way: where somebody calls on them, villagers' labour stands for a part."""
    called = village.leader == 1 or village.association == 1
    if called and (way == RENOVATE or way == SIMPLE):
        return np.int64(price * (1.0 - facilities.labour))
    return np.int64(price)
