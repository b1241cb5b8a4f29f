"""Starting the server: Streamlit's own command line on `application.py`, with our settings wherever we are started."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard import settings
from dashboard.security import LOOPBACK

HERE = Path(__file__).parent


def start(database_url: str | None = None, address: str | None = None, port: int | None = None) -> None:
    """Serve the dashboard until stopped, with Streamlit's own command line and our settings."""
    given = {"POSKO_DATABASE_URL": database_url, "POSKO_ADDRESS": address, "POSKO_PORT": port and str(port)}
    os.environ.update({name: value for name, value in given.items() if value})
    settings.current.cache_clear()
    os.environ.update(environment(os.environ))
    from streamlit.web import cli

    cli.main(["run", str(HERE / "application.py")], standalone_mode=False)


def environment(present: Mapping[str, str]) -> dict[str, str]:
    """Return the variables Streamlit reads its settings from: our config.toml wherever we are started, then ours.

    What the operator set as STREAMLIT_… wins over the file.
    """
    own = settings.current()
    hosts = dict.fromkeys((*LOOPBACK, own.address, *own.allowed_hosts))
    told = _flat(tomllib.loads(config_file().read_text()))
    told |= {"server.address": own.address, "server.port": own.port, "server.allowedHosts": list(hosts)}
    wanted = {_variable(name): _text(name, value) for name, value in told.items()}
    if own.cookie_secret:
        wanted["STREAMLIT_SERVER_COOKIE_SECRET"] = own.cookie_secret
    return {name: value for name, value in wanted.items() if name not in present and value}


def config_file() -> Path:
    """Return our config.toml: beside this file in an installed wheel, at the root of a checkout."""
    inside = HERE / ".streamlit" / "config.toml"
    return inside if inside.exists() else HERE.parent / ".streamlit" / "config.toml"


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value}
    return flat


def _variable(name: str) -> str:
    """Return the variable of a setting: server.enableCORS is STREAMLIT_SERVER_ENABLE_CORS."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace(".", "_"))
    return f"STREAMLIT_{words.upper()}"


def _text(name: str, value: Any) -> str:
    """Return a value as Streamlit's command line reads it: lists of the theme as JSON, other lists with blanks."""
    if isinstance(value, list):
        return json.dumps(value) if name.startswith("theme.") else " ".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
