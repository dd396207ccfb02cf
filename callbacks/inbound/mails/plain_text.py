"""Makes plain text of what mails have in them: bytes in any charset, wrapped lines, HTML. Pure.

Every step is linear in the length of its input, because anybody can send a mail.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

LONGEST_HTML = 500_000  # characters as it came, without pictures in it
LONGEST_CLEAN_HTML = 300_000  # without attributes
DEEPEST_HTML = 200  # elements: libxml2 drops what is deeper than 256
MOST_EMPTY_LINES = 2

# These take time that grows with the square of the length, or are no charsets of mails.
_REFUSED_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
# No mail uses these (EBCDIC), but any bytes can be read with them, so a mail that claims one would be unreadable.
_EBCDIC = {"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"}
# Much mail that claims one of these is Windows-1252, which is the same plus quotation marks, dashes and the euro sign.
_WINDOWS = {"ascii", "iso8859-1"}
# Marks that turn the direction of text around, which can make a name look like another. Others are invisible.
_TURNING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]
_INVISIBLE = [0x200B, 0x2060, 0xFEFF, *range(0xE0000, 0xE0080)]
_SURROGATES = range(0xD800, 0xE000)
_CONTROLS = [code for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc" and chr(code) not in "\n\t"]
_DROPPED = dict.fromkeys([*_CONTROLS, *_TURNING, *_INVISIBLE, *_SURROGATES])
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

_BLOCKS = {"p", "div", "blockquote", "ul", "ol", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr"}
_TAGS = _BLOCKS | {"br", "hr", "a", "td", "th", "img"}
_WITHOUT_CONTENT = {"script", "style", "title", "noscript", "template", "iframe", "object", "svg", "math"}
# Browsers close these by themselves, so they are not nested when they are left open.
_CLOSED_BY_ITSELF = {
    *("p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody", "thead", "tfoot", "colgroup"),
    *("br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "embed", "param", "track"),
}
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}>?")  # a picture as a data: address, or attributes without end
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\((https?://[^()\s]{1,2000})\)")
# The converter pads each cell of a table to the widest of its column, which a mail can make endless.
_UNTABLED = {
    "<table>": "<div>",
    "</table>": "</div>",
    "<tr>": "<div>",
    "</tr>": "</div>",
    **dict.fromkeys(("<td>", "<th>", "</td>", "</th>"), " "),
}
_TABLE_TAG = re.compile("|".join(map(re.escape, _UNTABLED)))
_AS_TEXT = ParserConfig(css=CSS_PROFILES["strict"], display_links=True)


@dataclass(frozen=True)
class Converted:
    """HTML as plain text, and what of it is missing."""

    text: str
    is_cut: bool
    has_remote_images: bool


def decoded(content: bytes, charset: str) -> tuple[str, bool]:
    """Return bytes as text, and whether the letters are sure: the charset is known, and it fits."""
    named = _codec_named(charset)
    if named.startswith(("utf-16", "utf-32")) and not _may_be_wide(content):
        named = ""
    for codec in dict.fromkeys(filter(None, [named, "utf-8"])):
        try:
            return content.decode(codec), True
        except (LookupError, ValueError):  # LookupError: it is no charset but a compression
            continue
    return content.decode("cp1252", "replace"), named == "cp1252"


def _may_be_wide(content: bytes) -> bool:
    """Return whether bytes may be UTF-16 or UTF-32, which say so, or have a space or the end of a line in them."""
    return b"\0" in content or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _codec_named(charset: str) -> str:
    """Return the name of a charset as Python knows it, or "" where mail should not be read with it."""
    try:
        found = codecs.lookup(charset.strip()[:40]).name if charset.strip() else "utf-8"
    except (LookupError, ValueError):
        return ""
    if found in _WINDOWS:
        return "cp1252" if found != "ascii" else "utf-8"
    return "" if found.replace("-", "_") in _REFUSED_CHARSETS | _EBCDIC else found


def cleaned(text: str) -> str:
    """Return a text without control characters and turned directions, with at most two empty lines in a row."""
    lines = _NEWLINES.sub("\n", text).translate(_DROPPED).split("\n")
    kept: list[str] = []
    empty = 0
    for line in lines:
        stripped = line.rstrip()
        empty = 0 if stripped else empty + 1
        if empty <= MOST_EMPTY_LINES:
            kept.append(stripped)
    return "\n".join(kept).strip("\n")


def in_one_line(text: str, longest: int) -> str:
    """Return a text in one line, without control characters, cut to a length."""
    line = " ".join(_NEWLINES.sub(" ", text[: longest * 4]).translate(_DROPPED).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def unflowed(text: str, *, deletes_space: bool) -> str:
    """Return a text of format=flowed (RFC 3676) with its paragraphs in one line each."""
    paragraphs: list[tuple[int, list[str]]] = []
    goes_on = False
    for line in _NEWLINES.sub("\n", text).split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        is_signature = words == "-- "
        if goes_on and not is_signature and paragraphs[-1][0] == depth:
            paragraphs[-1][1].append(words)
        else:
            paragraphs.append((depth, [words]))
        goes_on = words.endswith(" ") and not is_signature
        if goes_on and deletes_space:
            paragraphs[-1][1][-1] = words[:-1]
    return "\n".join(
        ("> " if depth == 1 else ">" * depth + " " * bool(depth)) + "".join(parts) for depth, parts in paragraphs
    )


def html_as_text(html: str) -> Converted:
    """Return HTML as plain text, with the addresses of its links. Nothing is run or loaded."""
    html = _LONG_TAG.sub("", html)
    end = _end_of_shallow(html[:LONGEST_HTML])
    shallow, is_cut = html[:end].translate(_DROPPED), end < len(html)
    remote: list[str] = []

    def watched(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            if value.lower().lstrip().startswith(("http:", "https:", "//")):
                remote.append(value)
            return None
        return value

    clean = nh3.clean(
        shallow,
        tags=_TAGS,
        clean_content_tags=_WITHOUT_CONTENT,
        attributes={"a": {"href"}, "img": {"src"}},
        attribute_filter=watched,
        url_schemes={"http", "https", "cid", "data"},
        link_rel=None,
    )
    if len(clean) > LONGEST_CLEAN_HTML:
        clean, is_cut = clean[: clean.rfind("<", 0, LONGEST_CLEAN_HTML)], True
    flat = _TABLE_TAG.sub(lambda found: _UNTABLED[found.group()], clean)
    text = _LINK.sub(_link, get_text(flat, _AS_TEXT).replace("\xa0", " "))
    return Converted(text, is_cut, bool(remote))


def _end_of_shallow(html: str) -> int:
    """Return where elements become nested too deeply, or the length."""
    opened: Counter[str] = Counter()
    depth = 0
    for found in _TAG.finditer(html):
        tag = found.group(2).lower()
        if tag in _CLOSED_BY_ITSELF:
            continue
        if not found.group(1):
            opened[tag] += 1
            depth += 1
        elif opened[tag]:
            opened[tag] -= 1
            depth -= 1
        if depth > DEEPEST_HTML:
            return found.start()
    return len(html)


def _link(found: re.Match[str]) -> str:
    words, address = found.group(1).strip(), found.group(2)
    return address if words.rstrip("/") == address.rstrip("/") else f"{words} ({address})"
