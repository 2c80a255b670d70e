"""Verdict rows into sentences, in the reader's language. Sentences read the frame; they compute nothing."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hotline_analysis import tables, words
from hotline_analysis.intake import check_words
from hotline_analysis.measures.indicators import BY_KEY, Indicator
from hotline_analysis.words import PERCENT, Term

CHANGED = ("worse", "better", "more", "less")
RULES = {"outside": Term("超出控制限", "outside the limits")}
UNREAD = {
    "no known durations": Term("时长均未能读出", "no duration could be read"),
    "few known durations": Term("读得出的时长不足95%", "fewer than 95% of the durations could be read"),
    "no known outcomes": Term("通话结果均未能读出", "no outcome could be read"),
}
INSIDE = Term("控制限内", "within limits")
QUIET = Term("本月各项指标都在正常波动内。", "Every indicator is within its usual variation.")
SHORT = Term("历史不足12个月，本月不判好坏。", "There are fewer than 12 months of history; nothing is called better or worse.")
UNJUDGED = Term("数据质量为差，本月不作判断。", "The data are of poor quality; this month is not judged.")
REST = Term("其余指标在正常波动内", "the others are within their usual variation")
UNUSUAL = {"down": Term("异常偏低", "unusually low"), "up": Term("异常偏高", "unusually high")}


def name(key: str) -> Term:
    return BY_KEY[key].name


def why_missing(reason: str) -> Term:
    """`not available: needs queue_seconds` in the reader's words."""
    if reason.endswith("masked"):
        return Term("号码已打码，无法识别同一来电人", "numbers are masked, so callers cannot be told apart")
    if reason in UNREAD:
        return UNREAD[reason]
    _, needs, columns = reason.partition("needs ")
    if not needs:
        return Term("没有来电", "no calls")
    terms = [tables.CALLS[c].term for c in columns.split(", ")]
    return Term("未提供：" + "、".join(t.zh for t in terms), "not provided: " + ", ".join(t.en.lower() for t in terms))


def conclusion(verdicts: pd.DataFrame, language: str, *, grade: str = "good") -> list[str]:
    """The month in at most three clauses: what is unusual, one clause an event, and the rest. No adverbs; nothing where nothing was compared."""
    if grade == "poor":
        return [UNJUDGED(language)]
    if not (verdicts["method"] == "chart").any():
        return [_uncompared(verdicts, language)]
    changed = verdicts[verdicts["leads"] & verdicts["judgement"].isin(CHANGED)]
    clauses = [_clause(changed, kinds, language) for kinds in (("worse",), ("better",), ("more", "less"))]
    said = [c for c in clauses if c][:2]
    if not said:
        return [QUIET(language)] if (verdicts["state"] == "inside").any() else [_uncompared(verdicts, language)]
    comma, stop = ("；", "。") if language == "zh" else ("; ", ".")
    told = [*said, REST(language)] if (verdicts["state"] == "inside").any() else said
    return [part + (stop if n == len(told) - 1 else comma) for n, part in enumerate(told)]


def _uncompared(verdicts: pd.DataFrame, language: str) -> str:
    """Why a month is not judged at all: too few months, too few calls, or the reason of most indicators that have a value."""
    if verdicts["method"].ne("").any():
        return SHORT(language)
    told = verdicts[verdicts["value"].notna()]
    stop = "。" if language == "zh" else "."
    if not len(told) or (told["judgement"] == "few").all():
        calls = int(told["calls"].max()) if len(told) else 0
        return f"本月来电{calls}通，样本不足，不作判断。" if language == "zh" else f"There were {calls} calls this month, too few to judge."
    said = words.REASON[told.loc[told["reason"] != "", "reason"].mode().iloc[0]](language)
    return said[0].upper() + said[1:] + stop


def _clause(changed: pd.DataFrame, kinds: Sequence[str], language: str) -> str:
    parts = []
    for kind in kinds:
        for direction, word in UNUSUAL.items():
            alike = changed[(changed["judgement"] == kind) & (changed["direction"] == direction)]
            if len(alike):
                names = [name(k)(language) for k in alike["indicator"]]
                parts.append(_listed(names, language) + ("" if language == "zh" else " ") + word(language))
    return ("，" if language == "zh" else ", ").join(parts)


def _listed(names: Sequence[str], language: str) -> str:
    """甲、乙和丙; in English the first name keeps its capital, the others do not."""
    head, last = list(names[:-1]), names[-1]
    if language == "zh":
        return "、".join(head) + ("和" if head else "") + last
    lowered = [n[0].lower() + n[1:] for n in (*head[1:], last)] if head else []
    return ", ".join([head[0], *lowered[:-1]]) + f" and {lowered[-1]}" if head else last


def level(row, language: str) -> str:
    return words.format_value(row["value"], BY_KEY[row["indicator"]].unit, language)


def change(row, language: str) -> str:
    return words.format_change(row["change"], BY_KEY[row["indicator"]].unit, language)


