"""One spelling for one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.recording.links import PLAIN, canonical_url


@pytest.mark.parametrize(
    ("spellings", "one"),
    [
        (
            ["https://m.facebook.com/groups/1/posts/2/?fbclid=abc", "http://web.facebook.com/groups/1/posts/2",
             "https://www.facebook.com/groups/1/posts/2/#x"],
            "facebook.com/groups/1/posts/2",
        ),
        (["https://fb.com/watch/?v=12&ref=share", "https://m.facebook.com/watch?v=12"], "facebook.com/watch?v=12"),
        (["https://twitter.com/Akun/status/9?s=20&t=x", "https://x.com/akun/status/9"], "x.com/akun/status/9"),
        (
            ["https://youtu.be/dQw4w9WgXcQ?si=1", "https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=4s",
             "https://www.youtube.com/shorts/dQw4w9WgXcQ"],
            "youtube.com/watch?v=dQw4w9WgXcQ",
        ),
        (["https://www.tiktok.com/@a/video/7?_r=1", "https://m.tiktok.com/@a/video/7"], "tiktok.com/@a/video/7"),
        (["https://www.threads.net/@a/post/X", "https://threads.com/@a/post/X"], "threads.com/@a/post/X"),
        (["https://telegram.me/kanal/5?single", "https://t.me/Kanal/5"], "t.me/kanal/5"),
        (["HTTPS://WWW.Situs.CO.ID:443/A//b/?utm_source=wa&id=3", "situs.co.id/A/b?id=3"], "situs.co.id/A/b?id=3"),
    ],
)  # fmt: skip
def test_spellings_of_one_post_are_one(spellings: list[str], one: str) -> None:
    assert {canonical_url(spelling) for spelling in spellings} == {one}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://situs.co.id/?p=1", "https://situs.co.id/?p=2"),
        ("https://forum.id/topik?t=1", "https://forum.id/topik?t=2"),
        ("https://vt.tiktok.com/AbC", "https://vt.tiktok.com/aBc"),
        ("https://youtube.com/watch?v=aaaaaaa", "https://youtube.com/watch?v=AAAAAAA"),
        ("https://situs.co.id:8080/a", "https://situs.co.id/a"),
    ],
)
def test_different_posts_stay_different(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@given(st.text(max_size=80))
def test_any_text_has_one_spelling_and_keeps_it(text: str) -> None:
    once = canonical_url(text)
    assert canonical_url(once) == once or ":" in text or "//" in text


@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_address_is_taken_apart_like_any_other(address: str) -> None:
    assert canonical_url(address) == canonical_url(f"{address}?")
