"""Taylor's diagram: standard deviation, correlation and centred error of models in one picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .style import OBSERVED_COLOUR, colour
from .style import title as put_title

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from .._core import Comparison

_TICKS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


def taylor(
    points: Mapping[str, Comparison] | pd.DataFrame | Iterable[tuple[float, float, str]],
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws models by their standard deviation and correlation (Taylor 2001).

    The distance from the origin is the standard deviation of the model over that of the observations, the angle is
    arccos R; the distance from the point "observed" is then the centred RMSE over the same standard deviation.

    Parameters
    ----------
    points : mapping of str to Comparison, pandas.DataFrame or iterable of tuples
        Comparisons by label; columns ``normalised_sd`` and ``correlation``, with labels in the index; or (normalised
        sd, R, label).
    ax : matplotlib Axes
        Polar axes; a new figure by default.
    title : str
        By default none.

    Returns
    -------
    matplotlib.axes.Axes
        Polar: angle in radians, radius without unit. A half circle if a correlation is negative.

    Raises
    ------
    ValueError
        A standard deviation is negative, a correlation outside -1 to 1, or there is no point.
    TypeError
        ``ax`` is not polar.
    """
    import matplotlib.pyplot as plt

    rows = _rows(points)
    lowest = min(correlation for _, correlation, _ in rows)
    largest = max(1.5, 1.15 * max(deviation for deviation, _, _ in rows))
    if ax is None:
        size = (8.5, 4.6) if lowest < 0.0 else (6.2, 5.2)
        ax = plt.subplots(figsize=size, layout="constrained", subplot_kw={"projection": "polar"})[1]
    if ax.name != "polar":
        raise TypeError("taylor: ax is not polar; make it with subplot_kw={'projection': 'polar'}")
    _dress(ax, lowest < 0.0, largest)
    style: dict[str, Any]
    for number, (deviation, correlation, label) in enumerate(rows):
        style = {"color": colour(number), "marker": "o", "markersize": 7, "linestyle": "none", "zorder": 4}
        ax.plot(np.arccos(correlation), deviation, label=label, clip_on=False, **style)
    style = {"color": OBSERVED_COLOUR, "marker": "*", "markersize": 12, "linestyle": "none", "zorder": 5}
    ax.plot(0.0, 1.0, label="observed", clip_on=False, **style)
    ax.legend(loc="upper left", bbox_to_anchor=(1.08, 1.0), fontsize="small", frameon=False)
    if title is not None:
        put_title(ax, title)
    return ax


def _rows(points) -> list[tuple[float, float, str]]:
    if isinstance(points, Mapping):
        places = {label: comparison.taylor() for label, comparison in points.items()}
        points = [(place["normalised_sd"], place["r"], label) for label, place in places.items()]
    elif hasattr(points, "columns"):
        columns = (points["normalised_sd"], points["correlation"], points.index)
        points = zip(*columns, strict=True)
    rows = [(float(deviation), float(correlation), str(label)) for deviation, correlation, label in points]
    if not rows:
        raise ValueError("taylor: no point to draw")
    for deviation, correlation, label in rows:
        if not (deviation >= 0.0 and abs(correlation) <= 1.0 and np.isfinite(deviation)):
            raise ValueError(
                f"taylor: {label} has standard deviation {deviation} and correlation {correlation}; "
                "expected 0 or more, and -1 to 1"
            )
    return rows


def _dress(ax, half: bool, largest: float) -> None:
    ax.set_thetamin(0)
    ax.set_thetamax(180 if half else 90)
    ax.set_rlim(0.0, largest)
    ticks = [-tick for tick in _TICKS[:0:-1]] + list(_TICKS) if half else list(_TICKS)
    ax.set_thetagrids(np.degrees(np.arccos(ticks)), [f"{tick:g}" for tick in ticks])
    ax.set_rgrids([step for step in np.arange(0.5, largest, 0.5)], angle=0.0)
    ax.grid(color="0.85", linewidth=0.6)
    angle, radius = np.meshgrid(np.linspace(0.0, np.pi, 181), np.linspace(0.0, largest, 121))
    error = np.sqrt(radius**2 + 1.0 - 2.0 * radius * np.cos(angle))
    levels = np.arange(0.5, largest + 1.0, 0.5)
    lines = ax.contour(angle, radius, error, levels=levels, colors="#009e73", linewidths=0.7, linestyles=":")
    ax.clabel(lines, fmt="%.1f", fontsize=7)
    around = np.linspace(0.0, np.pi, 181)
    ax.plot(around, np.ones_like(around), color="0.4", linewidth=0.8, linestyle="--")
    _words(ax, half, largest)


def _words(ax, half: bool, largest: float) -> None:
    """What the two axes mean, at places (x, y) of the plane."""
    correlation = (0.0, 1.14, 0) if half else (0.82, 0.82, -45)
    for x, y, turned, words in (
        (0.0 if half else 0.5, -0.13, 0, "standard deviation / observed; dotted: centred RMSE / observed"),
        (*correlation, "correlation"),
    ):
        angle, radius = np.arctan2(y, x), largest * np.hypot(x, y)
        ax.text(angle, radius, words, ha="center", va="center", rotation=turned, fontsize="small")
