"""The kernel between two arrays: exact data give it exactly, noise gives error bars that are true, and what cannot be known is said."""

import json

import numpy as np
import pytest
from diagnose.estimate.rounding import outputs_met, tap_error, taps_met

import faltung as ft
from faltung.errors import SpecError
from faltung.spec.boundary import BOUNDARIES


def picture(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(float)


def made(kernel, x, **convention):
    return ft.correlate(x, np.asarray(kernel, float), mode=convention.pop("mode", "same"), **convention)


ODD = np.array([[1, 2, -3], [4, 0, 6], [-7, 8, 9], [2, 2, 5], [1, 0, 3]], float)
EVEN = np.array([[1, 2, -3, 5], [4, 1, 6, 1]], float)


@pytest.mark.parametrize("boundary", [b for b in BOUNDARIES if b != "constant"])
@pytest.mark.parametrize("kernel", [ODD, EVEN], ids=["odd", "even"])
def test_kernel_size_place_and_boundary_are_found(kernel, boundary):
    x = picture(40, 37)
    y = made(kernel, x, boundary=boundary)
    found = ft.identify(x, y)
    assert found.whole is not None
    assert found.whole[1] == 1
    assert np.array_equal(found.whole[0], kernel)
    again = ft.run(found.spec, x, found.kernel)
    assert outputs_met(again, y, x, found)


@pytest.mark.parametrize("anchor", ["low", "high", 0, 1])
def test_place_of_an_even_kernel(anchor):
    x = picture(30, 31)
    y = made(EVEN, x, anchor=anchor, boundary="edge")
    for found in (ft.identify(x, y), ft.identify(x, y, EVEN.shape) if anchor in ("low", "high") else None):
        if found is not None:
            assert outputs_met(ft.run(found.spec, x, found.kernel), y, x, found)
            assert taps_met(found.kernel, EVEN, x)


def test_fill_of_a_constant_boundary_is_found():
    x = picture(40, 37)
    found = ft.identify(x, made(ODD, x, boundary="constant", fill=17.5))
    assert found.spec.boundary == (("constant", "constant"),)
    assert found.spec.fill == ((17.5, 17.5),)


def test_different_laws_at_each_end():
    x = picture(44, 37)
    spec = ft.parse("correlate same:high boundary=edge:periodic,whole_sample:zero")
    y = ft.run(spec, x, ODD)
    found = ft.identify(x, y)
    assert outputs_met(ft.run(found.spec, x, found.kernel), y, x, found)
    assert found.spec.boundary == spec.boundary


@pytest.mark.parametrize("mode", ["valid", "full"])
def test_the_size_follows_from_the_shapes(mode):
    x = picture(30, 28)
    y = made(EVEN, x, mode=mode)
    found = ft.identify(x, y)
    assert found.spec.mode == mode
    assert np.array_equal(found.whole[0], EVEN)
    assert outputs_met(ft.run(found.spec, x, found.kernel), y, x, found)


def test_small_arrays():
    x, k = picture(12, 9), np.arange(1.0, 13).reshape(3, 4)
    assert taps_met(ft.identify(x, made(k, x)).kernel, k, x)


def test_a_convolution_is_given_as_the_correlation_that_it_is():
    x = picture(30, 28)
    found = ft.identify(x, ft.convolve(x, EVEN, mode="valid"))
    assert np.array_equal(found.whole[0], EVEN[::-1, ::-1])


def test_stride():
    x = picture(61, 50)
    y = made(ODD, x, boundary="half_sample", stride=(2, 3))
    found = ft.identify(x, y, stride=(2, 3))
    assert np.array_equal(found.whole[0], ODD)
    assert outputs_met(ft.run(found.spec, x, found.kernel), y, x, found)


def test_one_and_three_axes_colours_and_complex_numbers():
    s = np.random.default_rng(1).normal(size=300)
    assert taps_met(ft.identify(s, np.convolve(s, [1.0, -2.0, 4.0], "same")).kernel, [4, -2, 1], s)
    v = picture(14, 13, 12)
    k = np.arange(1.0, 13).reshape(2, 2, 3)
    assert taps_met(ft.identify(v, made(k, v, boundary="edge"), (2, 2, 3)).kernel, k, v)
    rgb = picture(32, 30, 3)
    assert taps_met(ft.identify(rgb, ft.correlate(rgb, ODD, mode="same", axes=(0, 1))).kernel, ODD, rgb[..., 0])
    c = s + 1j * np.random.default_rng(2).normal(size=300)
    assert taps_met(ft.identify(c, np.convolve(c, [1, 2j, 3], "same")).kernel, [3, 2j, 1], c)


def test_error_bars_are_true():
    """Over many noises, (estimate − truth) / error has variance 1, in every tap and on average: here within 6 standard deviations."""
    rng, x = np.random.default_rng(3), picture(40, 40)
    clean, turns = made(EVEN, x, boundary="half_sample"), 60
    scores = []
    for _ in range(turns):
        found = ft.identify(x, clean + rng.normal(0, 5, clean.shape), EVEN.shape, boundary="half_sample")
        scores.append((found.kernel - EVEN) / found.errors)
    spread = np.var(scores, axis=0)
    assert (np.abs(spread - 1) < 6 * np.sqrt(2 / turns)).all(), spread
    assert abs(np.mean(spread) - 1) < 6 * np.sqrt(2 / (turns * EVEN.size))
    assert (np.abs(np.mean(scores, axis=0)) < 6 / np.sqrt(turns)).all()


def test_noise_does_not_grow_the_kernel():
    rng, x = np.random.default_rng(4), picture(60, 60)
    y = made(ODD / 10, x, boundary="edge") + rng.normal(0, 2, x.shape)
    assert ft.identify(x, y).kernel.shape == ODD.shape


def test_offset_is_found_only_where_there_is_one():
    x = picture(40, 40)
    y = made(ODD, x)
    assert ft.identify(x, y).offset == 0
    found = ft.identify(x, y + 128)
    assert abs(found.offset - 128) <= ODD.size * tap_error(x, ODD) * x.max()
    assert taps_met(found.kernel, ODD, x)


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        (ft.kernel("sobel-x").weights / 8, "sobel-x, scaled by 0.125"),
        (-ft.kernel("sobel-x").weights / 8, "sobel-x, scaled by 0.125, reversed"),
        (ft.kernel("emboss").weights[::-1, ::-1] * 2, "emboss, scaled by 2, reversed"),
        (ft.kernel("binomial", size=5).weights, "binomial:size=5"),
        (ft.kernel("laplacian-4").weights, "laplacian-4"),
        (ft.kernel("gaussian", sigma=1.2, size=7).weights, "gaussian:sigma=1.2,size=7"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names(kernel, said):
    x = picture(50, 44)
    assert str(ft.identify(x, made(kernel, x, boundary="half_sample")).name) == f"{said} (within the error bars)"


def test_a_kernel_that_is_none_of_the_gallery_has_no_name():
    x = picture(40, 40)
    assert ft.identify(x, made(ODD, x)).name is None


def test_rounding_to_bytes_is_noise_like_any_other():
    x = picture(64, 60)
    y = np.round(made(np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256, x, boundary="whole_sample")).astype("uint8")
    found = ft.identify(x.astype("uint8"), y)
    assert found.whole[1] == 256
    assert found.whole[0].tolist() == np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]).tolist()
    assert 0.2 < found.residual < 0.4


