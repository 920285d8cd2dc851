"""Dtypes by name: the table of results, as one literal table, and against NumPy where NumPy's rule is the same."""

import numpy as np
import pytest

from faltung.errors import SpecError
from faltung.spec import parse
from faltung.spec.numbers import COMPLEX, DTYPES, FLOATS, INTEGERS, check_dtype, integer_range, is_exact, promote, result_dtype, sum_dtype

RESULTS = """
    input       kernel      result      sums
    bool        bool        int64       int64
    uint8       uint8       int64       int64
    uint64      int8        int64       int64
    bool        float32     float32     float32
    uint8       float32     float32     float32
    int16       float16     float32     float32
    uint8       float64     float64     float64
    int16       complex64   complex64   complex64
    uint16      complex128  complex128  complex128
    int32       float32     float64     float64
    int64       float16     float64     float64
    uint32      complex64   complex128  complex128
    int8        longdouble  longdouble  longdouble
    float16     int64       float16     float32
    float32     int64       float32     float32
    float32     bool        float32     float32
    float64     uint8       float64     float64
    complex64   int32       complex64   complex64
    float16     float16     float16     float32
    float16     float32     float32     float32
    float32     float64     float64     float64
    float64     float32     float64     float64
    float64     complex64   complex128  complex128
    complex64   float16     complex64   complex64
    float16     complex64   complex64   complex64
    longdouble  complex64   clongdouble clongdouble
    clongdouble float32     clongdouble clongdouble
    object      float32     object      object
    uint8       object      object      object
"""
ROWS = [line.split() for line in RESULTS.strip().splitlines()[1:]]
ASKED = """
    input       kernel      asked       result      sums
    float32     float32     float64     float64     float64
    float64     float64     float32     float32     float64
    float32     float32     complex128  complex128  float64
    complex64   float32     float64     float64     complex128
    float32     float32     uint8       uint8       float32
    uint8       uint8       uint8       uint8       int64
    uint8       uint8       float32     float32     int64
    float16     float16     float16     float16     float32
    int64       int64       object      object      object
    uint8       float32     float64     float64     float64
"""
ASKED_ROWS = [line.split() for line in ASKED.strip().splitlines()[1:]]


@pytest.mark.parametrize(("first", "second", "result", "sums"), ROWS)
def test_results(first, second, result, sums):
    assert result_dtype(first, second) == result
    assert sum_dtype(first, second, None) == sums
    problem = parse(f"{first}[4] * {second}[2] convolve")
    assert (problem.dtype, problem.sum_dtype) == (result, sums)


@pytest.mark.parametrize(("first", "second", "asked", "result", "sums"), ASKED_ROWS)
def test_asked(first, second, asked, result, sums):
    problem = parse(f"{first}[4] * {second}[2] convolve dtype={asked}")
    assert (problem.dtype, problem.sum_dtype) == (result, sums)


def test_promotion_is_numpys():
    inexact = (*FLOATS, *COMPLEX)
    for a in inexact:
        for b in inexact:
            assert np.dtype(promote(a, b)) == np.result_type(np.dtype(a), np.dtype(b))


def test_every_pair_has_a_result_that_holds_the_input():
    for first in DTYPES:
        for second in DTYPES:
            result = result_dtype(first, second)
            assert result in DTYPES
            if not is_exact(first) and first != "object" and result != "object":
                assert np.can_cast(np.dtype(first), np.dtype(result))
            assert (result in COMPLEX) == (first in COMPLEX or second in COMPLEX) or result == "object"


def test_ranges_are_numpys():
    assert integer_range("bool") == (0, 1)
    for name in INTEGERS:
        info = np.iinfo(name)
        assert integer_range(name) == (info.min, info.max)
    assert [name for name in DTYPES if is_exact(name)] == ["bool", *INTEGERS]


def test_scaled_integers_are_no_integers():
    assert parse("uint8[4] * int64[2] convolve scale=1/2").dtype == "float64"
    assert parse("uint8[4] * int64[2] convolve offset=0.5").dtype == "float64"
    assert parse("uint8[4] * int64[2] convolve offset=1").dtype == "int64"
    assert parse("uint8[4] * int64[2] convolve scale=1/2 dtype=uint8").dtype == "uint8"


@pytest.mark.parametrize("name", ["", "float", "int", "f4", "float128", "str", "datetime64"])
def test_other_dtypes_are_refused_with_the_list(name):
    with pytest.raises(SpecError, match=r"is not supported; the dtypes are bool, int8, .*object"):
        check_dtype(name)
