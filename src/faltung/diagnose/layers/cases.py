"""The cases of a check: sizes that are not square, kernels of even size, strides that do not divide, and a smallest one."""

from collections.abc import Iterator
from typing import Any

from faltung.diagnose.layers.axes import Form, Sizes, fitted
from faltung.diagnose.layers.calling import Layer, Settings
from faltung.diagnose.layers.roles import SETTINGS, keywords_of
from faltung.errors import SpecError

# Images, input and output channels of each group, samples, taps; the most telling first, then one with equal channels and a square
# kernel (some mistakes raise anywhere else), then the smallest.
SIZES: dict[int, tuple[tuple[int, int, int, tuple[int, ...], tuple[int, ...]], ...]] = {
    1: ((2, 3, 2, (9,), (3,)), (3, 2, 4, (8,), (2,)), (2, 2, 2, (11,), (4,)), (1, 1, 1, (4,), (2,))),
    2: ((2, 3, 2, (8, 7), (3, 2)), (3, 2, 4, (6, 9), (2, 3)), (2, 2, 2, (7, 7), (3, 3)), (1, 1, 1, (4, 3), (2, 2))),
    3: ((2, 3, 2, (4, 5, 3), (2, 3, 2)), (1, 2, 3, (5, 4, 4), (3, 2, 2)), (2, 2, 2, (4, 4, 4), (2, 2, 2)), (1, 1, 1, (3, 3, 2), (2, 2, 2))),
}  # fmt: skip
# For layers that take few kernel sizes: square ones, with channels that are not equal.
LAST_RESORT = {
    1: ((2, 3, 2, (9,), (5,)), (2, 3, 2, (10,), (4,))), 2: ((2, 3, 2, (9, 8), (5, 5)), (2, 3, 2, (10, 7), (3, 3))),
    3: ((2, 3, 2, (5, 4, 6), (3, 3, 3)), (2, 3, 2, (4, 5, 3), (2, 2, 2))),
}  # fmt: skip
# With keyword arguments that the functions take: which are set together.
GRID: tuple[Settings, ...] = (
    {}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"groups": 2}, {"stride": 3}, {"stride": 2, "padding": 1},
    {"stride": 2, "dilation": 2}, {"stride": 2, "padding": 1, "groups": 2},
)  # fmt: skip
FEW = (0, 2)  # of the sizes, with settings other than the first


def sizes_for(form: Form, groups: int, more: bool = False) -> Iterator[Sizes]:
    """Yield the sizes of the table for a form, with `more` the last resort too."""
    rank = len(form.spatial)
    for batch, c, o, samples, taps in (*SIZES[rank], *(LAST_RESORT[rank] if more else ())):
        sizes = Sizes(batch=batch, channels_in=c * groups, channels_out=o * groups, groups=groups, samples=samples, taps=taps)
        yield fitted(form, sizes)


def settings_for(layer: Layer, given: tuple[Settings, ...] | None) -> tuple[Settings, ...]:
    """Return the keyword arguments to try: those given, else the part of `GRID` that the functions take."""
    functions = (layer.forward, *layer.backward.values())
    needed = {name: SETTINGS[name] for function in functions for name in function.needed}
    if given is not None:
        unknown = [name for each in given for name in each if not keywords_of(layer.forward, {name: 0})]
        if unknown:
            raise SpecError(f"the forward function takes no argument {unknown[0]!r}, which settings= names")
        return tuple({**needed, **each} for each in given) or (needed,)
    known = set(layer.settings)
    return tuple({**needed, **each} for each in GRID if set(each) <= known)


def groups_in(settings: Settings, groups: int) -> int:
    """Return how many groups a setting asks for."""
    value: Any = settings.get("groups", groups)
    return int(value)
