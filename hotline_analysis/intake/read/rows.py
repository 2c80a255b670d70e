"""Rows of an export that are no records: totals, signatures, footnotes and rules drawn with dashes.

Imported by the child process that reads workbooks: standard library only.
"""

import re
from collections.abc import Collection, Sequence

LONE = 3  # mapped columns from which on a row of one phrase is a note, not a record
_TOTAL = r"(?:[^:：]{0,12}(?:合\s*计|总\s*计|小\s*计)|(?:本[页日周月季年]|当[日月])?(?:共计|累计|汇总|平均值?))"
_SIGNED = (
    "制表|填表|填报|编制|审核|复核|审批|批准|经办|打印|导出|统计|查询|报表|数据|截止|截至",
    "人|人员|员|单位|部门|机构|时间|日期|周期|区间|范围|条件|来源|口径|编号|名称|说明|至",
)
_ENGLISH = r"grand totals?|sub-?\s?totals?|totals?|sum|average|mean"
_SIGNED_ENGLISH = r"(?:prepared|reviewed|approved|checked|exported|printed|generated|created|run)\s+(?:by|on|at)|(?:export|print|report)\s+(?:date|time|period)|source"
LABEL = re.compile(
    rf"{_TOTAL}\s*(?:[（(][^）)]*[）)])?\s*(?:[:：].*|[\d,.%]*\s*[条件次个行笔]?)"  # 合计, 供水类小计, 合计：200条
    rf"|(?:{_ENGLISH})\s*(?:\([^)]*\))?\s*(?:[:：].*|[\d,.%]*)"
    rf"|(?:(?:{_SIGNED[0]})(?:{_SIGNED[1]})?|备注|说明|附注|注|负责人|主管)\d?\s*[:：].*"  # 制表人：..., 导出时间: ...
    rf"|(?:{_SIGNED_ENGLISH}|notes?)\s*[:：].*"
    r"|(?:合计|总计)?\s*共\s*[\d,]+\s*[条件次个行笔页].*|(?:总?记录数|总条数)\s*[:：].*|第\s*\d+\s*页.*"
    r"|\(?\s*[\d,]+\s+(?:rows?|records?)(?:\s+(?:selected|affected|returned))?\s*\)?\.?|page\s+\d+(?:\s+of\s+\d+)?",
    re.IGNORECASE | re.DOTALL,
)
RULE = re.compile(r"[-=_*─—]{3,}")
PHRASE = re.compile(r"[^\d\s].*?(?:[\u4e00-\u9fff].*?){3}|[a-z]+[^\w]+[a-z]+\b.*", re.IGNORECASE | re.DOTALL)


LISTED = 8  # names or shapes of a row in a sentence
LONGEST_NAME = 20  # characters of a header's cell that is shown


def shape(value: str) -> str:
    """`2024-01-02` -> `dddd-dd-dd`, `张三` -> `a`, `A12` -> `add`; long values by their beginning. No digit: a sentence hides what may be a number."""
    return re.sub(r"\d", "d", re.sub(r"[^\W\d_]+", "a", value.strip()[:40]))


def described(cells: Sequence[str]) -> str:
    """A row for a sentence: its names where it can only be a header, the shapes of its cells where it may be a record, which no sentence shows.

    A record of a hotline holds a number or a time; a row without any digit, of several short cells, is a header.
    """
    cells = [cell.strip() for cell in cells]
    filled = [cell for cell in cells if cell]
    header = len(filled) > 1 and all(len(cell) <= LONGEST_NAME and not re.search(r"\d", re.sub(r"\(\d+\)", "", cell)) for cell in cells)
    shown = ", ".join(cell if header else shape(cell) for cell in cells[:LISTED])
    return (
        f"says: {shown}."
        if header
        else f"may be a record, of the shapes: {shown}. If the file has no header row, name every column by header."
    )


def spans(cells: Sequence[str], below: Sequence[str]) -> bool:
    """True for a line of group titles over the header (merged cells: 通话信息, blank, blank): it has blanks, the next line fills more cells, and no cell of either is
    a number or a time. A record below it would hold one.
    """
    over, names = ([cell.strip() for cell in line if cell.strip()] for line in (cells, below))
    return (
        len(over) < len(cells)
        and len(over) < len(names) == len(set(names))
        and all(len(cell) <= LONGEST_NAME and not re.search(r"\d", cell) for cell in (*over, *names))
    )


def header_at(lines: Sequence[Sequence[str]]) -> int:
    """Which of a table's first lines is its header, by itself: the first that fills half as many cells as the fullest, or the next where that one groups its
    names. A title, a period and who exported it fill one cell or two, however many separators a spreadsheet puts behind them.
    """
    filled = [sum(bool(cell.strip()) for cell in line) for line in lines]
    at = next(n for n, cells in enumerate(filled) if 2 * cells >= max(filled))
    return at + 1 if at + 1 < len(lines) and spans(lines[at], lines[at + 1]) else at


def is_summary(cells: Sequence[str], asked: Collection[int]) -> bool:
    """True for a row that sums up or signs the table above it: its first filled cell is a label (合计, 制表人：, Total) and a mapped cell
    is blank; or it is a rule of dashes; or, under three mapped columns and more, one phrase is all it holds. A row with every mapped cell
    filled is a record, whatever its words.
    """
    filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
    if not filled or all(RULE.fullmatch(cell) for cell in filled):
        return bool(filled)
    if asked and all(at < len(cells) and cells[at].strip() for at in asked):
        return False
    return bool(LABEL.fullmatch(filled[0]) or (len(filled) == 1 and len(asked) >= LONE and PHRASE.match(filled[0])))
