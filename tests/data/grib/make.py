"""Writes the GRIB files of this folder with ecCodes, and beside them what ecCodes reads back.

    pip install eccodes numpy
    python make.py

The values are formulas (`field` below), so that nothing here is anybody's data.
"""

import json
from pathlib import Path

import eccodes as ec
import numpy as np

HERE = Path(__file__).parent
MISSING = 9999.0
NX, NY = 9, 7


def field(base, span, nx=NX, ny=NY, noise=True):
    """A smooth map [y][x], south first, with a little noise that no packing can foresee."""
    y, x = np.mgrid[0:ny, 0:nx]
    smooth = np.sin(0.7 * x + 0.3 * y) * np.cos(0.5 * y)
    return base + span * (smooth + (0.03 * ((x * 37 + y * 91) % 17 - 8) / 8 if noise else 0))


class Writer:
    """Messages appended to one file, and a list of what is in them."""

    def __init__(self, name):
        self.path, self.list, self.data = HERE / name, [], b""

    def add(self, sample, keys, values, packing=None, bits=None, bitmap=False):
        handle = ec.codes_grib_new_from_samples(sample)
        for key, value in keys.items():
            if isinstance(value, (list, np.ndarray)):
                ec.codes_set_array(handle, key, value)
            else:
                ec.codes_set(handle, key, value)
        flat = in_message_order(handle, values)
        if bitmap:
            ec.codes_set(handle, "bitmapPresent", 1)
            ec.codes_set(handle, "missingValue", MISSING)
            flat = flat.copy()
            flat[3::5] = MISSING
        if bits is not None:
            ec.codes_set(handle, "bitsPerValue", bits)
        ec.codes_set_values(handle, flat)
        if packing:
            ec.codes_set(handle, "packingType", packing)
            if bits is not None:
                ec.codes_set(handle, "bitsPerValue", bits)
            if bits == 10:
                ec.codes_set(handle, "orderOfSpatialDifferencing", 1)
            ec.codes_set_values(handle, flat)
        self.data += ec.codes_get_message(handle)
        back = south_first(handle, ec.codes_get_values(handle), values.shape)
        lats, lons = (
            south_first(handle, ec.codes_get_array(handle, key), values.shape) for key in ("latitudes", "longitudes")
        )
        self.list.append(
            {
                "packing": ec.codes_get(handle, "packingType"),
                "bits": ec.codes_get(handle, "bitsPerValue"),
                "short_name": ec.codes_get(handle, "shortName"),
                "level": ec.codes_get(handle, "level"),
                "south_west": [lats[0, 0], lons[0, 0]],
                "south_east": [lats[0, -1], lons[0, -1]],
                "north_east": [lats[-1, -1], lons[-1, -1]],
                "values": [None if v == MISSING else float(np.float32(v)) for v in back.ravel()],
            }
        )
        ec.codes_release(handle)

    def close(self):
        self.path.write_bytes(self.data)
        listed = ",\n".join(json.dumps(entry) for entry in self.list)
        self.path.with_suffix(self.path.suffix + ".json").write_text(f"[\n{listed}\n]\n")


def in_message_order(handle, values):
    """South-first values [y][x] in the scanning order of a message (rows, no alternation)."""
    if not ec.codes_get(handle, "jScansPositively"):
        values = values[::-1]
    if ec.codes_get(handle, "iScansNegatively"):
        values = values[:, ::-1]
    return np.ascontiguousarray(values).ravel()


def south_first(handle, flat, shape):
    """The inverse of `in_message_order`."""
    values = flat.reshape(shape)
    if ec.codes_get(handle, "iScansNegatively"):
        values = values[:, ::-1]
    return values if ec.codes_get(handle, "jScansPositively") else values[::-1]


LAT_LON = {
    "Ni": NX,
    "Nj": NY,
    "latitudeOfFirstGridPointInDegrees": 51.5,
    "longitudeOfFirstGridPointInDegrees": 359.0,
    "latitudeOfLastGridPointInDegrees": 50.0,
    "longitudeOfLastGridPointInDegrees": 1.0,
    "iDirectionIncrementInDegrees": 0.25,
    "jDirectionIncrementInDegrees": 0.25,
}
WIDE_SIZE = (24, 20)
WIDE = {
    "Ni": 24,
    "Nj": 20,
    "latitudeOfFirstGridPointInDegrees": 54.75,
    "longitudeOfLastGridPointInDegrees": 4.75,
}
TIME = {"dataDate": 20240229, "dataTime": 1200}
PACKINGS = [
    ("grid_simple", 16), ("grid_simple", 7), ("grid_complex", 12), ("grid_complex_spatial_differencing", 16),
    ("grid_complex_spatial_differencing", 10),
    ("grid_jpeg", 16), ("grid_png", 8), ("grid_png", 16), ("grid_ccsds", 8), ("grid_ccsds", 12), ("grid_ccsds", 16),
    ("grid_ccsds", 24),
]  # fmt: skip


