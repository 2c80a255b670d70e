"""Bytes to UTF-8 text: which encoding a file is in, decided for the whole file and never by a silent guess.

BOM, then strict UTF-8, then strict GB18030, else the file is refused with the byte where each failed. A file that is one of them but for a few
lines keeps its other lines; those few are rejected by number. Text that was decoded wrongly before it was saved is told by its characters.
The text is copied into the staging folder in large blocks of whole lines; what DuckDB's reader must not meet is counted on the way.
"""

import codecs
import contextlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hotline_analysis.errors import DataRefused
from hotline_analysis.intake.read.marks import UNDECODED
from hotline_analysis.intake.read.stored import BLOCK, EMPTY, InputFile, blocks

LONGEST_LINE = 1 << 20  # bytes; a longer line is no record of a table
FEW = 0.01  # share of lines (one line in any case) that may be in another encoding than the rest; they are rejected by number
LOOKED_AT = 2000  # lines with other than ASCII characters that decide whether a damaged file is UTF-8
GARBLED = 0.3  # share of sampled texts that make sense only after a wrong decoding is undone: refused
DOUBTFUL = 0.01  # the same: noted in the ledger
RARE = 0.2  # Chinese prose has more than half of its characters among COMMON; below this share it is no prose
ENOUGH = 20  # Chinese characters that make such a share worth having; of fewer, one common character is enough
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<meta", "<head", "<body", "<style", "<!--", "<workbook", "<ss:workbook")
CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.-]+)", re.IGNORECASE)
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")  # encodings whose line ends are not the byte \n
COMMON = frozenset(
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开"
    "美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走"
    "将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色更拉东神记处让母父应"
    "直字场平报友关放至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士音轻目条呢病始达深完今提求清王化空业思切怎非找片罗钱吗"
    "语元喜曾离飞科言干流欢约各即指合反题必该论交终林请医晚制球决传画保读运及则房早院量苦火布品近坐产答星精视五连司巴奇管类未朋且婚台夜青北队久乎越观落尽形影红爸百令周"
    "市区县街乡镇村号码单编受办坐席务咨询投诉举建议助扬线群众居委社环境噪扰供停暖燃热违章施服反映城评价置访级责状态客户渠排转挂断振铃技能组姓联系容型备注束待弃派企标签留详"
    "個們來時為國會過對學說後裡還當這沒經點見問動種開進長間樣頭電話號碼單編辦結縣鄉鎮業務諮詢議類級狀態訪轉斷鈴組聯繫內標題詳報處應給嗎請讓"
)
HIGH_RUN = re.compile(r"[^\x00-\x7f]{3,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LOST = re.compile("\ufffd|锟斤|烫烫烫|屯屯屯")
WESTERN = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(256)} | {chr(b): b for b in range(256)}
codecs.register_error("undecoded", lambda fault: (UNDECODED, fault.end))


class _NotIn(Exception):
    """The file is not in this encoding; `byte` is where that shows first."""

    def __init__(self, byte: int):
        self.byte = byte


@dataclass
class StagedText:
    """A file's text as UTF-8 without BOM, and what its bytes show about it. Lines end with \\n; a \\r before it is still there."""

    path: Path
    name: str
    encoding: str
    lines: int = 0
    returns: int = 0  # \r
    pairs: int = 0  # \r\n
    nuls: int = 0
    boms: int = 0  # further down than the first byte
    blanks: int = 0  # empty lines
    last_blanks: int = 0  # those of them that end the text
    unfinished: bool = False  # the last line has no line end
    undecodable: dict[int, int] = field(default_factory=dict)  # physical line -> byte of the file
    garbled: float = 0.0  # share of the texts looked at that seem to have been decoded wrongly before they were saved
    sample: list[str] = field(default_factory=list)  # pieces of the text with other than ASCII characters

    @property
    def plain(self) -> bool:
        """True when nothing in it needs the slow reader: one kind of line end, no NUL, no second BOM, blank lines at the end only."""
        one_end = self.returns == 0 or self.returns == self.pairs == self.lines - self.unfinished
        return one_end and not self.nuls and not self.boms and self.blanks == self.last_blanks and not self.undecodable

    def count(self, block: bytes, decoded: str) -> None:
        """Take a block of whole lines (the last block may end without a line end) into the counts; looking for a byte is cheaper than counting it."""
        self.unfinished = not block.endswith(b"\n")
        self.lines += block.count(b"\n") + self.unfinished
        if b"\r" in block:
            self.returns += block.count(b"\r")
            self.pairs += block.count(b"\r\n")
        if b"\0" in block:
            self.nuls += block.count(b"\0")
        if "\ufeff" in decoded:
            self.boms += decoded.count("\ufeff")
        if block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or (b"\r" in block and b"\n\r\n" in block):
            self.blanks += block.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n").count(b"")
        text = block.rstrip(b"\r\n")
        ending = block.count(b"\n", len(text))
        self.last_blanks = self.last_blanks + ending if not text else max(0, ending - 1)


