"""Meteorology from xarray: the particles of the file, whatever stands between, and never a hang."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from idealised_era5 import START, as_cfgrib_has_it, dataset
from xarray.backends import BackendArray
from xarray.core import indexing

import airshed

TOWER = airshed.Receptor(time="2019-09-20T05:00", lon_deg=4.0, lat_deg=51.0, height_agl_m=100.0)


def particles(met):
    run = airshed.simulate(met, TOWER, hours=-3, particles=30, seed=7, progress=False)
    return run.trajectories.to_dataframe()


@pytest.fixture(scope="module")
def whole():
    return dataset()


@pytest.fixture(scope="module")
def expected(whole, tmp_path_factory):
    path = tmp_path_factory.mktemp("met") / "era5.nc"
    whole.to_netcdf(path)
    return particles(airshed.MetStore(path)), path


def test_a_dataset_gives_the_particles_of_its_file_bit_for_bit(whole, expected):
    frame, path = expected
    assert frame["lati"].nunique() > 1000
    assert particles(airshed.MetStore.from_xarray(whole)).equals(frame)
    with xr.open_dataset(path) as lazy:
        assert particles(airshed.MetStore.from_xarray(lazy)).equals(frame)


def test_dask_computes_the_same(expected):
    pytest.importorskip("dask")
    frame, path = expected
    with xr.open_dataset(path, chunks={"valid_time": 1, "latitude": 4}) as chunked:
        assert particles(airshed.MetStore.from_xarray(chunked)).equals(frame)


def test_a_zarr_store_is_read_chunk_by_chunk(whole, expected, tmp_path):
    pytest.importorskip("zarr")
    as_arco_has_it(whole).chunk(time=1).to_zarr(tmp_path / "era5.zarr", zarr_format=2, consolidated=True)
    with xr.open_zarr(tmp_path / "era5.zarr", chunks=None) as store:
        assert particles(airshed.MetStore.from_xarray(store)).equals(expected[0])


def test_parts_are_put_together_and_a_mapping_names_what_no_name_tells(whole, expected, tmp_path):
    aloft = ["u", "v", "w", "t", "q", "z"]
    renamed = whole[aloft].rename(u="wind_x")
    del renamed["wind_x"].attrs["standard_name"]
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('wind_x = "UWND"\n')
    met = airshed.MetStore.from_xarray([renamed, whole.drop_vars(aloft)], mapping=mapping)
    assert particles(met).equals(expected[0])


def with_versions(whole):
    """Preliminary data after the third hour, in the layout of two versions side by side."""
    final = whole.where(whole.valid_time <= whole.valid_time[2])
    preliminary = whole.where(whole.valid_time > whole.valid_time[2])
    return xr.concat([final, preliminary], xr.Variable("expver", [1, 5]))


def in_calendar_objects(whole):
    return whole.assign_coords(valid_time=xr.date_range("2019-09-20", periods=9, freq="h", use_cftime=True))


def undecoded(whole):
    hours = (whole.valid_time.values - START) / np.timedelta64(1, "h")
    attrs = {"units": "hours since 2019-09-20", "standard_name": "time"}
    return whole.assign_coords(valid_time=("valid_time", hours, attrs))


def as_arco_has_it(whole):
    """Long names, pressures without a unit, no word of who made it."""
    names = {"u": "u_component_of_wind", "v": "v_component_of_wind", "w": "vertical_velocity", "t": "temperature"}
    names |= {"q": "specific_humidity", "z": "geopotential", "sp": "surface_pressure", "t2m": "2m_temperature"}
    names |= {"u10": "10m_u_component_of_wind", "v10": "10m_v_component_of_wind", "blh": "boundary_layer_height"}
    names |= {"zust": "friction_velocity", "sshf": "surface_sensible_heat_flux", "valid_time": "time"}
    archive = whole.rename(names | {"pressure_level": "level"}).isel(level=slice(None, None, -1))
    archive = archive.assign_coords(level=archive.level.values.astype(int)).drop_attrs(deep=False)
    for variable in archive.data_vars.values():
        del variable.attrs["standard_name"]
    return archive


LAYOUTS = {
    "long_names_and_bare_levels": as_arco_has_it,
    "forecasts_and_steps": lambda whole: as_cfgrib_has_it(whole, 3),
    "one_step_of_each": lambda whole: as_cfgrib_has_it(whole, 1).isel(step=0),
    "versions_side_by_side": with_versions,
    "version_of_each_time": lambda whole: whole.assign_coords(expver=("valid_time", ["0001"] * 9), number=0),
    "calendar_objects": in_calendar_objects,
    "times_as_numbers": undecoded,
    "ascending_south_first": lambda whole: whole.isel(latitude=slice(None, None, -1)),
    "dimensions_in_another_order": lambda whole: whole.transpose("longitude", "latitude", ..., "valid_time"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_one_atmosphere_give_the_same_particles(layout, whole, expected):
    assert particles(airshed.MetStore.from_xarray(LAYOUTS[layout](whole))).equals(expected[0])


WRITTEN = ["forecasts_and_steps", "one_step_of_each", "version_of_each_time", "long_names_and_bare_levels"]


@pytest.mark.parametrize("layout", WRITTEN)
def test_files_of_these_layouts_give_them_too(layout, whole, expected, tmp_path):
    LAYOUTS[layout](whole).to_netcdf(tmp_path / "era5.nc")
    assert particles(airshed.MetStore(tmp_path / "era5.nc")).equals(expected[0])


def test_one_time_is_enough_to_look_at(whole):
    for single in (whole.isel(valid_time=[2]), whole.isel(valid_time=2)):
        nest = airshed.MetStore.from_xarray(single).nests[0]
        assert nest["times"].tolist() == [whole.valid_time.values[2].astype("datetime64[s]").item()]


def test_what_cannot_be_meant_is_refused_in_words(whole):
    with pytest.raises(TypeError, match=r"expected an xarray.Dataset or a list of them, found DataArray"):
        airshed.MetStore.from_xarray(whole["u"])
    members = whole.expand_dims(number=[0, 1])
    with pytest.raises(airshed.MetCoverageError, match=r"variable u is not used: its dimension number .* choose one"):
        airshed.MetStore.from_xarray(members)
    days = whole.assign_coords(
        valid_time=xr.date_range("2019-09-20", periods=9, freq="h", calendar="360_day", use_cftime=True)
    )
    with pytest.raises(airshed.FileFormatError, match=r'variable valid_time: calendar "360_day"'):
        airshed.MetStore.from_xarray(days)


class Watched(BackendArray):
    """Values that a call is made for each time they are read."""

    def __init__(self, values, call):
        self.values, self.call = values, call
        self.shape, self.dtype = values.shape, values.dtype

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self.part)

    def part(self, key):
        self.call(key)
        return self.values[key]


def watched(whole, call):
    """The same, lazily: ``call(name, key)`` for each read of a variable."""

    def lazy(name):
        held = whole[name]
        array = Watched(held.values, lambda key: call(name, key))
        return held.dims, indexing.LazilyIndexedArray(array), held.attrs

    return whole.assign({name: lazy(name) for name in whole.data_vars})


def test_values_are_read_when_a_run_needs_them_and_once(whole, expected):
    reads = []
    met = airshed.MetStore.from_xarray(watched(whole, lambda name, key: reads.append((name, key[0].start))))
    assert reads == []
    assert particles(met).equals(expected[0])
    # a rate at a met time is the mean of the sums before and after it
    sums = [read for read in reads if read[0] == "sshf"]
    instants = [read for read in reads if read[0] != "sshf"]
    assert len(instants) == len(set(instants)) > 4 * (len(whole.data_vars) - 1)
    assert len(sums) <= 2 * len(set(sums))


def test_what_python_raises_is_told_with_its_cause(whole):
    def fail(name, key):
        if name == "v":
            raise RuntimeError("the server has gone")

    met = airshed.MetStore.from_xarray(watched(whole, fail))
    with pytest.raises(OSError, match=r"cannot read: variable v: RuntimeError: the server has gone") as raised:
        particles(met)
    assert isinstance(raised.value.__cause__, RuntimeError)


def test_ctrl_c_ends_a_run_that_reads(whole):
    reads = []

    def interrupt(name, key):
        if not reads:
            os.kill(os.getpid(), signal.SIGINT)
        reads.append(key[0].start)
        time.sleep(0.02)

    met = airshed.MetStore.from_xarray(watched(whole, interrupt))
    with pytest.raises(KeyboardInterrupt):
        particles(met)
    assert 1 not in reads, "the run ended before its last met times were read"


END = """
import sys, time
sys.path.insert(0, sys.argv[1])
from idealised_era5 import dataset
from test_from_xarray import airshed, watched

reads = []
def slowly(name, key):
    reads.append(key[0].start)
    time.sleep(0.02)

met = airshed.MetStore.from_xarray(watched(dataset(), slowly))
tower = airshed.Receptor(time="2019-09-20T05:30", lon_deg=4.0, lat_deg=51.0, height_agl_m=100.0)
airshed.simulate(met, tower, hours=-1, particles=2, progress=False)
while reads[-1] != 3:  # the thread that reads ahead is at the next time
    time.sleep(0.001)
print("fine", flush=True)
"""


@pytest.mark.parametrize("ending", ["", "del met", "met = None; import gc; gc.collect()", "sys.exit(0)"])
def test_neither_the_end_of_the_program_nor_of_the_store_waits_forever(ending):
    command = [sys.executable, "-c", END + ending, str(Path(__file__).parent)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, "fine\n", "")