class TestWhatCannotBeKnown:
    def test_constant_input(self):
        found = ft.identify(np.ones((20, 20)), np.ones((20, 20)), 3)
        assert not found.determined.any()
        assert "the input is constant" in str(found)
        assert found.name is None

    def test_input_constant_along_one_axis(self):
        x = np.repeat(picture(40, 1), 30, axis=1)
        found = ft.identify(x, made(ODD, x, boundary="edge"), ODD.shape)
        assert not found.determined.all()
        assert "the input is constant along axis 1" in str(found)
        assert taps_met(found.kernel.sum(axis=1, keepdims=True), ODD.sum(axis=1, keepdims=True), x[:, :1])

    def test_nothing_depends_on_the_input(self):
        assert "NOTHING IN THE RESULT DEPENDS ON THE INPUT" in str(ft.identify(picture(30, 30), np.full((30, 30), 4.0)))

    def test_unrelated_arrays(self):
        found = ft.identify(picture(40, 40), picture(40, 40, seed=9))
        assert "NO KERNEL OF THIS SIZE EXPLAINS THE RESULT" in str(found)
        assert found.whole is None
        assert found.name is None

    def test_edge_and_half_sample_under_three_taps(self):
        x = picture(40, 40)
        assert "half_sample, edge (every end)" in str(ft.identify(x, made(np.arange(9.0).reshape(3, 3), x, boundary="edge")))

    def test_a_border_that_no_law_explains_is_left_out(self):
        x = picture(40, 40)
        y = made(ODD, x)
        y[0] = 1e6
        found = ft.identify(x, y)
        assert "no boundary explains the low end of axis 0" in str(found)
        assert taps_met(found.kernel, ODD, x)

    def test_a_given_size_that_is_too_small(self):
        x = picture(40, 40)
        y = made(ODD, x)
        assert "THE KERNEL IS LARGER THAN THIS" in str(ft.identify(x, y, (3, 3)))
        assert "THE KERNEL IS LARGER THAN THIS" not in str(ft.identify(x, y, ODD.shape))

    def test_clipped_outputs_are_left_out(self):
        x = (picture(60, 60) // 3 + 85).astype("uint8")
        sharp = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
        y = np.clip(made(sharp, x.astype(float), boundary="edge"), 0, 255).astype("uint8")
        found = ft.identify(x, y)
        assert found.whole[0].tolist() == sharp.tolist()
        assert "may be clipped, and were left out" in str(found)

    def test_shrinking_is_said(self):
        rng = np.random.default_rng(5)
        s = np.cumsum(np.cumsum(rng.normal(size=400)))
        y = np.convolve(s, np.ones(9) / 9, "same") + rng.normal(0, 50, 400)
        assert "Tikhonov" in str(ft.identify(s, y, 41, boundary="zero"))


def test_numbers_that_are_not_finite_are_left_out():
    x = picture(40, 40)
    y = made(ODD, x, boundary="edge")
    x[20, 20], y[3, 3] = np.nan, np.inf
    y[np.isnan(made(ODD, x, boundary="edge"))] = np.nan
    assert taps_met(ft.identify(x, y).kernel, ODD, x)


class TestConstraints:
    x = picture(40, 41)
    noise = np.random.default_rng(6).normal(0, 3, (40, 41))

    def test_even(self):
        k = ODD + ODD[::-1, ::-1]
        found = ft.identify(self.x, made(k, self.x) + self.noise, k.shape, symmetric="even")
        assert np.array_equal(found.kernel, found.kernel[::-1, ::-1])
        assert (np.abs(found.kernel - k) < 6 * found.errors).all()

    def test_odd(self):
        k = ODD - ODD[::-1, ::-1]
        found = ft.identify(self.x, made(k, self.x) + self.noise, k.shape, symmetric="odd")
        assert np.array_equal(found.kernel, -found.kernel[::-1, ::-1])
        assert found.kernel[2, 1] == 0

    def test_each_axis(self):
        k = ODD + ODD[::-1] + ODD[:, ::-1] + ODD[::-1, ::-1]
        found = ft.identify(self.x, made(k, self.x), k.shape, symmetric="each_axis")
        assert taps_met(found.kernel, k, self.x)
        assert np.array_equal(found.kernel, found.kernel[::-1])

    def test_separable(self):
        k = np.outer([1.0, 3, 2, 5], [2.0, -1, 4])
        free = ft.identify(self.x, made(k, self.x) + self.noise, k.shape)
        found = ft.identify(self.x, made(k, self.x) + self.noise, k.shape, separable=True)
        assert np.linalg.matrix_rank(found.kernel) == 1  # up to rounding: 4 · 2^-52 of the largest singular value
        assert np.linalg.norm(found.kernel - k) < np.linalg.norm(free.kernel - k)
        assert (np.abs(found.kernel - k) < 6 * found.errors).all()

    def test_unknown_word(self):
        with pytest.raises(SpecError, match="even, odd, each_axis"):
            ft.identify(self.x, self.x, 3, symmetric="both")


@pytest.mark.parametrize(
    ("x", "y", "shape", "said"),
    [
        (np.ones((3, 4)), np.ones(3), None, "x has 2 axes .* and y has 1"),
        (np.ones((0, 3)), np.ones((0, 3)), None, "x is empty"),
        (np.full((4, 4), np.nan), np.ones((4, 4)), 3, "x holds no finite number"),
        (np.array([["a"]]), np.ones((1, 1)), None, "must hold numbers"),
        (np.ones((9, 9)), np.ones((7, 7)), 5, "valid, K = N − M .* = 3, but the shape says 5"),
        (np.ones((9, 9)), np.ones((9, 9)), (3, 3, 3), "one for each of the 2 axes"),
        (np.ones((9, 9)), np.ones((9, 9)), 0, "at least 1"),
        (np.ones((3, 3)), np.ones((3, 3)), None, "too few to find the kernel's size"),
        (np.ones((200, 200)), np.ones((200, 200)), 99, "at most 4,096"),
    ],
)
def test_refused_in_a_sentence(x, y, shape, said):
    with pytest.raises(SpecError, match=said):
        ft.identify(x, y, shape)


def test_json_and_text():
    x = picture(40, 40)
    found = ft.identify(x, made(ODD, x))
    data = json.loads(found.to_json())
    assert data["kind"] == "estimate"
    assert taps_met(np.array(data["kernel"]), ODD, x)
    assert data["whole"] == {"integers": ODD.astype(int).tolist(), "denominator": 1}
    assert all(len(line) <= 110 for line in str(found).splitlines())


def test_inputs_are_not_changed():
    x = picture(30, 30)
    y = made(ODD, x)
    before = x.copy(), y.copy()
    ft.identify(x, y)
    assert np.array_equal(x, before[0])
    assert np.array_equal(y, before[1])


def test_the_factor_of_one_axis_is_that_of_a_kernel_with_sum_one():
    s = np.random.default_rng(7).normal(size=300)
    found = ft.identify(s, 6 * ft.correlate(s, np.array([0.25, 0.5, 0.25]), mode="same"), 3)
    assert str(found.name) == "binomial, scaled by 6 (within the error bars)"


def test_a_name_that_is_far_off_is_called_the_nearest():
    s = np.random.default_rng(8).normal(size=300)
    found = ft.identify(s, ft.correlate(s, np.array([1.0, 4, 6, 2]) / 2, mode="same"))
    assert str(found.name).startswith("none of the gallery; nearest is gaussian")
    assert "off by 2" in str(found.name)


def test_one_axis_is_named_after_the_factor_that_the_name_is_about():
    s = np.random.default_rng(9).normal(size=300)
    for taps, name in (([1, 0, -1], "sobel-x"), ([0, 1, 0], "identity"), ([1, 1, 1], "box")):
        found = ft.identify(s, ft.correlate(s, np.array(taps, float), mode="same"), 3)
        assert found.name is not None
        assert found.name.kernel.startswith(name)
    unlike = ft.identify(s, ft.correlate(s, np.array([2.0, 1, 0]), mode="same"), 3)  # a row of emboss, which is no product
    assert unlike.name is None or not unlike.name.kernel.startswith("emboss")
