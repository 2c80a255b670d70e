"""The parts of the monthly page, each from a hotline opened at a month: what a report notebook's cells call, one part a cell.

A part takes frames from studies and measures, sentences from findings, and gives a block. Nothing is computed here.
"""

import numpy as np
import pandas as pd

from hotline_analysis import findings, tables, words
from hotline_analysis.hotline import Hotline
from hotline_analysis.intake.ledger import reasons_frame
from hotline_analysis.measures import indicators
from hotline_analysis.measures.days import daily
from hotline_analysis.show import blocks, charts
from hotline_analysis.show.blocks import Block, Column
from hotline_analysis.studies import window
from hotline_analysis.words import GRADE, Term

DATA, SERVICE, REPEAT, APPENDIX = (
    Term("数据与口径", "Data and definitions"), Term("接通与服务", "Connection and service"), Term("重复来电", "Repeat calls"), Term("附录", "Appendix"),
)  # fmt: skip
REPORT = Term("运行月报", "Monthly operations report")
SERVICE_KEYS = ("connection_rate", "abandonment_rate", "service_level_20s", "asa_seconds", "talk_seconds", "offered")
HEADLINES = ("connection_rate", "service_level_20s", "repeat_rate_24h", "offered")
STAND_OUT = (2.0, 24.0, 72.0)
MONTHS_DRAWN = 24
FATES = {
    "physical": Term("读入", "Records read"),
    "header": Term("减：表头", "less: headers"),
    "skipped": Term("减：表头以上的行", "less: lines above the header"),
    "blank": Term("减：空行", "less: blank"),
    "summary": Term("减：合计、签名与脚注行", "less: totals, signatures and footnotes"),
    "rejected": Term("减：无法读取", "less: rejected"),
    "duplicates": Term("减：重复", "less: duplicates"),
    "events": Term("减：并入首段", "less: folded into their contact"),
    "left_out": Term("减：按参数剔除", "less: left out by params"),
    "accepted": Term("进入统计", "In the figures"),
}


def _t(h: Hotline, zh: str, en: str) -> str:
    return zh if h.language == "zh" else en


def _title(h: Hotline) -> str:
    return h.params.title.term(h.language) + ("" if h.language == "zh" else ": ") + REPORT(h.language)


# ---- summary


def masthead(h: Hotline) -> Block:
    """The report's name and month, the period, provisional or final, who made it, the date of the last call."""
    organisation = h.params.report.organisation
    last = h.data_days[1]
    when = f"{last.year}年{last.month}月{last.day}日" if h.language == "zh" else last.isoformat()
    return blocks.masthead(
        title=_title(h),
        month=h.month,
        period=h.period.days_said(h.language),
        status=_t(h, "暂行版", "provisional") if h.provisional else _t(h, "定稿", "final"),
        author=organisation.term(h.language) if organisation else "",
        data_to=_t(h, f"数据截至{when}", f"data up to {when}"),
        issue=_issue(h),
        audience=_t(h, "内部资料，只含汇总数据", "internal, aggregates only"),
        language=h.language,
    )


def _issue(h: Hotline) -> str:
    year, number = (int(p) for p in h.month.split("-"))
    first = h.params.report.first_month
    if not first:
        return _t(h, f"{year}年第{number}期", f"{year}, issue {number}")
    began, month = (int(p) for p in first.split("-"))
    running = (year - began) * 12 + number - month + 1
    return _t(h, f"{year}年第{number}期（总第{running}期）", f"{year}, issue {number} (no. {running})")


def conclusion(h: Hotline) -> Block:
    return blocks.conclusion(findings.conclusion(h.verdicts, h.language, grade=h.grade[0]), language=h.language)


def tally(h: Hotline) -> Block:
    return blocks.tally(h.verdicts, language=h.language)


def _rows(h: Hotline) -> pd.DataFrame:
    return findings.ledger_rows(h.verdicts, h.indicators, h.language, provisional=h.provisional)


def cards(h: Hotline) -> Block:
    """The four headline indicators, always in the same place."""
    keys = h.params.report.headlines or HEADLINES
    rows = _rows(h).set_index("key", drop=False)
    return blocks.cards(rows.loc[[k for k in keys if k in rows.index]], language=h.language)


