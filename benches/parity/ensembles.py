"""Ensembles of airshed beside those of STILT's own core, hour by hour, with the bar that they must pass.

usage: ensembles.py MET_DIR REFERENCE_DIR OUT_DIR [--case NAME ...] [--cases cases.toml] [--hours] [--no-maps] [--reuse]

REFERENCE_DIR holds the members that reference.py has written, OUT_DIR/CASE/NN.npz gets as many of airshed's, but at
least four, with the seeds 1, 2, ... Needs airshed's Python package (`maturin develop --release`) and matplotlib. Prints
a line per case with its verdict (see bar.py), and with --hours each quantity and hour that misses. Writes
OUT_DIR/hours.csv (all of them), heights.csv (quantiles, share below the mixing depth, alive), cases.csv, parity.md, and
a map per case, CASE.png. --reuse keeps the members of airshed that exist. The whole comparison is

    reference.py MET_DIR REFERENCE_DIR && ensembles.py MET_DIR REFERENCE_DIR OUT_DIR
"""

import argparse
from pathlib import Path

import maps
import member
import pandas as pd
from bar import SHARE, compare_case
from hycs import transport_keys
from reference import members, read_cases

import airshed

LEAST_MEMBERS = 4
MARKDOWN = """\
| case | members | hours within | checks within | foot | alive | overlap | verdict |
|---|---|---|---|---|---|---|---|
"""


def run(case, met, path, seed):
    """One member of airshed."""
    receptor = airshed.Receptor(
        time=case["time"], lon_deg=case["lon"], lat_deg=case["lat"], height_agl_m=case["height"], id=case["case"]
    )
    result = airshed.simulate(
        met, receptor, hours=case["hours"], particles=case["particles"], seed=seed, progress=False, hnf_plume=False,
        **transport_keys(case["namelist"]),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    member.save(path, result.trajectories.to_dataframe(), case["particles"], case["namelist"].get("VEGHT", 0.5))


def load(case, options):
    """The members of both, airshed's run where they are lacking."""
    reference = [member.load(path) for path in members(options.reference, case)]
    met = airshed.MetStore(options.met / case["met"])
    ours = []
    for seed in range(1, max(len(reference), LEAST_MEMBERS) + 1):
        path = options.out / case["case"] / f"{seed:02d}.npz"
        if not (options.reuse and path.exists()):
            run(case, met, path, seed)
        ours.append(member.load(path))
    return reference, ours


def markdown_row(v):
    foot = f"{100 * v['foot']:+.1f} ± {100 * v['foot_error']:.1f} %"
    verdict = "yes" if v["passes"] else "**no**"
    return (
        f"| {v['case']} | {v['members']} | {100 * v['hours_good']:.0f} % | {100 * v['checks_good']:.1f} % | {foot} "
        f"| {100 * v['alive']:.1f} % | {v['overlap']:.2f} ({v['overlap_ref']:.2f}) | {verdict} |\n"
    )


def printed(v, table):
    worst = table[~table.passes].quantity.value_counts()
    named = ", ".join(f"{name} {count}" for name, count in worst.items())
    return (
        f"{v['case']:22s} {v['members']:2d} members  {v['hours']:2d} h, {100 * v['hours_good']:5.1f} % good  "
        f"checks {100 * v['checks_good']:5.1f} %  foot {v['foot_ref']:.4f} {100 * v['foot']:+5.1f} ± "
        f"{100 * v['foot_error']:.1f} %  alive {100 * v['alive']:.1f} %  overlap {v['overlap']:.2f} of "
        f"{v['overlap_ref']:.2f}  {'ok' if v['passes'] else 'FAILED'}" + (f"  misses: {named}" if named else "")
    )


def pooled_verdict(verdicts, hours):
    """The shares over all cases."""
    by_hour = hours.groupby(["case", "hour"]).passes.all()
    good = by_hour.mean() >= SHARE and all(v["passes"] for v in verdicts)
    return good, (
        f"pooled: {100 * by_hour.mean():.1f} % of {len(by_hour)} case-hours with every quantity within, "
        f"{100 * hours.passes.mean():.2f} % of {len(hours)} checks; {sum(v['passes'] for v in verdicts)} of "
        f"{len(verdicts)} cases pass"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("met", "reference", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--cases", type=Path, default=Path(__file__).with_name("cases.toml"))
    parser.add_argument("--case", nargs="*")
    for switch in ("--hours", "--no-maps", "--reuse"):
        parser.add_argument(switch, action="store_true")
    options = parser.parse_args()
    verdicts, tables, heights = [], [], []
    for case in read_cases(options.cases, options.case):
        reference, ours = load(case, options)
        if not reference:
            print(f"{case['case']:22s} has no member of the reference yet", flush=True)
            continue
        verdict, table, described = compare_case(case, reference, ours)
        print(printed(verdict, table), flush=True)
        if options.hours:
            print(table[~table.passes].drop(columns="passes").to_string(index=False, float_format="%.5g"))
        if not options.no_maps:
            maps.draw(options.out / f"{case['case']}.png", case, reference, ours)
        verdicts.append(verdict)
        tables.append(table.assign(case=case["case"]))
        heights.append(described.assign(case=case["case"]))
    hours = pd.concat(tables)
    hours.to_csv(options.out / "hours.csv", index=False, float_format="%.6g")
    pd.concat(heights).to_csv(options.out / "heights.csv", float_format="%.6g")
    pd.DataFrame(verdicts).to_csv(options.out / "cases.csv", index=False, float_format="%.5g")
    good, text = pooled_verdict(verdicts, hours)
    (options.out / "parity.md").write_text(MARKDOWN + "".join(map(markdown_row, verdicts)) + f"\n{text}\n")
    print(text)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
