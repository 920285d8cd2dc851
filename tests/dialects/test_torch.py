"""torch.nn.functional, its layers and Kornia mean what PyTorch computes: values, shapes, dtypes and refusals."""

from functools import partial

import numpy as np
import pytest
from dialects.tensor_cases import PLANES, SIZES, SOLIDS, Beside, grid, large, whole
from peers import peer

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore:Using padding='same'")]
DTYPES = (
    "bool", "uint8", "int8", "int16", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
)  # fmt: skip


@pytest.fixture(scope="module")
def torch():
    library = peer("torch")
    library.set_num_threads(1)
    return library


def beside(torch, name):
    call = getattr(torch.nn.functional, name)
    return Beside(f"torch.nn.functional.{name}", lambda x, k, **kw: call(torch.from_numpy(x), torch.from_numpy(k), **kw).numpy())


def layer(torch, x, k, groups=1, **arguments):
    cls = getattr(torch.nn, f"Conv{k.ndim - 2}d")
    return called(torch, cls(k.shape[1] * groups, k.shape[0], k.shape[2:], bias=False, groups=groups, **arguments), x, k)


def transposed_layer(torch, x, k, groups=1, **arguments):
    cls = getattr(torch.nn, f"ConvTranspose{k.ndim - 2}d")
    return called(torch, cls(k.shape[0], k.shape[1] * groups, k.shape[2:], bias=False, groups=groups, **arguments), x, k)


def called(torch, module, x, k):
    weight = {"weight": torch.from_numpy(k)}
    return torch.func.functional_call(module, weight, (torch.from_numpy(x),)).detach().numpy()


def test_conv1d(torch):
    check = beside(torch, "conv1d")
    for n, size in SIZES:
        x, k = whole((2, 2, n)), whole((3, 2, size), seed=2)
        for arguments in grid(stride=(1, 2, 3), padding=(0, 1, (3,), "same", "valid"), dilation=(1, 2)):
            check(x, k, **arguments)
    check.enough(values=200, refusals=80)


