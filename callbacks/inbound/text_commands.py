"""What a technician means by a text. Pure: words in, a command out.

Case, spaces, quotes and punctuation do not matter, the code may stand first or last, French words do as well.
Words that the carrier takes for itself (STOP, END, CANCEL, QUIT, HELP, INFO, START, YES) are never ours.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass


class Verb(enum.Enum):
    """What a technician can ask for by text."""

    ACK = "ack"  # take it
    CALL = "call"  # be called, and then the customer
    DONE = "done"  # reached and served
    CONT = "cont"  # reached, and not served yet
    MSG = "msg"  # left a message
    NA = "na"  # tried, no answer
    WRONG = "wrong"  # a wrong number
    PASS = "pass"  # hand it on
    WHO = "who"  # ask who has it
    TEST = "test"  # a test page


WORDS: dict[str, Verb] = {
    **dict.fromkeys(("ack", "take", "mine", "prends", "pris", "accepte"), Verb.ACK),
    **dict.fromkeys(("call", "connect", "appel", "appelle", "appeler"), Verb.CALL),
    **dict.fromkeys(("done", "resolved", "fait", "regle"), Verb.DONE),
    **dict.fromkeys(("cont", "continuing", "continue", "reached", "suite", "suivi", "joint", "encours"), Verb.CONT),
    **dict.fromkeys(
        ("msg", "message", "leftmessage", "leftamessage", "voicemail", "messagelaisse", "boitevocale"), Verb.MSG
    ),
    **dict.fromkeys(("na", "noanswer", "unanswered", "absent", "sansreponse", "pasdereponse"), Verb.NA),
    **dict.fromkeys(("wrong", "wrongnumber", "faux", "mauvaisnumero", "fauxnumero"), Verb.WRONG),
    **dict.fromkeys(("pass", "passe", "passer", "next", "suivant"), Verb.PASS),
    **dict.fromkeys(("who", "qui"), Verb.WHO),
    **dict.fromkeys(("test", "testpage", "essai"), Verb.TEST),
}
ASSENT = {"ok", "okay", "oui", "sure", "daccord", "yep", "got", "gotit", "k", "onit", "jyvais"}
CARRIERS_WORDS = {"stop", "stopall", "unsubscribe", "end", "cancel", "quit", "revoke", "optout", "arret"}


@dataclass(frozen=True)
class Command:
    """What is asked, and of which page. A code that is None was not given."""

    verb: Verb
    code: str | None


def understand(words: str) -> Command | None:
    """Return what a text asks for, or None when that is not clear."""
    plain = _plain(words)
    codes = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", plain)
    rest = "".join(re.findall(r"[a-z]+", plain))
    digits = "".join(re.findall(r"[0-9]+", plain))
    if len(set(codes)) > 1 or (digits and not codes) or len(digits) > 4 * max(1, len(codes)):
        return None
    code = codes[0] if codes else None
    if not rest:
        return Command(Verb.ACK, code) if code else None
    verb = WORDS.get(rest)
    return Command(verb, code) if verb else None


def code_of_number(words: str) -> str | None:
    """Return the six digits that prove who holds a number, when a text is nothing else."""
    found = re.fullmatch(r"[^0-9a-z]*([0-9]{3})[ -]?([0-9]{3})[^0-9a-z]*", _plain(words))
    return found[1] + found[2] if found else None


def is_assent(words: str) -> bool:
    """Return whether a text agrees to something without saying to what."""
    return "".join(re.findall(r"[a-z]+", _plain(words))) in ASSENT


def is_opt_in(words: str) -> bool:
    """Return whether the carrier takes this text for leave to send again."""
    return _plain(words).strip() in {"start", "unstop"}


def is_opt_out(words: str) -> bool:
    """Return whether the carrier takes this text for a request to send no more."""
    return _plain(words).strip() in CARRIERS_WORDS


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words[:400])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
