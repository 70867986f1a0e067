"""What airshed and PYSTILT make of the same particles of real meteorology, cell by cell.

usage: parity.py [--met ../shared/met] [--particles 200] [--case NAME ...]

Needs `pip install pystilt==0.1.0a25 pyproj netCDF4` beside the airshed package. For each case airshed follows particles
through a real file, hands the table to PYSTILT's `calc_footprint`, and grids it itself in compat mode. Columns: cells
with influence in PYSTILT's footprint, cells that only one of the two has, the largest relative deviation of a cell
(bound 1e-7) and of the total (bound 1e-6), the total, and what share of it lies inside the grid. Exit status 1 if a
bound is passed.
"""

import argparse
import sys
from functools import cache
from pathlib import Path

import numpy as np
import tables
import theirs

import airshed

CELL_BOUND, TOTAL_BOUND = 1e-7, 1e-6
LAMBERT = "+proj=lcc +lat_1=33 +lat_2=45 +lat_0=40 +lon_0=-88 +datum=WGS84 +units=m"
LAMBERT_KM = LAMBERT.replace("units=m", "units=km")
EQUAL_AREA = "+proj=laea +lat_0=40 +lon_0=-88 +datum=WGS84 +units=m"
ISLANDS = {"west": -65.5, "east": -61.5, "south": 15.0, "north": 17.5}
PLAINS = {"west": -93.0, "east": -83.0, "south": 34.0, "north": 44.0}
MAPPED = {"west": -600e3, "east": 400e3, "south": -600e3, "north": 400e3, "dx": 10e3, "dy": 10e3}
FINE_KM = {"west": -300, "east": 200, "south": -500, "north": -100, "dx": 2, "dy": 2}
GULF = {"west": -91.5, "east": -89.5, "south": 24.0, "north": 25.6}
EVERY_DEGREE = {"west": -180, "east": 180, "south": -90, "north": 90, "dx": 1.0, "dy": 1.0}
DATELINE_DEG = 244.0  # from the Caribbean


def square(bounds, cell, **options):
    return bounds | {"dx": cell, "dy": cell} | options


def turned(bounds):
    return bounds | {"west": bounds["west"] + DATELINE_DEG, "east": bounds["east"] + DATELINE_DEG}


WHOLE, SPLIT = {"time_integrate": True}, {"compat": {"early_steps": "split"}}
# case: table (: particles), degrees to turn it east, grid
CASES = {
    "hourly": ("gdas", 0, square(ISLANDS, 0.1)),
    "integrated": ("gdas", 0, square(ISLANDS, 0.1, **WHOLE)),
    "hourly, smooth_factor 0": ("ngm", 0, square(PLAINS, 0.1, smooth_factor=0)),
    "integrated, smooth_factor 2": ("ngm", 0, square(PLAINS, 0.1, smooth_factor=2, **WHOLE)),
    "0.01 degree": ("gdas", 0, square(ISLANDS, 0.01)),
    "oblong cells": ("ngm", 0, PLAINS | {"dx": 0.2, "dy": 0.05}),
    "Lambert": ("ngm", 0, MAPPED | {"crs": LAMBERT}),
    "Lambert, integrated, smooth 2": ("ngm", 0, MAPPED | {"crs": LAMBERT, "smooth_factor": 2} | WHOLE),
    "Lambert in km, smooth 2": ("ngm", 0, FINE_KM | {"crs": LAMBERT_KM, "smooth_factor": 2}),
    "equal area": ("ngm", 0, MAPPED | {"crs": EQUAL_AREA}),
    "across 180, east > 180": ("gdas", DATELINE_DEG, square(turned(ISLANDS), 0.1)),
    "across 180, east < west": ("gdas", DATELINE_DEG, square(turned(ISLANDS) | {"east": -177.5}, 0.1, **WHOLE)),
    "plume across 180, grid west of it": ("gdas", DATELINE_DEG, square(turned(ISLANDS) | {"east": 180}, 0.1)),
    "all the Earth": ("gdas", DATELINE_DEG, EVERY_DEGREE),
    "forward": ("gdas_forward", 0, square({"west": -62, "east": -59, "south": 14, "north": 17}, 0.1)),
    "release over 3 h": ("ngm_span", 0, square(PLAINS, 0.1)),
    "release over 3 h, integrated": ("ngm_span", 0, square(PLAINS, 0.1, **WHOLE)),
    "column": ("gdas_column", 0, square(ISLANDS, 0.1)),
    "column, weighted by pressure": ("gdas_atmosphere", 0, square(ISLANDS, 0.1)),
    "steps longer than cells": ("wrf", 0, square(GULF, 0.004)),
    "steps split": ("wrf", 0, square(GULF, 0.004, **SPLIT)),
    "steps split, oblong cells": ("wrf", 0, GULF | {"dx": 0.04, "dy": 0.002} | SPLIT | WHOLE),
    "most particles outside": ("ngm", 0, square({"west": -86.5, "east": -85, "south": 36.5, "north": 38.5}, 0.1)),
    "one particle": ("wrf:1", 0, square(GULF, 0.004)),
    "ages of one particle of three": ("wrf:3", 0, square(GULF, 0.004)),
    "particles that leave": ("wrf", 0, square(GULF, 0.02, **WHOLE)),
}
DILUTED = {"plume of a point": "gdas", "plume of a column": "gdas_column", "plume over 3 h": "ngm_span"}


