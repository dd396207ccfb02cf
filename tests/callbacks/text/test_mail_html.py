"""The HTML of a mail says what its plain words say, and nothing in them is markup."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as some

from callbacks.text.mail_html import mail_html


def body(words: str) -> str:
    found = re.search(r"<body>\n(.*)\n</body>", mail_html(words), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Bonjour,\nc'est réglé.", "<p>Bonjour,<br>\nc&#x27;est réglé.</p>"),
        ("One.\n\nTwo.\n", "<p>One.</p>\n<p>Two.</p>"),
        ('<img src="https://x.test/a.png">', "&lt;img src=&quot;"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("See https://x.test/a?b=1&c=2.", '<a href="https://x.test/a?b=1&amp;c=2">https://x.test/a?b=1&amp;c=2</a>.'),
        ("(https://x.test/a_(b))", '(<a href="https://x.test/a_(b)">https://x.test/a_(b)</a>)'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("", ""),
    ],
)
def test_words_become_lines_and_links(words: str, html: str) -> None:
    assert html in body(words)


def test_the_language_is_named_where_it_is_known() -> None:
    assert '<html lang="fr">' in mail_html("Bonjour", "fr")
    assert "<html>" in mail_html("Hello")


@given(some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]) | some.sampled_from("<>&\"'\n")))
def test_it_reads_as_the_plain_words_do_and_has_no_other_markup(words: str) -> None:
    made = body(words)
    assert set(re.findall(r"</?(\w+)", made)) <= {"p", "br", "a"}
    assert unescape(re.sub(r"<[^>]*>", "", made)).split() == words.split()
    assert not re.search(r"<[^>]*\b(src|style|on\w+)=", made)
