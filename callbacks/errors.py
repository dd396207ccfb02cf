"""The errors that people read. Each message states what happened and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class DeskError(Exception):
    """An error whose message a person can read."""


class BrokenDesk(DeskError):
    """The desk file cannot be used. Lists every mistake."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        self.path, self.faults = path, tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"{path} cannot be used:\n{lines}")


class BrokenSettings(DeskError):
    """The settings cannot be used. Lists every mistake."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"The service cannot start with these settings:\n{lines}")


class BrokenSetup(DeskError):
    """The service can start, but part of the setup cannot work or is not safe. Lists every fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"Correct the following:\n{lines}")


class CannotListen(DeskError):
    """The web server cannot use its address or port."""


class UnknownSchema(DeskError):
    """The database schema is not the version that this release needs."""


class BrokenBackup(DeskError):
    """A backup cannot be made, is not whole, or does not fit this desk."""


class CarrierError(DeskError):
    """A request to the carrier failed.

    `code` is the carrier's own, `status` that of HTTP. `permanent`: a retry cannot help. `lost`: no response came, so
    the request may have been carried out. `french` is the message for people who read French.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        status: int | None = None,
        permanent: bool = False,
        lost: bool = False,
        french: str = "",
    ) -> None:
        self.code, self.status, self.permanent, self.lost = code, status, permanent, lost
        self.french = french or message
        super().__init__(message)


class NotFound(DeskError):
    """There is nothing by that name or id."""


class TooManyLogins(DeskError):
    """Too many login attempts at once."""

    def __init__(self) -> None:
        super().__init__("Too many login attempts. Try again in a minute.")


class WrongState(DeskError):
    """The request does not fit the current state, or its values are invalid."""
