"""Modelled against measured values, point by point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import COLOURS, new_axes
from .style import title as put_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._core import Comparison


def scatter(comparison: Comparison, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draws the selected pairs of a comparison with the line 1:1 and the fitted one, and says how well they agree.

    Parameters
    ----------
    comparison : Comparison
        As :func:`airshed.compare` makes it.
    ax : matplotlib Axes
        Where to draw; a new figure by default.
    title : str
        In place of the names of both series.

    Returns
    -------
    matplotlib.axes.Axes
        Both axes have the same limits, in the unit of the comparison.
    """
    matched = comparison.matched
    pairs = matched[matched["selected"]].dropna(subset=["model", "observed"])
    found = comparison.statistics
    ax = new_axes(4.8, 4.6) if ax is None else ax
    ax.plot(pairs["observed"], pairs["model"], "o", markersize=3.5, color=COLOURS[0], alpha=0.7, markeredgewidth=0.0)
    both = pairs[["observed", "model"]].to_numpy()
    low, high = (both.min(), both.max()) if len(both) else (0.0, 1.0)
    margin = 0.05 * (high - low) or 1.0
    ends = np.array([low - margin, high + margin])
    ax.plot(ends, ends, color="0.5", linewidth=0.8, linestyle="--", label="1:1")
    slope, intercept = found["value"].reindex(["slope", "intercept"]).to_numpy(float)
    if np.isfinite(slope):
        ax.plot(ends, intercept + slope * ends, color=COLOURS[5], linewidth=1.2, label=comparison.regression)
    ax.set(xlim=ends, ylim=ends, aspect="equal")
    ax.set_xlabel(f"observed, {comparison.unit}")
    ax.set_ylabel(f"modelled, {comparison.unit}")
    ax.legend(loc="lower right", fontsize="small", frameon=False)
    ax.text(0.03, 0.97, _in_words(found, comparison.unit), transform=ax.transAxes, va="top", fontsize="small")
    put_title(ax, f"{comparison.model} against {comparison.observed}" if title is None else title)
    return ax


def _in_words(found, unit: str) -> str:
    """Statistics with their 95 % intervals, a line each."""
    lines = [f"N {found.loc['n', 'value']:.0f}"]
    for row, name, of in (
        ("bias", "bias", f" {unit}"),
        ("rmse", "RMSE", f" {unit}"),
        ("r", "R", ""),
        ("slope", "slope", ""),
    ):
        value, low, high = found.loc[row, ["value", "low", "high"]]
        lines.append(f"{name} {value:.3g} [{low:.3g}, {high:.3g}]{of}")
    return "\n".join(lines)
