"""Bars: which sector, country, fuel or age brought how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._core import Contributions
from .style import COLOURS, new_axes
from .style import title as put_title

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# kinds that have an order of their own
_ORDERED = ("age", "age_h", "age_from_h", "age_to_h", "time", "month", "hour")
_OTHERS = "others"
_LABELS = {"age": "age, h", "age_h": "age, h", "vegetation_class": "vegetation class"}
_SOURCE, _SINK = COLOURS[0], COLOURS[2]
_SEA = "SEA"


def contributions(
    told: Contributions | pd.DataFrame | pd.Series[float],
    by: str | None = None,
    *,
    tracer: str | None = None,
    inventory: str | None = None,
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
    told : Contributions, pandas.DataFrame or pandas.Series
        ``run.contributions``; or a table with a row per contribution, summed by ``by``; or sums over their names.
    by : str
        ``"sector"``, ``"country"``, ``"fuel"``, ``"age"`` ..., of a table any column; of a series the name of its
        index by default.
    tracer, inventory : str
        Which of the contributions of a run: needed if there are several, since ppm of different gases, or of one
        inventory and its rival, have no sum.
    value : str
        Column of a table with the contributions, in ``unit``.
    error : str
        Column of a table with one standard error; drawn only where each bar is one row, since rows of one run vary
        together. Contributions know the error of each sum.
    top : int
        Most bars; what is left is one bar "others", without an error. Ages and times are all drawn.
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
        The table lacks a column, or is empty; or the contributions are of several tracers or inventories.
    """
    if isinstance(told, Contributions):
        sums, errors, by = _told_by(told, by or "sector", tracer, inventory)
    else:
        sums, errors, by = _summed(told, by, value, error)
    if not len(sums):
        raise ValueError("contributions: nothing to draw, there are no rows")
    ordered = by in _ORDERED
    if not ordered:
        sums, errors = _largest(sums, errors, top)
    ax = new_axes(6.5, 1.2 + 0.3 * max(len(sums), 4)) if ax is None else ax
    names = ["sea" if by == "country" and name == _SEA else str(name) or "unnamed" for name in sums.index]
    draw = _draw_columns if ordered else _draw_rows
    draw(ax, names, sums.to_numpy(), None if errors is None else errors.to_numpy())
    across = ax.set_ylabel if ordered else ax.set_xlabel
    across(f"contribution, {unit}")
    words = _LABELS.get(by, by)
    if ordered:
        ax.set_xlabel(words)
    put_title(ax, f"by {words}: {sums.sum():.3g} {unit}" if title is None else title)
    return ax


def _draw_rows(ax: Axes, names: list[str], values: np.ndarray, errors: np.ndarray | None) -> None:
    place = np.arange(len(names))
    tints = [
        "0.6" if name == _OTHERS else _SINK if value < 0.0 else _SOURCE
        for name, value in zip(names, values, strict=True)
    ]
    ax.barh(place, values, color=tints, xerr=errors, ecolor="0.2", capsize=2.0)
    ax.set_yticks(place, names)
    ax.invert_yaxis()
    ax.axvline(0.0, color="0.2", linewidth=0.8)


def _draw_columns(ax: Axes, names: list[str], values: np.ndarray, errors: np.ndarray | None) -> None:
    place = np.arange(len(names))
    tints = [_SINK if value < 0.0 else _SOURCE for value in values]
    ax.bar(place, values, color=tints, yerr=errors, ecolor="0.2", capsize=2.0)
    step = max(1, len(names) // 12)
    ax.set_xticks(place[::step], names[::step])
    ax.axhline(0.0, color="0.2", linewidth=0.8)


def _summed(rows, by: str | None, value: str, error: str):
    """Sums by name, their errors where they are known, and what they are summed by."""
    if getattr(rows, "columns", None) is None:
        return rows, None, by or rows.index.name or "component"
    for column in (by, value):
        if column not in rows.columns:
            raise ValueError(f"contributions: no column {column!r} among {', '.join(map(str, rows.columns))}")
    groups = rows.groupby(by, dropna=False, sort=True, observed=True)
    single = error in rows.columns and (groups.size() == 1).all()
    return groups[value].sum(), groups[error].sum() if single else None, by


def _told_by(told: Contributions, by: str, tracer: str | None, inventory: str | None):
    """The same of one tracer and inventory of a run, where each sum has its own error."""
    keys = ("age_from_h", "age_to_h") if by == "age" else (by,)
    whose = [key for key in ("tracer", "inventory") if key not in keys]
    table = told.by(*whose, *keys)
    for key, wanted in (("tracer", tracer), ("inventory", inventory)):
        if wanted is not None:
            table = table[table[key] == wanted]
    found = table[whose].drop_duplicates()
    if len(found) > 1:
        each = "; ".join(" of ".join(row) for row in found.itertuples(index=False))
        raise ValueError(f"contributions: there are {each}; say which by tracer= and inventory=")
    if by == "age":
        table = table.sort_values("age_from_h")
        names = [_hours(start, end) for start, end in table[list(keys)].to_numpy(float)]
    else:
        names = table[by].tolist()
    table = table.set_axis(names, axis=0)
    return table["ppm"], table["stderr_ppm"], by


def _hours(start: float, end: float) -> str:
    if np.isnan(start):
        return "any"
    return f"{start:g}+" if np.isnan(end) or np.isinf(end) else f"{start:g} to {end:g}"


def _largest(sums: pd.Series[float], errors: pd.Series[float] | None, top: int):
    """By size, the rest in one; the error of the rest is not known."""
    import pandas as pd

    order = np.argsort(-np.abs(sums.to_numpy()), kind="stable")
    sums = sums.iloc[order]
    errors = None if errors is None else errors.iloc[order]
    if len(sums) > top:
        rest = pd.Series({_OTHERS: sums.iloc[top - 1 :].sum()})
        sums = pd.concat([sums.iloc[: top - 1], rest])
        errors = None if errors is None else pd.concat([errors.iloc[: top - 1], rest * np.nan])
    return sums, errors
