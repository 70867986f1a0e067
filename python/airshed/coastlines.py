"""Coasts and borders from Natural Earth 1:50m, shipped with the package (see ``data/README.md``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

Extent = tuple[float, float, float, float]


@cache
def _lines(kind: str) -> list[np.ndarray]:
    with np.load(Path(__file__).with_name("coastlines_50m.npz")) as table:
        step_deg = float(table["step_deg"])
        starts, lengths, steps = (table[f"{kind}_{part}"] for part in ("start", "length", "delta"))
    pieces = np.split(steps.astype(np.int64), np.cumsum(lengths - 1)[:-1])
    return [
        step_deg * np.concatenate([start[None], start + np.cumsum(piece, axis=0)])
        for start, piece in zip(starts, pieces, strict=True)
    ]


def lines_within(kind: str, extent: Extent) -> list[np.ndarray]:
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
