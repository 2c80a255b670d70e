"""自定指标: what a params file declares without code, in `indicators`; and what it says of the indicators that exist."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw

from hotline_analysis import tables
from hotline_analysis.measures.indicators import Have, Indicator, Part, amount, mark, read
from hotline_analysis.params import Condition, OwnIndicator, OwnPart, Params
from hotline_analysis.tables import FLAG, INSTANT, SECONDS, TEXT
from hotline_analysis.words import UNITS, Term

SCOPE = Term("分子用到的列没有值的记录，两边都不计", "rows in which a column of the numerator is empty are in neither part")
OBSERVE = Term("按月看", "by month")
JUDGE = Term("以控制图为准", "the control chart decides")
TWO_TABLES = Term("分子与分母来自两张表，所以可能超过100%", "its parts come from two tables, so it may pass 100 %")
SOURCE = "params"
Conditions = Sequence[tuple[str, Condition]]


def declared(params: Params) -> tuple[Indicator, ...]:
    return tuple(_indicator(key, given) for key, given in params.indicators.items() if given.numerator is not None)


def told(indicators: Mapping[str, Indicator], params: Params) -> dict[str, Indicator]:
    """The indicators with what the params say of them: owner, first month, successor; those that they ask for stand on the first sheet."""
    asked = {*params.targets, *params.report.headlines, *(key for key, given in params.indicators.items() if given.numerator is not None)}
    found = {key: replace(i, first=True) if key in asked else i for key, i in indicators.items()}
    for key, given in params.indicators.items():
        if key in found:
            found[key] = replace(found[key], owner=given.owner, since=given.since, replaced_by=given.replaced_by)
    return found


def _indicator(key: str, given: OwnIndicator) -> Indicator:
    top, bottom = given.numerator, given.denominator
    same = bottom is not None and top.table == bottom.table
    within = [*bottom.where.items()] if same else []
    numerator = _part(f"{key}.numerator", top, [*within, *top.where.items()])
    known = [c for c in (*top.where, *filter(None, [top.sum])) if not (c in top.where and top.where[c].known is not None)] if same else []
    denominator = None if bottom is None else _part(f"{key}.denominator", bottom, [*bottom.where.items()], known)
    share = given.unit == "percent"
    bounded = share and same and not top.sum
    words = {
        name: getattr(given, name).term if getattr(given, name) else usual
        for name, usual in (("scope", SCOPE), ("observe", OBSERVE), ("judge", JUDGE))
    }
    return Indicator(
        key, given.name.term, numerator, denominator, UNITS[given.unit], None if given.better == "neither" else given.better, **words, source=SOURCE,
        audience=tuple(given.audience), most=1 if bounded else None, beyond=TWO_TABLES if share and not bounded else None, chapter="own",
    )  # fmt: skip


def _part(name: str, given: OwnPart, where: Conditions, known: Sequence[str] = ()) -> Part:
    """The rows that meet the conditions and of which the columns `known` hold something, or the sum of a column of them."""
    table = tables.TABLES[given.table]
    filled = [*known, *filter(None, [given.sum])]

    def test(have: Have) -> nw.Expr:
        found = ~nw.col("seq").is_null()
        for column, condition in where:
            found = found & _met(table[column], condition)
        for column in filled:
            found = found & _filled(table[column])
        return found

    needs = tuple(dict.fromkeys(_column(table[c]) for c in (*(c for c, _ in where), *filled)))
    term = given.name.term if given.name else _said(table, where, known, given.sum)
    return Part(
        term,
        needs,
        lambda have: amount(test(have), nw.col(given.sum)) if given.sum else mark(test(have)),
        given.table,
        name,
        sums=(given.sum,) if given.sum else (),
    )


def _filled(column: tables.Column) -> nw.Expr:
    """A cell that holds something; a negative duration was not read."""
    return read(column.name) if column.kind == SECONDS else ~nw.col(_column(column)).is_null()


def _column(column: tables.Column) -> str:
    return column.epoch if column.kind == INSTANT else column.name


def _met(column: tables.Column, condition: Condition) -> nw.Expr:
    cell = nw.col(_column(column))
    if condition.known is not None:
        return ~cell.is_null() if condition.known else cell.is_null()
    if condition.words:
        if column.kind == FLAG:
            return cell == (condition.words[0] == "true")
        return cell.is_in(list(condition.words) if column.kind == TEXT else [float(w) for w in condition.words])
    low = cell >= condition.least if condition.least is not None else ~cell.is_null()
    return low & (cell <= condition.most) if condition.most is not None else low


def _said(table: tables.Table, where: Conditions, known: Sequence[str], total: str) -> Term:
    """What a part counts, in words made of its conditions."""
    zh = [_asked(table[c], condition, "zh") for c, condition in where]
    en = [_asked(table[c], condition, "en") for c, condition in where]
    zh += [f"{table[c].term.zh}已知" for c in known if c not in dict(where)]
    en += [f"{table[c].term.en.lower()} known" for c in known if c not in dict(where)]
    rows = Term(("、".join(zh) + "的" if zh else "") + table.term.zh, table.term.en + (f" ({'; '.join(en)})" if en else ""))
    if not total:
        return rows
    return Term(f"{rows.zh}的{table[total].term.zh}合计", f"sum of {table[total].term.en.lower()}, {rows.en}")


def _asked(column: tables.Column, condition: Condition, language: str) -> str:
    name = column.term(language) if language == "zh" else column.term.en.lower()
    if condition.known is not None:
        yes, no = ("已知", "未知") if language == "zh" else (" known", " unknown")
        return name + (yes if condition.known else no)
    if condition.words:
        words = [tables.WORDS[w](language) if w in tables.WORDS and (column.allowed or column.kind == FLAG) else w for w in condition.words]
        return f"{name}为{'或'.join(words)}" if language == "zh" else f"{name} {' or '.join(words)}"
    ends = [(condition.least, "不小于", ">="), (condition.most, "不大于", "<=")]
    return name + "".join(f"{zh if language == 'zh' else ' ' + en + ' '}{end:g}" for end, zh, en in ends if end is not None)
