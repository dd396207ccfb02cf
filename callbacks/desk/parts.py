"""What the sections of the desk file are made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal

import phonenumbers
from pydantic import BaseModel, BeforeValidator, ConfigDict

from callbacks.text.daily_span import daily_span, time_of_day

Language = Literal["en", "fr"]


class Part(BaseModel):
    """A section of the desk file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def span_of_day(text: object) -> object:
    """Return "22:00-06:00" as a span of every day. Raise ValueError."""
    return daily_span(text) if isinstance(text, str) else text


def own_number(text: str) -> str:
    """Return one of the desk's own numbers as E.164. Raise ValueError."""
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise ValueError(f'{text!r} is not a phone number. Write it as "+15145550123".') from None
    if not phonenumbers.is_possible_number(parsed) or not text.startswith("+"):
        raise ValueError(f'{text!r} is not a phone number. Write it as "+15145550123".')
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def both_languages(names: Mapping[Language, str]) -> Mapping[Language, str]:
    """Return what is in both languages, or nothing at all. Raise ValueError when only one of them is there."""
    missing = [language for language in ("en", "fr") if language not in names]
    if names and missing:
        raise ValueError(f"{missing[0]} is missing. Write it in both languages, en and fr.")
    return names


def clock_hour(text: object) -> object:
    """Return "08:00" as a time of day. Raise ValueError."""
    return time_of_day(text) if isinstance(text, str) else text


TimeOfDay = Annotated[time, BeforeValidator(clock_hour)]
