"""What a technician means by a text. Pure: words in, a command out.

Case, spaces, quotes and punctuation do not matter, the code may stand first or last, French words do as well.
Words that the carrier takes for itself (STOP, END, CANCEL, QUIT, HELP, INFO, START, YES) are never ours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Verb = Literal["ack", "call", "done", "cont", "msg", "na", "wrong", "pass", "who", "test"]

WORDS: dict[str, Verb] = {
    **dict.fromkeys(("ack", "take", "mine", "prends", "pris", "accepte"), "ack"),
    **dict.fromkeys(("call", "connect", "appel", "appelle", "appeler"), "call"),
    **dict.fromkeys(("done", "resolved", "fait", "regle"), "done"),
    **dict.fromkeys(("cont", "continuing", "continue", "reached", "suite", "suivi", "joint", "encours"), "cont"),
    **dict.fromkeys(
        ("msg", "message", "leftmessage", "leftamessage", "voicemail", "messagelaisse", "boitevocale"), "msg"
    ),
    **dict.fromkeys(("na", "noanswer", "unanswered", "absent", "sansreponse", "pasdereponse"), "na"),
    **dict.fromkeys(("wrong", "wrongnumber", "faux", "mauvaisnumero", "fauxnumero"), "wrong"),
    **dict.fromkeys(("pass", "passe", "passer", "next", "suivant"), "pass"),
    **dict.fromkeys(("who", "qui"), "who"),
    **dict.fromkeys(("test", "testpage", "essai"), "test"),
}
ASSENT = {"ok", "okay", "oui", "sure", "daccord", "yep", "got", "gotit", "k", "onit", "jyvais"}
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


def code_of_number(words: str) -> str | None:
    """Give the six digits that prove who holds a number, when a text is nothing else."""
    found = re.fullmatch(r"[^0-9a-z]*([0-9]{3})[ -]?([0-9]{3})[^0-9a-z]*", _plain(words))
    return found[1] + found[2] if found else None


def is_assent(words: str) -> bool:
    """Say whether a text agrees to something without saying to what."""
    return "".join(re.findall(r"[a-z]+", _plain(words))) in ASSENT


def is_opt_in(words: str) -> bool:
    """Say whether the carrier takes this text for leave to send again."""
    return _plain(words).strip() in {"start", "unstop"}


def is_opt_out(words: str) -> bool:
    """Say whether the carrier takes this text for a request to send no more."""
    return _plain(words).strip() in CARRIERS_WORDS


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words[:400])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
