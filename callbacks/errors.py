"""The errors of the desk: each says what happened and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class DeskError(Exception):
    """Something the desk can explain to a person."""


class BrokenDesk(DeskError):
    """The desk file cannot be used. Every mistake is named."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path, self.faults = path, tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{path} cannot be used:\n{lines}")


class BrokenSettings(DeskError):
    """The environment cannot be used. Every mistake is named."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"The service cannot start with these settings:\n{lines}")


class UnknownSchema(DeskError):
    """The database is not at the version that this release works with."""


class CarrierError(DeskError):
    """The carrier did not take it.

    `permanent`: trying again cannot help. `lost`: the answer did not come, so it may have been done all the same.
    """

    def __init__(self, message: str, *, code: int | None = None, permanent: bool = False, lost: bool = False) -> None:
        self.code, self.permanent, self.lost = code, permanent, lost
        super().__init__(message)


class NotFound(DeskError):
    """There is nothing by that name."""


class WrongState(DeskError):
    """What was asked does not fit the state that the callback is in."""
