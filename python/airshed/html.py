"""What notebooks show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

_HEAD = 'style="text-align:left; font-weight:bold"'
_NAME = 'style="text-align:left; font-weight:normal; color:gray"'
_VALUE = 'style="text-align:left"'


def table(title: str, rows: Mapping[str, object]) -> str:
    """Names and values under a title: the look of all nouns; everything is escaped."""
    cells = "".join(
        f"<tr><th {_NAME}>{escape(name)}</th><td {_VALUE}>{escape(str(value))}</td></tr>"
        for name, value in rows.items()
        if value is not None
    )
    return f"<table><caption {_HEAD}>{escape(title)}</caption>{cells}</table>"


def met_store(met) -> str:
    """Each grid with its times, levels and size."""
    rows = {}
    for number, nest in enumerate(met.nests):
        times = nest["times"]
        words = f"{nest['nx']} x {nest['ny']} points, {len(nest['levels'])} levels, {len(times)} times"
        span = f", {_minute(times[0])} to {_minute(times[-1])}" if len(times) else ""
        rows[f"grid {number}, {nest['source']} {nest['model']}"] = words + span
    return table("Meteorology", rows)


def receptor(receptor) -> str:
    """Place, height and time."""
    rows = {
        "kind": receptor.kind,
        "place": _place(receptor),
        "time": f"{_minute(receptor.time)} UTC",
        "sampled over": None if receptor.release_h is None else f"{receptor.release_h:g} h",
    }
    return table(f"Receptor {receptor.id}", rows)


def grid(grid) -> str:
    """Bounds, cells and how particles are spread on it."""
    rows = {
        "x": f"{grid.west:g} to {grid.east:g} by {grid.dx:g}",
        "y": f"{grid.south:g} to {grid.north:g} by {grid.dy:g}",
        "crs": grid.crs,
        "layers": "one" if grid.time_integrate else f"{grid.layer_min} min",
        "gridding": grid.gridding or "that of the run's mode",
        "measure": grid.measure,
        "nested in": grid.nested_in,
    }
    return table(f"Grid {grid.name}", rows)


def trajectories(trajectories) -> str:
    """Receptor, records and how the particles ended."""
    minutes = trajectories.time_min
    span = f"{len(minutes)}, to {minutes[-1] / 60.0:+g} h" if len(minutes) else "none"
    rows = {
        "place": _place(trajectories.receptor),
        "time": f"{_minute(trajectories.receptor.time)} UTC",
        "particles": len(trajectories),
        "records": span,
        "variables": ", ".join(trajectories.keys()),
        **_counts(trajectories.status),
    }
    return table(f"Trajectories {trajectories.receptor.id}", rows)


def run(run) -> str:
    """Receptor, length and the ends of the particles."""
    rows = {
        "place": _place(run.receptor),
        "time": f"{_minute(run.receptor.time)} UTC",
        "hours": run.hours,
        "seed": run.seed,
        "footprints": ", ".join(grid.name for grid in run.grids) or None,
        **_counts(run.trajectories.status),
    }
    return table(f"Run {run.receptor.id}", rows)


def footprint(foot) -> str:
    """Receptor, grid, total with its sampling error, and where the influence went."""
    layers, rows, columns = foot.foot.shape
    budget = foot.budget
    share = 100.0 / budget["total"] if budget["total"] > 0 else 0.0
    error = "" if foot.total_stderr is None else f" ± {foot.total_stderr:.2g}"
    shown = {
        "place": _place(foot.receptor),
        "time": f"{_minute(foot.receptor.time)} UTC",
        "grid": f"{foot.grid.name}: {columns} x {rows} cells, {layers} layers of {foot.layer_seconds / 3600:g} h",
        "total": f"{foot.total:.4g}{error} ppm / (µmol m⁻² s⁻¹)",
        "mean age": None if foot.mean_age_h is None else f"{foot.mean_age_h:.1f} h",
        "inside the grid": f"{share * budget['inside']:.1f} %",
    }
    return table(f"Footprint {foot.receptor.id}", shown)


def flux(flux) -> str:
    """What it is, in its own words."""
    return table(f"Flux {flux.name}", {"": repr(flux)})


def flux_total(total) -> str:
    """Amounts, and what is not covered."""
    rows = {
        "amount": f"{total.mol_s:.6g} mol s⁻¹",
        "mass": None if total.kg_yr is None else f"{total.kg_yr:.6g} kg per year",
        "area": f"{total.area_m2 / 1e6:.6g} km²",
        "without data": f"{100 * total.uncovered_share:.1f} % of the region",
    }
    return table("Total of a flux", rows)


def enhancement(enhancement) -> str:
    """Total with its sampling error, and the hours that bring most."""
    pairs = sorted(zip(enhancement.ppm, enhancement.time, strict=True), reverse=True)[:5]
    error = "" if enhancement.total_stderr_ppm is None else f" ± {enhancement.total_stderr_ppm:.2g}"
    rows = {
        "total": f"{enhancement.total_ppm:.4f}{error} ppm",
        "not covered by the flux": f"{100 * enhancement.uncovered_share:.1f} % of the footprint",
    }
    rows.update({f"{_minute(time)} UTC": f"{ppm:.4f} ppm" for ppm, time in pairs if ppm != 0})
    return table(f"Enhancement {enhancement.receptor_id}", rows)


def store(store) -> str:
    """Grid, and the span of its receptors."""
    times = sorted(receptor.time for receptor in store.receptors)
    rows = {
        "footprints": len(store),
        "receptor times": f"{_minute(times[0])} to {_minute(times[-1])} UTC" if times else None,
        "grid": store.grid.name,
    }
    return table("Store of footprints", rows)


def jacobian(jacobian) -> str:
    """Shape and how full it is."""
    rows, columns = jacobian.shape
    filled = len(jacobian.data) / max(rows * columns, 1)
    shown = {
        "rows": f"{rows}, of {len(set(jacobian.receptor_id))} receptors",
        "columns": columns,
        "entries": f"{len(jacobian.data)} ({100 * filled:.2g} %)",
        "unit": "ppm / (µmol m⁻² s⁻¹)",
    }
    return table("Jacobian", shown)


def config(config) -> str:
    """The run that it describes."""
    rows = {
        "meteorology": _listed(config.met_files),
        "receptors": _listed(dict.fromkeys(receptor.id for receptor in config.receptors)),
        "hours": config.hours,
        "particles": config.particles,
        "seed": config.seed,
        "grids": _listed(config.grids),
        "fluxes": _listed(config.fluxes),
    }
    return table("Configuration", rows)


def inventory(inventory) -> str:
    """Tracer and sources."""
    rows = {"tracer": inventory.tracer, "sources": len(inventory.sources)}
    rows.update({sector or "all sectors": fuel for sector, fuel in inventory.sources})
    return table(f"Inventory {inventory.name}", rows)


def contributions(contributions) -> str:
    """Totals by tracer and inventory, and the sources that bring most."""
    rows = {"place": _place(contributions.receptor), "time": f"{_minute(contributions.receptor.time)} UTC"}
    totals = contributions.by("tracer", "inventory")
    rows.update({f"{row.tracer}, {row.inventory}": _amount(row) for row in totals.itertuples()})
    largest = contributions.by("tracer", "sector", "fuel", "vegetation_class").nlargest(8, "ppm")
    for row in largest.itertuples():
        rows[" ".join(filter(None, (row.tracer, row.sector, row.fuel, row.vegetation_class)))] = _amount(row)
    return table(f"Contributions {contributions.receptor.id}", rows)


def attribution(attribution) -> str:
    """Region and inventories."""
    west, east, south, north = attribution.region
    rows = {
        "region": f"{west:g} to {east:g} E, {south:g} to {north:g} N",
        "inventories": repr(attribution).removeprefix("Attribution(").removesuffix(")"),
    }
    return table("Attribution", rows)


def background(background) -> str:
    """Source and unit."""
    return table("Background", {"source": background.name, "unit": background.unit})


def background_mean(mean) -> str:
    """Value and error, what is covered, and where particles left."""
    rows = {
        "value": f"{mean.value:.4f} ± {mean.stderr:.4f} {mean.unit}",
        "between particles": f"{mean.sd:.4f} {mean.unit}",
        "covered": f"{100 * mean.covered_share:.1f} % of {mean.particles} particles",
        "mean age": f"{mean.mean_age_h:.1f} h",
    }
    rows.update({f"share {fate}": f"{100 * share:.1f} %" for fate, share in mean.shares.items() if share > 0})
    return table("Background", rows)


def height(receptor) -> str:
    """Height of a receptor in words; of one that is no point, where it starts."""
    agl, asl = receptor.height_agl_m, receptor.height_asl_m
    words = f"{asl:g} m above sea level" if agl is None else f"{agl:g} m above ground"
    return words if receptor.kind == "point" else f"{receptor.kind} from {words}"


def _place(receptor) -> str:
    return f"{receptor.lon_deg:.4f} E, {receptor.lat_deg:.4f} N, {height(receptor)}"


def _minute(time) -> str:
    return str(time)[:16].replace("T", " ")


def _counts(status: Iterable[str]) -> dict[str, int]:
    ends: dict[str, int] = {}
    for end in status:
        ends[f"particles {end}"] = ends.get(f"particles {end}", 0) + 1
    return ends


def _listed(names: Iterable[str]) -> str:
    """The first few names, and how many more."""
    names = list(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"


def _amount(row) -> str:
    return f"{row.ppm:.4g} ± {row.stderr_ppm:.2g} ppm"


def observations(observations) -> str:
    """What the file states, and how much was measured."""
    shown = dict(observations.metadata)
    values = observations.to_series()
    shown["values"] = f"{values.count()} of {len(values)}"
    if len(values):
        shown["from"], shown["to"] = f"{values.index[0]} UTC", f"{values.index[-1]} UTC"
    if observations.rejected:
        shown["left out for their flag"] = observations.rejected
    shown.update({f"note {k}": note for k, note in enumerate(observations.notes, 1)})
    return table(f"Observations {observations.species} {observations.station}", shown)


def comparison(comparison) -> str:
    """Statistics with their intervals."""
    counts = comparison.counts
    shown: dict[str, object] = {
        "pairs": f"{counts['pairs']} of {counts['rows']}",
        "gaps": f"{counts['gaps_observed']} observed, {counts['gaps_model']} modelled",
        "not selected": counts["not_selected"],
    }
    for name, row in comparison.statistics.iloc[1:].iterrows():
        interval = f" [{row['low']:.4g}, {row['high']:.4g}]" if row["low"] == row["low"] else ""
        shown[str(name)] = f"{row['value']:.4g}{interval}"
    shown["regression"] = comparison.regression
    return table(f"{comparison.model} against {comparison.observed}, {comparison.unit}", shown)


def vprm(vprm) -> str:
    """Its classes, and where the parameters come from."""
    return table("VPRM", {"": repr(vprm), "classes": ", ".join(vprm.classes), "parameters": vprm.source})
