"""Distances, bearings and areas on the sphere of 6371.2 km that the engine uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._core import unproject
from .tables import is_longlat

if TYPE_CHECKING:
    from ._core import Grid

EARTH_RADIUS_KM = 6371.2


def distance_km(lon_deg: float, lat_deg: float, to_lon_deg, to_lat_deg) -> np.ndarray:
    """Great-circle distance from one place to others, degrees in, km out (haversine formula, Sinnott 1984)."""
    from_lat, to_lat = np.radians(lat_deg), np.radians(to_lat_deg)
    half_lon = 0.5 * np.radians(np.asarray(to_lon_deg) - lon_deg)
    half_lat = 0.5 * (to_lat - from_lat)
    chord = np.sin(half_lat) ** 2 + np.cos(from_lat) * np.cos(to_lat) * np.sin(half_lon) ** 2
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


def bearing_deg(lon_deg: float, lat_deg: float, to_lon_deg, to_lat_deg) -> np.ndarray:
    """Direction in which a great circle leaves one place for others: degrees clockwise from north, 0 to 360."""
    from_lat, to_lat = np.radians(lat_deg), np.radians(to_lat_deg)
    lon = np.radians(np.asarray(to_lon_deg) - lon_deg)
    east = np.sin(lon) * np.cos(to_lat)
    north = np.cos(from_lat) * np.sin(to_lat) - np.sin(from_lat) * np.cos(to_lat) * np.cos(lon)
    return np.degrees(np.arctan2(east, north)) % 360.0


def edges(grid: Grid, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the columns and of the rows of a grid of ``shape`` [y, x], in units of its crs."""
    rows, columns = shape
    return grid.west + grid.dx * np.arange(columns + 1), grid.south + grid.dy * np.arange(rows + 1)


def places(crs: str, x, y) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude, degrees, of points of a crs; the arrays keep their common shape."""
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    if is_longlat(crs):
        return x, y
    lon, lat = unproject(crs, np.ascontiguousarray(x).ravel(), np.ascontiguousarray(y).ravel())
    return lon.reshape(x.shape), lat.reshape(x.shape)


def cell_areas_km2(grid: Grid, shape: tuple[int, int]) -> np.ndarray:
    """True area of each cell [y, x], km²: exact in degrees; a projected cell as the polygon of its corners.

    Corners are joined by straight lines on Lambert's cylinder of longitude and sine of latitude, which keeps areas.
    """
    x, y = edges(grid, shape)
    lon, lat = places(grid.crs, x[np.newaxis, :], y[:, np.newaxis])
    lon, sine = np.radians(lon), np.sin(np.radians(lat))
    corners = [(slice(None, -1), slice(None, -1)), (slice(None, -1), slice(1, None))]
    corners += [(slice(1, None), slice(1, None)), (slice(1, None), slice(None, -1))]
    twice = np.zeros(shape)
    for here, there in zip(corners, corners[1:] + corners[:1], strict=True):
        east = (lon[there] - lon[here] + np.pi) % (2.0 * np.pi) - np.pi
        twice += east * (sine[there] + sine[here])
    return 0.5 * EARTH_RADIUS_KM**2 * np.abs(twice)
