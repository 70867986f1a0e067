"""CRC-32 of the fields of ARL files as the independent reader arlmet unpacks them.

usage: python arlmet_crc32.py FILE.arl [FILE.arl ...] > arlmet_crc32.csv     (pip install arlmet==0.1.0b4)

One row per time and level: file, time (UTC), level index (0 = surface), variables, CRC-32 of the float32 values of
all of them in file order, little-endian, x fastest, south first. Like HYSPLIT, arlmet sets values smaller than the
precision in the record's label to 0, but not in the first column.

arlmet 0.1.0b4 cannot open a file whose index spans several INDX records (gdas1: it reads on through the next record's
label). Those files are cut into records here, and each record is given to arlmet.unpack.
"""

import itertools
import pathlib
import sys
import zlib

import arlmet
import numpy as np
import pandas as pd


def fields_of(path):
    """Yields (time, level, variable, values) in file order."""
    try:
        with arlmet.File(path) as file:
            for time in file.times:
                for record in file[time]:
                    yield time, record.level, record.variable, record.read()
    except arlmet.ARLFormatError as error:
        print(f"cut into records here: {error}", file=sys.stderr)
        yield from unpacked_records(path.read_bytes())


def unpacked_records(data):
    nx, ny = int(data[143:146]), int(data[146:149])
    length = 50 + nx * ny
    for start in range(0, len(data), length):
        label = data[start : start + 50].decode()
        if label[14:18] == "INDX":
            continue
        year, month, day, hour, forecast, level = (int(label[k : k + 2]) for k in range(0, 12, 2))
        if forecast < 0:
            continue
        time = pd.Timestamp(year + (1900 if year >= 40 else 2000), month, day, hour)
        exponent, precision, first = int(label[18:22]), float(label[22:36]), float(label[36:50])
        packed = data[start + 50 : start + length]
        yield time, level, label[14:18], arlmet.unpack(packed, nx, ny, precision, exponent, first)


print("file,time,level,variables,crc32")
for path in map(pathlib.Path, sys.argv[1:]):
    for (time, level), group in itertools.groupby(fields_of(path), key=lambda field: field[:2]):
        crc, names = 0, []
        for _, _, name, values in group:
            crc = zlib.crc32(np.ascontiguousarray(values, dtype="<f4").tobytes(), crc)
            names.append(name.strip())
        print(f"{path.name},{time:%Y-%m-%dT%H:%MZ},{level},{' '.join(names)},{crc:08x}")
