"""What a file is, by its first bytes: never by its ending."""

import json
import re
import zipfile
from typing import Literal

from data.loaders.files.documents import DECODER
from data.loaders.files.sources import Source, readable
from data.loaders.problems import LoadProblem

FileKind = Literal["text", "workbook", "json"]

SIGNATURES = (
    (b"%PDF", "a PDF. Ask for the table it was printed from, as CSV or XLSX."),
    (b"\x89PNG", "a picture. Ask for the table in it, as CSV or XLSX."),
    (b"\xff\xd8\xff", "a picture. Ask for the table in it, as CSV or XLSX."),
    (b"GIF8", "a picture. Ask for the table in it, as CSV or XLSX."),
    (b"SQLite format 3\x00", "a SQLite database. Export its table as CSV."),
    (b"Rar!", "a RAR archive. Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive. Unpack it first."),
    (b"PAR1", "a Parquet file. Export it as CSV."),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard. Unpack it first."),
    (b"BZh", "packed with bzip2. Unpack it first."),
    (b"\xfd7zXZ", "packed with xz. Unpack it first."),
    (b"{\\rtf", "a text document (RTF). Copy its table into a workbook."),
    (b"\x7fELF", "a program, not a table."),
    (b"MZ", "a program, not a table."),
)
TAR, TAR_AT = b"ustar", 257
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|table|\?xml|!--|script)", re.IGNORECASE)


def kind_of(source: Source) -> FileKind:
    """Return what kind of file it is; raise `LoadProblem`, naming the mend, for anything that is no table."""
    head = source.head()
    if not head.strip(b"\x00\xef\xbb\xbf \r\n\t,;"):
        raise LoadProblem(f"{source.name} is empty.")
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            raise LoadProblem(f"{source.name} is {what}")
    if head[TAR_AT:].startswith(TAR):
        raise LoadProblem(f"{source.name} is a tar archive. Unpack it first.")
    if head.startswith(OLD_OFFICE):
        return _old_office(source)
    if head.startswith(b"PK\x03\x04"):
        return _zipped_document(source)
    if MARKUP.match(head):
        raise LoadProblem(
            f"{source.name} is a web page or XML, perhaps a log-in page saved as a file. Download the table itself."
        )
    if _is_json(head):
        return "json"
    _refuse_noise(source, head)
    return "text"


def _old_office(source: Source) -> FileKind:
    with readable(source.name), source.opened() as stream:
        content = stream.read(2**24)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise LoadProblem(f"{source.name} is locked with a password. Save a copy without one.")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "workbook"
    raise LoadProblem(f"{source.name} is an old Office document, not a workbook. Save the table as CSV or XLSX.")


def _zipped_document(source: Source) -> FileKind:
    with readable(source.name), source.opened() as stream, zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
    if any(name.startswith(("xl/", "xl\\")) for name in names) or "content.xml" in names:
        return "workbook"
    if any(name.startswith("word/") for name in names):
        raise LoadProblem(f"{source.name} is a Word document. Copy its table into a workbook.")
    raise LoadProblem(f"{source.name} is a zip file inside a zip file, or an unknown document. Unpack it first.")


def _is_json(head: bytes) -> bool:
    """Tell JSON from a table that begins with a bracket, such as "[SALAH] …"."""
    text = head.decode(json.detect_encoding(head[:4]), "replace").lstrip("\ufeff \r\n\t")
    if text[:1] not in {"{", "["}:
        return False
    try:
        DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        is_only_cut = error.pos > min(len(text) - 16, 1_000)
        return is_only_cut or re.match(r'[\[{]\s*(?:[\[{"]|[\]}]|$)', text) is not None
    except RecursionError:
        return True
    return True


def _refuse_noise(source: Source, head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    odd = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    if odd > max(8, len(head) // 20):
        raise LoadProblem(f"{source.name} is no text: its bytes are noise. It may be encrypted or of another program.")
