"""What the checks of this assignment are tried on, beside what `grader.strategies` has for all.

Ranges and printing follow the rules of that module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from grader.checks.exercises import calculus, planck
from grader.strategies import ANY, NONZERO, LossCase, Readable, assignment, matrices, single
from grader.subject import Array

POSITIVE = tuple(number for number in ANY if number > 0)


@dataclass(frozen=True, eq=False)
class DescentCase(Readable):
    """features (n, d), labels (n,) or (n, 1), the parameters w (d, 1) and b (1,) to start from, lr, and how many
    steps to take.
    """

    features: Array
    labels: Array
    w: Array
    b: Array
    lr: float
    num_steps: int


def no_step(rng: np.random.Generator) -> Iterator[DescentCase]:
    """A way without steps, which has a start all the same."""
    yield DescentCase(np.array([[1.0], [2.0]]), np.array([[3.0], [1.0]]), np.array([[1.0]]), np.array([1.0]), 0.0625, 0)


@st.composite
def descents(
    draw: st.DrawFn, *, column: bool = True, zero: bool = False, steps: st.SearchStrategy[int] | None = None
) -> DescentCase:
    """Two to five examples of one to three features, started anywhere but at zero, or (`zero`) just there."""
    n, d = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    features = draw(matrices((n, d), 15, NONZERO))
    labels = draw(matrices((n, 1) if column else (n,), 5, NONZERO))
    if zero:
        w, b = np.zeros((d, 1)), np.zeros(1)
    else:
        w, b = draw(matrices((d, 1), 3, NONZERO)), draw(matrices((1,), 1, NONZERO))
    # The largest curvature is 3 * 4^2 + 1: at a rate of a sixteenth an error at most doubles in a step.
    rate = draw(st.sampled_from([0.0625, 0.03125, 0.015625]))
    return DescentCase(features, labels, w, b, rate, draw(steps if steps is not None else st.integers(1, 4)))


@dataclass(frozen=True, eq=False)
class OhmCase(Readable):
    """Currents in amperes and voltages in volts, (n,) each."""

    current: Array
    voltage: Array

    @property
    def resistance(self) -> float:
        """The best R: sum I V / sum I^2."""
        return float(self.current @ self.voltage / (self.current @ self.current))

    def loss(self, R: float) -> float:
        return float(np.mean((R * self.current - self.voltage) ** 2) / 2)


UNITS = (1e-3, 1e-6, 1e3, 1e-2, 10.0)
"""Milliamperes first: they are what students measure."""
RESISTANCES = (1.0, 100.0, 2.0, 0.1, 4700.0, 1e6)


@st.composite
def measurements(draw: st.DrawFn, *, noisy: bool = True, units: tuple[float, ...] = (1.0,)) -> OhmCase:
    """Three to six currents of both small and large size in some unit; voltages with errors."""
    n, unit, R = draw(st.integers(3, 6)), draw(st.sampled_from(units)), draw(st.sampled_from(RESISTANCES))
    current = draw(matrices((n,), 6, POSITIVE))
    voltage = R * current
    if noisy:
        voltage = voltage + R * draw(matrices((n,), 6, NONZERO)) / 8
    return OhmCase(single(unit * current), single(unit * voltage))


@dataclass(frozen=True, eq=False)
class PlanckCase(Readable):
    """wavelength (n,) in micrometres and T, (1,) or (n,), in kelvins."""

    wavelength: Array
    T: Array


def a_temperature_for_each(rng: np.random.Generator) -> Iterator[PlanckCase]:
    """Several bodies, each looked at at one wavelength: x is 9.6, 2.4 and 0.7."""
    yield PlanckCase(np.array([5.0, 10.0, 20.0]), np.array([300.0, 600.0, 1000.0]))


def at(*ratios: float) -> PlanckCase:
    """A body of 3000 K at wavelengths where x is just this."""
    return PlanckCase(single(planck.C2 / (np.array(ratios) * 3000.0)), np.array([3000.0]))


@st.composite
def bodies(draw: st.DrawFn, lowest_x: float, highest_x: float) -> PlanckCase:
    """One to four wavelengths at which x = h c / (wavelength k T) is in this range, two digits each."""
    T = draw(st.sampled_from([1000.0, 300.0, 6000.0, 2.7, 77.0, 30_000.0]))
    shares = draw(st.lists(st.integers(0, 20), min_size=1, max_size=4))
    x = lowest_x * (highest_x / lowest_x) ** (np.array(shares) / 20)
    wavelength = np.array([float(f"{length:.2g}") for length in planck.C2 / (x * T)])
    return PlanckCase(single(np.clip(wavelength, 0.1, 1e5)), single(np.array([T])))


@dataclass(frozen=True, eq=False)
class SpectrumCase(Readable):
    """A measured spectrum: wavelength (n,) in micrometres and density (n,) in J/m^4. T is what is to be found."""

    wavelength: Array
    density: Array
    T: float

    def _lines(self) -> Iterable[str]:
        yield assignment("wavelength", self.wavelength)
        yield assignment("density", self.density)


def spectrum(T: float, wavelength: Array, noise: Array | float = 0.0) -> SpectrumCase:
    """What a body of temperature T shows; noise is relative."""
    wavelength = single(wavelength)
    return SpectrumCase(wavelength, single(np.exp(planck.log_density(wavelength, T)) * (1 + noise)), T)


@st.composite
def spectra(
    draw: st.DrawFn,
    temperatures: tuple[float, ...],
    *,
    counts: tuple[int, int] = (4, 8),
    window: tuple[float, float] = (0.5, 4.0),
) -> SpectrumCase:
    """Wavelengths in a window around the brightest one, in no order, without noise."""
    T, n = draw(st.sampled_from(temperatures)), draw(st.integers(*counts))
    shares = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n, unique=True))
    times = window[0] * (window[1] / window[0]) ** (np.array(shares) / 30)
    return spectrum(T, np.array([float(f"{length:.3g}") for length in planck.PEAK / T * times]))


@dataclass(frozen=True, eq=False)
class CurvatureCase(Readable):
    """A function, as `calculus.FUNCTIONS` names it, a constant in it (1 where there is none), and x."""

    f: str
    constant: float
    x: Array

    def _lines(self) -> Iterable[str]:
        yield f"f(x) = {calculus.FUNCTIONS[self.f].formula.format(c=f'{self.constant:g}')}"
        yield assignment("x", self.x)

    @property
    def size(self) -> int:
        return int(self.x.size)


TWICE = tuple(name for name, known in calculus.FUNCTIONS.items() if known.twice)
ONCE = tuple(name for name, known in calculus.FUNCTIONS.items() if not known.twice)
BETWEEN = tuple(number for number in POSITIVE if number >= 0.5)
FLAT: st.SearchStrategy[tuple[int, ...]] = st.integers(1, 4).map(lambda n: (n,))
SHAPES: st.SearchStrategy[tuple[int, ...]] = st.sampled_from([(2, 1), (1, 2), (2, 2), (2, 1, 2)])


@st.composite
def curvatures(
    draw: st.DrawFn, names: tuple[str, ...], shapes: st.SearchStrategy[tuple[int, ...]] = FLAT
) -> CurvatureCase:
    """Entries of x between 0.5 and 4: every function of the table is smooth there, and bends."""
    name = draw(st.sampled_from(names))
    constants = calculus.FUNCTIONS[name].constants
    return CurvatureCase(name, draw(st.sampled_from(constants)), draw(matrices(draw(shapes), 4, BETWEEN)))


@st.composite
def labelled(draw: st.DrawFn, shapes: tuple[str, ...], *, columns: bool = False) -> LossCase:
    """One to five predictions, (n, 1), and as many labels: flat, as a column or as a row."""
    n = draw(st.integers(1 if columns else 2, 5))
    wanted = {"flat": (n,), "column": (n, 1), "row": (1, n)}[draw(st.sampled_from(shapes))]
    return LossCase(draw(matrices((n, 1), 5)), draw(matrices(wanted, 5)))


@st.composite
def misfits(draw: st.DrawFn) -> LossCase:
    """Predictions, and another number of labels: most of these pairs can be broadcast."""
    n = draw(st.integers(1, 4))
    m = draw(st.integers(1, 5).filter(lambda m: m != n))
    wanted = draw(st.sampled_from([(m,), (m, 1), (1, m)]))
    return LossCase(draw(matrices((n, 1), 4)), draw(matrices(wanted, 5)))


@dataclass(frozen=True, eq=False)
class FeaturesCase(Readable):
    """features (n, d)."""

    features: Array


@st.composite
def centred(draw: st.DrawFn, units: tuple[float, ...] = (1.0,), most_features: int = 3) -> FeaturesCase:
    """Columns that add up to zero, with a variance above 1: here the bias changes nothing."""
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, most_features))
    half = draw(matrices((n, d), 9, tuple(number for number in NONZERO if abs(number) >= 1.25)))
    return FeaturesCase(draw(st.sampled_from(units)) * np.vstack([half, -half]))


@st.composite
def anywhere(draw: st.DrawFn) -> FeaturesCase:
    """Columns that lie to one side of zero."""
    n, d = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    return FeaturesCase(draw(matrices((n, d), 15, POSITIVE)))


def across(rng: np.random.Generator) -> Iterator[FeaturesCase]:
    """The steepest direction is that of (1, -1), where whoever starts from ones never looks."""
    yield FeaturesCase(np.array([[2.0, -2.0], [-2.0, 2.0]]))


@dataclass(frozen=True, eq=False)
class SweepCase(Readable):
    """Rates, and the losses on the way with each."""

    rates: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]

    def _lines(self) -> Iterable[str]:
        pairs = (
            f"{rate:g}: [{', '.join(f'{loss:g}' for loss in on_the_way)}]"
            for rate, on_the_way in zip(self.rates, self.losses, strict=True)
        )
        yield f"losses = {{{', '.join(pairs)}}}"

    def panel(self) -> dict[float, list[float]]:
        """The argument of plot_sweep."""
        return {rate: list(on_the_way) for rate, on_the_way in zip(self.rates, self.losses, strict=True)}


@st.composite
def sweeps(draw: st.DrawFn) -> SweepCase:
    """Two to four rates, each with losses that fall by a factor of their own, in any order."""
    rates = draw(st.lists(st.sampled_from([0.5, 0.1, 0.03, 1.25, 0.003]), min_size=2, max_size=4, unique=True))
    return _sweep(rates, [draw(st.integers(2, 5))] * len(rates))


def uneven_sweeps(rng: np.random.Generator) -> Iterator[SweepCase]:
    """Rates that were tried for different numbers of steps."""
    yield _sweep([0.1, 0.5, 0.03], [3, 5, 2])


def _sweep(rates: Sequence[float], steps: Sequence[int]) -> SweepCase:
    ways = (tuple(16.0 * (1 - rate) ** (2 * k) for k in range(count)) for rate, count in zip(rates, steps, strict=True))
    return SweepCase(tuple(rates), tuple(ways))


@dataclass(frozen=True, eq=False)
class PassesCase(Readable):
    """The arguments of batch_sizes."""

    num_examples: int
    batch_size: int
    num_epochs: int
    last: str

    def _lines(self) -> Iterable[str]:
        yield f"batch_sizes({self.num_examples}, {self.batch_size}, {self.num_epochs}, {self.last!r})"

    @property
    def size(self) -> int:
        return self.num_examples + self.batch_size + self.num_epochs


@st.composite
def passes(draw: st.DrawFn, last: str) -> PassesCase:
    """Up to 12 examples in batches of up to 15: batches that divide them, that do not, and that are too large."""
    return PassesCase(draw(st.integers(1, 12)), draw(st.integers(1, 15)), draw(st.integers(1, 4)), last)


@dataclass(frozen=True, eq=False)
class MeansCase(Readable):
    """The mean loss of each batch, and the batches' sizes."""

    means: tuple[float, ...]
    sizes: tuple[int, ...]

    def _lines(self) -> Iterable[str]:
        yield f"means = [{', '.join(f'{mean:g}' for mean in self.means)}]"
        yield f"sizes = [{', '.join(map(str, self.sizes))}]"


@st.composite
def batch_means(draw: st.DrawFn) -> MeansCase:
    """Full batches and a shorter last one, or any sizes at all."""
    n = draw(st.integers(1, 4))
    means = draw(st.lists(st.sampled_from([1.0, 0.0, 2.0, 10.0, 0.5]), min_size=n, max_size=n))
    sizes = draw(st.lists(st.sampled_from([1, 4, 2, 3, 10]), min_size=n, max_size=n))
    return MeansCase(tuple(means), tuple(sizes))
