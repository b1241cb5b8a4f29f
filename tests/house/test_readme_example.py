"""The README's example of a mapping file loads a file as it says."""

import re
from pathlib import Path

from sqlalchemy import func, select
from typer.testing import CliRunner

from dashboard.command_line import app
from data import schema
from data.engine import snapshot, writer
from data.tables import clarification
from tests.house.tree import ROOT

FILE = """Judul Periksa Fakta;Alamat;Tgl Muat;Hasil
Surat suara tercoblos di gudang;https://periksa.example/surat-suara;20/11/2024;HX
Video lama disebut kericuhan di TPS;https://periksa.example/video-lama;21/11/2024;HX
"""


def test_the_mapping_of_the_readme_loads_each_row_once(tmp_path: Path) -> None:
    (mapping,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "mapping.toml").write_text(mapping, "utf-8")
    (tmp_path / "artikel.csv").write_text(FILE, "utf-8")
    engine = writer(str(tmp_path / "room.db"))
    schema.create(engine, "triggers")
    command = ["load", str(tmp_path / "artikel.csv"), "--map", str(tmp_path / "mapping.toml")]
    for _ in range(2):
        done = CliRunner().invoke(app, [*command, "--database", str(tmp_path / "room.db")])
        assert done.exit_code == 0, done.output
    with snapshot(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(clarification)) == 2
    engine.dispose()
