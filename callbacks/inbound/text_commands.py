"""Parses what a technician texts into a command. Pure.

Case, spaces, quotes and punctuation do not matter. The code comes first, or after the word; what follows it is a note.
French words work too. The minutes that were worked may stand beside the code: "done 583112 25m fixed it". No command is
a word that the carrier handles itself (STOP, END, CANCEL, QUIT, HELP, INFO, START, YES). A callback's reference only
serves to ask about it.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass, replace


class Verb(enum.Enum):
    """What a technician can ask for by text."""

    ACK = "ack"  # take it
    CALL = "call"  # be called, and then the customer
    DONE = "done"  # reached and served
    CONT = "cont"  # reached, and not served yet
    MSG = "msg"  # left a message
    NA = "na"  # tried, no answer
    WRONG = "wrong"  # a wrong number
    WORKAROUND = "workaround"  # reached, and a workaround given
    NONE = "none"  # no way to reach the customer; the reason follows
    PASS = "pass"  # pass it on
    MORE = "more"  # a call that they answered needs more work; its priority and a note may follow
    NOTE = "note"  # write down the words that follow
    MANAGER = "manager"  # the customer asks for a manager
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
    **dict.fromkeys(("workaround", "wa", "contournement", "solution", "depannage"), Verb.WORKAROUND),
    **dict.fromkeys(("none", "aucun"), Verb.NONE),
    **dict.fromkeys(("wrong", "wrongnumber", "faux", "mauvaisnumero", "fauxnumero"), Verb.WRONG),
    **dict.fromkeys(("pass", "passe", "passer", "next", "suivant"), Verb.PASS),
    **dict.fromkeys(("note", "notes"), Verb.NOTE),
    **dict.fromkeys(("more", "suivi"), Verb.MORE),
    **dict.fromkeys(("manager", "gestionnaire"), Verb.MANAGER),
    **dict.fromkeys(("who", "qui", "status", "statut"), Verb.WHO),
    **dict.fromkeys(("allow", "autorise", "autoriser", "permets"), Verb.ALLOW),
    **dict.fromkeys(("refuse", "refuser", "refus"), Verb.REFUSE),
    **dict.fromkeys(("test", "testpage", "essai"), Verb.TEST),
}
# How each is written in answers in French.
IN_FRENCH = {
    Verb.ACK: "PRENDS",
    Verb.CALL: "APPEL",
    Verb.DONE: "FAIT",
    Verb.CONT: "SUITE",
    Verb.WRONG: "FAUX",
    Verb.WORKAROUND: "SOLUTION",
    Verb.NONE: "AUCUN",
    Verb.PASS: "PASSE",
    Verb.WHO: "QUI",
    Verb.TEST: "ESSAI",
    Verb.MORE: "SUIVI",
    Verb.MANAGER: "GESTIONNAIRE",
    Verb.ALLOW: "AUTORISE",
    Verb.REFUSE: "REFUSE",
}
ASSENT = {"ok", "okay", "yes", "oui", "sure", "daccord", "yep", "got", "gotit", "k", "onit", "jyvais"}
# What the carrier does with these for every number. It takes other words, such as ARRET, only where its account has
# them set up, and then it says so with the text.
OPT_OUT_WORDS = {"stop", "stopall", "unsubscribe", "end", "cancel", "quit", "revoke", "optout"}
OPT_IN_WORDS = {"start", "unstop"}
OPT_IN_IF_BLOCKED = "yes"
HELP_WORDS = {"help", "info"}
# What a customer texts who needs no call back; the first of each language is in their receipt.
NO_CALL_WORDS = {"nocall", "nocallback", "nocallneeded", "pasdappel", "pasderappel", "aucunappel", "nepasrappeler"}


# Minutes worked, with their unit. Hours have none: "14h30" is a time of day in French. Nor do minutes that say when.
_SAYS_WHEN = r"(?:ago|late|later|early|after|before|until|more|left|de retard|d'avance|d'attente|plus|après|avant)\b"
_WORKED = rf"(?<!\w)([0-9]{{1,4}}) ?(?:m|mn|min|mins|minutes?)(?!\w)(?!\W+{_SAYS_WHEN})"
_MINUTES = re.compile(_WORKED, re.IGNORECASE)
CODE_LENGTH = 6
# Codes have six digits, also written in two halves, and four where the page is of an earlier release. The halves of
# a code are not to be found inside a telephone number.
_CODE = re.compile(
    r"(?<![0-9])(?:[0-9]{6}|[0-9]{4})(?![0-9])"
    r"|(?<![0-9])(?<![0-9][ .-])[0-9]{3}[ .\-\u2010-\u2014][0-9]{3}"
    rf"(?![0-9]|[ .\-\u2010-\u2014](?!{_WORKED})[0-9])",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?<![a-z0-9])([a-z]{2})([-\u2010-\u2014]?)([0-9]{3})(?![a-z0-9])", re.IGNORECASE)
_AROUND_A_NOTE = " \t\r\n.,;:!?-\"'()\u201c\u201d\u00ab\u00bb"


WITH_MINUTES = (Verb.DONE, Verb.CONT, Verb.WORKAROUND, Verb.MSG, Verb.NA, Verb.WRONG, Verb.NOTE)


@dataclass(frozen=True)
class Command:
    """What a text asks for, and the code of the page it is about; None without a code."""

    verb: Verb
    code: str | None
    words: str = ""  # after the code, for the log
    reference: str = ""  # of the callback, where it is named by that
    minutes: int | None = None  # worked


def parse_command(text: str) -> Command | None:
    """Return what a text asks for, or None when that is not clear."""
    normal = unicodedata.normalize("NFKC", text[:400])
    code = _CODE.search(normal)
    if code is None:
        return _without_code(*_cut_reference(normal))
    before, _ = _cut_reference(normal[: code.start()])
    after, digits = normal[code.end() :], _digits(code[0])
    if (worked := _after_verb(before)) is not None:
        return Command(worked.verb, digits, _note(after, digits), minutes=worked.minutes)
    if _digits(before):
        return None
    if letters_of(before):
        verb = WORDS.get(letters_of(before))
        return _with_minutes(Command(verb, digits, _note(after, digits))) if verb else None
    return _code_first(digits, _cut_reference(after)[0])


def _code_first(code: str, after: str) -> Command | None:
    """Return the command of a text that begins with a code. After it come one word, and minutes: no note."""
    if (worked := _after_verb(after)) is not None:
        words = _note(after, code) if worked.verb is Verb.NOTE else ""
        return Command(worked.verb, code, words, minutes=worked.minutes)
    if set(codes_in(after)) - {code} or _digits(_CODE.sub("", after)):
        return None
    verb = WORDS.get(letters_of(after)) if letters_of(after) else Verb.ACK
    return Command(verb, code) if verb else None


@dataclass(frozen=True)
class _Worked:
    verb: Verb
    minutes: int


def _after_verb(text: str) -> _Worked | None:
    """Return the verb and the minutes of a text that has nothing else: "done 25m"; None for any other."""
    found = _MINUTES.search(text)
    if found is None or text[found.end() :].strip(_AROUND_A_NOTE) or _digits(text[: found.start()]):
        return None
    verb = WORDS.get(letters_of(text[: found.start()]))
    return _Worked(verb, int(found[1])) if verb in WITH_MINUTES else None


def _with_minutes(command: Command) -> Command:
    """Return a command with the minutes that its words begin with. Words that say more than that are kept whole."""
    found = _MINUTES.match(command.words)
    if found is None or command.verb not in WITH_MINUTES:
        return command
    says_more = command.words[found.end() :].strip(_AROUND_A_NOTE) or command.verb is Verb.NOTE
    return replace(command, words=command.words if says_more else "", minutes=int(found[1]))


def _without_code(text: str, reference: str) -> Command | None:
    """Return a command without a code. A reference alone asks about its callback."""
    if _digits(text):
        return None
    if reference and not letters_of(text):
        return Command(Verb.WHO, None, reference=reference)
    verb = WORDS.get(letters_of(text))
    return Command(verb, None, reference=reference) if verb else None


def _cut_reference(text: str) -> tuple[str, str]:
    """Return a text without the first reference in it, and that: "KT-417". "na417" is none, but a mistyped code."""
    for found in _REFERENCE.finditer(text):
        letters, hyphen, digits = found.groups()
        if hyphen or letters.casefold() not in WORDS:
            return f"{text[: found.start()]} {text[found.end() :]}", f"{letters.upper()}-{digits}"
    return text, ""


def _note(after: str, code: str) -> str:
    """Return the words after a code, unless it is only said twice."""
    words = after.strip(_AROUND_A_NOTE)
    return "" if codes_in(words) == [code] and not _CODE.sub("", words).strip(_AROUND_A_NOTE) else words


def codes_in(text: str) -> list[str]:
    """Return every number in a text that could be a code, each once."""
    found = _CODE.finditer(unicodedata.normalize("NFKC", text[:400]))
    return list(dict.fromkeys(_digits(code[0]) for code in found))


def verification_code_in(text: str) -> str | None:
    """Return the six digits of a verification code, when a text is nothing else."""
    found = re.fullmatch(r"[^0-9a-z]*([0-9]{3})[ -]?([0-9]{3})[^0-9a-z]*", _plain(text))
    return found[1] + found[2] if found else None


def is_assent(text: str) -> bool:
    """Return whether a text agrees, like "ok", but names no callback."""
    return letters_of(text) in ASSENT


def is_opt_in(text: str) -> bool:
    """Return whether the carrier unblocks our texts to the sender of this one."""
    return _plain(text).strip() in OPT_IN_WORDS


def is_opt_out(text: str) -> bool:
    """Return whether the carrier blocks our texts to the sender of this one, whatever its account has set up."""
    return _plain(text).strip() in OPT_OUT_WORDS


def is_help(text: str) -> bool:
    """Return whether the carrier answers this text itself."""
    return _plain(text).strip() in HELP_WORDS


def asks_for_no_call(text: str) -> bool:
    """Return whether a customer's text says no more than that they need no call back."""
    words, _ = _cut_reference(unicodedata.normalize("NFKC", text[:400]))
    return letters_of(words) in NO_CALL_WORDS and not _digits(words)


def reference_in(text: str) -> str:
    """Return the first reference in a text, or ""."""
    return _cut_reference(unicodedata.normalize("NFKC", text[:400]))[1]


def means_stop_in_french(text: str) -> bool:
    """Return whether a text is ARRET, which the carrier takes for STOP only where its account is set up for it."""
    return letters_of(text) == "arret"


def wants_no_texts(text: str, opt_out_type: str = "") -> bool:
    """Return whether a customer wants no texts: in the carrier's word, or in French, which it may not know."""
    return opt_out_type == "STOP" or is_opt_out(text) or means_stop_in_french(text)


def letters_of(text: str) -> str:
    """Return the letters of a text, small and without accents: "Abonnez-moi!" is "abonnezmoi"."""
    return "".join(re.findall(r"[a-z]+", _plain(text)))


def _digits(text: str) -> str:
    return "".join(re.findall(r"[0-9]+", text))


def _plain(text: str) -> str:
    """Return a text in small letters, without accents."""
    decomposed = unicodedata.normalize("NFKD", text[:400])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
