"""PYSTILT's gridding (PyPI: pystilt) on the grids and tables of airshed."""

import numpy as np
import pyproj
import stilt
from stilt.exceptions import EmptyFootprint
from stilt.footprint import calc_footprint, gridding
from stilt.particles.table import add_release_heights, correct_near_field

gridding.check_particles = lambda *_, **__: None  # it asks for zagl, which gridding does not use


def receptor_of(trajectories):
    """PYSTILT's receptor: a column of equal slabs for a column, a point else."""
    ours = trajectories.receptor
    place = {"time": ours.time.item(), "longitude": ours.lon_deg, "latitude": ours.lat_deg}
    if ours.kind == "column":
        bottom, heights = ours.height_agl_m, trajectories.release_height_agl_m
        return stilt.ColumnReceptor(**place, bottom=bottom, top=float(heights[-1] + heights[0] - bottom))
    return stilt.PointReceptor(**place, altitude=ours.height_agl_m)


def grid_of(grid):
    """PYSTILT's grid; its bounds are in degrees, in a projection with a little more so that rounding costs no cell."""
    west, east, south, north = grid.west, grid.east, grid.south, grid.north
    if grid.crs != "+proj=longlat":
        back = pyproj.Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
        (west, east), (south, north) = back.transform([west, east + 1e-4 * grid.dx], [south, north + 1e-4 * grid.dy])
    return stilt.Grid(xmin=west, xmax=east, ymin=south, ymax=north, xres=grid.dx, yres=grid.dy, crs=grid.crs)


def footprint(rows, receptor, grid):
    """PYSTILT's footprint: hours since the receptor time, and values by layer, y and x as in `grid`; None if empty."""
    try:
        foot = calc_footprint(
            rows, receptor, grid_of(grid), smooth_factor=grid.smooth_factor, time_integrate=grid.time_integrate
        )
    except EmptyFootprint:
        return None
    since = foot["time"].values - np.datetime64(receptor.time.replace(tzinfo=None))
    if "lon" in foot.dims:  # it sorts the longitudes of a grid across 180 degrees to -180...180
        foot = foot.isel(lon=np.argsort((foot["lon"].values - grid.west) % 360.0))
    return since / np.timedelta64(1, "h"), foot.values


def diluted(rows, receptor, veght=0.5):
    """The rows with PYSTILT's near-field dilution of the influence that has none."""
    raw = add_release_heights(rows, receptor).assign(foot=rows["foot_no_hnf_dilution"])
    return rows.assign(foot=correct_near_field(raw, receptor, veght)["foot"])
