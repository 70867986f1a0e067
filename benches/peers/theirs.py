"""hycs_std and PYSTILT (PyPI: pystilt), run as users run them."""

import os
import sys
from pathlib import Path

from process import measure

sys.path.insert(0, str(Path(__file__).parents[1] / "parity"))
import hycs

CONFIG = """mets:
  met:
    directory: {folder}/met
    file_format: "met_%Y"
    file_tres: 366D
grid:
  xmin: {grid[0]}
  xmax: {grid[1]}
  ymin: {grid[2]}
  ymax: {grid[3]}
  xres: {grid[4]}
  yres: {grid[4]}
variants:
  met: {{}}
n_hours: {case.hours}
numpar: {case.particles}
varsiwant: [time, indx, long, lati, zagl, foot, mlht, pres, dens, samt, sigw, tlgr]
hnf_plume: true
output: ./output
execution:
  backend: local
  cpus: {workers}
"""


def transport(case, folder, minutes_between_rows):
    """Cost of hycs_std on one core with STILT v2's run-script defaults; OUTDT in minutes, 0: each minute."""
    place = {"time": case.time.isoformat(), "lon": case.lon, "lat": case.lat, "height": case.zagl}
    sizes = {"hours": case.hours, "particles": case.particles}
    hycs.prepare(folder, place | sizes, case.met, KRAND=2, OUTDT=minutes_between_rows)
    cost = measure([hycs.package_files()[0]], folder, cores=1)
    if not Path(folder, "PARTICLE_STILT.DAT").exists():
        raise RuntimeError("hycs_std wrote no particles\n" + Path(folder, "log.txt").read_text()[-2000:])
    return cost


def chain(case, receptors, folder, cell, workers):
    """Cost of `stilt run`: particles, near-field dilution, footprints in sparse Parquet files, for each receptor."""
    folder = Path(folder).resolve()
    Path(folder, "met").mkdir()
    os.symlink(case.met, Path(folder, "met", f"met_{case.time:%Y}"))
    text = CONFIG.format(folder=folder, grid=case.grid(cell), case=case, workers=workers)
    Path(folder, "config.yaml").write_text(text)
    rows = [f"{time:%Y-%m-%dT%H:%M:%S},{lon},{lat},{zagl}" for time, lon, lat, zagl in receptors]
    Path(folder, "receptors.csv").write_text("\n".join(["time,longitude,latitude,altitude", *rows]) + "\n")
    cost = measure([Path(sys.executable).with_name("stilt"), "run", "."], folder, cores=workers)
    footprints = list(Path(folder, "output", "footprints").rglob("*_*.parquet"))
    if len(footprints) < len(receptors):
        raise RuntimeError(f"PYSTILT made {len(footprints)} footprints of {len(receptors)}")
    return cost
