"""Borders of villages from GeoJSON or a shapefile, as rings in kilometres on the plane of the villages.

They are drawn on maps and decide nothing; a village of which no place is known gets the middle of its border.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.start.village_table import Table

from .catalogue import Mistake
from .said import Said
from .user_files import read_bytes
from .village_places import Plane, plane_of, turned

SUFFIXES = (".geojson", ".json", ".shp", ".zip")
BESIDE = (".dbf", ".shx", ".prj", ".cpg")  # files of a shapefile beside its first
UNPACKED = 50_000_000  # bytes of a zipped folder, unpacked
CODINGS = ("utf-8", "gb18030")  # of a shapefile's names
CLOSEST = 0.05  # km between two points of a ring that are both kept
MOST_POINTS = 200_000
CORNERS = 3  # that a ring has at least
FARTHEST = 1_000.0  # km from the edge of the map
TURNED = Said(
    "longitude and latitude of the borders have changed places: taken the other way round",
    "边界的经度与纬度填反：已对调",
)
Ring = list[tuple[float, float]]  # longitude, latitude


class Borders(NamedTuple):
    """Village number -> rings in km as text, middles of borders by village number, notes, plane."""

    text: str
    middles: Mapping[int, tuple[float, float]]
    notes: tuple[Said, ...]
    plane: Plane


def read(path: Path, table: Table, plane: Plane | None) -> Borders:
    """Of a file; Mistake where it cannot be read, or names none of the villages."""
    if path.suffix.lower() not in SUFFIXES:
        raise Mistake(f"a file {', '.join('*' + suffix for suffix in SUFFIXES)} is wanted")
    try:
        features = _features(path)
    except Mistake:
        raise
    except Exception as error:  # whatever a damaged file makes a reader of shapefiles stumble over
        raise Mistake(f"it cannot be read as borders: {str(error)[:200]}") from error
    if sum(len(ring) for _, rings in features for ring in rings) > MOST_POINTS:
        raise Mistake(f"at most {MOST_POINTS:,} points are read; simplify the borders first")
    features = [(named, [ring for ring in rings if len(ring) >= CORNERS]) for named, rings in features]
    found, unnamed = _matched(features, table)
    notes: list[Said] = []
    if not found:
        called = ", ".join(
            sorted({str(value) for properties, _ in features for value in properties.values()})[:8]
        )
        raise Mistake(f"no border bears the name or code of a village; they bear {called[:200]}")
    points = np.array([point for rings in found.values() for ring in rings for point in ring])
    if turned(points[:, 0], points[:, 1]):
        points = points[:, ::-1]
        found = {
            number: [[point[::-1] for point in ring] for ring in rings] for number, rings in found.items()
        }
        notes.append(TURNED)
    if not (np.abs(points) <= (180, 90)).all():  # a figure that is none is neither
        raise Mistake(f"degrees of longitude and latitude (WGS 84) are wanted; {_first(points)}")
    plane = plane or plane_of(points[:, 0].tolist(), points[:, 1].tolist())
    placed = {number: [_placed(ring, plane) for ring in rings] for number, rings in sorted(found.items())}
    far = max(abs(at) for rings in placed.values() for ring in rings for point in ring for at in point)
    if far > FARTHEST:
        raise Mistake(f"a border lies {far:,.0f} km from the villages; {_first(points)}")
    middles = {number: _middle(rings) for number, rings in placed.items()}
    notes += _notes(unnamed, found, table)
    return Borders(json.dumps(placed, separators=(",", ":")), middles, tuple(notes), plane)


def _first(points: np.ndarray) -> str:
    """One point of the borders, as it stands."""
    return f"their first point is {points[0, 0]:g}, {points[0, 1]:g}"


def rings_of(text: str) -> dict[int, list[np.ndarray]]:
    """Village number -> rings (points x 2, km) of the text that a scenario holds."""
    return {
        int(number): [np.array(ring) for ring in rings] for number, rings in json.loads(text or "{}").items()
    }


def _features(path: Path) -> list[tuple[dict[str, Any], list[Ring]]]:
    """Attributes and rings of each border of a file, of whatever sort it is."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            return _features(_unpacked(read_bytes(path), Path(folder)))
    return list(_shapes(path) if suffix == ".shp" else _geojson(read_bytes(path)))