def stage_text(file: InputFile, declared: str | None, target: Path) -> StagedText:
    """The file's text in `target`; DataRefused with the byte where each encoding failed, or with what is wrong about the characters."""
    head = _head(file)
    if not head.strip(b"\0\r\n\t "):
        blank = "holds nothing but blanks." if len(head) < BLOCK else "begins with a megabyte of blanks."
        raise DataRefused(file.name, blank if head else "is empty.", EMPTY)
    marked = next((name for mark, name in BOMS if head.startswith(mark)), None)
    if marked or declared:
        wrong = f"begins as {marked.upper()}" if marked else f"is declared to be {declared.upper()}"
        text = _transcode(file, marked or _byte_order(declared, head), target, wrong)
    else:
        _refuse_hidden_utf16(file.name, head)
        text = _undeclared(file, target)
    _check_characters(text, guessed=not (marked or declared))
    return text


def is_markup(head: bytes) -> bool:
    """Whether a file that begins so is a web page or XML, whatever its name."""
    return head.decode(wide_encoding(head[:512]) or "latin-1", "ignore")[:512].lstrip("\ufeffï»¿\r\n\t ").lower().startswith(MARKUP)


def stage_markup(file: InputFile, declared: str | None, target: Path) -> StagedText:
    """The text of a web page or of XML in `target`, as UTF-8. Its encoding: BOM, what params declare, else strict UTF-8 (what a page says of itself
    is often another page's), what it says, GB18030. Bytes outside it are marked (UNDECODED), for the rows that hold them to be rejected;
    DataRefused where more than a few do, and for what is wrong about the characters. It may be one long line.
    """
    content = b"".join(blocks(file))
    head = content[:BLOCK]
    marked = next((name for mark, name in BOMS if content.startswith(mark)), "")
    sure = marked or (_byte_order(declared, head) if declared else wide_encoding(head))
    said = _charset(content[:4096])
    tried = [sure] if sure else list(dict.fromkeys(filter(None, ("utf-8", said, "gb18030"))))
    found = {encoding: content.decode(encoding, "undecoded") for encoding in tried}
    encoding = min(found, key=lambda one: found[one].count(UNDECODED))
    text, held = StagedText(target, file.name, encoding), found[encoding].removeprefix("\ufeff")
    lost, rows = held.count(UNDECODED), len(re.findall(r"<(?:\w+:)?(?:tr|row)\b", held, re.IGNORECASE))
    if lost > max(1, FEW * rows):
        wrong = f"is not {' or '.join(one.upper() for one in tried)}: {lost:,} of its characters cannot be read."
        raise DataRefused(file.name, wrong, "Declare its encoding in params, or export it again as UTF-8.")
    for at in range(0, len(held), BLOCK):
        _take_sample(text, held[at : at + BLOCK])
    _check_characters(text, guessed=encoding not in (sure, said))
    target.write_text(held, encoding="utf-8", newline="")
    return text