def deviations(ours, found):
    """Cells of PYSTILT, cells of one alone, largest relative deviation of a cell, deviation of the total."""
    hours, wanted = found or ([], np.zeros((0, *ours.foot.shape[1:])))
    layers = [0] if ours.grid.time_integrate else list(np.searchsorted(layer_hours(ours), hours))
    expected = np.zeros_like(ours.foot)
    expected[layers] = wanted
    both = (expected != 0) & (ours.foot != 0)
    worst = np.max(np.abs(ours.foot[both] / expected[both] - 1.0), initial=0.0)
    alone = np.count_nonzero((expected != 0) != (ours.foot != 0))
    return np.count_nonzero(expected), alone, worst, abs(ours.foot.sum() / expected.sum() - 1.0)


def layer_hours(footprint):
    return (footprint.time - footprint.receptor.time) / np.timedelta64(1, "h")


def report(name, ours, found):
    """One line; whether both bounds are kept."""
    cells, alone, worst, total = deviations(ours, found)
    share = 100.0 * ours.budget["inside"] / ours.budget["total"]
    print(f"{name:34s} {cells:8d} {alone:6d} {worst:10.1e} {total:10.1e} {ours.total:10.5g} {share:7.1f} %", flush=True)
    return alone == 0 and worst <= CELL_BOUND and total <= TOTAL_BOUND


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--met", type=Path, default=Path("../shared/met"), help="folder of the ARL files")
    parser.add_argument("--particles", type=int, default=200)
    parser.add_argument("--case", nargs="*", help="only these")
    options = parser.parse_args()

    @cache
    def table(name):
        name, _, count = name.partition(":")
        return tables.simulate(name, options.met, int(count or options.particles))

    print(f"{'case':34s} {'cells':>8s} {'alone':>6s} {'cell':>10s} {'total':>10s} {'sum':>10s} {'inside':>9s}")
    kept = []
    for name, (source, turn, keys) in CASES.items():
        if options.case and name not in options.case:
            continue
        particles = tables.turned(table(source), turn) if turn else table(source)
        grid = airshed.Grid(**keys)
        rows = tables.rows(particles, bare="compat" in keys)
        kept.append(
            report(name, particles.footprint(grid), theirs.footprint(rows, theirs.receptor_of(particles), grid))
        )
    for name, source in DILUTED.items():
        if options.case and name not in options.case:
            continue
        particles, keys = table(source), ISLANDS if source.startswith("gdas") else PLAINS
        grid = airshed.Grid(**square(keys, 0.1))
        receptor = theirs.receptor_of(particles)
        rows = theirs.diluted(tables.rows(particles), receptor)
        kept.append(report(name, particles.footprint(grid), theirs.footprint(rows, receptor, grid)))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