def sentence(row, language: str) -> str:
    """One indicator in one sentence: its value, its change on the month before, and whether that is a change."""
    said = [_lead(row, language)]
    if not words.missing(row["change"]):
        said.append(("较上月" if language == "zh" else "") + _changed(row, language))
    said.append(_verdict(row, language))
    return ("，" if language == "zh" else ", ").join(s for s in said if s) + ("。" if language == "zh" else ".")


def _changed(row, language: str) -> str:
    """The change on last month; of a volume as it is, and with the kinds of day taken off, which is what the verdict is about."""
    on = "" if language == "zh" else " on last month"
    if BY_KEY[row["indicator"]].denominator is not None:
        return change(row, language) + on
    plain = words.format_change(row["raw_change"], BY_KEY[row["indicator"]].unit, language)
    off = "（扣除周末、节假日的差别后" if language == "zh" else " (with weekends and holidays taken off "
    return plain + on + off + change(row, language) + ("）" if language == "zh" else ")")


def _lead(row, language: str) -> str:
    space = "" if language == "zh" else " "
    return name(row["indicator"])(language) + space + level(row, language)


def _verdict(row, language: str) -> str:
    """The verdict's words: for an unusual month, lower or higher than what; for one that is not compared, why."""
    zh = language == "zh"
    if row["state"] == "not compared":
        return words.STATE["not compared"](language) + ("：" if zh else ": ") + why(row)(language)
    said = words.STATE[row["state"]](language)
    if row["state"] in ("outside", "outside trial"):
        low = row["direction"] == "down"
        than = ("低于" if low else "高于") + "以往波动范围" if zh else ("below" if low else "above") + " the usual range "
        said += ("：" if zh else ": ") + than + _range(row["lower"], row["upper"], BY_KEY[row["indicator"]], language)
    if row["run"]:
        side = ("高于" if zh else "above") if row["run"] == "high" else ("低于" if zh else "below")
        centre = words.format_value(row["centre"], BY_KEY[row["indicator"]].unit, language)
        said += (
            f"；已连续{row['run_months']}个月{side}均值{centre}"
            if zh
            else f"; for {row['run_months']} months in a row {side} the mean of {centre}"
        )
    return said


def why(row) -> Term:
    """Why a row is not compared, with the base that moved."""
    if row["reason"] == "missing":
        return why_missing(row["missing"])
    if row["reason"] != "base":
        return words.REASON[row["reason"]]
    names = [name(k) for k in row["moved"].split(", ")]
    return Term("、".join(n.zh for n in names) + "变动", ", ".join(n.en.lower() for n in names) + " moved")


def proof(row, language: str) -> str:
    """What stands behind the sentence: interval, numbers of what, limits."""
    indicator, zh = BY_KEY[row["indicator"]], language == "zh"
    parts = []
    if indicator.unit is PERCENT:
        parts.append(("95%区间" if zh else "95% interval ") + words.format_interval(row["low"], row["high"], language))
    if not pd.isna(row["denominator"]):
        parts.append(f"{words.format_count(row['numerator'])}/{words.format_count(row['denominator'])}")
    if row["method"] in ("chart", "trial") and not words.missing(row["lower"]):
        limits = Term("试用限", "trial limits ") if row["trial"] else Term("控制限", "limits ")
        parts.append(limits(language) + _range(row["lower"], row["upper"], indicator, language))
    elif not words.missing(row["change_low"]):
        parts.append(("变化的95%区间" if zh else "95% interval of the change ") + change_interval(row, language))
    return ("，" if zh else ", ").join(parts)


def _range(low: float, high: float, indicator: Indicator, language: str) -> str:
    ends = [words.format_value(v, indicator.unit, language) for v in (low, high)]
    return ("～" if language == "zh" else " to ").join(ends)


def change_interval(row, language: str) -> str:
    seconds = BY_KEY[row["indicator"]].unit is words.SECONDS
    return words.format_change_interval(row["change_low"], row["change_high"], language, scale=1 if seconds else 100)


def findings(verdicts: pd.DataFrame, keys: Sequence[str], language: str, *, ref: str = "") -> pd.DataFrame:
    """The frame of `blocks.findings` for some indicators, those with evidence first."""
    chosen = verdicts[verdicts["indicator"].isin(keys) & verdicts["value"].notna()]
    chosen = pd.concat([chosen[chosen["judgement"].isin(CHANGED)], chosen[~chosen["judgement"].isin(CHANGED)]])
    return pd.DataFrame(
        [
            {
                "judgement": r["judgement"],
                "direction": r["direction"],
                "sentence": sentence(r, language),
                "proof": proof(r, language),
                "ref": ref,
            }
            for r in chosen.to_dict("records")
        ],
        columns=["judgement", "direction", "sentence", "proof", "ref"],
    )


