"""What a hotline takes: the lines by hand, what is said before exports are read, and what `hotline check` says of this machine."""

import gzip
import re
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.intake import cost
from hotline_analysis.intake.read.stored import InputFile, text_bytes
from hotline_analysis.params import Limits
from tests.small import write_hotline

Usage = namedtuple("Usage", "total used free")


def test_the_lines_by_hand():
    """一百万通、脉冲0.3秒：整理95×0.3秒，复电表16×0.3秒；磁盘每通137字节，内存700 MiB加本月每通800字节。"""
    told = cost.need(1_000_000, 200_000, 0.3)
    assert told == (pytest.approx(28.5), pytest.approx(4.8), (700 << 20) + 160_000_000, 137_000_000)
    zh, en = (cost.said(1_000_000, 200_000, 50_000_000_000, 0.3, language) for language in ("zh", "en"))
    assert zh == "规模：1,000,000条记录，最忙的月份200,000条；本机从头整理约28秒，复电表约5秒，内存约0.9 GB，磁盘约0.14 GB（剩余50 GB）"
    assert en == (
        "Size: 1,000,000 records, 200,000 in the busiest month; on this machine from the start about 28 s, the gap table 5 s, memory 0.9 GB, disk 0.14 GB (50 GB free)"
    )


@pytest.mark.parametrize(
    ("seconds", "zh", "en"), [(0.2, "1秒", "1 s"), (119, "119秒", "119 s"), (120, "2分钟", "2 min"), (7200, "2.0小时", "2.0 h")]
)
def test_a_time_has_its_natural_unit(seconds, zh, en):
    assert (cost.span(seconds, "zh"), cost.span(seconds, "en")) == (zh, en)


def test_what_does_not_fit_is_said_with_the_setting_that_helps(tmp_path, monkeypatch):
    """二十亿字节约一千二百万行，存储约1.66 GB：磁盘剩1 GB、机器只有2 GiB时，各说一句。"""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 1_000_000_000))
    monkeypatch.setattr(cost, "memory_bytes", lambda: 2 << 30)
    assert list(cost.warnings(2_000_000_000, tmp_path, Limits())) == [
        f"{tmp_path} › the exports hold some 12,121,212 rows; their store needs about 1.7 GB and this disk has 1.0 GB. "
        "Set 'workspace' to a folder on a larger disk, or make room.",
        "limits › memory_gib allows the engine 4 GiB, and this machine has 2.0 GiB in all. "
        "Set 'limits: {memory_gib: 1.3}': what does not fit is then written to disk instead.",
    ]
    monkeypatch.setattr(cost, "memory_bytes", lambda: 8 << 30)
    assert list(cost.warnings(1_000_000, tmp_path, Limits())) == []
    monkeypatch.setattr(cost, "memory_bytes", lambda: 0)  # a system that does not say
    assert list(cost.warnings(1_000_000, tmp_path, Limits())) == []


def test_the_text_of_packed_files(tmp_path):
    """压缩包按其中所记的长度，.gz与工作簿按通常的倍数。"""
    text = b"a,b\n1,2\n" * 100
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    assert text_bytes(InputFile(tmp_path / "a.csv")) == text_bytes(InputFile(tmp_path / "a.zip", "a.csv")) == 800
    assert text_bytes(InputFile(tmp_path / "a.csv.gz")) == 8 * (tmp_path / "a.csv.gz").stat().st_size
    assert text_bytes(InputFile(tmp_path / "gone.csv")) == 0
    (tmp_path / "a.xlsx").write_bytes(b"x" * 50)
    assert text_bytes(InputFile(tmp_path / "a.xlsx", sheet="1")) == 100


def test_check_says_what_this_hotline_takes_and_a_first_build_what_will_not_fit(tmp_path, monkeypatch, capsys):
    params = write_hotline(tmp_path)
    monkeypatch.setattr(cost, "pulse", lambda: 0.3)
    assert main(["check", "--params", str(params)]) == 0
    said = capsys.readouterr().err.splitlines()[-1]
    h = open_hotline(params, progress=False)
    rows, month = h.store.sizes()
    assert rows == h.ledger["accepted"].iloc[0] and 0 < month <= rows
    assert re.match(rf"规模：{rows:,}条记录，最忙的月份{month:,}条；本机从头整理约1秒，复电表约1秒，内存约0\.7 GB，磁盘约0\.00 GB", said), (
        said
    )
    assert main(["check", "--params", str(params), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    shutil.rmtree(h.store.folder / "parts")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, 10))
    assert main(["check", "--params", str(params), "--quiet"]) == 0
    told = capsys.readouterr().err
    assert "their store needs about 0.0 GB and this disk has 0.0 GB. Set 'workspace'" in told and str(Path(h.store.folder)) in told
