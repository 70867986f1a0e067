"""What OpenGHG makes of an exported file: its parser, its schema, and its product of resolved hours and hourly fluxes.

    pip install openghg
    airshed export out/*_foot_NAME.nc --format openghg --out fp.nc      (or --format paris)
    python tests/reference/openghg_arithmetic.py fp.nc out/*_foot_NAME.nc

OpenGHG 0.19 agrees with the sum by the clock to single precision for both formats (demo case: 2.656564, 2.387150,
2.091687). Its parser of PARIS files takes hours back modulo a day, so that none beyond 23 can be resolved there.
"""

import sys

import numpy as np
import pandas as pd
import xarray as xr
from openghg.analyse import _modelled_obs as product
from openghg.standardise.footprints._acrg_org import parse_acrg_org
from openghg.standardise.footprints._paris import parse_paris
from openghg.store import Footprints

exported, *own = sys.argv[1:]
is_paris = "srr" in xr.open_dataset(exported, decode_timedelta=True)
asked = {
    "domain": "AIRSHED",
    "model": "airshed",
    "inlet": "207m",
    "species": "co2",
    "site": "TOWER",
    "period": "1 hour",
}
parsed = (parse_paris if is_paris else parse_acrg_org)(filepath=exported, time_resolved=True, **asked)
data = next(iter(parsed.values()))["data"]
Footprints.schema(time_resolved=True, source_format="PARIS" if is_paris else None).validate_data(data)
for axis in ("lat", "lon"):
    data[axis].attrs = {}
parts = (
    data[["fp_time_resolved", "fp_residual"]]
    if is_paris
    else product.time_resolved_and_residual_footprints(data.fp_HiTRes)
)

hours = pd.date_range(
    data.time.values.min() - np.timedelta64(3, "D"), data.time.values.max() + np.timedelta64(1, "D"), freq="1h"
)
strength = 1 + np.random.default_rng(0).random(len(hours))
cells = np.ones((1, data.sizes["lat"], data.sizes["lon"]))
flux = xr.DataArray(
    strength[:, None, None] * cells,
    {"time": hours, "lat": data.lat.values, "lon": data.lon.values},
    ("time", "lat", "lon"),
)
theirs = (product._make_high_freq_flux(flux, parts) * parts.fp_time_resolved).sum(("lat", "lon", "H_back"))

for path in own:
    foot = xr.open_dataset(path).foot.sum(("lat", "lon"))
    stamp = pd.Timestamp(foot.time.values[-1]) + pd.Timedelta("1h")
    foot = foot.sel(time=slice(stamp - pd.Timedelta("23h"), None))
    ours = float((foot.values * strength[hours.get_indexer(foot.time.values)]).sum())
    print(stamp, "ours", ours, "OpenGHG", float(theirs.sel(time=stamp)))
    assert abs(ours / float(theirs.sel(time=stamp)) - 1) < 1e-6
