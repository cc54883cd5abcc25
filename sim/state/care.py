"""Who meets a need: verbs that several parts share; each takes minutes from the needs of one elder."""

from __future__ import annotations

from sim.engine.kernels import inner
from sim.state.codes import ALL_KINDS, FAMILY, PROFESSIONAL


@inner
def serve_by_family(people, world, v, i, given, total):
    """Take `given` minutes from the needs in proportion, the rounding from the first kinds that have any."""
    left, share = given, given / total
    for kind in range(ALL_KINDS):
        if people.need[i, kind] == 0:  # most kinds of most elders
            continue
        part = int(people.need[i, kind] * share)
        people.need[i, kind] -= part
        world.hours[v, FAMILY, kind] += part
        left -= part
    for kind in range(ALL_KINDS):
        if left == 0:
            break
        if people.need[i, kind] == 0:
            continue
        part = min(left, int(people.need[i, kind]))
        people.need[i, kind] -= part
        world.hours[v, FAMILY, kind] += part
        left -= part


@inner
def serve_by_paid_care(people, world, v, i, minutes):
    """Spend `minutes` of paid care, personal care and the skilled kinds first; those left over."""
    for kind in range(ALL_KINDS - 1, -1, -1):
        part = min(minutes, int(people.need[i, kind]))
        people.need[i, kind] -= part
        minutes -= part
        world.hours[v, PROFESSIONAL, kind] += part
    return minutes


@inner
def serve_by_child(people, world, v, i, needs):
    """What a child from another house still meets of all that is left."""
    total = 0
    for kind in range(ALL_KINDS):
        total += int(people.need[i, kind])
    given = min(int(total * needs.cover_near), needs.near_hours)
    if given > 0:
        serve_by_family(people, world, v, i, given, total)