def _charset(head: bytes) -> str | None:
    """What a page or XML says its encoding is, where Python knows it; None for the wide ones, because what stands there in ASCII is not wide."""
    said = CHARSET.search(head)
    with contextlib.suppress(LookupError):
        name = codecs.lookup(said[1].decode()).name if said else ""
        return None if name.startswith(("utf-16", "utf-32")) else {"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name) or None
    return None


def _undeclared(file: InputFile, target: Path) -> StagedText:
    try:
        return _transcode(file, "utf-8", target)
    except _NotIn as fault:
        utf8 = fault.byte
    if _mostly_utf8(file):
        return _transcode(file, "utf-8", target, "begins as UTF-8")
    try:
        return _transcode(file, "gb18030", target)
    except _NotIn as fault:
        return _transcode(file, "gb18030", target, f"is neither UTF-8 (byte {utf8:,}) nor GB18030 (byte {fault.byte:,})")


def _byte_order(declared: str, head: bytes) -> str:
    """UTF-16 without its mark: the byte that is zero in ASCII characters tells the order."""
    if declared != "utf-16":
        return declared
    return "utf-16-be" if head[::2].count(b"\0") > head[1::2].count(b"\0") else "utf-16-le"


def wide_encoding(head: bytes) -> str:
    """utf-16 (the mark says the order) or utf-32 by a file's mark, utf-16-le or utf-16-be by the zeros in its ASCII characters, else ''."""
    marked = next((name for mark, name in BOMS if head.startswith(mark)), "")
    if marked or head.count(b"\0") <= 0.2 * len(head) or b"\0" not in head[:2]:
        return marked if marked in WIDE else ""
    return _byte_order("utf-16", head)


def _refuse_hidden_utf16(name: str, head: bytes) -> None:
    if wide_encoding(head):
        raise DataRefused(name, "looks like UTF-16 without its mark.", "If it is, declare 'encoding: utf-16'.")


def _transcode(file: InputFile, encoding: str, target: Path, wrong: str = "") -> StagedText:
    """Copy the text as UTF-8. A byte outside the encoding raises _NotIn; with `wrong` (the sentence for too many of them) its line is
    remembered instead and goes on with U+FFFD."""
    text = StagedText(target, file.name, encoding)
    inner = "utf-8" if encoding in WIDE else encoding
    position = 0
    with target.open("wb") as out:
        for block in _line_blocks(file.name, _one_line_end(_chunks(file, encoding))):
            if position == 0 and block.startswith(codecs.BOM_UTF8):
                block, position = block[3:], 3
            decoded = _decode(block, inner, position, text if wrong else None)
            position += len(block)
            plain = block if inner == "utf-8" and not text.undecodable else decoded.encode("utf-8")
            text.count(plain, decoded)
            _take_sample(text, decoded)
            out.write(plain)
    if len(text.undecodable) > max(1, FEW * text.lines):
        first = next(iter(text.undecodable.values()))
        count = f"{len(text.undecodable):,} of its {text.lines:,} lines are not {encoding.upper()}, the first at byte {first:,}."
        raise DataRefused(file.name, f"{wrong}, but {count}", "Save it again as UTF-8, or declare its encoding in params.")
    return text


def _decode(block: bytes, encoding: str, position: int, text: StagedText | None) -> str:
    """The block's text; with a text to remember them in, lines that are not in the encoding do not stop it."""
    try:
        return block.decode(encoding)
    except UnicodeDecodeError as fault:
        if text is None:
            raise _NotIn(position + fault.start) from fault
    lines = []
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", block), text.lines + 1):
        try:
            lines.append(line.decode(encoding))
        except UnicodeDecodeError as fault:
            text.undecodable[number] = position + fault.start
            lines.append(line.removesuffix(b"\n").decode(encoding, "replace").replace("\n", " ") + "\n" * line.endswith(b"\n"))
        position += len(line)
    return "".join(lines)


def _chunks(file: InputFile, encoding: str) -> Iterator[bytes]:
    """The unpacked bytes; a wide encoding is turned into UTF-8 at once, as its line ends are not single bytes."""
    wide = codecs.getincrementaldecoder(encoding)("strict") if encoding in WIDE else None
    position = 0
    for chunk in itertools.chain(blocks(file), (b"",)):
        if not wide:
            yield chunk
            continue
        try:
            yield wide.decode(chunk, final=not chunk).encode("utf-8")
        except UnicodeDecodeError as fault:
            raise DataRefused(
                file.name, f"begins as {encoding.upper()} and is not at byte {position + fault.start:,}.", "Copy it again."
            ) from fault
        position += len(chunk)


def _head(file: InputFile) -> bytes:
    return next(blocks(file), b"")


def _one_line_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Texts of old Macs end their lines with \\r alone: where the first block has no \\n, \\r is the line end."""
    old = None
    for chunk in chunks:
        if old is None:
            old = b"\r" in chunk[:-1] and b"\n" not in chunk
        yield chunk.replace(b"\r", b"\n") if old else chunk


def _line_blocks(name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that end where a line ends; refused when a line is longer than LONGEST_LINE."""
    rest, lines = b"", 0
    for chunk in chunks:
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        if len(rest) + (first if first >= 0 else len(chunk)) > LONGEST_LINE:
            raise DataRefused(
                f"{name} › line {lines + 1:,}", "is longer than 1 MB.", "Such a file is no table of records, or its line ends are lost."
            )
        if last < 0:
            rest += chunk
            continue
        block, rest = rest + chunk[: last + 1], chunk[last + 1 :]
        lines += block.count(b"\n")
        yield block
    if rest:
        yield rest


def _mostly_utf8(file: InputFile) -> bool:
    """True when most of the lines with other than ASCII characters are UTF-8 with Chinese or other long characters in them."""
    good = bad = 0
    for block in _line_blocks(file.name, _one_line_end(blocks(file))):
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            try:
                good += any(ord(c) > 0x7FF for c in line.decode("utf-8"))
            except UnicodeDecodeError:
                bad += 1
            if good + bad >= LOOKED_AT:
                return good > bad
    return good > bad


def _take_sample(text: StagedText, decoded: str) -> None:
    for piece in (decoded[:2000], decoded[2000:][-2000:]):
        if not piece.isascii():
            text.sample.append(piece)


def _check_characters(text: StagedText, guessed: bool) -> None:
    """Refuse text whose characters show a wrong decoding, now or before it was saved; note the doubtful."""
    runs = [run for piece in text.sample for run in HIGH_RUN.findall(piece)]
    garbled = sum(_undone(run) for run in runs)
    lost = sum(bool(LOST.search(run)) for run in runs)
    if garbled >= 3 and (garbled >= GARBLED * len(runs) or (guessed and text.encoding == "gb18030")):
        raise DataRefused(
            text.name,
            "was decoded wrongly before it was saved, or is not in the encoding declared: its texts make sense only when that is undone.",
            "Export it again as UTF-8.",
        )
    if lost >= 3 and lost >= GARBLED * len(runs):
        raise DataRefused(text.name, "has lost its characters: most of its texts hold replacement marks.", "Export it again as UTF-8.")
    if garbled + lost > DOUBTFUL * len(runs):
        text.garbled = (garbled + lost) / len(runs)
    if guessed and text.encoding == "gb18030" and _rare(text.sample):
        raise DataRefused(
            text.name,
            "is not UTF-8, and read as GB18030 its characters are too rare for Chinese.",
            "Declare its encoding in params, such as big5 or latin-1.",
        )


def _rare(sample: list[str]) -> bool:
    chinese = [c for piece in sample for c in CHINESE.findall(piece)]
    common = sum(c in COMMON for c in chinese)
    return common < RARE * len(chinese) if len(chinese) >= ENOUGH else len(chinese) > 0 and not common


def _undone(run: str) -> bool:
    """True when the text becomes Chinese by undoing one of the usual accidents: UTF-8 read as GB18030, UTF-8 or GB18030 read as Western."""
    for undo in (_as_gb18030, _as_western):
        try:
            stored = undo(run)
        except (UnicodeEncodeError, KeyError):
            continue
        if _is_chinese(stored, "utf-8", 1) or (undo is _as_western and _is_chinese(stored, "gb18030", 2)):
            return True
    return False


def _as_gb18030(run: str) -> bytes:
    return run.encode("gb18030")


def _as_western(run: str) -> bytes:
    return bytes(WESTERN[c] for c in run)


def _is_chinese(stored: bytes, encoding: str, least: int) -> bool:
    try:
        chinese = CHINESE.findall(stored.decode(encoding))
    except UnicodeDecodeError:
        return False
    return len(chinese) >= least and sum(c in COMMON for c in chinese) >= RARE * len(chinese)
