"""SimpleITK (ITK): true convolutions, centred low; integers wrap around, both operands of one pixel type."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from faltung.dialects.record import Arguments, Call, Dialect, choice
from faltung.errors import DialectError
from faltung.spec import Boundary, Spec
from faltung.spec.numbers import INTEGERS

BOUNDARIES: dict[Any, Boundary] = {0: "zero", 1: "edge", 2: "periodic"}
BOUNDARIES |= {"ZERO_PAD": "zero", "ZERO_FLUX_NEUMANN_PAD": "edge", "PERIODIC_PAD": "periodic"}
NUMBER = {"zero": 0, "edge": 1, "periodic": 2}
NAMES = ("ZERO_PAD", "ZERO_FLUX_NEUMANN_PAD", "PERIODIC_PAD")
REGIONS: dict[Any, Any] = {0: "same", 1: "valid", "SAME": "same", "VALID": "valid"}
ACCEPTED = (*INTEGERS, "float32", "float64")

PERIODIC_BUG = "SimpleITK 2.5.7 (ITK 5.4): PERIODIC_PAD with half a kernel longer than the image reads memory that is not the image's; " \
    "https://github.com/InsightSoftwareConsortium/ITK"  # fmt: skip
OVERFLOW_BUG = "SimpleITK 2.5.7: sums that int32, int64 and uint64 do not hold are converted as the processor likes, here to the lowest " \
    "number or 0, and do not wrap around; not imitated; " \
    "https://github.com/InsightSoftwareConsortium/ITK Modules/Filtering/Convolution"  # fmt: skip
FFT_SOURCE = "https://github.com/InsightSoftwareConsortium/ITK Modules/Filtering/Convolution/include/itkFFTConvolutionImageFilter.hxx"
FFT_OVERFLOW_BUG = f"SimpleITK 2.5.7: FFTConvolution turns sums that uint32 does not hold into 0; not imitated; {FFT_SOURCE}"
TRUNCATED_BUG = "SimpleITK 2.5.7: FFTConvolution cuts the answers of whole numbers towards zero after rounding errors: up to 1 off; " \
    f"{FFT_SOURCE}"  # fmt: skip


def _read(function: str, arguments: Arguments) -> Spec:
    law = choice(function, "boundaryCondition", arguments["boundaryCondition"], BOUNDARIES)
    region = choice(function, "outputRegionMode", arguments["outputRegionMode"], REGIONS)
    dtype = arguments["x_dtype"]
    if dtype is not None and dtype not in ACCEPTED:
        raise DialectError(f"{function} does not take {dtype}; it takes {', '.join(ACCEPTED)}")
    return Spec(
        operation="convolve", mode=region, anchor=("low",), boundary=((law, law),), dtype=dtype, rounding="truncate", overflow="wrap",
        scale="1/sum" if arguments["normalize"] else 1,
    )  # fmt: skip


def _prepare(function: str, x: Any, k: Any, _: Arguments) -> tuple[Any, Any]:
    if x.dtype != k.dtype:
        raise DialectError(f"{function} has an image of {x.dtype} and a kernel of {k.dtype}; both need one pixel type")
    if x.ndim != k.ndim or x.ndim not in (2, 3):
        raise DialectError(f"{function} has an image of shape {x.shape} and a kernel of {k.shape}; both must have 2 or 3 axes")
    return x, k


def _offers(spec: Spec) -> Iterable[Arguments]:
    for region in (0, 1):
        boundary = NUMBER.get(spec.boundary[0][0], 1)
        yield {"normalize": spec.scale == "1/sum", "boundaryCondition": boundary, "outputRegionMode": region}


def _types(call: Call) -> str:
    home, name = "SimpleITK", call.function.rpartition(".")[2]
    words = dict(call.arguments)
    named = ["normalize=True"] if words.get("normalize") else []
    if "boundaryCondition" in words:
        named.append(f"boundaryCondition={home}.{name}ImageFilter.{NAMES[words['boundaryCondition']]}")
    if words.get("outputRegionMode"):
        named.append(f"outputRegionMode={home}.{name}ImageFilter.VALID")
    operands = [f"{home}.GetImageFromArray({operand})" for operand in (call.input, call.kernel)]
    return f"{home}.GetArrayFromImage({home}.{name}({', '.join([*operands, *named])}))"


def _dialect(function: str, reference: str, *bugs: str) -> Dialect:
    return Dialect(
        function=function, defaults={"normalize": False, "boundaryCondition": 1, "outputRegionMode": 0}, types=_types,
        reads=partial(_read, function), offers=_offers, prepares=partial(_prepare, function), reference=reference,
        bugs=(PERIODIC_BUG, OVERFLOW_BUG, *bugs),
    )  # fmt: skip


ITK = {
    "SimpleITK.Convolution": _dialect("SimpleITK.Convolution", "the origin of a 'valid' answer moves in physical space"),
    "SimpleITK.FFTConvolution": _dialect(
        "SimpleITK.FFTConvolution", "by transforms: floats within rounding", TRUNCATED_BUG, FFT_OVERFLOW_BUG
    ),
}
