"""``.airshed`` of xarray arrays: maps of what xarray has made of footprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ._core import Grid
from .tables import is_longlat

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@xr.register_dataarray_accessor("airshed")
class Accessor:
    """What an array on the cells of a footprint can do: means, maxima, differences, whatever xarray made of it.

    There once airshed has made an xarray object, or after ``import airshed.accessor``.
    """

    def __init__(self, array: xr.DataArray) -> None:
        """As xarray calls it."""
        self._array = array

    @property
    def crs(self) -> str:
        """That of the attributes; degrees if there is none and the dimensions are ``lat`` and ``lon``."""
        return str(self._array.attrs.get("crs", "+proj=longlat" if "lat" in self._array.dims else ""))

    @property
    def grid(self) -> Grid:
        """The grid whose cells have the array's coordinates as centres.

        Raises
        ------
        ValueError
            The array has no such dimensions or crs, or its coordinates are not evenly spaced.
        """
        y, x = ("lat", "lon") if is_longlat(self.crs) else ("y", "x")
        if not self.crs or y not in self._array.dims or x not in self._array.dims:
            raise ValueError(f"dimensions {self._array.dims}: expected lat and lon, or y and x with an attribute crs")
        (west, east, dx), (south, north, dy) = (_edges(self._array[axis]) for axis in (x, y))
        return Grid(west=west, east=east, south=south, north=north, dx=dx, dy=dy, crs=self.crs)

    def plot(self, **options: Any) -> Axes:
        """Draws the array on a log scale with coastlines; what has more dimensions than a map is summed.

        Keyword arguments as in :func:`airshed.plot.cells`; the receptor of a footprint is marked while its attributes
        are there.
        """
        from .plot import cells

        grid = self.grid
        y, x = ("lat", "lon") if is_longlat(self.crs) else ("y", "x")
        plane = self._array.sum([name for name in self._array.dims if name not in (y, x)]).transpose(y, x)
        attributes = self._array.attrs
        options.setdefault("label", f"{attributes.get('long_name', self._array.name or '')}, {attributes.get('units')}")
        if "receptor_lon_deg" in attributes:
            options.setdefault("receptor", (attributes["receptor_lon_deg"], attributes["receptor_lat_deg"]))
        return cells(plane.sortby([y, x]).values, grid, **options)


def _edges(centres: xr.DataArray) -> tuple[float, float, float]:
    """Outer edges and step of evenly spaced centres."""
    values = np.sort(centres.values.astype(float))
    if len(values) < 2:
        raise ValueError(f"{centres.name}: one cell alone tells no spacing")
    step = (values[-1] - values[0]) / (len(values) - 1)
    if np.abs(np.diff(values) - step).max() > 0.01 * step:
        raise ValueError(f"{centres.name}: not evenly spaced")
    step = float(np.round(step, 9))
    first = float(np.round(values[0] - 0.5 * step, 9))
    return first, float(np.round(first + step * len(values), 9)), step
