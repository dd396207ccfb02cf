"""The carrier's identifiers: two letters for the kind, and 32 hexadecimal digits (twilio.com/docs/glossary).

Our own contacts have such a one, too.
"""

from __future__ import annotations

import re

ACCOUNT, CALL, RECORDING, TRANSCRIPTION, NUMBER = "AC", "CA", "RE", "TR", "PN"
BY_HAND = "BH"  # ours: a contact that somebody wrote down
TEXTS = ("SM", "MM")  # without pictures, and with

_DIGITS = re.compile(r"[0-9a-f]{32}")


def is_sid(text: str, *kinds: str) -> bool:
    """Return whether a text is exactly a SID of one of these kinds."""
    return text[:2] in kinds and _DIGITS.fullmatch(text, 2) is not None
