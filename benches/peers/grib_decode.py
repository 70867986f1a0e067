"""Decoding of GRIB beside ecCodes and cfgrib, on one core, each packing in a file of its own.

    cargo test --release --lib --no-run        # prints the test binary
    pip install eccodes cfgrib
    python benches/peers/grib_decode.py TEST_BINARY

Writes ten global fields of 0.25 degrees a packing with ecCodes, then lets each reader read them five times from the
page cache. Rates are of processor time, so that other work on the machine counts little; MB are those of the decoded
values as f32. cfgrib opens with an index made before; ours includes the start of the process.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import eccodes as ec
import numpy as np

NX, NY, FIELDS, ROUNDS = 1440, 721, 10, 5
PACKINGS = [
    ("GRIB1 simple, 16 bits", "regular_ll_pl_grib1", "grid_simple", 16),
    ("GRIB2 simple, 16 bits", "regular_ll_pl_grib2", "grid_simple", 16),
    ("GRIB2 simple, 12 bits", "regular_ll_pl_grib2", "grid_simple", 12),
    ("GRIB2 CCSDS, 16 bits", "regular_ll_pl_grib2", "grid_ccsds", 16),
    ("GRIB2 complex, differences", "regular_ll_pl_grib2", "grid_complex_spatial_differencing", 12),
    ("GRIB2 JPEG 2000, 12 bits", "regular_ll_pl_grib2", "grid_jpeg", 12),
    ("GRIB2 PNG, 16 bits", "regular_ll_pl_grib2", "grid_png", 16),
]


def write(path, sample, packing, bits):
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:NY, 0:NX]
    with open(path, "wb") as file:
        for level in range(FIELDS):
            handle = ec.codes_grib_new_from_samples(sample)
            keys = {
                "centre": 98, "Ni": NX, "Nj": NY, "latitudeOfFirstGridPointInDegrees": 90,
                "longitudeOfFirstGridPointInDegrees": 0, "latitudeOfLastGridPointInDegrees": -90,
                "longitudeOfLastGridPointInDegrees": 359.75, "iDirectionIncrementInDegrees": 0.25,
                "jDirectionIncrementInDegrees": 0.25, "paramId": 130, "typeOfLevel": "isobaricInhPa",
                "level": 1000 - 50 * level,
            }  # fmt: skip
            for key, value in keys.items():
                ec.codes_set(handle, key, value)
            smooth = 280 - 40 * np.cos(np.pi * y / NY) ** 2 + 6 * np.sin(x / 50 + level) * np.sin(y / 40)
            noise = 0.2 * np.cumsum(random.normal(size=(NY, NX)), axis=1) / 10
            values = (smooth + noise).ravel()
            ec.codes_set(handle, "bitsPerValue", bits)
            ec.codes_set_values(handle, values)
            ec.codes_set(handle, "packingType", packing)
            ec.codes_set(handle, "bitsPerValue", bits)
            ec.codes_set_values(handle, values)
            ec.codes_write(handle, file)
            ec.codes_release(handle)


def processor_seconds(read):
    began = time.process_time()
    for _ in range(ROUNDS):
        read()
    return (time.process_time() - began) / ROUNDS


def eccodes_reads(path):
    with open(path, "rb") as file:
        while (handle := ec.codes_grib_new_from_file(file)) is not None:
            ec.codes_get_values(handle).astype("f4")
            ec.codes_release(handle)


def cfgrib_reads(path):
    import cfgrib

    cfgrib.open_dataset(str(path))["t"].load().close()


def ours_reads(binary, path):
    command = [binary, "decoding_rate", "--ignored", "--nocapture"]
    environment = {**os.environ, "GRIB_FILE": str(path), "RAYON_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = printed[printed.index("open_s") :].split()
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return dict(zip(words[0:6:2], map(float, words[1:6:2]), strict=True)) | {"processor_s": seconds / ROUNDS}


def main():
    decoded_mb = 4 * NX * NY * FIELDS / 1e6
    heading = f"{'packing':28} {'file MB':>8} {'ours':>9} {'ecCodes':>9} {'cfgrib':>9}"
    print(heading, "  MB/s decoded; ours of file bytes; index ms")
    with tempfile.TemporaryDirectory() as folder:
        for name, sample, packing, bits in PACKINGS:
            path = Path(folder) / f"{len(os.listdir(folder))}.grib"
            write(path, sample, packing, bits)
            file_mb = path.stat().st_size / 1e6
            ours = ours_reads(sys.argv[1], path)
            assert ours["decoded_bytes"] == 4 * NX * NY * FIELDS
            cfgrib_reads(path)
            theirs = [decoded_mb / processor_seconds(partial(read, path)) for read in (eccodes_reads, cfgrib_reads)]
            rate = decoded_mb / ours["processor_s"]
            print(
                f"{name:28} {file_mb:8.1f} {rate:9.0f} {theirs[0]:9.0f} {theirs[1]:9.0f}   "
                f"{file_mb / ours['processor_s']:6.0f} {1e3 * ours['open_s']:6.1f}"
            )


if __name__ == "__main__":
    main()
