"""``faltung apply``: a kernel over each channel of a picture, or over an array."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from faltung.api import problem as make_problem
from faltung.api import run
from faltung.cli.operands import as_row, read_kernel
from faltung.cli.options import spec_of
from faltung.cli.output import emit_json, say
from faltung.errors import SpecError
from faltung.io import InputError, Picture, check_target, encode, format_of, read, write, write_standard_output
from faltung.spec import Problem, Spec

Array = np.ndarray[Any, Any]
SHOWN_WEIGHTS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for, beside the convention."""

    image: str
    kernel: str
    output: str | None
    force: bool
    kind: str | None
    max_pixels: int
    as_json: bool
    method: str


def apply_to_file(request: Request, convention: Mapping[str, str | None], defaults: Mapping[str, str]) -> None:
    """Read, filter, write; say on standard error what was done."""
    _check_request(request)
    spec = spec_of(convention, defaults)
    name, weights = read_kernel(request.kernel, request.max_pixels)
    picture = read(request.image, max_pixels=request.max_pixels)
    weights = as_row(weights, picture.data.ndim)
    _check_ranks(picture, weights)
    spec = with_numbers(spec, picture.data, convention)
    start = first_axis(picture, weights)
    sizes = picture.data.shape[start : start + weights.ndim]
    problem = make_problem(spec, sizes, weights.shape, picture.data.dtype, weights.dtype)
    axes = None if weights.ndim == picture.data.ndim else tuple(range(start, start + weights.ndim))
    alpha = alpha_of(picture, problem)
    result = run(spec, picture.data, weights, axes=axes, method=request.method)
    _write(request, picture, result, alpha)
    _report(request, picture, problem, name, weights, result)


def _check_request(request: Request) -> None:
    if request.output is None:
        if not request.as_json:
            raise InputError(
                "say where the result goes: -o OUT.png (.jpg, .tif, .npy, .npz), -o - for standard output, or --json for a report only"
            )
    elif request.output == "-":
        if request.as_json:
            raise InputError("-o - and --json both write to standard output; name a file")
    else:
        format_of(request.output)
        check_target(request.output, force=request.force)
    if request.image == "-" and request.kernel.strip() == "-":
        raise InputError("image and kernel cannot both come from standard input")


def _check_ranks(picture: Picture, weights: Array) -> None:
    if picture.is_image and weights.ndim != 2:
        raise SpecError(f"the kernel has {weights.ndim} axes {weights.shape}; a picture takes kernels of rows and columns")
    if weights.ndim > picture.data.ndim:
        raise SpecError(f"the kernel has {weights.ndim} axes {weights.shape}, and the array only {picture.data.ndim} {picture.data.shape}")


def first_axis(picture: Picture, weights: Array) -> int:
    """Return the axis at which the kernel begins: of pages, the second, unless the kernel has an axis for them, too."""
    return 1 if picture.pages and weights.ndim == 2 else 0


def _pages(picture: Picture) -> bool:
    """Return whether a TIFF of the result has a page for each item of its first axis: a volume, but no array of RGB."""
    return picture.pages or (not picture.is_image and picture.data.ndim == 3 and picture.data.shape[2] not in (1, 3))


def with_numbers(spec: Spec, data: Array, convention: Mapping[str, str | None]) -> Spec:
    """Return the Spec with the image's dtype, saturated, unless the convention says a dtype or an overflow itself."""
    if convention.get("spec") is not None and spec.dtype is None and convention.get("overflow") is None:
        spec = replace(spec, overflow="saturate")
    return replace(spec, dtype=data.dtype.name) if spec.dtype is None and data.dtype.kind in "iufc" else spec


def alpha_of(picture: Picture, problem: Problem) -> Array | None:
    """Return the alpha channel for the result: copied; with a stride in a mode that keeps the size, every stride-th sample."""
    if picture.alpha is None:
        return None
    steps = tuple(window.stride for window in problem.windows)
    alpha = picture.alpha[:: steps[0], :: steps[1]]
    if not problem.spec.mode.startswith("same") or alpha.shape != problem.output_sizes:
        raise SpecError(
            f"the result has {problem.output_sizes} samples and the alpha channel {picture.alpha.shape}; it is copied only in mode same: "
            "use that, or remove the alpha channel first"
        )
    return np.ascontiguousarray(alpha)


def _write(request: Request, picture: Picture, result: Array, alpha: Array | None) -> None:
    if request.output == "-":
        kind = request.kind.upper() if request.kind else picture.format if picture.format in ("PNG", "JPEG", "TIFF") else "NPY"
        write_standard_output(encode(result, kind, alpha=alpha, pages=_pages(picture)))  # type: ignore[arg-type]  # words of Format
    elif request.output is not None:
        write(request.output, result, alpha=alpha, force=request.force, pages=_pages(picture))


def _report(request: Request, picture: Picture, problem: Problem, name: str, weights: Array, result: Array) -> None:
    say(str(problem))
    for note in [*picture.notes, *hints(picture, problem, weights)]:
        say(f"note: {note}")
    if request.output not in (None, "-"):
        say(f"wrote {request.output}: {' x '.join(str(n) for n in result.shape)} {result.dtype}")
    if request.as_json:
        emit_json(
            "apply",
            notation=str(problem),
            input={"path": request.image, "format": picture.format, **shape_of(picture.data), "alpha": picture.alpha is not None},
            kernel={"name": name, **shape_of(weights), "weights": weights.tolist() if _plain(weights) else None},
            output={"path": request.output, **shape_of(result), **extremes(result)},
            notes=[*picture.notes, *hints(picture, problem, weights)],
        )


def _plain(weights: Array) -> bool:
    return weights.size <= SHOWN_WEIGHTS and weights.dtype.kind in "biuf" and bool(np.isfinite(weights).all())


def shape_of(array: Array) -> dict[str, Any]:
    """Return shape and dtype as JSON has them."""
    return {"shape": list(array.shape), "dtype": str(array.dtype)}


def extremes(result: Array) -> dict[str, Any]:
    """Return the least and the largest value; None where there is none that JSON can hold."""
    if result.dtype.kind not in "biuf" or not result.size:
        return {"minimum": None, "maximum": None}
    low, high = result.min().item(), result.max().item()
    return {"minimum": low if isfinite(low) else str(low), "maximum": high if isfinite(high) else str(high)}


def hints(picture: Picture, problem: Problem, weights: Array) -> list[str]:
    """Return what a newcomer may not expect: negative results that an unsigned dtype loses, a volume filtered slice by slice."""
    found = []
    lost = problem.dtype.startswith("uint") and problem.spec.overflow == "saturate" and problem.spec.offset == 0
    if lost and weights.dtype.kind in "if" and (weights < 0).any() and np.nansum(weights) <= 0:
        found.append(f"negative results become 0 in {problem.dtype}; --dtype int32 -o OUT.npy keeps them")
    if picture.pages and weights.ndim == 2:
        found.append(f"the kernel goes over each of {len(picture.data)} pages by itself; one of three axes goes across them")
    elif not picture.is_image and weights.ndim < picture.data.ndim:
        found.append(f"the kernel goes over the first {weights.ndim} of {picture.data.ndim} axes, for every item of the others")
    return found
