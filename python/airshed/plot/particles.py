"""The cloud of particles: where they were, how high, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..coastlines import Extent
from ..html import height
from .map import Map
from .style import clock
from .style import title as put_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._core import Trajectories


def particles(
    trajectories: Trajectories,
    *,
    every_min: float = 60.0,
    against: Literal["time", "longitude"] = "time",
    max_points: int = 30_000,
    top_m: float | None = None,
    extent: Extent | None = None,
    cmap: str = "viridis",
    title: str | None = None,
) -> tuple[Axes, Axes]:
    """Draws particles on a map, coloured by height, and below it their height against time or longitude.

    Parameters
    ----------
    trajectories : Trajectories
        With its records (``keep=True``).
    every_min : float
        Time between the positions that are drawn, min.
    against : "time" or "longitude"
        What the lower panel has on its horizontal axis; over time it shows the median mixing height too.
    max_points : int
        If there are more, every n-th particle is drawn.
    top_m : float
        Upper end of the colours and of the lower panel, m above ground; by default above 99 % of the points.
    extent : (west, east, south, north)
        Part to show, degrees; by default around 99 % of the points.
    cmap : str
        Name of a matplotlib colour map.
    title : str
        In place of the receptor and time.

    Returns
    -------
    (Axes, Axes)
        The map and the panel below it.

    Raises
    ------
    ValueError
        The trajectories hold no records.
    """
    lon, lat, height_m, hours = _points(trajectories, every_min, max_points)
    receptor = trajectories.receptor
    lon = receptor.lon_deg + (lon - receptor.lon_deg + 180.0) % 360.0 - 180.0
    top_m = float(np.percentile(height_m, 99.0)) if top_m is None else top_m
    extent = extent or _around(lon, lat, receptor)
    upper, lower, colour_axes = _panels(extent)
    canvas = Map(extent, ax=upper)
    order = np.argsort(height_m)[::-1]
    style: dict[str, Any] = {
        "s": 3.0,
        "c": height_m[order],
        "cmap": cmap,
        "vmin": 0.0,
        "vmax": top_m,
        "linewidths": 0.0,
    }
    cloud = upper.scatter(lon[order], lat[order], rasterized=True, zorder=2, **style)
    canvas.coasts()
    canvas.receptor(receptor.lon_deg, receptor.lat_deg)
    canvas.frame()
    bar = upper.figure.colorbar(cloud, cax=colour_axes, extend="max" if height_m.max() > top_m else "neither")
    bar.set_label("height above ground, m")
    across = hours if against == "time" else lon
    lower.scatter(across[order], height_m[order], rasterized=True, **style)
    _finish_lower(lower, trajectories, against, top_m, extent)
    put_title(upper, f"{receptor.id}, {clock(receptor.time)}, {height(receptor)}" if title is None else title)
    return upper, lower


def _points(trajectories: Trajectories, every_min: float, max_points: int) -> tuple[np.ndarray, ...]:
    """Longitude, latitude, height above ground (m) and time (h from the receptor time) of what is drawn."""
    time_min = trajectories.time_min
    if not len(time_min) or not np.isfinite(trajectories["long"]).any():
        raise ValueError("the trajectories hold no records: simulate with keep=True")
    slot = np.floor(np.abs(time_min) / every_min)
    chosen = np.flatnonzero(np.diff(slot, prepend=0.0) > 0.0) if slot[-1] > 0.0 else np.arange(len(time_min))
    step = max(1, -(-len(trajectories) * len(chosen) // max_points))
    tables = [trajectories[name][::step, chosen] for name in ("long", "lati", "zagl")]
    hours = np.broadcast_to(time_min[chosen] / 60.0, tables[0].shape)
    there = np.isfinite(tables[0])
    return tables[0][there], tables[1][there], tables[2][there].astype(float), hours[there]


def _around(lon: np.ndarray, lat: np.ndarray, receptor) -> Extent:
    bounds = []
    for values, here in ((lon, receptor.lon_deg), (lat, receptor.lat_deg)):
        first, last = np.percentile(values, [0.5, 99.5])
        first, last = min(first, here), max(last, here)
        margin = max(0.08 * (last - first), 0.25)
        bounds += [first - margin, last + margin]
    return tuple(bounds)  # type: ignore[return-value]


def _panels(extent: Extent) -> tuple[Axes, Axes, Axes]:
    import matplotlib.pyplot as plt

    west, east, south, north = extent
    shape = np.cos(np.radians(np.clip(0.5 * (south + north), -80, 80))) * (east - west) / (north - south)
    map_height = float(np.clip(6.5 / shape, 2.5, 6.0))
    figure = plt.figure(figsize=(7.5, map_height + 2.6), layout="constrained")
    panels = figure.add_gridspec(2, 2, height_ratios=[map_height, 1.9], width_ratios=[1.0, 0.03])
    return tuple(figure.add_subplot(panels[place]) for place in ((0, 0), (1, 0), (slice(None), 1)))  # type: ignore[return-value]


def _finish_lower(ax: Axes, trajectories: Trajectories, against: str, top_m: float, extent: Extent) -> None:
    if against == "time":
        hours = trajectories.time_min / 60.0
        if "mlht" in trajectories.keys():
            with np.errstate(all="ignore"):
                mixing_m = np.nanmedian(trajectories["mlht"], axis=0)
            ax.plot(hours, mixing_m, color="#d55e00", linewidth=1.5, label="median mixing height")
            ax.legend(fontsize="small", loc="best", framealpha=0.9)
        ax.set_xlabel("time from the receptor time, h")
        ax.set_xlim(min(hours.min(), 0.0), max(hours.max(), 0.0))
    else:
        ax.set_xlabel("longitude, degrees east")
        ax.set_xlim(*extent[:2])
    ax.set_ylim(0.0, 1.05 * top_m)
    ax.set_ylabel("height above ground, m")
