"""The invented season: the same for the same seed, believable in its shares, and honest about what is not known."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data import tables
from data.keys import stable_id
from data.recording.links import canonical_url
from data.reference.files import cells, rows
from data.rollups import declarations
from data.season import SINCE, generate

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SERVICES = {row["id"]: row["code"] for row in rows(tables.service)}
HOUR, DAY = 3_600, 86_400


def frames(seed: int, n_requests: int) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for table, columns in generate(seed, n_requests, now=NOW):
        parts[table].append(pd.DataFrame({name: plain(values) for name, values in columns.items()}))
    return {table: pd.concat(several, ignore_index=True) for table, several in parts.items()}


def plain(values: Any) -> Any:
    """Masked numbers as nullable ones."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    kind = "Int64" if values.dtype.kind == "i" else "Float64"
    return pd.array(values.astype(object).filled(pd.NA), dtype=kind)  # type: ignore[call-overload]


@cache
def season() -> dict[str, pd.DataFrame]:
    return frames(seed=7, n_requests=60_000)


def requests() -> pd.DataFrame:
    """Requests with their latency on the default clock, seconds."""
    found = season()["takedown_request"]
    start = found.received_at.fillna(found.notified_at)
    return found.assign(start=start, latency=found.actioned_at - start - found.stopped_seconds)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    first, again, other = frames(1, 1_500), frames(1, 1_500), frames(2, 1_500)
    assert first.keys() == again.keys()
    for table, found in first.items():
        pd.testing.assert_frame_equal(found, again[table])
    assert not set(first["content"].content_id) & set(other["content"].content_id)


@pytest.mark.parametrize("table", tables.metadata.tables)
def test_every_fact_table_but_personal_data_has_rows_of_whole_columns(table: str) -> None:
    facts = tables.metadata.tables[table]
    if facts.info["room"] == "fact" and table != "complainant":
        assert set(season()[table].columns) == set(facts.c.keys())
        required = [column.name for column in facts.c if not column.nullable]
        assert not season()[table][required].isna().any(axis=None)
    else:
        assert table not in season()


def test_every_row_is_marked_simulated() -> None:
    for table, found in season().items():
        if "is_simulated" in tables.metadata.tables[table].c:
            assert found.is_simulated.all(), table


def test_keys_are_used_once_and_follow_the_natural_keys() -> None:
    for table, found in season().items():
        assert not found.duplicated([column.name for column in tables.metadata.tables[table].primary_key]).any(), table
    for table, key in (("content", "content_id"), ("issue", "issue_id"), ("complaint", "complaint_id")):
        some = season()[table].head(200)
        assert [stable_id(table, natural) for natural in some.natural_key] == some[key].tolist()


def test_natural_keys_are_what_the_recorder_would_make_of_the_addresses() -> None:
    some = season()["content"].dropna(subset=["url"]).groupby("service_id").head(20)
    assert some.service_id.nunique() == 10
    assert ["url:" + canonical_url(url) for url in some.url] == some.natural_key.tolist()


def test_codes_are_those_of_the_reference_tables() -> None:
    feeds, regions = {row["code"] for row in cells("feed")}, {row["code"] for row in cells("region")}
    dimensions = {f"{table.name}_id": table for table in tables.CODED}
    dimensions |= {"source_id": tables.detection_source, "format_id": tables.activity_format}
    for table, found in season().items():
        for name in found.columns:
            if name in {"province_code", "regency_code"}:
                assert set(found[name].dropna()) <= regions | {"00"}, table
            elif name == "feed_code":
                assert set(found[name]) <= feeds, table
            elif name in dimensions:
                assert set(found[name].dropna()) <= {row["id"] for row in rows(dimensions[name])}, (table, name)


def test_about_as_many_requests_as_asked_for() -> None:
    assert len(season()["takedown_request"]) == pytest.approx(60_000, rel=0.02)


def test_nothing_is_known_from_the_future() -> None:
    for table, found in season().items():
        for name in found.columns:
            if name.endswith("_at") and (table, name) != ("activity", "ends_at"):
                assert not (found[name].dropna() > SECONDS).any(), (table, name)


def test_the_service_mix_is_near_the_published_one() -> None:
    published = {
        row["service_code"]: int(row["value"]) / 2882
        for row in cells("published_figure")
        if (row["figure_set"], row["measure"]) == ("C", "found") and row["service_code"]
    }
    shares = season()["content"].service_id.map(SERVICES).value_counts(normalize=True)
    assert all(abs(shares[code] - share) < 0.03 for code, share in published.items())
    assert set(shares.index) == set(SERVICES.values()) - {"unknown"}


def test_an_issue_has_about_14_content_items_and_a_few_have_hundreds() -> None:
    sizes = season()["content"].issue_id.value_counts()
    assert 11 < sizes.mean() < 17
    assert sizes.median() <= 7
    assert sizes.max() > 300
    assert set(sizes.index) == set(season()["issue"].issue_id)


