"""The areas that hold most of a footprint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..coastlines import Extent
from ..html import height
from ..sensitivity import SHARES
from ..sensitivity import core_areas as core_table
from .map import Map, extent_of
from .style import clock
from .style import title as put_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._core import Footprint


def core_areas(
    footprint: Footprint,
    *,
    shares: Sequence[float] = SHARES,
    ax: Axes | None = None,
    extent: Extent | None = None,
    cmap: str = "YlGnBu_r",
    title: str | None = None,
) -> Axes:
    """Draws the fewest cells that together hold given shares of the influence, with their areas in the legend.

    Parameters
    ----------
    footprint : Footprint
        Summed over its layers.
    shares : sequence of float
        Shares of the influence inside the grid, above 0 to 1, in any order.
    ax : matplotlib Axes
        Where to draw, cartopy's GeoAxes too; a new figure by default.
    extent : (west, east, south, north)
        Part to show, in units of the crs; by default the largest area with a margin.
    cmap : str
        Name of a matplotlib colour map.
    title : str
        In place of the receptor and time.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    shares = sorted(shares)
    cores = [footprint.core_area(share) for share in shares]
    rank = len(shares) - np.sum(cores, axis=0)
    colours = colormaps[cmap](np.linspace(0.15, 0.8, len(shares)))
    canvas = Map(extent or _around(footprint, cores[-1]), footprint.grid.crs, ax)
    shown = np.ma.masked_equal(rank, len(shares))
    canvas.cells(shown, footprint.grid, cmap=ListedColormap(colours), vmin=-0.5, vmax=len(shares) - 0.5)
    areas = core_table(footprint, shares=shares)["area_km2"]
    labels = [f"{100 * share:g} %: {_in_words(area)} km²" for share, area in zip(shares, areas, strict=True)]
    keys = [Patch(color=colour, label=label) for colour, label in zip(colours, labels, strict=True)]
    canvas.ax.legend(handles=keys, title="share of the influence", fontsize="small", title_fontsize="small")
    canvas.coasts()
    canvas.receptor(footprint.receptor.lon_deg, footprint.receptor.lat_deg)
    canvas.frame()
    receptor = footprint.receptor
    put_title(canvas.ax, f"{receptor.id}, {clock(receptor.time)}, {height(receptor)}" if title is None else title)
    return canvas.ax


def _around(footprint: Footprint, core: np.ndarray) -> Extent:
    """The box of the cells of an area with a margin of a tenth, not beyond the grid; the grid if there are none."""
    grid = footprint.grid
    row, column = np.nonzero(core)
    if not len(row):
        return extent_of(grid)
    margin = 2.0 + 0.1 * max(np.ptp(row), np.ptp(column))
    west, east = grid.west + grid.dx * np.array([column.min() - margin, column.max() + 1 + margin])
    south, north = grid.south + grid.dy * np.array([row.min() - margin, row.max() + 1 + margin])
    return max(west, grid.west), min(east, grid.east), max(south, grid.south), min(north, grid.north)


def _in_words(area_km2: float) -> str:
    """Three digits, thousands set apart."""
    digits = 2 - int(np.floor(np.log10(area_km2))) if area_km2 > 0.0 else 0
    return f"{round(area_km2, digits):,.{max(digits, 0)}f}".replace(",", " ")
