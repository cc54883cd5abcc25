"""Longitude and latitude as kilometres on one plane: of villages, and of their borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

MARGIN = 1.0  # km between the westernmost and southernmost village and the edges of the map
DECIMALS = 2  # of a kilometre


class Plane(NamedTuple):
    """Distances true from a centre (azimuthal equidistant on WGS 84), shifted so that all are positive."""

    longitude: float
    latitude: float
    west: float = 0.0
    south: float = 0.0

    def kilometres(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """East and north, km."""
        from pyproj import Transformer

        there = f"+proj=aeqd +lon_0={self.longitude!r} +lat_0={self.latitude!r} +datum=WGS84 +units=km"
        east, north = Transformer.from_crs("EPSG:4326", there, always_xy=True).transform(longitude, latitude)
        return np.asarray(east) - self.west, np.asarray(north) - self.south


def plane_of(longitude: Sequence[float], latitude: Sequence[float]) -> Plane:
    """The plane of some places, whose middle is its centre."""
    first = Plane(float(np.mean(longitude)), float(np.mean(latitude)))
    east, north = first.kilometres(np.asarray(longitude), np.asarray(latitude))
    return first._replace(west=float(east.min()) - MARGIN, south=float(north.min()) - MARGIN)


def turned(longitude: np.ndarray, latitude: np.ndarray) -> bool:
    """Whether the columns have changed places, as can be told where a latitude tops a right angle."""
    known = ~np.isnan(longitude) & ~np.isnan(latitude)
    steep, flat = np.abs(latitude[known]) > 90, np.abs(longitude[known]) <= 90
    return bool(known.any() and steep.all() and flat.all())
