"""N1: a thousand damaged files. Every physical record has a place in the account, no untouched row is lost, and no touched row is shifted.

The rows know their places: a number, an instant, a phone, a word and a narrative; whatever is accepted must look so in every column.
"""

import csv
import io
import random
import re
from dataclasses import dataclass, field

import pytest

from tests.intake.reading import put, rows, take

FILES, PACKS = 1000, 10
BAD_BYTE = "\ue000"  # stands for it until the file is written
HEADER = ["编号", "来电时间", "号码", "类别", "内容", "时长"]
SHAPES = (r"热线-\d{6}", r"2024-0\d-\d\d \d\d:\d\d:\d\d", r"1\d{10}", r"[^\d,;\t|]{1,4}", r".*", r"\d{1,3}")
WORDS = ["供水", "供电", "噪音", "交通", "物业"]
TALES = [
    "来电人反映停水", "要求尽快处理，已致电3次", 'said "urgent", twice', "5\" pipe; leaking", "a, b | c; d", "", "第一行\n第二行", "first\n\nthird, with comma\nfourth",
    '"quoted"', "x", "水管爆裂\r\n影响出行", " leading", "tab\tinside", "it's",
]  # fmt: skip


@dataclass
class Damaged:
    """A file's bytes, and the rows that nothing happened to."""

    content: bytes = b""
    good: list[tuple] = field(default_factory=list)


def _row(rng: random.Random, number: int, tales: list[str]) -> list[str]:
    moment = f"2024-0{rng.randint(1, 9)}-{rng.randint(10, 28)} {rng.randint(10, 23)}:{rng.randint(10, 59)}:{rng.randint(10, 59)}"
    return [f"热线-{number:06d}", moment, f"1{rng.randrange(10**10):010d}", rng.choice(WORDS), rng.choice(tales), str(rng.randrange(1000))]


def _written(row: list[str], separator: str, quoting: int) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=quoting).writerow(row)
    return out.getvalue().removesuffix("\r\n")


def _damage(rng: random.Random, text: str, separator: str) -> str:
    at = rng.randrange(len(text))
    kind = rng.choice(
        ["quote", "field quote", "end quote", "drop separator", "add separator", "cut", "break", "drop quote", "blank run", "byte"]
    )
    if kind == "quote":
        return text[:at] + '"' + text[at:]
    if kind == "field quote":
        at = text.find(separator) + 1
        return text[:at] + '"' + text[at:]
    if kind == "end quote":  # with a field quote before it, what lies between reads as one cell
        at = [m.start() for m in re.finditer(re.escape(separator), text)][rng.randrange(3)]
        return text[:at] + '"' + text[at:]
    if kind == "drop separator":
        return text.replace(separator, "", 1)
    if kind == "add separator":
        return text[:at] + separator + text[at:]
    if kind == "cut":
        return text[: max(1, at)]
    if kind == "break":
        return text[:at] + "\n" + text[at:]
    if kind == "drop quote" and '"' in text:
        at = rng.choice([m.start() for m in re.finditer('"', text)])
        return text[:at] + text[at + 1 :]
    if kind == "byte":
        return text[:at] + BAD_BYTE + text[at:]
    return text.replace(separator, "   ", 1)


def _file(seed: int) -> Damaged:
    rng = random.Random(seed)
    separator = rng.choice(",\t;|")
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    ends = rng.choice([["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\n", "\n", "\r"]])
    tales = [t for t in TALES if "\n" not in t] if rng.random() < 0.4 or "\r" in ends else TALES
    share = rng.choice([0, 0, 0.02, 0.1, 0.3])
    file, parts = Damaged(), [_written(HEADER, separator, quoting) + ends[0]]
    for number in range(rng.randint(8, 60)):
        row = _row(rng, number, tales)
        text = _written(row, separator, quoting)
        if rng.random() < share:
            text = _damage(rng, text, separator)
        else:
            file.good.append(tuple(cell.replace("\r\n", "\n") for cell in row))
        parts.append(text + rng.choice(ends))
        parts.append(_between(rng, share, parts[0], separator))
    file.content = _stored(rng, "".join(parts), share, file)
    return file


def _between(rng: random.Random, share: float, header: str, separator: str) -> str:
    """What stands between two rows now and then: a blank line, blanks, a row of nothing, the header again, a second mark, a total, a signature."""
    if rng.random() >= share / 2:
        return ""
    return rng.choice(
        [
            "\n",
            "\r\n",
            "   \n",
            separator * 5 + "\n",
            header,
            "\ufeff" + header,
            "\0\0\0\n",
            f"合计{separator * 4}{separator}12\n",
            "制表人：某某\n",
        ]
    )


def _stored(rng: random.Random, whole: str, share: float, file: Damaged) -> bytes:
    """The file's bytes; some are cut in their last row, some lack the last line end, and one at most holds a byte of no encoding."""
    if share and rng.random() < 0.5:
        last = whole.rstrip("\r\n").rfind("热线-")
        if file.good and whole[last:].startswith(file.good[-1][0]):
            file.good.pop()
        whole = whole[: last + rng.randrange(4, 20)]
    elif rng.random() < 0.3:
        whole = whole.rstrip("\r\n")
    content = whole.replace(BAD_BYTE, "").encode(encoding := rng.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    if BAD_BYTE in whole and encoding != "utf-16":
        before, after = whole.split(BAD_BYTE, 1)
        content = before.encode(encoding) + b"\xff" + after.replace(BAD_BYTE, "").encode(encoding.removesuffix("-sig"))
    return content


@pytest.mark.parametrize("pack", range(PACKS))
def test_no_record_unaccounted_and_no_good_row_lost(tmp_path, pack, bar):
    bar("N1 files", FILES // PACKS)
    for seed in range(pack * FILES // PACKS, (pack + 1) * FILES // PACKS):
        file = _file(seed)
        table = take(put(tmp_path, file.content), tmp_path, wanted=["编号", "来电时间"])
        found = [tuple(c or "" for c in row) for row in rows(table)]
        assert table.ledger.accepted == len(found), seed
        assert table.ledger.lines in _lines(file.content, table.ledger.encoding), seed
        _assert_none_lost(seed, file, found)
        _assert_none_shifted(seed, file, found)


def _lines(content: bytes, encoding: str) -> set[int]:
    """How many lines the bytes have, counted apart from the readers: with and without those that a lone \\r ends."""
    text = content.decode(encoding, "replace").replace("\r\n", "\n")
    return {len(re.findall(pattern, text)) for pattern in (r"[^\n]*\n|[^\n]+", r"[^\r\n]*[\r\n]|[^\r\n]+")}


def _assert_none_lost(seed: int, file: Damaged, found: list[tuple]) -> None:
    at = iter(found)
    lost = [row for row in file.good if row not in at]  # `in` walks on: the order holds too
    assert not lost, (seed, lost[:2])


def _assert_none_shifted(seed: int, file: Damaged, found: list[tuple]) -> None:
    good = set(file.good)
    for row in found:
        if row not in good:
            wrong = [v for v, shape in zip(row, SHAPES, strict=True) if not re.fullmatch(shape, v.strip(), re.DOTALL)]
            assert len(wrong) <= 1, (seed, row)  # damage inside one cell, never in two
