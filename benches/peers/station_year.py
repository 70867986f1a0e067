"""A station-year: 8,760 hourly receptors of 500 particles, 240 h back, on 2, 64 and 1,024 cores.

usage: station_year.py [--airshed PATH] [--weather FILE] [--modes parity physics] [--receptors 48] [--out OUT]

Predicts the wall time from the costs of four receptors, six hours apart, on one thread; then runs a slice of the year,
consecutive hourly receptors as two jobs side by side, and says how far the prediction was off. OUT.md gets both.

Meteorology: hourly idealised weather on 151 x 61 columns of 1 degree and 28 levels, 1.7 MB a time as an ARL file (500
MB, written once to --weather; minutes). Footprints: hourly layers of 300 x 200 cells of 0.1 degree.
"""

import argparse
import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from process import measure

from run import ROOT, built_airshed

YEAR = 8760
HOURS = 240
PARTICLES = 500
START = datetime(2019, 9, 20)
NODE_CORES = 64
MACHINES = {2: 1, NODE_CORES: 1, 1024: 1024 // NODE_CORES}

WEATHER = "interval_h=1 spacing_deg=1 west_deg=-130 east_deg=20 south_deg=20 north_deg=80"
CONFIG = """[met]
files = ["{weather}"]
[run]
mode = "{mode}"
hours = {hours}
particles = {particles}
receptors = "receptors.csv"
[trajectories]
keep = false
[grid.europe]
west = -14.0
east = 16.0
south = 42.0
north = 62.0
dx = 0.1
"""


@dataclass
class Costs:
    """CPU seconds of one core."""

    start_s: float  # per met time of the files: index and checksum
    fly_s: float  # per receptor: transport and gridding
    write_s: float  # per receptor, on the one thread that writes
    decode_s: float  # per met time: reading and unpacking, on the threads of the meteorology
    columns_s: float  # per met time: columns on the model's levels, where particles come by

    def work(self, receptors):
        """CPU seconds of consecutive hourly receptors once they fly."""
        times = receptors + HOURS
        return receptors * (self.fly_s + self.write_s) + times * (self.decode_s + self.columns_s)

    def job(self, receptors, cores):
        """Wall seconds of consecutive hourly receptors, and what limits them."""
        times = receptors + HOURS
        limits = {
            "all cores": self.work(receptors) / cores,
            "writing": receptors * self.write_s,
            "decoding": times * self.decode_s,
        }
        limit = max(limits, key=limits.get)
        return times * self.start_s + limits[limit], limit

    def machine(self, cores, nodes):
        """The best of some ways to share a year out: wall seconds, jobs, cores of each, and what limits them."""
        most = cores // nodes
        sizes = [most // share for share in (1, 2, 4, 8, 16, 32) if most // share]
        ways = [(*self.job(-(-YEAR * size // cores), size), cores // size, size) for size in sizes]
        return min(ways)


def run(options, mode, folder, count, every_h=1, core=0, hours=-HOURS, particles=PARTICLES):
    """Cost and run.json of `count` receptors on one thread; the last are those at the end of the weather, or on another
    core those before them."""
    folder = Path(folder, f"core{core}")
    folder.mkdir(exist_ok=True)
    last = START + timedelta(hours=HOURS + options.receptors - core * count)
    text = CONFIG.format(weather=options.weather.resolve(), mode=mode, hours=hours, particles=particles)
    Path(folder, "config.toml").write_text(text)
    times = [last - timedelta(hours=every_h * k) for k in range(count)]
    rows = [f"{time:%Y-%m-%dT%H:%M},4.927,51.971,207" for time in times]
    Path(folder, "receptors.csv").write_text("\n".join(["time,lon_deg,lat_deg,height_agl_m", *rows]) + "\n")
    command = [options.airshed, "run", "config.toml", "--threads", 1, "--out", "out"]
    cost = measure(command, folder, cores=1, first=core)
    return cost, json.loads(Path(folder, "out", "run.json").read_text())


def measured_costs(options, mode, folder):
    start, _ = run(options, mode, folder, 1, hours=-1, particles=1)
    cost, manifest = run(options, mode, folder, 4, every_h=6)
    decoding = manifest["decoding"]
    decode_s, write_s, columns_s = cost.of_threads("met"), cost.of_threads("write"), decoding["columns_s"]
    return Costs(
        start_s=start.cpu_s / (HOURS + options.receptors),
        fly_s=(cost.cpu_s - start.cpu_s - decode_s - write_s - columns_s) / 4,
        write_s=write_s / 4,
        decode_s=decode_s / decoding["times"],
        columns_s=columns_s / decoding["times"],
    )


def report(options, mode, folder):
    costs = measured_costs(options, mode, folder)
    lines = [
        f"## {mode}",
        "",
        f"CPU seconds: {costs.fly_s:.3f} a receptor for transport and gridding "
        f"({1e6 * costs.fly_s / PARTICLES / HOURS:.1f} µs a particle-hour), {costs.write_s:.3f} for its file; "
        f"{costs.decode_s:.4f} a met time for reading and unpacking, {costs.columns_s:.4f} for columns, "
        f"{costs.start_s:.5f} at the start.",
        "",
        "| cores | jobs x cores | predicted wall time | CPU hours | limited by |",
        "|---|---|---|---|---|",
    ]
    for cores, nodes in MACHINES.items():
        wall_s, limit, jobs, size = costs.machine(cores, nodes)
        lines.append(f"| {cores} | {jobs} x {size} | {wall_s / 60:.1f} min | {wall_s * cores / 3600:.1f} | {limit} |")
    return "\n".join([*lines, "", checked(options, mode, folder, costs), ""])


def checked(options, mode, folder, costs):
    """A slice of the year beside its prediction: a job on each of two cores at the same time."""
    count = options.receptors // 2
    with ThreadPoolExecutor(2) as cores:
        jobs = list(cores.map(lambda core: run(options, mode, folder, count, core=core), (0, 1)))
    predicted_s, _ = costs.job(count, 1)
    measured_s = max(cost.wall_s for cost, _ in jobs)
    cpu_s, decoded = sum(cost.cpu_s for cost, _ in jobs), [manifest["decoding"] for _, manifest in jobs]
    particles = [receptor["particles"] for _, manifest in jobs for receptor in manifest["receptors"]]
    alive, released = (sum(p[key] for p in particles) for key in ("alive", "released"))
    return (
        f"Slice: 2 jobs of {count} receptors side by side, a core each: predicted {predicted_s:.1f} s, measured "
        f"{measured_s:.1f} s ({100 * (measured_s / predicted_s - 1):+.0f} %); CPU predicted {2 * predicted_s:.1f} s, "
        f"measured {cpu_s:.1f} s. Met times decoded by each: {[d['times'] for d in decoded]}; peak memory "
        f"{max(cost.mb for cost, _ in jobs):.0f} MB, of it meteorology {decoded[0]['held_bytes'] / 2**20:.0f} MB. "
        f"{100 * alive / released:.0f} % of the particles came to the end."
    )


def write_weather(options):
    hours = HOURS + options.receptors
    example = ["cargo", "run", "--release", "--quiet", "--example", "idealised_weather", "--", options.weather]
    unfinished = options.weather.with_suffix(".part")
    subprocess.run([*example[:-1], unfinished, f"hours={hours}", *WEATHER.split()], cwd=ROOT, check=True)
    os.replace(unfinished, options.weather)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airshed", type=Path)
    parser.add_argument("--weather", type=Path, help="ARL file to use; written if it is not there")
    parser.add_argument("--modes", nargs="+", choices=("parity", "physics"), default=["parity", "physics"])
    parser.add_argument("--receptors", type=int, default=48, help="of the slice")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "station_year")
    options = parser.parse_args()
    options.airshed = (options.airshed or built_airshed()).resolve()
    options.weather = (options.weather or ROOT / "target" / f"station_year_{options.receptors}.arl").resolve()
    if not options.weather.exists():
        write_weather(options)
    parts = [f"{YEAR} receptors, {PARTICLES} particles, {HOURS} h back; load {os.getloadavg()[0]:.1f}\n"]
    for mode in options.modes:
        with tempfile.TemporaryDirectory(prefix="airshed-year-") as folder:
            parts.append(report(options, mode, folder))
        print(parts[-1], flush=True)
    options.out.with_suffix(".md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
