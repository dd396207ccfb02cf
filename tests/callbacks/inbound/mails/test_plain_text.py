from __future__ import annotations

import pytest

from callbacks.inbound.mails.plain_text import (
    DEEPEST_HTML,
    LONGEST_CLEAN_HTML,
    cleaned,
    decoded,
    html_as_text,
    in_one_line,
    unflowed,
)


@pytest.mark.parametrize(
    ("content", "charset", "found"),
    [
        ("é".encode(), "utf-8", ("é", True)),
        ("é".encode(), "", ("é", True)),
        ("“é”€".encode("cp1252"), "ISO-8859-1", ("“é”€", True)),
        ("é".encode(), "us-ascii", ("é", True)),
        (b"\xe9", "utf-8", ("é", False)),
        (b"\xe9", "zlib", ("é", False)),
        ("é".encode(), "x-unknown", ("é", True)),  # nothing else fits so well
        (b"\x81\x8d", "latin-1", ("\ufffd\ufffd", True)),
        (b"", "utf-8", ("", True)),
        ("é à\n".encode("utf-16-le"), "utf-16-le", ("é à\n", True)),
        ("日本".encode("utf-16"), "utf-16", ("日本", True)),  # it begins with a byte order mark
        (b"\xe9t\xe9 caf\xe9\n", "utf-16", ("été café\n", False)),
        ("été\n".encode(), "utf-32", ("été\n", True)),
        *[(b"\xe9t\xe9\n", charset, ("été\n", False)) for charset in ("cp037", "ebcdic-cp-be", "cp1140")],
    ],
)
def test_bytes_become_letters(content: bytes, charset: str, found: tuple[str, bool]) -> None:
    assert decoded(content, charset) == found


def test_text_is_cleaned() -> None:
    assert cleaned("\n\na\0b\x1b \r\nc\u202ed\n\n\n\n\ne\x85f\u2028\ud800g\ufeff\n\n") == "ab\ncd\n\n\ne\nf\ng"


def test_emoji_and_accents_are_kept() -> None:
    assert cleaned("Ça va 👩\u200d💻\t\xa0:") == "Ça va 👩\u200d💻\t\xa0:"


def test_one_line_is_cut() -> None:
    assert in_one_line(" a\r\n b\0\tc ", 5) == "a b c"
    assert in_one_line("abcdef", 5) == "abcd…"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is \ndown.", "It is down."),
        ("It is\ndown.", "It is\ndown."),
        (" > no quote", "> no quote"),
        (">> It is \n>> down.\n> New.", ">> It is down.\n> New."),
        ("> It is \ndown.", "> It is \ndown."),
        ("It is \n-- \nAmy", "It is \n-- \nAmy"),
        ("", ""),
    ],
)
def test_flowed_paragraphs_are_joined(text: str, found: str) -> None:
    assert unflowed(text, deletes_space=False) == found


def test_flowed_lines_may_end_within_a_word() -> None:
    assert unflowed("It is dow \nn.", deletes_space=True) == "It is down."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>one<li>two</ul>", "* one\n  * two"),
        ("<a href='https://x.example'>https://x.example/</a>", "https://x.example"),
        ("<a href='https://x.example'>here</a>", "here (https://x.example)"),
        ("<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example"),
        ("<a href='javascript:x()'>here</a>", "here"),
        ("a<script>b</script><style>c</style><title>d</title><!-- e --><svg>f</svg>g", "ag"),
        ("1 &lt; 2 &amp; 3\xa0&nbsp;4", "1 < 2 & 3 4"),
        ("<b>un<i>closed", "unclosed"),
        ("\0<p>a\ud800b\x01</p>", "ab"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert html_as_text(html).text.strip() == text


@pytest.mark.parametrize(
    ("html", "has"),
    [
        ("<img src='https://t.example/1.gif'>", True),
        ("<img src='//t.example/1.gif'>", True),
        ("<img src=' HTTP://t.example/1.gif'>", True),
        ("<img src='cid:logo'>", False),
        ("<img src='data:image/gif;base64,AAAA'>", False),
        ("<p>x</p>", False),
    ],
)
def test_images_on_the_web_are_noticed(html: str, has: bool) -> None:
    assert html_as_text(html).has_remote_images is has


def test_what_is_nested_too_deeply_is_left_out() -> None:
    found = html_as_text("<p>first</p>" + "<div>" * (DEEPEST_HTML + 1) + "deep")
    assert (found.text.strip(), found.is_cut) == ("first", True)
    found = html_as_text("<div>" * DEEPEST_HTML + "deep")
    assert (found.text.strip(), found.is_cut) == ("deep", False)


def test_open_paragraphs_are_not_nested() -> None:
    found = html_as_text("<p>x" * 1_000)
    assert (found.text.count("x"), found.is_cut) == (1_000, False)


@pytest.mark.parametrize(
    "html",
    [
        *(
            "<div>",
            "<p>",
            "<table><tr><td>x",
            "<a href=http://x>y",
            "<",
            "[",
            "<!--",
            "<p><b><i>",
            "&lt;",
            "<svg><p>",
            "</div>",
        ),
        *("<a " + " ".join(f"a{number}=b" for number in range(3_000)), "<td>" + "y" * 99),
    ],
)
def test_a_megabyte_of_it_is_read(html: str) -> None:
    found = html_as_text("<p>first</p>" + html * (1_000_000 // len(html)))
    assert found.text.lstrip().startswith("first")
    assert len(found.text) <= 3 * LONGEST_CLEAN_HTML


def test_a_wide_column_takes_no_more_room_than_its_words() -> None:
    found = html_as_text("<table>" + "<tr><td>x</td></tr>" * 5_000 + f"<tr><td>{'y' * 5_000}</td></tr></table>")
    assert len(found.text) < 100_000
