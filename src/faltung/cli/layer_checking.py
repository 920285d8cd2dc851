"""``faltung check-layer``: the gradients of a home-made layer against the exact ones."""

from typing import Any

from faltung.diagnose import LayerReport, check_layer

CORRECT, WRONG, UNDECIDED = 0, 1, 4


def check_target_layer(forward: str, backward: str, folders: tuple[str, ...], as_json: bool, options: dict[str, Any]) -> int:
    """Print the report; return 0 where every gradient is exact, 1 where one is not, 4 where that cannot be decided."""
    report = check_layer(forward, backward, path=folders, **options)
    print(report.to_json() if as_json else report)
    return _status(report)


def _status(report: LayerReport) -> int:
    return UNDECIDED if report.correct is None else CORRECT if report.correct else WRONG
