"""Bars: which sector, country, fuel or age brought how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import new_axes
from .style import title as put_title

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# kinds that have an order of their own
_ORDERED = ("age_h", "time", "month", "hour")


def contributions(
    frame: pd.DataFrame | pd.Series[float],
    by: str | None = None,
    *,
    value: str = "ppm",
    error: str = "stderr_ppm",
    top: int = 10,
    unit: str = "ppm",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draws a bar per kind: largest first, ages and times in their own order.

    Parameters
    ----------
    frame : pandas.DataFrame or pandas.Series
        A row per contribution, as ``run.attribution.to_dataframe()`` gives them, summed by ``by``; or a series that
        holds the sums over their names.
    by : str
        Column to sum by: ``"sector"``, ``"country"``, ``"fuel"``, ``"age_h"`` ...; of a series the name of its index.
    value : str
        Column with the contributions, in ``unit``.
    error : str
        Column with one standard error; drawn only where each bar is one row, since rows of one run vary together.
    top : int
        Most bars; what is left is one bar "others". Ages and times are all drawn.
    unit : str
        For the label.
    ax : matplotlib Axes
        Where to draw; a new figure by default.
    title : str
        By default the sum.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        The frame lacks a column, or is empty.
    """
    sums, errors, by = _sums(frame, by, value, error)
    ordered = by in _ORDERED
    if not ordered:
        sums, errors = _largest(sums, errors, top)
    ax = new_axes(6.5, 1.2 + 0.3 * max(len(sums), 4)) if ax is None else ax
    names, place = [str(name) for name in sums.index], np.arange(len(sums))
    tints = ["#0072b2" if number >= 0.0 else "#009e73" for number in sums]
    if names and names[-1] == _OTHERS and not ordered:
        tints[-1] = "0.6"
    if ordered:
        ax.bar(place, sums.to_numpy(), color=tints, yerr=errors, ecolor="0.2", capsize=2.0)
        step = max(1, len(names) // 12)
        ax.set_xticks(place[::step], names[::step])
        ax.set_xlabel(_LABELS.get(str(by), str(by)))
        ax.set_ylabel(f"contribution, {unit}")
        ax.axhline(0.0, color="0.2", linewidth=0.8)
    else:
        ax.barh(place, sums.to_numpy(), color=tints, xerr=errors, ecolor="0.2", capsize=2.0)
        ax.set_yticks(place, names)
        ax.invert_yaxis()
        ax.set_xlabel(f"contribution, {unit}")
        ax.axvline(0.0, color="0.2", linewidth=0.8)
    put_title(ax, f"by {_LABELS.get(str(by), str(by))}: {sums.sum():.3g} {unit}" if title is None else title)
    return ax


_OTHERS = "others"
_LABELS = {"age_h": "age, h", "vegetation_class": "vegetation class"}


def _sums(frame, by, value, error):
    """Sums by name, their errors where each is one row, and what they are summed by."""
    if getattr(frame, "columns", None) is None:
        sums, rows, by = frame, None, by or frame.index.name or "component"
    else:
        for column in (by, value):
            if column not in frame.columns:
                raise ValueError(f"contributions: no column {column!r} among {', '.join(map(str, frame.columns))}")
        rows = frame.groupby(by, dropna=False, sort=True, observed=True)
        sums = rows[value].sum()
    if not len(sums):
        raise ValueError("contributions: nothing to draw, there are no rows")
    single = rows is not None and error in frame.columns and (rows.size() == 1).all()
    return sums, rows[error].sum() if single else None, by


def _largest(sums: pd.Series[float], errors: pd.Series[float] | None, top: int):
    """By size, the rest in one; the error of the rest is not known."""
    import pandas as pd

    sums = sums.reindex(sums.abs().sort_values(ascending=False).index)
    if errors is not None:
        errors = errors.reindex(sums.index)
    if len(sums) > top:
        rest = sums.iloc[top - 1 :].sum()
        sums = pd.concat([sums.iloc[: top - 1], pd.Series({_OTHERS: rest})])
        errors = None if errors is None else errors.reindex(sums.index)
    return sums, errors
