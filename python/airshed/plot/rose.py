"""The influence on a station by direction and distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..sensitivity import DISTANCE_KM
from ..sensitivity import sensitivity_rose as rose_table
from .style import UNIT
from .style import title as put_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._core import Footprint


def sensitivity_rose(
    footprint: Footprint,
    *,
    distance_km: Sequence[float] = DISTANCE_KM,
    directions: int = 16,
    ax: Axes | None = None,
    cmap: str = "viridis_r",
    title: str | None = None,
) -> Axes:
    """Draws a bar per direction, stacked by distance, north up: where the influence on a station lies.

    Parameters
    ----------
    footprint, distance_km, directions
        As in :func:`airshed.sensitivity.sensitivity_rose`.
    ax : matplotlib Axes
        Polar axes; a new figure by default.
    cmap : str
        Name of a matplotlib colour map.
    title : str
        In place of the id of the receptor and the sum, ppm / (µmol m⁻² s⁻¹).

    Returns
    -------
    matplotlib.axes.Axes
        Polar: angle from north in radians, length of the bars in % of the sum.

    Raises
    ------
    TypeError
        ``ax`` is not polar.
    """
    import matplotlib.pyplot as plt
    from matplotlib import colormaps
    from matplotlib.ticker import MaxNLocator

    table = rose_table(footprint, distance_km=distance_km, directions=directions)
    axes: Any = ax
    if axes is None:
        axes = plt.subplots(figsize=(6.6, 4.8), layout="constrained", subplot_kw={"projection": "polar"})[1]
    if axes.name != "polar":
        raise TypeError("sensitivity_rose: ax is not polar; make it with subplot_kw={'projection': 'polar'}")
    total = float(table.to_numpy().sum())
    percent = 100.0 * table.to_numpy() / total if total > 0.0 else table.to_numpy()
    colours = colormaps[cmap](np.linspace(0.05, 0.95, table.shape[1]))
    style: dict[str, Any] = {"width": 0.92 * 2.0 * np.pi / directions, "edgecolor": "white", "linewidth": 0.3}
    ends = percent.cumsum(axis=1)
    for ring, interval in enumerate(table.columns):
        inner = ends[:, ring] - percent[:, ring]
        axes.bar(
            np.radians(table.index), percent[:, ring], bottom=inner, color=colours[ring], label=_km(interval), **style
        )
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_thetagrids(range(0, 360, 45), ["N", "NE", "E", "SE", "S", "SW", "W", "NW"])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter("{x:g} %")
    axes.set_rlabel_position(_empty_direction(percent))
    axes.set_axisbelow(True)
    axes.grid(color="0.85", linewidth=0.6)
    axes.legend(title="distance", loc="center left", bbox_to_anchor=(1.1, 0.5), fontsize="small", frameon=False)
    words = f"{footprint.receptor.id}, surface influence {total:.3g} {UNIT}"
    put_title(axes, words if title is None else title)
    return axes


def _km(interval) -> str:
    return f"over {interval.left:g} km" if np.isinf(interval.right) else f"{interval.left:g} to {interval.right:g} km"


def _empty_direction(percent: np.ndarray) -> float:
    """Opposite to the mean direction, between two sectors: where the labels of the radius hide least."""
    sums = percent.sum(axis=1)
    angle = 2.0 * np.pi * np.arange(len(sums)) / len(sums)
    mean = np.degrees(np.arctan2((sums * np.sin(angle)).sum(), (sums * np.cos(angle)).sum()))
    width = 360.0 / len(sums)
    return (np.round((mean + 180.0) / width) + 0.5) * width % 360.0
