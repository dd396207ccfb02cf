"""The HTML of a mail, made of its plain words, so that both say the same. Pure.

Nothing is loaded from elsewhere, and nothing in the words is markup: only web addresses become links. Programs that
leave out the styles show the same words in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_NOT_OF_ADDRESS = ".,;:!?'»)"  # at its end, these belong to the sentence
# Both schemes of colours have a contrast of 7:1 at least.
_STYLE = """\
:root { color-scheme: light dark; }
body { margin: 0; padding: 12px; background: #f2f4f7; color: #1a1f26; font: 16px/1.5 system-ui, -apple-system,
  "Segoe UI", Roboto, Arial, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 600px; margin: 0 auto; padding: 16px 20px; background: #fff; border: 1px solid #d5dae1;
  border-radius: 8px; overflow-wrap: anywhere; }
header { padding-bottom: 8px; border-bottom: 1px solid #d5dae1; color: #434c57; font-weight: 600; }
section + section { margin-top: 16px; border-top: 1px solid #d5dae1; }
p { margin: 14px 0; }
strong { font-size: 1.06em; }
a { color: #0a4a9e; }
a.alone { display: block; margin: 8px 0; padding: 11px 14px; border: 2px solid #0a4a9e; border-radius: 6px;
  font-weight: 600; text-decoration: none; }
.rest { display: none; }
blockquote { margin: 14px 0; padding: 0 14px; border-left: 4px solid #9aa4b1; color: #434c57; }
@media (prefers-color-scheme: dark) {
  body { background: #14171b; color: #eceff3; }
  main { background: #1d2126; border-color: #414952; }
  header { border-color: #414952; color: #c3cbd5; }
  section + section { border-color: #414952; }
  a { color: #9cc8ff; }
  a.alone { border-color: #9cc8ff; }
  blockquote { border-color: #69737f; color: #c3cbd5; }
}
"""


@dataclass(frozen=True)
class Section:
    """Words in one language; "" for one that is not known."""

    words: str
    language: str = ""


def mail_html(sections: Sequence[Section], *, desk: str = "", subject: str = "", important: Sequence[str] = ()) -> str:
    """Return words as an HTML document that reads the same, under the desk's name.

    Lines that begin with ">" are a quote. A web address at the end of a line gets a line and a border of its own. What
    is `important`, such as the time by which to call, is bold wherever the words have it.
    """
    language = sections[0].language if sections else ""
    header = f"<header>{escape(desk)}</header>\n" if desk else ""
    written = _Written(important)
    return (
        f'<!DOCTYPE html>\n<html{_lang(language)}><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(subject)}</title>\n<style>\n{_STYLE}</style></head>\n"
        f"<body><main>{header}{''.join(written.section(each) for each in sections)}</main></body></html>\n"
    )


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


class _Written:
    """How words are written as HTML, with what is important in them."""

    def __init__(self, important: Sequence[str]) -> None:
        longest_first = sorted({each for each in important if each.strip()}, key=lambda each: (-len(each), each))
        self._important = re.compile("|".join(re.escape(each) for each in longest_first)) if longest_first else None

    def section(self, section: Section) -> str:
        return f"<section{_lang(section.language)}>\n{''.join(self._blocks(section.words))}</section>\n"

    def _blocks(self, words: str) -> Iterator[str]:
        block: list[str] = []
        for line in [*words.splitlines(), ""]:
            if block and (not line.strip() or _is_quoted(line) != _is_quoted(block[0])):
                yield self._quote(block) if _is_quoted(block[0]) else self._paragraph(block)
                block = []
            block += [line] if line.strip() else []

    def _quote(self, lines: Sequence[str]) -> str:
        return f"<blockquote>{self._paragraph([line[1:].removeprefix(' ') for line in lines])}</blockquote>\n"

    def _paragraph(self, lines: Sequence[str]) -> str:
        return f"<p>{'<br>'.join(map(self._line, lines))}</p>\n"

    def _line(self, line: str) -> str:
        """Return a line, escaped, with its web addresses as links."""
        found, end = [], 0
        for match in _ADDRESS.finditer(line):
            address = _trimmed(match.group())
            is_last = not line[match.start() + len(address) :].strip(_NOT_OF_ADDRESS + " ")
            shown, kind = escape(address), ' class="alone"' if is_last else ""
            found += [self._text(line[end : match.start()]), f'<a{kind} href="{shown}">{shown}</a>']
            end = match.start() + len(address)
            if is_last and line[end:]:  # a full stop on a line of its own
                return "".join([*found, f'<span class="rest">{escape(line[end:])}</span>'])
        return "".join([*found, self._text(line[end:])])

    def _text(self, words: str) -> str:
        """Return words, escaped, with what is important in bold."""
        found, end = [], 0
        for match in self._important.finditer(words) if self._important else ():
            found += [escape(words[end : match.start()]), f"<strong>{escape(match.group())}</strong>"]
            end = match.end()
        return "".join([*found, escape(words[end:])])


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _trimmed(address: str) -> str:
    """Return an address without what ends the sentence around it. A closing bracket that was opened in it is its."""
    while address[-1] in _NOT_OF_ADDRESS and not (address[-1] == ")" and address.count("(") >= address.count(")")):
        address = address[:-1]
    return address
