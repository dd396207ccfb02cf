"""Which tables were written to, so that a question is asked again only when its answer may have changed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_WRITTEN = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_READ = re.compile(r"(?:FROM|JOIN) (\w+)")


@dataclass
class Tables:
    """The versions of the tables, by the statements that were executed."""

    versions: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    read: dict[str, int] = field(default_factory=dict)  # by whoever asks now

    def note(self, statement: str) -> None:
        if statement.startswith("SELECT"):
            for table in _READ.findall(statement):
                self.read[table] = self.versions[table]
        elif (found := _WRITTEN.match(statement)) is not None:
            self.versions[found[1]] += 1
            self.writes += 1

    def are_as(self, read: dict[str, int]) -> bool:
        """Return whether nothing was written to these tables since."""
        return all(self.versions[table] == version for table, version in read.items())

    def forget(self) -> None:
        """Have everybody ask again."""
        self.writes += 1
        for table in self.versions:
            self.versions[table] += 1
