"""A table: plain words in cells, with what is code among them and how many comparisons stand behind a cell."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    r"""A title, the names of the columns, and the cells.

    Parameters
    ----------
    title : str
        What the table is about.
    columns : tuple of str
        Their names.
    cells : tuple of tuple of str
        Row by row. A cell of several entries has a newline between them.
    code : frozenset of str
        The columns that hold code.
    numbers : frozenset of str
        The columns that hold numbers.
    unbroken : frozenset of str
        The columns whose entries stay on one line.
    counts : mapping of (int, str) to int
        For a cell, by row and column, the number of comparisons with the library that it rests on.
    """

    title: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    code: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    unbroken: frozenset[str] = frozenset()
    counts: dict[tuple[int, str], int] = field(default_factory=dict)

    def count(self, row: int, column: str) -> int | None:
        return self.counts.get((row, column))
