"""The public function: loose arguments become a Problem, once, and the arrays that go with it."""

from typing import Any, overload

from faltung.engine.operands import as_operands, dtype_name, result_dtype_name
from faltung.errors import SpecError
from faltung.spec.arguments import make_spec
from faltung.spec.parse import parse
from faltung.spec.problem import Problem
from faltung.spec.spec import Spec
from faltung.trace.record import Array, Steps, Walk

_DEFAULTS: dict[str, Any] = {
    "mode": "full", "boundary": "zero", "fill": 0, "stride": 1, "dilation": 1, "anchor": None, "conj": None, "dtype": None,
    "overflow": "raise", "rounding": "half_even",
}  # fmt: skip


@overload
def trace(x: Any, k: Any, at: None, *, operation: str = ..., spec: Spec | Problem | str | None = ..., **arguments: Any) -> Walk: ...
@overload
def trace(
    x: Any, k: Any, at: int | tuple[int, ...] = ..., *, operation: str = ..., spec: Spec | Problem | str | None = ..., **arguments: Any
) -> Steps: ...
def trace(
    x: Any, k: Any, at: int | tuple[int, ...] | None = (0, 0), *, operation: str = "correlate", spec: Spec | Problem | str | None = None,
    **arguments: Any,
) -> Steps | Walk:  # fmt: skip
    """Return how an output comes about: the window read, the kernel as applied, every product, the running sum, the result.

    For output o, with the input continued by its boundary to X,

        y[o] = Σ over t ascending of  w[t] · X[stride·o + dilation·t − pad_low],

    where w is the kernel in window order: reversed for a convolution, conjugated as the convention says.

    Parameters
    ----------
    x, k : array_like
        Input and kernel, of the same number of axes. Integers and Fractions are summed exactly; floats as method ``"shift"`` sums them.
    at : tuple of int, int or None
        Index of the output; negative numbers count from the end. The default, all zeros, is the first output whatever the number of
        axes. None: every output, as a `Walk`.
    operation : {"correlate", "convolve", "convolve_transpose"}
        Which.
    spec : Spec, Problem or str, optional
        The convention, or its line of notation, instead of `operation` and the arguments below.
    **arguments
        mode, boundary, fill, stride, dilation, anchor, conj, dtype, overflow and rounding, as for `correlate`.

    Returns
    -------
    Steps, or Walk where `at` is None
        ``print`` shows it, a notebook draws it; ``to_json()``, ``to_html()`` and ``to_latex()`` give it in other forms, and
        ``whole()`` the walk over every output.

    Raises
    ------
    SpecError
        When the arguments describe no operation, when there is no such output, and for conventions that are not one sum for each output
        (layouts, folds, exchanged operands, missing values, or-and, frames); the message says what can be traced instead.

    Examples
    --------
    >>> x, k = [[0, 0, 0], [1, 1, 2], [1, 3, 0]], [[4, 1, 1], [0, 3, 3], [2, 1, 2]]
    >>> ft.trace(x, k, mode="valid").result, ft.trace(x, k, operation="convolve", mode="valid").result
    (14, 10)
    >>> print(ft.trace([3, 5, 8], [1, -1], at=1, mode="same", boundary="edge"))
    int64[3] * int64[2] correlate same:high boundary=edge
    y[o] = Σ over t of w[t] · X[p],  p = stride·o + dilation·t − pad_low
    <BLANKLINE>
    y[1] of 3 outputs
      axis 0: p = 1·1 + 1·t − 1 = 0, 1
    <BLANKLINE>
      window read   kernel as applied   products
          3  5             1  -1          3  -5
    <BLANKLINE>
      y[1] = 1·3 - 1·5
           = 3 - 5
           = -2
    <BLANKLINE>
      tap  kernel  weight  reads  sample  product  sum
      0    k[0]         1  x[0]        3        3    3
      1    k[1]        -1  x[1]        5       -5   -2
    """
    data, kernel = as_operands(x, k)
    convention = _convention(spec, operation, arguments, data, kernel)
    refuse(convention, data, kernel)
    shapes = tuple(int(n) for n in data.shape), tuple(int(n) for n in kernel.shape)
    problem = Problem(
        spec=convention, input_shape=shapes[0], kernel_shape=shapes[1], input_dtype=dtype_name(data), kernel_dtype=dtype_name(kernel)
    )
    if problem.exchanged:
        raise SpecError(
            f"with shapes {shapes[0]} and {shapes[1]} operands={convention.operands} exchanges the operands, and a trace shows them "
            "as given; trace (k, x) with operands=as_given"
        )
    walk = Walk(problem=problem, x=data, k=kernel)
    return walk if at is None else walk[at]


def _convention(spec: Spec | Problem | str | None, operation: str, arguments: dict[str, Any], x: Array, k: Array) -> Spec:
    unknown = [name for name in arguments if name not in _DEFAULTS]
    if unknown:
        raise TypeError(f"trace() got an unexpected argument {unknown[0]!r}; it takes operation, spec, {', '.join(_DEFAULTS)}")
    if spec is None:
        given = _DEFAULTS | arguments
        return make_spec(operation, **given | {"dtype": result_dtype_name(given["dtype"])})
    if arguments or operation != "correlate":
        named = ", ".join(arguments or ["operation"])
        raise SpecError(f"spec already says all of the convention; leave out {named}")
    found = parse(spec) if isinstance(spec, str) else spec
    if isinstance(found, Problem):
        if (x.shape, k.shape) != (found.input_shape, found.kernel_shape):
            sizes = f"{found.input_shape} and {found.kernel_shape}"
            raise SpecError(f"the problem is for shapes {sizes}, but the arrays have {x.shape} and {k.shape}")
        return found.spec
    return found


def refuse(spec: Spec, x: Array, k: Array) -> None:
    """Raise for conventions in which an output is not one sum of products that can be shown."""
    if spec.layout is not None:
        raise SpecError(f"layout={spec.layout} sums over channels as well; trace one image and channel at a time, without the layout")
    if x.ndim != k.ndim or not x.ndim:
        remedy = "trace one item of the other axes, as in trace(x[..., 0], k)" if x.ndim > k.ndim > 0 else "give both the same number"
        raise SpecError(f"the input has {x.ndim} axes {x.shape} and the kernel {k.ndim} {k.shape}; {remedy}")
    if any(fold is not None for fold in spec.fold):
        raise SpecError("a fold adds several sums onto one output; trace the operation without it, whose outputs are those sums")
    if spec.missing != "propagate":
        raise SpecError(f"missing={spec.missing} leaves products out; a trace shows every product: leave missing out")
    if spec.product != "multiply":
        raise SpecError(f"product={spec.product} adds no products; a trace shows sums: leave product out, nonzero sums are its True")
    if spec.frame != "computed":
        raise SpecError(f"frame={spec.frame} puts numbers at the border that are no sums; leave frame out")
