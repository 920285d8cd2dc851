"""What one deep-learning library says, said in each of the others, and typed there: the same numbers, or a refusal."""

import os
from types import SimpleNamespace

import numpy
import numpy as np
import pytest
from dialects.onnx_node import runner
from dialects.tensor_cases import whole
from peers import peer
from proof import counting

import faltung as ft
from faltung.dialects import Call, Refusal, read, write
from faltung.spec import parse

os.environ.setdefault("DEV", "PYTHON")  # tinygrad without a compiler
pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:Using padding='same'", "ignore::DeprecationWarning")]

FORWARD = {
    "torch.nn.functional.conv2d": [
        {}, {"stride": (2, 1), "padding": (1, 2)}, {"padding": "same"}, {"dilation": 2, "groups": 2, "padding": 1},
    ],
    "torch.nn.Conv2d": [{"padding": 1, "padding_mode": "reflect"}, {"padding": (2, 1), "padding_mode": "circular", "stride": 2}],
    "onnx.Conv": [
        {"pads": [0, 1, 2, 1]}, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, {"auto_pad": "SAME_LOWER"},
        {"group": 2, "dilations": [1, 2]},
    ],
    "jax.lax.conv_general_dilated": [
        {"window_strides": (1, 2), "padding": "SAME", "dimension_numbers": ("NHWC", "HWIO", "NHWC")},
        {"window_strides": (1, 1), "padding": [(2, 1), (0, 3)], "dimension_numbers": ("NHWC", "OHWI", "NCHW")},
        {"window_strides": (1, 1), "padding": "SAME_LOWER", "feature_group_count": 2},
        {"window_strides": (2, 1), "padding": "VALID", "rhs_dilation": (1, 2), "dimension_numbers": ("HWCN", "WIHO", "CNWH")},
        {"window_strides": (1, 1), "padding": [(2, 3), (1, 2)], "lhs_dilation": (2, 3)},
    ],
    "keras.ops.conv": [
        {}, {"padding": "same", "strides": 2}, {"padding": "same", "dilation_rate": (1, 2)},
        {"padding": "same", "data_format": "channels_first"},
    ],
    "keras.layers.Conv2D": [{"padding": "same", "groups": 2}],
    "mlx.core.conv2d": [{"stride": 2, "padding": (1, 2), "groups": 2}],
    "mlx.core.conv_general": [{"padding": ([1, 0], [2, 1]), "flip": True}, {"input_dilation": (1, 2), "padding": 3}],
    "tinygrad.Tensor.conv2d": [{"padding": (1, 0, 2, 3), "stride": 2}, {"groups": 2, "padding": 1}],
}  # fmt: skip
BACKWARD = {
    "torch.nn.functional.conv_transpose2d": [{}, {"stride": 2, "padding": 1, "output_padding": 1}, {"stride": (2, 3), "dilation": 2}],
    "torch.nn.ConvTranspose2d": [{"stride": 2, "padding": (1, 0), "output_padding": 1}, {"stride": (2, 3), "groups": 2}],
    "onnx.ConvTranspose": [{"strides": [2, 2], "pads": [1, 0, 0, 1]}, {"strides": [2, 3], "auto_pad": "SAME_UPPER"}],
    "jax.lax.conv_transpose": [
        {"strides": (2, 2), "padding": "SAME", "transpose_kernel": True}, {"strides": (2, 1), "padding": "SAME"},
        {"strides": (2, 3), "padding": ((1, 0), (2, -1)), "transpose_kernel": True, "use_consistent_padding": True},
    ],
    "keras.ops.conv_transpose": [{"strides": 2, "padding": "same"}, {"strides": (3, 2), "output_padding": (1, 0)}],
    "keras.layers.Conv2DTranspose": [{"strides": 2, "padding": "same"}],
    "mlx.core.conv_transpose2d": [{"stride": 2, "padding": 1, "output_padding": (1, 0)}],
    "tinygrad.Tensor.conv_transpose2d": [{"stride": 2, "padding": (1, 0, 0, 1)}, {"stride": 2, "output_padding": 1}],
}  # fmt: skip
SIZES = {"N": 2, "C": 4, "O": 6, "I": 4}
SMALL = {"N": 1, "C": 2, "O": 2, "I": 2}
SPATIAL_X, SPATIAL_K = (7, 8), (3, 4)


@pytest.fixture(scope="module")
def names():
    """Return what the lines may name."""
    torch, jax, keras, mlx, tinygrad = (peer(name) for name in ("torch", "jax", "keras", "mlx.core", "tinygrad"))
    onnx, runtime = peer("onnx"), peer("onnxruntime")
    nodes = SimpleNamespace(**{name: runner(onnx, runtime, name) for name in ("Conv", "ConvTranspose")})
    return {
        "numpy": numpy, "torch": torch, "jax": jax, "keras": keras, "mlx": SimpleNamespace(core=mlx), "tinygrad": tinygrad, "onnx": nodes,
    }  # fmt: skip


def typed(call, names, x, k):
    """Return what the line gives, its operands being arrays of its library."""
    family = call.function.partition(".")[0]
    array = {
        "torch": lambda a: names["torch"].from_numpy(a), "keras": lambda a: names["keras"].ops.convert_to_tensor(a),
        "mlx": lambda a: names["mlx"].core.array(a), "tinygrad": lambda a: names["tinygrad"].Tensor(a),
        "jax": lambda a: names["jax"].numpy.asarray(a),
    }.get(family, lambda a: a)  # fmt: skip
    answer = eval(call.code, {**names, "x": array(x), "k": array(k)})
    if family in ("torch", "keras"):
        return answer.detach().numpy()
    return answer.numpy() if family == "tinygrad" else np.asarray(answer)


