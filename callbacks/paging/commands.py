"""What a technician means by a text. Pure: words in, a command out.

Case, spaces, quotes and punctuation do not matter, the code may stand first or last, French words do as well.
Words that the carrier takes for itself (STOP, END, CANCEL, QUIT, HELP, INFO, START, YES) are never ours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Verb = Literal["ack", "call", "done", "na", "pass", "who"]

WORDS: dict[str, Verb] = {
    **dict.fromkeys(("ack", "take", "mine", "prends", "pris", "accepte"), "ack"),
    **dict.fromkeys(("call", "connect", "appel", "appelle", "appeler"), "call"),
    **dict.fromkeys(("done", "resolved", "fait", "regle"), "done"),
    **dict.fromkeys(("na", "noanswer", "unanswered", "absent", "sansreponse"), "na"),
    **dict.fromkeys(("pass", "passe", "passer", "next", "suivant"), "pass"),
    **dict.fromkeys(("who", "qui"), "who"),
}
CARRIERS_WORDS = {"stop", "stopall", "unsubscribe", "end", "cancel", "quit", "revoke", "optout", "arret"}


@dataclass(frozen=True)
class Command:
    """What is asked, and of which page. A code that is None was not given."""

    verb: Verb
    code: str | None


def understand(words: str) -> Command | None:
    """Say what a text asks for, or None when it cannot be told."""
    plain = _plain(words)
    codes = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", plain)
    rest = "".join(re.findall(r"[a-z]+", plain))
    digits = "".join(re.findall(r"[0-9]+", plain))
    if len(set(codes)) > 1 or (digits and not codes) or len(digits) > 4 * max(1, len(codes)):
        return None
    code = codes[0] if codes else None
    if not rest:
        return Command("ack", code) if code else None
    verb = WORDS.get(rest)
    return Command(verb, code) if verb else None


def is_opt_out(words: str) -> bool:
    """Say whether the carrier takes this text for a request to send no more."""
    return _plain(words).strip() in CARRIERS_WORDS


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words[:400])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
