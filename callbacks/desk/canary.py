"""The daily canary, as the desk file describes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import time
from typing import Annotated

from pydantic import AfterValidator

from callbacks.desk.parts import Part, TimeOfDay, own_number


class Canary(Part):
    """A test call a day to one of our lines, and the number that it comes from and that receives its page."""

    at: TimeOfDay = time(11)  # desk time
    number: Annotated[str, AfterValidator(own_number)]
    line: str


def canary_faults(canary: Canary | None, lines: Mapping[str, str], own: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with the canary, by the numbers of the lines and the other numbers of the desk."""
    if canary is None:
        return
    if canary.line not in lines:
        yield f"canary.line: there is no line {canary.line!r}. Known: {', '.join(lines)}."
    if canary.number in lines.values():
        yield "canary.number: it is the number of a line. Use another number of the account."
    elif canary.number in own:
        yield "canary.number: the desk uses it already. Use a number of the account that nothing else uses."
