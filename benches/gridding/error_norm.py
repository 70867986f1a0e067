"""How far the footprint of an ensemble lies from that of one a hundred times larger that is not smoothed.

Each case of ../parity/cases.toml that is named is run with `airshed run`: some ensembles of 1,000 particles, gridded
without smoothing, with the kernels of STILT v2 (`compat`) and with those in metres (`metric`), and 100,000 particles
(other seeds, in chunks) without smoothing. Prints, as Markdown, the error norms over all cells of all hourly layers
and of their sum, |a - b| / |b| in the sum of absolute values (L1) and of squares (L2), averaged over the ensembles.
The reference has a sampling error of its own, a tenth of that of one unsmoothed ensemble; it is the same for all
kernels.

    python benches/gridding/error_norm.py --met ../met --case ngm_kansas gdas_guadeloupe
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import netCDF4
import numpy as np
import tomllib

CASES = Path(__file__).parent.parent / "parity" / "cases.toml"
USUAL = ["gdas_guadeloupe", "ngm_kansas", "ngm_lakemichigan", "vortices_noon", "vortices_night", "katrina_gulf"]
KERNELS = {"none": ("compat", 0.0), "compat": ("compat", 1.0), "metric": ("metric", 1.0)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airshed", default="airshed", help="the command")
    parser.add_argument("--met", type=Path, required=True, help="folder of the meteorology that the cases name")
    parser.add_argument("--case", nargs="+", default=USUAL, help="names of cases (default: %(default)s)")
    parser.add_argument("--mode", default="parity", choices=["parity", "physics"])
    parser.add_argument("--particles", type=int, default=1000, help="of one ensemble (default: %(default)s)")
    parser.add_argument("--members", type=int, default=5, help="ensembles (default: %(default)s)")
    parser.add_argument("--times", type=int, default=100, help="size of the reference beside one ensemble")
    parser.add_argument("--chunk", type=int, default=10_000, help="particles of the reference that are run at once")
    parser.add_argument("--cell", type=float, nargs="+", default=[0.1], help="cell sizes, degrees")
    parser.add_argument("--reach", type=float, default=18.0, help="half the width of the grid, degrees")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    return parser.parse_args()


def configuration(case, args, particles, seed, kernels):
    grids = []
    for cell in args.cell:
        half = round(args.reach / cell) * cell
        for kernel in kernels:
            gridding, smooth_factor = KERNELS[kernel]
            grids.append(
                f"[grid.{grid_name(kernel, cell)}]\n"
                f"west = {case['lon'] - half:.6f}\neast = {case['lon'] + half:.6f}\n"
                f"south = {case['lat'] - half:.6f}\nnorth = {case['lat'] + half:.6f}\n"
                f"dx = {cell}\ndy = {cell}\n"
                f'gridding = "{gridding}"\nsmooth_factor = {smooth_factor}\nerror_groups = 0\n'
            )
    return "\n".join(
        [
            f'[met]\nfiles = ["{args.met.resolve() / case["met"]}"]',
            f'[run]\nhours = {case["hours"]}\nparticles = {particles}\nseed = {seed}\nmode = "{args.mode}"',
            f'[[receptor]]\nid = "r"\ntime = "{case["time"]}"\nlon_deg = {float(case["lon"])}',
            f"lat_deg = {float(case['lat'])}\nheight_agl_m = {float(case['height'])}",
            "[trajectories]\nkeep = false",
            *grids,
        ]
    )


def grid_name(kernel, cell):
    return f"{kernel}_{cell:g}".replace(".", "_")


def footprints(case, args, particles, seed, kernels):
    """Values [time][y][x] by kernel and cell size."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "case.toml"
        config.write_text(configuration(case, args, particles, seed, kernels))
        command = [args.airshed, "run", str(config), "--out", folder]
        if args.threads:
            command += ["--threads", str(args.threads)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        found = {}
        for kernel in kernels:
            for cell in args.cell:
                with netCDF4.Dataset(Path(folder) / f"r_foot_{grid_name(kernel, cell)}.nc") as file:
                    found[kernel, cell] = np.ma.filled(file["foot"][:], 0.0).astype(float)
        return found


def reference(case, args):
    chunks = max(1, round(args.times * args.particles / args.chunk))
    mean = {}
    for chunk in range(chunks):
        found = footprints(case, args, args.chunk, 1001 + chunk, ["none"])
        for (_, cell), values in found.items():
            mean[cell] = mean.get(cell, 0.0) + values / chunks
    return mean


def norms(values, truth):
    difference = values - truth
    return [
        np.abs(difference).sum() / np.abs(truth).sum(),
        np.sqrt((difference**2).sum() / (truth**2).sum()),
    ]


def errors(case, args):
    """Mean over the ensembles of [hourly L1, hourly L2, integrated L1, integrated L2] by kernel and cell size."""
    truth = reference(case, args)
    found = {}
    for seed in range(1, args.members + 1):
        for (kernel, cell), values in footprints(case, args, args.particles, seed, list(KERNELS)).items():
            both = norms(values, truth[cell]) + norms(values.sum(0), truth[cell].sum(0))
            found.setdefault((kernel, cell), []).append(both)
    return {key: np.mean(rows, axis=0) for key, rows in found.items()}


def main():
    args = arguments()
    table = tomllib.loads(CASES.read_text())
    cases = {entry["case"]: {**table["default"], **entry} for entry in table["case"]}
    unknown = [name for name in args.case if name not in cases]
    if unknown:
        sys.exit(f"no case {', '.join(unknown)} in {CASES}; there are {', '.join(cases)}")
    print("| case | cell | kernel | hourly L1 | hourly L2 | integrated L1 | integrated L2 |")
    print("|---|---|---|---|---|---|---|")
    for name in args.case:
        found = errors(cases[name], args)
        for (kernel, cell), row in sorted(found.items(), key=lambda item: item[0][1]):
            values = " | ".join(f"{value:.3f}" for value in row)
            print(f"| {name} | {cell:g}° | {kernel} | {values} |", flush=True)


if __name__ == "__main__":
    main()
