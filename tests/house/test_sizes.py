"""Small functions, short pages, one subject a file."""

from statistics import median

from tests.house.tree import ROOT, files, functions

SIZES = list(functions())


def lines(path: str) -> int:
    return len((ROOT / path).read_text("utf-8").splitlines())


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert [f"{where}: {size}" for where, size in SIZES if size > 50] == []


def test_nine_functions_in_ten_are_shorter_than_25_lines() -> None:
    short = sum(size < 25 for _, size in SIZES)
    assert short >= 0.9 * len(SIZES), sorted(SIZES, key=lambda place: -place[1])[:20]


def test_half_of_the_functions_have_at_most_eight_lines() -> None:
    assert median(size for _, size in SIZES) <= 8


def test_no_page_is_longer_than_80_lines() -> None:
    pages = {str(path): lines(str(path)) for path in files() if path.parts[0] == "pages" and path.suffix == ".py"}
    assert pages
    assert {path: count for path, count in pages.items() if count > 80} == {}


def test_no_other_file_is_longer_than_250_lines() -> None:
    code = [str(path) for path in files() if path.suffix == ".py" and path.parts[0] != "tests"]
    assert {path: lines(path) for path in code if lines(path) > 250} == {}