def notice(h: Hotline) -> Block:
    """What to know before any number: provisional values, and the grade of the data with its reason."""
    grade = h.grade[0]
    rows = []
    if h.provisional:
        longest = words.format_hours(max(h.rule.windows_hours), h.language)
        rows.append(
            {
                "term": _t(h, "暂行值", "Provisional"),
                "text": _t(
                    h,
                    f"月末几天的来电尚未看满{longest}，带“暂”的数字已用生存分析修正；下月数据到齐后定稿。",
                    f"The month's last calls have not been watched for {longest}; marked figures are corrected by Kaplan-Meier and become final with next month's data.",
                ),
            }
        )
    rows.append(
        {
            "term": _t(h, "数据质量 ", "Data quality: ") + GRADE[grade](h.language),
            "text": findings.grade_reason(grade, h.checks, h.language),
        }
    )
    return blocks.notice(pd.DataFrame(rows), important=grade in ("fair", "poor"), language=h.language)


def ledger(h: Hotline) -> Block:
    """表1: every indicator, grouped by verdict."""
    v = h.verdicts["judgement"]
    changed = (h.verdicts["leads"] & v.isin(findings.CHANGED)).sum()
    none, few = (v == "none").sum(), v.isin(["few", "not_compared"]).sum()
    zh = [f"{len(v)}项指标", f"{changed}件事异常", f"{none}项没有证据"] + ([f"{few}项不能判断"] if few else [])
    en = [f"{len(v)} indicators", f"{changed} unusual events", f"{none} without evidence of change"] + (
        [f"{few} that cannot be judged"] if few else []
    )
    charted = (h.verdicts["method"] == "chart").any()
    sub = Term(
        "灰带为控制限，由本月以前的月份定；虚线为目标，最右一点为本月",
        "Band: control limits, from the months before this one; dashed: target; last point: this month",
    )
    plain = Term(
        "历史不足12个月，不判好坏；满6个月起画试用限",
        "Fewer than 12 months: nothing is called better or worse; trial limits from six months on",
    )
    return blocks.ledger(
        _rows(h), key="ledger", title=_t(h, "，".join(zh), ", ".join(en)), subtitle=sub if charted else plain, language=h.language
    )


def hold(h: Hotline) -> Block:
    """本月不宜写成升或降的数字."""
    return blocks.hold(findings.hold(h.verdicts, h.language), language=h.language)


# ---- 数据与口径


def data(h: Hotline) -> Block:
    odd = h.checks[h.checks["severity"] != "info"]
    lede = _t(
        h,
        f"读入{words.format_count(h.ledger.drop_duplicates('file')['physical'].sum())}条记录，逐条列明去向；{len(odd)}项检查有提示。",
        f"{words.format_count(h.ledger.drop_duplicates('file')['physical'].sum())} records read, each accounted for; {len(odd)} checks have something to say.",
    )
    return blocks.chapter(DATA, lede=lede, key="data", language=h.language)


def coverage(h: Hotline) -> Block:
    """One bar a day, and which days are broken."""
    days = daily(h.view)
    broken = days[days["broken"]]
    named = [f"{d.day}日" if h.language == "zh" else str(d.date()) for d in broken["date"]]
    zh = f"{len(days)}天中{len(broken)}天的来电量异常：{'、'.join(named)}" if len(broken) else f"{len(days)}天都有记录"
    en = (
        f"{len(broken)} of {len(days)} days are far from usual: {', '.join(named)}" if len(broken) else f"All {len(days)} days have records"
    )
    days = days.assign(note=[_broken_note(h, r) if r.broken else "" for r in days.itertuples()])
    return blocks.figure(
        charts.coverage,
        days.assign(day=[d.strftime("%m-%d") for d in days["date"]]),
        key="coverage",
        title=_t(h, zh, en),
        subtitle=_t(
            h,
            f"每日来电记录，条，{h.period.said('zh')}。浅色为周末和节假日",
            f"Records of calls a day, {h.period.said('en')}. Light: weekends and holidays",
        ),
        side=[
            _t(
                h,
                "与平常量相差过大的日子标出，写作当日/平常；缺的记录按缺失处理，不计为零。",
                "Days far from usual are named, as that day / usual; missing records are missing, not zero.",
            )
        ],
        numbers=[
            Column("day", _t(h, "日期", "Day")),
            Column("calls", _t(h, "来电", "Calls"), "count"),
            Column("usual", _t(h, "平常", "Usual"), "count"),
        ],
        language=h.language,
    )


def _broken_note(h: Hotline, row) -> str:
    return f"{row.calls}/{row.usual:.0f}"


