"""Every table, as Markdown: ``python benchmarks [--quick]``."""

import sys

from calls import first_call, memory, small
from images import against_opencv, against_scipy
from timing import machine


def main(quick: bool) -> None:
    print(f"{machine()}\n")
    print("Ratios above 1: faltung is faster. Interleaved, best of several; every boundary with `out=` beside `dst=`.\n")
    print(against_opencv((3, 7) if quick else (3, 4, 5, 7, 9, 11, 13, 15, 31), 3 if quick else 9), "\n", flush=True)
    print(small(), "\n", flush=True)
    print(first_call(), "\n", flush=True)
    print(memory(), "\n", flush=True)
    if not quick:
        print("Beside SciPy, 1024 x 1024 float32, outputs allocated by each:\n")
        print(against_scipy((3, 7, 15, 31, 63)), flush=True)


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
