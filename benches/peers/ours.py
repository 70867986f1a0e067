"""airshed, run as users run it."""

import json
from pathlib import Path

from process import measure

COARSE = """
[grid.coarse]
west = {0}
east = {1}
south = {2}
north = {3}
dx = 1.0
dy = 1.0
time_integrate = true
"""

FINE = """
[grid.fine]
west = {}
east = {}
south = {}
north = {}
dx = {}
"""


def write_input(case, receptors, folder, mode, cell=None, keep=False):
    """Configuration and receptors of a run; without a cell size one time-integrated map of 10 x 10 cells."""
    lon, lat = round(case.lon), round(case.lat)
    grid = FINE.format(*case.grid(cell)) if cell else COARSE.format(lon - 5, lon + 5, lat - 5, lat + 5)
    Path(folder, "config.toml").write_text(
        f'[met]\nfiles = ["{case.met}"]\n'
        f'[run]\nmode = "{mode}"\nhours = {case.hours}\nparticles = {case.particles}\nreceptors = "receptors.csv"\n'
        f"[trajectories]\nkeep = {str(keep).lower()}\n{grid}"
    )
    rows = [f"{time:%Y-%m-%dT%H:%M},{lon},{lat},{zagl}" for time, lon, lat, zagl in receptors]
    Path(folder, "receptors.csv").write_text("\n".join(["time,lon_deg,lat_deg,height_agl_m", *rows]) + "\n")


def run(airshed, folder, threads, out="out"):
    """Cost of a run and its run.json; on as many cores as threads."""
    command = [airshed, "run", "config.toml", "--threads", threads, "--out", out]
    cost = measure(command, folder, cores=threads)
    manifest = json.loads(Path(folder, out, "run.json").read_text())
    states = {receptor["state"] for receptor in manifest["receptors"]}
    if not states <= {"complete", "truncated"}:
        raise RuntimeError(f"receptors ended {states}")
    return cost, manifest
