"""Times of the clock, as records and runs carry them: ISO 8601, UTC where they name no zone."""

from datetime import UTC, datetime


def since_1970_s(text: str, *, field: str) -> float:
    """Seconds since 1970 (UTC) of a time by ISO 8601.

    Raises:
        ValueError: it is no time; says which field.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{field}: expected a time by ISO 8601, got {text!r}") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
