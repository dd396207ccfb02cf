"""Text messages in GSM-7 (3GPP TS 23.038): one other letter in a text more than halves what fits into a segment.

Letters that the alphabet lacks are folded for text messages only: mail and screens keep them.
"""

from __future__ import annotations

import unicodedata

TWO_SEGMENTS = 306  # letters of GSM-7 in two parts of one message

LETTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSIONS = frozenset("^{}\\[~]|€")  # each is sent as two
_ELLIPSIS = "..."

_LIKENESSES = "…=... œ=oe Œ=OE ð=d Ð=D đ=d Đ=D þ=th Þ=Th ł=l Ł=L ı=i ×=x ©=(c) ®=(r) ™=TM"
_FOLDED = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−•·", "-"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "),
    **dict.fromkeys("\r\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f", ""),
    **dict(pair.split("=") for pair in _LIKENESSES.split()),
}


def folded(text: str) -> str:
    """Return a text in letters of GSM-7: "François" as "Francois", a letter without a likeness as "?"."""
    return "".join(_fold(character) for character in unicodedata.normalize("NFC", text))


def _fold(character: str) -> str:
    if character in LETTERS or character in EXTENSIONS:
        return character
    if character in _FOLDED:
        return _FOLDED[character]
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return plain if plain and all(each in LETTERS or each in EXTENSIONS for each in plain) else "?"


def size(text: str) -> int:
    """Return how many letters of GSM-7 a text takes once it is folded."""
    plain = folded(text)
    return len(plain) + sum(character in EXTENSIONS for character in plain)


def fits(text: str) -> bool:
    """Return whether a text goes out in two segments at most."""
    return size(text) <= TWO_SEGMENTS


def shortened(text: str, longest: int) -> str:
    """Return a text cut so that it takes at most `longest` letters of GSM-7."""
    if size(text) <= longest:
        return text
    cut = text[:longest]
    while cut and size(cut) > longest - len(_ELLIPSIS):
        cut = cut[:-1]
    return cut.rstrip() + _ELLIPSIS


def for_text_message(text: str) -> str:
    """Return a text as it goes out by text message: folded, and within two segments whatever it says."""
    return shortened(folded(text), TWO_SEGMENTS)


def first_that_fits(*versions: str) -> str:
    """Return the first version that fits, of ones that say less and less, or the last one."""
    return next((version for version in versions if fits(version)), versions[-1])
