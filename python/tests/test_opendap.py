"""Meteorology from an OPeNDAP server: the same as from the file, with connections that break, or a clear refusal."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import xarray as xr
from idealised_era5 import dataset

import airshed

pytest.importorskip("pydap")
from pydap.handlers.lib import BaseHandler
from pydap.model import BaseType, DatasetType, GridType
from webob import Request

TOWER = airshed.Receptor(time="2019-09-20T05:00", lon_deg=4.0, lat_deg=51.0, height_agl_m=100.0)


def particles(met):
    run = airshed.simulate(met, TOWER, hours=-3, particles=30, seed=7, progress=False)
    return run.trajectories.to_dataframe()


def published(path):
    """What a file holds, as pydap publishes it."""
    with xr.open_dataset(path, decode_cf=False) as held:
        held = held.load()
    served = DatasetType("met", attributes={"NC_GLOBAL": dict(held.attrs)})
    axes = {name: BaseType(name, held[name].values, dims=(name,), **held[name].attrs) for name in held.dims}
    for name, axis in axes.items():
        served[name] = axis
    for name, variable in held.data_vars.items():
        grid = GridType(name, **variable.attrs)
        grid[name] = BaseType(name, variable.values, dims=variable.dims)
        for dim in variable.dims:
            grid[dim] = BaseType(dim, held[dim].values, dims=(dim,), **held[dim].attrs)
        served[name] = grid
    return served


class Server(ThreadingHTTPServer):
    """On the loopback; ``fault`` tells after how many bytes an answer to a path breaks off, or None."""

    def __init__(self, served):
        super().__init__(("127.0.0.1", 0), Answer)
        self.application = BaseHandler(served)
        self.url = f"http://127.0.0.1:{self.server_port}/met.nc"
        self.asked = []
        self.fault = lambda path, length: None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = Request.blank(self.path).get_response(self.server.application)
        kept = self.server.fault(self.path, len(answer.body))
        if kept == 0:
            return
        self.send_response(answer.status_int)
        for header, value in answer.headers.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(answer.body[:kept])

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("met") / "era5.nc"
    # OPeNDAP 2 has no integers of 64 bits
    encoding = {"valid_time": {"units": "hours since 2019-09-20", "dtype": "int32"}}
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 280.0, "_FillValue": np.int16(-32767)}
    dataset().to_netcdf(path, encoding=encoding | {"t": packed})
    return path


@pytest.fixture(scope="module")
def expected(path):
    return particles(airshed.MetStore(path))


@pytest.fixture
def server(path):
    server = Server(published(path))
    try:
        airshed.MetStore(server.url)
    except OSError as refused:
        server.shutdown()
        if "without OPeNDAP" in str(refused):
            pytest.skip(str(refused))
        raise
    server.asked.clear()
    yield server
    server.shutdown()
    server.server_close()


def test_a_url_gives_the_particles_of_its_file_and_only_what_is_needed_is_fetched(server, expected):
    assert particles(airshed.MetStore(server.url)).equals(expected)
    winds = [path for path in server.asked if ".dods?u.u" in path]
    assert len(winds) == len(set(winds)) >= 4, winds
    assert all("%5b0:6%5d%5b0:10%5d%5b0:14%5d" in path for path in winds), "one time of all levels in each"


class Once:
    """Breaks the first answer that tells of variables, of attributes, of coordinates, and of the wind of one time."""

    KINDS = (".dds", ".das", ".dods?valid_time", ".dods?u.u%5b3%5d")

    def __init__(self, kept):
        self.kept, self.whole = kept, list(self.KINDS)

    def __call__(self, path, length):
        kind = next((kind for kind in self.whole if kind in path), None)
        if kind is None:
            return None
        self.whole.remove(kind)
        return self.kept(length)


BREAKS = {
    "no_answer": lambda length: 0,
    "half": lambda length: length // 2,
    "all_but_the_end": lambda length: length - 40,
}


@pytest.mark.parametrize("kept", BREAKS)
def test_what_breaks_once_is_fetched_again_and_no_value_is_made_up(kept, server, expected):
    server.fault = Once(BREAKS[kept])
    assert particles(airshed.MetStore(server.url)).equals(expected)
    assert server.fault.whole == []


def test_a_server_that_has_gone_is_named_with_what_it_did(server):
    met = airshed.MetStore(server.url)
    server.fault = lambda path, length: length - 40 if ".dods" in path else None
    with pytest.raises(OSError, match=r"/met.nc: cannot read: asked 4 times; at last .*NetCDF"):
        particles(met)
    server.shutdown()
    server.server_close()
    with pytest.raises(OSError, match=r"/met.nc: cannot open: asked 4 times"):
        airshed.MetStore(server.url)