def test_each_issue_is_first_seen_when_its_first_content_is_found() -> None:
    first = season()["content"].groupby("issue_id").detected_at.min()
    seen = season()["issue"].set_index("issue_id").first_seen_at
    pd.testing.assert_series_equal(first, seen.reindex(first.index), check_names=False)


def test_the_hour_is_missed_often() -> None:
    found = requests()
    done = found[(found.outcome_id == declarations.REMOVED) & (found.time_precision == "second")]
    within = (done.latency <= HOUR).groupby(done.service_id.map(SERVICES)).mean()
    assert 0.25 < (done.latency <= HOUR).mean() < 0.55
    assert within["x"] < 0.15
    assert 0.30 < within["facebook"] < within["tiktok"] < 0.75


def test_latency_has_a_heavy_tail_and_differs_by_service() -> None:
    found = requests()
    done = found[(found.outcome_id == declarations.REMOVED) & (found.latency >= 0)]
    minutes = done.latency.groupby(done.service_id.map(SERVICES)).quantile([0.5, 0.9]).unstack() / 60
    assert 20 < minutes.loc["tiktok", 0.5] < 60 < minutes.loc["facebook", 0.5] < 180
    assert minutes.loc["x", 0.5] > 600
    assert (minutes[0.9] > 8 * minutes[0.5]).loc[["facebook", "tiktok", "instagram"]].all()


def test_requests_end_in_every_way_and_some_are_open() -> None:
    shares = season()["takedown_request"].outcome_id.value_counts(normalize=True)
    assert set(shares.index) == set(range(7))
    assert shares[declarations.REMOVED] == pytest.approx(0.60, abs=0.05)
    assert shares[declarations.LABELLED] == pytest.approx(0.30, abs=0.05)
    assert 0.001 < shares[declarations.OPEN] < 0.02


def test_open_requests_have_no_action_time_and_ended_ones_nearly_always() -> None:
    found = season()["takedown_request"]
    is_open = found.outcome_id == declarations.OPEN
    assert found.actioned_at[is_open].isna().all()
    assert 0 < found.actioned_at[~is_open].isna().mean() < 0.01


def test_content_ends_as_its_last_request_does() -> None:
    last = season()["takedown_request"].sort_values("request_no").groupby("content_id").last()
    content = season()["content"].set_index("content_id")
    asked = content.loc[last.index]
    assert (asked.outcome_id == last.outcome_id).all()
    assert asked.ended_at.astype("Int64").equals(last.actioned_at.astype("Int64").where(last.outcome_id != 0))
    assert (content.outcome_id[content.requested_at.isna()] == declarations.OPEN).all()
    first = season()["takedown_request"].query("request_no == 1").set_index("content_id").notified_at
    assert (content.requested_at.dropna() == first.reindex(content.requested_at.dropna().index)).all()


def test_requests_copy_service_province_theme_and_source_of_their_content() -> None:
    content = season()["content"].set_index("content_id")
    found = season()["takedown_request"]
    for name in ("service_id", "province_code", "theme_id", "source_id", "detected_at", "verified_at"):
        copied = content[name].reindex(found.content_id).reset_index(drop=True)
        assert copied.equals(found[name]), name


def test_closed_messaging_has_reports_and_clarifications_but_no_requests() -> None:
    content = season()["content"]
    closed = content[content.service_id.map(SERVICES).isin(["whatsapp", "line"])]
    assert len(closed) > 100
    assert closed.url.isna().all()
    assert closed.requested_at.isna().all()
    assert closed.clarified_at.notna().mean() > 0.5
    assert set(closed.source_id) == {3, 4}


def test_half_of_the_content_has_no_province() -> None:
    assert 0.35 < season()["content"].province_code.isna().mean() < 0.55


def test_a_few_times_are_odd_as_in_real_sheets() -> None:
    found = requests()
    assert 0 < (found.latency < 0).mean() < 0.01
    assert 0 < (found.time_precision == "day").mean() < 0.03
    assert 0.02 < found.received_at.isna().mean() < 0.15
    by_day = season()["content"].query("time_precision == 'day'")
    assert ((by_day.detected_at + 7 * HOUR) % DAY == 0).all()


def test_clocks_stop_content_reappears_and_is_asked_for_again() -> None:
    found = season()["takedown_request"]
    assert 0.02 < (found.stopped_seconds > 0).mean() < 0.06
    assert 0.005 < found.reappeared_at.notna().mean() < 0.03
    second = found[found.request_no == 2].set_index("content_id")
    first = found[found.request_no == 1].set_index("content_id").reindex(second.index)
    assert len(second) > 100
    assert (second.notified_at >= first.reappeared_at).all()


