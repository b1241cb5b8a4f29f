"""The names behind the codes."""

from sqlalchemy import Connection, Engine, insert

from data.engine import transaction
from data.tables import service
from queries import dimensions
from tests.queries.factories import FACEBOOK, TIKTOK


def test_names_are_in_screen_order_in_both_languages(connection: Connection) -> None:
    names = dimensions.names(connection)
    assert list(names["service"])[:3] == ["facebook", "instagram", "whatsapp"]
    assert list(names["service"])[-1] == "unknown"
    assert names["theme"]["voting_counting"] == ("Pemungutan dan penghitungan suara", "Voting and counting")
    assert len(names["province"]) == 38
    assert set(names) == {*dimensions.CODED, "province"}


def test_ids_go_both_ways_and_unknown_ones_are_shown(connection: Connection) -> None:
    ids = dimensions.ids(connection)
    assert ids.chosen("service", ("tiktok", "nowhere", "facebook")) == [TIKTOK, -9, FACEBOOK]
    assert (ids.code("service", FACEBOOK), ids.code("service", 77)) == ("facebook", "#77")
    assert (ids.code("province", ""), ids.code("province", "32"), ids.code(None, "")) == ("tanpa", "32", "")
    assert len(ids.signatories) == 10
    assert ids.closed_messaging == {"whatsapp", "line"}


def test_ids_are_read_once_a_transaction_and_anew_in_the_next(engine: Engine) -> None:
    row = {"id": 13, "code": "bigo", "label_id": "Bigo", "label_en": "Bigo", "operator_id": 0, "is_signatory": False,
           "is_closed_messaging": False, "position": 13}  # fmt: skip
    with transaction(engine) as connection:
        assert dimensions.ids(connection) is dimensions.ids(connection)
        connection.execute(insert(service), [row])
    with transaction(engine) as connection:
        assert "bigo" in dimensions.ids(connection).of["service"]


def test_services_name_their_operator(connection: Connection) -> None:
    frame = dimensions.services(connection).set_index("service")
    assert frame.loc[["whatsapp", "threads"], "operator"].tolist() == ["meta", "meta"]
    assert not frame.loc["x", "is_signatory"]
