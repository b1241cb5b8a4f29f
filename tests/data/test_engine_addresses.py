"""Every usual spelling of an address becomes one URL; anything else is refused without repeating it."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from data.addresses import has_several_hosts, normalise
from data.errors import AddressUnusable


@pytest.mark.parametrize("spelling", ["posko.db", "./posko.db", "sqlite:///posko.db", "sqlite+pysqlite:///posko.db"])
def test_a_file_has_an_absolute_path(spelling: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    url = normalise(spelling)
    assert (url.drivername, url.database) == ("sqlite+pysqlite", str(tmp_path / "posko.db"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_one_server(scheme: str) -> None:
    url = normalise(f"{scheme}://petugas:p%40ss%2Fw@db.example:5433/hoaks?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "petugas",
        "p@ss/w",
        "db.example",
        5433,
        "hoaks",
    )
    assert url.query == {"sslmode": "require"}
    assert not has_several_hosts(url)


@pytest.mark.parametrize(
    "spelling",
    [
        "postgresql://petugas:rahasia@h1:5432,h2:5433/hoaks",
        "postgresql+psycopg://petugas:rahasia@/hoaks?host=h1:5432&host=h2:5433",
    ],
)
def test_several_servers(spelling: str) -> None:
    url = normalise(spelling)
    assert url.query["host"] == ("h1:5432", "h2:5433")
    assert (url.host, url.username, url.password, url.database) == (None, "petugas", "rahasia", "hoaks")
    assert has_several_hosts(url)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://petugas@/hoaks?host=h1,h2&port=1,2",
        "postgresql://petugas@/hoaks?host=h1&host=h2&port=1,2",
        "postgresql://petugas@h1,h2:2/hoaks?port=1",
    ],
)
def test_ports_given_apart_go_to_their_hosts(address: str) -> None:
    assert normalise(address).query == {"host": ("h1:1", "h2:2")}


def test_hosts_and_ports_that_do_not_pair_are_refused() -> None:
    with pytest.raises(AddressUnusable, match="number of ports"):
        normalise("postgresql://petugas@/hoaks?host=h1,h2&port=1,2,3")


def test_a_unix_socket() -> None:
    url = normalise("postgresql://petugas@/hoaks?host=/run/postgresql&port=5433")
    assert (url.host, url.query) == (None, {"host": "/run/postgresql", "port": "5433"})


@pytest.mark.parametrize(
    "spelling",
    ["postgresql://h1,h2:5433/hoaks?target_session_attrs=any", "sqlite:////data/a b?c#d%20.db", "/data/100%.db"],
)
def test_a_normal_address_stays_as_it_is(spelling: str) -> None:
    once = normalise(spelling)
    assert normalise(once) == once


def test_a_url_object_keeps_its_password() -> None:
    url = make_url("postgresql://petugas:rahasia@h1/hoaks")
    assert normalise(url).password == url.password


@pytest.mark.parametrize(
    "spelling",
    [
        "", "sqlite://", "sqlite:///", "sqlite:///:memory:", "file:posko.db?mode=rw", "mysql://petugas:rahasia@h1/hoaks",
        "postgresql://petugas:rahasia@h1:port:5/hoaks@x", "postgresql://h1/hoaks?target_session_attrs=read-only",
        "postgresql://h1/hoaks?target_session_attrs=read-write", "postgresql:rahasia",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_without_repeating_them(spelling: str) -> None:
    with pytest.raises(AddressUnusable) as refused:
        normalise(spelling)
    said = str(refused.value)
    assert not any(word in said for word in ("rahasia", "h1", "mysql", "mode=rw", "memory"))
