"""What must never be committed. The forbidden words are put together here, so that this file does not hold them."""

import ast
import re

import pytest

from tests.house.tree import modules, texts

MACHINE_PATHS = [f"/{folder}/" for folder in ("work", "farm", "root", "home", "tmp")]
REGISTRIES = [f"{host}.{end}" for host, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"), ("crates", "io"),
)]  # fmt: skip
LEFT_BEHIND = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "raise NotImplemented" + "Error"]
SECRETS = [
    r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bxox[abp]-[0-9A-Za-z-]{10,}",
    r"(?i)\b(?:cookie_?secret|client_?secret)\s*=\s*[\"'][^\"'{<$]{8,}",
]


def places(pattern: str) -> list[str]:
    """List where a pattern stands in the files people read."""
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if wanted.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if wanted.search(line)
    ]


@pytest.mark.parametrize("folder", MACHINE_PATHS)
def test_no_path_of_one_machine(folder: str) -> None:
    assert places(rf"(?<![\w.:/~*-]){re.escape(folder)}") == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_address_of_a_registry(host: str) -> None:
    assert places(rf"(?<![\w-]){re.escape(host)}\b") == []


@pytest.mark.parametrize("word", LEFT_BEHIND)
def test_no_work_is_left_behind_in_a_word(word: str) -> None:
    assert places(rf"\b{word}\b") == []


@pytest.mark.parametrize("pattern", SECRETS)
def test_no_secret(pattern: str) -> None:
    assert places(pattern) == []


def test_no_page_writes_html() -> None:
    keyword = "unsafe_allow" + "_html"
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules("dashboard", "pages")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and any(argument.arg == keyword for argument in node.keywords))
        or (isinstance(node, ast.Attribute) and ast.unparse(node) in {"st.html", "streamlit.html", "components.html"})
    ]
    assert found == []


def test_colours_live_in_the_palette() -> None:
    found = [
        f"{path}:{node.lineno}: {node.value}"
        for path, tree in modules("dashboard", "pages")
        if path.stem != "palette"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"#[0-9a-fA-F]{6}", node.value)
    ]
    assert found == []


def test_pages_hold_no_session_state_of_their_own() -> None:
    assert [line for line in places("session_state") if line.startswith("pages/")] == []
