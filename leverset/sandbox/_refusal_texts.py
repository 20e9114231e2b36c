"""What the console says of refusals that every exchange has."""

from ._signatures import CLOCK_TOLERANCE

UNKNOWN_KEY = "the key is none of this sandbox's: they are new at every start"
WRONG_PASSPHRASE = "the passphrase is not the one of this key"  # noqa: S105 - a text about it


def clock_is_off(behind: float) -> str:
    """Return by how many seconds a timestamp is behind the sandbox's clock, or ahead of it."""
    where = "behind" if behind > 0 else "ahead of"
    return f"the timestamp is {abs(behind):,.1f} s {where} the sandbox's clock; {CLOCK_TOLERANCE:g} s are allowed"
