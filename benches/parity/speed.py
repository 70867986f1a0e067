"""Transport speed of airshed beside STILT's own core, in one run, one thread each, interleaved.

usage: speed.py MET.arl TIME LON LAT ZAGL [--hours 24] [--particles 200] [--repeats 3] [--airshed PATH]

Installs nothing: needs `pip install pystilt` (its `hycs_std` is run with STILT v2's run-script defaults). Whole
processes are compared by CPU seconds: hycs_std with its default output (every minute) and hourly (OUTDT=60), airshed
with `--threads 1` and no particle file. TIME is ISO 8601.
"""

import argparse
import resource
import subprocess
import tempfile
from pathlib import Path
from statistics import median

import hycs


def cpu_seconds(command, cwd):
    """CPU seconds of a process and its children; reading the inputs counts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reference(options, minutes_between_rows):
    case = {name: getattr(options, name) for name in ("time", "lon", "lat", "particles")}
    case |= {"height": options.zagl, "hours": -options.hours}
    with tempfile.TemporaryDirectory() as folder:
        hycs.prepare(folder, case, options.met, hycs.COLUMNS[:4], KRAND=2, OUTDT=minutes_between_rows)
        return cpu_seconds([str(hycs.package_files()[0])], folder)


def ours(options):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.toml").write_text(f"""
[met]
files = ["{options.met.resolve()}"]
[run]
hours = -{options.hours}
particles = {options.particles}
[[receptor]]
time = "{options.time}"
lon_deg = {options.lon}
lat_deg = {options.lat}
height_agl_m = {options.zagl}
[trajectories]
keep = false
[grid.coarse]
west = {round(options.lon) - 5}
east = {round(options.lon) + 5}
south = {round(options.lat) - 5}
north = {round(options.lat) + 5}
dx = 1.0
dy = 1.0
time_integrate = true
""")
        return cpu_seconds([options.airshed, "run", "config.toml", "--threads", "1"], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("met", type=Path)
    parser.add_argument("time")
    for name in ("lon", "lat", "zagl"):
        parser.add_argument(name, type=float)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--particles", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--airshed", default="airshed")
    options = parser.parse_args()
    runs = [(reference(options, 0), reference(options, 60), ours(options)) for _ in range(options.repeats)]
    minutes = options.particles * options.hours * 60
    for name, column in zip(("hycs_std", "hycs_std, OUTDT=60", "airshed"), zip(*runs, strict=False), strict=False):
        spread = " ".join(f"{seconds:.2f}" for seconds in column)
        print(f"{name:20s} {minutes / median(column):12.0f} particle-minutes per CPU second   ({spread} s)")
    ratios = [[run[k] / run[2] for run in runs] for k in (0, 1)]
    print(f"airshed is {median(ratios[0]):.0f} times as fast ({median(ratios[1]):.0f} times, hourly output)")


main()
