"""Maps of footprints: one, and nested ones in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..coastlines import Extent
from ..html import height
from ..sphere import cell_areas_km2
from .map import Map, extent_of
from .style import UNIT, clock, rounded_up
from .style import title as put_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

    from .._core import Footprint, Grid


def footprint(
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
        Where to draw, cartopy's GeoAxes too; a new figure by default.
    decades : float
        Range of the colours below the maximum; what is less is not drawn.
    vmax : float
        Upper end of the colours, ppm / (µmol m⁻² s⁻¹); by default the maximum, rounded up.
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
    values = _error_of(footprint, layer) if error else _values_of(footprint.foot, layer)
    return cells(
        values,
        footprint.grid,
        receptor=(footprint.receptor.lon_deg, footprint.receptor.lat_deg),
        label=f"{'sampling error' if error else 'surface influence'}, {UNIT}",
        ax=ax,
        decades=decades,
        vmax=vmax,
        extent=extent,
        cmap=cmap,
        title=_title(footprint, layer) if title is None else title,
    )


def cells(
    values: np.ndarray,
    grid: Grid,
    *,
    receptor: tuple[float, float] | None = None,
    label: str = "",
    ax: Axes | None = None,
    decades: float = 4.0,
    vmax: float | None = None,
    extent: Extent | None = None,
    cmap: str = "magma_r",
    title: str = "",
) -> Axes:
    """Draws any values [y, x] above zero on the cells of a grid: a network's maximum, a mean, a flux.

    Parameters
    ----------
    values : array
        Shape [y, x], y and x ascending.
    grid : Grid
        Where the cells lie.
    receptor : (longitude, latitude)
        A place to mark, degrees.
    label : str
        What the colours mean, with the unit.
    ax, decades, vmax, extent, cmap, title
        As in :func:`footprint`, ``vmax`` in the unit of the values.

    Returns
    -------
    matplotlib.axes.Axes
    """
    from matplotlib.colors import LogNorm

    canvas = Map(extent or extent_of(grid), grid.crs, ax)
    peak = float(np.max(values, initial=0.0))
    vmax = vmax or rounded_up(peak)
    norm = LogNorm(vmax * 10.0**-decades, vmax)
    mesh = canvas.cells(_shown(values, vmax, decades), grid, norm=norm, cmap=cmap)
    _colour_bar(canvas.ax, mesh, label, above=peak > vmax)
    canvas.coasts()
    if receptor is not None:
        canvas.receptor(*receptor)
    canvas.frame()
    put_title(canvas.ax, title)
    return canvas.ax


def nested(
    footprints: Sequence[Footprint],
    *,
    ax: Axes | None = None,
    decades: float = 5.0,
    vmax: float | None = None,
    extent: Extent | None = None,
    cmap: str = "magma_r",
    title: str | None = None,
) -> Axes:
    """Draws footprints on nested grids in one picture, the finer above the coarser, each with its frame.

    Cells of different size are compared by their influence per area. A finer grid hides what the coarser one has
    beneath it: with ``nested_in`` that is only what spread beyond the edge of the finer one.

    Parameters
    ----------
    footprints : sequence of Footprint
        Of one receptor, in any order, each summed over its layers.
    ax, decades, extent, cmap, title
        As in :func:`footprint`; the map has the crs of the largest grid.
    vmax : float
        Upper end of the colours, ppm / (µmol m⁻² s⁻¹) per km²; by default the maximum, rounded up.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        There is no footprint.
    """
    from matplotlib.colors import LogNorm

    if not footprints:
        raise ValueError("nested: no footprint to draw")
    areas = {id(foot): cell_areas_km2(foot.grid, foot.foot.shape[1:]) for foot in footprints}
    ordered = sorted(footprints, key=lambda foot: -areas[id(foot)].sum())
    density = [foot.foot.sum(axis=0) / areas[id(foot)] for foot in ordered]
    largest = ordered[0]
    canvas = Map(extent or extent_of(largest.grid), largest.grid.crs, ax)
    peak = max(float(values.max(initial=0.0)) for values in density)
    vmax = vmax or rounded_up(peak)
    for order, (foot, values) in enumerate(zip(ordered, density, strict=True)):
        grid, zorder = foot.grid, 1.0 + 0.2 * order
        if order:
            canvas.cells(np.ones_like(values), grid, cmap="gray", vmin=0.0, vmax=1.0, zorder=zorder)
            canvas.outline(grid, color="0.2", linewidth=1.0, zorder=4)
        mesh = canvas.cells(
            _shown(values, vmax, decades),
            grid,
            norm=LogNorm(vmax * 10.0**-decades, vmax),
            cmap=cmap,
            zorder=zorder + 0.1,
        )
    _colour_bar(canvas.ax, mesh, f"surface influence per km², {UNIT}", above=peak > vmax)
    canvas.coasts()
    canvas.receptor(largest.receptor.lon_deg, largest.receptor.lat_deg)
    canvas.frame()
    first = _title(largest, None).split("\n")[0]
    sum_of_all = f", {sum(foot.total for foot in ordered):.3g} {UNIT}" if _adds_up(ordered) else ""
    put_title(canvas.ax, f"{first}\n{len(ordered)} grids{sum_of_all}" if title is None else title)
    return canvas.ax


def _adds_up(ordered: Sequence[Footprint]) -> bool:
    """Whether no air counts twice: each grid is nested in another or lies apart from the larger ones."""
    grids = [foot.grid for foot in ordered]
    names = {grid.name for grid in grids}
    return all(
        grid.nested_in in names or not any(_overlap(grid, larger) for larger in grids[:order])
        for order, grid in enumerate(grids)
    )


def _overlap(one: Grid, other: Grid) -> bool:
    """Grids of different projections count as overlapping."""
    (west, east, south, north), (left, right, bottom, top) = extent_of(one), extent_of(other)
    return one.crs != other.crs or (west < right and left < east and south < top and bottom < north)


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


def _title(footprint: Footprint, layer: int | None) -> str:
    receptor = footprint.receptor
    hours = footprint.layer_seconds * len(footprint.time) / 3600.0
    first = f"{receptor.id}, {clock(receptor.time)}, {height(receptor)}"
    if layer is None:
        return f"{first}\nsum over {hours:g} h, {footprint.total:.3g} {UNIT}"
    return f"{first}\nlayer from {clock(footprint.time[layer])}, {footprint.foot[layer].sum():.3g} {UNIT}"


def _shown(values: np.ndarray, vmax: float, decades: float) -> np.ma.MaskedArray:
    """What is not below the colours."""
    return np.ma.masked_less(values, vmax * 10.0**-decades)


def _colour_bar(ax: Axes, mesh: QuadMesh, label: str, *, above: bool) -> None:
    bar = ax.figure.colorbar(mesh, ax=ax, extend="both" if above else "min", shrink=0.85, pad=0.02)
    bar.set_label(label)
