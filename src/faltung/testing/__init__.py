"""For the test suites of libraries that convolve: assertions on whole numbers, where equal means equal.

`assert_convention` checks a function against a Spec over a grid of sizes; `assert_exact` compares arrays and names the first difference;
`assert_adjoint` is the dot test, and `assert_layer` checks the gradients of a layer. ``faltung.testing.strategies`` draws Specs and
Problems for hypothesis.

    >>> from scipy import ndimage
    >>> ft.testing.assert_convention(ndimage.correlate, "correlate same:high boundary=half_sample")
"""

from faltung.testing.adjoints import assert_adjoint
from faltung.testing.conventions import assert_convention
from faltung.testing.exact import assert_exact
from faltung.testing.layers import assert_layer

__all__ = ["assert_adjoint", "assert_convention", "assert_exact", "assert_layer"]
