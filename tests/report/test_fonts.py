"""The shipped fonts: what they hold, under which licence, and what is made of them."""

import base64
import io
import re

from fontTools.ttLib import TTFont

from hotline_analysis.show import fonts


def test_every_character_of_gb2312_and_every_sign_of_a_report_is_there():
    hanzi = {
        c for row in range(16, 88) for c in bytes(b for cell in range(1, 95) for b in (0xA0 + row, 0xA0 + cell)).decode("gb2312", "ignore")
    }
    assert len(hanzi) == 6763
    wanted = hanzi | set("0123456789ABCxyz%+−±×÷≥≤≠～—–…·“”‘’（）《》〔〕、。，；：？！　￥℃→←↑↓①") | {chr(c) for c in range(0x20, 0x7F)}
    for _, _, file in fonts.FACES:
        assert not wanted - {chr(c) for c in TTFont(fonts.FOLDER / file).getBestCmap()}, file


def test_the_licence_goes_along_and_the_package_stays_small():
    text = (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text and "Adobe" in text
    assert sum(file.stat().st_size for file in fonts.FOLDER.glob("*.woff2")) < 7_500_000


def test_a_page_carries_its_own_characters_only_and_always_the_same_bytes():
    first, second = (fonts.embed(regular="接通率", bold="率", song="月报") for _ in range(2))
    assert first == second
    faces = [TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap() for data in re.findall(r"base64,([^)]+)\)", first)]
    assert [set(map(chr, face)) - set(fonts.ALWAYS) for face in faces] == [set("接通率"), set("率"), set("月报")]
    assert len(first) < 60_000


def test_a_character_that_no_font_has_is_left_to_the_reader():
    ours = TTFont(fonts.FOLDER / fonts.FACES[0][2]).getBestCmap()
    assert 0x1F600 not in ours and fonts.embed(regular="\U0001f600", bold="", song="")


def test_files_for_measuring_are_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts.machine, "cache_folder", lambda: tmp_path)
    files = fonts.for_measuring()
    made = [file.stat().st_mtime_ns for file in files]
    assert [TTFont(file)["name"].getDebugName(1) for file in files] == ["Report Sans"] * 2
    assert [file.stat().st_mtime_ns for file in fonts.for_measuring()] == made and sorted(tmp_path.iterdir()) == sorted(files)
