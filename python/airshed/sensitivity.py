"""What a station and a network see: influence by distance, direction, area, season and kind of surface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .countries import country_at
from .sphere import bearing_deg, cell_areas_km2, distance_km, edges, places

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ._core import Footprint

DISTANCE_KM = (0.0, 50.0, 100.0, 200.0, 300.0, 500.0, 700.0, 1000.0, np.inf)
SHARES = (0.5, 0.8, 0.9)
SEASONS = ("DJF", "MAM", "JJA", "SON")
_PARTS = 4


def sensitivity_rose(
    footprint: Footprint, *, distance_km: Sequence[float] = DISTANCE_KM, directions: int = 16
) -> pd.DataFrame:
    """Influence by direction and distance from the receptor, as the ICOS station characterisation bins it.

    Each cell counts by the places of 16 parts of it, so that a bin may be narrower than a cell.

    Parameters
    ----------
    footprint : Footprint
        Summed over its layers.
    distance_km : sequence of float
        Edges of the rings, km, ascending; what lies outside of them does not count. The last may be infinite.
    directions : int
        Number of sectors, the first centred on north.

    Returns
    -------
    pandas.DataFrame
        ppm / (µmol m⁻² s⁻¹): a row per sector over ``direction_deg``, its middle in degrees clockwise from north, a
        column per ring, an interval of km.

    Raises
    ------
    ValueError
        The edges do not ascend, or there is no sector.
    """
    import pandas as pd

    breaks = np.asarray(distance_km, float)
    if len(breaks) < 2 or not np.all(np.diff(breaks) > 0.0):
        raise ValueError(f"distance_km = {list(distance_km)}: give two or more edges that ascend, such as 0, 100, 500")
    if directions < 1:
        raise ValueError(f"directions = {directions}: give one sector or more")
    lon, lat, influence = _parts_of(footprint)
    away, bearing = _from_receptor(footprint, lon, lat)
    width = 360.0 / directions
    sector = np.floor(bearing / width + 0.5).astype(int) % directions
    ring = np.searchsorted(breaks, away, side="right") - 1
    inside = (ring >= 0) & (ring < len(breaks) - 1)
    table = np.zeros((directions, len(breaks) - 1))
    np.add.at(table, (sector[inside], ring[inside]), influence[inside])
    rings = pd.IntervalIndex.from_breaks(breaks, closed="left", name="distance_km")
    return pd.DataFrame(table, pd.Index(width * np.arange(directions), name="direction_deg"), rings)


def core_areas(footprint: Footprint, *, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """How large the areas are that hold given shares of the influence (:meth:`Footprint.core_area`).

    Returns
    -------
    pandas.DataFrame
        A row per ``share``: ``cells``, ``area_km2`` (km² on the sphere), ``reach_km`` (km from the receptor to the
        farthest cell centre).
    """
    import pandas as pd

    areas = cell_areas_km2(footprint.grid, footprint.foot.shape[1:])
    lon, lat = places(footprint.grid.crs, footprint.x[np.newaxis, :], footprint.y[:, np.newaxis])
    away, _ = _from_receptor(footprint, lon, lat)
    rows = []
    for share in shares:
        core = footprint.core_area(share)
        reach = float(away[core].max(initial=0.0))
        rows.append((int(core.sum()), float(areas[core].sum()), reach))
    return pd.DataFrame(rows, pd.Index(shares, name="share"), ["cells", "area_km2", "reach_km"])


def class_shares(
    footprint: Footprint, classes: xr.DataArray, *, names: Mapping[int, str] | None = None
) -> pd.Series[float]:
    """Influence by class of the surface: land cover, countries, or whatever a map of classes holds.

    Parameters
    ----------
    footprint : Footprint
        Summed over its layers.
    classes : xarray.DataArray
        A class number on the dimensions ``lat`` and ``lon`` (or ``latitude``, ``longitude``), degrees; each of 16
        parts of a footprint cell takes the class of the nearest point of the map.
    names : mapping of int to str
        Names of the classes; by default their numbers.

    Returns
    -------
    pandas.Series
        ppm / (µmol m⁻² s⁻¹) over ``class``, largest first. Parts that lie off the map, or that
        it leaves blank, are under ``"no class"``; the sum is the total of the footprint.

    Raises
    ------
    ValueError
        The map lacks a dimension.
    """
    import pandas as pd

    classes = classes.rename({old: new for old, new in _AXES.items() if old in classes.dims})
    for axis in ("lat", "lon"):
        if axis not in classes.dims:
            raise ValueError(f"classes: dimensions {classes.dims}; expected lat and lon, in degrees")
    lon, lat, influence = _parts_of(footprint)
    row = _nearest(classes["lat"].values, lat, turn=None)
    column = _nearest(classes["lon"].values, lon, turn=360.0)
    held = np.asarray(classes.transpose("lat", "lon").values, float)
    found = np.where((row < 0) | (column < 0), np.nan, held[row, column])
    sums = pd.Series(influence).groupby(found, dropna=False).sum().sort_values(ascending=False)
    sums.index = pd.Index([_class_name(number, names) for number in sums.index], name="class")
    return sums.rename("foot")


def country_shares(footprint: Footprint) -> pd.Series[float]:
    """Influence by country, from the map of :func:`airshed.country_at`.

    Returns
    -------
    pandas.Series
        ppm / (µmol m⁻² s⁻¹) over ``country`` (ISO 3166 alpha-3; ``SEA``), largest first; the sum is the total of the
        footprint.
    """
    import pandas as pd

    lon, lat, influence = _parts_of(footprint)
    codes = np.asarray(country_at(lon, lat))
    sums = pd.Series(influence).groupby(codes).sum().sort_values(ascending=False)
    return sums.rename("foot").rename_axis("country")


def seasonal_table(footprints: Sequence[Footprint], *, near_km: float = 100.0) -> pd.DataFrame:
    """What a station sees by season, and over all its footprints; a footprint counts where its receptor time lies.

    Parameters
    ----------
    footprints : sequence of Footprint
        Of one station on one grid.
    near_km : float
        Radius of what counts as near, km.

    Returns
    -------
    pandas.DataFrame
        Rows ``DJF``, ``MAM``, ``JJA``, ``SON`` as far as there are footprints, and ``all``: ``footprints`` (their
        number), ``foot`` (mean total, ppm / (µmol m⁻² s⁻¹)), ``core_area_km2`` (area that holds half of the mean
        footprint), ``near_share`` (share within ``near_km``), ``direction_deg`` (sector of 22.5° that brings most).

    Raises
    ------
    ConfigError
        There is no footprint, or they are not on one grid.
    """
    import pandas as pd

    from ._core import Footprint

    months = [int(str(footprint.receptor.time)[5:7]) for footprint in footprints]
    chosen = {
        season: [foot for foot, month in zip(footprints, months, strict=True) if month % 12 // 3 == number]
        for number, season in enumerate(SEASONS)
    }
    rows = {}
    for season, members in (*chosen.items(), ("all", list(footprints))):
        if members or season == "all":
            mean = Footprint.mean([member.integrate() for member in members], id=season)
            rows[season] = {"footprints": len(members), **_what_it_sees(mean, near_km)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("season")


def network_table(footprints: Sequence[Footprint], *, share: float = 0.5) -> pd.DataFrame:
    """What each station adds to a network.

    Parameters
    ----------
    footprints : sequence of Footprint
        One per station, on one grid; their mean over a year, for example.
    share : float
        A station sees the fewest cells that hold this share of its influence.

    Returns
    -------
    pandas.DataFrame
        A row per station (the id of its receptor) and one for the ``network``: ``foot`` (ppm / (µmol m⁻² s⁻¹); of the
        network the sum of the cell-wise maximum), ``area_km2`` (seen), ``alone_km2`` (seen by no other station).

    Raises
    ------
    ConfigError
        There is no footprint, or they are not on one grid.
    """
    import pandas as pd

    from ._core import Footprint

    maximum = Footprint.network_maximum(list(footprints), share=share)
    seen = np.array([footprint.core_area(share) for footprint in footprints])
    areas = cell_areas_km2(footprints[0].grid, maximum.shape)
    once = seen.sum(axis=0) == 1
    rows = {
        footprint.receptor.id: (footprint.total, areas[core].sum(), areas[core & once].sum())
        for footprint, core in zip(footprints, seen, strict=True)
    }
    rows["network"] = (maximum.sum(), areas[seen.any(axis=0)].sum(), areas[once].sum())
    return pd.DataFrame.from_dict(rows, orient="index", columns=["foot", "area_km2", "alone_km2"]).rename_axis(
        "station"
    )


def _what_it_sees(footprint: Footprint, near_km: float) -> dict[str, float]:
    rose = sensitivity_rose(footprint, distance_km=(0.0, near_km, np.inf))
    total = footprint.total
    return {
        "foot": total,
        "core_area_km2": core_areas(footprint, shares=(0.5,))["area_km2"].item(),
        "near_share": rose.iloc[:, 0].sum() / total if total > 0.0 else np.nan,
        "direction_deg": float(rose.index.to_numpy()[rose.sum(axis=1).argmax()]) if total > 0.0 else np.nan,
    }


def _parts_of(footprint: Footprint) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitude, latitude and influence of equal parts of the cells that hold any."""
    values = footprint.foot.sum(axis=0)
    x, y = edges(footprint.grid, values.shape)
    row, column = np.nonzero(values)
    step = (np.arange(_PARTS) + 0.5) / _PARTS
    x = x[column, np.newaxis, np.newaxis] + footprint.grid.dx * step
    y = y[row, np.newaxis, np.newaxis] + footprint.grid.dy * step[:, np.newaxis]
    lon, lat = places(footprint.grid.crs, x, y)
    influence = np.broadcast_to(values[row, column, np.newaxis, np.newaxis] / _PARTS**2, lon.shape)
    return lon.ravel(), lat.ravel(), influence.ravel()


def _from_receptor(footprint: Footprint, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    receptor = footprint.receptor
    here = (receptor.lon_deg, receptor.lat_deg)
    return distance_km(*here, lon, lat), bearing_deg(*here, lon, lat)


_AXES = {"latitude": "lat", "longitude": "lon"}


def _nearest(points: np.ndarray, wanted: np.ndarray, *, turn: float | None) -> np.ndarray:
    """Index of the nearest of ``points``; -1 where none lies within half a spacing."""
    order = np.argsort(points)
    ordered = points[order]
    spacing = float(np.diff(ordered).max(initial=0.0))
    if turn is not None:
        order, ordered = np.append(order, order[0]), np.append(ordered, ordered[0] + turn)
        wanted = ordered[0] + (wanted - ordered[0]) % turn
    middle = 0.5 * (ordered[1:] + ordered[:-1])
    place = np.searchsorted(middle, wanted)
    return np.where(np.abs(ordered[place] - wanted) <= 0.505 * spacing, order[place], -1)


def _class_name(number: float, names: Mapping[int, str] | None) -> str | int:
    if np.isnan(number):
        return "no class"
    return int(number) if names is None else names.get(int(number), str(int(number)))
