"""The parts of the comparison: each measures in rounds, peers and airshed in turn, and gives rows of the table."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import ours
import theirs
from cases import RECEPTORS, WITHOUT_PYSTILT

MODES = ("parity", "physics")
WORKERS = 2


@dataclass
class Row:
    """A figure of a case: one value per round of each side; the ratio is of `first` to `second`, round by round."""

    figure: str
    case: str
    mode: str
    unit: str
    first: list = field(default_factory=list)
    second: list = field(default_factory=list)
    least: str = ""
    reach: str = ""

    def ratios(self):
        """Of the values of one round; of each value of the longer side to the last of the shorter."""
        pairs = max(len(self.first), len(self.second))
        if not (self.first and self.second):
            return []
        return [
            self.first[min(k, len(self.first) - 1)] / self.second[min(k, len(self.second) - 1)] for k in range(pairs)
        ]

    def to_dict(self):
        return asdict(self) | {"ratios": self.ratios()}


@contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="airshed-peers-")
    try:
        yield Path(path)
    finally:
        shutil.rmtree(path)


def airshed(options, case, receptors, mode, threads=1, **keys):
    with folder() as place:
        ours.write_input(case, receptors, place, mode, **keys)
        return ours.run(options.airshed, place, threads)


def transport(options, case):
    """Whole processes on one core, CPU seconds: hycs_std against airshed without particle file."""
    rows = {}
    for outdt, what in ((60, "hourly output (OUTDT=60)"), (0, "default output (OUTDT=0)")):
        for mode in MODES:
            bars = {("parity", 60): ("30", "60"), ("physics", 60): ("60", "150")}.get((mode, outdt), ("", ""))
            figure = f"transport, hycs_std with {what}"
            rows[outdt, mode] = Row(figure, case.name, mode, "CPU s", least=bars[0], reach=bars[1])
    for step in range(options.repeats):
        for mode in MODES:
            cpu_s = airshed(options, case, case.receptor(), mode)[0].cpu_s
            for outdt in (60, 0):
                rows[outdt, mode].second.append(cpu_s)
        for outdt in (60, 0) if step < options.their_repeats else ():
            with folder() as place:
                cpu_s = theirs.transport(case, place, outdt).cpu_s
            for mode in MODES:
                rows[outdt, mode].first.append(cpu_s)
    return list(rows.values())


def footprints(options, case):
    """From a receptor to its footprint file on one core, CPU seconds: `stilt run` against `airshed run`."""
    if case.name in WITHOUT_PYSTILT:
        return []
    rows = []
    kinds = [(mode, False) for mode in MODES] + [("parity", True)]
    for cell in ("0.1", "0.01"):
        figure = f"receptor to footprint file, {cell} degree"
        of_cell = [
            Row(figure + (", with particle file" if keep else ""), case.name, mode, "CPU s", least="40", reach="100")
            for mode, keep in kinds
        ]
        for step in range(options.repeats):
            for row, (mode, keep) in zip(of_cell, kinds, strict=True):
                cost, _ = airshed(options, case, case.receptor(), mode, cell=cell, keep=keep)
                row.second.append(cost.cpu_s)
            if step < options.their_repeats:
                with folder() as place:
                    cpu_s = theirs.chain(case, case.receptor(), place, cell, 1).cpu_s
                for row in of_cell:
                    row.first.append(cpu_s)
        rows += of_cell
    return rows


def batch(options, case):
    """24 receptors on one core and on two, wall seconds, beside PYSTILT on two; share of decoding, memory."""
    rows = {
        "peer": [Row("24 receptors, 2 workers", case.name, m, "s", least="50", reach="150") for m in MODES],
        "share": [Row("share of decoding in it", case.name, m, "CPU s", least="< 5 %", reach="< 2 %") for m in MODES],
        "memory": [
            Row("memory beyond the meteorology", case.name, m, "MB", least="< 300", reach="< 100") for m in MODES
        ],
        "threads": [Row("1 thread against 2", case.name, m, "s", least="1.9", reach="1.95") for m in MODES],
    }
    receptors = case.batch(RECEPTORS)
    for step in range(options.repeats):
        for k, mode in enumerate(MODES):
            alone, _ = airshed(options, case, receptors, mode, threads=1, cell="0.1")
            cost, manifest = airshed(options, case, receptors, mode, threads=WORKERS, cell="0.1")
            decoding = manifest["decoding"]
            rows["peer"][k].second.append(cost.wall_s)
            rows["share"][k].first.append(cost.of_threads("met") + decoding["columns_s"])
            rows["share"][k].second.append(cost.cpu_s)
            rows["memory"][k].second.append(cost.mb - decoding["held_bytes"] / 2**20)
            rows["threads"][k].first.append(alone.wall_s)
            rows["threads"][k].second.append(cost.wall_s)
        if step < options.their_repeats and case.name not in WITHOUT_PYSTILT:
            with folder() as place:
                cost = theirs.chain(case, case.batch(options.their_receptors), place, "0.1", WORKERS)
            for row in rows["peer"]:
                row.first.append(cost.wall_s * RECEPTORS / options.their_receptors)
    return [row for of_figure in rows.values() for row in of_figure]


def many(options, case):
    """Wall seconds per receptor of 240 on two threads against 24, once."""
    bars = {"least": "≤ 1.0", "reach": "0.9"}
    rows = [Row("cost per receptor, 240 against 24", case.name, mode, "s", **bars) for mode in MODES]
    for row in rows:
        for count, values in ((RECEPTORS, row.second), (10 * RECEPTORS, row.first)):
            cost, _ = airshed(options, case, case.batch(count), row.mode, threads=WORKERS, cell="0.1")
            values.append(cost.wall_s / count)
    return rows


PARTS = {part.__name__: part for part in (transport, footprints, batch, many)}

# GDAS is the real case; what PYSTILT cannot do with it is measured on NGM
OF_CASE = {
    "vortices_noon": list(PARTS),
    "gdas_guadeloupe": ["transport", "batch", "many"],
    "ngm_kansas": ["footprints"],
}
