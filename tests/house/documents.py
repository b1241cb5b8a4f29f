"""The generated documents: `python -m tests.house.documents` writes them, a test compares them.

They say what the code says of itself: every question with its grain, every column with its comment, every setting.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from dashboard.command_line import app
from dashboard.language.shell import WORDS
from dashboard.screens import SCREENS, Screen
from dashboard.settings import TABLE
from data import schema_document
from queries.measures import MEASURES
from tests.house.tree import ROOT, modules

README = Path("README.md")


def first_line(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    """Return the first paragraph of a docstring as one line, or nothing."""
    paragraph = (ast.get_docstring(node) or "").split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module that others may call."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def asks_the_database(function: ast.FunctionDef) -> bool:
    """Whether a function is a question: its first argument is the connection."""
    return bool(function.args.args) and function.args.args[0].arg == "connection"


def questions() -> str:
    """Return queries/README.md: every measure, every module, and every question with its grain."""
    parts = ["# Every question", "", "Written by `python -m tests.house.documents` from the code.", "", *measures(), ""]
    for path, tree in modules("queries"):
        asked = [function for function in public_functions(tree) if asks_the_database(function)]
        if asked:
            parts += [f"## {path.relative_to('queries').with_suffix('').as_posix()}", "", first_line(tree), ""]
            parts += ["| question | answer |", "|---|---|"]
            parts += [f"| `{function.name}` | {first_line(function)} |" for function in asked] + [""]
    return "\n".join(parts)


def measures() -> list[str]:
    """Return the section of all measures."""
    rows = [
        f"| `{one.code}` | {one.label_id} | {one.label_en} | {one.definition_en} | {one.formula_en} |"
        for one in MEASURES.values()
    ]
    head = ["## Measures", "", "| code | Indonesia | English | definition | formula |", "|---|---|---|---|---|"]
    return [*head, *rows]


def commands() -> str:
    """Return the table of commands of the README."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    rows = [f"| `{name}` | {summary} |" for name, summary in summaries(root, "posko")]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def summaries(group: TyperGroup, name: str) -> Iterator[tuple[str, str]]:
    """Yield each command below a group with its first paragraph."""
    for own, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from summaries(command, f"{name} {own}")
        else:
            yield f"{name} {own}", " ".join((command.help or "").split("\n\n")[0].split())


def settings() -> str:
    """Return the settings table of the README."""
    rows = [f"| `{name}` | {f'`{setting.default}`' if setting.default else ''} | {setting.meaning} |"
            for name, setting in TABLE.items()]  # fmt: skip
    return "\n".join(["| variable | default | what it is for |", "|---|---|---|", *rows])


def page_row(screen: Screen) -> str:
    """Return one line of the table of pages."""
    name, question, answer = (WORDS[f"{part}_{screen.key}"] for part in ("page", "question", "answer"))
    is_coming = "shell.coming(" in screen.path.read_text("utf-8")
    return f"| {name[0]} | `/{screen.key}` | {question[1]} | {answer[1]} | {'next' if is_coming else 'ready'} |"


def pages() -> str:
    """Return the table of pages of the README; one that is not built yet says what it will answer."""
    head = ["| page | address | question | what it shows | |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(page_row, SCREENS)])


def filled(text: str, name: str, block: str) -> str:
    """Return a document with the block of this name replaced; raise `ValueError` when it has no such block."""
    before, begin, rest = text.partition(f"<!-- begin {name} -->")
    _, end, after = rest.partition(f"<!-- end {name} -->")
    if not end:
        raise ValueError(f"no block {name}")
    return f"{before}{begin}\n{block}\n{end}{after}"


def documents() -> dict[Path, str]:
    """Return each generated document as it should be."""
    readme = filled((ROOT / README).read_text("utf-8"), "settings", settings())
    readme = filled(filled(readme, "pages", pages()), "commands", commands())
    tables = schema_document.markdown()
    return {README: readme, Path("queries/README.md"): questions(), Path("data/tables/README.md"): tables}


if __name__ == "__main__":
    for path, text in documents().items():
        (ROOT / path).write_text(text, "utf-8")
