"""The settings of the server that keep it safe (reliability: static files, advisories, caches, agents)."""

import ast
import tomllib

import pytest

from tests.house.tree import ROOT, modules

CONFIGURATION = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("server", "enableXsrfProtection", True),
        ("server", "enableCORS", True),
        ("server", "enableStaticServing", False),
        ("server", "enableAgentApi", False),
        ("server", "runOnSave", False),
        ("server", "fileWatcherType", "none"),
        ("server", "maxUploadSize", 1),
        ("server", "maxMessageSize", 50),
        ("server", "maxWidgetStateSize", 2),
        ("server", "maxCacheDataSize", "256mb"),
        ("server", "disconnectedSessionTTL", 120),
        ("client", "showErrorDetails", "none"),
        ("client", "toolbarMode", "minimal"),
        ("client", "disableDataExport", True),
        ("client", "allowedOrigins", []),
        ("browser", "gatherUsageStats", False),
    ],
)
def test_the_shipped_value(section: str, name: str, value: object) -> None:
    assert CONFIGURATION[section][name] == value


def test_no_secret_is_shipped() -> None:
    assert "cookieSecret" not in CONFIGURATION["server"]
    assert "auth" not in CONFIGURATION


def test_no_cache_is_kept_on_disk() -> None:
    """A cache on disk is a pickle that somebody else may write."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules("dashboard", "pages")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and any(argument.arg == "persist" for argument in node.keywords)
    ]
    assert found == []


def test_nobody_unpickles() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and any(name.name in {"pickle", "marshal", "shelve"} for name in node.names)
    ]
    assert found == []