def records(h: Hotline) -> Block:
    """Where every physical record went."""
    total = h.ledger[[c for c in FATES if c in h.ledger]].sum()
    shown = [(k, int(total[k])) for k in FATES if k in total and (total[k] or k in ("physical", "accepted"))]
    why = reasons_frame(h.store.ledgers, h.language)
    reasons = {
        fate: "，".join(
            f"{_reason(h, fate, r)}{words.format_count(n)}" for r, n in part.groupby("reason", sort=False)["count"].sum().items()
        )
        for fate, part in why.groupby("fate")
    }
    frame = pd.DataFrame([{"step": FATES[k](h.language), "count": n, "why": reasons.get(k, "")} for k, n in shown])
    read, used = dict(shown)["physical"], dict(shown)["accepted"]
    files = len(h.ledger)
    return blocks.table(
        frame.iloc[:-1],
        [Column("step", _t(h, "步骤", "Step")), Column("count", _t(h, "条", "Records"), "count"), Column("why", _t(h, "原因", "Why"))],
        key="records",
        title=_t(
            h,
            f"{words.format_count(read)}条记录，{words.format_count(used)}条进入统计",
            f"{words.format_count(read)} records, {words.format_count(used)} in the figures",
        ),
        subtitle=_t(h, f"{files}个导出文件，全部时段", f"{files} export files, all periods"),
        total=frame.iloc[-1].to_dict()
        | {"why": _t(h, "其中修补：", "of these mended: ") + reasons["repaired"] if "repaired" in reasons else ""},
        short=True,
        language=h.language,
    )


def _reason(h: Hotline, fate: str, reason: str) -> str:
    """`outcome test`, as params leave rows out, in the reader's words."""
    column, _, word = reason.partition(" ")
    if fate != "left_out" or column not in tables.CALLS:
        return reason
    if column.startswith(("agent", "caller")):  # a page names nobody, not even those who are left out
        return tables.CALLS[column].term(h.language) + _t(h, "", " ")
    return _t(
        h,
        f"{tables.CALLS[column].term.zh}为{tables.WORDS.get(word, Term(word, word)).zh}",
        f"{tables.CALLS[column].term.en.lower()} {word} ",
    )


def quality(h: Hotline) -> Block:
    """Every check that has something to say."""
    frame = findings.quality(h.checks, h.language)
    return blocks.table(
        frame,
        [
            Column("check", _t(h, "检查", "Check")),
            Column("finding", _t(h, "发现", "Finding")),
            Column("severity", _t(h, "程度", "Severity")),
        ],
        key="quality",
        title=_t(h, f"数据质量：{GRADE[h.grade[0]].zh}", f"Data quality: {GRADE[h.grade[0]].en}"),
        subtitle=findings.grade_reason(h.grade[0], h.checks, h.language),
        language=h.language,
    )


def rule(h: Hotline) -> Block:
    return blocks.rule_line(h.definition().partition("：" if h.language == "zh" else ": ")[2], language=h.language)


# ---- 接通与服务


def service(h: Hotline) -> Block:
    row = _verdict(h, "connection_rate")
    lede = findings.sentence(row, h.language) if row is not None and not words.missing(row["value"]) else ""
    return blocks.chapter(SERVICE, lede=lede, key="service", language=h.language)


def service_findings(h: Hotline) -> Block:
    return blocks.findings(findings.findings(h.verdicts, SERVICE_KEYS, h.language, ref="ledger"), language=h.language)


def _verdict(h: Hotline, key: str):
    found = h.verdicts[h.verdicts["indicator"] == key].to_dict("records")
    return found[0] if found else None


def trend(h: Hotline, key: str) -> Block:
    """One indicator's months with its limits and target."""
    row, indicator = _verdict(h, key), indicators.BY_KEY[key]
    if row is None or row["missing"]:
        reason = findings.why_missing(row["missing"] if row else "no calls")(h.language)
        return blocks.prose(f"{indicator.name(h.language)}{_t(h, '：', ': ')}{reason}", language=h.language)
    series = h.indicators[(h.indicators["indicator"] == key) & (h.indicators["period"] <= h.month)]
    judgement = np.where(series["period"] == h.month, row["judgement"], "none")
    drawn = {"value": row["values"], "lower": row["lowers"], "upper": row["uppers"], "target": row["target"], "judgement": judgement}
    series = series.assign(**drawn).tail(MONTHS_DRAWN)
    span = charts.month_span(list(series["period"]))
    unit = _t(h, "%，" if indicator.unit is words.PERCENT else "", "%, " if indicator.unit is words.PERCENT else "")
    return blocks.figure(
        charts.run_chart,
        series,
        key=f"trend-{key}",
        title=findings.sentence(row, h.language).rstrip("。."),
        subtitle=_t(h, f"{indicator.name.zh}，{unit}{span}，每月", f"{indicator.name.en}, {unit}{span}, by month"),
        side=[indicator.judge],
        rule=indicator.formula,
        numbers=[
            Column("period", _t(h, "月份", "Month"), "month"),
            Column("numerator", _t(h, "分子", "Numerator"), "count"),
            Column("denominator", _t(h, "分母", "Denominator"), "count"),
            Column("value", indicator.name, "rate" if indicator.unit is words.PERCENT else "number"),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high")
            if indicator.unit is words.PERCENT
            else Column("low", _t(h, "下端", "Low"), "number"),
        ],
        language=h.language,
        unit=indicator.unit.key,
        events={month: said.term for month, said in h.params.breaks.items()},
    )


