"""What is run: cases of the parity harness, their receptors and grids."""

import lzma
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import tomllib

CASES = Path(__file__).parents[1] / "parity" / "cases.toml"

# half width and height of the grids around the case, degrees: 600 x 400 and 800 x 600 cells
GRIDS = {"0.1": (30.0, 20.0), "0.01": (4.0, 3.0)}

# a batch: hourly times, as many as have their hours of meteorology, and the last of them
BATCH = {
    "vortices_noon": (24, "2019-06-23T12:00"),
    "gdas_guadeloupe": (12, "2010-02-12T23:00"),
    "ngm_kansas": (12, "1995-10-17T09:00"),
}

RECEPTORS = 24

# PYSTILT cannot read an index that spans several records, as in a GDAS file of a small region; hycs_std can
WITHOUT_PYSTILT = {"gdas_guadeloupe"}


@dataclass
class Case:
    name: str
    met: Path
    time: datetime
    lon: float
    lat: float
    zagl: float
    hours: int
    particles: int

    def grid(self, cell):
        """west, east, south, north and cell of a grid in degrees, its middle at the case's whole degree."""
        width, height = GRIDS[cell]
        lon, lat = round(self.lon), round(self.lat)
        return lon - width, lon + width, lat - height, lat + height, float(cell)

    def batch(self, count):
        """(time, lon, lat, height) of hourly receptors; of neighbours 0.05 degree apart where hours do not suffice."""
        hours, last = BATCH[self.name]
        last = datetime.fromisoformat(last)
        each = ((k % hours, k // hours) for k in range(count))
        return [(last - timedelta(hours=h), round(self.lon + 0.05 * s, 2), self.lat, self.zagl) for h, s in each]

    def receptor(self):
        return [(self.time, self.lon, self.lat, self.zagl)]


def load(name, met_folder, particles, folder):
    """A case by its name; packed meteorology is unpacked into `folder`."""
    case = next(case for case in tomllib.loads(CASES.read_text())["case"] if case["case"] == name)
    met = Path(met_folder, case["met"]).resolve()
    if not met.exists():
        packed, met = met.with_name(met.name + ".xz"), Path(folder, met.name)
        if not met.exists():
            with lzma.open(packed) as source, met.open("wb") as target:
                shutil.copyfileobj(source, target)
    time = datetime.fromisoformat(case["time"])
    return Case(name, met, time, case["lon"], case["lat"], case["height"], case["hours"], particles)
