"""Parses what a technician texts into a command. Pure.

Case, spaces, quotes and punctuation do not matter. The code comes first or last, and French words work too.
No command is a word that the carrier handles itself (STOP, END, CANCEL, QUIT, HELP, INFO, START, YES).
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
    PASS = "pass"  # pass it on
    ALLOW = "allow"  # let a risky number be called
    REFUSE = "refuse"  # do not let it be called
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
    **dict.fromkeys(("allow", "autorise", "autoriser", "permets"), Verb.ALLOW),
    **dict.fromkeys(("refuse", "refuser", "refus"), Verb.REFUSE),
    **dict.fromkeys(("who", "qui"), Verb.WHO),
    **dict.fromkeys(("test", "testpage", "essai"), Verb.TEST),
}
ASSENT = {"ok", "okay", "oui", "sure", "daccord", "yep", "got", "gotit", "k", "onit", "jyvais"}
OPT_OUT_WORDS = {"stop", "stopall", "unsubscribe", "end", "cancel", "quit", "revoke", "optout", "arret"}


@dataclass(frozen=True)
class Command:
    """What a text asks for, and the code of the page it is about; None without a code."""

    verb: Verb
    code: str | None


def parse_command(text: str) -> Command | None:
    """Return what a text asks for, or None when that is not clear."""
    plain = _plain(text)
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


def verification_code_in(text: str) -> str | None:
    """Return the six digits of a verification code, when a text is nothing else."""
    found = re.fullmatch(r"[^0-9a-z]*([0-9]{3})[ -]?([0-9]{3})[^0-9a-z]*", _plain(text))
    return found[1] + found[2] if found else None


def is_assent(text: str) -> bool:
    """Return whether a text agrees, like "ok", but names no callback."""
    return "".join(re.findall(r"[a-z]+", _plain(text))) in ASSENT


def is_opt_in(text: str) -> bool:
    """Return whether the carrier unblocks our texts to the sender of this one."""
    return _plain(text).strip() in {"start", "unstop"}


def is_opt_out(text: str) -> bool:
    """Return whether the carrier blocks our texts to the sender of this one."""
    return _plain(text).strip() in OPT_OUT_WORDS


def _plain(text: str) -> str:
    """Return a text in small letters, without accents."""
    decomposed = unicodedata.normalize("NFKD", text[:400])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
