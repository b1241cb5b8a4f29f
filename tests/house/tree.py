"""The project's own files, read the way the house rules look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dashboard", "data", "pages", "queries")
BINARY = {".png", ".xlsx", ".xls", ".ods", ".parquet", ".woff2", ".ico"}


@cache
def files() -> tuple[Path, ...]:
    """List the files that are or would be committed, relative to the root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in map(Path, sorted(listing.splitlines())) if (ROOT / path).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each file that people read, with its text."""
    for path in files():
        if path.suffix not in BINARY:
            yield path, (ROOT / path).read_text("utf-8", errors="replace")


def modules(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each Python file of these rooms (all four when none is named), parsed."""
    for path in files():
        if path.suffix == ".py" and path.parts[0] in (rooms or ROOMS):
            yield path, ast.parse((ROOT / path).read_text("utf-8"))


def functions(*rooms: str) -> Iterator[tuple[str, int]]:
    """Yield the place and the number of lines of each function."""
    for path, tree in modules(*rooms):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
