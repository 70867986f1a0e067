"""Ensembles of STILT's own core, member by member, for ensembles.py to compare with.

usage: reference.py MET_DIR OUT_DIR [--cases cases.toml] [--case NAME ...]

Runs hycs_std of the PyPI package pystilt (`pip install pystilt`), one process at a time, and writes
OUT_DIR/CASE/NN.npz: the hourly statistics and the footprint map of one member. The case that lacks the largest share
of its members comes next. May be stopped and started again at any time: members that exist are kept, and
the table of cases is read anew before each run. A thousand particles for a day take about a minute.
"""

import argparse
from pathlib import Path

import hycs
import member
import tomllib


def read_cases(path, names=None):
    """The cases of a table, with the file's defaults filled in."""
    document = tomllib.loads(Path(path).read_text())
    known = [document["default"] | case for case in document["case"]]
    unknown = set(names or ()) - {case["case"] for case in known}
    if unknown:
        raise SystemExit(f"{path} has no case {', '.join(sorted(unknown))}")
    return [case for case in known if not names or case["case"] in names]


def members(folder, case):
    """The members of a case that exist."""
    return sorted(Path(folder, case["case"]).glob("[0-9][0-9].npz"))


def next_case(cases, out):
    """The case of whose members the smallest share exists, if any is lacking."""
    share = {k: len(members(out, case)) / case["members"] for k, case in enumerate(cases)}
    least = min(share, key=share.get)
    return cases[least] if share[least] < 1 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("met", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=Path, default=Path(__file__).with_name("cases.toml"))
    parser.add_argument("--case", nargs="*")
    options = parser.parse_args()
    while case := next_case(read_cases(options.cases, options.case), options.out):
        table = hycs.particles(case, options.met / case["met"], **case["namelist"])
        path = options.out / case["case"] / f"{len(members(options.out, case)):02d}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        member.save(path, table, case["particles"], case["namelist"].get("VEGHT", 0.5))
        print(f"{path}  total raw footprint {member.load(path)[2][0]:.5g}", flush=True)


if __name__ == "__main__":
    main()
