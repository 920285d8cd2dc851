"""A home-made layer's gradients against the exact ones."""

from collections.abc import Callable
from typing import Any

from faltung.diagnose import LayerReport, check_layer


def assert_layer(forward: Callable[..., Any], backward: Callable[..., Any] | dict[str, Any], **arguments: Any) -> LayerReport:
    """Raise AssertionError unless the gradients of a convolution layer are the exact adjoints of its forward function, in every case.

    Parameters
    ----------
    forward : callable
        ``forward(x, w)`` or ``forward(x, w, b)``.
    backward : callable or dict of callable
        ``backward(g, x, w)``, which returns ``(dx, dw)`` or ``(dx, dw, db)``, or functions for ``"input"``, ``"kernel"`` and ``"bias"``.
    **arguments
        Those of `faltung.check_layer`: layout, spec, shapes, groups, settings, dtype and so on.

    Returns
    -------
    LayerReport
        What was compared, for tests that want to know more.

    Raises
    ------
    AssertionError
        With the whole report: the mistake, the line that would be right, and the smallest case that fails. Also where nothing could be
        decided: a test that compares nothing must not pass.

    Examples
    --------
    >>> def forward(x, w):
    ...     return np.correlate(x, w, "valid")
    >>> def backward(g, x, w):
    ...     return np.convolve(g, w, "full"), np.correlate(x, g, "valid")
    >>> ft.testing.assert_layer(forward, backward, layout="W,W->W").checked
    ('dx', 'dw')
    """
    __tracebackhide__ = True
    report = check_layer(forward, backward, **arguments)
    if report.correct is not True:
        raise AssertionError(str(report))
    return report