def test_conv2d_and_3d(torch):
    check = beside(torch, "conv2d")
    for n, size in PLANES:
        x, k = whole((1, 2, *n)), whole((3, 2, *size), seed=2)
        for arguments in grid(stride=(1, (2, 1), (1, 3)), padding=(0, (2, 1), (3, 3), "same"), dilation=(1, (1, 2))):
            check(x, k, **arguments)
    check.enough(values=70, refusals=30)
    check = beside(torch, "conv3d")
    for n, size in SOLIDS:
        for arguments in grid(stride=(1, (1, 2, 3)), padding=(0, 1, (2, 0, 1), "same"), dilation=(1, (2, 1, 1)), groups=(1, 2)):
            check(whole((2, 2, *n)), whole((2, 2 // arguments["groups"], *size), seed=2), **arguments)
    check.enough(values=100, refusals=40)


@pytest.mark.parametrize("name", ["conv1d", "conv_transpose1d"])
def test_groups(torch, name):
    check = beside(torch, name)
    for groups in (0, 1, 2, 3, 4, 6):
        for channels, shape in (
            (4, (4, 2, 3)),
            (4, (6, 2, 3)),
            (6, (6, 3, 4)),
            (6, (6, 1, 3)),
            (4, (8, 1, 2)),
            (6, (3, 2, 3)),
            (6, (5, 2, 3)),
        ):
            check(whole((2, channels, 7)), whole(shape, seed=2), groups=groups, padding=1)
    check.enough(values=6, refusals=20)


def test_conv_transpose1d(torch):
    check = beside(torch, "conv_transpose1d")
    for n, size in SIZES:
        x, k = whole((2, 2, n)), whole((2, 3, size), seed=2)
        for arguments in grid(stride=(1, 2, 3), padding=(0, 1, 2), output_padding=(0, 1, (2,)), dilation=(1, 2)):
            check(x, k, **arguments)
    check.enough(values=300, refusals=150)


def test_conv_transpose2d_and_3d(torch):
    check = beside(torch, "conv_transpose2d")
    for n, size in PLANES:
        x, k = whole((1, 4, *n)), whole((4, 3, *size), seed=2)
        for arguments in grid(
            stride=(1, (2, 3)), padding=(0, (1, 0), (1, 2)), output_padding=(0, (1, 2)), dilation=(1, (2, 1)), groups=(1, 2)
        ):
            check(x, k, **arguments)
    check.enough(values=80, refusals=20)
    check = beside(torch, "conv_transpose3d")
    for n, size in SOLIDS:
        for arguments in grid(stride=(2, (1, 2, 3)), padding=(0, (1, 0, 1)), output_padding=(0, (0, 1, 1)), dilation=(1, (2, 1, 1))):
            check(whole((2, 2, *n)), whole((2, 3, *size), seed=2), **arguments)
    check.enough(values=60)


def test_unbatched(torch):
    for name in ("conv1d", "conv2d", "conv_transpose2d", "conv3d"):
        check, rank = beside(torch, name), int(name[-2])
        for extra in (0, 1, 2, 3):
            check(whole((2,) * extra + (5,) * rank), whole((2, 2) + (3,) * rank, seed=2), stride=2, padding=1)
        check.enough(values=2, refusals=2)


@pytest.mark.parametrize("name", ["conv1d", "conv2d", "conv_transpose1d", "conv_transpose3d"])
def test_dtypes(torch, name):
    check, rank = beside(torch, name), int(name[-2])
    for dtype in DTYPES:
        for arguments in grid(dilation=(1, 2), stride=(1, 2), groups=(1, 2)):
            x, k = whole((1, 2) + (6,) * rank, dtype), whole((2, 2 // arguments["groups"]) + (2,) * rank, dtype, seed=2)
            check(x, k, **arguments)
            if np.dtype(dtype).kind in "iu":
                check(large(x.shape, dtype), large(k.shape, dtype, seed=2), **arguments)
    for a, b in (("float32", "float64"), ("float32", "int32"), ("complex64", "float32"), ("int8", "uint8")):
        check(whole((1, 2) + (6,) * rank, a), whole((2, 2) + (2,) * rank, b))
    check.enough(values=40, refusals=20)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_padding_mode(torch, mode):
    check = Beside("torch.nn.Conv1d", partial(layer, torch))
    for n, size in SIZES:
        x, k = whole((2, 2, n)), whole((3, 2, size), seed=2)
        for arguments in grid(stride=(1, 2), padding=(0, 1, 4, "same", "valid"), dilation=(1, 2)):
            check(x, k, padding_mode=mode, **arguments)
    check.enough(values=120, refusals=50)
    check = Beside("torch.nn.Conv2d", partial(layer, torch))
    for n, size in PLANES:
        for arguments in grid(padding=((2, 1), (0, 3), "same"), groups=(1, 2), stride=(1, (1, 2))):
            check(whole((1, 4, *n)), whole((2, 4 // arguments["groups"], *size), seed=2), padding_mode=mode, **arguments)
    check.enough(values=20, refusals=10)
    check = Beside("torch.nn.Conv3d", partial(layer, torch))
    for n, size in SOLIDS:
        for arguments in grid(padding=((1, 0, 2), 1, "same"), groups=(1, 2), stride=(1, (1, 2, 1))):
            check(whole((1, 2, *n)), whole((2, 2 // arguments["groups"], *size), seed=2), padding_mode=mode, **arguments)
    check.enough(values=20, refusals=10)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_layers(torch, rank):
    check = Beside(f"torch.nn.ConvTranspose{rank}d", partial(transposed_layer, torch))
    sizes = [((n,), (size,)) for n, size in SIZES] if rank == 1 else PLANES if rank == 2 else SOLIDS
    steps = (2, 1, 3)[:rank]
    for n, size in sizes:
        for arguments in grid(stride=(1, steps), padding=(0, 1), output_padding=(0, 1), dilation=(1, 2), groups=(1, 2)):
            check(whole((1, 4, *n)), whole((4, 3, *size), seed=2), **arguments)
    check(whole((4, *n)), whole((4, 3, *size), seed=2), stride=2)
    for mode in ("zeros", "circular"):
        check(whole((1, 4, *n), "float64"), whole((4, 3, *size), "float64", seed=2), padding_mode=mode)
    for dtype in DTYPES[DTYPES.index("float16") :]:  # weights that can be trained
        check(whole((1, 4, *n), dtype), whole((4, 3, *size), dtype, seed=2), stride=2)
    check.enough(values=90, refusals=30)


@pytest.mark.parametrize("border", ["constant", "reflect", "replicate", "circular"])
def test_kornia(torch, border):
    kornia = peer("kornia.filters")

    def run(x, k, **arguments):
        return kornia.filter2d(torch.from_numpy(x), torch.from_numpy(k), **arguments).numpy()

    check = Beside("kornia.filters.filter2d", run)
    for dtype in ("float32", "float64", "uint8"):
        for n, size in PLANES:
            x, k = whole((2, 3, *n), dtype), whole((1, *size), "float32", seed=2)
            for arguments in grid(padding=("same", "valid", "SAME"), behaviour=("corr", "conv")):
                check(x, k, border_type=border, **arguments)
    check(whole((1, 1, 4, 5)), np.array([[[1, -1], [2, 4]]], "float32"), normalized=True, border_type=border)
    check.enough(values=50, refusals=12)


REFUSED = [
    ({"padding": -1}, "padding"), ({"stride": 0}, "stride"), ({"dilation": 0}, "dilation"), ({"groups": 0}, "groups"),
    ({"padding": "SAME"}, "it has 'same', 'valid'"), ({"padding": "same", "stride": 2}, "stride 1 only"), ({"padding": (1, 1)}, "padding"),
    ({"stride": 1.5}, "whole number"), ({"pad": 1}, "has no argument 'pad'"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusals_say_why(torch, arguments, message):
    import faltung as ft

    x, k = whole((1, 1, 5)), whole((1, 1, 3), seed=2)
    with pytest.raises(ft.DialectError, match=message):
        ft.like("torch.nn.functional.conv1d", **arguments)(x, k)
    with pytest.raises((RuntimeError, TypeError)):
        torch.nn.functional.conv1d(torch.from_numpy(x), torch.from_numpy(k), **arguments)
