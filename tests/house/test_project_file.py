"""The project file keeps the promises that CONTRIBUTING makes for it."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT

TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PROJECT: dict[str, Any] = tomllib.loads(TEXT)
DECLARED = [
    Requirement(line)
    for line in (*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"])
]
PINS = re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
PINNED = {canonicalize_name(name): Version(version) for name, version in PINS}


def test_streamlit_is_pinned_exactly_and_past_its_known_advisories() -> None:
    (streamlit,) = [requirement for requirement in DECLARED if requirement.name == "streamlit"]
    assert re.fullmatch(r"==[\d.]+", str(streamlit.specifier))
    assert Version(str(streamlit.specifier).removeprefix("==")) >= Version("1.67.0")


@pytest.mark.parametrize("requirement", DECLARED, ids=lambda requirement: requirement.name)
def test_each_dependency_has_a_reason_and_a_fitting_exact_version(requirement: Requirement) -> None:
    assert re.search(rf'^ +# .{{20,}}\n +"{re.escape(requirement.name)}[^"]*",$', TEXT, re.MULTILINE)
    assert PINNED[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_constraints_name_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.+!-]+", line)] == []


def test_the_layers_are_held_without_exceptions() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    assert [contract["type"] for contract in contracts] == [
        "layers", "forbidden", "forbidden", "forbidden", "independence",
    ]  # fmt: skip
    assert [contract["name"] for contract in contracts if "ignore_imports" in contract] == []


def test_each_lint_rule_and_each_warning_let_pass_has_its_reason() -> None:
    tables = ("select", "ignore", "filterwarnings")
    for table in tables:
        (block,) = re.findall(rf"^{table} = \[\n(.*?)^\]", TEXT, re.MULTILINE | re.DOTALL)
        bare = [
            line
            for before, line in zip(["", *block.splitlines()], block.splitlines(), strict=False)
            if line.strip().startswith('"') and "#" not in line and not before.strip().startswith("#")
        ]
        assert bare == [], table


def test_the_wheel_is_private_and_needs_the_python_of_the_room() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]
    assert PROJECT["project"]["requires-python"] == ">=3.11"