def packings():
    """Temperature at pressure levels, each level packed in its own way: whole, with a bitmap, constant."""
    writer = Writer("packings.grib2")
    level = 1000
    common = LAT_LON | TIME | {"centre": 98, "discipline": 0, "parameterCategory": 0, "parameterNumber": 0}
    for packing, bits in PACKINGS:
        for shape in ("whole", "bitmap", "constant"):
            keys = common | {"typeOfLevel": "isobaricInhPa", "level": level}
            values = np.full((NY, NX), 273.0) if shape == "constant" else field(280, 20)
            if packing == "grid_png":
                # ecCodes leaves no room for images that do not shrink, and cannot read a constant one
                if shape == "constant":
                    continue
                keys = keys | WIDE
                values = np.floor(field(280, 20, *WIDE_SIZE, noise=False) / 5) * 5
            writer.add("regular_ll_pl_grib2", keys, values, packing, bits, bitmap=shape == "bitmap")
            level -= 10
    writer.close()


def vertical():
    """Coefficients a and b of a model of six levels."""
    a = [0.0, 2000.0, 6000.0, 9000.0, 6000.0, 1500.0, 0.0]
    b = [0.0, 0.0, 0.02, 0.18, 0.5, 0.88, 1.0]
    return a + b


def era5_edition_1():
    """As ERA5 on model levels comes in edition 1: table 128 of ECMWF, parameters of levels in the grid section."""
    writer = Writer("era5_model_levels.grib1")
    common = LAT_LON | TIME | {"centre": 98, "gribTablesVersionNo": 128}
    levels = common | {"PVPresent": 1, "pv": vertical(), "indicatorOfTypeOfLevel": 109}
    for number, base, span in ((131, 5, 10), (132, -3, 10), (130, 270, 20), (133, 0.005, 0.004), (135, 0, 0.5)):
        for level in (4, 5, 6):
            values = field(base + 0.01 * level * span, span)
            writer.add("regular_ll_pl_grib1", levels | {"indicatorOfParameter": number, "level": level}, values)
    for number, base, span in ((152, np.log(98000.0), 0.02), (129, 2000, 900)):
        writer.add("regular_ll_pl_grib1", levels | {"indicatorOfParameter": number, "level": 1}, field(base, span))
    ground = common | {"indicatorOfTypeOfLevel": 1, "level": 0}
    for number, base, span in ((165, 3, 4), (166, 1, 4), (167, 285, 8), (168, 280, 6), (159, 900, 600)):
        writer.add("regular_ll_pl_grib1", ground | {"indicatorOfParameter": number}, field(base, span))
    hour = {"timeRangeIndicator": 4, "P1": 5, "P2": 6}
    for number, base, span in ((146, -2e5, 1e5), (147, -4e5, 2e5), (180, 300, 200), (181, 100, 200), (228, 1e-3, 9e-4)):
        writer.add("regular_ll_pl_grib1", ground | {"indicatorOfParameter": number} | hour, field(base, span))
    writer.add(
        "regular_ll_pl_grib1",
        ground | {"gribTablesVersionNo": 228, "indicatorOfParameter": 3},
        field(0.4, 0.2),
        bitmap=True,
    )
    writer.close()


def second_order():
    """A packing of edition 1 that is refused."""
    writer = Writer("second_order.grib1")
    keys = LAT_LON | TIME | {"centre": 98, "gribTablesVersionNo": 128, "indicatorOfParameter": 130, "level": 850}
    writer.add("regular_ll_pl_grib1", keys, field(280, 20), "grid_second_order")
    writer.close()


