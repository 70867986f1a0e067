"""Statistics of one ensemble: a row per hour, and the map of its time-integrated footprint."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

CELL_DEG = 0.25
QUANTILES = (5, 25, 50, 75, 95)
# columns whose mean, standard deviation and fourth central moment are kept
FIELDS = {"lon": "long", "lat": "lati", "z": "zagl", "zi": "mlht", "sigw": "sigw", "tl": "tlgr", "dens": "dens"}


def moments(name, values):
    """Mean, standard deviation and fourth central moment: the last gives the error of the second."""
    mean = values.mean()
    deviation = values - mean
    spread = np.sqrt((deviation**2).sum() / max(len(values) - 1, 1))
    return {f"{name}_mean": mean, f"{name}_std": spread, f"{name}_m4": (deviation**4).mean()}


def hourly(table, count, veght):
    """One row per hour: the particles at its end; raw footprint and time below the mixing depth summed over it."""
    minute = table.time.abs().to_numpy()
    rows = []
    for hour in range(1, int(minute.max() // 60) + 1):
        now = table[np.abs(minute - 60 * hour) < 0.01]
        during = table[(minute > 60 * (hour - 1) + 0.01) & (minute < 60 * hour + 0.01)]
        if now.empty:
            break
        row = {"hour": hour, "count": count, "alive": len(now) / count}
        for name, column in FIELDS.items():
            row |= moments(name, now[column].to_numpy(float))
        row |= {f"z_p{q}": np.percentile(now.zagl, q) for q in QUANTILES}
        depth = now.mlht * veght if veght <= 9 else veght
        row["below"] = (now.zagl < depth).sum() / count
        row["samt"] = during.samt.sum() / count
        each = np.zeros(count)
        sums = during.groupby("indx").foot.sum()
        each[: len(sums)] = sums
        row |= moments("foot", each)
        rows.append(row)
    return pd.DataFrame(rows)


def footprint_map(table, count):
    """Raw footprint per cell of 0.25°, summed over the run: columns i, j (west and south edge / 0.25°), foot."""
    fed = table[table.foot > 0]
    cell = {"i": np.floor(fed.long / CELL_DEG).astype(int), "j": np.floor(fed.lati / CELL_DEG).astype(int)}
    return (fed.foot / count).groupby([cell["i"].rename("i"), cell["j"].rename("j")]).sum().reset_index()


def total_moments(table, count):
    """Mean and spread over particles of the footprint of the whole run."""
    each = np.zeros(count)
    sums = table.groupby("indx").foot.sum()
    each[: len(sums)] = sums
    return each.mean(), each.std(ddof=1)


def save(path, table, count, veght=0.5):
    """Writes the statistics of a particle table, whole or not at all."""
    hours, cells = hourly(table, count, veght), footprint_map(table, count)
    part = Path(f"{path}.part.npz")
    np.savez_compressed(
        part, columns=hours.columns.to_numpy(str), hours=hours.to_numpy(float), cells=cells[["i", "j"]].to_numpy(int),
        foot=cells.foot.to_numpy(float), total=total_moments(table, count),
    )  # fmt: skip
    os.replace(part, path)


def load(path):
    """The hourly table, the map as a series over (i, j), and (mean, spread) of a particle's total footprint."""
    with np.load(path) as file:
        hours = pd.DataFrame(file["hours"], columns=file["columns"])
        cells = pd.MultiIndex.from_arrays(file["cells"].T, names=["i", "j"])
        return hours, pd.Series(file["foot"], cells, name="foot"), tuple(file["total"])
