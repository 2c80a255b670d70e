"""Reading: a GB18030 CSV through the store, with ledger, identity and conversion, against DuckDB's own typed CSV-to-Parquet in UTF-8."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import duckdb

from benchmarks.calls import invented, loaded
from hotline_analysis import params
from hotline_analysis.intake.read import readers
from hotline_analysis.intake.store import store

TIMES = ("来电时间", "应答时间", "结束时间")
LENGTHS = ("排队时长(秒)", "振铃时长(秒)", "通话时长(秒)", "保持时长(秒)", "话后时长(秒)")
EXPORT = """
    SELECT printf('LD%010d', seq) AS 来电编号,
           strftime(make_timestamp((start_s + 28800) * 1000000), '%Y-%m-%d %H:%M:%S') AS 来电时间,
           CASE WHEN outcome = 'answered' THEN strftime(make_timestamp((start_s + 28812) * 1000000), '%Y-%m-%d %H:%M:%S') END AS 应答时间,
           strftime(make_timestamp((end_s + 28800) * 1000000), '%Y-%m-%d %H:%M:%S') AS 结束时间,
           CASE WHEN seq % 25 = 0 THEN '匿名' WHEN caller % 6 = 0 THEN printf('0647-%07d', 2000000 + caller) WHEN caller % 50 = 1 THEN '+86 1' || (3800000000 + caller)
                ELSE '1' || (3900000000 + caller) END AS 主叫号码,
           printf('坐席(%04d)', agent) AS 受理坐席, printf('%d班', unit) AS 受理班组,
           ['咨询', '投诉', '举报', '求助', '建议'][issue_1 % 5 + 1] AS 一级诉求, printf('类别%d', issue_1 % 20) AS 二级诉求, printf('事项%d', issue_1) AS 三级诉求,
           ['综合', '社保', '交通'][issue_1 % 3 + 1] AS 技能组, printf('第%d区', unit) AS 来电区域, ['电话', '微信', '网站', '应用', '短信'][channel + 1] AS 渠道,
           '呼入' AS 呼叫方向, CASE WHEN outcome = 'answered' THEN '接通' ELSE '客户放弃' END AS 通话结果,
           seq % 60 AS "排队时长(秒)", seq % 12 AS "振铃时长(秒)", end_s - start_s AS "通话时长(秒)", seq % 7 AS "保持时长(秒)", seq % 45 AS "话后时长(秒)",
           CASE WHEN seq % 20 = 0 THEN '是' ELSE '否' END AS 是否转接, ['非常满意', '满意', '', '', '不满意'][seq % 5 + 1] AS 满意度评价
    FROM calls"""
PARAMS = """
    title: {zh: 测速, en: Speed}
    key: published
    public: true
    time_zone: Asia/Shanghai
    calls:
      files: FOLDER/calls.csv
      encoding: gb18030
      key: 来电编号
      columns:
        call_id: 来电编号
        started_at: {from: 来电时间, formats: ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"]}
        answered_at: {from: 应答时间, formats: ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"], on_error: blank}
        ended_at: {from: 结束时间, formats: ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"], on_error: blank}
        caller: {from: 主叫号码, kind: phone, area_code: "0647", unknown: [匿名, 未知号码, 保密, "E+"]}
        agent: {from: 受理坐席, unknown: 系统}
        unit: 受理班组
        issue_1: 一级诉求
        issue_2: 二级诉求
        issue_3: 三级诉求
        queue: 技能组
        area: 来电区域
        channel: 渠道
        direction: {from: 呼叫方向, values: {呼入: in, 呼出: out}, other: reject}
        outcome: {from: 通话结果, values: {接通: answered, 客户放弃: abandoned}, other: reject}
        queue_seconds: 排队时长(秒)
        ring_seconds: 振铃时长(秒)
        talk_seconds: 通话时长(秒)
        hold_seconds: 保持时长(秒)
        wrap_seconds: 话后时长(秒)
        transferred: {from: 是否转接, values: {是: true, 否: false}}
        rating: {from: 满意度评价, values: {非常满意: 5, 满意: 4, 不满意: 2}, other: blank}
"""


def write_export(folder: Path, rows: int) -> None:
    """The same rows as calls.csv in GB18030 and utf8.csv, and the params that describe them."""
    with loaded(invented(rows, "even")) as connection:
        connection.execute(f"COPY ({EXPORT}) TO '{folder / 'utf8.csv'}' (HEADER, DELIMITER ',')")
    with (
        (folder / "utf8.csv").open(encoding="utf-8", newline="") as text,
        (folder / "calls.csv").open("w", encoding="gb18030", newline="") as out,
    ):
        while block := text.read(1 << 22):
            out.write(block)
    (folder / "speed.yaml").write_text(dedent(PARAMS).replace("FOLDER", str(folder)), encoding="utf-8")


def through_store(folder: Path, name: str = "store") -> tuple[dict[str, float], int]:
    """Seconds of each part of a first build, and in all; and the rows that the table then has."""
    described = params.load(folder / "speed.yaml").model_copy(update={"workspace": str(folder / name)})
    with _watched() as spent:
        start = time.perf_counter()
        built = store.Store(described)
        built.build(progress=False)
        total = time.perf_counter() - start
    parts = {
        "decode": spent["stage_text"],
        "read, ledger": spent["read"] - spent["stage_text"],
        "identity": spent["_identities"] + spent["save"],
        "convert": spent["_convert"] - spent["_identities"] - spent["save"],
        "merge, write": spent["_assemble"],
    }
    parts["other"] = total - sum(parts.values())
    return {**parts, "in all": total}, built.facts["tables"]["calls"]["rows"]


def by_duckdb(folder: Path) -> tuple[float, int]:
    """Seconds of DuckDB's own typed CSV-to-Parquet of the same rows, and how many they are."""
    types = ", ".join([*(f"'{name}': 'TIMESTAMP'" for name in TIMES), *(f"'{name}': 'BIGINT'" for name in LENGTHS)])
    start = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{folder / 'utf8.csv'}', types = {{{types}}})) TO '{folder / 'typed.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
        seconds = time.perf_counter() - start
        return seconds, connection.execute(f"SELECT count(*) FROM '{folder / 'typed.parquet'}'").fetchone()[0]


@contextlib.contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Adds up the seconds spent in the parts of a build."""
    from hotline_analysis.intake.convert import identity

    places = [
        (readers, "stage_text"),
        (store, "read"),
        (store.Store, "_convert"),
        (store.Store, "_identities"),
        (store.Store, "_assemble"),
        (identity.Registry, "save"),
    ]
    kept = [(owner, name, getattr(owner, name)) for owner, name in places]
    spent: dict[str, float] = defaultdict(float)
    for owner, name, work in kept:
        setattr(owner, name, _timed(work, name, spent))
    try:
        yield spent
    finally:
        for owner, name, work in kept:
            setattr(owner, name, work)


def _timed(work, name: str, spent: dict[str, float]):
    def measured(*args, **options):
        start = time.perf_counter()
        try:
            return work(*args, **options)
        finally:
            spent[name] += time.perf_counter() - start

    return measured
