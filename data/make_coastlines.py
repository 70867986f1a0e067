"""Makes ``coastlines_50m.bin`` from Natural Earth, as packed by the npm package world-atlas.

Usage::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python data/make_coastlines.py package/countries-50m.json data/coastlines_50m.bin

An arc of the topology that belongs to one country is a coast, one that two countries share is a border.
The file is a row of whole numbers: the number of coasts, then each of them, then the same for borders; a line is its
number of points, its first longitude and latitude, and the steps from point to point, all in 0.01 degrees. Counts are
written in groups of seven bits, the lowest first, with the high bit of each byte but the last set; numbers that may be
negative are written as counts 0, 1, 2, 3 ... for 0, -1, 1, -2 ...
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


def count(number):
    """A number from 0 on, seven bits a byte."""
    groups = bytearray()
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def signed(number):
    """Any whole number, seven bits a byte."""
    return count(2 * number if number >= 0 else -2 * number - 1)


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
    written = bytearray()
    for parts in (lines["coast"], lines["border"]):
        written += count(len(parts))
        for steps in parts:
            written += count(len(steps))
            moves = np.concatenate([steps[:1], np.diff(steps, axis=0)])
            written += b"".join(signed(int(move)) for move in moves.ravel())
    with open(target, "wb") as file:
        file.write(written)


if __name__ == "__main__":
    main(*sys.argv[1:])
