"""The HTML of a mail, made of its plain words. Pure.

Nothing is loaded from elsewhere, and nothing in the words is markup: only web addresses become links.
"""

from __future__ import annotations

import re
from html import escape

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_NOT_OF_ADDRESS = ".,;:!?'»)"  # at its end, these belong to the sentence


def mail_html(words: str, language: str = "") -> str:
    """Return words as an HTML document that reads the same: escaped, with its lines, and links that can be clicked."""
    of_language = f' lang="{escape(language)}"' if language else ""
    paragraphs = "\n".join(f"<p>{_lines(each)}</p>" for each in re.split(r"\n{2,}", words.strip("\n")) if each.strip())
    return (
        f'<!DOCTYPE html>\n<html{of_language}><head><meta charset="utf-8"></head><body>\n{paragraphs}\n</body></html>\n'
    )


def _lines(words: str) -> str:
    return "<br>\n".join(_linked(line) for line in words.splitlines())


def _linked(line: str) -> str:
    """Return a line, escaped, with its web addresses as links."""
    found, end = [], 0
    for match in _ADDRESS.finditer(line):
        address = _trimmed(match.group())
        shown = escape(address)
        found += [escape(line[end : match.start()]), f'<a href="{shown}">{shown}</a>']
        end = match.start() + len(address)
    return "".join([*found, escape(line[end:])])


def _trimmed(address: str) -> str:
    """Return an address without what ends the sentence around it. A closing bracket that was opened in it is its."""
    while address[-1] in _NOT_OF_ADDRESS and not (address[-1] == ")" and address.count("(") >= address.count(")")):
        address = address[:-1]
    return address
