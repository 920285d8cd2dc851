"""Overlap-save through the transforms of other libraries: what one would write around them, with the kernel's spectrum kept."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np

from faltung.bench.contender import Array, Contender, Maker, Work, pads, plain, window_order

Transform = Callable[..., Any]
ENOUGH, LEAST = 4, {1: 4096, 2: 256, 3: 64}
"""A tile is about so many times as long as the kernel, and at least so long for each rank: near the best for all of these libraries."""


def makers() -> Iterator[tuple[str, Maker]]:
    """Yield every library of transforms with its maker."""
    yield "torch.fft, overlap-save", _torch
    yield "ducc0.fft, overlap-save", _ducc
    yield "pyfftw, overlap-save", _pyfftw


def _torch(work: Work) -> Contender | str:
    if (why := _refusal(work)) is not None:
        return why
    torch = import_module("torch")
    torch.set_num_threads(work.workers)
    k = torch.from_numpy(window_order(work))
    sizes = tile_sizes(work)
    steps = [tile - taps + 1 for tile, taps in zip(sizes, k.shape, strict=True)]
    axes = tuple(range(-k.ndim, 0))
    spectrum = torch.fft.rfftn(k, s=sizes).conj()
    widths = [width for pair in reversed(padded(work, sizes)) for width in pair]
    x = torch.from_numpy(work.x)
    inside = (..., *(slice(0, step) for step in steps))

    def call() -> Any:
        tiles = torch.nn.functional.pad(x, widths)
        for axis, (tile, step) in enumerate(zip(sizes, steps, strict=True)):
            tiles = tiles.unfold(axis, tile, step)
        valid = torch.fft.irfftn(torch.fft.rfftn(tiles, dim=axes) * spectrum, s=sizes, dim=axes)[inside]
        return _joined(valid, k.ndim, lambda values, order: values.permute(order).contiguous())

    return Contender(name="torch.fft, overlap-save", call=call, array=lambda answer: _cut(answer.numpy(), work))


def _ducc(work: Work) -> Contender | str:
    ducc = import_module("ducc0").fft
    threads = {"nthreads": work.workers}
    return _numpy(
        work, "ducc0.fft, overlap-save",
        lambda values, axes, sizes: ducc.r2c(values, axes=axes, **threads),
        lambda values, axes, sizes: ducc.c2r(values, axes=axes, lastsize=sizes[-1], forward=False, inorm=2, **threads),
    )  # fmt: skip


def _pyfftw(work: Work) -> Contender | str:
    fftw = import_module("pyfftw.interfaces.numpy_fft")
    import_module("pyfftw.interfaces.cache").enable()
    given = {"threads": work.workers, "planner_effort": "FFTW_MEASURE"}
    return _numpy(
        work, "pyfftw, overlap-save",
        lambda values, axes, sizes: fftw.rfftn(values, s=sizes, axes=axes, **given),
        lambda values, axes, sizes: fftw.irfftn(values, s=sizes, axes=axes, **given),
    )  # fmt: skip


def _numpy(work: Work, name: str, forward: Transform, inverse: Transform) -> Contender | str:
    if (why := _refusal(work)) is not None:
        return why
    k, sizes = window_order(work), tile_sizes(work)
    steps = [tile - taps + 1 for tile, taps in zip(sizes, k.shape, strict=True)]
    axes = tuple(range(k.ndim, 2 * k.ndim))
    whole = np.zeros(sizes, k.dtype)
    whole[tuple(slice(0, taps) for taps in k.shape)] = k
    spectrum = np.conj(forward(whole, tuple(range(k.ndim)), sizes))
    inside = (..., *(slice(0, step) for step in steps))

    def call() -> Any:
        wide = np.pad(work.x, padded(work, sizes))
        tiles = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(wide, sizes)[tuple(slice(None, None, s) for s in steps)])
        valid = inverse(forward(tiles, axes, sizes) * spectrum, axes, sizes)[inside]
        return _joined(valid, k.ndim, lambda values, order: np.ascontiguousarray(values.transpose(order)))

    return Contender(name=name, call=call, array=lambda answer: _cut(np.asarray(answer), work))


def _refusal(work: Work) -> str | None:
    return plain(work) or (None if work.k.ndim in LEAST else f"is raced on {', '.join(map(str, LEAST))} axes")


def tile_sizes(work: Work) -> tuple[int, ...]:
    """Return a tile: a power of two on each axis."""
    return tuple(max(LEAST[work.k.ndim], ENOUGH * 2 ** (taps - 1).bit_length()) for taps in work.k.shape)


def padded(work: Work, sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the zeros around the input: the pads of the problem, and what completes the last tile."""
    found: list[tuple[int, int]] = []
    for (low, _), tile, taps, outputs in zip(pads(work), sizes, work.k.shape, work.problem.output_shape, strict=True):
        step = tile - taps + 1
        reach = -(-outputs // step) * step + taps - 1
        found.append((low, reach - low - work.x.shape[len(found)]))
    return found


def _joined(tiles: Any, axes: int, transposed: Callable[[Any, list[int]], Any]) -> Any:
    """Return tiles (axes of counts, then axes of sizes) laid side by side."""
    order = [axis for pair in zip(range(axes), range(axes, 2 * axes), strict=True) for axis in pair]
    shape = [tiles.shape[a] * tiles.shape[axes + a] for a in range(axes)]
    return transposed(tiles, order).reshape(shape)


def _cut(values: Array, work: Work) -> Array:
    return values[tuple(slice(0, size) for size in work.problem.output_shape)]
