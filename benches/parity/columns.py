"""Column check: airshed's mixing height, turbulence, density, terrain at the places of the reference's own particles.

usage: columns.py MET_DIR [--case NAME ...] [--cases cases.toml] [--particles 150] [--hours 6] [--set NAME=VALUE ...]
                  [--own-roughness] [--out TABLE.csv]

No statistics are needed: hycs_std tells where its particles are and what they meet there, minute by minute, and
airshed is asked for the same places. Needs pystilt, and airshed's Python package (`maturin develop --release`).
`--set KMIXD=0` throws a switch in both; `--own-roughness` gives the reference airshed's map of roughness.

Prints, per case and quantity, percentiles of the relative deviation beyond half a printed digit, the share above 1e-3,
and the share above that no place near the particle explains: within 0.002 degrees, which a gust carries a particle in
the minute after the reference has looked up its mixing height, and half a printed digit of height (turbulence comes
from the nearest column and the level below, so it jumps). A case fails if a median lies above 1e-3.
"""

import argparse
from itertools import product
from pathlib import Path

import hycs
import numpy as np
import pandas as pd
from reference import read_cases

import airshed

BOUND = 1e-3
# the reference's column: ours, half a printed digit, and the least value that a deviation is relative to
QUANTITIES = {
    "mlht": ("mixing_height_m", 5e-3, 1.0),
    "sigw": ("sigma_w_m_s", 5e-4, 1e-3),
    "tlgr": ("lagrangian_time_s", 5e-5, 1.0),
    "dens": ("air_density_kg_m3", 5e-6, 0.1),
    "pres": ("pressure_hpa", 5e-3, 1.0),
    "zsfc": ("terrain_m", 5e-5, 10.0),
}
NEAR_DEG, HALF_HEIGHT_DIGIT_M = 2e-3, 5e-5


def reference_rows(case, met, namelist):
    """The reference's particles, each row with the place at the start of its minute (NaN where that is unknown)."""
    table = hycs.particles(case, met, (*hycs.COLUMNS, "pres", "zsfc"), KRAND=2, **namelist)
    table = table.sort_values(["indx", "time"], key=np.abs, kind="stable").reset_index(drop=True)
    step = np.sign(case["hours"])
    before = table.groupby("indx")[["time", "long", "lati", "zagl"]].shift()
    release = dict(time=0.0, long=case["lon"], lati=case["lat"], zagl=case["height"])
    first = table.time == step
    for name, value in release.items():
        before.loc[first, name] = value
    before.loc[(before.time - table.time + step).abs() > 0.01] = np.nan
    return table, before


class Columns:
    """What airshed says at the places of a table."""

    def __init__(self, met, case, transport):
        """Opens the meteorology; `transport` holds the switches."""
        self.met = airshed.MetStore(met)
        self.start = np.datetime64(case["time"], "s")
        self.transport = transport

    def at(self, table, offset=(0, 0, 0)):
        """Conditions at the rows' places, each moved to a neighbour: -1, 0 or 1 along each axis."""
        time = self.start + (60 * table.time.fillna(0)).round().astype("timedelta64[s]").to_numpy()
        height = np.maximum(table.zagl + offset[2] * HALF_HEIGHT_DIGIT_M, 0)
        return airshed.conditions(
            self.met, time=time, lon_deg=table.long + offset[0] * NEAR_DEG,
            lat_deg=table.lati + offset[1] * NEAR_DEG, height_agl_m=height, **self.transport,
        )  # fmt: skip

    def values(self, table, before, offset=(0, 0, 0)):
        """A column per quantity; as in the reference, the mixing height is the mean of the minute's start and end."""
        now = self.at(table, offset)
        zi = 0.5 * (now.mixing_height_m + self.at(before, offset).mixing_height_m.where(before.time.notna()))
        return pd.DataFrame({name: now[ours] for name, (ours, _, _) in QUANTITIES.items()} | {"mlht": zi})


def deviations(ours, table, before, columns):
    """Per quantity: relative deviation of each row, and whether a place near by explains it."""
    result = {name: deviation(name, ours[name], table[name]) for name in QUANTITIES}
    far = pd.DataFrame({name: d > BOUND for name, d in result.items()}).any(axis=1)
    low, high = ours[far].copy(), ours[far].copy()
    for offset in product((-1, 1), repeat=3):
        moved = columns.values(table[far], before[far], offset).set_index(low.index)
        low, high = np.fmin(low, moved), np.fmax(high, moved)
    for name, d in result.items():
        told = table.loc[far, name]
        nearest = np.clip(told, low[name], high[name])
        yield name, d, (deviation(name, nearest, told) <= BOUND).reindex(d.index, fill_value=True)


def deviation(name, ours, told):
    _, half_digit, least = QUANTITIES[name]
    return np.maximum((ours - told).abs() - half_digit, 0) / np.maximum(told.abs(), least)


def check(case, met, switches):
    """One row per quantity."""
    table, before = reference_rows(case, met, switches)
    columns = Columns(met, case, hycs.transport_keys(switches))
    ours = columns.values(table, before)
    for name, d, explained in deviations(ours, table, before, columns):
        known = d.notna()
        d = d[known]
        yield {
            "case": case["case"], "quantity": name, "rows": len(d), "median": d.median(), "p95": d.quantile(0.95),
            "p99": d.quantile(0.99), "above": (d > BOUND).mean(), "unexplained": (~explained[known]).mean(),
        }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("met", type=Path)
    parser.add_argument("--cases", type=Path, default=Path(__file__).with_name("cases.toml"))
    parser.add_argument("--case", nargs="*")
    parser.add_argument("--particles", type=int, default=150)
    parser.add_argument("--hours", type=int, default=6)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--own-roughness", action="store_const", const={"roughness": "airshed"}, default={})
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    for case in read_cases(options.cases, options.case):
        switches = case["namelist"] | dict(pair.split("=", 1) for pair in options.set)
        hours = max(-options.hours, min(case["hours"], options.hours))
        case |= {"particles": options.particles, "hours": hours} | options.own_roughness
        for row in check(case, options.met / case["met"], switches):
            rows.append(row)
            line = "{case:22s} {quantity} {rows:7d} rows  median {median:.1e}  95 % {p95:.1e}  99 % {p99:.1e}"
            line += "  above 1e-3: {above:7.3%}, unexplained {unexplained:7.3%}"
            print(line.format(**row) + ("" if row["median"] <= BOUND else "  FAILED"), flush=True)
    if options.out:
        pd.DataFrame(rows).to_csv(options.out, index=False, float_format="%.4g")
    raise SystemExit(any(row["median"] > BOUND for row in rows))


if __name__ == "__main__":
    main()
