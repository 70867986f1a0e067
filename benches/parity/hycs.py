"""Runs STILT's own transport core, hycs_std of the PyPI package pystilt, and reads its particle table."""

import importlib.util
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = ("time", "indx", "long", "lati", "zagl", "foot", "mlht", "dens", "samt", "sigw", "tlgr")

# airshed's roughness lengths on land and water, and its mask of the land
LAND_CM, WATER_CM = 75, 3
LAND = Path(__file__).parents[2] / "data" / "land_1deg.bin"

# the namelist of STILT v2's run script
NAMELIST = dict(
    CAPEMIN=-1, CMASS=0, CONAGE=48, CPACK=1, DELT=1, DXF=1, DYF=1, DZF=0.01, EFILE="''", FRHMAX=3, FRHS=1, FRME=0.1,
    FRMR=0, FRTS=0.1, FRVS=0.01, HSCALE=10800, ICHEM=8, IDSP=2, INITD=0, K10M=1, KAGL=1, KBLS=1, KBLT=5, KDEF=0,
    KHINP=0, KHMAX=9999, KMIX0=150, KMIXD=3, KMSL=0, KPUFF=0, KRAND=4, KRND=6, KSPL=1, KWET=1, KZMIX=0, MAXDIM=1,
    MGMIN=10, MHRS=9999, NBPTYP=1, NCYCL=0, NDUMP=0, NINIT=1, NSTR=0, NTURB=0, NVER=0, OUTDT=0, P10F=1, PINBC="''",
    PINPF="''", POUTF="''", QCYCLE=0, RHB=80, RHT=60, SPLITF=1, TKERD=0.18, TKERN=0.18, TLFRAC=0.1, TOUT=0,
    TRATIO=0.75, TVMIX=1, VEGHT=0.5, VSCALE=200, VSCALEU=200, VSCALES=-1, WBBH=0, WBWF=0, WBWR=0, WVERT="FALSE",
    WINDERRTF=0, ZICONTROLTF=0,
)  # fmt: skip


def package_files():
    """The binary and the folder of its tables (land use, roughness)."""
    root = Path(importlib.util.find_spec("stilt").origin).parent
    binary = next(path for path in root.rglob("hycs_std") if "linux" in str(path))
    return binary, next(root.rglob("LANDUSE.ASC")).parent


def write_roughness(path):
    """airshed's map of roughness as the reference reads it: cm, a line of 360 values a degree, the north first."""
    bits = np.unpackbits(np.frombuffer(LAND.read_bytes(), np.uint8))[: 180 * 360].reshape(180, 360)
    rows = np.where(bits, LAND_CM, WATER_CM)[::-1]
    path.write_text("\n".join("".join(f"{value:4d}" for value in row) for row in rows) + "\n")


def prepare(folder, case, met, columns=COLUMNS, **namelist):
    """Writes the input of one run into a folder.

    `case`: time (ISO 8601), lon, lat, height, hours, particles, and `roughness`: the reference's own map, or "airshed";
    `control`: w_option, z_top (m) and emisshrs, which stand in CONTROL; `files`: names and contents of further files.
    """
    control = {"w_option": 0, "z_top": 25000.0, "emisshrs": 0.01} | case.get("control", {})
    for name, content in case.get("files", {}).items():
        Path(folder, name).write_text(content)
    for name in ("ASCDATA.CFG", "LANDUSE.ASC", "ROUGLEN.ASC", "TERRAIN.ASC"):
        shutil.copy(package_files()[1] / name, folder)
    if case.get("roughness") == "airshed":
        write_roughness(Path(folder, "ROUGLEN.ASC"))
    time = datetime.fromisoformat(str(case["time"]))
    lines = [
        time.strftime("%y %m %d %H %M"), "1", f"{case['lat']} {case['lon']} {case['height']}", case["hours"],
        control["w_option"], control["z_top"], "1", f"{met.resolve().parent}/", met.name, "1", "test", "1",
        control["emisshrs"], "00 00 00 00 00", "1",
        "0.0 0.0", "0.5 0.5", "30.0 30.0", "./", "cdump", "1", "100", "00 00 00 00 00", "00 00 00 00 00", "00 2 00",
        "1", "0.0 0.0 0.0", "0.0 0.0 0.0 0.0 0.0", "0.0 0.0 0.0", "0.0", "0.0",
    ]  # fmt: skip
    Path(folder, "CONTROL").write_text("\n".join(map(str, lines)) + "\n")
    wanted = ",".join(f"'{name}'" for name in columns)
    sizes = dict(NUMPAR=case["particles"], MAXPAR=case["particles"], IVMAX=len(columns), VARSIWANT=wanted)
    setup = NAMELIST | sizes | namelist
    Path(folder, "SETUP.CFG").write_text("$SETUP\n" + "".join(f"{k}={v},\n" for k, v in setup.items()) + "$END\n")


def particles(case, met, columns=COLUMNS, **namelist):
    """One run; a table with one row per particle and minute. A new seed each time unless KRAND is given."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, case, met, columns, **namelist)
        log = Path(folder, "log")
        with log.open("w") as out:
            subprocess.run([package_files()[0]], cwd=folder, stdout=out, stderr=subprocess.STDOUT, check=True)
        rows = Path(folder, "PARTICLE_STILT.DAT")
        if not rows.exists():
            raise RuntimeError(f"{case['case']}: hycs_std wrote no particles\n" + log.read_text()[-2000:])
        table = pd.read_csv(rows, sep=r"\s+", header=None, skiprows=1, names=list(columns), on_bad_lines="skip")
    # Fortran prints stars, or runs numbers together, where a column is too narrow
    return table.apply(pd.to_numeric, errors="coerce").dropna()


def transport_keys(namelist):
    """A namelist as keys of airshed's section [transport]: KMIXD=0 is kmixd = 0."""
    return {name.lower(): number(value) for name, value in namelist.items()}


def number(value):
    """A whole number where it is written as one."""
    return value if isinstance(value, int | float) else (float(value) if "." in value else int(value))
