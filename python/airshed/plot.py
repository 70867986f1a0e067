"""Pictures of footprints, without any download."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .coastlines import Extent, lines_within
from .html import height
from .tables import is_longlat

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._core import Footprint

UNIT = "ppm / (µmol m$^{-2}$ s$^{-1}$)"
_COAST = {"colors": "0.25", "linewidths": 0.7}
_BORDER = {"colors": "0.55", "linewidths": 0.4}


def plot_footprint(
    footprint: Footprint,
    *,
    layer: int | None = None,
    error: bool = False,
    ax: Axes | None = None,
    decades: float = 4.0,
    vmax: float | None = None,
    extent: Extent | None = None,
    cmap: str = "magma_r",
    title: str | None = None,
) -> Axes:
    """Draws a footprint on a log scale with coastlines, borders and the receptor.

    Parameters
    ----------
    footprint : Footprint
        What to draw.
    layer : int
        Index of one layer; by default the sum over all layers.
    error : bool
        The sampling error in place of the footprint; of one layer, or of a footprint that has only one.
    ax : matplotlib Axes
        Where to draw; a new figure by default.
    decades : float
        Range of the colours below the maximum; what is less is not drawn.
    vmax : float
        Upper end of the colours; by default the maximum, rounded up.
    extent : (west, east, south, north)
        Part to show, in units of the crs; the whole grid by default.
    cmap : str
        Name of a matplotlib colour map.
    title : str
        In place of the receptor, time and length.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from matplotlib.colors import LogNorm

    values = _error_of(footprint, layer) if error else _values_of(footprint.foot, layer)
    grid = footprint.grid
    extent = extent or (grid.west, grid.east, grid.south, grid.north)
    ax = _new_axes(extent, is_longlat(grid.crs)) if ax is None else ax
    peak = float(values.max(initial=0.0))
    vmax = vmax or _rounded_up(peak)
    vmin = vmax * 10.0**-decades
    shown = np.ma.masked_less(values, vmin)
    edges = (_edges(footprint.x, grid.dx), _edges(footprint.y, grid.dy))
    mesh = ax.pcolormesh(*edges, shown, norm=LogNorm(vmin, vmax), cmap=cmap, rasterized=True)
    bar = ax.figure.colorbar(mesh, ax=ax, extend="min" if peak <= vmax else "both", shrink=0.85, pad=0.02)
    bar.set_label(f"{'sampling error' if error else 'surface influence'}, {UNIT}")
    _draw_map(ax, extent, grid.crs)
    _mark_receptor(ax, footprint)
    _frame(ax, extent, grid.crs)
    ax.set_title(_title(footprint, layer) if title is None else title, fontsize="medium", loc="left")
    return ax


def _values_of(values: np.ndarray, layer: int | None) -> np.ndarray:
    return values.sum(axis=0) if layer is None else values[layer]


def _error_of(footprint: Footprint, layer: int | None) -> np.ndarray:
    """Errors of layers are not independent, so they have no sum."""
    if footprint.stderr is None:
        raise ValueError("the footprint has no sampling error: take a grid with error_groups = 2 or more")
    if layer is None and len(footprint.time) > 1:
        raise ValueError(
            "the sampling error is of single layers: give layer, or take a grid with time_integrate = True"
        )
    return footprint.stderr[layer or 0]


def _new_axes(extent: Extent, longlat: bool) -> Axes:
    import matplotlib.pyplot as plt

    west, east, south, north = extent
    stretch = np.cos(np.radians(np.clip(0.5 * (south + north), -80, 80))) if longlat else 1.0
    shape = stretch * (east - west) / (north - south)
    height = float(np.clip(7.5 / shape, 3.0, 7.5))
    width = float(np.clip(height * shape, 3.5, 11.0)) + 1.6
    return plt.subplots(figsize=(width, height + 0.6), layout="compressed")[1]


def _rounded_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten; 1 for nothing."""
    if not value > 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * next(step for step in (1, 2, 5, 10, 20) if step * power >= value))


def _edges(centres: np.ndarray, step: float) -> np.ndarray:
    return np.append(centres - 0.5 * step, centres[-1] + 0.5 * step)


def _draw_map(ax: Axes, extent: Extent, crs: str) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=1.6, foreground=(1.0, 1.0, 1.0, 0.5))]
    if is_longlat(crs):
        project, degrees = None, extent
    else:
        project, degrees = _projection(crs, extent)
        if project is None:
            return
    for lines, style in ((lines_within("border", degrees), _BORDER), (lines_within("coast", degrees), _COAST)):
        if project is not None:
            lines = [np.column_stack(project.transform(line[:, 0], line[:, 1])) for line in lines]
        ax.add_collection(LineCollection(lines, zorder=3, path_effects=halo, **style), autolim=False)


def _projection(crs: str, extent: Extent):
    """Transformer from degrees, and the extent in degrees; (None, extent) without pyproj."""
    try:
        from pyproj import Transformer  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None, extent
    project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    west, east, south, north = extent
    bounds = project.transform_bounds(west, south, east, north, direction="INVERSE", densify_pts=21)
    return project, (bounds[0], bounds[2], bounds[1], bounds[3])


def _mark_receptor(ax: Axes, footprint: Footprint) -> None:
    receptor, crs = footprint.receptor, footprint.grid.crs
    x, y = receptor.lon_deg, receptor.lat_deg
    if is_longlat(crs):
        middle = 0.5 * (footprint.grid.west + footprint.grid.east)
        x += 360.0 * round((middle - x) / 360.0)
    else:
        project, _ = _projection(crs, (0.0, 1.0, 0.0, 1.0))
        if project is None:
            return
        x, y = project.transform(x, y)
    ax.plot(x, y, marker="^", markersize=8, color="#00a6d6", markeredgecolor="white", linestyle="none", zorder=5)


def _frame(ax: Axes, extent: Extent, crs: str) -> None:
    west, east, south, north = extent
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    if is_longlat(crs):
        ax.set_aspect(1.0 / np.cos(np.radians(np.clip(0.5 * (south + north), -80, 80))))
        ax.set_xlabel("longitude, degrees east")
        ax.set_ylabel("latitude, degrees north")
    else:
        ax.set_aspect("equal")
        ax.set_xlabel("x, units of the crs")
        ax.set_ylabel("y, units of the crs")


def _title(footprint: Footprint, layer: int | None) -> str:
    receptor = footprint.receptor
    hours = footprint.layer_seconds * len(footprint.time) / 3600.0
    first = f"{receptor.id}, {_clock(receptor.time)}, {height(receptor)}"
    if layer is None:
        return f"{first}\nsum over {hours:g} h, {footprint.total:.3g} {UNIT}"
    return f"{first}\nlayer from {_clock(footprint.time[layer])}, {footprint.foot[layer].sum():.3g} {UNIT}"


def _clock(time: np.datetime64) -> str:
    return f"{np.datetime_as_string(time, unit='m').replace('T', ' ')} UTC"
