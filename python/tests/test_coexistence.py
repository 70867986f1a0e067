"""airshed shares a process with the other users of netCDF and HDF5, whichever is imported first."""

import itertools
import subprocess
import sys

import pytest

SCRIPT = """
import sys
for name in sys.argv[1].split(","):
    __import__(name)
import airshed, h5py, netCDF4, numpy as np
folder = sys.argv[2]
for turn in range(2):
    with netCDF4.Dataset(f"{folder}/four.nc", "w") as file:
        file.createDimension("lat", 2), file.createDimension("lon", 3)
        lat, lon = file.createVariable("lat", "f8", ("lat",)), file.createVariable("lon", "f8", ("lon",))
        lat.units, lon.units = "degrees_north", "degrees_east"
        lat[:], lon[:] = [50, 51], [4, 5, 6]
        flux = file.createVariable("co2_flux", "f4", ("lat", "lon"))
        flux.units = "mol m-2 s-1"
        flux[:] = 1e-6
    assert airshed.Flux.open(f"{folder}/four.nc", variable="co2_flux").name == "co2_flux"
    with h5py.File(f"{folder}/five.h5", "w") as file:
        file["x"] = np.arange(5)
    with h5py.File(f"{folder}/five.h5") as file:
        assert file["x"][()].tolist() == [0, 1, 2, 3, 4]
    met = airshed.MetStore.synthetic(spacing_deg=2.0)
    tower = airshed.Receptor(time="2019-09-21T18:00", lon_deg=4.9, lat_deg=50.5, height_agl_m=100.0)
    run = airshed.simulate(met, tower, hours=-1, particles=5)
    degrees = airshed.Grid(west=0, east=9, south=47, north=54, dx=0.5, dy=0.5)
    metres = airshed.Grid(west=3.6e6, east=4.4e6, south=2.7e6, north=3.5e6, dx=5e4, dy=5e4, crs="EPSG:3035")
    for foot in [run.footprint(degrees), run.footprint(metres)]:
        assert foot.total > 0
        foot.to_netcdf(f"{folder}/foot.nc")
        with netCDF4.Dataset(f"{folder}/foot.nc") as file:
            assert abs(file["foot"][:].sum() - foot.total) <= 1e-5 * foot.total
        with h5py.File(f"{folder}/foot.nc") as file:
            assert file["foot"].shape == foot.foot.shape
print("fine")
"""


@pytest.mark.parametrize("order", list(itertools.permutations(["airshed", "netCDF4", "h5py"])), ids="-".join)
def test_netcdf4_h5py_and_airshed_read_and_write_in_one_process(order, tmp_path):
    command = [sys.executable, "-c", SCRIPT, ",".join(order), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and result.stdout == "fine\n", result.stderr
