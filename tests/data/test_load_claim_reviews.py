"""ClaimReview in its four shapes, answers of the Fact Check API, and JSON that is neither."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from data.loaders import LoadProblem, load
from data.loaders.files.documents import entries
from data.loaders.formats.claim_reviews import reviews_in
from data.tables import clarification, content, issue
from tests.loading import OPTIONS, draw, load_one, rows, utc


def review(number: int, rating: str = "Salah", **values: Any) -> dict[str, Any]:
    """Return one ClaimReview as a newsroom marks it up."""
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": f"https://cekfakta.example/{number}",
        "claimReviewed": f"Klaim {number}",
        "datePublished": "2026-11-18",
        "author": {"@type": "Organization", "name": "Komdigi"},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": 1,
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": rating,
        },
        "itemReviewed": {
            "@type": "Claim",
            "datePublished": "2026-11-17T21:05:00+08:00",
            "firstAppearance": {"@type": "CreativeWork", "url": f"https://x.com/a/{number}"},
            "appearance": [
                {"url": f"https://x.com/a/{number}?utm_source=b"},
                f"https://www.tiktok.com/@a/video/{number}",
                "https://archive.ph/",
            ],
        },
        **values,
    }


def items(*reviews: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"@type": "DataFeedItem", "dateCreated": "2026-11-18", "item": [each]} for each in reviews]


ONE, TWO = review(1), review(2)
SHAPES: dict[str, Any] = {
    "object": ONE,
    "list": [ONE, TWO],
    "graph": {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "x"}, ONE, TWO]},
    "feed": {"@type": "DataFeed", "dateModified": "2026-11-20", "dataFeedElement": items(ONE, TWO)},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_isu_clarification_and_content(shape: str, engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, json.dumps(SHAPES[shape], indent=1), "feed.jsonld"))
    count = 1 if shape == "object" else 2
    assert (summary.format, summary.rows.new, summary.tables["content"].new) == ("claimreview", count, 2 * count)
    seen, published = utc("2026-11-17T21:05+08:00"), utc("2026-11-18T00:00+07:00")
    assert rows(engine, issue, "title", "verdict", "first_seen_at")[0] == ("Klaim 1", "false", seen)
    assert rows(engine, clarification, "url", "organisation_id", "published_at")[0] == (
        "https://cekfakta.example/1", 1, published,
    )  # fmt: skip
    found = rows(engine, content, "natural_key", "service_id", "posted_at", "detected_at", "time_precision")
    assert found[0] == ("url:tiktok.com/@a/video/1", 7, seen, published, "day")


def test_the_same_feed_once_more_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    shared = review(3, itemReviewed={"appearance": [{"url": "https://x.com/a/1"}]})
    source = draw(tmp_path, json.dumps([ONE, *[review(n) for n in range(10, 30)], shared]), "feed.json")
    load_one(engine, source)
    again = load_one(engine, source)
    assert (again.rows.new, again.rows.updated, again.rows.unchanged) == (0, 0, 22)


def test_ratings_are_verdicts_in_words_and_else_in_figures(engine: Engine, tmp_path: Path) -> None:
    def scored(value: Any) -> dict[str, Any]:
        return {"reviewRating": {"ratingValue": value, "bestRating": "5", "worstRating": 1}}

    told = [
        review(1, "Menyesatkan"), review(2, "SALAH"), review(3, "Benar"), review(4, "entahlah", **scored(1)),
        review(5, **scored("3")), review(6, **scored(5)), review(7, **scored(99)),
    ]  # fmt: skip
    summary = load_one(engine, draw(tmp_path, json.dumps(told), "feed.json"))
    verdicts = ["misleading", "false", "true", "false", "misleading", "true", None]
    assert rows(engine, issue, "title", "verdict") == [(f"Klaim {n}", each) for n, each in enumerate(verdicts, start=1)]
    assert summary.unknowns.rows["rating"] == 0
    true_ones = [key for (key,) in [(k,) for k in rows(engine, content, "natural_key")] if key.endswith(("/3", "/6"))]
    assert true_ones == []


def test_answers_of_the_fact_check_api_are_isu_with_all_their_clarifications(engine: Engine, tmp_path: Path) -> None:
    def answer(number: int) -> dict[str, Any]:
        site = "turnbackhoax.id" if number == 1 else "kompas.com"
        return {
            "publisher": {"name": "MAFINDO" if number == 1 else "Kompas", "site": site},
            "url": f"https://{site}/{number}",
            "title": "Judul artikel",
            "reviewDate": "2026-11-18T00:00:00Z",
            "textualRating": "Sebagian Salah",
            "languageCode": "id",
        }

    claim = {
        "text": "Klaim satu",
        "claimant": "Akun",
        "claimDate": "2026-11-16T00:00:00Z",
        "claimReview": [answer(1), answer(2)],
    }
    text = json.dumps({"claims": [claim], "nextPageToken": "x"})
    load_one(engine, draw(tmp_path, text, "jawaban.json"))
    assert rows(engine, issue, "title", "verdict", "first_seen_at") == [
        ("Klaim satu", "misleading", utc("2026-11-16T00:00Z"))
    ]
    assert rows(engine, clarification, "url", "organisation_id") == [
        ("https://kompas.com/2", 13),
        ("https://turnbackhoax.id/1", 17),
    ]
    assert rows(engine, content, "content_id") == []


def test_bad_reviews_are_rejected_by_their_number_and_the_good_ones_load(engine: Engine, tmp_path: Path) -> None:
    told = [
        review(1),
        review(2, url=""),
        review(3, claimReviewed=""),
        review(4, datePublished="2027-01-01"),
        review(5, datePublished="x"),
    ]
    told[2]["itemReviewed"] = {}
    summary = load_one(engine, draw(tmp_path, json.dumps(told), "feed.json"))
    assert (summary.rows.new, summary.n_rejected) == (1, 4)
    lines = (tmp_path / "feed.json.rejects.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["line", "2", "3", "4", "5"]


NO_FEEDS = {
    "something else": (b'{"nama": "x", "jumlah": 3}', "holds no ClaimReview"),
    "cut off": (json.dumps(SHAPES["feed"]).encode()[:-40], "is cut off"),
    "broken": (b'[{"@type": "ClaimReview", }]', "is cut off, or is no JSON"),
    "empty list": (b"[]", "holds no ClaimReview"),
    "too deep": (b"[" * 100_000, "cut off|nested too deep"),
}


@pytest.mark.parametrize("what", NO_FEEDS)
def test_json_that_is_no_feed_of_claims_is_named_and_changes_nothing(what: str, engine: Engine, tmp_path: Path) -> None:
    content_, said = NO_FEEDS[what]
    with pytest.raises(LoadProblem, match=said):
        load(engine, draw(tmp_path, content_, "x.json"), OPTIONS)
    assert rows(engine, issue, "issue_id") == []


def test_a_feed_longer_than_one_block_and_json_lines_are_read_entry_by_entry(tmp_path: Path) -> None:
    many = [{"n": n, "teks": "é" * 700} for n in range(1_500)]
    assert list(entries(draw(tmp_path, json.dumps({"a": 1, "@graph": many}), "a.json"))) == many
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in many)
    assert list(entries(draw(tmp_path, "\ufeff" + lines, "b.jsonl"))) == many
    assert list(entries(draw(tmp_path, json.dumps(many[:3]).encode("utf-16"), "c.json"))) == many[:3]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@graph",
                    "item",
                    "claims",
                    "claimReview",
                    "itemReviewed",
                    "appearance",
                    "url",
                    "reviewRating",
                    "x",
                ]
            ),
            inner | st.just("ClaimReview"),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_breaks_the_reader_of_reviews(document: Any) -> None:
    for each in reviews_in(document):
        assert isinstance(each.url, str)
        assert all(isinstance(address, str) for address in each.appearances)
