"""Transport speed of airshed beside STILT's own core, in one run, one thread each, interleaved.

usage: speed.py MET.arl TIME LON LAT ZAGL [--hours 24] [--particles 200] [--repeats 3] [--airshed PATH]

Installs nothing: needs `pip install pystilt` (its `hycs_std` is run with STILT v2's run-script defaults). Whole
processes are compared by CPU seconds: hycs_std with its default output (every minute) and hourly (OUTDT=60), airshed
with `--threads 1` and no particle file. TIME is ISO 8601.
"""

import argparse
import importlib.util
import resource
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from statistics import median

SETUP = dict(
    CAPEMIN=-1, CMASS=0, CONAGE=48, CPACK=1, DELT=1, DXF=1, DYF=1, DZF=0.01, EFILE="''", FRHMAX=3, FRHS=1, FRME=0.1,
    FRMR=0, FRTS=0.1, FRVS=0.01, HSCALE=10800, ICHEM=8, IDSP=2, INITD=0, K10M=1, KAGL=1, KBLS=1, KBLT=5, KDEF=0,
    KHINP=0, KHMAX=9999, KMIX0=150, KMIXD=3, KMSL=0, KPUFF=0, KRAND=2, KRND=6, KSPL=1, KWET=1, KZMIX=0, MAXDIM=1,
    MGMIN=10, MHRS=9999, NBPTYP=1, NCYCL=0, NDUMP=0, NINIT=1, NSTR=0, NTURB=0, NVER=0, P10F=1, PINBC="''",
    PINPF="''", POUTF="''", QCYCLE=0, RHB=80, RHT=60, SPLITF=1, TKERD=0.18, TKERN=0.18, TLFRAC=0.1, TOUT=0,
    TRATIO=0.75, TVMIX=1, VEGHT=0.5, VSCALE=200, VSCALEU=200, VSCALES=-1, WBBH=0, WBWF=0, WBWR=0, WVERT="FALSE",
    WINDERRTF=0, ZICONTROLTF=0, IVMAX=4, VARSIWANT="'time','indx','long','lati'",
)  # fmt: skip


def cpu_seconds(command, cwd):
    """CPU seconds of a process and its children; reading the inputs counts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=cwd, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reference(options, minutes_between_rows):
    root = Path(importlib.util.find_spec("stilt").origin).parent
    binary = next(p for p in root.rglob("hycs_std") if "linux" in str(p))
    support = next(root.rglob("LANDUSE.ASC")).parent
    time = datetime.fromisoformat(options.time)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ASCDATA.CFG", "LANDUSE.ASC", "ROUGLEN.ASC", "TERRAIN.ASC"):
            shutil.copy(support / name, folder)
        control = [
            time.strftime("%y %m %d %H %M"), "1", f"{options.lat} {options.lon} {options.zagl}", f"-{options.hours}",
            "0", "25000.0", "1", f"{options.met.resolve().parent}/", options.met.name, "1", "test", "1", "0.01",
            "00 00 00 00 00", "1", "0.0 0.0", "0.5 0.5", "30.0 30.0", "./", "cdump", "1", "100", "00 00 00 00 00",
            "00 00 00 00 00", "00 2 00", "1", "0.0 0.0 0.0", "0.0 0.0 0.0 0.0 0.0", "0.0 0.0 0.0", "0.0", "0.0",
        ]  # fmt: skip
        Path(folder, "CONTROL").write_text("\n".join(control) + "\n")
        setup = dict(SETUP, NUMPAR=options.particles, MAXPAR=options.particles, OUTDT=minutes_between_rows)
        Path(folder, "SETUP.CFG").write_text("$SETUP\n" + "".join(f"{k}={v},\n" for k, v in setup.items()) + "$END\n")
        return cpu_seconds([str(binary)], folder)


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
