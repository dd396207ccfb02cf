"""The HTML of a mail says what its plain words say, and nothing in them is markup."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as some

from callbacks.text.mail_html import Section, mail_html


def body(words: str, *important: str) -> str:
    found = re.search(r"<section>\n(.*)</section>", mail_html([Section(words)], important=important), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Bonjour,\nc'est réglé.", "<p>Bonjour,<br>c&#x27;est réglé.</p>"),
        ("One.\n\nTwo.\n", "<p>One.</p>\n<p>Two.</p>"),
        ('<img src="https://x.test/a.png">', "&lt;img src=&quot;"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        (
            "See https://x.test/a?b=1&c=2, Bob",
            '<a href="https://x.test/a?b=1&amp;c=2">https://x.test/a?b=1&amp;c=2</a>,',
        ),
        ("(https://x.test/a_(b)) Bob", '(<a href="https://x.test/a_(b)">https://x.test/a_(b)</a>)'),
        ("See https://x.test.", '<a class="alone" href="https://x.test">https://x.test</a><span class="rest">.</span>'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("Hi\n> It is down.\n> <b>!</b>\nBye", "<blockquote><p>It is down.<br>&lt;b&gt;!&lt;/b&gt;</p>\n</blockquote>"),
        ("", ""),
    ],
)
def test_words_become_lines_links_and_quotes(words: str, html: str) -> None:
    assert html in body(words)


def test_what_is_important_is_bold_and_no_markup_either() -> None:
    assert "by <strong>10:42 p.m.</strong> or" in body("Call by 10:42 p.m. or pass it on", "10:42 p.m.", "")
    assert "<strong>&lt;b&gt;</strong>" in body("a <b> c", "<b>")
    assert '<a class="alone" href="https://x.test/b">' in body("https://x.test/b", "x.test")


def test_each_language_is_named_where_it_is_known() -> None:
    html = mail_html([Section("Hello", "en"), Section("Bonjour", "fr")], desk="Soutien & cie", subject="<Objet>")
    assert '<html lang="en">' in html
    assert '<section lang="fr">\n<p>Bonjour</p>' in html
    assert "<header>Soutien &amp; cie</header>" in html
    assert "<title>&lt;Objet&gt;</title>" in html
    assert "<html>" in mail_html([Section("Hello")])
    assert "<header>" not in mail_html([Section("Hello")])


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = mail_html([Section("Hello", "en")], desk="Support desk")
    assert "http" not in html
    assert not re.search(r"<(img|link|script|iframe)\b|url\(|@import", html)


@given(some.text(some.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]) | some.sampled_from("<>&\"'\n")))
def test_it_reads_as_the_plain_words_do_and_has_no_other_markup(words: str) -> None:
    made = body(words)
    assert set(re.findall(r"</?(\w+)", made)) <= {"p", "br", "a", "span", "blockquote"}
    read = re.sub(r"<[^>]*>", "", re.sub(r"</?(p|br|blockquote)>", " ", made))
    unquoted = " ".join(line.removeprefix(">") for line in words.splitlines())
    assert unescape(read).split() == unquoted.split()
    assert not re.search(r"<[^>]*\b(src|style|on\w+)=", made)
