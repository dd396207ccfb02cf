"""Time zones by name, and which edition of the world's time zone rules is in use.

Python prefers the rules of the operating system, which may be years behind those of the `tzdata` package: a machine
with rules of 2025 is an hour wrong in British Columbia from November 2026.
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
"""The edition that this release was tested with. An older one is warned of."""

_SYSTEM_PATH = zoneinfo.TZPATH


class UnknownZone(ValueError):
    """There is no time zone of this name."""


@dataclass(frozen=True)
class ZoneRules:
    """The editions found, such as "2026f"; None for one that is not there or does not say."""

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
        """What to tell the operator; None when all is well."""
        if self.used is not None and self.used >= RELEASE:
            return None
        found = f"are of edition {self.used}" if self.used else "do not say their edition"
        return (
            f"The time zone rules {found}, and this release needs {RELEASE} or later: where clocks have changed since, "
            "hours would be wrong. Run: pip install --upgrade tzdata"
        )

    def __str__(self) -> str:
        return f"time zone rules {self.used or 'of unknown edition'} (system {self.system}, tzdata {self.package})"


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f'There is no time zone {name!r}. Write one such as "America/Toronto".') from None


def installed_rules(system_path: Iterable[str] = _SYSTEM_PATH) -> ZoneRules:
    """Read the editions of the system's rules and of the package's."""
    directories = [Path(directory) for directory in system_path if Path(directory).is_dir()]
    try:
        package = _edition(resources.files("tzdata") / "zoneinfo")
    except ModuleNotFoundError:
        package = None
    return ZoneRules(system=_edition(directories[0]) if directories else None, package=package)


def use_newest_rules() -> ZoneRules:
    """Let every zone made from now on follow the newer edition. Call it first: a zone made before stays as it is."""
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
