"""Files and folders whose names are not UTF-8: Chinese Windows writes GB18030, and a copy by an old tool keeps its bytes."""

import json
import os
import sys
from pathlib import Path

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.errors import NoInput
from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.stored import InputFile, spoken
from hotline_analysis.params import load
from tests.intake.storing import built, export, hotline

BYTES_ALLOWED = pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows names of any bytes")
RECORDS = [f"K{n},2024-05-{n + 1:02d} 08:00:00,139{n:08d},供水,{n}" for n in range(20)]


def odd(text: str) -> str:
    return os.fsdecode(text.encode("gb18030"))


def test_how_a_name_is_shown():
    assert spoken("may.csv") == "may.csv" and spoken("五月.csv") == "五月.csv"
    assert spoken(odd("五月话单.csv")) == "五月话单.csv"
    assert spoken(os.fsdecode(b"\xff\xff.csv")) == "\\xff\\xff.csv"
    assert InputFile(Path(odd("五月.csv"))).name == "五月.csv"


@BYTES_ALLOWED
@pytest.mark.parametrize("folder", ["", "数据"])
def test_such_a_file_is_read_and_named(tmp_path, folder, capsys):
    if folder:
        (tmp_path / odd(folder)).mkdir()
    export(tmp_path / odd(folder), odd("五月话单.csv"), RECORDS)
    params = hotline(tmp_path, files="**/*.csv")
    store = built(params)
    assert [(e.name, e.accepted) for e in store.ledgers] == [("五月话单.csv", 20)]
    assert "五月话单.csv" in json.loads((store.folder / "store.json").read_text(encoding="utf-8"))["facts"]["digests"]
    assert main(["check", "--params", str(params), "--quiet"]) == 0
    assert "五月话单.csv" in capsys.readouterr().out


@BYTES_ALLOWED
def test_such_a_file_is_refused_in_a_sentence(tmp_path, capsys):
    export(tmp_path, odd("五月话单.csv"), RECORDS, header="a,b,c,d,e")
    assert main(["check", "--params", str(hotline(tmp_path)), "--quiet"]) == 65
    assert capsys.readouterr().err.startswith("五月话单.csv › shows none of the mapped columns")
    with pytest.raises(NoInput) as refusal:
        find_files(load(hotline(tmp_path, files="五月话单.xls")).calls[0], load(hotline(tmp_path)))
    assert "Did you mean '五月话单.csv'?" in str(refusal.value)
