"""Each row of the domain that is a dimension is there, named in both languages, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, Table, func, select, update

from data import tables
from data.engine import transaction
from data.reference.files import cells, rows
from data.reference.seed import SEEDED, reference_rows, seed
from data.rollups import declarations

LABELLED = (*tables.CODED, tables.feed)


def codes(table: Table, **only: object) -> list[str]:
    return [row["code"] for row in rows(table) if all(row[name] == value for name, value in only.items())]


def ids(table: Table) -> dict[str, int]:
    return {row["code"]: row["id"] for row in rows(table)}


def test_the_six_operators_and_their_ten_services_signed() -> None:
    names = {identity: code for code, identity in ids(tables.operator).items()}
    signed = {(names[row["operator_id"]], row["code"]) for row in rows(tables.service) if row["is_signatory"]}
    assert signed == {
        ("meta", "whatsapp"), ("meta", "instagram"), ("meta", "facebook"), ("meta", "threads"),
        ("google", "google"), ("google", "youtube"), ("tiktok", "tiktok"), ("telegram", "telegram"),
        ("snackvideo", "snackvideo"), ("line", "line"),
    }  # fmt: skip


def test_x_and_other_sites_are_visible_although_they_did_not_sign() -> None:
    assert codes(tables.service, is_signatory=False) == ["unknown", "x", "website"]


def test_signatories_come_first_on_screens() -> None:
    ordered = sorted(rows(tables.service), key=lambda row: row["position"])
    signed = [row["is_signatory"] for row in ordered]
    assert signed == sorted(signed, reverse=True)
    assert len({row["position"] for row in ordered}) == len(ordered)


def test_only_closed_messaging_has_no_takedown_latency() -> None:
    assert codes(tables.service, is_closed_messaging=True) == ["whatsapp", "line"]


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (tables.organisation, {"komdigi", "kpu", "bawaslu", "polri", "telecom", "broadcaster"}),
        (tables.detection_source, {"automatic", "cyber_patrol", "public", "partner"}),
        (tables.harm, {"disinformation", "hate_speech", "cyberbullying", "sara", "information_gap", "other_negative"}),
        (tables.technique, {"deepfake", "manipulated", "fabricated", "false_context", "impostor", "misleading"}),
        (tables.theme, {"participation", "right_to_vote", "sara", "anti_hoax", "money_politics"}),
        (tables.campaign, {"pemilu_damai_2024", "pilkada_damai_2024"}),
        (tables.activity_format, {"psa", "news", "dialogue", "special_programme", "news_highlight", "podcast"}),
        (tables.activity_format, {"seminar", "literacy_training", "outreach", "infographic", "psa_video", "psa_audio"}),
        (tables.election, {"pemilu_2024", "pilkada_2024"}),
        (tables.calendar_event, {"pilkada_declaration", "seminar_bandung", "pemilu_vote", "pilkada_vote"}),
        (tables.deadline, {"promise_60", "rule_hoax_24", "rule_urgent_4"}),
        (tables.feed, {"ais", "patroli_siber", "aduan", "mitra", "platform", "klarifikasi", "kampanye", "qos"}),
    ],
    ids=lambda value: value.name if isinstance(value, Table) else "",
)
def test_each_row_of_the_domain_is_there(table: Table, wanted: set[str]) -> None:
    assert wanted <= set(codes(table))


def test_partners_are_of_five_kinds() -> None:
    kinds = {row["kind"] for row in rows(tables.organisation)}
    assert kinds - {"unknown", "agency", "operator", "telecom", "broadcaster"} == {
        "media", "activist", "religious_leader", "academic", "civil_society",
    }  # fmt: skip


def test_messages_travel_by_six_kinds_of_channel() -> None:
    kinds = {row["kind"] for row in rows(tables.channel)} - {"unknown"}
    assert kinds == {"social_media", "broadcast", "telecom", "print", "outdoor", "face_to_face"}


def test_the_hashtags_belong_to_meta_and_google() -> None:
    found = {row["hashtag"]: row["operator_code"] for row in cells("hashtag")}
    assert found == {"#bijakbersuara": "meta", "#yukpahamipemilu": "google"}


def test_at_most_twelve_themes_and_an_unknown_one() -> None:
    assert len(rows(tables.theme)) <= 13


def test_outcomes_carry_the_ids_that_the_roll_ups_count_by() -> None:
    fixed = {
        "open": declarations.OPEN, "removed": declarations.REMOVED, "restricted": declarations.RESTRICTED,
        "labelled": declarations.LABELLED, "rejected": declarations.REJECTED, "withdrawn": declarations.WITHDRAWN,
        "deleted_by_uploader": declarations.DELETED_BY_UPLOADER,
    }  # fmt: skip
    assert ids(tables.outcome) == fixed
    assert {row["balance_part"] for row in rows(tables.outcome)} == set(fixed) - {"deleted_by_uploader"}


def test_detection_sources_carry_their_fixed_ids() -> None:
    assert list(ids(tables.detection_source).items())[1:] == [
        ("automatic", 1), ("cyber_patrol", 2), ("public", 3), ("partner", 4),
    ]  # fmt: skip


@pytest.mark.parametrize("table", LABELLED, ids=lambda table: table.name)
def test_each_row_is_named_in_both_languages(table: Table) -> None:
    assert all(row["label_id"].strip() and row["label_en"].strip() for row in rows(table))


@pytest.mark.parametrize("table", LABELLED, ids=lambda table: table.name)
def test_each_code_and_each_id_is_used_once(table: Table) -> None:
    for name in {"id", "code"} & set(table.c.keys()):
        values = [row[name] for row in rows(table)]
        assert len(values) == len(set(values))


def test_each_phase_of_each_election_has_a_period_and_today_is_after_the_election() -> None:
    periods = rows(tables.period)
    assert {(row["election_id"], row["phase"]) for row in periods} == {
        (election, phase) for election in (1, 2) for phase in ("before", "during", "after")
    }
    today = datetime.now(UTC)
    running = [row for row in periods if row["starts_at"] <= today and (row["ends_at"] or today) >= today]
    assert [row["code"] for row in running] == ["pilkada_2024_after"]
    assert "ascapemilu" in running[0]["label_id"]


def test_the_first_period_starts_on_14_october_2022_midnight_in_jakarta() -> None:
    first = min(row["starts_at"] for row in rows(tables.period))
    assert first.astimezone(UTC) == datetime(2022, 10, 13, 17, tzinfo=UTC)


def test_the_promise_is_voluntary_and_the_rules_are_4_and_24_hours() -> None:
    found = {row["code"]: (row["kind"], row["applies_to"], row["minutes"]) for row in rows(tables.deadline)}
    assert found == {
        "promise_60": ("promise", "all", 60),
        "rule_hoax_24": ("rule", "hoax", 24 * 60),
        "rule_urgent_4": ("rule", "urgent", 4 * 60),
    }
    assert all(row["valid_from"] is not None for row in rows(tables.deadline))


def test_published_figures_balance_where_the_room_says_they_do() -> None:
    figures = {(r["figure_set"], r["measure"], r["service_code"]): r["value"] for r in rows(tables.published_figure)}
    assert figures["A", "found", "facebook"] == figures["A", "removed", "facebook"] + figures["A", "open", "facebook"]
    assert figures["C", "found", ""] == figures["C", "removed", ""] + figures["C", "open", ""]
    by_service = sum(v for (s, m, code), v in figures.items() if (s, m) == ("C", "found") and code)
    assert by_service == figures["C", "found", ""] == 2882
    assert figures["D", "found", ""] == figures["D", "removed", ""] + figures["D", "labelled", ""] == 3235


def test_a_figure_the_office_loaded_is_not_written_over_by_ours(engine: Engine) -> None:
    figure = tables.published_figure
    where = (figure.c.figure_set == "A", figure.c.measure == "isu")
    with transaction(engine) as connection:
        connection.execute(update(figure).where(*where).values(value=7, note="diralat"))
        seed(connection)
        assert connection.execute(select(figure.c.value, figure.c.note).where(*where)).all() == [(7, "diralat")]


def test_published_windows_end_with_their_last_day_in_jakarta() -> None:
    ends = {row["figure_set"]: row["window_end"] for row in rows(tables.published_figure)}
    assert ends["C"].astimezone(UTC) == datetime(2024, 1, 2, 17, tzinfo=UTC)
    assert {r["window_start"] for r in rows(tables.published_figure) if r["figure_set"] == "C"} == {None}


def test_a_second_seed_changes_nothing(engine: Engine) -> None:
    before = contents(engine)
    with transaction(engine) as connection:
        seed(connection)
    assert contents(engine) == before
    assert {name: len(found) for name, found in before.items()} == {t.name: len(reference_rows(t)) for t in SEEDED}


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {t.name: [tuple(r) for r in connection.execute(select(t).order_by(*t.primary_key))] for t in SEEDED}


def test_a_seed_mends_a_label_and_leaves_an_edited_date_alone(engine: Engine) -> None:
    period, later = tables.period, datetime(2024, 1, 1, tzinfo=UTC)
    with transaction(engine) as connection:
        connection.execute(update(period).where(period.c.id == 1).values(label_id="?", ends_at=later))
        seed(connection)
    with engine.connect() as connection:
        found = connection.execute(select(period).where(period.c.id == 1)).one()
    assert (found.label_id, found.ends_at) == ("Prapemilu 2024", later)


def test_a_seed_leaves_the_state_of_a_feed_alone(engine: Engine) -> None:
    feed, now = tables.feed, datetime(2026, 1, 1, tzinfo=UTC)
    with transaction(engine) as connection:
        connection.execute(update(feed).where(feed.c.code == "ais").values(seq=7, watermark_at=now, written_at=now))
        seed(connection)
    with engine.connect() as connection:
        assert connection.execute(select(feed.c.seq, feed.c.written_at).where(feed.c.code == "ais")).one() == (7, now)
        assert connection.scalar(select(func.count()).select_from(feed).where(feed.c.seq == 0)) == len(rows(feed)) - 1
