"""Every switch thrown in airshed and in STILT's own core: columns at the reference's particles, and small ensembles.

usage: switches.py MET_DIR [--switch NAME ...] [--switches switches.toml] [--members 2] [--out TABLE.csv]

Per switch: the median deviation of mixing height, sigma_w and Lagrangian time at the reference's own particles (as
columns.py), the footprint, mean height and spread of the plume of both after the run, and how far the
switch moves the reference's footprint away from the case without it. Needs pystilt and airshed's Python package.
"""

import argparse
from pathlib import Path

import columns
import hycs
import numpy as np
import pandas as pd
import tomllib

import airshed

KM_PER_DEG = 111.19
CHECKED = ("mlht", "sigw", "tlgr")


def read_switches(path, names):
    """The cases of the table, each with its defaults filled in."""
    table = tomllib.loads(path.read_text())
    for switch in table["switch"]:
        if not names or switch["name"] in names:
            yield {"namelist": {}, "control": {}, "files": {}, "case": switch["name"]} | table["default"] | switch


def keys_of(switch):
    """The switch in airshed's words."""
    return switch.get("keys") or hycs.transport_keys(switch["namelist"]) | switch["control"]


def column_check(switch, met):
    """Median deviation of each quantity, at fewer particles; none where the switch acts on particles or hours alone."""
    keys = keys_of(switch)
    if switch["name"].endswith("errors") or "ziscale" in keys or keys.get("nturb") == 1:
        return {}
    case = switch | {"particles": 100, "hours": -4}
    table, before = columns.reference_rows(case, met, switch["namelist"])
    check = columns.Columns(met, case, keys)
    ours = check.values(table, before)
    found = columns.deviations(ours, table, before, check)
    return {name: d.median() for name, d, _ in found if name in CHECKED}


def summary(table, count):
    """Footprint of the run, and height and spread at its end, each with its standard error over the particles."""
    each = table.groupby("indx").foot.sum().reindex(range(1, count + 1), fill_value=0)
    last = table[table.time == table.time.min()]
    east = KM_PER_DEG * np.cos(np.radians(last.lati.mean()))
    spread = np.hypot(east * last.long.std(), KM_PER_DEG * last.lati.std())
    return {
        "foot": each.mean(),
        "foot_error": each.std() / np.sqrt(count),
        "height": last.zagl.mean(),
        "height_error": last.zagl.std() / np.sqrt(len(last)),
        "spread": spread,
        "spread_error": spread / np.sqrt(2 * len(last)),
    }


def reference_members(switch, met, members):
    """Summaries of ensembles of the reference."""
    runs = (hycs.particles(switch, met, **switch["namelist"]) for _ in range(members))
    return pd.DataFrame([summary(table, switch["particles"]) for table in runs])


def our_members(switch, met, members):
    """Summaries of ensembles of airshed; the perturbed one where the switch asks for errors."""
    store = airshed.MetStore(met)
    receptor = airshed.Receptor(
        time=switch["time"], lon_deg=switch["lon"], lat_deg=switch["lat"], height_agl_m=switch["height"], id="switch"
    )
    rows = []
    for seed in range(1, members + 1):
        run = airshed.simulate(
            store, receptor, hours=switch["hours"], particles=switch["particles"], seed=seed, progress=False,
            hnf_plume=False, **keys_of(switch),
        )  # fmt: skip
        trajectories = run.error_trajectories or run.trajectories
        rows.append(summary(trajectories.to_dataframe().dropna(subset="long"), switch["particles"]))
    return pd.DataFrame(rows)


def relative(ours, theirs, name):
    """Deviation of the means over the members of both, and its standard error."""
    if theirs[name].mean() == 0:
        return ours[name].mean(), 0.0
    errors = (np.sqrt((t[f"{name}_error"] ** 2).sum()) / len(t) / t[name].mean() for t in (ours, theirs))
    return ours[name].mean() / theirs[name].mean() - 1, np.hypot(*errors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("met", type=Path)
    parser.add_argument("--switches", type=Path, default=Path(__file__).with_name("switches.toml"))
    parser.add_argument("--switch", nargs="*")
    parser.add_argument("--members", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows, base = [], None
    print("| switch | zi | sigma_w | T_L | foot | mean height | spread | the switch moves foot by |")
    print("|---|---|---|---|---|---|---|---|")
    for switch in read_switches(options.switches, options.switch):
        met = options.met / switch["met"]
        row = {"switch": switch["name"]} | column_check(switch, met)
        theirs = reference_members(switch, met, options.members)
        ours = our_members(switch, met, options.members)
        base = theirs if base is None else base
        for name in ("foot", "height", "spread"):
            row[name], row[f"{name}_error"] = relative(ours, theirs, name)
        row["effect"] = theirs.foot.mean() / base.foot.mean() - 1
        rows.append(row)
        medians = " | ".join(f"{row[name]:.0e}" if name in row else "" for name in CHECKED)
        shares = " | ".join(
            f"{100 * row[n]:+.1f} ± {100 * row[f'{n}_error']:.1f} %" for n in ("foot", "height", "spread")
        )
        print(f"| {switch['name']} | {medians} | {shares} | {100 * row['effect']:+.0f} % |", flush=True)
    if options.out:
        pd.DataFrame(rows).to_csv(options.out, index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
