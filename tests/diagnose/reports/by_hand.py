"""Convolutions written out in NumPy alone, as people write them: none of them asks faltung."""

import numpy as np

Array = np.ndarray


def integers(seed: int, *shape: int, low: int = -9, high: int = 10) -> Array:
    """Return whole numbers that no symmetry leaves as they are."""
    return np.random.default_rng(seed).integers(low, high, shape)


def correlated(x: Array, k: Array, stride: int = 1) -> Array:
    """Return Σ k[t]·x[o + t] where the window stays inside."""
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)[tuple(slice(None, None, stride) for _ in k.shape)]
    return (windows * k).sum(tuple(range(-k.ndim, 0)))


def convolved(x: Array, k: Array) -> Array:
    return correlated(x, np.flip(k))


def fully_convolved(x: Array, k: Array) -> Array:
    return convolved(np.pad(x, [(n - 1, n - 1) for n in k.shape]), k)


def layer(x: Array, w: Array, low: int = 0, high: int = 0, stride: int = 1) -> Array:
    """Return the layer of x (N, C, H, W) and w (O, I, h, w): a correlation, summed over the channels."""
    padded = np.pad(x, ((0, 0), (0, 0), (low, high), (low, high)))
    return np.array([[sum(correlated(item[i], one[i], stride) for i in range(w.shape[1])) for one in w] for item in padded])


def grouped(x: Array, w: Array, groups: int) -> Array:
    ways = zip(np.split(x, groups, 1), np.split(w, groups, 0), strict=True)
    return np.concatenate([layer(part, weights) for part, weights in ways], 1)


def transposed_layer(x: Array, w: Array, stride: int) -> Array:
    """Return the transposed layer of x (N, C, H, W) and w (I, O, h, w): every sample adds the kernel, times itself."""
    n, _, rows, columns = x.shape
    _, outputs, height, width = w.shape
    out = np.zeros((n, outputs, (rows - 1) * stride + height, (columns - 1) * stride + width), np.result_type(x, w))
    for r in range(rows):
        for c in range(columns):
            out[:, :, r * stride : r * stride + height, c * stride : c * stride + width] += np.einsum("ni,iohw->nohw", x[:, :, r, c], w)
    return out


def grouped_transposed(x: Array, w: Array, groups: int, stride: int) -> Array:
    ways = zip(np.split(x, groups, 1), np.split(w, groups, 0), strict=True)
    return np.concatenate([transposed_layer(part, weights, stride) for part, weights in ways], 1)


def circular(x: Array, k: Array) -> Array:
    """Return what a product of spectra of the input's own size gives."""
    return np.fft.ifftn(np.fft.fftn(x) * np.fft.fftn(k, x.shape, tuple(range(x.ndim)))).real


def tf32(values: Array) -> Array:
    """Return float32 values rounded to the 10 bits that tensor cores keep behind the point."""
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x0FFF + (bits >> 13 & 1)) & 0xFFFFE000).astype(np.uint32).view(np.float32)
