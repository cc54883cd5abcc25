"""Ways to a room, and the seats that each gives."""

from __future__ import annotations

from sim.engine.kernels import inner

RENOVATE, RENT, BUILD, ADD, SIMPLE = 1, 2, 3, 4, 5  # ways; 0: at the start
WORST = 0.2  # condition that a building keeps


@inner
def seats_by_way(facilities, village):
    """Seats of a facility in good condition."""
    if village.way == ADD:
        return facilities.add_seats
    return facilities.simple_seats if village.way == SIMPLE else facilities.seats
