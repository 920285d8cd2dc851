"""Functions with the names, signatures, defaults, dtype rules and errors of other libraries, computed by faltung.

``from faltung.drop_in import scipy_signal as signal`` in place of ``from scipy import signal``, likewise `scipy_ndimage` and `numpy`.
They take NumPy arrays and what NumPy makes arrays of. None of those libraries is called; where a result differs on purpose, the
function's docstring says so.
"""

from faltung.drop_in import numpy, scipy_ndimage, scipy_signal

__all__ = ["numpy", "scipy_ndimage", "scipy_signal"]
