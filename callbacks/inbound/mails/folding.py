"""Parts a mail into what is new in it and what is not: quotes of earlier mails, and the signature. Pure.

mail-parser-reply knows how mail programs introduce a quote and how signatures begin. It sees a copy of the text in
which lines are short and runs of characters are cut, because its patterns take time that grows with the square of a
line's length. In doubt nothing is folded away: words that nobody sees are lost.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from mailparser_reply.parser import EmailMessage

LONGEST = 200_000  # characters that are looked at
HEAD, TAIL = 100, 60  # characters of a line that are looked at
LONGEST_SIGNATURE = 14  # lines
LONGEST_CLOSING = 4  # words
MOST_CLOSINGS = 20
QUOTES_BEGIN_WITHIN = 4  # lines after "Amy wrote:"

_LIBRARY = EmailMessage(text="", languages=["en", "fr"], keep_hyphen_lists=True)

# What the library does not know is written as what it knows.
_KNOWN = (
    (re.compile(r"[\xa0\u202f\t ]+"), " "),
    (re.compile(r"([*_=~.-])\1{40,}"), r"\1" * 40),
    (re.compile(r"\*{4,}"), "***"),
    (re.compile(r"^[* ]*(?:Date|Envoyé le|Expédié) ?:[* ]*"), "Envoyé : "),
    (re.compile(r"^[* ]*(?:A|Pour|À) ?:[* ]*"), "À : "),
    (re.compile(r"^[* ]*(De|Objet|Cc|Envoyé) ?:[* ]*"), r"\1 : "),
    (re.compile(r"^-{2,} ?(?:Message d'origine|Message d’origine|Message transféré|Forwarded message) ?-{2,}$"),
     "-----Original Message-----"),
    (re.compile(r"^(?:Envoyé (?:de|depuis|à partir de) |Sent from |Télécharger Outlook|Obtenir Outlook|Get Outlook).*"),
     "Sent from my phone"),
)  # fmt: skip
_CLOSINGS = {
    *("regards", "best", "thanks", "thank you", "many thanks", "thanks again", "cheers", "sincerely", "merci"),
    *("merci beaucoup", "merci d'avance", "merci et bonne journée", "bien cordialement", "bien à vous"),
    *("cordiales salutations", "meilleures salutations", "salutations distinguées", "bonne fin de journée"),
}


def folded(text: str, *, is_reply: bool) -> tuple[str, str]:
    """Return what is new in a text, and what is not. Quotes are only looked for in replies.

    The headers of a mail that a customer asks about look like those of a quote, so only replies have any.
    """
    lines = text.split("\n")
    seen = _as_seen(lines)
    new, quotes = _without_quotes(lines, seen) if is_reply else (lines, [])
    new, signature = _without_signature(new)
    if not "".join(new).strip():
        return text.strip("\n"), ""
    return "\n".join(new).strip("\n"), "\n\n".join(
        filter(None, ("\n".join(signature).strip("\n"), "\n".join(quotes).strip("\n")))
    )


def _as_seen(lines: Sequence[str]) -> list[str]:
    """Return the first lines as the library is to see them, each under its number."""
    seen: list[str] = []
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > LONGEST:
            break
        seen.append(_short(line))
    for at, line in enumerate(seen):
        if line.startswith("Le ") and not line.endswith("écrit :"):
            _join_wrapped(seen, at)
    return seen


def _short(line: str) -> str:
    short = line.strip()
    if len(short) > HEAD + TAIL:
        short = short[:HEAD] + short[-TAIL:]
    for pattern, known in _KNOWN:
        short = pattern.sub(known, short)
    return short.strip()


def _join_wrapped(seen: list[str], at: int) -> None:
    """Make one line of "Le 27 novembre, Amy Roy" and "a écrit :", which the library does not."""
    for end in (at + 1, at + 2):
        joined = " ".join(seen[at : end + 1])
        if end < len(seen) and joined.endswith("écrit :"):
            seen[at : end + 1] = [joined] + [""] * (end - at)
            return


def _without_quotes(lines: list[str], seen: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines that are new, and those of quotes with what introduces them."""
    at = _first_header(seen)
    marked = [number for number, line in enumerate(lines) if line.startswith(">")]
    first = next((number for number in marked if at is None or number > at), None)
    if at is None or (first is not None and first <= at + QUOTES_BEGIN_WITHIN):
        return _without_marked(lines, first if at is None else at, first)
    return lines[:at], lines[at:]


def _first_header(seen: Sequence[str]) -> int | None:
    """Return the first line of what introduces a quote."""
    found = _LIBRARY.HEADER_REGEX.search("\n".join(seen))
    if found is None:
        return None
    begins = found.start() + len(found.group()) - len(found.group().lstrip())
    return str(found.string).count("\n", 0, begins)


def _without_marked(lines: list[str], header: int | None, first: int | None) -> tuple[list[str], list[str]]:
    """Return the lines without those that ">" marks.

    Answers below a quote are new. Answers between several quotes mean little without them, so all stays.
    """
    if header is None or first is None:
        return lines, []
    rest = lines[first:]
    groups = [(is_quote, list(group)) for is_quote, group in itertools.groupby(rest, lambda line: line.startswith(">"))]
    answers = [group for is_quote, group in groups if not is_quote and "".join(group).strip()]
    if len(answers) > 1:
        return lines, []
    quotes = lines[header:first] + [line for is_quote, group in groups if is_quote for line in group]
    return lines[:header] + [line for group in answers for line in group], quotes


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines before the signature, and the signature."""
    seen = ["Best regards" if line.rstrip(",.! ").lower() in _CLOSINGS else line for line in _as_seen(lines)]
    text, at = "\n".join(seen), 0
    for _ in range(MOST_CLOSINGS):
        found = _LIBRARY.SIGNATURE_REGEX.search(text, at)
        if found is None:
            break
        begins = found.start() + len(found.group()) - len(found.group().lstrip())
        number = text.count("\n", 0, begins)
        if number and _is_signature(lines[number:], seen[number]):
            return lines[:number], lines[number:]
        at = text.find("\n", begins)
        if at < 0:
            break
    return lines, []


def _is_signature(lines: Sequence[str], opening: str) -> bool:
    """Return whether lines can be no more than a signature."""
    filled = [line for line in lines if line.strip()]
    if opening.startswith(("___", "---")):
        return False  # a line between two parts of a mail
    return len(filled) <= LONGEST_SIGNATURE and len(opening.split()) <= LONGEST_CLOSING
