"""Coasts and borders from Natural Earth 1:50m, as the compiled part holds them (see ``data/README.md``)."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from ._core import map_lines

Extent = tuple[float, float, float, float]


@cache
def _lines(kind: Literal["coast", "border"]) -> list[np.ndarray]:
    return map_lines(kind)


def lines_within(kind: Literal["coast", "border"], extent: Extent) -> list[np.ndarray]:
    """Lines of a kind (``"coast"`` or ``"border"``) whose bounding box touches an extent (west, east, south, north).

    All in degrees; float64 arrays of shape [point, 2], longitude and latitude. Longitudes are shifted by whole turns
    to fit the extent.
    """
    west, east, south, north = extent
    found = []
    for line in _lines(kind):
        lon, lat = line[:, 0], line[:, 1]
        if lat.max() < south or lat.min() > north:
            continue
        for turn in (-360.0, 0.0, 360.0):
            if lon.max() + turn >= west and lon.min() + turn <= east:
                found.append(line + np.array([turn, 0.0]))
    return found
