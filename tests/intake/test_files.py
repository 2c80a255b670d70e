"""Which physical things `files` means."""

import errno
import gzip
import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from hotline_analysis.errors import DataRefused, NoInput
from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.stored import InputFile
from hotline_analysis.params import Params, Source

CALLS = {"files": "x", "columns": {"started_at": "time"}}


def params(folder: Path) -> Params:
    return Params(title="t", calls=CALLS, path=folder / "params" / "line.yaml")


def found(folder: Path, *patterns: str, **settings) -> list[str]:
    return [f.name for f in find_files(Source(**{**CALLS, "files": patterns, **settings}), params(folder))]


def test_globs_start_at_the_root_and_are_sorted_by_name(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt", "~$a.csv"):
        (tmp_path / name).write_text("x")
    assert found(tmp_path, "*.csv") == ["a.csv", "b.csv"]
    assert found(tmp_path, "*.csv", "b.*", str(tmp_path / "c.txt")) == ["a.csv", "b.csv", "c.txt"]


def test_numbers_of_no_country_stand_in_a_name_or_in_a_sentence(tmp_path):
    """A file named for a caller: the ledger and the manifest show it without the number, and so does every sentence about it."""
    (tmp_path / "calls 212-555-0123.csv").write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()[:4]
    assert found(tmp_path, "*.csv") == [f"calls ***-***-****.csv [{digest}]"]
    with pytest.raises(NoInput) as refusal:
        found(tmp_path, "calls 212-555-0124.csv")
    assert str(refusal.value).startswith("calls ***-***-****.csv › matches no file.")
    assert str(refusal.value).endswith("Did you mean 'calls ***-***-****.csv'?")
    with zipfile.ZipFile(tmp_path / "twice 9123 4567.zip", "w") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("(212) 555-0123.csv", "x")
        packed.writestr("(212) 555-0123.csv", "y")
    with pytest.raises(DataRefused) as refusal:
        found(tmp_path, "*.zip")
    assert str(refusal.value).startswith("twice **** ****.zip › holds several files named (***) ***-****.csv.")


class Failing(io.BytesIO):
    """A file on a disk that breaks down after some bytes."""

    def read(self, *size):
        if self.tell() >= self.left:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(*size)


@pytest.mark.parametrize(("name", "left"), [("a.csv", 0), ("a.csv.gz", 10), ("a.zip", 0), ("a.zip", 30)])
def test_a_disk_that_fails_is_said_and_not_taken_for_a_store_or_a_damaged_zip(tmp_path, monkeypatch, name, left):
    if name == "a.zip":
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.writestr("a.csv", "x" * 100)
    else:
        (tmp_path / name).write_bytes(gzip.compress(b"x" * 100))
    Failing.left = left
    content = (tmp_path / name).read_bytes()
    monkeypatch.setattr(Path, "open", lambda self, *_: Failing(content))
    with pytest.raises(DataRefused) as refusal:
        found(tmp_path, name)
    assert str(refusal.value) == f"{tmp_path / name} › cannot be read (Input/output error)."


def test_a_name_that_no_disk_takes_matches_no_file(tmp_path):
    with pytest.raises(NoInput, match="matches no file"):
        found(tmp_path, "long" * 100 + ".csv")
    with pytest.raises(NoInput, match="matches no file"):
        found(tmp_path, "~nobody-of-that-name/a.csv")


def test_relative_patterns_fall_back_on_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.csv").write_text("x")
    monkeypatch.chdir(tmp_path / "here")
    assert found(tmp_path / "elsewhere", "a.csv") == ["a.csv"]


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern(tmp_path):
    (tmp_path / "export[1].csv").write_text("x")
    assert found(tmp_path, "export[1].csv") == ["export[1].csv"]


def test_nothing_matches(tmp_path, monkeypatch):
    (tmp_path / "mai.csv").write_text("x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoInput) as refusal:
        found(tmp_path, "may.csv")
    assert str(refusal.value) == f"may.csv › matches no file. Looked in {tmp_path}. Did you mean 'mai.csv'?"


def test_zip_members_are_read_apart_and_what_is_no_data_is_passed_over(tmp_path):
    with zipfile.ZipFile(tmp_path / "may.zip", "w") as archive:
        for name in ("b/二.csv", "a.txt", "readme.pdf", "__MACOSX/._a.txt", ".DS_Store"):
            archive.writestr(name, name)
    files = find_files(Source(**{**CALLS, "files": "may.zip"}), params(tmp_path))
    assert [f.name for f in files] == ["may.zip › a.txt", "may.zip › b/二.csv"]
    assert files[0].digest == hashlib.sha256(b"a.txt").hexdigest()


def test_member_names_of_chinese_windows_are_readable(tmp_path):
    with zipfile.ZipFile(tmp_path / "may.zip", "w") as archive:
        archive.writestr("XXXX.csv", "x")
    content = (tmp_path / "may.zip").read_bytes().replace(b"XXXX", "话单".encode("gb18030"))
    (tmp_path / "may.zip").write_bytes(content)
    assert found(tmp_path, "may.zip") == ["may.zip › 话单.csv"]


def test_kind_looks_through_gz(tmp_path):
    assert InputFile(tmp_path / "a.CSV.gz").kind == ".csv"
    assert InputFile(tmp_path / "a.zip", "b/c.XLSX").kind == ".xlsx"
    assert InputFile(tmp_path / "plain").kind == ""


def _zip_with_password(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag of encryption, in the member's head and in the list
        content[content.find(mark) + at] |= 1
    path.write_bytes(content)


def test_zips_that_cannot_be_opened(tmp_path):
    _zip_with_password(tmp_path / "locked.zip")
    (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04 torn")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.pdf", "x")
    said = {}
    for name in ("locked.zip", "torn.zip", "empty.zip"):
        with pytest.raises(DataRefused) as refusal:
            found(tmp_path, name)
        said[name] = str(refusal.value)
    assert said == {
        "locked.zip": "locked.zip › a.csv › is locked with a password. Unpack it and name the files themselves.",
        "torn.zip": "torn.zip › is not a whole zip file. Copy it again.",
        "empty.zip": "empty.zip › holds no file that could be an export.",
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_ends_in_a_sentence(tmp_path, method):
    rng = random.Random(method)
    rows = "\n".join(f"{n},{rng.random()}" for n in range(2000))
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", method) as archive:
        archive.writestr("a.csv", rows)
        archive.writestr("来电.csv", rows[:300])
    whole, said = (tmp_path / "whole.zip").read_bytes(), set()
    for _ in range(150):
        content, first = bytearray(whole), rng.choice([0, 60, len(whole) - 250])
        content[rng.randrange(first, len(whole))] ^= rng.randrange(1, 256)
        (tmp_path / "may.zip").write_bytes(content)
        try:
            found(tmp_path, "may.zip")  # a change of a date or of a name harms no row
        except DataRefused as refusal:
            said.add(str(refusal).split(" › ")[-1].split(".")[0])
    assert {"is not a whole zip file", "is damaged inside its zip"} <= said


def test_a_member_whose_name_is_not_in_the_encoding_that_its_zip_says(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("来电.csv", "time\n1\n")
    (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes().replace("来".encode(), b"\xff\xff\xff"))
    with pytest.raises(DataRefused) as refusal:
        found(tmp_path, "a.zip")
    assert str(refusal.value) == "a.zip › is not a whole zip file. Copy it again."


def test_a_zip_packed_in_a_way_that_is_not_read(tmp_path):
    """Windows packs what is larger than 2 GB with Deflate64 (method 9)."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "time\n1\n")
    content = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.find(mark) + at] = 9
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(DataRefused) as refusal:
        found(tmp_path, "a.zip")
    assert str(refusal.value) == "a.zip › a.csv › is packed in a way that is not read here. Unpack it and name the files themselves."


def test_members_of_one_name_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "may.zip", "w") as archive, pytest.warns(UserWarning):
        for content in ("time\n1\n", "time\n2\n"):
            archive.writestr("in/a.csv", content)
    with pytest.raises(DataRefused) as refusal:
        found(tmp_path, "may.zip")
    assert str(refusal.value) == "may.zip › holds several files named in/a.csv. Pack them again, each under a name of its own."
    with zipfile.ZipFile(tmp_path / "june.zip", "w") as archive:
        archive.writestr("1/a.csv", "time\n1\n")
        archive.writestr("2/a.csv", "time\n2\n")
    assert found(tmp_path, "june.zip") == ["june.zip › 1/a.csv", "june.zip › 2/a.csv"]


def test_more_members_than_a_month_has(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for n in range(2001):
            archive.writestr(f"{n}.csv", "time\n")
    with pytest.raises(DataRefused, match=r"a.zip › holds 2,001 files. At most 2,000 are read; unpack it and name the files that count."):
        found(tmp_path, "a.zip")


def test_members_that_only_together_unpack_too_far(tmp_path, monkeypatch):
    monkeypatch.setattr("hotline_analysis.intake.read.stored.UNPACK_FREE", 4 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(21):
            archive.writestr(f"{n}.csv", bytes(1 << 20))
    with pytest.raises(DataRefused, match=r"a.zip › unpacks to \d+ times its size. No export does."):
        found(tmp_path, "a.zip")


def _gz_of_newlines(head: bytes) -> bytes:
    """A header and 8 MB of newlines in eight kilobytes."""
    return gzip.compress(head) + gzip.compress(b"\n" * (1 << 20)) * 8


@pytest.mark.parametrize("name", ["a.csv.gz", "a.rds.gz"])
def test_a_gz_is_refused_while_it_is_unpacked(tmp_path, name, monkeypatch):
    monkeypatch.setattr("hotline_analysis.intake.read.stored.UNPACK_FREE", 4 << 20)
    from tests.intake.reading import staged, take

    (tmp_path / name).write_bytes(_gz_of_newlines(b"time,a\n"))
    with pytest.raises(DataRefused, match=rf"{name} › unpacks to \d+ times its size. No export does."):
        take(InputFile(tmp_path / name), tmp_path)
    assert staged(tmp_path) == []


def test_a_file_that_begins_with_a_megabyte_of_blanks(tmp_path):
    from hotline_analysis.intake.read.stored import EMPTY
    from tests.intake.reading import take

    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"\n" * (2 << 20) + b"time,a\n1,2\n"))
    with pytest.raises(DataRefused) as refusal:
        take(InputFile(tmp_path / "a.csv.gz"), tmp_path)
    assert str(refusal.value) == f"a.csv.gz › begins with a megabyte of blanks. {EMPTY}"


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("a.csv", "w") as member,
    ):
        for _ in range(201):
            member.write(bytes(1 << 20))
    with pytest.raises(DataRefused, match=r"bomb.zip › a.csv › unpacks to \d+ times its size. No export does."):
        found(tmp_path, "bomb.zip")


def test_same_bytes_same_digest_and_a_sheet_has_its_own(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "year.xlsx") as book:
        for name in ("1月", "2月", "说明"):
            book.add_worksheet(name).write(0, 0, "time")
        book.add_worksheet("3月").hide()
    files = find_files(Source(**{**CALLS, "files": "year.xlsx", "sheet": "?月"}), params(tmp_path))
    assert [f.name for f in files] == ["year.xlsx › 1月", "year.xlsx › 2月"]
    assert files[0].digest != files[1].digest
    whole = find_files(Source(**{**CALLS, "files": "year.xlsx"}), params(tmp_path))
    assert [(f.name, f.sheet) for f in whole] == [("year.xlsx", "")]
    assert whole[0].digest == hashlib.sha256((tmp_path / "year.xlsx").read_bytes()).hexdigest()
    with pytest.raises(NoInput) as refusal:
        found(tmp_path, "year.xlsx", sheet="第*月")
    assert str(refusal.value) == "year.xlsx › has no sheet '第*月'. Its sheets are: 1月, 2月, 说明."


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (["?月", "2 月"], "a.xlsx, b.xlsx › has no sheet '2 月'. Did you mean '2月'?"),
        (["?月", "汇总*"], "a.xlsx, b.xlsx › has no sheet '汇总*'. Its sheets are: 1月, 2月, 3月."),
        (["1月", "2月"], ["a.xlsx › 1月", "b.xlsx › 2月"]),  # a month a file: each entry has its sheet in one of them
        (["?月"], ["a.xlsx › 1月", "b.xlsx › 2月", "b.xlsx › 3月"]),
    ],
)
def test_every_sheet_that_params_name_must_be_somewhere(tmp_path, sheet, said):
    """The other sheets passed for the whole: a month was missing without a word."""
    for file, names in {"a.xlsx": ["1月"], "b.xlsx": ["2月", "3月"]}.items():
        with xlsxwriter.Workbook(tmp_path / file) as book:
            for name in names:
                book.add_worksheet(name).write(0, 0, "time")
    if isinstance(said, list):
        assert found(tmp_path, "*.xlsx", sheet=sheet) == said
        return
    with pytest.raises(NoInput) as refusal:
        found(tmp_path, "*.xlsx", sheet=sheet)
    assert str(refusal.value) == said


def test_torn_gz(tmp_path):
    from tests.intake.reading import take

    content = gzip.compress(b"time,a\n" + b"1,2\n" * 1000)
    (tmp_path / "a.csv.gz").write_bytes(content[:-20])
    with pytest.raises(DataRefused) as refusal:
        take(InputFile(tmp_path / "a.csv.gz"), tmp_path)
    assert str(refusal.value) == "a.csv.gz › is not a whole compressed file. Copy it again."
