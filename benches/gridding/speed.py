"""Speed and memory of the gridding beside PYSTILT's own, in one run, on the same particles.

usage: speed.py [--met ../shared/met] [--particles 1000] [--repeats 3] [--modes compat ...] [--without-pystilt]

Needs `pip install pystilt==0.1.0a25 pyproj netCDF4` beside the airshed package. Two tables of a day, one from real
meteorology (GDAS, Caribbean: the particles stay in both grids) and one from the idealised vortices, are gridded hourly
to 0.1 degree (600 x 400) and to 0.01 degree (800 x 600), in turn by PYSTILT (`calc_footprint` of a DataFrame that is
there) and by each mode of airshed, with and without groups for the sampling error. Each cell of the table is a process
of its own with one thread, so that its peak memory is its own; the medians of CPU seconds are of the calls alone.
Memory is the growth of the peak above what the process held with the table loaded.
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from statistics import median

MODES = ("compat", "metric", "icos")
GRIDS = {
    "1": {"west": -30.0, "east": 30.0, "south": -20.0, "north": 20.0, "dx": 1.0, "dy": 1.0},
    "0.1": {"west": -30.0, "east": 30.0, "south": -20.0, "north": 20.0, "dx": 0.1, "dy": 0.1},
    "0.01": {"west": -6.5, "east": 1.5, "south": -3.0, "north": 3.0, "dx": 0.01, "dy": 0.01},
}
MIDDLES = {"gdas": (-61.0, 16.0), "vortices": (4.0, 52.0)}
ONE_THREAD = {name: "1" for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


def grid_of(table, cell, **keys):
    """A grid around the region of a table."""
    import airshed

    lon, lat = MIDDLES[table]
    bounds = dict(GRIDS[cell])
    for key, middle in (("west", lon), ("east", lon), ("south", lat), ("north", lat)):
        bounds[key] = round(bounds[key] + middle, 2)
    return airshed.Grid(**bounds, **keys)


def memory_mb(which):
    """VmRSS: what the process holds now; VmHWM: the most it held."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) / 1024.0


def forget_peak():
    """Gives freed memory back and lets the peak start from what is held (Linux)."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def measure(options):
    """CPU seconds of the call, growth of the peak memory and the footprint's sum, as JSON on standard output."""
    import tables

    import airshed

    trajectories = airshed.Trajectories.open(options.file)
    keys = {} if options.who == "pystilt" else {"gridding": options.who, "error_groups": options.groups}
    grid = grid_of(options.table, options.cell, **keys)
    if options.who == "pystilt":
        import theirs

        rows, receptor = tables.rows(trajectories), theirs.receptor_of(trajectories)

        def call(grid):
            return theirs.footprint(rows, receptor, grid)[1]
    else:

        def call(grid):
            return trajectories.footprint(grid)

    call(grid_of(options.table, "1", **keys))  # imports and page tables of the first call are no part of a gridding
    forget_peak()
    before, start = memory_mb("VmRSS"), time.process_time()
    result = call(grid)
    seconds = time.process_time() - start
    total = result.sum() if options.who == "pystilt" else result.total
    print(json.dumps({"seconds": seconds, "mb": memory_mb("VmHWM") - before, "total": float(total)}))


def cell(table, file, size, who, groups):
    """One cell of the table, measured in a process of its own."""
    command = [sys.executable, __file__, "--one", table, str(file), size, who, str(groups)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | ONE_THREAD)
    return json.loads(out.stdout.splitlines()[-1])


def report(options):
    import tables

    print(
        f"{'table':9s} {'cell':>5s} {'gridding':22s} {'CPU s':>8s} {'spread':>15s} {'MB':>7s} {'sum':>9s} {'times':>6s}"
    )
    contenders = [(mode, groups) for mode, groups in product(options.modes, (0, 20))]
    if not options.without_pystilt:
        contenders.insert(0, ("pystilt", 0))
    with tempfile.TemporaryDirectory() as folder:
        for table in MIDDLES:
            file = Path(folder, f"{table}.nc")
            tables.simulate(table, options.met, options.particles).to_netcdf(file)
            for size in ("0.1", "0.01"):
                rounds = [[cell(table, file, size, *who) for who in contenders] for _ in range(options.repeats)]
                first = None
                for (who, groups), runs in zip(contenders, zip(*rounds, strict=True), strict=True):
                    seconds = [run["seconds"] for run in runs]
                    first = first or median(seconds)
                    name = who if who == "pystilt" else f"{who}, {groups} groups"
                    span = f"{min(seconds):.3f}-{max(seconds):.3f}"
                    print(
                        f"{table:9s} {size:>5s} {name:22s} {median(seconds):8.3f} {span:>15s} "
                        f"{median(run['mb'] for run in runs):7.0f} {runs[0]['total']:9.5f} "
                        f"{first / median(seconds):6.0f}",
                        flush=True,
                    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--met", type=Path, default=Path("../shared/met"), help="folder of the ARL files")
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--modes", nargs="*", choices=MODES, default=MODES)
    parser.add_argument("--without-pystilt", action="store_true")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        table, file, size, who, groups = options.one
        options = argparse.Namespace(table=table, file=file, cell=size, who=who, groups=int(groups))
        return measure(options)
    return report(options)


if __name__ == "__main__":
    main()
