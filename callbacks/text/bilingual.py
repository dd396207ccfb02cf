"""Text in both languages of the desk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One text in English and in French."""

    english: str
    french: str

    def for_(self, language: str) -> str:
        return self.french if language == "fr" else self.english