def _unpacked(content: bytes, folder: Path) -> Path:
    """The one file of borders of a zipped folder, written out with those that belong to it."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        inside = {Path(one.filename): one for one in held.infolist() if not one.is_dir()}
        firsts = [
            name
            for name in inside
            if name.suffix.lower() in SUFFIXES[:-1] and not name.name.startswith(".")  # left by a system
        ]
        if len(firsts) != 1:
            named = ", ".join(str(name) for name in inside)[:200] or "none"
            raise Mistake(f"one file of borders (*.shp or *.geojson) is wanted in it; its files are {named}")
        (first,) = firsts
        mine = [name for name in inside if name.with_suffix("") == first.with_suffix("")]
        if sum(inside[name].file_size for name in mine) > UNPACKED:
            raise Mistake(f"unpacked it has more than {UNPACKED:,} bytes; simplify the borders first")
        for name in mine:
            (folder / f"borders{name.suffix.lower()}").write_bytes(held.read(inside[name]))
    return folder / f"borders{first.suffix.lower()}"


def _geojson(content: bytes) -> Iterator[tuple[dict[str, Any], list[Ring]]]:
    try:
        whole = json.loads(content.decode("utf-8-sig"))
        features = whole["features"]
        assert isinstance(features, list)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise Mistake("a GeoJSON FeatureCollection is wanted") from error
    for feature in features:
        geometry = feature.get("geometry") or {}
        kind, rings = geometry.get("type"), geometry.get("coordinates", [])
        if kind == "MultiPolygon":
            rings = [ring for polygon in rings for ring in polygon[:1]]
        elif kind == "Polygon":
            rings = rings[:1]
        else:
            continue
        yield (
            dict(feature.get("properties") or {}),
            [[(float(point[0]), float(point[1])) for point in ring] for ring in rings],
        )


def _shapes(path: Path) -> Iterator[tuple[dict[str, Any], list[Ring]]]:
    """Outer and inner rings of a shapefile; in degrees, by its .prj where that says another system."""
    import shapefile
    from pyproj import CRS, Transformer

    if not any(path.with_suffix(suffix).exists() for suffix in (".dbf", ".DBF")):
        raise Mistake("its file *.dbf, which holds the names, is wanted beside the *.shp")
    described = path.with_suffix(".prj")
    turn = None
    if described.exists():
        theirs = CRS.from_wkt(described.read_text(encoding="utf-8", errors="replace"))
        turn = None if theirs.is_geographic else Transformer.from_crs(theirs, "EPSG:4326", always_xy=True)
    for coding in CODINGS:
        try:
            with shapefile.Reader(str(path), encoding=coding) as reader:
                found = [(one.record.as_dict(), one.shape) for one in reader.iterShapeRecords()]
            break
        except (UnicodeDecodeError, shapefile.ShapefileException) as error:
            if coding == CODINGS[-1]:
                raise Mistake(f"neither in UTF-8 nor in GB 18030: {str(error)[:200]}") from error
    for properties, shape in found:
        ends = [*shape.parts[1:], len(shape.points)] if shape.points else []
        rings = [
            [turn.transform(*point[:2]) if turn else tuple(point[:2]) for point in shape.points[first:last]]
            for first, last in zip(shape.parts if shape.points else [], ends, strict=True)
        ]
        yield properties, rings


def _matched(
    features: Sequence[tuple[dict[str, Any], list[Ring]]], table: Table
) -> tuple[dict[int, list[Ring]], int]:
    """Village number -> rings, by code or else by name; and how many features are of no village."""
    numbers = {name: at for at, name in reversed([*enumerate(table.names, 1)]) if name}
    numbers |= {code: at for at, code in reversed([*enumerate(table.codes, 1)]) if code}
    found: dict[int, list[Ring]] = {}
    unnamed = 0
    named = [
        {key: number for key, value in properties.items() if (number := numbers.get(_called(value), 0))}
        for properties, _ in features
    ]
    villages = {key: len({one[key] for one in named if key in one}) for key in {*chain(*named)}}
    for (_, rings), one in zip(features, named, strict=True):
        number = one[max(one, key=lambda key: villages[key])] if one else 0
        if number and rings:
            found.setdefault(number, []).extend(rings)
        else:
            unnamed += 1
    return found, unnamed


def _called(value: object) -> str:
    """An attribute as names and codes are written."""
    return str(value).strip().removesuffix(".0")


def _placed(ring: Ring, plane: Plane) -> list[list[float]]:
    """A ring on the plane, without points that lie close to the last one kept."""
    degrees = np.array(ring)
    points = np.stack(plane.kilometres(degrees[:, 0], degrees[:, 1]), axis=1)
    kept = [points[0]]
    for point in points[1:]:
        if np.hypot(*(point - kept[-1])) >= CLOSEST:
            kept.append(point)
    return [[round(float(at), 2) for at in point] for point in kept]


def _middle(rings: Sequence[Sequence[Sequence[float]]]) -> tuple[float, float]:
    """Centroid of the largest ring; the mean of its points where it has no area."""
    best, size = (0.0, 0.0), -1.0
    for ring in rings:
        points = np.array(ring)
        after = np.roll(points, -1, axis=0)
        cross = points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]
        area = cross.sum() / 2
        if abs(area) > size:
            size = abs(area)
            middle = points.mean(axis=0)
            if area:
                middle = ((points + after) * cross[:, None]).sum(axis=0) / (6 * area)
            best = float(middle[0]), float(middle[1])
    return best


def _notes(unnamed: int, found: Mapping[int, Any], table: Table) -> Iterator[Said]:
    if unnamed:
        yield Said(f"{unnamed} borders are of no village of the table", f"{unnamed} 个边界不属于表中的村")
    without = table.rows - len(found)
    if without:
        yield Said(f"{without} villages have no border", f"{without} 个村没有边界")