FLAGS = "resolutionAndComponentFlags"
LAMBERT = {
    "gridType": "lambert", "Nx": NX, "Ny": NY, "latitudeOfFirstGridPointInDegrees": 12.19,
    "longitudeOfFirstGridPointInDegrees": 226.541, "LoVInDegrees": 265.0, "DxInMetres": 81271, "DyInMetres": 81271,
    "Latin1InDegrees": 30.0, "Latin2InDegrees": 60.0,
}  # fmt: skip
POLAR = {
    "gridType": "polar_stereographic", "Nx": NX, "Ny": NY, "latitudeOfFirstGridPointInDegrees": 35.0,
    "longitudeOfFirstGridPointInDegrees": 320.0, "orientationOfTheGridInDegrees": 10.0, "DxInMetres": 60000,
    "DyInMetres": 60000,
}  # fmt: skip
MERCATOR = {
    "gridType": "mercator", "Ni": NX, "Nj": NY, "latitudeOfFirstGridPointInDegrees": -10.0,
    "longitudeOfFirstGridPointInDegrees": 175.0, "latitudeOfLastGridPointInDegrees": 0.0,
    "longitudeOfLastGridPointInDegrees": 190.0, "DiInMetres": 150000, "DjInMetres": 150000, "LaDInDegrees": 20.0,
}  # fmt: skip


def maps():
    """Each map projection and scanning mode, in both editions: 10-m wind, east only."""
    writer = Writer("maps.grib")
    second = {"typeOfLevel": "heightAboveGround", "level": 10, "parameterCategory": 2, "parameterNumber": 2}
    first = {
        "centre": 98,
        "gribTablesVersionNo": 2,
        "indicatorOfTypeOfLevel": 105,
        "level": 10,
        "indicatorOfParameter": 33,
    }
    up = {"jScansPositively": 1}
    south = {"projectionCentreFlag": 128, "latitudeOfFirstGridPointInDegrees": -70.0}
    lad = {"LaDInDegrees": 30.0}
    of_2 = [
        LAMBERT | up | lad, LAMBERT | up | {"Latin2InDegrees": 30.0} | lad | {"shapeOfTheEarth": 6},
        POLAR | up | {"LaDInDegrees": 60.0},
        POLAR | up | south | {"LaDInDegrees": -71.0}, MERCATOR | up, LAT_LON, LAT_LON | up | {
            "latitudeOfFirstGridPointInDegrees": 50.0, "latitudeOfLastGridPointInDegrees": 51.5, "iScansNegatively": 1,
            "longitudeOfFirstGridPointInDegrees": 5.0, "longitudeOfLastGridPointInDegrees": 3.0},
    ]  # fmt: skip
    for keys in of_2:
        writer.add("GRIB2", second | TIME | keys | {FLAGS: 8 if "gridType" in keys else 56}, field(5, 8), bits=16)
    for keys in (LAMBERT | up, POLAR | up, MERCATOR | up):
        writer.add("GRIB1", first | TIME | {"dataTime": 1800} | keys | {FLAGS: 8}, field(7, 8), bits=16)
    writer.close()


def steps():
    """Times, statistics, members and signs of edition 2."""
    writer = Writer("steps.grib2")
    temperature = {"parameterCategory": 0, "parameterNumber": 0, "typeOfLevel": "isobaricInhPa", "level": 850}
    ground = {"typeOfFirstFixedSurface": 1}
    heat = {"productDefinitionTemplateNumber": 8} | ground | {"parameterCategory": 0, "parameterNumber": 11}
    six_hours = {"stepType": "avg", "stepRange": "6-12"}
    common = LAT_LON | TIME
    rain = {"parameterCategory": 1, "parameterNumber": 8}
    for centre, member, keys in (
        (7, 3, {"productDefinitionTemplateNumber": 1} | temperature | {"forecastTime": 6}),
        (7, 0, {"productDefinitionTemplateNumber": 1} | temperature | {"forecastTime": 6}),
        (7, None, heat | six_hours),
        (98, None, heat | six_hours | {"stepType": "accum"}),
        (34, None, heat | six_hours),
        (7, None, heat | rain | {"stepType": "accum", "stepRange": "6-12"}),
        (7, None, heat | rain | {"stepType": "max", "stepRange": "6-12"}),
        (
            7,
            None,
            ground
            | {"parameterCategory": 3, "parameterNumber": 5, "forecastTime": 90, "indicatorOfUnitOfTimeRange": 0},
        ),
    ):
        if member is not None:
            keys = keys | {"perturbationNumber": member, "typeOfEnsembleForecast": 3 if member else 1}
        writer.add("GRIB2", {"centre": centre} | common | keys, field(100 * centre + (member or 0), 10), bits=16)
    writer.close()


if __name__ == "__main__":
    packings()
    era5_edition_1()
    second_order()
    maps()
    steps()
