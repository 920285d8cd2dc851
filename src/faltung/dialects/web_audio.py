"""Web Audio: ``ConvolverNode``, a causal true convolution with an impulse response, as long as the input, in float32.

Unless ``normalize`` is false, the response is multiplied by 0.00125 / RMS · 44100 / sampleRate, RMS at least 0.000125: before the sums, by
`prepares`; the Spec is that of ``normalize=False``. Channels stand first; one response serves both channels, or each has its own.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from faltung.dialects.record import Arguments, Call, Dialect
from faltung.errors import DialectError
from faltung.spec import Spec

FUNCTION = "web_audio.ConvolverNode"
GAIN, LEAST_RMS, RATE = 0.00125, 0.000125, 44100


def _read(arguments: Arguments) -> Spec:
    if not arguments["sampleRate"] > 0:
        raise DialectError(f"{FUNCTION} has sampleRate {arguments['sampleRate']!r}; it must be positive")
    return Spec(operation="convolve", mode="causal", dtype="float32")


def _sliding(arguments: Arguments) -> tuple[int, ...] | None:
    shape = arguments["x_shape"]
    return (1,) if shape is not None and len(shape) == 2 else None


def _prepare(x: Any, k: Any, arguments: Arguments) -> tuple[Any, Any]:
    if any(array.dtype.kind not in "biuf" for array in (x, k)) or x.ndim not in (1, 2) or k.ndim != x.ndim:
        raise DialectError(f"{FUNCTION} has a sound of {x.dtype} {x.shape} and a response of {k.dtype} {k.shape}; both must be (samples,) "
                           "or (channels, samples), and real")  # fmt: skip
    if x.ndim == 2 and not (x.shape[0] <= 2 and k.shape[0] <= 2):
        raise DialectError(f"{FUNCTION} has {x.shape[0]} and {k.shape[0]} channels; here it takes 1 or 2 of each")
    response = k.astype("float32")
    if arguments["normalize"]:
        rms = max(float(np.sqrt(np.mean(response.astype("float64") ** 2))), LEAST_RMS)
        response = (response * (GAIN / rms * RATE / arguments["sampleRate"])).astype("float32")
    return x.astype("float32"), response


def _offers(_: Spec) -> Iterable[Arguments]:
    yield {"normalize": False}


def _types(call: Call) -> str:
    plain = "true" if "normalize" in dict(call.arguments) else "false"
    return f"new ConvolverNode(context, {{ buffer: {call.kernel}, disableNormalization: {plain} }})"


WEB_AUDIO = {
    FUNCTION: Dialect(
        function=FUNCTION, defaults={"normalize": True, "sampleRate": RATE}, axes=1, reads=_read, offers=_offers, sliding=_sliding,
        prepares=_prepare, types=_types, reference="run by node-web-audio-api; by transforms, so that silence is about 1e-9",
    ),
}  # fmt: skip