# ---- 重复来电


def repeat(h: Hotline) -> Block:
    """The chapter's head; where identities cannot be had, it says why and the chapter stays in the contents."""
    missing = repeat_missing(h)
    if missing:
        return blocks.chapter(REPEAT, absent=missing, key="repeat", language=h.language)
    rates = _rates(h, {})
    km = rates[rates["follow_up"] == "km"].set_index("window_hours")["value"]
    said = [f"{words.format_hours(w, h.language)}{_t(h, '内', ' ')}{words.format_rate(km[w])}" for w in STAND_OUT if w in km.index]
    lede = _t(h, f"复电率随窗口而变：{'，'.join(said)}。", f"The repeat rate depends on its window: {', '.join(said)}.")
    return blocks.chapter(REPEAT, lede=lede, key="repeat", language=h.language)


def repeat_missing(h: Hotline) -> str:
    """Why there are no repeat figures, '' when there are."""
    row = _verdict(h, "repeat_rate_24h")
    if row is None:
        return findings.why_missing("no calls")(h.language)
    return findings.why_missing(row["missing"])(h.language) if row["missing"] else ""


def _rates(h: Hotline, changes: dict) -> pd.DataFrame:
    """The window study; under a calendar-day rule its rolling form, whose definition line says so."""
    return h.study("window", **_rolling(h, changes))


def _rolling(h: Hotline, changes: dict) -> dict:
    return {"mode": "rolling", **changes} if h.rule.mode == "calendar" else changes


def repeat_findings(h: Hotline) -> Block:
    shown = not repeat_missing(h) and h.rule.direction == "look-ahead"  # otherwise there is no window table to point to
    told = findings.findings(h.verdicts, ("repeat_rate_24h", "identified_share"), h.language, ref="windows" if shown else "ledger")
    return blocks.findings(told, language=h.language)


def window_curve(h: Hotline, **changes) -> Block:
    """The rate at every window, under the three ways of treating the end of the data; `changes` are fields of the definition."""
    rates = _rates(h, changes)
    at = rates[rates["follow_up"] == "km"].iloc[-1]
    naive = rates[(rates["follow_up"] == "naive")].iloc[-1]
    lost = 100 * (at["value"] - naive["value"])
    hours = words.format_hours(at["window_hours"], h.language)
    zh = (
        f"不修正月末，{hours}复电率会少算{words.decimal(lost)}个百分点"
        if lost >= 0.05
        else "窗口越长，复电率越高" + ("" if h.provisional else "；本月数据已看满")
    )
    en = (
        f"Without correction the {hours} rate would read {words.decimal(lost)} pp too low"
        if lost >= 0.05
        else "The longer the window, the higher the rate" + ("" if h.provisional else "; this month is watched in full")
    )
    return blocks.figure(
        charts.window_curve,
        rates,
        key="curve",
        title=_t(h, zh, en),
        subtitle=_t(h, f"复电率，%，{h.period.said('zh')}，灰带为95%区间", f"Repeat rate, %, {h.period.said('en')}; band: 95% interval"),
        side=[
            _t(
                h,
                "窗口从2小时放宽到168小时，只会更高；多出来的部分有多少是没有解决的问题，要看与习惯性来电的对照。",
                "A wider window can only count more; how much of that is unsolved takes a comparison with habit.",
            )
        ],
        rule=h.definition(**_rolling(h, changes)).partition("：" if h.language == "zh" else ": ")[2],
        language=h.language,
    )


