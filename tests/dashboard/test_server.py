"""Starting: Streamlit gets our settings wherever we are started, and the operator's own win."""

import json

import pytest
from streamlit import config

from dashboard import palette, server, settings


@pytest.fixture(autouse=True)
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.TABLE:
        monkeypatch.delenv(name, raising=False)
    settings.current.cache_clear()


def test_every_variable_is_one_that_streamlit_knows() -> None:
    known = {option.env_var for option in config._config_options_template.values()}
    assert [name for name in server.environment({}) if name not in known] == []


def test_addresses_and_hosts_come_from_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSKO_ADDRESS", "10.0.0.5")
    monkeypatch.setenv("POSKO_PORT", "9000")
    monkeypatch.setenv("POSKO_ALLOWED_HOSTS", "posko.example, layar.example")
    monkeypatch.setenv("POSKO_COOKIE_SECRET", "x" * 40)
    told = server.environment({})
    assert (told["STREAMLIT_SERVER_ADDRESS"], told["STREAMLIT_SERVER_PORT"]) == ("10.0.0.5", "9000")
    hosts = "localhost 127.0.0.1 ::1 10.0.0.5 posko.example layar.example"
    assert told["STREAMLIT_SERVER_ALLOWED_HOSTS"] == hosts
    assert told["STREAMLIT_SERVER_COOKIE_SECRET"] == "x" * 40


def test_what_the_operator_set_for_streamlit_wins() -> None:
    assert "STREAMLIT_SERVER_WEBSOCKET_PING_INTERVAL" not in server.environment(
        {"STREAMLIT_SERVER_WEBSOCKET_PING_INTERVAL": "5"}
    )
    assert server.environment({})["STREAMLIT_SERVER_WEBSOCKET_PING_INTERVAL"] == "20"


def test_each_kind_of_value_is_written_as_streamlit_reads_it() -> None:
    told = server.environment({})
    assert told["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"
    assert json.loads(told["STREAMLIT_THEME_HEADING_FONT_WEIGHTS"])[0] == 700
    assert json.loads(told["STREAMLIT_THEME_DARK_CHART_CATEGORICAL_COLORS"]) == palette.theme_colors("dark")
    assert json.loads(told["STREAMLIT_THEME_LIGHT_CHART_CATEGORICAL_COLORS"]) == palette.theme_colors("light")


@pytest.mark.parametrize("face", ["dark", "light"])
def test_text_can_be_read_on_every_surface(face: str) -> None:
    told = server.environment({})
    read = {name: told[f"STREAMLIT_THEME_{face.upper()}_{name}"] for name in (
        "BACKGROUND_COLOR", "SECONDARY_BACKGROUND_COLOR", "TEXT_COLOR", "LINK_COLOR", "PRIMARY_COLOR",
        "GREEN_TEXT_COLOR", "ORANGE_TEXT_COLOR", "RED_TEXT_COLOR",
    )}  # fmt: skip
    grounds = [read.pop("BACKGROUND_COLOR"), read.pop("SECONDARY_BACKGROUND_COLOR")]
    assert palette.contrast(read.pop("PRIMARY_COLOR"), "#FFFFFF") >= 4.5
    assert {name: color for name, color in read.items() for g in grounds if palette.contrast(color, g) < 4.5} == {}


@pytest.mark.parametrize(("name", "value"), [("POSKO_LANGUAGE", "fr"), ("POSKO_PORT", "http")])
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        settings.current()