def ledger_rows(verdicts: pd.DataFrame, series: pd.DataFrame, language: str, *, provisional: bool) -> pd.DataFrame:
    """The frame of `blocks.ledger` and `blocks.cards`: one row an indicator, with its months."""
    return pd.DataFrame([_ledger_row(r, series, language, provisional) for r in verdicts.to_dict("records")])


def _ledger_row(row: dict, series: pd.DataFrame, language: str, provisional: bool) -> dict:
    indicator = BY_KEY[row["indicator"]]
    past = series[(series["indicator"] == indicator.key) & (series["group"] == row["group"]) & (series["period"] <= row["period"])]
    inside = row["state"] in ("inside", "inside trial")
    side = {"higher": "at least", "lower": "at most", None: ""}[indicator.better]
    unsaid = row["judgement"] in ("none", "few")
    note = words.RUN[row["run"]] if row["run"] else why(row) if row["reason"] else Term("", "") if unsaid else words.STATE[row["state"]]
    note = note(language)
    kept = {
        k: row[k]
        for k in ("value", "low", "high", "judgement", "direction", "change", "lower", "upper", "target", "year_change", "capability")
    }
    intervals = {} if inside and _excludes_zero(row) else {"change_low": row["change_low"], "change_high": row["change_high"]}
    return {
        **kept,
        **intervals,
        "key": indicator.key,
        "indicator": indicator.key,
        "name": indicator.name,
        "unit": indicator.unit,
        "target_side": side,
        "note": note,
        "interval_note": INSIDE if inside else RULES[row["rule"]] if row["rule"] else "",
        "provisional": bool(provisional and indicator.window_hours is not None),
        "months": list(past["period"]),
        "values": list(past["adjusted"]),
        "value_reason": why_missing(row["missing"])(language) if row["missing"] else "",
    }


def _excludes_zero(row: dict) -> bool:
    """Two months differ beyond chance, but the chart says that months do: the interval would contradict the verdict beside it."""
    return row["change_low"] > 0 or row["change_high"] < 0


def hold(verdicts: pd.DataFrame, language: str, *, most: int = 6) -> pd.DataFrame:
    """本月不宜写成升或降的数字: movements that people would quote and that are noise, the largest first, each with its reason."""
    noise = verdicts[((verdicts["judgement"] == "none") | (verdicts["reason"] == "base")) & verdicts["change"].notna()]
    moves = np.array(
        [change(r, language)[:1] in ("+", words.MINUS) for r in noise.to_dict("records")], bool
    )  # what prints as 0.0 nobody quotes
    noise = noise.loc[moves | (noise["reason"] == "base")].copy()
    spread = (noise["change_high"] - noise["change_low"]).abs()
    noise["size"] = noise["change"].abs() / spread.where(spread > 0)
    noise["base"] = noise["reason"] == "base"  # what rests on other calls than before stands first
    noise = noise.sort_values(["base", "size", "indicator"], ascending=[False, False, True]).head(most)
    return pd.DataFrame(
        [{"text": _moved(r, language), "reason": _noise(r, language)} for r in noise.to_dict("records")], columns=["text", "reason"]
    )


def _moved(row, language: str) -> str:
    size = change(row, language).lstrip("+" + words.MINUS)
    if size == change(row, language):  # what prints as 0.0 neither rose nor fell
        return _lead(row, language)
    up = row["change"] > 0
    verb = ("升" if up else "降") if language == "zh" else ("up " if up else "down ")
    return f"{name(row['indicator'])(language)}{verb}{size}" if language == "zh" else f"{name(row['indicator'])(language)} {verb}{size}"


def _noise(row, language: str) -> str:
    if row["reason"] == "base":
        return _verdict(row, language)
    if row["method"] in ("chart", "trial"):
        return words.STATE[row["state"]](language)
    inside = change_interval(row, language)
    return f"区间{inside}，含零" if language == "zh" else f"interval {inside}, holds zero"


def quality(checked: pd.DataFrame, language: str) -> pd.DataFrame:
    """The frame of checks in the reader's words: check, finding (its sentence), severity."""
    rows = checked.to_dict("records")
    return pd.DataFrame(
        {
            "check": [check_words.CHECKS[r["check"]](language) for r in rows],
            "finding": [check_words.sentence(r, language) for r in rows],
            "severity": [check_words.SEVERITY[r["severity"]](language) for r in rows],
        }
    )


def grade_reason(grade: str, checked: pd.DataFrame, language: str, *, most: int = 4) -> str:
    """Why the data have their grade, in one sentence: the findings of the worst severity."""
    if grade == "excellent":
        return "没有发现异常。" if language == "zh" else "Nothing odd was found."
    worst = checked[checked["severity"] == checked["severity"].iloc[0]]
    said = [check_words.sentence(row, language) for row in worst.head(most).to_dict("records")]
    if len(worst) > most:
        said.append(f"另有{len(worst) - most}项" if language == "zh" else f"{len(worst) - most} more")
    return ("；" if language == "zh" else "; ").join(said) + ("。" if language == "zh" else ".")
