"""Whether a mail says in plain words that it is urgent, in English or French. Pure.

It raises a P3 to P2 and no further. That it is not urgent, a mail may say too. It takes time in proportion to the
length of the text, because anybody can send a mail.
"""

from __future__ import annotations

import re
import unicodedata

_URGENT = re.compile(
    r"\b(urgent|urgently|urgente?s?|urgence|asap|emergency|critical|critique|"
    r"(is|are|went|been) (completely |totally )?(down|offline)|(e-?mail|mail|server|site|service|system) down|"
    r"outage|en panne|hors service|plus rien ne (fonctionne|marche)|plus personne ne (peut|recoit)|"
    r"ransomware|rancongiciel)\b"
)
_DENIED = re.compile(
    r"\b(not|non|no|nothing|never|isn't|pas|rien|aucune?|sans|n'est)\b[^.!?,;\n]{0,25}$|\b(not|non)[- ]$"
)
LONGEST_DENIAL = 40  # characters before what it denies


def says_urgent(text: str) -> bool:
    """Return whether a text says that it is urgent, or that something is down."""
    words = _plain(text)
    return any(not _is_denied(words, match.start()) for match in _URGENT.finditer(words))


def _is_denied(words: str, at: int) -> bool:
    return _DENIED.search(words, max(0, at - LONGEST_DENIAL), at) is not None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return re.sub(r"[ \t\r\f\v]+", " ", "".join(letter for letter in folded if not unicodedata.combining(letter)))
