"""Pictures of the footprint product on real meteorology: docs/gridding.png and docs/nested.png.

usage: pictures.py [--met ../shared/met] [--out docs] [--particles 500]

Needs the airshed package with matplotlib and pandas. The first figure has the three modes side by side and the sampling
error of one, on two real cases; the second a footprint on nested grids and the ages of its influence.
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import tables

import airshed
import airshed.plot

PLACES = {  # table, bounds, cell
    "GDAS 1°, trade wind": ("gdas", {"west": -65.2, "east": -61.6, "south": 15.4, "north": 17.4}, 0.05),
    "NGM 180 km, southerly wind": ("ngm", {"west": -90, "east": -83, "south": 34.5, "north": 41}, 0.1),
}
MODES = {
    "compat": "compat: STILT v2's Gaussian",
    "metric": "metric: ellipse in metres",
    "icos": "icos: growing cells of STILT v1",
}


def modes(options):
    figure, axes = plt.subplots(2, 4, figsize=(19, 8.6), layout="constrained")
    for row, (place, (table, bounds, cell)) in zip(axes, PLACES.items(), strict=True):
        particles = tables.simulate(table, options.met, options.particles)
        grid = {**bounds, "dx": cell, "dy": cell, "time_integrate": True}
        made = {mode: particles.footprint(airshed.Grid(**grid, gridding=mode)) for mode in MODES}
        top = float(f"{made['compat'].foot.max():.0e}")
        for ax, (mode, words) in zip(row, MODES.items(), strict=False):
            title = f"{place}, {options.particles} particles\n{words}"
            made[mode].plot(ax=ax, vmax=top, title=title)
        made["metric"].plot(ax=row[3], vmax=top, error=True, title=f"{place}\nsampling error, metric")
    save(figure, options.out / "gridding.png")


def nested(options):
    particles = tables.simulate("ngm", options.met, options.particles)
    outer = airshed.Grid(west=-90, east=-83, south=34.5, north=41, dx=0.1, dy=0.1, name="outer")
    inner = airshed.Grid(west=-86, east=-84, south=34.5, north=36.5, dx=0.01, dy=0.01, name="inner", nested_in="outer")
    fine, coarse = particles.footprints([inner, outer])
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(17, 5.2), layout="constrained", width_ratios=(1, 1, 0.9)
    )
    coarse.plot(ax=left, decades=5, title=f"outer grid, 0.1°: {coarse.total:.3g} of what the inner one does not hold")
    fine.plot(ax=middle, decades=5, title=f"inner grid, 0.01°: {fine.total:.3g}")
    middle.locator_params(axis="x", nbins=5)
    whole = particles.footprint(airshed.Grid(west=-90, east=-83, south=34.5, north=41, dx=0.1, dy=0.1))
    ages = whole.age_spectrum
    right.bar(ages.index - 0.5, ages["foot"], yerr=ages["foot_stderr"], color="#7a4e9f", width=0.9, ecolor="0.2")
    right.set_xlabel("age, h")
    right.set_ylabel(f"surface influence by hour, {airshed.plot.UNIT}")
    right.set_title(f"ages of the influence, mean {whole.mean_age_h:.1f} h", loc="left", fontsize="medium")
    save(figure, options.out / "nested.png")


def save(figure, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=70, pil_kwargs={"optimize": True})
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--met", type=Path, default=Path("../shared/met"), help="folder of the ARL files")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--particles", type=int, default=500)
    options = parser.parse_args()
    modes(options)
    nested(options)


if __name__ == "__main__":
    main()
