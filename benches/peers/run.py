"""airshed beside its peers: STILT's own core hycs_std, and PYSTILT from a receptor to its footprint file.

usage: run.py [--airshed PATH] [--met ../shared/met] [--parts transport ...] [--cases vortices_noon ...]
              [--particles 1000] [--repeats 3] [--their-repeats 1] [--their-receptors 2] [--out target/peers]

Both run on the same file, receptors, particles and cores, in turn, and OUT.md and OUT.json get the table of ratios.
Installs pystilt (with hycs_std in it) into target/peers-venv if this Python does not have it; builds airshed if no
binary is named. Needs Linux. hycs_std takes 20-60 s per 1000 particle-days, so a full run is mostly waiting for it.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PYSTILT = "pystilt==0.1.0a25"
ROOT = Path(__file__).resolve().parents[2]


def enter_own_python():
    """Goes on in a virtual environment that has PYSTILT, made on the first call."""
    if importlib.util.find_spec("stilt"):
        return
    place = ROOT / "target" / "peers-venv"
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PYSTILT], check=True)
        (place / "ready").touch()
    os.execv(python, [str(python), *sys.argv])


def built_airshed():
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "airshed"], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "release", "airshed")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airshed", type=Path)
    parser.add_argument("--met", type=Path, default=ROOT.parent / "shared" / "met", help="folder of the ARL files")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--cases", nargs="+", choices=BATCH, default=list(BATCH))
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--their-repeats", type=int, default=1)
    parser.add_argument("--their-receptors", type=int, default=2, help="of the 24 of a batch; each costs the same")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "peers")
    options = parser.parse_args()
    options.airshed = (options.airshed or built_airshed()).resolve()
    return options


def main():
    options = read_options()
    known, rows = report.facts(options), []
    with tempfile.TemporaryDirectory(prefix="airshed-peers-met-") as unpacked:
        for name in options.cases:
            case = load(name, options.met, options.particles, unpacked)
            for part in options.parts:
                new = PARTS[part](options, case)
                rows += new
                report.write(rows, known, options)
                print("\n".join(map(report.line, new)), flush=True)
    print(f"written: {options.out}.md and {options.out}.json")


if __name__ == "__main__":
    enter_own_python()
    import report
    from cases import BATCH, load
    from parts import PARTS

    main()
