"""What is set from outside about instruments: whether they exist, their state, their lowest and highest leverage."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from ._bounds import boolean, shown
from ._leverage import plain_decimal

MAX_INSTRUMENTS = 10_000
_LONGEST = 100  # characters of a leverage


@dataclass(frozen=True, slots=True)
class Listed:
    """What is set about one instrument; None is what the exchange's module has of itself.

    Attributes:
        exists: Whether the exchange lists it.
        state: One of the exchange's `instrument_states`.
        minimum: Lowest leverage.
        maximum: Highest leverage.
    """

    exists: bool | None = None
    state: str | None = None
    minimum: str | None = None
    maximum: str | None = None


class Listing:
    """The instruments of one exchange about which something is set."""

    def __init__(self) -> None:
        self._listed: dict[str, Listed] = {}

    def get(self, name: str) -> Listed:
        """Return what is set about an instrument."""
        return self._listed.get(name, Listed())

    def names(self) -> list[str]:
        """Return the names of the instruments about which something is set."""
        return list(self._listed)

    def change(self, name: str, changes: Mapping[str, object], states: tuple[str, ...]) -> Listed:
        """Set something about an instrument, and return all that is set about it.

        Args:
            name: Name of the instrument, in the exchange's own spelling.
            changes: Attributes of `Listed`; None takes back what was set.
            states: States that an instrument of the exchange may have.

        Raises:
            ValueError: An attribute is unknown, or its value is not allowed; nothing was changed.
        """
        known = [field.name for field in fields(Listed)]
        for attribute, value in changes.items():
            if attribute not in known:
                raise ValueError(f"unknown attribute {shown(attribute)}: one of {known}")
            _check(attribute, value, states)
        levers = {key: plain_decimal(str(changes[key])) for key in ("minimum", "maximum") if changes.get(key)}
        listed = replace(self.get(name), **{**changes, **levers})  # type: ignore[arg-type] # checked above
        if name not in self._listed and len(self._listed) >= MAX_INSTRUMENTS:
            raise ValueError(f"something may be set about at most {MAX_INSTRUMENTS} instruments: reset first")
        self._listed[name] = listed
        return listed

    def describe(self) -> dict[str, dict[str, object]]:
        """Return all that is set as JSON, by the instruments' names."""
        return {name: asdict(listed) for name, listed in self._listed.items()}

    def copy(self) -> "Listing":
        """Return another one with the same content."""
        other = Listing()
        other._listed.update(self._listed)
        return other

    def clear(self) -> None:
        """Take back all that was set."""
        self._listed.clear()


def _check(attribute: str, value: object, states: tuple[str, ...]) -> None:
    if value is None:
        return
    if attribute == "exists":
        boolean(attribute, value)
    elif attribute == "state":
        if value not in states:
            raise ValueError(f"state must be one of {list(states)}, not {shown(value)}")
    elif not isinstance(value, str) or len(value) > _LONGEST or plain_decimal(value) is None:
        raise ValueError(f"{attribute} must be a leverage as a text, such as '12.5', not {shown(value)}")
