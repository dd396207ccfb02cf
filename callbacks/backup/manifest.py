"""What a backup says of itself: version, schema, instant, the rows of each table, the checksum of each file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from callbacks.errors import BrokenBackup

FORMAT = 1
NAME = "manifest.json"
DATABASE = "database"
MEDIA = "media/"


@dataclass(frozen=True)
class Member:
    """One file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The content of a backup."""

    version: str  # of the desk that made it
    schema: str
    made_at: datetime
    kind: str  # "sqlite" or "postgresql"
    counts: Mapping[str, int]
    members: Mapping[str, Member]

    @property
    def files(self) -> int:
        """How many recordings and mails there are."""
        return sum(name.startswith(MEDIA) for name in self.members)


def written(manifest: Manifest) -> bytes:
    """Return a manifest as JSON."""
    fields = {**asdict(manifest), "made_at": manifest.made_at.isoformat(), "format": FORMAT}
    return (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode()


def read(content: bytes) -> Manifest:
    """Return the manifest. Raise BrokenBackup for what is none, or is of a later release."""
    try:
        fields: dict[str, Any] = json.loads(content)
        if fields["format"] != FORMAT:
            raise BrokenBackup(f"This backup has format {fields['format']}; this release reads {FORMAT}.")
        if DATABASE not in fields["members"]:
            raise BrokenBackup(f"The backup's {NAME} names no database.")
        made_at = datetime.fromisoformat(fields["made_at"])
        if made_at.tzinfo is None:
            raise BrokenBackup(f"The backup's {NAME} gives an instant without its time zone.")
        return Manifest(
            version=str(fields["version"]),
            schema=str(fields["schema"]),
            made_at=made_at,
            kind=str(fields["kind"]),
            counts={str(name): int(count) for name, count in fields["counts"].items()},
            members={str(name): Member(int(of["size"]), str(of["sha256"])) for name, of in fields["members"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as fault:
        raise BrokenBackup(f"The backup's {NAME} cannot be read: {fault!r}.") from None


def is_safe(name: str) -> bool:
    """Return whether a member may be in a backup: the database, or a file right in the media folder."""
    if name == DATABASE:
        return True
    file = name.removeprefix(MEDIA)
    return name.startswith(MEDIA) and file not in ("", ".", "..") and not set(file) & {"/", "\\", "\0"}
