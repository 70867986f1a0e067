"""Footprints side by side: the reference's members together, airshed's, and where they differ."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from bar import plume
from member import CELL_DEG


def mean_map(members):
    """Mean over members, as a series over the cells (i, j)."""
    total = members[0][1]
    for _, cells, _ in members[1:]:
        total = total.add(cells, fill_value=0)
    return total / len(members)


def on_grid(cells, extent):
    i0, i1, j0, j1 = extent
    field = np.zeros((j1 - j0 + 1, i1 - i0 + 1))
    i, j = (cells.index.get_level_values(name).to_numpy() for name in ("i", "j"))
    inside = (i >= i0) & (i <= i1) & (j >= j0) & (j <= j1)
    field[j[inside] - j0, i[inside] - i0] = cells.to_numpy()[inside]
    return field


def draw(path, case, reference, ours):
    """One PNG: reference, airshed, difference; the outline holds 90 % of the footprint."""
    maps = [mean_map(reference), mean_map(ours)]
    seen = maps[0][maps[0] > 1e-4 * maps[0].max()].index
    i, j = (seen.get_level_values(name) for name in ("i", "j"))
    extent = (i.min() - 2, i.max() + 2, j.min() - 2, j.max() + 2)
    fields = [on_grid(cells, extent) for cells in maps]
    edges = [CELL_DEG * np.arange(low, high + 2) for low, high in (extent[:2], extent[2:])]
    norm = mpl.colors.LogNorm(fields[0].max() * 1e-4, fields[0].max())
    figure, axes = plt.subplots(1, 3, figsize=(15, 4.6), sharex=True, sharey=True, layout="constrained")
    for axis, cells, field, name in zip(axes, maps, fields, ("hycs_std", "airshed"), strict=False):
        image = axis.pcolormesh(*edges, np.where(field > norm.vmin, field, np.nan), norm=norm, cmap="magma_r")
        inside = on_grid(cells.loc[list(plume(cells))] * 0 + 1, extent)
        axis.contour(*[e[:-1] + CELL_DEG / 2 for e in edges], inside, levels=[0.5], colors="tab:blue", linewidths=1)
        axis.set_title(f"{name}: {cells.sum():.4f}")
    figure.colorbar(image, ax=axes[:2], label="ppm per µmol m⁻² s⁻¹")
    difference = fields[1] - fields[0]
    limit = np.abs(difference).max() or 1
    scale = mpl.colors.SymLogNorm(limit * 1e-2, vmin=-limit, vmax=limit)
    image = axes[2].pcolormesh(*edges, difference, norm=scale, cmap="RdBu_r")
    figure.colorbar(image, ax=axes[2], label="airshed less hycs_std")
    axes[2].set_title("difference")
    for axis in axes:
        axis.plot(case["lon"], case["lat"], "k+", markersize=9)
        axis.set_aspect(1 / np.cos(np.radians(case["lat"])))
        axis.set_xlabel("longitude")
    axes[0].set_ylabel("latitude")
    figure.suptitle(f"{case['case']}: {case['height']} m, {case['time']}, {case['hours']} h, {len(reference)} members")
    figure.savefig(path, dpi=90)
    plt.close(figure)
