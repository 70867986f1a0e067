"""What notebooks show."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape


def _table(title: str, rows: Mapping[str, object]) -> str:
    cells = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(str(value))}</td></tr>'
        for name, value in rows.items()
    )
    return f"<table><caption><b>{escape(title)}</b></caption>{cells}</table>"


def _place(receptor) -> str:
    return f"{receptor.lon_deg:.4f} E, {receptor.lat_deg:.4f} N, {height(receptor)}"


def height(receptor) -> str:
    """Height of a receptor in words; of one that is no point, where it starts."""
    agl, asl = receptor.height_agl_m, receptor.height_asl_m
    words = f"{asl:g} m above sea level" if agl is None else f"{agl:g} m above ground"
    return words if receptor.kind == "point" else f"{receptor.kind} from {words}"


def run(run) -> str:
    """Receptor, length and the ends of the particles."""
    rows = {"place": _place(run.receptor), "time": f"{run.receptor.time} UTC", "hours": run.hours, "seed": run.seed}
    rows.update({f"particles {end}": count for end, count in run.ends.items()})
    return _table(f"Run {run.receptor.id}", rows)


def footprint(foot) -> str:
    """Receptor, grid, total and where the influence went."""
    layers, rows, columns = foot.foot.shape
    budget = foot.budget
    share = 100.0 / budget["total"] if budget["total"] > 0 else 0.0
    shown = {
        "place": _place(foot.receptor),
        "time": f"{foot.receptor.time} UTC",
        "grid": f"{foot.grid.name}: {columns} x {rows} cells, {layers} layers",
        "total": f"{foot.total:.4g} ppm / (umol m-2 s-1)",
        "inside the grid": f"{share * budget['inside']:.1f} %",
    }
    return _table(f"Footprint {foot.receptor.id}", shown)


def enhancement(enhancement) -> str:
    """Total, and the hours that bring most."""
    pairs = sorted(zip(enhancement.ppm, enhancement.time, strict=True), reverse=True)[:5]
    rows = {
        "total": f"{enhancement.total_ppm:.4f} ppm",
        "not covered by the flux": f"{100 * enhancement.uncovered_share:.1f} % of the footprint",
    }
    rows.update({f"{time} UTC": f"{ppm:.4f} ppm" for ppm, time in pairs if ppm != 0})
    return _table(f"Enhancement {enhancement.receptor_id}", rows)


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
    return _table(f"Observations {observations.species} {observations.station}", shown)


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
    return _table(f"{comparison.model} against {comparison.observed}, {comparison.unit}", shown)
