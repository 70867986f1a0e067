"""Makes ``countries.csv`` and ``countries_0p1deg.bin`` from Natural Earth and a table of ISO 3166 codes.

Usage::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz && mv package atlas
    npm pack i18n-iso-countries@7.14.0 && tar xzf i18n-iso-countries-7.14.0.tgz && mv package iso
    python data/make_countries.py atlas/countries-50m.json iso data

A cell of 0.1 degrees belongs to the country in which its centre lies; a country that holds no centre gets the cell of
one of its points. Territories with an ISO 3166 code of their own are cut out of the country that Natural Earth draws
them with; land without a code goes to the country that ISO 3166 counts it to, or to XXX.

The file is a row of runs for each 0.1 degrees of latitude from 90 S, each from 180 W: the line of the country in
``countries.csv`` (from 1; 0 is sea) in one byte, then the number of cells in groups of seven bits, the lowest first,
with the high bit of each byte but the last set. Needs numpy and shapely.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import shapely

COLUMNS, ROWS = 3600, 1800
LON_DEG = (np.arange(COLUMNS) + 0.5) / 10 - 180
LAT_DEG = (np.arange(ROWS) + 0.5) / 10 - 90

# what Natural Earth draws without an ISO number
UNNUMBERED = {"Kosovo": "XKX", "N. Cyprus": "CYP", "Somaliland": "SOM", "Siachen Glacier": "XXX"}
ADDED = {"XKX": ("XK", "Kosovo"), "XXX": ("XX", "Land without a code")}
# (drawn with, west, south, east, north): the territory's own code
TERRITORIES = {
    ("FRA", -55.0, 1.0, -51.0, 7.0): "GUF",
    ("FRA", -62.0, 15.5, -60.9, 17.0): "GLP",
    ("FRA", -62.0, 14.0, -60.5, 15.2): "MTQ",
    ("FRA", 54.0, -22.0, 57.0, -20.0): "REU",
    ("FRA", 44.0, -14.0, 46.0, -12.0): "MYT",
    ("NOR", 8.0, 73.0, 40.0, 82.0): "SJM",
    ("NOR", -10.0, 70.5, -7.0, 72.0): "SJM",
    ("NOR", 3.0, -55.0, 4.0, -54.0): "BVT",
    ("NLD", -70.0, 11.0, -62.0, 18.0): "BES",
    ("Indian Ocean Ter.", 105.0, -11.0, 106.0, -10.0): "CXR",
    ("Indian Ocean Ter.", 96.0, -13.0, 98.0, -11.0): "CCK",
}


def ring_outline(line_deg):
    """The inside of a ring, which may cross the antimeridian or go round a pole."""
    lon, lat = np.unwrap(line_deg[:, 0], period=360), line_deg[:, 1]
    if abs(lon[-1] - lon[0]) > 180:
        pole = np.copysign(90, lat.mean())
        lon, lat = np.append(lon, [lon[-1], lon[0]]), np.append(lat, [pole, pole])
    return shapely.make_valid(shapely.Polygon(np.column_stack([lon, lat])))


def parts(arcs_deg, geometry):
    """The polygons of a TopoJSON geometry; what lies in an odd number of rings is inside."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        lines = [np.concatenate([arcs_deg[i] if i >= 0 else arcs_deg[~i][::-1] for i in ring]) for ring in polygon]
        inside = shapely.symmetric_difference_all([ring_outline(line) for line in lines])
        yield from (part for part in shapely.get_parts(inside) if part.area > 0)


def code_of(drawn_with, part):
    """The code of a polygon, which may be a territory's own."""
    point = part.representative_point()
    for (country, west, south, east, north), code in TERRITORIES.items():
        if country == drawn_with and code and west < point.x < east and south < point.y < north:
            return code
    return drawn_with


def outlines(topology, alpha3_of_number):
    """Polygons by alpha-3 code."""
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs_deg = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
    found = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        drawn_with = alpha3_of_number.get(geometry.get("id"), UNNUMBERED.get(name, name))
        for part in parts(arcs_deg, geometry):
            found.setdefault(code_of(drawn_with, part), []).append(part)
    return {code: shapely.union_all(polygons) for code, polygons in found.items()}


def cells_of(outline):
    """Which cells have their centre in an outline, whose longitudes may reach a turn beyond 180 degrees."""
    inside = np.zeros((ROWS, COLUMNS), bool)
    west, south, east, north = outline.bounds
    rows = np.flatnonzero((LAT_DEG >= south) & (LAT_DEG <= north))
    shapely.prepare(outline)
    for turn_deg in (-360, 0, 360):
        columns = np.flatnonzero((LON_DEG + turn_deg >= west) & (LON_DEG + turn_deg <= east))
        j, i = np.meshgrid(rows, columns, indexing="ij")
        inside[j, i] |= shapely.contains_xy(outline, LON_DEG[i] + turn_deg, LAT_DEG[j])
    return inside


def raster(shapes, codes):
    """Lines of ``codes``, counted from 1, of all cells."""
    cells = np.zeros((ROWS, COLUMNS), np.uint8)
    small = []
    for line, code in enumerate(codes, 1):
        inside = cells_of(shapes[code])
        cells[inside] = line
        if not inside.any():
            small.append((line, shapes[code]))
    for line, outline in small:
        points = [outline.representative_point().coords[0], *shapely.get_coordinates(outline)]
        touched = [(int((lat + 90) * 10), int((lon + 180) * 10)) for lon, lat in points]
        free = (cell for cell in touched if cells[cell] == 0 or np.count_nonzero(cells == cells[cell]) > 1)
        cells[next(free)] = line
    return cells


def count(number):
    """A number from 0 on, seven bits a byte."""
    groups = bytearray()
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def runs(row):
    """One row as runs."""
    starts = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    ends = np.append(starts[1:], COLUMNS)
    return b"".join(bytes([row[a]]) + count(int(b - a)) for a, b in zip(starts, ends, strict=True))


def main(atlas, iso, folder):
    iso = Path(iso)
    names = json.loads((iso / "langs" / "en.json").read_text())["countries"]
    table = {alpha3: (alpha2, number) for alpha2, alpha3, number, _ in json.loads((iso / "codes.json").read_text())}
    shapes = outlines(json.loads(Path(atlas).read_text()), {number: code for code, (_, number) in table.items()})
    codes = sorted(shapes)
    with open(Path(folder) / "countries.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["alpha2", "alpha3", "name", "other_names"])
        for code in codes:
            alpha2, known_as = ADDED.get(code) or (table[code][0], names[table[code][0]])
            name, *others = [known_as] if isinstance(known_as, str) else known_as
            writer.writerow([alpha2, code, name, ";".join(others)])
    cells = raster(shapes, codes)
    missing = [code for line, code in enumerate(codes, 1) if not (cells == line).any()]
    assert not missing, missing
    Path(folder, "countries_0p1deg.bin").write_bytes(b"".join(map(runs, cells)))


if __name__ == "__main__":
    main(*sys.argv[1:])
