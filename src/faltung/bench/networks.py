"""Libraries for neural networks: one image, one channel; operands and layers are made beforehand, and the call is timed alone."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

from faltung.bench.contender import Array, Contender, Maker, Work, pads, plain, window_order


def makers() -> Iterator[tuple[str, Maker]]:
    """Yield every library with its maker."""
    yield "torch convNd", _torch
    yield "jax.lax.conv", _jax
    yield "onnxruntime Conv", _onnx


def _torch(work: Work) -> Contender | str:
    if (why := _rank(work)) is not None:
        return why
    torch = import_module("torch")
    torch.set_num_threads(work.workers)
    function = getattr(torch.nn.functional, f"conv{work.x.ndim}d")
    x, k = (torch.from_numpy(np.ascontiguousarray(array))[None, None] for array in (work.x, window_order(work)))
    around = pads(work)
    if all(low == high for low, high in around):
        padding = [low for low, _ in around]
        return Contender(name="torch convNd", call=lambda: function(x, k, padding=padding), array=_one)
    widths = [width for pair in reversed(around) for width in pair]
    return Contender(name="torch convNd", call=lambda: function(torch.nn.functional.pad(x, widths), k), array=_one)


def _jax(work: Work) -> Contender | str:
    if (why := _rank(work)) is not None:
        return why
    jax = import_module("jax")
    strides, around = (1,) * work.x.ndim, pads(work)

    def convolved(x: Any, k: Any) -> Any:
        return jax.lax.conv_general_dilated(x, k, strides, around)

    compiled = jax.jit(convolved)
    x, k = (jax.numpy.asarray(array)[None, None] for array in (work.x, window_order(work)))
    if x.dtype != work.x.dtype:
        return f"has no {work.x.dtype} unless it is told so"
    return Contender(name="jax.lax.conv", call=lambda: compiled(x, k).block_until_ready(), array=_one, note="compiled by jax.jit")


def _onnx(work: Work) -> Contender | str:
    if (why := _rank(work)) is not None:
        return why
    if work.x.dtype != np.float32:
        return "is raced on float32"
    runtime, helper = import_module("onnxruntime"), import_module("onnx.helper")
    k = window_order(work)[None, None]
    around = pads(work)
    node = helper.make_node("Conv", ["x", "k"], ["y"], pads=[low for low, _ in around] + [high for _, high in around])
    told = [helper.make_tensor_value_info(name, 1, None) for name in ("x", "y")]
    weights = import_module("onnx.numpy_helper").from_array(k, "k")
    graph = helper.make_graph([node], "g", told[:1], told[1:], [weights])
    options = runtime.SessionOptions()
    options.intra_op_num_threads = work.workers
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    given = {"x": work.x[None, None]}
    return Contender(name="onnxruntime Conv", call=lambda: session.run(None, given)[0], array=_one)


def _rank(work: Work) -> str | None:
    return plain(work) or (None if work.x.ndim <= 3 else f"has no {work.x.ndim} axes")


def _one(answer: Any) -> Array:
    values: Array = np.asarray(answer)
    return np.asarray(values[0, 0])
