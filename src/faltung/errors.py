"""The three refusals of faltung; each is a ValueError whose message gives the numbers, the rule and the remedy."""


class SpecError(ValueError):
    """The convention, the sizes or the arrays do not describe an operation."""


class DialectError(ValueError):
    """A library's function was called with arguments that it does not have, or would refuse."""


class PlanError(ValueError):
    """The operation is described, but no method may compute it under the limits given."""
