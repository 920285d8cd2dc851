"""Numbers that may depend on sizes not known yet: ``K // 2``, ``N + K - 1``; as integers where the sizes are known, else as text to type.

With L = d·(K−1), the reach of K taps at dilation d, all pads of all modes are whole combinations of 1, K, ⌊K/2⌋ and N, because
⌊L/2⌋ = (d/2)·(K−1) for an even d, and ((d−1)/2)·(K−1) + (K−1) − ⌊K/2⌋ for an odd one.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Amount:
    """The number ``constant + kernel·K + half·⌊K/2⌋ + size·N``."""

    constant: int = 0
    kernel: int = 0
    half: int = 0
    size: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.constant + other.constant, self.kernel + other.kernel, self.half + other.half, self.size + other.size)

    def __sub__(self, other: "Amount") -> "Amount":
        return self + other * -1

    def __mul__(self, factor: int) -> "Amount":
        return Amount(self.constant * factor, self.kernel * factor, self.half * factor, self.size * factor)


NONE, N = Amount(), Amount(size=1)


def reach(dilation: int) -> Amount:
    """Return L = d·(K−1)."""
    return Amount(-dilation, dilation)


def lower_half(dilation: int) -> Amount:
    """Return ⌊L/2⌋, the pad below of an anchor ``low``."""
    if dilation % 2 == 0:
        return reach(1) * (dilation // 2)
    return reach(1) * ((dilation - 1) // 2) + reach(1) - Amount(half=1)


def upper_half(dilation: int) -> Amount:
    """Return L − ⌊L/2⌋, the pad below of an anchor ``high``."""
    return reach(dilation) - lower_half(dilation)


def settled(amount: Amount, n: int | None, k: int | None) -> Amount:
    """Return the amount with the sizes that are known put in."""
    if k is not None:
        amount = replace(amount, constant=amount.constant + amount.kernel * k + amount.half * (k // 2), kernel=0, half=0)
    if n is not None:
        amount = replace(amount, constant=amount.constant + amount.size * n, size=0)
    return amount


def text(amount: Amount, n: str, k: str) -> str:
    """Return the amount as it is typed, with the names of both sizes.

    Examples
    --------
    >>> from faltung.dialects.amounts import Amount, lower_half, reach, text, upper_half
    >>> text(upper_half(1), "n", "k"), text(lower_half(1), "n", "k"), text(reach(2), "n", "k"), text(Amount(3), "n", "k")
    ('k // 2', '(k - 1) // 2', '2 * k - 2', '3')
    >>> text(lower_half(1) - upper_half(1), "n", "k"), text(Amount(-1, 1, 0, 1), "n", "k")
    ('k % 2 - 1', 'n + k - 1')
    """
    terms: list[tuple[int, str]] = [(amount.size, n)]
    if amount.kernel == 1 and amount.half == -1 and amount.constant < 0:
        terms += [(1, f"({k} - 1) // 2"), (amount.constant + 1, "")]
    elif amount.kernel > 0 and amount.half == -2 * amount.kernel:
        terms += [(amount.kernel, f"{k} % 2"), (amount.constant, "")]
    else:
        terms += [(amount.kernel, k), (amount.half, f"{k} // 2" if amount.half == 1 else f"({k} // 2)"), (amount.constant, "")]
    said = ""
    for factor, name in terms:
        if factor:
            said += (" - " if factor < 0 else " + ") if said else ("-" if factor < 0 else "")
            said += str(abs(factor)) if not name else name if abs(factor) == 1 else f"{abs(factor)} * {name}"
    return said or "0"


def is_zero(amount: Amount) -> bool:
    """Return whether an amount is 0 for all sizes."""
    return amount == NONE


def is_number(amount: Amount) -> bool:
    """Return whether an amount depends on no size."""
    return replace(amount, constant=0) == NONE