def windows(h: Hotline, **changes) -> Block:
    """Every window with its parts."""
    rates = _rates(h, changes)
    wide = rates[rates["follow_up"] == "km"].merge(
        rates.loc[rates["follow_up"] == "naive", ["window_hours", "value"]].rename(columns={"value": "naive"}), on="window_hours"
    )
    full = (
        rates.loc[rates["follow_up"] == "full", ["window_hours", "value", "numerator", "denominator"]]
        .add_prefix("full_")
        .rename(columns={"full_window_hours": "window_hours"})
    )
    wide = wide.merge(full, on="window_hours")
    return blocks.table(
        wide,
        [
            Column("window_hours", window.COLUMNS["window_hours"], "hours"),
            Column("numerator", window.COLUMNS["numerator"], "count"),
            Column("denominator", window.COLUMNS["denominator"], "count"),
            Column("value", _t(h, "复电率%\n生存分析", "Rate %\nKaplan-Meier"), "rate", bold=True),
            Column("low", _t(h, "95%区间", "95% interval"), "interval", low="low", high="high"),
            Column("full_value", _t(h, "只计\n看满的%", "Watched\nin full %"), "rate", phone=False),
            Column("full_denominator", _t(h, "看满的\n来电", "Calls watched\nin full"), "count", phone=False),
            Column("naive", _t(h, "不修正%", "Uncorrected %"), "rate", phone=False),
        ],
        key="windows",
        title=_t(h, "窗口放宽，复电率上升；三种末端处理并列", "The rate at every window, with three ways of treating the end of the data"),
        subtitle=_t(
            h,
            f"{h.period.said('zh')}，{words.format_count(wide['callers'].max())}位来电人",
            f"{h.period.said('en')}, {words.format_count(wide['callers'].max())} callers",
        ),
        chosen=lambda row: row["window_hours"] in STAND_OUT,
        language=h.language,
    )


def pareto(h: Hotline, **changes) -> Block:
    """柏拉图: how the time to the next call is spread over a week."""
    frame = h.study("window", "pareto", **_rolling(h, changes))
    if not len(frame) or not frame["numerator"].sum():
        day = np.nan
    else:
        day = float(frame.loc[frame["hour_to"] == 24, "cumulative"].iloc[0])
    zh = f"一周内的复电有{words.format_rate(day)}在24小时内" if not words.missing(day) else "没有可画的复电"
    en = f"{words.format_rate(day)} of a week's callbacks come within 24 hours" if not words.missing(day) else "No callbacks to draw"
    return blocks.figure(
        charts.pareto_gaps,
        frame,
        key="pareto",
        title=_t(h, zh, en),
        subtitle=_t(
            h,
            f"再次来电的间隔，每小时，{h.period.said('zh')}；占比的分母是168小时内的复电，不是来电",
            f"Time to the next call by hour, {h.period.said('en')}; shares are of callbacks within 168 h, not of calls",
        ),
        side=[
            _t(
                h,
                "每隔24小时若有小峰，那是习惯：同一个人在同一钟点来电。",
                "Small peaks every 24 hours, where there are any, are habit: people call at their own hour.",
            )
        ],
        language=h.language,
    )


# ---- appendix


def appendix(h: Hotline) -> Block:
    return blocks.chapter(APPENDIX, key="appendix", numbered=False, language=h.language)


def glossary(h: Hotline) -> Block:
    frame = indicators.glossary(h.language)
    stop = "。" if h.language == "zh" else ". "
    meaning = frame["formula"] + stop + frame["observe"] + stop + frame["judge"] + stop
    return blocks.glossary(pd.DataFrame({"term": frame["name"], "meaning": meaning}), language=h.language)


def colophon(h: Hotline) -> Block:
    lines = [_t(h, "数字见kpis.csv，来历见manifest.json", "figures in kpis.csv, provenance in manifest.json")]
    if h.params.sample:
        lines.append(_t(h, "样稿，数据均为虚构", "sample; all data are invented"))
    return blocks.colophon(lines, digest=h.rule.hash, language=h.language)


def human(h: Hotline) -> Block:
    note = h.params.report.note
    return blocks.human(note.term(h.language), language=h.language) if note else blocks.prose(language=h.language)


def end(h: Hotline, *, kpis: bool = True) -> blocks.End:
    """The end marker: this month's indicators for kpis.csv (not from a study's page), and what they were made of."""
    kept = [
        "indicator",
        "period",
        "group",
        "numerator",
        "denominator",
        "value",
        "low",
        "high",
        "change",
        "change_low",
        "change_high",
        "direction",
        "judgement",
        "state",
        "reason",
        "event",
        "method",
        "rule",
        "lower",
        "upper",
        "trial",
        "run",
        "run_months",
        "target",
        "reached_months",
        "target_months",
        "capability",
        "before",
        "adjusted",
        "year_change",
        "rank",
        "rank_months",
        "false_flags",
        "missing",
    ]
    manifest = {
        "definition": h.rule.model_dump(mode="json"),
        "definition_hash": h.rule.hash,
        "data": h.store.facts,
        "digest": h.digest,
        "grade": h.grade[0],
        "provisional": h.provisional,
    }
    return blocks.end(kpis=h.verdicts[kept] if kpis else None, manifest=manifest)
