"""Mistakes put into any layer that is right: each changes one gradient of a backward function, or refuses where it would change nothing."""

from dataclasses import replace
from inspect import signature

import numpy as np
from diagnose.layers.handmade import STYLES


def flips(rank):
    return (..., *[slice(None, None, -1)] * rank)


def changed(backward, kind, change):
    """Return a backward in which `change(gradients, g, x, w)` gives one gradient anew."""

    def other(g, x, w, *b):
        found = list(backward(g, x, w, *b))
        found[("input", "kernel", "bias").index(kind)] = change(found, g, x, w)
        return tuple(found)

    if "b" in signature(backward).parameters:
        return lambda g, x, w, b: other(g, x, w, b)
    return lambda g, x, w: other(g, x, w)


def of_recipe(recipe, last):
    """Return the gradients (dx, dw) of channels-first operands under another recipe; None where that has no such layer."""
    return None if last else STYLES["taps"](recipe)[1]


def not_reversed(backward, recipe, last):
    axes = flips(recipe.rank) if not last else (slice(None, None, -1),) * recipe.rank
    return changed(backward, "input", lambda f, g, x, w: backward(g, x, w[axes], *rest(f, w))[0]), "input", "not reversed"


def rest(found, w):
    return (np.zeros(1),) if len(found) == 3 else ()


def one_axis(backward, recipe, last):
    if recipe.rank == 1:
        return None
    at = (slice(None, None, -1),) if last else (..., slice(None, None, -1))
    return changed(backward, "input", lambda f, g, x, w: backward(g, x, w[at], *rest(f, w))[0]), "input", "along"


def dw_reversed(backward, recipe, last):
    axes = flips(recipe.rank) if not last else (slice(None, None, -1),) * recipe.rank
    return changed(backward, "kernel", lambda f, g, x, w: f[1][axes]), "kernel", "reversed"


def scaled(kind, factor, text):
    index = ("input", "kernel").index(kind)
    return lambda backward, recipe, last: (changed(backward, kind, lambda f, g, x, w: f[index] * factor(g, x)), kind, text)


def swapped_axes(backward, recipe, last):
    at = (-1, -2) if last else (0, 1)
    return changed(backward, "kernel", lambda f, g, x, w: f[1].swapaxes(*at)), "kernel", "its axes are in the order"


def last_image(backward, recipe, last):
    return changed(backward, "kernel", lambda f, g, x, w: backward(g[-1:], x[-1:], w, *rest(f, w))[1]), "kernel", "last image"


def first_image(backward, recipe, last):
    def only(f, g, x, w):
        mask = (np.arange(len(x)) == 0).reshape(-1, *[1] * (x.ndim - 1))
        return f[0] * mask

    return changed(backward, "input", only), "input", "first image"


def pad_moved(backward, recipe, last):
    if last or max(lo for lo, _ in recipe.pads) == 0 or recipe.kind == "transposed":
        return None
    pads = tuple((lo - 1, hi + 1) if lo else (lo, hi) for lo, hi in recipe.pads)
    other = of_recipe(replace(recipe, pads=pads, mode="constant"), last)
    if recipe.mode != "constant":
        return None
    return changed(backward, "input", lambda f, g, x, w: other(g, x, w)[0]), "input", ""


def without_boundary(kind):
    def wrong(backward, recipe, last):
        if recipe.mode == "constant" or last or max(map(max, recipe.pads)) == 0:
            return None
        index = ("input", "kernel").index(kind)
        other = of_recipe(replace(recipe, mode="constant"), last)
        text = "not folded" if kind == "input" else "padded with zeros"
        return changed(backward, kind, lambda f, g, x, w: other(g, x, w)[index]), kind, text

    return wrong


def g_reshaped(backward, recipe, last):
    def wrong(f, g, x, w):
        misread = g.reshape(g.shape[1], g.shape[0], *g.shape[2:]).swapaxes(0, 1)
        return backward(misread, x, w, *rest(f, w))[1]

    return None if last else (changed(backward, "kernel", wrong), "kernel", "g is reshaped")


def narrow(backward, recipe, last):
    return changed(backward, "kernel", lambda f, g, x, w: f[1].astype("float32")), "kernel", "narrower"


def whole(backward, recipe, last):
    return changed(backward, "input", lambda f, g, x, w: f[0].astype(int)), "input", "whole numbers"


def dealt(backward, recipe, last):
    def wrong(f, g, x, w):
        order = np.r_[0 : g.shape[1] : 2, 1 : g.shape[1] : 2]
        return backward(g[:, order], x, w, *rest(f, w))[0]

    return None if recipe.groups == 1 else (changed(backward, "input", wrong), "input", "in turn")


def flat(backward, recipe, last):
    return changed(backward, "kernel", lambda f, g, x, w: f[1].ravel()), "kernel", "values are right"


KINDS = (
    not_reversed, one_axis, dw_reversed, swapped_axes, last_image, first_image, pad_moved, without_boundary("input"),
    without_boundary("kernel"), g_reshaped, narrow, whole, dealt, flat,
    scaled("kernel", lambda g, x: -1, "sign"), scaled("input", lambda g, x: -1, "sign"),
    scaled("kernel", lambda g, x: 1 / len(x), "mean over the batch"), scaled("kernel", lambda g, x: 2, "factor 2"),
    scaled("input", lambda g, x: 2 / g.size, "2/size"), scaled("kernel", lambda g, x: len(x) / g.size, ""),
)  # fmt: skip
