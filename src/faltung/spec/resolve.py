"""From words to integers: the one Window per axis that a Spec means for given sizes."""

from dataclasses import replace

from faltung.errors import SpecError
from faltung.spec.spec import Spec, at, per_axis_fields, reversed_axis, split_anchor
from faltung.spec.window import Window, core_size, dilated_size, reach


def windows(spec: Spec, input_sizes: tuple[int, ...], kernel_sizes: tuple[int, ...]) -> tuple[Window, ...]:
    """Return the Window of every axis.

    Raises
    ------
    SpecError
        When the ranks differ, an axis is empty, or the kernel does not fit; the message names the axis and the sizes.
    """
    rank = len(input_sizes)
    if len(kernel_sizes) != rank:
        raise SpecError(
            f"the input has {rank} axes {input_sizes} and the kernel {len(kernel_sizes)} {kernel_sizes}; "
            f"both need the same number, or axes= names the {len(kernel_sizes)} axes of the input that the kernel slides over"
        )
    for name, values in per_axis_fields(spec).items():
        if len(values) not in (1, rank):
            raise SpecError(f"{name} has {len(values)} entries, but the operation has {rank} axes; give one entry, or {rank}")
    return tuple(_window(spec, axis, n, k) for axis, (n, k) in enumerate(zip(input_sizes, kernel_sizes, strict=True)))


def _window(spec: Spec, axis: int, n: int, k: int) -> Window:
    if n < 1 or k < 1:
        operand = "input" if n < 1 else "kernel"
        raise SpecError(f"axis {axis}: the {operand} is empty (input {n}, kernel {k} samples); both need at least one sample")
    boundary, fill = at(spec.boundary, axis), at(spec.fill, axis)
    window = Window(
        stride=at(spec.stride, axis), kernel_dilation=at(spec.dilation, axis), input_dilation=at(spec.input_dilation, axis),
        reversal=reversed_axis(spec, axis),
        boundary_low=boundary[0], boundary_high=boundary[1], fill_low=fill[0], fill_high=fill[1],
        fold=at(spec.fold, axis), output_reversal=at(spec.output_reversal, axis),
    )  # fmt: skip
    if spec.operation == "convolve_transpose":
        window = _transposed(spec, window, axis, n, k)
    else:
        low, high = _pads(spec, window, axis, n, k)
        window = replace(window, pad_low=low, pad_high=high)
    if core_size(window, n, k) < 1:
        raise SpecError(_does_not_fit(window, axis, n, k))
    return window


def _does_not_fit(window: Window, axis: int, n: int, k: int) -> str:
    span, room = reach(window, k) + 1, dilated_size(window, n) + window.pad_low + window.pad_high
    taps = f"{k} taps, dilation {window.kernel_dilation}" if window.kernel_dilation > 1 else f"{k} taps"
    padded = f" ({n} and pads {window.pad_low}, {window.pad_high})" if window.pad_low or window.pad_high else ""
    remedy = "add padding or lower the dilation" if window.kernel_dilation > 1 else "add padding, or use mode 'same' or 'full'"
    return f"axis {axis}: the kernel does not fit: span {span} ({taps}) exceeds {room} samples{padded}; {remedy}"


def _pads(spec: Spec, window: Window, axis: int, n: int, k: int) -> tuple[int, int]:
    """Return (pad_low, pad_high) of a mode; with a stride, `same` is the result for stride 1 taken [::stride]."""
    span = reach(window, k)
    if spec.mode == "full":
        return span, span
    if spec.mode == "valid":
        return 0, 0
    if spec.mode == "causal":
        return span, 0
    if spec.mode == "pads":
        return at(spec.pads, axis)
    if spec.mode == "same":
        low = anchor_pad(spec, axis, window.kernel_dilation, k)
        return low, span - low
    size = dilated_size(window, n)
    total = max((-(-size // window.stride) - 1) * window.stride + span + 1 - size, 0)
    low = total // 2 if spec.mode == "same_upper" else total - total // 2
    return low, total - low


def anchor_pad(spec: Spec, axis: int, dilation: int, k: int) -> int:
    """Return pad_low of mode `same`: L − L//2 for high, L//2 for low, dilation·a for tap a."""
    base, taps = split_anchor(at(spec.anchor, axis))
    span = dilation * (k - 1)
    start = {"tap": 0, "low": span // 2, "high": span - span // 2}[base]
    low = start + dilation * taps
    if base == "tap" and not 0 <= taps < k:
        raise SpecError(f"axis {axis}: anchor {taps} is not a tap of a kernel with {k}; taps are numbered 0 to {k - 1} in window order")
    return low


def _transposed(spec: Spec, window: Window, axis: int, n: int, k: int) -> Window:
    """Spread the input by the stride; crop the full output by the pads. Full size: stride·(n−1) + L + 1."""
    span, stride = reach(window, k), window.stride
    crop_low, crop_high = at(spec.pads, axis) if spec.mode == "pads" else (0, 0)
    if spec.mode in ("same_upper", "same_lower"):
        total = max(span + 1 - stride, 0)
        crop_low = total // 2 if spec.mode == "same_upper" else total - total // 2
        crop_high = span + 1 - stride - crop_low
    return replace(window, stride=1, input_dilation=stride, pad_low=span - crop_low, pad_high=span - crop_high)
