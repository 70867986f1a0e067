"""Makes ``land_1deg.bin`` from Natural Earth, as packed by the npm package world-atlas.

Usage::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python data/make_land_mask.py package/land-50m.json data/land_1deg.bin

One bit a cell of 1°, row by row from 90° S, each row from 180° W, the highest bit of a byte first; 1 where the cell's
centre lies on land. Needs numpy and shapely.
"""

import json
import sys

import numpy as np
import shapely


def rings(topology, polygon):
    """The rings of one TopoJSON polygon, degrees."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
    for ring in polygon:
        yield np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring])


def main(source, target):
    with open(source) as file:
        topology = json.load(file)
    polygons = [
        shapely.Polygon(outer, holes).buffer(0)
        for geometry in topology["objects"]["land"]["geometries"]
        for polygon in geometry["arcs"]
        for outer, *holes in [list(rings(topology, polygon))]
    ]
    land = shapely.union_all(polygons)
    shapely.prepare(land)
    lon, lat = np.meshgrid(np.arange(-179.5, 180), np.arange(-89.5, 90))
    # Antarctica's outline is cut open at the pole
    mask = shapely.contains_xy(land, lon, lat) | (lat < -84)
    np.packbits(mask.ravel()).tofile(target)
    print(f"{mask.mean():.3f} of the cells are land")


main(*sys.argv[1:])