def test_errors_are_there_too_upheld_appeals_and_corrections() -> None:
    appeals = season()["appeal"]
    assert 0.15 < (appeals.result == "upheld").mean() < 0.35
    assert appeals.reinstated_at[appeals.result != "upheld"].isna().all()
    corrections = season()["correction"]
    assert set(corrections.column_name) == {"province_code", "actioned_at"}
    now = season()["content"].set_index("content_id").province_code
    late = corrections[corrections.column_name == "province_code"]
    assert (now.reindex(late.record_id).to_numpy() == late.new_value.to_numpy()).all()


def test_the_day_has_a_rhythm_and_sunday_is_quieter() -> None:
    local = season()["content"].query("time_precision == 'second'").detected_at + 7 * HOUR
    hours = np.bincount((local // HOUR % 24).astype(int), minlength=24)
    assert hours[2:5].sum() * 3 < hours[9:12].sum()
    weekdays = np.bincount(((local // DAY + 3) % 7).astype(int), minlength=7)
    assert weekdays[6] < weekdays[:5].mean()


def test_in_the_east_the_day_begins_earlier() -> None:
    zones = {row["code"]: row["zone"] for row in cells("region")}
    found = season()["content"].dropna(subset=["province_code"]).query("time_precision == 'second'")
    morning = (found.detected_at + 7 * HOUR) % DAY // HOUR == 5
    share = morning.groupby(found.province_code.map(zones)).mean()
    assert share["WIT"] > 1.3 * share["WIB"]


def test_the_elections_show_in_the_calendar() -> None:
    days = (season()["content"].detected_at + 7 * HOUR) // DAY
    vote = (datetime(2024, 2, 14, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    daily = days.value_counts()
    assert daily.reindex(range(vote, vote + 4)).mean() > 2 * daily.reindex(range(vote - 60, vote - 30)).mean()
    assert daily.reindex(range(vote - 60, vote)).mean() > 5 * daily.reindex(range(vote + 150, vote + 210)).mean()


def test_live_windows_have_something_to_show() -> None:
    age = SECONDS - season()["content"].detected_at
    assert (age < DAY).sum() > 100
    assert (age < 56 * DAY).mean() > 0.12
    found = requests()
    waiting = SECONDS - found.start[found.outcome_id == declarations.OPEN]
    assert (waiting > HOUR).sum() > 50
    assert (waiting <= HOUR).sum() > 3


def test_a_recent_burst_stands_out_of_its_hours() -> None:
    detected = season()["content"].detected_at
    of_week = detected[(SECONDS - detected) < 6 * HOUR]
    usual = [((SECONDS - 7 * DAY * week - detected).between(0, 6 * HOUR)).sum() for week in range(1, 8)]
    assert len(of_week) > 2 * np.median(usual)


def test_the_seminar_in_bandung_is_there_without_an_attendance() -> None:
    seminar = season()["activity"].query("title == 'Seminar Lawan Misinformasi untuk Pemilu Sehat'")
    assert seminar.regency_code.tolist() == ["32.73"]
    assert seminar.attendance.isna().all()
    assert datetime.fromtimestamp(seminar.starts_at.iloc[0], UTC) == datetime(2023, 11, 15, 17, tzinfo=UTC)


def test_reach_stays_within_what_one_channel_can_reach() -> None:
    audience = {row["id"]: row["audience"] for row in rows(tables.channel) if row["audience"]}
    found = season()["campaign_reach"].query("province_code == '00'")
    limit = found.channel_id.map(audience)
    assert (found.reach[limit.notna()] <= limit.dropna()).all()
    assert (found.impressions >= found.reach).all()
    assert set(season()["hashtag_reach"].hashtag) == {"#bijakbersuara", "#yukpahamipemilu"}


def test_3t_sites_are_measured_hourly_at_the_count_and_fare_worse() -> None:
    remote = {row["code"] for row in rows(tables.region) if row["is_3t"]}
    found = season()["qos_measurement"]
    is_3t = found.regency_code.isin(remote)
    assert found[is_3t].site_id.nunique() == 62
    assert found[is_3t].download_mbps.median() < found[~is_3t].download_mbps.median()
    vote = int(datetime(2024, 2, 14, 6, tzinfo=UTC).timestamp())
    counting = found[found.measured_at.between(vote, vote + 6 * HOUR - 1)]
    assert counting.groupby("site_id").size().between(5, 7).all()


def test_a_season_needs_time() -> None:
    with pytest.raises(ValueError, match="at least a day"):
        list(generate(1, 100, now=SINCE + timedelta(hours=3)))


def test_a_season_that_ends_in_the_campaign_of_2024_works_too() -> None:
    now = datetime(2024, 1, 2, tzinfo=UTC)
    found = [columns for table, columns in generate(1, 2_000, now=now) if table == "content"]
    detected = np.concatenate([columns["detected_at"] for columns in found])
    assert SINCE.timestamp() - DAY < detected.min()
    assert detected.max() <= now.timestamp()
