"""Roll-up statements, triggers and switches, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from data import recording, tables
from data.engine import is_postgres, transaction
from data.rollups import integrity, keeping, recount, triggers
from data.rollups.declarations import CONTENT, ISSUE, LATENCY, REQUEST, ROLLUPS, Cube
from data.rollups.statements import parents, watched
from data.schema import Rollups
from tests.data.recounts import assert_exact, cells_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
FOUND = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)


def content_row(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "content_id": number,
        "natural_key": f"k{number}",
        "service_id": 1,
        "theme_id": 2,
        "harm_id": 0,
        "technique_id": 0,
        "source_id": 1,
        "detected_at": FOUND,
        "outcome_id": 0,
        "time_precision": "second",
        "feed_code": "ais",
        "is_simulated": False,
    } | columns


def found(connection: Connection, cube: int = 1) -> int:
    table = tables.rollup_content
    return connection.execute(select(func.sum(table.c.n_found)).where(table.c.cube == cube)).scalar() or 0


def test_a_coarse_cube_is_summed_from_a_finer_one_only_where_that_is_exact() -> None:
    hour_service, day_service = CONTENT.cubes[0], CONTENT.cubes[5]
    order = dict(parents(CONTENT))
    assert order[day_service] == hour_service
    assert order[hour_service] is not None
    assert [cube.id for cube, parent in parents(CONTENT) if parent is None and cube.grain.name == "day"] == [25, 27]
    day, week, block, hour, widest = LATENCY.cubes
    assert dict(parents(LATENCY)) == {hour: None, day: hour, week: day, block: week, widest: block}


def test_every_cube_comes_after_the_one_it_is_summed_from() -> None:
    for rollup in ROLLUPS:
        done: set[Cube | None] = {None}
        for cube, parent in parents(rollup):
            assert parent in done
            done.add(cube)


def test_only_columns_that_count_are_watched() -> None:
    placing, counting = watched(REQUEST)
    assert {"service_id", "received_at", "notified_at"} <= set(placing)
    assert {"actioned_at", "outcome_id"} <= set(counting)
    assert "confirmed_down_at" not in placing + counting
    assert watched(ISSUE) == (["theme_id", "first_seen_at"], ["status", "clarified_at"])


def test_an_upsert_counts_once(engine: Engine) -> None:
    statement = text(
        "INSERT INTO content (content_id, natural_key, service_id, theme_id, harm_id, technique_id, source_id,"
        " detected_at, outcome_id, time_precision, feed_code, is_simulated)"
        " VALUES (7, 'k', :service, 0, 0, 0, 0, 1709285400, 0, 'second', 'ais', FALSE)"
        " ON CONFLICT (content_id) DO UPDATE SET service_id = excluded.service_id"
    )
    with transaction(engine) as connection:
        connection.execute(statement, {"service": 1})
        connection.execute(statement, {"service": 4})
        assert found(connection) == 1
        assert [key[1] for key in cells_of(connection, CONTENT) if key[0] == 1] == [4]
        assert_exact(connection)


def test_one_statement_over_many_rows_counts_each(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(tables.content), [content_row(n, service_id=n % 3) for n in range(50)])
        connection.execute(update(tables.content).where(tables.content.c.content_id < 20).values(outcome_id=1))
        connection.execute(update(tables.content).values(views=9))
        connection.execute(delete(tables.content).where(tables.content.c.content_id >= 40))
        assert found(connection) == 40
        assert_exact(connection)


def test_emptying_a_table_empties_its_rollups(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(tables.content), [content_row(n) for n in range(3)])
        connection.execute(text("TRUNCATE content" if is_postgres(engine) else "DELETE FROM content"))
        assert found(connection) == 0
        assert recount.verify(connection) == []


def test_sqlite_refuses_replace_because_triggers_cannot_see_what_it_takes_away(engine: Engine) -> None:
    if is_postgres(engine):
        return
    with engine.begin() as connection:
        connection.execute(insert(tables.content), [content_row(1)])
        with pytest.raises(IntegrityError, match="REPLACE"):
            connection.execute(insert(tables.content).prefix_with("OR REPLACE"), [content_row(1, service_id=5)])
        connection.execute(insert(tables.content).prefix_with("OR IGNORE"), [content_row(1, service_id=5)])
        assert found(connection) == 1
        assert_exact(connection)


def test_triggers_can_be_taken_away_and_put_back(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert triggers.present(connection)
        triggers.remove(connection)
        assert not triggers.present(connection)
        triggers.remove(connection)
        connection.execute(insert(tables.content), [content_row(1)])
        assert found(connection) == 0
        triggers.install(connection)
        triggers.install(connection)
        connection.execute(insert(tables.content), [content_row(2)])
        assert found(connection) == 1


def test_verify_names_the_cell_that_is_wrong(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [{"natural_key": "k", "service_id": 3, "detected_at": FOUND}], now=NOW)
        assert recount.verify(connection) == []
        cell = tables.rollup_content.c.cube == 6
        connection.execute(update(tables.rollup_content).where(cell).values(n_found=5))
        connection.execute(delete(tables.rollup_content).where(tables.rollup_content.c.cube == 11))
        connection.execute(
            insert(tables.rollup_issue),
            {"cube": 1, "theme_id": 1, "bucket": 9, "n_issues": 2, "n_clarified": 0, "n_closed": 0},
        )
        wrong = recount.verify(connection)
        assert [(d.table, d.cube) for d in wrong] == [
            ("rollup_content", 6), ("rollup_content", 11), ("rollup_issue", 1),
        ]  # fmt: skip
        assert (wrong[0].stored["n_found"], wrong[0].counted["n_found"]) == (5, 1)
        assert wrong[0].key["service_id"] == 3
        assert (wrong[1].stored["n_found"], wrong[1].counted["n_found"]) == (0, 1)
        assert (wrong[2].stored["n_issues"], wrong[2].counted["n_issues"]) == (2, 0)


def test_rebuild_mends_whatever_is_wrong(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        rows = [{"natural_key": f"k{n}", "service_id": n % 4, "detected_at": FOUND, "views": n} for n in range(30)]
        recording.contents(connection, "ais", rows, now=NOW)
        connection.execute(update(tables.rollup_content).values(n_found=77))
        triggers.remove(connection)
        connection.execute(
            update(tables.setting).where(tables.setting.c.name == "rollups_state").values(value="building")
        )
        said: list[str] = []
        made = recount.rebuild(connection, lambda name, cells: said.append(name))
        assert said == list(made)
        assert set(said) == {rollup.table.name for rollup in ROLLUPS}
        assert made["rollup_content"] == len(cells_of(connection, CONTENT))
        assert recount.verify(connection) == []
        assert integrity.check(connection) == []
        assert triggers.present(connection) == (both_ways == "triggers")
        status = recount.status(connection)
        assert (status.kept_by, status.state, status.cells) == (both_ways, "ready", made)


def test_an_empty_database_is_exact(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        recount.rebuild(connection)
        assert recount.verify(connection) == []
        assert integrity.check(connection) == []
        assert set(recount.status(connection).cells.values()) == {0}


@pytest.mark.parametrize("rows", [3, 60])
def test_a_batch_that_fails_leaves_nothing_behind(
    engine: Engine, both_ways: Rollups, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the caller goes on: on SQLite a large batch keeps its own roll-ups and holds the triggers meanwhile."""
    given = [{"natural_key": f"k{n}", "detected_at": FOUND} for n in range(rows)]
    with transaction(engine) as connection:
        recording.contents(connection, "ais", given, now=NOW)
        with monkeypatch.context() as broken:
            broken.setattr(keeping, "_settle", _break)
            broken.setattr("data.recording.corrections.append", _break)
            with pytest.raises(ZeroDivisionError):
                recording.contents(connection, "ais", [row | {"service_id": 4} for row in given], now=NOW)
        connection.execute(delete(tables.content).where(tables.content.c.natural_key == "k0")) if (
            both_ways == "triggers"
        ) else None
        assert integrity.check(connection) == []
        assert recount.verify(connection) == []
        assert_exact(connection)


def _break(*_: Any) -> None:
    raise ZeroDivisionError
