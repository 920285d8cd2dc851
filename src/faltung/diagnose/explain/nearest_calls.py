"""Which calls of libraries come nearest to a large result that nothing explains: by patches first, and the best of them by all outputs."""

from collections.abc import Iterable, Iterator
from itertools import product

from faltung.diagnose.explain.explanation import Array, Explanation, Near
from faltung.diagnose.explain.judge import judge, judged, slack_of
from faltung.engine import compute
from faltung.errors import SpecError

SIDE = 24  # outputs of a patch on every axis
PLACES = (0, 0.3, 0.6, 1)  # of patches along an axis: both ends, and two in the interior
BEST = 3  # calls that are looked at in full
Region = tuple[slice, ...]


def nearest_calls(calls: Iterable[Explanation], x: Array, k: Array, y: Array) -> tuple[Near, ...]:
    """Return the calls that are right at the most outputs of the patches, with all outputs where they are wrong.

    Parameters
    ----------
    calls : iterable of Explanation
        Without changes.
    x, k, y : ndarray

    Examples
    --------
    >>> x, k = np.arange(10_000.0).reshape(100, 100) % 97, np.arange(6.0).reshape(2, 3)
    >>> y = ft.correlate(x, k, mode="same")
    >>> y[40:60, 3] += 1
    >>> near = nearest_calls([Explanation(spec=ft.parse(f"{name} same")) for name in ("convolve", "correlate")], x, k, y)
    >>> [(str(each.explanation.spec), int(each.wrong.sum())) for each in near[:1]]
    [('correlate same:high', 20)]
    """
    regions = list(patches(y.shape))
    shares = [(share, place, each) for place, each in enumerate(calls) if (share := _wrong(each, x, k, y, regions)) < 1]
    near = (Near(explanation=each, wrong=judge(each, x, k, y).wrong) for _, _, each in sorted(shares, key=lambda entry: entry[:2])[:BEST])
    return tuple(sorted((each for each in near if not each.wrong.all()), key=lambda each: int(each.wrong.sum())))


def patches(shape: tuple[int, ...]) -> Iterator[Region]:
    """Return regions at the ends and in the interior of every axis; of a short axis all of it."""
    spans = [
        dict.fromkeys((round(at * (n - SIDE)), round(at * (n - SIDE)) + SIDE) for at in PLACES) if n > SIDE else {(0, n): None}
        for n in shape
    ]
    yield from (tuple(slice(low, high) for low, high in span) for span in product(*spans))


def _wrong(explanation: Explanation, x: Array, k: Array, y: Array, regions: list[Region]) -> float:
    """Return the share of the patches' outputs that are wrong; 1 where the call refuses these operands, or gives another shape."""
    wrong = 0
    try:
        for region in regions:
            part = compute(explanation.spec, x, k, axes=explanation.axes, region=region)
            slack = slack_of(explanation, x[region] if x.shape == y.shape else x, k, y)
            wrong += int(judged(part, y[region], slack)[0].sum())
    except (SpecError, OverflowError, IndexError):
        return 1.0
    return wrong / sum(y[region].size for region in regions)
