"""How pip builds: maturin, with netCDF, HDF5 and PROJ compiled in; `maturin develop` links those of the machine."""

import os

from maturin import (  # noqa: F401
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

os.environ.setdefault("MATURIN_PEP517_ARGS", "--features static")