def operands(spec, some=SIZES):
    """Return an input and a kernel of the Spec's layout and groups."""
    layout, g = spec.layout, spec.groups
    sizes = {**some, "I": some["C"] // (g.count if g.kernel == "O" else 1)}
    x = {**sizes, **dict(zip(layout.spatial, SPATIAL_X, strict=True))}
    k = {**sizes, **dict(zip(layout.spatial, SPATIAL_K, strict=True))}
    return whole([x[c] for c in layout.input]), whole([k[c] for c in layout.kernel], seed=2)


@pytest.mark.parametrize(("table", "least"), [(FORWARD, 120), (BACKWARD, 60)], ids=["forward", "transposed"])
def test_every_library_in_every_other(names, table, least):
    done, refused = 0, []
    for source, calls in table.items():
        for arguments in calls:
            spec = read(source, x_shape=(1, 1, 1, 1), **arguments)
            for target in table:
                if "tinygrad" in target and "functional" not in source:
                    continue  # slow without a compiler
                call = write(spec, target)
                if isinstance(call, Refusal):
                    refused.append((source, arguments, str(call)))
                    assert source != target, call
                    continue
                x, k = operands(spec, SMALL if "tinygrad" in target else SIZES)
                np.testing.assert_array_equal(typed(call, names, x, k), ft.run(spec, x, k), f"{source} {arguments} -> {call.code}")
                done += 1
    print(f"{done} lines typed and equal, {len(refused)} refused")
    for entry in refused:
        print(*entry)
    assert done >= least
    counting.translated(executed=done, refused=len(refused))


LINES = [
    ("correlate pads=1:2,0:3 stride=2 conj=none layout=NHWC,HWIO->NHWC", "torch.nn.functional.conv2d",
     "torch.permute(torch.nn.functional.conv2d(torch.nn.functional.pad(torch.permute(x, (0, 3, 1, 2)), (0, 3, 1, 2)), "
     "torch.permute(k, (3, 2, 0, 1)), stride=2), (0, 2, 3, 1))"),
    ("convolve pads=1:1 layout=NCHW,OIHW->NCHW", "torch.nn.functional.conv2d",
     "torch.nn.functional.conv2d(x, torch.flip(k, (2, 3)), padding=1)"),
    ("correlate same_upper stride=2 conj=none layout=NCHW,OIHW->NCHW", "keras.ops.conv",
     "keras.ops.conv(x, keras.ops.transpose(k, (2, 3, 1, 0)), strides=2, padding='same', data_format='channels_first')"),
    ("correlate same:low conj=none", "torch.nn.functional.conv2d",
     "torch.nn.functional.conv2d(x[None, None, :, :], k[None, None, :, :], padding='same')[0, 0, :, :]"),
    ("correlate pads=1:2 conj=none boundary=half_sample layout=NCW,OIW->NCW", "jax.lax.conv_general_dilated",
     "jax.lax.conv_general_dilated(jax.numpy.pad(x, ((0, 0), (0, 0), (1, 2)), mode='symmetric'), k, window_strides=(1,), "
     "padding='VALID', dimension_numbers=('NCW', 'OIW', 'NCW'))"),
    ("correlate causal conj=none layout=NWC,WIO->NWC", "keras.layers.Conv1D",
     "keras.layers.Conv1D(k.shape[-1], k.shape[:-2], use_bias=False, kernel_initializer=lambda *_, **__: k, padding='causal')(x)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "function", "line"), LINES, ids=[entry[1] for entry in LINES])
def test_lines(names, text, function, line):
    spec = parse(text)
    call = write(spec, function)
    assert isinstance(call, Call), call
    assert call.code == line
    if spec.layout is None:
        x, k = whole(SPATIAL_X), whole(SPATIAL_K, seed=2)
    elif len(spec.layout.spatial) == 2:
        x, k = operands(spec)
    else:
        shapes = ((2, 4, 7), (6, 4, 3)) if spec.layout.input == "NCW" else ((2, 7, 4), (3, 4, 6))
        x, k = whole(shapes[0]), whole(shapes[1], seed=2)
    np.testing.assert_array_equal(typed(call, names, x, k), ft.run(spec, x, k))


@pytest.mark.parametrize(
    ("text", "function", "reason"),
    [
        ("correlate same_upper stride=2 layout=NCHW,OIHW->NCHW", "torch.nn.functional.conv2d", "no mode=same_upper (it has pads)"),
        ("correlate same:low layout=NCHW,OIHW->NCHW", "torch.nn.functional.conv1d", "has 1 axes; the Spec names 2"),
        ("convolve_transpose stride=2 layout=NCHW,IOHW->NCHW", "torch.nn.functional.conv2d", "nothing like convolve_transpose"),
        ("correlate layout=NCHW,OIHW->NCHW", "torch.nn.functional.conv_transpose2d", "nothing like correlate"),
        ("correlate valid groups=2:N:O:C layout=NCHW,OIHW->NCHW", "onnx.Conv", "no groups=2:N:O:C (it has 2:C:O:C)"),
        ("correlate valid offset=3 layout=NCHW,OIHW->NCHW", "mlx.core.conv2d", "no offset=3 (it has 0)"),
        ("correlate valid scale=2 layout=NCHW,OIHW->NCHW", "mlx.core.conv2d", "exchange, permute and scale the operands before"),
        ("correlate pads=1:2 boundary=edge layout=NCHW,OIHW->NCHW", "keras.ops.conv", "no boundary=edge (it has zero)"),
    ],
)
def test_refusals(text, function, reason):
    refusal = write(parse(text), function)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
