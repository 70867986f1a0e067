"""Makes ``airshed/coastlines_50m.npz`` from Natural Earth, as packed by the npm package world-atlas.

Usage::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python python/tools/make_coastlines.py package/countries-50m.json python/airshed/coastlines_50m.npz

An arc of the topology that belongs to one country is a coast, one that two countries share is a border.
The file holds, for each kind, ``<kind>_delta`` (int16 [points][2], steps in lon and lat), ``<kind>_start``
(int32 [lines][2], first point of each line) and ``<kind>_length`` (int32 [lines], points of each line); positions and
steps are in units of ``step_deg`` degrees.
"""

import json
import sys
from collections import Counter

import numpy as np

STEP_DEG = 0.01


def arc_indices(node):
    """Yields every arc index (reversed arcs as their complement) below a TopoJSON ``arcs`` entry."""
    if isinstance(node, int):
        yield node if node >= 0 else ~node
        return
    for child in node:
        yield from arc_indices(child)


def without_seams(line_deg):
    """Splits a line where it runs along the antimeridian or the pole: cuts of the map, not coasts."""
    lon, lat = line_deg[:, 0], line_deg[:, 1]
    on_seam = (np.abs(lon) > 179.99) | (lat < -89.9)
    keep = ~(on_seam[:-1] & on_seam[1:]) & (np.abs(np.diff(lon)) < 180.0)
    breaks = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(int)))
    return [line_deg[a : b + 1] for a, b in breaks.reshape(-1, 2)]


def rounded(line_deg):
    """The line in whole steps, without repeated points."""
    steps = np.rint(line_deg / STEP_DEG).astype(np.int32)
    keep = np.concatenate([[True], np.any(np.diff(steps, axis=0) != 0, axis=1)])
    return steps[keep]


def main(source, target):
    with open(source) as file:
        topology = json.load(file)
    scale, shift = (np.array(topology["transform"][k]) for k in ("scale", "translate"))
    uses = Counter(
        i for country in topology["objects"]["countries"]["geometries"] for i in arc_indices(country["arcs"])
    )
    lines = {"coast": [], "border": []}
    for index, count in uses.items():
        degrees = np.cumsum(topology["arcs"][index], axis=0) * scale + shift
        for part in without_seams(degrees):
            steps = rounded(part)
            if len(steps) > 1:
                lines["coast" if count == 1 else "border"].append(steps)
    table = {"step_deg": np.float64(STEP_DEG)}
    for kind, parts in lines.items():
        table[f"{kind}_start"] = np.array([p[0] for p in parts], np.int32)
        table[f"{kind}_length"] = np.array([len(p) for p in parts], np.int32)
        table[f"{kind}_delta"] = np.concatenate([np.diff(p, axis=0) for p in parts]).astype(np.int16)
    np.savez_compressed(target, **table)


if __name__ == "__main__":
    main(*sys.argv[1:])
