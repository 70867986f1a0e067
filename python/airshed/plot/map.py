"""Maps: coasts, borders, cells and places in the units of a crs, or on axes of cartopy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import project
from ..coastlines import Extent, lines_within
from ..sphere import edges, places
from ..tables import is_longlat
from .style import RECEPTOR_COLOUR

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

    from .._core import Grid

LONGLAT = "+proj=longlat"
_COAST = {"colors": "0.25", "linewidths": 0.7}
_BORDER = {"colors": "0.55", "linewidths": 0.4}


class Map:
    """Axes over an extent (west, east, south, north) in units of a crs; with cartopy's axes, in degrees."""

    def __init__(self, extent: Extent, crs: str = LONGLAT, ax: Axes | None = None) -> None:
        """A new figure unless there are axes."""
        self.of_cartopy = ax is not None and hasattr(ax, "set_extent")
        if self.of_cartopy:
            extent, crs = _degrees_around(extent, crs), LONGLAT
        self.extent, self.crs = extent, crs
        self.ax = _new_axes(extent, is_longlat(crs)) if ax is None else ax
        self.style = {"transform": _plate_carree()} if self.of_cartopy else {}

    def cells(self, values: np.ndarray, grid: Grid, **options) -> QuadMesh:
        """The cells [y, x] of a grid, of whatever crs."""
        x, y = edges(grid, values.shape)
        if grid.crs != self.crs and not (is_longlat(grid.crs) and is_longlat(self.crs)):
            x, y = self.at(*places(grid.crs, x[np.newaxis, :], y[:, np.newaxis]))
        return self.ax.pcolormesh(x, y, values, rasterized=True, **self.style, **options)

    def at(self, lon, lat) -> tuple[np.ndarray, np.ndarray]:
        """Where places (degrees) lie on the map, in the units of its crs."""
        lon, lat = np.asarray(lon, float), np.asarray(lat, float)
        if is_longlat(self.crs):
            middle = 0.5 * (self.extent[0] + self.extent[1])
            return lon + 360.0 * np.round((middle - lon) / 360.0), lat
        x, y = project(self.crs, lon.ravel(), lat.ravel())
        return x.reshape(lon.shape), y.reshape(lon.shape)

    def outline(self, grid: Grid, **options) -> None:
        """The frame of a grid."""
        along = np.linspace(0.0, 1.0, 33)
        x = grid.west + (grid.east - grid.west) * np.concatenate([along, 0 * along + 1, along[::-1], 0 * along])
        y = grid.south + (grid.north - grid.south) * np.concatenate([0 * along, along, 0 * along + 1, along[::-1]])
        self.ax.plot(*self.at(*places(grid.crs, x, y)), **self.style, **options)

    def coasts(self) -> None:
        """Coasts and borders, with a light edge that parts them from dark cells."""
        from matplotlib.collections import LineCollection
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=1.6, foreground=(1.0, 1.0, 1.0, 0.5))]
        degrees = _degrees_around(self.extent, self.crs)
        for lines, style in ((lines_within("border", degrees), _BORDER), (lines_within("coast", degrees), _COAST)):
            if not is_longlat(self.crs):
                lines = [np.column_stack(self.at(line[:, 0], line[:, 1])) for line in lines]
            drawn = LineCollection(lines, zorder=3, path_effects=halo, **style, **self.style)
            self.ax.add_collection(drawn, autolim=False)

    def receptor(self, lon_deg: float, lat_deg: float) -> Artist:
        """A triangle where the air was sampled."""
        style: dict[str, Any] = {
            "marker": "^",
            "markersize": 8,
            "color": RECEPTOR_COLOUR,
            "markeredgecolor": "white",
            "zorder": 5,
        }
        return self.ax.plot(*self.at([lon_deg], [lat_deg]), linestyle="none", **style | self.style)[0]

    def frame(self) -> None:
        """Limits, true proportions and labels."""
        west, east, south, north = self.extent
        if self.of_cartopy:
            self.ax.set_extent(self.extent, crs=_plate_carree())  # type: ignore[attr-defined]
            return
        self.ax.set_xlim(west, east)
        self.ax.set_ylim(south, north)
        if is_longlat(self.crs):
            self.ax.set_aspect(1.0 / np.cos(np.radians(np.clip(0.5 * (south + north), -80, 80))))
            self.ax.set_xlabel("longitude, degrees east")
            self.ax.set_ylabel("latitude, degrees north")
        else:
            self.ax.set_aspect("equal")
            self.ax.set_xlabel("x, units of the crs")
            self.ax.set_ylabel("y, units of the crs")


def extent_of(grid: Grid) -> Extent:
    """West, east, south, north of a grid, in units of its crs."""
    return grid.west, grid.east, grid.south, grid.north


def _degrees_around(extent: Extent, crs: str) -> Extent:
    """The box of longitudes and latitudes around an extent of a crs."""
    if is_longlat(crs):
        return extent
    x, y = np.linspace(*extent[:2], 25), np.linspace(*extent[2:], 25)
    lon, lat = places(crs, x[np.newaxis, :], y[:, np.newaxis])
    middle = lon[12, 12] if np.isfinite(lon[12, 12]) else 0.0
    lon = middle + (lon - middle + 180.0) % 360.0 - 180.0
    if not np.isfinite(lon).any():
        return -180.0, 180.0, -90.0, 90.0
    return float(np.nanmin(lon)), float(np.nanmax(lon)), float(np.nanmin(lat)), float(np.nanmax(lat))


def _plate_carree():
    import cartopy.crs  # type: ignore[import-not-found, import-untyped, unused-ignore]

    return cartopy.crs.PlateCarree()


def _new_axes(extent: Extent, longlat: bool) -> Axes:
    import matplotlib.pyplot as plt

    west, east, south, north = extent
    stretch = np.cos(np.radians(np.clip(0.5 * (south + north), -80, 80))) if longlat else 1.0
    shape = stretch * (east - west) / (north - south)
    height = float(np.clip(7.5 / shape, 3.0, 7.5))
    width = float(np.clip(height * shape, 3.5, 11.0)) + 1.6
    return plt.subplots(figsize=(width, height + 0.6), layout="compressed")[1]
