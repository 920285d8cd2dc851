"""Between operands of different ranks: one image without its batch and channel axes; a kernel of few axes for an input of more."""

from dataclasses import replace
from typing import Any

from faltung.dialects.phrases import contiguous
from faltung.dialects.record import Call, Refusal
from faltung.dialects.task import Task
from faltung.spec import Layout, Spec
from faltung.spec.layout import Groups
from faltung.spec.spec import at, per_axis_fields

# What a field says on an axis along which a kernel of one tap lies.
IDLE: dict[str, Any] = {
    "anchor": "high", "pads": (0, 0), "stride": 1, "dilation": 1, "input_dilation": 1, "reversal": False, "fold": None,
    "output_reversal": False,
}  # fmt: skip


def without_layout(task: Task) -> Task | None:
    """Return the task on the only image and channel; None where the kernel's axes lie in another order, or there are groups."""
    layout = task.spec.layout
    if layout is None or task.spec.groups.count != 1 or [c for c in layout.kernel if c not in "OI"] != list(layout.spatial):
        return None
    x, k = (f"numpy.asarray({name})[{_only(letters)}]" for name, letters in ((task.x, layout.input), (task.k, layout.kernel)))
    back = ", ".join("None" if letter in "NC" else ":" for letter in layout.output)
    spec = replace(task.spec, layout=None, groups=Groups())
    return replace(task, spec=spec, x=x, k=k, kernel=k, axes=len(layout.spatial), answer=task.answer.replace("{}", f"{{}}[{back}]"))


def with_layout(task: Task) -> Task:
    """Return the task on one image with one channel, in front: for libraries that count axes by a layout."""
    letters = "DHW"[-(task.axes or 2) :] if (task.axes or 2) <= 3 else "ABDEFGHW"[: task.axes]
    layout = Layout(input=f"NC{letters}", kernel=f"OI{letters}", output=f"NC{letters}")
    x, k, kernel = (f"{name}[None, None]" for name in (task.x, task.k, task.kernel))
    spec = replace(task.spec, layout=layout)
    return replace(task, spec=spec, x=x, k=k, kernel=kernel, answer=task.answer.replace("{}", "{}[0, 0]"))


def in_batches(answer: Call | Refusal) -> Call | Refusal:
    """Return a line on arrays as one on tensors with a batch and a channel axis, and a kernel with one more axis."""
    if isinstance(answer, Refusal):
        return answer if answer.nearest is None else replace(answer, nearest=_in_batches(answer.nearest))
    return _in_batches(answer)


def _in_batches(call: Call) -> Call:
    x, k = f"torch.as_tensor({call.input})[None, None]", f"torch.as_tensor({contiguous(call.kernel)})[None]"
    return replace(call, input=x, kernel=k, answer=call.answer.replace("{}", "{}[0, 0]"))


def without_batches(task: Task, x_sizes: tuple[int, ...], k_sizes: tuple[int, ...]) -> Task:
    """Return the task on the only image and channel of a batch, as an array."""
    x, k = f"numpy.asarray({task.x})[0, 0]", f"numpy.asarray({task.k})[0]"
    answer = task.answer.replace("{}", "{}[None, None]")
    return replace(task, x=x, k=k, kernel=k, x_sizes=x_sizes, k_sizes=k_sizes, axes=len(x_sizes), answer=answer)


def is_single(layout: Layout, x_shape: tuple[int, ...], k_shape: tuple[int, ...]) -> bool:
    """Return whether there is one image, and one channel on either side."""
    letters = zip(layout.input + layout.kernel, x_shape + k_shape, strict=True)
    return all(size == 1 for letter, size in letters if letter in "NCOI")


def _only(letters: str) -> str:
    return ", ".join("0" if letter in "NCOI" else ":" for letter in letters)


def over_all_axes(task: Task, sliding: tuple[int, ...], x_shape: tuple[int, ...], k_sizes: tuple[int, ...]) -> Task:
    """Return the task with a kernel of one tap along every axis of the input that it does not slide over."""
    rank = len(x_shape)
    places = [axis % rank for axis in sliding]
    index = ", ".join(":" if axis in places else "None" for axis in range(rank))
    sizes = tuple(k_sizes[places.index(axis)] if axis in places else 1 for axis in range(rank))
    kernel = f"{task.k}[{index}]"
    return replace(
        task, spec=_spread(task.spec, places, rank), k=kernel, kernel=kernel, x_sizes=x_shape, k_sizes=sizes, axes=rank
    )  # fmt: skip


def _spread(spec: Spec, places: list[int], rank: int) -> Spec:
    fields: dict[str, Any] = {}
    for name, values in per_axis_fields(spec).items():
        idle = IDLE.get(name, values[0])
        if values == (idle,):
            continue
        fields[name] = tuple(at(values, places.index(axis)) if axis in places else idle for axis in range(rank))
    for name in ("pads", "anchor"):
        if spec.mode != {"pads": "pads", "anchor": "same"}[name]:
            fields[name] = getattr(spec, name)
    return replace(spec, **fields)
