"""Runs: from meteorology and receptors to particle ensembles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, overload

from . import _core, html
from ._core import Attribution, Config, Contributions, Footprint, Grid, MetStore, Receptor, Trajectories
from .exceptions import AirshedError, ConfigError
from .progress import progress_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from typing_extensions import Unpack


class Transport(TypedDict, total=False):
    """The switches of STILT v2 that act, under their STILT names; others are refused with a reason."""

    delt: float
    tratio: float
    tlfrac: float
    veght: float
    kmixd: int
    kmix0: float
    hnf_plume: bool
    near_field: dict[str, str]
    hscale: float
    z_top: float
    nturb: int
    emisshrs: float
    zicontroltf: int
    ziscale: float | Sequence[float]
    siguverr: float | None
    tluverr: float | None
    zcoruverr: float | None
    horcoruverr: float | None
    sigzierr: float | None
    tlzierr: float | None
    horcorzierr: float | None


@dataclass(frozen=True, repr=False)
class Run:
    """What the particles of one receptor met on their way.

    ``error_trajectories`` is the second ensemble, perturbed by the errors of the wind (``siguverr``, ...) and of the
    mixing height (``sigzierr``, ...), or ``None``: its variance beyond that of ``trajectories`` is the transport error.
    ``contributions`` tells who emitted what the sample holds, if an ``attribution`` was given to ``simulate``.
    ``made`` are the footprints on the ``grids`` given to ``simulate``, made while the particles flew. If the records
    were not ``kept``, ``trajectories`` holds starts and ends alone.
    """

    receptor: Receptor
    trajectories: Trajectories
    hours: int
    particles: int
    seed: int
    error_trajectories: Trajectories | None = None
    grids: tuple[Grid, ...] = ()
    made: tuple[Footprint, ...] = ()
    kept: bool = True
    contributions: Contributions | None = None

    def footprint(self, grid: Grid) -> Footprint:
        """Grids the ensemble, in the mode of the run if the grid names none; no transport is done again."""
        if grid in self.grids:
            return self.made[self.grids.index(grid)]
        self._require_records()
        return self.trajectories.footprint(grid)

    def footprints(self, grids: Sequence[Grid] | None = None) -> list[Footprint]:
        """On several grids, those given to ``simulate`` by default; nested grids count nothing twice."""
        if grids is None:
            return list(self.made)
        self._require_records()
        return self.trajectories.footprints(list(grids))

    def attribute(self, attribution: Attribution) -> Contributions:
        """Who emitted what the sample holds, from the records that were kept; no transport is done again."""
        self._require_records()
        return self.trajectories.attribute(attribution)

    def plot(self, **options) -> tuple[Axes, Axes]:
        """Draws the particles on a map and by height; keyword arguments as in :func:`airshed.plot.particles`."""
        self._require_records()
        return self.trajectories.plot(**options)

    def _require_records(self) -> None:
        if not self.kept:
            raise ConfigError(
                "the records were not kept: take keep=True, or give grids and attribution to simulate(...)"
            )

    @property
    def ends(self) -> dict[str, int]:
        """How many particles ended how: ``alive``, ``left domain``, ``left top``, ``met gap``."""
        return dict(Counter(self.trajectories.status))

    def __repr__(self) -> str:
        """Receptor, length and the ends of the particles."""
        ends = ", ".join(f"{count} {end}" for end, count in self.ends.items())
        return f"Run('{self.receptor.id}', hours={self.hours}, seed={self.seed}: {ends})"

    def _repr_html_(self) -> str:
        return html.run(self)


@overload
def simulate(
    met: MetStore,
    receptors: Receptor,
    *,
    hours: int | None = None,
    particles: int | Literal["auto"] | None = None,
    target_error: float | None = None,
    max_particles: int | None = None,
    seed: int | None = None,
    mode: str | None = None,
    variables: Sequence[str] | None = None,
    grids: Grid | Sequence[Grid] = (),
    attribution: Attribution | None = None,
    keep: bool = True,
    config: Config | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    errors: Literal["raise", "return"] = "raise",
    **transport: Unpack[Transport],
) -> Run: ...


@overload
def simulate(
    met: MetStore,
    receptors: Iterable[Receptor],
    *,
    hours: int | None = None,
    particles: int | Literal["auto"] | None = None,
    target_error: float | None = None,
    max_particles: int | None = None,
    seed: int | None = None,
    mode: str | None = None,
    variables: Sequence[str] | None = None,
    grids: Grid | Sequence[Grid] = (),
    attribution: Attribution | None = None,
    keep: bool = True,
    config: Config | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    errors: Literal["raise"] = "raise",
    **transport: Unpack[Transport],
) -> list[Run]: ...


@overload
def simulate(
    met: MetStore,
    receptors: Iterable[Receptor],
    *,
    hours: int | None = None,
    particles: int | Literal["auto"] | None = None,
    target_error: float | None = None,
    max_particles: int | None = None,
    seed: int | None = None,
    mode: str | None = None,
    variables: Sequence[str] | None = None,
    grids: Grid | Sequence[Grid] = (),
    attribution: Attribution | None = None,
    keep: bool = True,
    config: Config | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    errors: Literal["return"],
    **transport: Unpack[Transport],
) -> list[Run | AirshedError]: ...


def simulate(
    met,
    receptors,
    *,
    hours=None,
    particles=None,
    target_error=None,
    max_particles=None,
    seed=None,
    mode=None,
    variables=None,
    grids=(),
    attribution=None,
    keep=True,
    config=None,
    threads=None,
    progress=None,
    errors="raise",
    **transport,
):
    """Follows the particles of one receptor, or of each of several.

    The interpreter is released meanwhile, and Ctrl-C stops the run. The same seed gives the same numbers, whatever the
    number of threads.

    Parameters
    ----------
    met : MetStore
        The meteorology.
    receptors : Receptor, or an iterable of them
        Where and when the air was sampled.
    hours : int
        Length of the run; negative backward in time. -24 by default.
    particles : int or "auto"
        Particles per receptor; 1000 by default. ``"auto"``: as many as the footprints on ``grids`` need.
    target_error : float
        Relative standard error of each footprint's total that ``"auto"`` aims at.
    max_particles : int
        Most particles that ``"auto"`` takes.
    seed : int
        Seed of the noise; 1 by default.
    mode : str
        ``"parity"``: the physics of HYSPLIT-STILT, quirks and all; ``"physics"``: what the literature says.
    variables : sequence of str
        Columns of the particle table under their STILT names (``varsiwant``); ``time indx long lati foot`` are always
        there. On request, where the meteorology holds the fields: ``temp temz sphu rhfr wout shtf whtf dswf tcld lcld
        rain crai solw cape``; ``dmas`` is the mass weight.
    grids : Grid, or a sequence of them
        Grids of footprints that are made while the particles fly: ``Run.footprints()``.
    attribution : Attribution
        What the particles pick up is booked by source while they fly: ``Run.contributions``.
    keep : bool
        Whether the records of the particles are kept; if not, memory is bounded by the footprints.
    config : Config
        Where the values come from that are not given here.
    threads : int
        Threads that a run may use; all cores by default.
    progress : bool
        Whether a progress bar is shown; by default on a terminal and in a notebook.
    errors : "raise" or "return"
        With several receptors: stop at the first that fails, or put its exception in the place of its run and go on.
    **transport
        Every key of the section ``[transport]`` of the configuration: ``tlfrac``, ``veght``, ``kmixd``, ...

    Returns
    -------
    Run
        or a list of them, in the order of the receptors.

    Raises
    ------
    MetCoverageError
        The receptor lies outside the meteorology, or this lacks a field that a variable asks for.
    ConfigError
        An option is unknown or has an impossible value.
    OSError
        The meteorology could not be read.
    """
    if errors not in ("raise", "return"):
        raise ValueError(f"errors = {errors!r}: 'raise' or 'return'")
    given = {
        "hours": hours,
        "particles": particles,
        "target_error": target_error,
        "max_particles": max_particles,
        "seed": seed,
        "mode": mode,
    }
    grids = (grids,) if isinstance(grids, Grid) else tuple(grids)
    if not (keep or grids or attribution):
        raise ConfigError("keep = False: give grids or an attribution, or nothing is left of the run")
    names = [variables] if isinstance(variables, str) else variables
    settings = _core.Settings(config, {k: v for k, v in given.items() if v is not None}, transport, names)
    if isinstance(receptors, Receptor):
        return _simulate_all(met, [receptors], settings, (grids, attribution, keep), threads, progress, "raise")[0]
    return _simulate_all(met, list(receptors), settings, (grids, attribution, keep), threads, progress, errors)


def _simulate_all(met, receptors, settings, wanted, threads, progress, errors):
    runs = []
    grids, attribution, keep = wanted
    minutes = 60 * abs(settings.hours)
    ensembles = (False, True) if settings.has_errors and keep else (False,)
    with progress_bar(progress, total_min=minutes * len(ensembles) * len(receptors)) as bar:
        for receptor in receptors:
            bar.label(receptor.id)
            followed = []
            try:
                for perturbed in ensembles:
                    options = {"grids": grids, "attribution": attribution, "keep": keep, "perturbed": perturbed}
                    followed.append(
                        _core.follow(met, receptor, settings, **options, threads=threads, progress=bar.advance_to)
                    )
                    bar.end_stretch(minutes)
            except AirshedError as error:
                if errors == "raise":
                    raise
                runs.append(error)
                bar.end_stretch(minutes * (len(ensembles) - len(followed)))
                continue
            (trajectories, footprints, contributions), *others = followed
            runs.append(
                Run(
                    receptor,
                    trajectories,
                    settings.hours,
                    len(trajectories),
                    settings.seed,
                    error_trajectories=others[0][0] if others else None,
                    grids=grids,
                    made=tuple(footprints),
                    kept=keep,
                    contributions=contributions,
                )
            )
    return runs
