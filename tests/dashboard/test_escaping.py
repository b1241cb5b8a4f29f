"""What a stranger wrote is shown as he wrote it and does nothing."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.escaping import JOINER, defang, md_escape, plain

HOSTILE = [
    "**tebal** _miring_ ~~coret~~ `kode`",
    "[klik di sini](javascript:alert(1))",
    "[klik](https://jahat.example/a) ![gambar](https://jahat.example/pelacak.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "```mermaid\ngraph TD; A-->B\n```",
    "$$\\frac{1}{0}$$ dan $x^2$",
    "# Judul\n> kutipan\n- butir\n1. angka\n---",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    ":red[merah] :blue-badge[lencana] :material/delete: :tada: :streamlit:",
    "a -> b <- c -- d >= e <= f ~= g",
    "surel@jahat.example www.jahat.example",
    "&lt;b&gt; &amp; &#106;avascript",
    "\\*bukan\\* \\[apa\\]",
]


def rendered(markdown: str) -> tuple[str, set[str]]:
    """Return the text a Markdown reader sees, and the kinds of everything that is not plain text."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    inline = [child for token in tokens for child in (token.children or [])]
    kinds = {token.type for token in tokens if not token.type.startswith(("paragraph", "inline"))}
    kinds |= {child.type for child in inline if child.type not in {"text", "text_special"}}
    return "".join(child.content for child in inline), kinds


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_one_paragraph_of_literal_text(text: str) -> None:
    shown, kinds = rendered(md_escape(text))
    assert kinds == set()
    assert shown.replace(JOINER, "") == defang(text)


@given(st.text(max_size=150))
def test_any_text_becomes_literal_text(text: str) -> None:
    shown, kinds = rendered(md_escape(text))
    assert kinds == set()
    assert shown.replace(JOINER, "") == defang(text, 200)


@given(st.text(alphabet=":abz/_[]{}<>-=~@.w ", max_size=60))
def test_no_pattern_that_streamlit_replaces_after_parsing_is_left(text: str) -> None:
    shown, _ = rendered(md_escape(text))
    assert not re.search(r":[\w+/-]+:|:\w+\[|(^|\s)(<-|->|<->|--|>=|<=|~=)(\s|$)|\w@\w", shown)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://hoaks.example/a?b=1", "hxxps://hoaks[.]example/a?b=1"),
        ("lihat HTTP://Hoaks.Example.", "lihat hxxp://Hoaks[.]Example[.]"),
        ("www.hoaks.example", "www[.]hoaks[.]example"),
        ("ftp://hoaks.example", "fxp://hoaks[.]example"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("data:text/html,x", "data[:]text/html,x"),
        ("https://еvil.example/", "hxxps://xn--vil-qdd[.]example/"),
        ("nama: Ani, pukul 07.12", "nama: Ani, pukul 07.12"),
        (None, ""),
    ],
)
def test_addresses_cannot_be_followed(text: str | None, safe: str) -> None:
    assert defang(text) == safe


@given(st.text(max_size=80))
def test_no_text_keeps_an_address_that_works(text: str) -> None:
    safe = defang(f"{text} https://a.example/{text} javascript:{text}")
    assert not re.search(r"(?i)https?://|ftp://|\bjavascript:\S", safe)


def test_hidden_and_turning_characters_are_gone() -> None:
    assert plain("a\u202eb\u200bc\u2066d\ufeffe\x00f") == "abcdef"
    assert plain("dua\r\n\tbaris") == "dua baris"


def test_right_to_left_text_cannot_reorder_its_neighbours() -> None:
    assert plain("خبر 12") == "\u2068خبر 12\u2069"


@given(st.text(max_size=300), st.integers(1, 100))
def test_plain_text_is_one_visible_line_within_its_limit(text: str, limit: int) -> None:
    shown = plain(text, limit).strip("\u2068\u2069")
    assert len(shown) <= limit
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in shown)
    assert "\n" not in shown


def test_a_cut_says_so() -> None:
    assert plain("sangat panjang sekali", 10) == "sangat pa…"
