"""The parts that several families share: what of the calls is counted, and of which of them it is known."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from hotline_analysis.measures.indicators import Have, Part, amount, mark, read
from hotline_analysis.words import Term


def outcome(have: Have) -> nw.Expr:
    return ~nw.col("outcome").is_null()


def answered(have: Have) -> nw.Expr:
    return nw.col("outcome") == "answered"


def abandoned(have: Have) -> nw.Expr:
    return nw.col("outcome") == "abandoned"


def timed(have: Have) -> nw.Expr:
    """Answered calls whose wait is known: the queue, and the ringing where the export has it."""
    queued = answered(have) & read("queue_seconds")
    return queued & read("ring_seconds") if "ring_seconds" in have else queued


def wait(have: Have) -> nw.Expr:
    return nw.col("queue_seconds") + nw.col("ring_seconds") if "ring_seconds" in have else nw.col("queue_seconds")


def of_answered(columns: Sequence[str], zh: str, en: str) -> Part:
    """Answered calls of which some durations are known."""

    def test(have: Have) -> nw.Expr:
        found = answered(have)
        for column in columns:
            found = found & read(column)
        return found

    return Part(Term(zh, en), ("outcome", *columns), lambda have: mark(test(have)))


def seconds_of_answered(columns: Sequence[str], zh: str, en: str) -> Part:
    """Some durations together, of the answered calls of which all are known."""
    counted = of_answered(columns, zh, en)

    def together(have: Have) -> nw.Expr:
        total = nw.col(columns[0])
        for column in columns[1:]:
            total = total + nw.col(column)
        return amount(counted.amount(have) == 1, total)

    return Part(Term(zh, en), counted.needs, together, sums=tuple(columns))


WAITS = ("outcome", "queue_seconds")
OFFERED = Part(Term("人工服务请求量", "calls offered"), (), lambda have: mark(~nw.col("start_s").is_null()))
RECORDED = Part(Term("结果已知的人工服务请求量", "calls offered with a known outcome"), ("outcome",), lambda have: mark(outcome(have)))
ANSWERED = Part(Term("接通量", "calls answered"), ("outcome",), lambda have: mark(answered(have)))
ABANDONED = Part(Term("放弃量", "calls abandoned"), ("outcome",), lambda have: mark(abandoned(have)))
IDENTIFIED = Part(Term("已识别来电人的来电", "calls of identified callers"), ("caller",), lambda have: mark(~nw.col("caller").is_null()))
TIMED = Part(Term("等待时长已知的接通量", "calls answered after a known wait"), WAITS, lambda have: mark(timed(have)))
