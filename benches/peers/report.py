"""The table: Markdown for people, JSON for programs."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from statistics import median

from cases import RECEPTORS, WITHOUT_PYSTILT

INTRODUCTION = """Medians, with the smallest and largest value of the rounds in brackets; the ratio is of the peer to airshed (of
1 thread to 2, of 240 receptors to 24, of decoding to all). Peers and airshed took turns in one run, {particles} particles each.
Decoding is what the threads of the meteorology do, and what the others spend on making columns when particles first come to them.
PYSTILT's batch is {theirs} receptors, counted {times:g} times: each costs the same.

{facts}
"""  # noqa: E501


def facts(options):
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    ours = subprocess.run([options.airshed, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "machine": f"{model}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}",
        "airshed": ours,
        "pystilt": version("pystilt"),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "rounds": f"{options.repeats}, of the peers {min(options.repeats, options.their_repeats)}",
        "not run by PYSTILT": ", ".join(sorted(WITHOUT_PYSTILT)) + " (it cannot read the file's index; hycs_std can)",
    }


def spread(values, digits=2):
    if not values:
        return "-"
    text = f"{median(values):.{digits}f}"
    return text if len(values) == 1 else f"{text} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def line(row):
    ratios = row.ratios()
    if row.least.endswith("%"):
        ratio = f"{100 * median(ratios):.1f} %"
    else:
        ratio = spread(ratios, 0 if ratios and median(ratios) > 10 else 2)
    cells = (
        row.figure,
        row.case,
        row.mode,
        row.unit,
        spread(row.first),
        spread(row.second),
        ratio,
        row.least,
        row.reach,
    )
    return "| " + " | ".join(cells) + " |"


def markdown(rows, known, options):
    head = ("figure", "case", "mode", "unit", "peer", "airshed", "ratio", "at least", "reach for")
    table = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *map(line, rows)]
    listed = "\n".join(f"- {name}: {fact}" for name, fact in known.items())
    theirs = options.their_receptors
    text = INTRODUCTION.format(particles=options.particles, theirs=theirs, times=RECEPTORS / theirs, facts=listed)
    return text + "\n" + "\n".join(table) + "\n"


def write(rows, known, options):
    """Writes OUT.md and OUT.json; called after each part, so that a run that is stopped leaves what it has."""
    out = Path(options.out)
    out.with_suffix(".md").write_text(markdown(rows, known, options))
    content = {"facts": known, "particles": options.particles, "rows": [row.to_dict() for row in rows]}
    out.with_suffix(".json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
