"""Ensembles of airshed beside those of STILT's own core, hour by hour.

usage: compare.py REFERENCE_DIR MET_DIR OUT_DIR [--seeds 5] [--particles 1000] [--airshed PATH] [--case NAME ...]

REFERENCE_DIR holds cases.csv (case, met, time as `yy mm dd HH MM`, lat, lon, zagl, hours, numpar) and, for each case,
CASE.csv with one row per member and hour: alive, lon_mean, lon_std, lat_mean, lat_std, z_mean, z_std, mlht_mean,
dens_mean, sigw_mean, tlgr_mean, foot_sum. Every case is run from the command line with `--seeds` seeds. Writes
OUT_DIR/parity.csv (a row a case and hour) and prints one line a case with the largest deviation of each quantity and a
verdict. Needs numpy, pandas and netCDF4.
"""

import argparse
import subprocess
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd

KM_PER_DEG = 111.19
# largest deviation that passes: relative, but the centroid in km
BOUNDS = {"foot": 0.10, "z_mean": 0.15, "spread": 0.15, "centroid_km": 25.0, "alive": 0.05}


def receptor_time(text):
    year, month, day, hour, minute = (int(word) for word in text.split())
    year += 1900 if year >= 40 else 2000
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}"


def run(case, met, out, seed, particles, airshed):
    """One ensemble from the command line; the path of its particle file."""
    out.mkdir(parents=True, exist_ok=True)
    config = out / f"{case.case}_{seed}.toml"
    config.write_text(f"""
[met]
files = ["{met}"]
[run]
hours = {case.hours}
particles = {particles or case.numpar}
seed = {seed}
output = "{case.case}_{seed}"
[[receptor]]
id = "{case.case}"
time = "{receptor_time(case.time)}"
lon_deg = {float(case.lon)}
lat_deg = {float(case.lat)}
height_agl_m = {float(case.zagl)}
[trajectories]
keep = true
[grid.around]
west = {round(float(case.lon)) - 15}
east = {round(float(case.lon)) + 15}
south = {round(float(case.lat)) - 10}
north = {round(float(case.lat)) + 10}
dx = 0.5
dy = 0.5
time_integrate = true
""")
    subprocess.run([airshed, "run", str(config)], check=True, stdout=subprocess.DEVNULL)
    return out / f"{case.case}_{seed}" / f"{case.case}_traj.nc"


def summarise(path):
    """One row per hour, as the reference tables have them."""
    with netCDF4.Dataset(path) as file:
        minutes = np.abs(file["time"][:].filled(np.nan))
        table = {
            name: file[name][:].filled(np.nan).astype(float)
            for name in ("long", "lati", "zagl", "foot_no_hnf_dilution", "mlht", "dens", "sigw", "tlgr")
        }
    particles = len(table["long"])
    rows = []
    for hour in range(1, int(minutes.max() // 60) + 1):
        at = np.flatnonzero(np.isclose(minutes, 60 * hour))[0]
        alive = np.isfinite(table["long"][:, at])
        if not alive.any():
            break
        during = (minutes > 60 * (hour - 1)) & (minutes <= 60 * hour)
        row = {"hour": hour, "alive": alive.sum() / particles}
        for name, column in (("lon", "long"), ("lat", "lati"), ("z", "zagl")):
            values = table[column][alive, at]
            row[f"{name}_mean"], row[f"{name}_std"] = values.mean(), values.std(ddof=1)
        for column in ("mlht", "dens", "sigw", "tlgr"):
            row[f"{column}_mean"] = table[column][alive, at].mean()
        row["foot_sum"] = np.nansum(table["foot_no_hnf_dilution"][:, during]) / particles
        rows.append(row)
    return pd.DataFrame(rows)


def spread_km(table):
    east = KM_PER_DEG * np.cos(np.radians(table.lat_mean)) * table.lon_std
    return np.hypot(east, KM_PER_DEG * table.lat_std)


def compare(reference, ours):
    """Means over members, hour by hour, and the deviations between the two."""
    r, a = reference.groupby("hour").mean(numeric_only=True), ours.groupby("hour").mean(numeric_only=True)
    hours = r.index.intersection(a.index)
    r, a = r.loc[hours], a.loc[hours]
    table = pd.concat([r.add_suffix("_ref"), a], axis=1)
    east = KM_PER_DEG * np.cos(np.radians(r.lat_mean)) * (a.lon_mean - r.lon_mean)
    table["centroid_km"] = np.hypot(east, KM_PER_DEG * (a.lat_mean - r.lat_mean))
    table["spread"] = spread_km(a) / spread_km(r) - 1
    for name in ("z_mean", "z_std", "mlht_mean", "dens_mean", "sigw_mean", "tlgr_mean", "foot_sum"):
        table[f"d_{name}"] = a[name] / r[name] - 1
    table["d_alive"] = a.alive - r.alive
    return table


def verdict(case, table, reference, ours):
    totals = [t.groupby("member").foot_sum.sum() for t in (reference, ours)]
    foot = totals[1].mean() / totals[0].mean() - 1
    error = np.hypot(*(t.std(ddof=1) / np.sqrt(len(t)) / t.mean() for t in totals))
    worst = {
        "foot": abs(foot),
        "z_mean": table.d_z_mean.abs().max(),
        "spread": table.spread.abs().max(),
        "centroid_km": table.centroid_km.max(),
        "alive": table.d_alive.abs().max(),
    }
    failed = [name for name, bound in BOUNDS.items() if worst[name] > bound]
    print(
        f"{case:20s} foot {totals[0].mean():.4f} → {totals[1].mean():.4f} ({100 * foot:+.1f} ± {100 * error:.1f} %)"
        f"  z {100 * worst['z_mean']:.1f} %  spread {100 * worst['spread']:.1f} %"
        f"  centroid {worst['centroid_km']:.1f} km  alive {100 * worst['alive']:.1f} %"
        f"  zi {100 * table.d_mlht_mean.abs().max():.1f} %  sigw {100 * table.d_sigw_mean.abs().max():.1f} %"
        f"  {'ok' if not failed else 'FAILED: ' + ', '.join(failed)}",
        flush=True,
    )
    return not failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path)
    parser.add_argument("met", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--particles", type=int)
    parser.add_argument("--airshed", default="airshed")
    parser.add_argument("--case", nargs="*")
    options = parser.parse_args()
    tables, good = [], True
    for case in pd.read_csv(options.reference / "cases.csv", dtype=str).itertuples():
        if options.case and case.case not in options.case:
            continue
        reference = pd.read_csv(options.reference / f"{case.case}.csv")
        reference["alive"] /= float(case.numpar)
        met = (options.met / case.met).resolve()
        members = []
        for seed in range(1, options.seeds + 1):
            path = run(case, met, options.out.resolve(), seed, options.particles, options.airshed)
            members.append(summarise(path).assign(member=seed))
            path.unlink()
        ours = pd.concat(members)
        table = compare(reference, ours)
        good &= verdict(case.case, table, reference, ours)
        tables.append(table.reset_index().assign(case=case.case))
    pd.concat(tables).to_csv(options.out / "parity.csv", index=False, float_format="%.6g")
    raise SystemExit(0 if good else 1)


main()
