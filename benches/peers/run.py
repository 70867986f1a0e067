"""airshed beside its peers: STILT's own core hycs_std, and PYSTILT from a receptor to its footprint file.

usage: run.py [--airshed PATH] [--met ../shared/met] [--cases vortices_noon ...] [--parts transport ...]
              [--particles 1000] [--repeats 3] [--their-repeats 1] [--their-receptors 2] [--out target/peers]

Both run on the same file, receptors, particles and cores, in turn, and OUT.md and OUT.json get the table of ratios.
Installs pystilt (with hycs_std in it) into target/peers-venv if this Python does not have it; builds airshed if no
binary is named. Needs Linux. hycs_std takes 20-60 s per 1000 particle-days: a full run waits for it half of its 25 min.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
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
    parser.add_argument("--cases", nargs="+", choices=BATCH, default=list(BATCH))
    parser.add_argument("--parts", nargs="+", choices=PARTS, help="by default those of OF_CASE in parts.py")
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3, help="rounds of airshed")
    parser.add_argument("--their-repeats", type=int, default=1, help="rounds of the peers")
    parser.add_argument("--their-receptors", type=int, default=2, help="of the 24 of a batch; each costs the same")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "peers")
    options = parser.parse_args()
    options.airshed = (options.airshed or built_airshed()).resolve()
    return options


def main():
    options = read_options()
    known, rows, failures = report.facts(options), [], []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="airshed-peers-met-") as unpacked:
        for name in options.cases:
            case = load(name, options.met, options.particles, unpacked)
            for part in options.parts or OF_CASE[name]:
                print(f"{time.monotonic() - started:5.0f} s  {name}: {part}", flush=True)
                try:
                    new = PARTS[part](options, case)
                except (RuntimeError, OSError) as failure:
                    failures.append(f"{name}, {part}: {failure}")
                    print(failures[-1], file=sys.stderr, flush=True)
                    continue
                rows += new
                report.write(rows, known, options)
                print("\n".join(map(report.line, new)), flush=True)
    print(f"{time.monotonic() - started:5.0f} s  written: {options.out}.md and {options.out}.json")
    sys.exit(f"{len(failures)} parts failed" if failures else 0)


if __name__ == "__main__":
    enter_own_python()
    import report
    from cases import BATCH, load
    from parts import OF_CASE, PARTS

    main()
