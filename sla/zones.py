"""Time zones by name, and which edition of the time zone rules (IANA tzdata) is in use.

Python prefers the rules of the operating system, which may be years older than those of the `tzdata` package. With
rules from 2025, a machine is an hour wrong in British Columbia from November 2026.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

RELEASE = "2026f"
"""The edition that this release was tested with. An older one causes a warning."""

_SYSTEM_PATH = zoneinfo.TZPATH


class UnknownZone(ValueError):
    """There is no time zone of this name."""


@dataclass(frozen=True)
class ZoneRules:
    """The editions found, such as "2026f". None means that it is missing or unknown."""

    system: str | None
    package: str | None

    @property
    def package_is_newer(self) -> bool:
        return self.package is not None and (self.system is None or self.system < self.package)

    @property
    def used(self) -> str | None:
        return self.package if self.package_is_newer else self.system

    @property
    def warning(self) -> str | None:
        """A warning for the operator, or None."""
        if self.used is not None and self.used >= RELEASE:
            return None
        found = f"are edition {self.used}" if self.used else "have an unknown edition"
        return (
            f"The time zone rules {found}, and this release needs {RELEASE} or later. Hours would be wrong where the "
            "rules have changed since. Run: pip install --upgrade tzdata"
        )

    def __str__(self) -> str:
        return f"time zone rules {self.used or 'of unknown edition'} (system {self.system}, tzdata {self.package})"


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of that name. Raise UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f'There is no time zone {name!r}. Write one such as "America/Toronto".') from None


def installed_rules(system_path: Iterable[str] = _SYSTEM_PATH) -> ZoneRules:
    """Return the editions of the system's rules and of the package's."""
    directories = [Path(directory) for directory in system_path if Path(directory).is_dir()]
    try:
        package = _edition(resources.files("tzdata") / "zoneinfo")
    except ModuleNotFoundError:
        package = None
    return ZoneRules(system=_edition(directories[0]) if directories else None, package=package)


def use_newest_rules() -> ZoneRules:
    """Use the newer edition for every zone created from now on. Zones created earlier are not affected."""
    rules = installed_rules()
    if rules.package_is_newer:
        zoneinfo.reset_tzpath(to=())
        ZoneInfo.clear_cache()
    return rules


def _edition(directory: Traversable) -> str | None:
    for name in ("tzdata.zi", "+VERSION"):
        file = directory / name
        if file.is_file() and (found := re.search(r"\b\d{4}[a-z]+\b", file.read_text(encoding="utf-8")[:200])):
            return found[0]
    return None
