"""How far two sets of ensembles lie apart, in the reference's own sampling errors, and the bar that they must pass.

A quantity of a case and hour passes if the mean over members deviates by less than three standard errors of the
difference, or by less than 2 % (5 km for the centroid). The standard error is √2 times the reference's own, so that a
noisier ensemble on the other side wins nothing. It is worked out from the spread over particles, which move
independently of each other: three members would tell it too badly themselves.
"""

from itertools import combinations, product

import numpy as np
import pandas as pd

ERRORS, RELATIVE, CENTROID_KM, ALIVE = 3.0, 0.02, 5.0, 0.02
TOTAL_DAY, TOTAL_NIGHT, OVERLAP, SHARE, SHARE_OF_A_CASE = 0.02, 0.05, 0.90, 0.95, 0.85
KM_PER_DEG = 111.19
# half a digit of what the reference prints: no spread below it can be seen
PRINTED = {"lon": 5e-5, "lat": 5e-5, "z": 5e-5, "zi": 5e-3, "sigw": 5e-4, "tl": 5e-5, "dens": 5e-6, "foot": 5e-8}
BY_MOMENT = [(name, moment) for name in PRINTED for moment in ("mean", "std") if (name, moment) != ("foot", "std")]
DESCRIPTIVE = ("z_p5", "z_p25", "z_p50", "z_p75", "z_p95", "below", "samt", "alive")


def standard_errors(hours):
    """Of the mean and of the standard deviation of each quantity, in one member, hour by hour."""
    out = {}
    for name in PRINTED:
        count = np.maximum(hours["count"] * (hours.alive if name != "foot" else 1), 2)
        spread = hours[f"{name}_std"]
        out[f"{name}_mean"] = spread / np.sqrt(count)
        kurtosis = (hours[f"{name}_m4"] - spread**4).clip(lower=0)
        out[f"{name}_std"] = np.sqrt(kurtosis / (4 * count)) / spread.where(spread > 0)
    return pd.DataFrame(out, index=hours.index)


def pooled(members):
    """Means over members and standard errors of those means, by hour; and the scatter between members."""
    tables = [hours.set_index("hour") for hours, _, _ in members]
    stacked = pd.concat(tables).groupby(level=0)
    errors = pd.concat([standard_errors(t) ** 2 for t in tables]).groupby(level=0)
    return stacked.mean(), np.sqrt(errors.mean() / len(tables)).fillna(0), stacked.std() / np.sqrt(len(tables))


def compare_hours(reference, ours):
    """One row per hour and quantity: both values, the difference, its standard error, and whether it passes."""
    (r, error, scatter), (a, _, _) = pooled(reference), pooled(ours)
    hours = r.index.intersection(a.index)
    rows = []
    for (name, moment), hour in product(BY_MOMENT, hours):
        key = f"{name}_{moment}"
        told, found, se = r.at[hour, key], a.at[hour, key], np.sqrt(2) * error.at[hour, key]
        bound = max(ERRORS * se, RELATIVE * abs(told), PRINTED[name])
        if name in ("lon", "lat") and moment == "mean":
            per_deg = KM_PER_DEG * (np.cos(np.radians(r.at[hour, "lat_mean"])) if name == "lon" else 1)
            bound = max(ERRORS * se, CENTROID_KM / per_deg)
        spread = np.sqrt(2) * scatter.at[hour, key]
        rows.append((hour, key, told, found, found - told, se, spread, abs(found - told) < bound))
    columns = ("hour", "quantity", "reference", "airshed", "difference", "error", "scatter", "passes")
    table = pd.DataFrame(rows, columns=columns)
    described = pd.concat([r.add_suffix("_ref"), a], axis=1).loc[hours]
    return table, described[[f"{name}{end}" for name in DESCRIPTIVE for end in ("_ref", "")]]


def plume(cells, share=0.9):
    """The cells, largest first, that hold a share of a footprint."""
    ordered = cells.sort_values(ascending=False)
    count = np.searchsorted(ordered.cumsum().to_numpy(), share * ordered.sum()) + 1
    return set(ordered.index[:count])


def overlap(pairs):
    """Mean over pairs of common cells as a share of all cells."""
    shares = [len(a & b) / len(a | b) for a, b in pairs]
    return np.mean(shares) if shares else np.nan


def compare_case(case, reference, ours):
    """The verdicts of a case, and the table of its hours."""
    table, described = compare_hours(reference, ours)
    told, found = (np.array([total for _, _, (total, _) in members]) for members in (reference, ours))
    count = reference[0][0]["count"].iloc[0]
    error = np.sqrt(2 * np.mean([spread**2 for _, _, (_, spread) in reference]) / count / len(reference)) / told.mean()
    plumes = [[plume(cells) for _, cells, _ in members] for members in (reference, ours)]
    alive = (described.alive - described.alive_ref).abs().max()
    by_hour = table.groupby("hour").passes.all()
    verdict = {
        "case": case["case"], "members": len(reference), "hours": len(by_hour), "hours_good": by_hour.mean(),
        "checks_good": table.passes.mean(), "foot_ref": told.mean(), "foot": found.mean() / told.mean() - 1,
        "foot_error": error, "foot_day": is_day(case), "alive": alive,
        "overlap": overlap(product(*plumes)), "overlap_ref": overlap(combinations(plumes[0], 2)),
        "plume_cells": np.mean([len(p) for p in plumes[0]]),
    }  # fmt: skip
    verdict["passes"] = passes(verdict)
    return verdict, table, described


def is_day(case):
    """Whether the sun is up, roughly, when the particles are released."""
    time = pd.Timestamp(str(case["time"]))
    return 6 <= (time.hour + time.minute / 60 + case["lon"] / 15) % 24 <= 18


def passes(verdict):
    total = max(TOTAL_DAY if verdict["foot_day"] else TOTAL_NIGHT, ERRORS * verdict["foot_error"])
    return bool(
        verdict["checks_good"] >= SHARE_OF_A_CASE
        and verdict["hours_good"] >= SHARE_OF_A_CASE
        and abs(verdict["foot"]) < total
        and verdict["alive"] <= ALIVE
        and not verdict["overlap"] < OVERLAP * verdict["overlap_ref"]
    )
