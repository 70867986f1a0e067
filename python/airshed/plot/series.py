"""Time series: stacked components on a background, with observations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core import Observations
from .style import COLOURS, OBSERVED_COLOUR, colour, new_axes
from .style import title as put_title

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FRACTIONS = ("ppm", "ppb", "ppt", "mol mol-1", "mmol mol-1")
WORDS = {"per mil": "isotope ratio", "‰": "isotope ratio", "Bq m-3": "activity", "mBq m-3": "activity"}


def series(
    components: pd.DataFrame,
    observations: pd.Series[float] | Observations | None = None,
    *,
    background: pd.Series[float] | float = 0.0,
    model_error: pd.Series[float] | None = None,
    band: pd.DataFrame | None = None,
    observation_error: pd.Series[float] | float | None = None,
    unit: str = "ppm",
    colours: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws components stacked on a background, their sum, and what was measured.

    What is positive stands above the background, what is negative hangs below it, so that sources and sinks are both
    seen; the line is their sum. Gaps stay gaps.

    Parameters
    ----------
    components : pandas.DataFrame
        A column per component over times, in ``unit``.
    observations : pandas.Series or Observations
        What was measured, over its own times; a pandas.Series in ``unit``, observations are converted to it.
    background : pandas.Series or float
        What the components are added to; a series over the times of ``components``.
    model_error : pandas.Series
        One standard error of the sum, drawn as a band around it.
    band : pandas.DataFrame
        An ensemble of models, as ``airshed.ensemble_band`` gives it: from ``min`` to ``max``, with ``median``.
    observation_error : pandas.Series or float
        One standard error of the observations, drawn as bars.
    unit : str
        Unit of all of them, for the label.
    colours : mapping of str to colour
        Colours of some components; the others have those of the palette.
    ax : matplotlib Axes
        Where to draw; a new figure by default.
    title : str
        By default none.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        There is no component, the background has other times, or the observations measure something else than ``unit``.
    """
    import pandas as pd

    if components.shape[1] == 0:
        raise ValueError("series: no component (a column each)")
    ax = new_axes(9.0, 3.8) if ax is None else ax
    base = background.reindex(components.index) if isinstance(background, pd.Series) else background
    base = pd.Series(base, components.index, dtype=float)
    if base.isna().all():
        raise ValueError("background: none of its times is one of the components'")
    _stack(ax, components, base, dict(colours or {}))
    total = base + components.sum(axis=1, skipna=False)
    ax.plot(total.index, total, color="0.15", linewidth=1.4, label="modelled", zorder=3)
    _shade(ax, total, model_error, band)
    if np.any(base != 0.0):
        ax.plot(base.index, base, color="0.4", linewidth=1.0, linestyle="--", label="background", zorder=3)
    else:
        ax.axhline(0.0, color="0.4", linewidth=0.8)
    if isinstance(observations, Observations):
        observations = observations.in_unit(unit).to_series()
    if observations is not None:
        _observe(ax, observations, observation_error)
    _finish(ax, unit, title)
    return ax


def _stack(ax: Axes, components: pd.DataFrame, base: pd.Series[float], colours: dict[str, Any]) -> None:
    above, below = base.copy(), base.copy()
    for number, name in enumerate(components):
        values = components[name]
        tint = colours.get(str(name), colour(number))
        label: str | None = str(name)
        for edge, part in ((above, values.clip(lower=0.0)), (below, values.clip(upper=0.0))):
            if (part != 0.0).any():
                start = edge.copy()
                edge += part
                ax.fill_between(edge.index, start, edge, color=tint, linewidth=0.0, alpha=0.85, label=label)
                label = None


def _shade(ax: Axes, total: pd.Series[float], model_error: pd.Series[float] | None, band: pd.DataFrame | None) -> None:
    style: dict[str, Any] = {"linewidth": 0.0, "zorder": 2.5}
    if model_error is not None:
        spread = model_error.reindex(total.index)
        words = "± sampling error"
        ax.fill_between(total.index, total - spread, total + spread, color="0.15", alpha=0.2, label=words, **style)
    if band is not None:
        words = "ensemble, min to max"
        ax.fill_between(band.index, band["min"], band["max"], color=COLOURS[4], alpha=0.35, label=words, **style)
        ax.plot(band.index, band["median"], color=COLOURS[0], linewidth=1.2, label="ensemble, median", zorder=3)


def _observe(ax: Axes, observations: pd.Series[float], error: pd.Series[float] | float | None) -> None:
    if error is not None:
        bars = error.reindex(observations.index) if hasattr(error, "reindex") else error
        ax.errorbar(observations.index, observations, yerr=bars, fmt="none", ecolor="0.5", elinewidth=0.8, zorder=3.5)
    style: dict[str, Any] = {"color": OBSERVED_COLOUR, "marker": "o", "markersize": 3.0, "linestyle": "none"}
    ax.plot(observations.index, observations, label="observed", zorder=4, **style)


def _finish(ax: Axes, unit: str, title: str | None) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.margins(x=0.01)
    word = "mole fraction" if unit in FRACTIONS else WORDS.get(unit)
    ax.set_ylabel(f"{word}, {unit}" if word else unit)
    ax.set_xlabel("UTC")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize="small", frameon=False)
    if title is not None:
        put_title(ax, title)
