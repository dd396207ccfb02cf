"""Guesses whether words are English or French. Pure."""

from __future__ import annotations

import re

MOST_WORDS = 2_000
FEWEST_SIGNS = 2


def _all(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Frequent words that the other language does not have. "On", "a", "me", "son" and "pour" are in both.
_ENGLISH = _all(
    "the and is are was were be been have has had do does did not we you they he she it this that these those with "
    "from for of to in my our your their can cannot can't could would should will when where what who why how please "
    "thanks thank hello hi since any all but if there here don't doesn't isn't it's i'm we're up down out about"
)
_FRENCH = _all(
    "le la les un une des du de et est sont était avons avez ont nous vous ils elles il elle je ce cette ces avec "
    "dans mes nos vos leur leurs mon ma notre votre peut peux pouvez ne pas plus rien aucun que qui quand où pourquoi "
    "comment merci bonjour bonsoir depuis mais si au aux sur j'ai c'est n'est n'ai qu'il d'un d'une l'on être reçu svp"
)


def language_of(text: str) -> str:
    """Return "en" or "fr", or "" where the words do not tell."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text[: MOST_WORDS * 10].lower().replace("’", "'"))[:MOST_WORDS]
    english, french = sum(word in _ENGLISH for word in words), sum(word in _FRENCH for word in words)
    fewer, more = sorted((english, french))
    if more < FEWEST_SIGNS or more < 2 * fewer:
        return ""
    return "en" if english > french else "fr"
