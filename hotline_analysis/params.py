"""What a params file may say. A new hotline is a YAML file, never code.

Every scalar is read as text (`08`, `12:30:45`, `01012345678` and `是: yes` stay what they look like) and the model gives the type.
Keys that nobody knows are refused with the nearest right one, keys written twice are refused, and settings are checked against each other.
"""

import hashlib
import io
import os
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from hotline_analysis import fits, machine, presets, tables
from hotline_analysis.errors import BadParams, CannotWrite, nearest
from hotline_analysis.fits import FORMATS
from hotline_analysis.personal import LETTERS, found
from hotline_analysis.words import Term

MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
LONGER = re.compile(r"(19|20)[0-9]{2}(Q[1-4]|H[12])?")  # a quarter, a half or a year
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_WORDS = {"休息": "rest", "上班": "work", "rest": "rest", "work": "work"}
DEEPEST = 12  # levels of a params file; a text that nests deeper is no params file


def setting(default: Any, zh: str, en: str, example: str, mistake: str, **constraints) -> Any:
    """A setting: its default (`...`: there is none), what it means, a line that loads and the nearest line that is refused. docs/params.md is made of it."""
    return Field(default, description=en, json_schema_extra={"zh": zh, "example": example, "mistake": mistake}, **constraints)


def _as_list(value):
    return value if isinstance(value, list | tuple) else [value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[int, Field(ge=0, le=3600)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as missing:  # OSError: a folder of zones, such as Asia
        raise ValueError(f"'{name}' is not a time zone; write an IANA name such as Asia/Shanghai") from missing
    return name


class Settings(BaseModel):
    """The base of every part of a params file: immutable, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, protected_namespaces=())


S = TypeVar("S", bound=Settings)


class Words(Settings):
    """A text of the reader's in Chinese and, when there is one, in English."""

    zh: str = setting(..., "中文", "in Chinese", "zh: 云江市12345热线", "zh: ''")
    en: str = setting(
        "", "英文；不写则英文页也用中文", "in English; empty: the Chinese stands there too", "en: Yunjiang hotline", "eng: Yunjiang"
    )

    @property
    def term(self) -> Term:
        return Term(self.zh, self.en or self.zh)


def _as_words(value):
    return {"zh": value} if isinstance(value, str) else value


SaidWords = Annotated[Words, BeforeValidator(_as_words)]


def _as_column(value):
    return {"from": value} if isinstance(value, str | list) else value


class ColumnRule(Settings):
    """How one canonical column is made of the export's columns. A bare header name is the short form of `from`."""

    source: Texts = setting(
        (),
        "导出文件的列名；几列用空格连成一个（日期、时刻）。表头重名时写“满意度 (1)”“满意度 (2)”",
        "the header of the export's column; several are joined by a blank (a day and its clock time). Of two headers of one name: `Rating (1)`, `Rating (2)`",
        "answered_at: {from: [应答日期, 应答时刻]}",
        "answered_at: {form: 应答时间}",
        alias="from",
    )
    constant: str | None = setting(
        None,
        "导出中没有此列、而每行都一样时的值；页面的口径行会写明",
        "what every row holds where the export has no such column; the pages' definition line says so",
        "outcome: {is: answered}",
        "outcome: {is: answerd}",
        alias="is",
        min_length=1,
    )
    first_filled: bool = setting(
        False,
        "几列不连成一个，而取第一个非空的（事件日志里同一内容随事件换列）",
        "of several headers the first one that is filled, in place of all of them joined (in a log of events one thing changes its column)",
        "talk_seconds: {from: [data4, data2], first_filled: true}",
        "talk_seconds: {from: data2, first_filled: true}",
    )
    when: dict[str, Texts] = setting(
        {},
        "只在别的列为这些值的行取值（事件日志里一列随事件变义）：列名: 值或带 * ? 的样式，'?*' 表示非空",
        "only in rows where another header holds one of these (in a log of events a column's meaning goes by the event): header: texts or patterns with * and ?; '?*' is any",
        "queue_seconds: {from: data1, when: {event: CONNECT}}",
        "queue_seconds: {from: data1, if: {event: CONNECT}}",
    )
    formats: Texts = setting(
        (),
        "写法，依次尝试：strptime格式，或 " + "、".join(FORMATS) + "；不写则只认只有一种读法的写法",
        "written forms, tried in order: strptime patterns, or " + ", ".join(FORMATS) + "; empty: only forms with one reading",
        "answered_at: {from: 应答时间, formats: ['%Y-%m-%d %H:%M:%S', iso]}",
        "answered_at: {from: 应答时间, formats: '%d/%m/%Y %I:%M'}",
    )
    after: str = setting(
        "",
        "只有时刻没有日期时，不得早于哪一列；更早的属于次日",
        "of clock times without a date: the instant they may not precede; earlier ones belong to the next day",
        "answered_at: {from: 应答时刻, after: started_at}",
        "answered_at: {from: 应答时刻, after: answered_at}",
    )
    unit: Literal["seconds", "minutes", "hours", "milliseconds", "clock", "minutes_clock", "day_fraction"] = setting(
        "seconds",
        "没有单位的数是什么：秒、分、时、毫秒、一天的小数；clock 为 时:分，minutes_clock 为 分:秒",
        "what a bare number is; `clock` reads 4:05 as hours and minutes, `minutes_clock` as minutes and seconds",
        "talk_seconds: {from: 通话时长(分), unit: minutes}",
        "talk_seconds: {from: 通话时长(分), unit: minute}",
    )
    decimal: Literal[".", ","] | None = setting(
        None,
        "小数点用什么写；不写则由单元格看出",
        "the mark before the decimals; empty: as the cells show it",
        "talk_seconds: {from: 通话时长, decimal: ','}",
        "talk_seconds: {from: 通话时长, decimal: comma}",
    )
    includes: str = setting(
        "",
        "这一时长里还含着哪一列时长，读入时减去（通话时长含保持的）",
        "the column of another duration that this one holds in it, taken off as it is read (a talk time with the hold in it)",
        "talk_seconds: {from: 通话时长, includes: hold_seconds}",
        "talk_seconds: {from: 通话时长, includes: hold}",
    )
    kind: Literal["phone", "person", "code"] | None = setting(
        None,
        "哪种身份：phone 号码（统一写法）、person 个人身份、code 唯一识别代码",
        "which identity: only a phone is put into one written form",
        "caller: {from: 主叫号码, kind: phone}",
        "caller: 主叫号码",
    )
    country: str = setting(
        "CN",
        "没有国家码的号码属于哪国",
        "where a number without a country code belongs",
        "caller: {from: Phone, kind: phone, country: US}",
        "caller: {from: Phone, kind: phone, country: UK}",
    )
    area_code: str = setting(
        "",
        "本地固话省略的区号",
        "the area code that local numbers leave out",
        "caller: {from: 主叫号码, kind: phone, area_code: '010'}",
        "caller: {from: 主叫号码, kind: phone, area_code: Beijing}",
    )
    unknown: Texts = setting(
        (),
        "代表无人的值：原文、带 * ? 的样式、E+（被表格损坏的号码）、re: 正则表达式",
        "what stands for nobody: a text, a pattern with * or ?, `E+` (a number that a spreadsheet damaged), `re:` a regular expression",
        "caller: {from: 主叫号码, kind: phone, unknown: [匿名, 'E+', 're:^9+$']}",
        "caller: {from: 主叫号码, kind: phone, unknown: 're:^9+('}",
    )
    none: Texts = setting(
        (),
        "表示空单元格的文字",
        "texts that mean an empty cell",
        "answered_at: {from: 应答时间, none: '0:00:00'}",
        "answered_at: {from: 应答时间, null: '0:00:00'}",
    )
    values: dict[str, str] = setting(
        {},
        "导出里的词对应的标准词或分数；留空表示没有",
        "this export's word and the canonical word, or the score, that it means; empty: nothing",
        "rating: {from: 满意度, values: {满意: 5, 一般: 3, 未评价: ''}}",
        "rating: {from: 满意度, values: {满意: 五}}",
    )
    other: Literal["keep", "blank", "reject"] | None = setting(
        None,
        "values 里没有的词：保留、置空，或整行不收",
        "what happens to a word that `values` lacks: it stays, the cell is blanked, or the row is rejected",
        "outcome: {from: 结果, values: {接通: answered}, other: reject}",
        "outcome: {from: 结果, values: {接通: answered}, other: keep}",
    )
    aliases: dict[str, str] = setting(
        {},
        "同一名称的另一种写法",
        "another spelling of one name",
        "agent: {from: 坐席, aliases: {何静怡（1009）: 何静怡(1009)}}",
        "talk_seconds: {from: 通话时长, aliases: {一分: 60}}",
    )
    split: str = setting(
        "",
        "“A->B->C”这样的路径的分隔符",
        "the separator of a path such as A->B->C",
        "issue_1: {from: 诉求, split: '->'}",
        "rating: {from: 满意度, split: '->'}",
    )
    part: int = setting(
        1,
        "取路径的第几级",
        "which level of the path",
        "issue_1: {from: 诉求, split: '->', part: 2}",
        "issue_1: {from: 诉求, part: 2}",
        ge=1,
        le=9,
    )
    on_error: Literal["reject", "blank"] | None = setting(
        None,
        "读不出的单元格：整行不收，或只置空；都计数",
        "a cell that does not convert: the row is rejected, or the cell blanked; both are counted",
        "answered_at: {from: 应答时间, on_error: blank}",
        "answered_at: {from: 应答时间, on_error: skip}",
    )

    @field_validator("country")
    @classmethod
    def _country(cls, value):
        return fits.region(value)

    @field_validator("area_code")
    @classmethod
    def _area_code(cls, value):
        return fits.area_code(value)

    @model_validator(mode="after")
    def _fits(self):
        fits.rule(self)
        return self


Column = Annotated[ColumnRule, BeforeValidator(_as_column)]


class Events(Settings):
    """A file whose rows are events or legs: the contact is the first or the last row of a key, in time, or all of its rows merged."""

    key: Texts = setting(..., "一次来访的编号列", "the headers that name a contact", "key: 编号", "keys: 编号", min_length=1)
    take: Literal["first", "last", "merged"] = setting(
        "first",
        "取最早（first）还是最晚（last）的一行；merged 把通话的各段合为一次来电（见 docs/flow.md）",
        "which of its rows stands for it: the first, the last, or (of calls) all of them merged, see docs/flow.md",
        "take: merged",
        "take: newest",
    )


class Database(Settings):
    """A table or a query of a database, in the place of files. Its address is in the environment, never here."""

    url_env: str = setting(
        "HOTLINE_DB",
        "存放数据库地址的环境变量的名字；地址本身不写进参数文件",
        "the name of the environment variable that holds the database's address; the address itself is in no params file",
        "url_env: HOTLINE_DB",
        "url_env: postgresql://user@host/calls",
    )
    table: str = setting("", "表的名字，可带模式名", "the table, with its schema or without", "table: crm.calls", "table: calls; drop")
    query: str = setting(
        "",
        "查询语句，只读；与 table 二选一",
        "a query that only reads, in place of a table",
        "query: select id, begun from calls",
        "query: delete from calls",
    )
    state: str = setting(
        "",
        "很快的查询，数据变了它的答案就变；不写则每次都把全部记录读一遍",
        "a quick query whose answer changes with the data; empty: all rows are read each time",
        "state: select count(*) from calls",
        "state: update calls set x = 1",
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.database(self)
        return self


class Source(Settings):
    """One kind of export: its files, how they are written, and which of their columns mean what."""

    preset: str = setting(
        "",
        "这种导出的预设（hotline presets 列出全部）；自己写的设置优先，空文字表示不要预设的这一项",
        "the preset of this export (`hotline presets` lists them); settings of your own win, and an empty text takes one of the preset's away",
        "preset: asterisk_cdr",
        "preset: asterisk_crd",
    )
    files: Texts = setting(
        (),
        "文件，可用 * ?；从 params 的上一级文件夹算起；写成列表即按导出先后：同一编号两行内容不同、数据又看不出先后的，以后列者为准",
        "the files, * and ? allowed; paths start above the folder params. A list is in the order of export: of two rows with one key whose cells differ, and of which the data do not tell the later one, that of the file listed later stands",
        "files: 'exports/*.csv'",
        "files: *.csv",
    )
    database: Database | None = setting(
        None,
        "在文件的位置读数据库的一张表或一个查询（需附加组件 db）",
        "a table or a query of a database in place of files (needs the extra db)",
        "database: {url_env: HOTLINE_DB, table: calls}",
        "database: postgresql://user@host/calls",
    )
    sheet: Texts = setting(
        (),
        "工作表名或样式；不写则取唯一有这些列名的一张（几张都有则拒绝）",
        "names or patterns of sheets; empty: the one that has the mapped headers (several are refused)",
        "sheet: '*'",
        "sheets: 明细",
    )
    header_row: int | None = setting(
        None,
        "表头在第几行；不写则按列名找到",
        "the line of the header; empty: found by the mapped names",
        "header_row: 3",
        "header_row: 0",
        ge=1,
        le=1000,
    )
    header: Texts = setting(
        (),
        "没有表头的文件的列名，依次写出",
        "the names of all columns of a file without a header row, in order",
        "header: [来电时间, 结果, 诉求]",
        "header: [来电时间, 结果, 结果]",
    )
    separator: str | None = setting(
        None,
        "分隔符，或 comma、tab、semicolon、bar；不写则由文件看出",
        "the mark between fields, or comma, tab, semicolon, bar; empty: found",
        "separator: tab",
        "separator: tabs",
        min_length=1,
        max_length=1,
    )
    quote: str = setting(
        '"',
        "引号；写 '' 表示这个文件不用引号",
        "the mark around a field; '' for a file without quoting",
        "quote: ''",
        "quote: ','",
        max_length=1,
    )
    encoding: Literal["utf-8", "gb18030", "utf-16", "big5", "latin-1"] | None = setting(
        None,
        "编码；不写则依次试BOM、严格UTF-8、严格GB18030",
        "the encoding; empty: BOM, then strict UTF-8, then strict GB18030",
        "encoding: gb18030",
        "encoding: ansi",
    )
    zone: str | None = setting(
        None,
        "文件里的时间写在哪个时区，与热线不同时才写",
        "the zone in which the file's times are written, where it is not the hotline's",
        "zone: UTC",
        "zone: Asia",
    )
    object: str | None = setting(
        None, "R的.rda文件里数据框的名字", "the name of the data frame in an .rda file", "object: calls", "objekt: calls", min_length=1
    )
    repair: Annotated[
        tuple[Literal["split_blanks", "dropped_ends", "text_after_quote", "backslash_quotes"], ...], BeforeValidator(_as_list)
    ] = setting(
        (),
        "声明的修补，逐条计数：split_blanks 丢了分隔符、只剩一串空格；dropped_ends 行尾空字段的分隔符缺失；text_after_quote 引号闭合后还有文字；"
        "backslash_quotes 引号前加反斜杠。后三种成为一个文件的习惯时会自动发现",
        "declared mends, each counted: a run of blanks stands where a separator was lost; rows lack the separators of their last, empty fields; text "
        'goes on after a closing quote (`"A B" <123>`); quotes inside a field are marked by a backslash. The last three are also found where a file has the habit',
        "repair: split_blanks",
        "repair: blanks",
    )
    events: Events | None = setting(
        None,
        "每行是一个事件、几行才是一次来访时",
        "for a file whose rows are events, several to a contact",
        "events: {key: 编号, take: first}",
        "events: 编号",
    )
    key: Texts = setting(
        (),
        "一行的编号列；写了，重复导出的行就能认出",
        "the headers that name a row, so that a row exported twice is known",
        "key: 来电编号",
        "keys: 来电编号",
    )
    columns: dict[str, Column] = setting(
        ...,
        "标准列（见README的字段说明）: 列名，或列名连同设置",
        "canonical column (the codebook in the README): a header, or a header with its settings",
        "columns: {started_at: 来电时间, issue_1: 诉求}",
        "columns: {start_at: 来电时间}",
        min_length=1,
    )
    leave_out: dict[str, Texts] = setting(
        {},
        "读入、计数但不参与统计的行：标准列与词",
        "rows that are read, counted and left out: a canonical column and its words",
        "leave_out: {outcome: test}",
        "leave_out: {outcome: 测试}",
    )

    @field_validator("separator", mode="before")
    @classmethod
    def _separator(cls, value):
        return fits.separator(value)

    @field_validator("encoding", mode="before")
    @classmethod
    def _encoding(cls, value):
        return {"gbk": "gb18030", "gb2312": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8", "utf16": "utf-16", "latin1": "latin-1"}.get(
            str(value).lower(), value
        )

    @field_validator("zone")
    @classmethod
    def _zone(cls, value):
        return value and _known_zone(value)

    @model_validator(mode="after")
    def _fits(self):
        fits.text_file(self)
        return self


def _as_sources(value):
    return value if isinstance(value, list) else [value]


Sources = Annotated[tuple[Source, ...], BeforeValidator(_as_sources)]


class Item(Settings):
    """One item of a questionnaire or a quality check: what it asks, and which numbers are answers to it."""

    name: SaidWords = setting(..., "题目", "what it asks", "name: {zh: 服务态度, en: Courtesy}", "title: 服务态度")
    scale: tuple[Finite, Finite] = setting(
        ...,
        "最低分与最高分；之外的得分不计，并报告",
        "its lowest and its highest score; one outside is kept out, and told",
        "scale: [1, 5]",
        "scale: 5",
    )
    not_applicable: Annotated[tuple[Finite, ...], BeforeValidator(_as_list)] = setting(
        (),
        "表示不适用、未作答的数，不是得分",
        "numbers that stand for not applicable or no answer; none of them is a score",
        "not_applicable: [0, 99]",
        "not_applicable: [3]",
    )
    dimension: SaidWords | None = setting(
        None, "属于哪个维度", "the dimension that it belongs to", "dimension: {zh: 态度, en: attitude}", "dimensions: 态度"
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.item(self)
        return self


class PublishedMean(Settings):
    """A mean score of a month that was published before there were answers to count."""

    mean: Finite = setting(..., "均分", "the mean score", "mean: 4.5", "mean: 4.5分")
    n: int | None = setting(
        None,
        "作答人数；没有就不写，变化也就不作判断",
        "how many answered; left out where nobody said, and no change is then judged",
        "n: 380",
        "n: 0",
        ge=1,
    )


class Satisfaction(Settings):
    """What the study of satisfaction takes an item for."""

    overall: str = setting(
        "",
        "总体满意度是哪一题；不写则为第一题",
        "which item is the overall score; empty: the first one",
        "overall: item_1",
        "overall: item_31",
    )
    drivers: Texts = setting(
        (),
        "相对贡献看哪几题，最多十题；不写则为其余各题，超过十题时按维度",
        "the items whose part in the overall score is asked, ten at most; empty: all others, or their dimensions where they are more than ten",
        "drivers: [item_1]",
        "drivers: [item_40]",
    )
    nps: str = setting(
        "",
        "推荐意愿（0至10分）是哪一题",
        "which item asks whether people would recommend the hotline, 0 to 10",
        "nps: item_1",
        "nps: item_99",
    )
    expected: dict[str, str] = setting(
        {},
        "哪一题问的是对某一题的期望：评价的题与期望的题",
        "which item asks what was expected of another: the judged item and the expectation",
        "expected: {item_1: item_1}",
        "expected: {item_1: item_31}",
    )
    needs_base: Literal["respondents", "mentions"] = setting(
        "respondents",
        "需求占比的分母：人，还是提及次数",
        "what shares of needs are of: the people, or the mentions",
        "needs_base: mentions",
        "needs_base: people",
    )
    rating_scale: tuple[Finite, Finite] = setting(
        (1.0, 5.0),
        "来电评价（rating）的最低分与最高分",
        "the lowest and the highest rating of a call",
        "rating_scale: [1, 10]",
        "rating_scale: [5, 1]",
    )
    published: dict[str, dict[str, PublishedMean]] = setting(
        {},
        "有答卷以前公布过的均分：月份、题目、均分与人数",
        "means published before there were answers to count: month, item, mean and how many answered",
        "published: {2024-08: {item_1: {mean: 4.3, n: 380}}}",
        "published: {2024-8: {item_1: {mean: 4.3}}}",
    )


class Period(Settings):
    """The hotline's month: some close it on the 19th and cut the day at noon."""

    start_day: int = setting(1, "每月从几号起", "the day on which a month begins", "start_day: 19", "start_day: 31", ge=1, le=28)
    cut_hour: int = setting(0, "一天从几点起", "the hour at which a day begins", "cut_hour: 12", "cut_hour: 24", ge=0, le=23)


class Limits(Settings):
    """What a run may use."""

    memory_gib: Finite = setting(4, "内存，GiB", "memory, in GiB", "memory_gib: 8", "memory_gib: 8GB", ge=0.1, le=16384)
    threads: int = setting(
        0, "线程数；0 为机器有多少用多少", "threads; 0: as many as the machine has", "threads: 2", "threads: 100000", ge=0, le=256
    )
    spill_gib: Finite = setting(
        20,
        "内存不够时可用的磁盘，GiB",
        "disk that may be used where memory does not suffice, in GiB",
        "spill_gib: 50",
        "spill_gib: 1e999",
        ge=0.1,
        le=1048576,
    )
    cell_seconds: int = setting(
        600,
        "一个笔记本单元最多运行几秒",
        "seconds that a notebook cell may run",
        "cell_seconds: 1200",
        "cell_seconds: 10m",
        ge=1,
        le=604800,
    )
    run_seconds: int = setting(
        3600, "一次月报最多运行几秒", "seconds that a whole run may take", "run_seconds: 7200", "run_seconds: 0", ge=1, le=604800
    )


CONNECT = "connect"  # a Spark elsewhere, whose address the environment holds


class Engine(Settings):
    """What the measures run on. `engine: duckdb` is the default, and the right one for nearly everybody (docs/scale.md)."""

    spark: str = setting(
        "",
        "用Spark计算：`local[核数]` 在本机起动，connect 连接环境变量 SPARK_REMOTE 所指的服务器（地址不写进参数文件）；需另装 pyspark 与 Java",
        "measures run on Apache Spark: `local[cores]` starts one on this machine, connect takes the server that the environment variable SPARK_REMOTE names (no address is in a params file); needs pyspark and Java",
        "spark: 'local[2]'",
        "spark: sc://host:15002",
    )

    @field_validator("spark")
    @classmethod
    def _no_address(cls, value):
        if not re.fullmatch(rf"(|{CONNECT}|local\[([1-9][0-9]{{0,2}}|\*)\])", value):
            raise ValueError(
                "is 'local[cores]' or connect; an address may hold a token and stands in the environment variable SPARK_REMOTE"
            )
        return value


def _as_engine(value):
    if value == "duckdb":
        return Engine()
    if isinstance(value, str):
        raise ValueError("is no engine; write duckdb, or {spark: 'local[2]'}")
    return value


Spans = Annotated[tuple[str, ...], BeforeValidator(_as_list), AfterValidator(fits.time_limits)]


class ClassLimits(Settings):
    """The time limits of orders of one class (时限等级); what is not given is the hotline's own."""

    response: Spans = setting((), "响应时限", "limits of the first response", "response: 2h", "response: 2小时")
    resolution: Spans = setting((), "解决时限", "limits of the resolution", "resolution: [24h, 5d]", "resolution: 0h")


class Complaints(Settings):
    """Which orders count as complaints, and by which time limits and which clock they are judged."""

    kinds: Texts = setting(
        (),
        "哪些工单类型算投诉（orders的kind列的词）；不写则全部工单都算",
        "the words of the orders' column `kind` that are complaints; empty: every order counts",
        "kinds: 投诉",
        "kind: 投诉",
    )
    response: Spans = setting(
        ("24h",),
        "多久之内首次响应：小时写24h，天写3d（受理当日为第0天）",
        "within what the first response is due: hours as 24h, days as 3d (the day of creation is day 0)",
        "response: [2h, 24h]",
        "response: 24",
    )
    resolution: Spans = setting(
        ("48h",),
        "多久之内解决；没有解决时间的取办结时间",
        "within what an order is resolved; closed, where no time of resolution is exported",
        "resolution: [48h, 7d]",
        "resolution: 48 hours",
    )
    dispatch: Spans = setting(
        (), "多久之内派出；不写则不算", "within what an order is sent on; empty: not looked at", "dispatch: 1d", "dispatch: 1w"
    )
    by_class: dict[str, ClassLimits] = setting(
        {},
        "各时限等级（orders的class列）自己的时限",
        "limits of their own for classes (the orders' column `class`)",
        "by_class: {紧急: {response: 2h, resolution: 24h}, 一般: {resolution: 5d}}",
        "by_class: {紧急: 24h}",
    )
    clock: Literal["calendar", "working"] = setting(
        "calendar",
        "时钟：calendar 自然时间；working 只计工作时间（工作日、调休与下列时段）",
        "the clock: every hour, or working hours only (working days, make-up days among them, and the spans below)",
        "clock: working",
        "clock: work",
    )
    working_hours: Annotated[tuple[str, ...], BeforeValidator(_as_list), AfterValidator(fits.day_spans)] = setting(
        ("09:00-17:00",),
        "clock为working时一天中的工作时段",
        "the spans of a working day, for the clock `working`",
        "working_hours: ['09:00-12:00', '14:00-17:30']",
        "working_hours: 9-17",
    )
    handling: Texts = setting(
        (),
        "流转记录中哪些环节算在部门手中（order_steps的step列的词），转手次数只数这些；不写则全部，多数工单由同一部门开始又结束的则不列转手",
        "the steps in which a department has the order (words of order_steps' `step`); only these count as hops; empty: all, and no hops where one office begins and ends most orders",
        "handling: 办理",
        "handled: 办理",
    )
    reopened: Literal["last", "first"] = setting(
        "last",
        "重办的工单以哪次为解决：last 最后一次（办结时间），first 首次（解决时间）",
        "when a reopened order counts as resolved: at its last closing (closed_at), or at its first (resolved_at)",
        "reopened: first",
        "reopened: both",
    )
    before_created: Literal["left_out", "zero"] = setting(
        "left_out",
        "时间早于受理的：left_out 不进入时限的计算，zero 作为当即；都计数",
        "what a time before the creation means: the order is left out of that limit, or done at once; both are counted",
        "before_created: zero",
        "before_created: drop",
    )
    placed_by: Literal["created", "closed"] = setting(
        "created",
        "工单按哪个时间归入月份：created 受理时间；closed 办结时间，只用于没有受理时间的导出（未办结的不在其中，时限与积压无从算起）",
        "which time places an order in its month: its creation, or its closing, for exports without a creation only (open orders are in no month then, and no limit and no stock can be told)",
        "placed_by: closed",
        "placed_by: closed_at",
    )


class FollowUp(Settings):
    """What the answers of a follow-up are worth in 三率; it differs by place."""

    satisfied: dict[str, Finite] = setting(
        {"非常满意": 1, "满意": 1, "基本满意": 0.9, "不满意": 0, "非常不满意": 0},
        "满意情况各词的折算值，0至1；有词没有写到的月份，不给用到它的三率",
        "what each word of `satisfied` is worth, 0 to 1; a word without one leaves out, of its months, the rates that use it",
        "satisfied: {满意: 1, 基本满意: 0.8, 不满意: 0}",
        "satisfied: {满意: 好}",
    )
    partly: Finite = setting(0, "部分解决折算为多少", "what a partly resolved order is worth", "partly: 0.5", "partly: 50%", ge=0, le=1)
    weights: Annotated[tuple[Finite, ...], BeforeValidator(_as_list)] = setting(
        (),
        "响应率、解决率、满意率的权重，合计为1；不写则不算综合",
        "the weights of response, resolution and satisfaction, together 1; empty: the three are not put together",
        "weights: [0.2, 0.4, 0.4]",
        "weights: [20, 40, 40]",
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.follow_up(self)
        return self


class Faq(Settings):
    """What makes a question one for self-service: asked often, short, done with one call. The last three are multiples of the hotline's own figure."""

    least_share: Finite = setting(
        0.01,
        "至少占接通来电的多大一部分",
        "the least share of the answered calls",
        "least_share: 0.02",
        "least_share: 2",
        gt=0,
        lt=1,
    )
    most_handling: Finite = setting(
        1.0,
        "处理时长至多为全热线平均的几倍",
        "handling time at most so many times the hotline's mean",
        "most_handling: 0.8",
        "most_handling: 3min",
        gt=0,
        le=10,
    )
    most_repeat: Finite = setting(
        1.0,
        "重复来电率至多为全热线的几倍",
        "repeat rate at most so many times the hotline's",
        "most_repeat: 0.8",
        "most_repeat: 15%",
        gt=0,
        le=10,
    )
    most_dispatch: Finite = setting(
        1.0,
        "派单率至多为全热线的几倍",
        "dispatch rate at most so many times the hotline's",
        "most_dispatch: 0.5",
        "most_dispatch: 0",
        gt=0,
        le=10,
    )


class Priority(Settings):
    """How much each factor weighs in repeats × handling time × (1 - satisfied): its exponent; 0 leaves it out."""

    repeats: Finite = setting(
        1.0, "重复来电量的权重（指数）", "the weight (exponent) of the repeats", "repeats: 1", "repeats: -1", ge=0, le=3
    )
    handling: Finite = setting(
        1.0, "处理时长的权重（指数）", "the weight (exponent) of the handling time", "handling: 0.5", "handling: 1h", ge=0, le=3
    )
    unsatisfied: Finite = setting(
        1.0, "不满意比例的权重（指数）", "the weight (exponent) of the share not satisfied", "unsatisfied: 2", "unsatisfied: 10", ge=0, le=3
    )


class Service(Settings):
    """Service, waits and staffing: within what a call should be answered, what counts as a redial, and how many seats a roster needs."""

    answer_seconds: Annotated[tuple[Seconds, ...], BeforeValidator(_as_list), AfterValidator(fits.rising)] = setting(
        (15,),
        "多少秒内接通才算及时（国家标准15秒）；几个数写成列表，由小到大，排班按第一个算",
        "within how many seconds a call should be answered (the standard: 15); several as a rising list, staffing goes by the first",
        "answer_seconds: [15, 20, 30]",
        "answer_seconds: 15s",
        min_length=1,
    )
    target_share: Finite = setting(
        0.8,
        "排班要达到的及时接通的比例：上述秒数内接通，占全部人工服务请求",
        "the share of all requests that a roster should answer within these seconds",
        "target_share: 0.9",
        "target_share: 90%",
        gt=0,
        lt=1,
    )
    short_abandon_seconds: int = setting(
        5,
        "多少秒内挂断算误拨或试拨：不说明耐心，服务水平C不计",
        "an abandonment before so many seconds is a slip: it says nothing of patience, and form C of the service level leaves it out",
        "short_abandon_seconds: 10",
        "short_abandon_seconds: -1",
        ge=0,
        le=600,
    )
    redial_minutes: int = setting(
        30,
        "放弃后多少分钟内再打来，算同一次求助",
        "a call again within so many minutes of giving up is the same attempt to get through",
        "redial_minutes: 60",
        "redial_minutes: 1h",
        ge=1,
        le=1440,
    )
    peak_share: Finite = setting(
        0.25,
        "一周有来电的各小时中最忙的多大一部分算高峰",
        "the busiest part of those hours of the week that have calls: the peak",
        "peak_share: 0.2",
        "peak_share: 20",
        gt=0,
        lt=1,
    )
    low_share: Finite = setting(
        0.5,
        "一个小时接通的不到这个比例，算无人或少人值守",
        "an hour in which less than this share was answered is hardly covered",
        "low_share: 0.3",
        "low_share: 0",
        gt=0,
        lt=1,
    )
    contained_hours: Finite = setting(
        24,
        "机器人会话结束后多少小时内不再联系，才算机器人解决",
        "a session of the bot counts as solved when its caller makes no contact for so many hours",
        "contained_hours: 48",
        "contained_hours: 1d",
        gt=0,
        le=720,
    )
    warning_minutes: int = setting(
        120,
        "舆情事件发现后多少分钟内预警算及时；登记表有时限的以登记的为准",
        "within how many minutes an event of public opinion should be warned of; a time of its own in the register goes first",
        "warning_minutes: 60",
        "warning_minutes: 1h",
        ge=1,
        le=10080,
    )
    cost_a_minute: Finite | None = setting(
        None,
        "话务员一分钟的人力成本，元；用于重复来电的成本",
        "what a minute of an agent costs, in the hotline's currency: for the cost of repeat calls",
        "cost_a_minute: 1.2",
        "cost_a_minute: 1.2元",
        gt=0,
    )
    shrinkage: Finite = setting(
        0.3,
        "排了班而不在接电话的时间（休息、培训、会议、缺勤）占多少",
        "the part of rostered time that is not spent taking calls: breaks, training, meetings, absence",
        "shrinkage: 0.25",
        "shrinkage: 25",
        ge=0,
        lt=1,
    )
    faq: Faq = setting(
        Faq(),
        "哪些问题可考虑改为自助：门槛",
        "which questions may go to self-service: the thresholds",
        "faq: {least_share: 0.02}",
        "faq: 0.02",
    )
    priority: Priority = setting(
        Priority(),
        "诉求优先次序各因子的权重",
        "the weights of the list of issues to work on first",
        "priority: {unsatisfied: 2}",
        "priority: 2",
    )


class UnitsBeside(Settings):
    """Which units stand beside one another in the study of units, and under which window."""

    by: Literal["unit", "area", "department", "queue", "channel", ""] = setting(
        "",
        "按哪一列分单位；不写则为导出里有的班组、区域或部门，与其他热线并列时整条热线为一个单位",
        "the column that tells the units apart; empty: the first of unit, area and department that the export has, and beside other hotlines the hotline as one",
        "by: unit",
        "by: agent",
    )
    window_hours: Annotated[float, Field(gt=0, le=168)] = setting(
        24.0, "比较所用的窗口，小时", "the window that is compared, in hours", "window_hours: 72", "window_hours: 0"
    )
    params: Texts = setting(
        (),
        "并列的其他热线的参数文件；从params的上一级文件夹算起",
        "params files of other hotlines to stand beside; paths start above the folder params",
        "params: [params/north.yaml]",
        "param: [params/north.yaml]",
    )
    shares: Texts = setting(
        (),
        "其他热线用 hotline share 写出的文件，不含任何来电",
        "files that other hotlines wrote with `hotline share`, without any call",
        "shares: [from-north.json]",
        "share: [from-north.json]",
    )
    forced: bool = setting(
        False,
        "口径、窗口或时期不同也并列，只列数字，不判断",
        "put unlike definitions, windows or periods beside one another too; figures only, nothing is judged",
        "forced: true",
        "forced: maybe",
    )


class Coaching(Settings):
    """When the study of agents calls for coaching one person, for training an issue, or for a look at its process."""

    beyond: Finite = setting(
        5, "一格多出应有几通以上才列出", "repeats beyond expectation from which a cell is listed", "beyond: 8", "beyond: -1", ge=0
    )
    general_issues: int = setting(
        3,
        "几类以上都偏高，辅导的是方法而不是某一类",
        "above on so many issues: it is the way of taking a call",
        "general_issues: 4",
        "general_issues: 0",
        ge=1,
    )
    least_spread: Finite = setting(
        0.5,
        "员工差异中非巧合的部分占多少算大",
        "the part of the spread between agents that is no chance, from which they differ much",
        "least_spread: 0.6",
        "least_spread: 60%",
        ge=0,
        le=1,
    )
    many_high: Finite = setting(
        0.25,
        "单看偏高的人占多少算普遍，宜培训该类",
        "the part of the agents who are high by themselves, from which the issue is to be trained",
        "many_high: 0.3",
        "many_high: 30",
        ge=0,
        le=1,
    )
    few_above: Finite = setting(
        0.1,
        "列出的人少于多少算人人都一样，查流程",
        "the part of the agents above, below which all are alike and the process is looked at",
        "few_above: 0.05",
        "few_above: 5",
        ge=0,
        le=1,
    )


def _as_condition(value):
    return {"is": value} if isinstance(value, str | list) else value


class Condition(Settings):
    """What a column holds in the rows that count: one word, one of several, a number from or up to a limit, or anything at all."""

    words: Texts = setting(
        (), "等于这个词，或其中之一", "the word, or one of several", "channel: {is: [网站, 微信]}", "channel: {are: 网站}", alias="is"
    )
    least: Finite | None = setting(None, "不小于", "at least", "talk_seconds: {least: 60}", "talk_seconds: {from: 60}")
    most: Finite | None = setting(None, "不大于", "at most", "talk_seconds: {most: 60}", "talk_seconds: {most: 1m}")
    known: bool | None = setting(None, "有没有值", "whether the cell holds anything", "rating: {known: true}", "rating: {known: maybe}")

    @model_validator(mode="after")
    def _one(self):
        given = [bool(self.words), self.least is not None or self.most is not None, self.known is not None]
        if sum(given) != 1:
            raise ValueError("says nothing, or two things at once; write a word, {least: ...}, {most: ...} or {known: true}")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least:g} is above most {self.most:g}; no row meets both")
        return self


OneCondition = Annotated[Condition, BeforeValidator(_as_condition)]


class OwnPart(Settings):
    """A numerator or a denominator of a hotline's own indicator: which rows of which table count, or what of them is added up."""

    name: SaidWords | None = setting(
        None, "它叫什么；不写则由条件写成", "what it is called; empty: made of its conditions", "name: 网站来电", "names: 网站来电"
    )
    table: Literal[tuple(tables.TABLES)] = setting(  # type: ignore[valid-type]
        "calls", "哪张表的记录", "the table whose rows count", "table: orders", "table: order"
    )
    where: dict[str, OneCondition] = setting(
        {},
        "哪些记录：列与条件，都要满足；不写为全部",
        "which rows: columns and conditions, all of them met; empty: all",
        "where: {channel: 网站}",
        "where: {chanel: 网站}",
    )
    sum: str = setting(
        "", "把哪一列加起来；不写则数记录", "the column that is added up; empty: rows are counted", "sum: talk_seconds", "sum: talk_second"
    )


class OwnIndicator(Settings):
    """An indicator of the hotline's own, declared without code; or, under the key of one that exists, who owns it and since when its rule holds."""

    name: SaidWords | None = setting(None, "名称", "its name", "name: {zh: 网上来电占比, en: Online share}", "nam: 网上来电占比")
    numerator: OwnPart | None = setting(
        None, "分子", "the numerator", "numerator: {where: {channel: 网站}}", "numerator: {where: {chanel: 网站}}"
    )
    denominator: OwnPart | None = setting(
        None,
        "分母；不写为有数据的天数（日均）",
        "the denominator; empty: the days with data (a day)",
        "denominator: {where: {channel: {known: true}}}",
        "denominator: {tabel: calls}",
    )
    unit: Literal["percent", "seconds", "times", "score", "yuan", "calls_a_day", "orders_a_day"] = setting(
        "percent", "单位", "its unit", "unit: seconds", "unit: second"
    )
    better: Literal["higher", "lower", "neither"] = setting(
        "neither", "高为好、低为好，还是不分好坏", "which way is better", "better: higher", "better: up"
    )
    scope: SaidWords | None = setting(None, "统计口径", "what is counted and who is left out", "scope: 不含转接", "scopes: 不含转接")
    observe: SaidWords | None = setting(None, "评估观察", "what to look at", "observe: 按渠道看", "observes: 按渠道看")
    judge: SaidWords | None = setting(None, "判断特征", "what tells good from bad", "judge: 低于八成时查原因", "judges: 低于八成时查原因")
    audience: Texts = setting(
        ("management",),
        "给谁看：front line 一线，management 管理，support 支撑",
        "who sees it: front line, management, support",
        "audience: [front line, management]",
        "audience: frontline",
    )
    owner: str = setting("", "由谁负责", "who answers for it", "owner: 质检科", "owners: 质检科")
    since: str = setting("", "这一口径的第一个月", "the first month of this rule", "since: 2024-03", "since: 2024-3")
    replaced_by: str = setting(
        "",
        "被哪个指标取代（它要写明since）",
        "the key of the indicator that takes its place (which says since when)",
        "replaced_by: online_share_new",
        "replaced: online_share_new",
    )

    @model_validator(mode="after")
    def _whole(self):
        if self.since and not MONTH.fullmatch(self.since):
            raise ValueError(f"since: '{self.since}' is not a month; write it as 2024-03")
        fits.own_indicator(self)
        return self


class About(Settings):
    """运营概况: what the centre does, who works there, and how a call goes through it, in its own words."""

    service: SaidWords | None = setting(
        None,
        "服务定位、范围与特色",
        "what the hotline is for, and what it covers",
        "service: 7×24小时受理政务咨询与投诉",
        "services: 7×24小时",
    )
    team: SaidWords | None = setting(None, "团队组成", "who works there", "team: 五个班组，六十名话务员", "teams: 五个班组")
    process: SaidWords | None = setting(
        None,
        "运营流程",
        "how a call is answered, passed on and closed",
        "process: 受理、派单、办理、回访四步",
        "process: [受理, 派单]",
    )


class Report(Settings):
    """What the monthly page shows, and the words that stand on it."""

    about: About = setting(
        About(), "运营概况一章的文字", "the words of the chapter about the centre", "about: {team: 五个班组}", "about: 五个班组"
    )

    organisation: SaidWords | None = setting(
        None, "页面抬头的单位", "who publishes the page", "organisation: 云江市政务热线中心", "organization: 云江市政务热线中心"
    )
    first_month: str | None = setting(
        None, "第1期的月份，用于编期号", "the month of issue 1, for the running number", "first_month: 2023-08", "first_month: 2023-8"
    )
    headlines: Texts = setting(
        (),
        "固定放在页首的四个指标（docs/definitions.md）",
        "the four indicators that always stand first",
        "headlines: [connection_rate, asa_seconds]",
        "headline: connection_rate",
    )
    sections: Texts = setting(
        (),
        "月报上有哪几章、哪几个专题，按此次序；没有列出的不出。章名是 notebooks/monthly.ipynb 中各章中文单元的id，专题名是笔记本的文件名；不写则全部",
        "which chapters and special studies the month has, in this order; what is not listed is left out. A chapter is named by the id of its zh cell in notebooks/monthly.ipynb, a study by its notebook's file name; empty: all",
        "sections: [repeat, answering, appendix, window]",
        "sections: [answering, repeat, answering]",
    )
    disclosure: Literal["pooled", "internal"] = setting(
        "pooled",
        "全热线页面上分组数字的披露规则：pooled合并不足8的分组、隐去能由总数减出的数；internal把各组不足13的计数隐去、其余取最接近的5，分组的其他表不列。分单位、分部门的页面总是internal",
        "how figures of groups are told on the hotline's page: pooled merges groups under 8 and hides what the total would give away; internal hides counts under 13 of groups, tells others to the nearest 5, and leaves other tables of groups out. Editions of a unit or a department are always internal",
        "disclosure: internal",
        "disclosure: exact",
    )
    note: SaidWords | None = setting(
        None, "中心自己的话，原样印出", "the centre's own words, printed as they are", "note: 8月系统升级两天", "notes: 8月系统升级两天"
    )

    @field_validator("first_month")
    @classmethod
    def _month(cls, value):
        if value is not None and not MONTH.fullmatch(value):
            raise ValueError(f"'{value}' is not a month; write it as 2024-09")
        return value

    @field_validator("sections")
    @classmethod
    def _once(cls, value):
        for name in value:
            if value.count(name) > 1:
                raise ValueError(f"'{name}' stands twice; a page has it once")
        return value


class CallerCases(Settings):
    """What the workbook of callers shows; who is on its list is the first rule of `watch › rules`."""

    shared: bool = setting(
        False, "总机一类的共用号码是否也列入", "whether switchboards and the like are listed too", "shared: true", "shared: all"
    )
    columns: Texts = setting(
        fits.CALL_COLUMNS,
        "来电明细的列，依次写出；导出没有的列不出现",
        "the columns of the sheet of calls, in their order; one that the export lacks is not there",
        "columns: [started_at, issue_1, agent]",
        "columns: [started, issue_1]",
    )

    @field_validator("columns")
    @classmethod
    def _columns(cls, value):
        return fits.detail_columns(value)


class AgentCases(Settings):
    """Which agents and issues are put on the list to look into, and what the sheet of their repeats shows."""

    window_hours: Finite = setting(
        0,
        "几小时内再次来电；0为口径里的窗口",
        "the caller was back within so many hours; 0: the definition's window",
        "window_hours: 12",
        "window_hours: -1",
        ge=0,
        le=24 * 366,
    )
    level: int = setting(1, "按第几级诉求", "the level of the issues", "level: 2", "level: 4", ge=1, le=3)
    rows: Literal["cases", "all"] = setting(
        "cases",
        "重复来电明细的范围：cases 只列名单上的，all 全部话务员",
        "whose repeats are listed: those of the cases, or everybody's",
        "rows: all",
        "rows: every",
    )
    columns: Texts = setting(
        fits.PAIR_COLUMNS,
        "重复来电明细的列，next_ 开头的属于再次来电；导出没有的列不出现",
        "the columns of the sheet of repeats; those of the repeat begin with next_; one that the export lacks is not there",
        "columns: [started_at, issue_1, gap_hours, next_started_at, next_issue_1]",
        "columns: [started_at, next_start]",
    )

    @field_validator("columns")
    @classmethod
    def _columns(cls, value):
        return fits.detail_columns(value, pairs=True)


class Workbook(Settings):
    """The workbooks that staff fill (`hotline workbook callers` and `agents`)."""

    number: Literal["masked", "full"] = setting(
        "masked",
        "来电号码：masked 只留前三后四位，full 全部写出（每次从原始导出文件读取，数据存储里没有）",
        "the caller's number: its first three and last four digits, or all (read again from the raw exports each time; the store has none)",
        "number: full",
        "number: hidden",
    )
    callers: CallerCases = setting(
        CallerCases(),
        "短期重复致电群众（列入的规则见 watch › rules）",
        "the workbook of callers (whom it lists: watch › rules)",
        "callers: {shared: true}",
        "callers: {share: true}",
    )
    agents: AgentCases = setting(
        AgentCases(), "员工复电率下钻", "the workbook of agents", "agents: {window_hours: 12, level: 2}", "agents: {hours: 12}"
    )


class Watch(Settings):
    """Who is watched as a frequent caller (短期重复致电群众监控)."""

    rules: tuple[tuple[int, Finite], ...] = setting(
        ((4, 7.0), (5, 31.0), (12, 92.0), (15, 31.0)),
        "监控方案，逐个列出：至少几通、几天之内（滚动）；第一个也是名单、排查表与月报计数所用的规则；默认为电信行业、频繁来电者网络（一个月、三个月）与共用地址",
        "watch rules, one by one: so many calls or more, within so many days (rolling); the first is also the rule of the list, of its workbook and of the month's counts; by default those of telecom operators, of the frequent caller network (a month, three) and of communal addresses",
        "rules: [[4, 7], [3, 2]]",
        "rules: [4, 7]",
        min_length=1,
    )
    shared_a_month: int = setting(
        60,
        "一个月多少通以上算总机一类的共用号码，不算在人里",
        "a number with so many calls a month or more is taken for a switchboard and not for a person",
        "shared_a_month: 40",
        "shared_a_month: many",
        ge=2,
        le=100_000,
    )

    @field_validator("rules")
    @classmethod
    def _rules(cls, value):
        for least, days in value:
            if least < 2 or not 0 < days <= 366:
                raise ValueError(f"{least} calls within {days:g} days is no rule: two calls or more, within 366 days or fewer")
        return value


class Need(Settings):
    """One branch of the tree from what citizens need to what is measured (客户需求 → 关键质量特性 → KPI)."""

    need: SaidWords = setting(..., "客户需求", "what citizens need", "need: {zh: 打得通, en: Getting through}", "needs: 打得通")
    ctq: SaidWords = setting(
        ...,
        "关键质量特性：需求说成可以量的特性",
        "critical to quality: the need as something that can be measured",
        "ctq: 电话接起快",
        "ctg: 电话接起快",
    )
    kpi: SaidWords = setting(..., "KPI的名称", "the KPI's name", "kpi: {zh: 人工服务接听率, en: Connection rate}", "kpis: 人工服务接听率")
    indicator: str = setting(
        "",
        "本系统中的指标（docs/definitions.md），写了就列出本月数字",
        "the indicator of docs/definitions.md, for this month's figure",
        "indicator: connection_rate",
        "indikator: connection_rate",
    )


class Output(Settings):
    """One column of the cause-and-effect matrix: a quality that causes act on, with its weight."""

    name: SaidWords = setting(..., "关键质量特性", "the quality", "name: {zh: 一次解决, en: Solved at once}", "title: 一次解决")
    weight: Finite = setting(..., "权重，1至10", "its weight, 1 to 10", "weight: 9", "weight: 11", ge=1, le=10)


class Cause(Settings):
    """One row of the cause-and-effect matrix (因果矩阵)."""

    name: SaidWords = setting(..., "原因", "the cause", "name: {zh: 知识库更新慢, en: Slow knowledge base}", "cause: 知识库更新慢")
    ratings: dict[str, Literal[0, 1, 3, 9]] = setting(
        ...,
        "对各特性的关联：9强、3中、1弱、0无；以特性的代号写",
        "its relation to each quality, by the quality's key: 9 strong, 3 medium, 1 weak, 0 none",
        "ratings: {solved: 9}",
        "ratings: {solved: 5}",
        min_length=1,
    )

    @field_validator("ratings", mode="before")
    @classmethod
    def _whole(cls, value):
        return {k: int(v) if str(v).isdigit() else v for k, v in value.items()} if isinstance(value, dict) else value


class Kpi(Settings):
    """One KPI before and after, as typed in from a report."""

    name: SaidWords = setting(..., "KPI的名称", "the KPI's name", "name: {zh: 诉求一次解决率, en: Solved at once}", "kpi: 诉求一次解决率")
    kind: Literal["share", "attrition", "score", "calls_per_problem"] = setting(
        "share",
        "share 比率，attrition 月流失率（另折算为年），score 平均分，calls_per_problem 每个问题的来电数（倒数为一次解决率）",
        "a share; a monthly attrition (a year's is worked out); a mean score; calls per problem (its inverse is the share solved at once)",
        "kind: attrition",
        "kind: percent",
    )
    before: Finite | None = setting(
        None, "改善前的值；比率写小数", "its value before; a share as a fraction", "before: 0.8627", "before: 86%", ge=0
    )
    after: Finite = setting(
        ..., "改善后（或仅有的一期）的值", "its value after, or of the only period", "after: 0.9183", "after: 91.83%", ge=0
    )
    before_n: int | None = setting(None, "改善前的样本量", "the number of cases before", "before_n: 4000", "before_n: 0", ge=1)
    after_n: int | None = setting(None, "改善后的样本量", "the number of cases after", "after_n: 4000", "after_n: 0", ge=1)
    before_period: SaidWords | None = setting(
        None, "改善前是哪一期", "the period before", "before_period: {zh: 2016年3月, en: March 2016}", "period: 2016年3月"
    )
    after_period: SaidWords | None = setting(
        None, "改善后是哪一期", "the period after", "after_period: {zh: 2018年3月, en: March 2018}", "periods: 2018年3月"
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.kpi(self)
        return self


class Intervention(Settings):
    """One measure that was taken, with its day, what it was to move and where."""

    date: str = setting(
        ...,
        "从哪一天起",
        "the day from which it holds",
        "date: 2024-03-01",
        "date: 2024-3-1",
    )
    name: SaidWords = setting(..., "措施", "the measure", "name: {zh: 新知识库上线, en: New knowledge base}", "title: 新知识库上线")
    indicator: str = setting(
        "",
        "要改善的指标（docs/definitions.md）；不写则只记入日志",
        "the indicator that it was to move; empty: it is only logged",
        "indicator: repeat_rate_24h",
        "target: repeat_rate_24h",
    )
    claims: Annotated[
        tuple[Literal["dispatch", "response", "resolution", "wait", "talk", "contacts", "solved", "pace"], ...], BeforeValidator(_as_list)
    ] = setting(
        (),
        "据说改变了什么：dispatch 转出、response 响应、resolution 解决、wait 等待、talk 通话的时长，contacts 联系量，solved 首解率，pace 每小时接听量；不写则按指标",
        "what it is said to have changed: the time to dispatch, response or resolution of orders, the wait or the talk of calls, contacts, solved (first-call resolution), pace (calls an hour); empty: what its indicator speaks of",
        "claims: [response, contacts]",
        "claims: replies",
    )
    units: Texts = setting((), "只在这些单位实行", "the units that it was for", "units: [一班]", "unit: 一班")
    issues: Texts = setting((), "只针对这些诉求", "the issues that it was for", "issues: [设施维修]", "issue: 设施维修")
    chosen_worst: bool = setting(
        False,
        "这些单位或诉求是否因为当时数字最差才选中",
        "whether the units or issues were chosen because their figures were the worst",
        "chosen_worst: true",
        "chosen_worst: worst",
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.intervention(self)
        return self


class Improvement(Settings):
    """What an improvement project knows besides the data: needs, causes, typed figures and what was done (DMAIC)."""

    needs: tuple[Need, ...] = setting(
        (), "需求、特性与KPI", "needs, qualities and KPIs", "needs: [{need: 打得通, ctq: 接起快, kpi: 接听率}]", "needs: 打得通"
    )
    outputs: dict[str, Output] = setting(
        {},
        "因果矩阵的列：代号与特性",
        "the columns of the cause-and-effect matrix, by a key",
        "outputs: {solved: {name: 一次解决, weight: 9}}",
        "outputs: {solved: 9}",
    )
    causes: tuple[Cause, ...] = setting(
        (),
        "因果矩阵的行",
        "the rows of the cause-and-effect matrix",
        "causes: [{name: 知识库更新慢, ratings: {solved: 9}}]",
        "causes: [{name: 知识库更新慢, ratings: {solve: 9}}]",
    )
    kpis: tuple[Kpi, ...] = setting(
        (),
        "手工录入的前后数字",
        "figures before and after, typed in",
        "kpis: [{name: 一次解决率, before: 0.86, after: 0.92}]",
        "kpis: [{name: 一次解决率}]",
    )
    interventions: tuple[Intervention, ...] = setting(
        (),
        "采取过的措施",
        "the measures that were taken",
        "interventions: [{date: 2024-03-01, name: 新知识库上线}]",
        "interventions: [{name: 新知识库上线}]",
    )
    incidents: Texts = setting(
        (), "哪些工单类型是服务事故", "the kinds of order that are incidents", "incidents: [服务事故]", "incident: 服务事故"
    )

    @model_validator(mode="after")
    def _fits(self):
        fits.improvement(self)
        return self


class Params(Settings):
    """One hotline: its files and column names, its definition, targets and report."""

    title: SaidWords = setting(
        ..., "热线的名称", "the hotline's name", "title: {zh: 云江市12345热线, en: Yunjiang hotline}", "titel: 云江市12345热线"
    )
    preset: Texts = setting(
        (),
        "整个热线的预设，一个或几个；也可写在某种导出之下",
        "presets of the whole hotline, one or several; one may also stand under a kind of export",
        "preset: asterisk_cdr",
        "presets: asterisk_cdr",
    )
    time_zone: str = setting(
        "Asia/Shanghai", "热线所在的时区", "the zone of the hotline's clock", "time_zone: America/New_York", "time_zone: Beijing"
    )
    weekend: Annotated[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(_as_list)] = setting(
        ("sat", "sun"), "周末是哪几天", "the days of the weekend", "weekend: [fri, sat]", "weekend: [saturday]"
    )
    holidays: str = setting(
        "CN",
        "法定节假日（含调休）的国家代码；写 '' 表示没有",
        "country of the public holidays; '' for none",
        "holidays: US",
        "holidays: China",
    )
    days: dict[str, Literal["rest", "work"]] = setting(
        {},
        "官方日历以外自定的休息日（rest）与上班日（work），如下一年尚未发布的放假安排、热线停班的日子；也可写一个CSV文件的名字，一行一天：2027-02-07,work",
        "days off (rest) and days worked (work) that the official calendar does not have, such as a year that is not published, or days on which the hotline was closed; or the name of a CSV file, a day a line: 2027-02-07,work",
        "days: {2027-01-01: rest, 2027-02-07: work}",
        "days: {2027-02-30: rest}",
    )
    period: Period = setting(Period(), "月与日从何时起", "where a month and a day begin", "period: {start_day: 19}", "period: 19")
    key: Literal["file", "published"] = setting(
        "file",
        "化名的密钥：自己的文件（HOTLINE_KEY_FILE），或公开的固定密钥（只给虚构热线与公开数据）",
        "the key of the pseudonyms: a file of your own (HOTLINE_KEY_FILE), or the published one of the invented hotline and of public data",
        "key: file",
        "key: published",
    )
    public: bool = setting(
        False,
        "这些文件的每一行本来就是公开的，所以可以用公开的密钥",
        "every row of these files is public already, so that the published key gives nothing away",
        "public: true",
        "public: data",
    )
    identity: Annotated[tuple[Literal["caller_phone", "caller_person", "caller_code"], ...], BeforeValidator(_as_list)] = setting(
        ("caller_phone", "caller_person", "caller_code"),
        "几种身份先用哪一种",
        "which identity makes the caller, the first known one",
        "identity: [caller_code, caller_phone]",
        "identity: phone",
    )
    workspace: str = setting(
        "",
        "数据存储的文件夹；不写为 `.hotline/<名称>`",
        "the folder of the store; empty: `.hotline/<name>`",
        "workspace: /srv/hotline/store",
        "work_space: /srv/hotline/store",
    )
    sample: bool = setting(
        False,
        "虚构热线：首次使用时写出导出文件",
        "the invented hotline: its exports are written on first use",
        "sample: false",
        "sample: true",
    )
    calls: Sources = setting(
        (),
        "来电的导出文件；几种写成列表",
        "the exports of calls; several kinds as a list",
        "calls: {files: a.csv, columns: {started_at: 来电时间}}",
        "calls: a.csv",
    )
    orders: Sources = setting(
        (),
        "工单的导出文件；几种写成列表",
        "the exports of work orders; several kinds as a list",
        "orders: {files: a.csv, columns: {created_at: 受理时间}}",
        "order: {files: a.csv}",
    )
    order_steps: Sources = setting(
        (),
        "工单流转记录的导出文件，一行一个环节",
        "the exports of the orders' handovers, a row a step",
        "order_steps: {files: a.csv, columns: {order_id: 工单编号, department: 承办单位, started_at: 接收时间}}",
        "steps: {files: a.csv}",
    )
    surveys: Sources = setting(
        (),
        "满意度调查的导出文件，一行一次邀评或一份答卷；短信、语音等几种邀评方式各写channel（列，或is），回收率与得分才各算各的",
        "the exports of satisfaction surveys, a row an invitation or an answer; several ways of asking (text message, voice) each with its channel (a column, or `is`), so that each has a response rate and a score of its own",
        "surveys: {files: a.csv, columns: {survey_id: 答卷编号, invited_at: 邀评时间}}",
        "survey: {files: a.csv}",
    )
    scores: Sources = setting(
        (),
        "质检、自评等其他评分的导出文件；几种来源写成列表",
        "the exports of quality checks, self-ratings and other scores; several sources as a list",
        "scores: {files: a.csv, columns: {source: {is: quality_check}, scored_at: 质检日期}}",
        "scores: {files: a.csv, columns: {source: {is: 质检}}}",
    )
    checklist: Sources = setting(
        (),
        "关键行为检查表的导出文件，一行一个岗位、检查项与时段",
        "the exports of checklists of key behaviour, a row a role, item and slot",
        "checklist: {files: a.csv, columns: {role: 岗位, item: 检查项, done: 完成}}",
        "checklists: {files: a.csv}",
    )
    sessions: Sources = setting(
        (),
        "在线会话的导出文件，一行一次会话",
        "the exports of chats, a row a session",
        "sessions: {files: a.csv, columns: {session_id: 会话编号, opened_at: 开始时间}}",
        "session: {files: a.csv}",
    )
    messages: Sources = setting(
        (),
        "会话消息的导出文件，一行一条消息（只要时间与发言方，不要内容）",
        "the exports of chat messages, a row a message (its time and its speaker, not its text)",
        "messages: {files: a.csv, columns: {session_id: 会话编号, sent_at: 发送时间}}",
        "message: {files: a.csv}",
    )
    agent_time: Sources = setting(
        (),
        "坐席状态日志与排班表的导出文件；排班写 state: {is: planned}",
        "the exports of agents' states and of rosters; of a roster, state: {is: planned}",
        "agent_time: {files: a.csv, columns: {agent: 工号, starts_at: 开始, seconds: 时长, state: {is: planned}}}",
        "agent_time: {files: a.csv, columns: {agent: 工号, starts_at: 开始}}",
    )
    events: Sources = setting(
        (),
        "故障、舆情、热点预存修复等登记表；几种写成列表",
        "the registers of outages, public opinion and stored answers to repair; several kinds as a list",
        "events: {files: a.csv, columns: {kind: {is: outage}, found_at: 开始, repaired_at: 恢复}}",
        "events: {files: a.csv, columns: {kind: {is: 故障}}}",
    )
    staff: Sources = setting(
        (),
        "人力月报，一行一个月一个班组",
        "the sheets of staff, a row a month and team",
        "staff: {files: a.csv, columns: {month_at: 月份, unit: 班组, headcount: 在岗}}",
        "staff: {files: a.csv, columns: {headcount: 在岗}}",
    )
    aggregates: Sources = setting(
        (),
        "手工录入的月度数字，一行一个月一个指标；照样列出，不作检验，不判好坏",
        "month figures typed in by hand, a row a month and indicator; shown as they are, never tested, never judged",
        "aggregates: {files: a.csv, columns: {month_at: 月份, indicator: 指标, value: 数值}}",
        "aggregate: {files: a.csv}",
    )
    cases: Sources = setting(
        (),
        "自己保管的排查登记，一行一案；hotline backfill 收回的答复另存于 private/，不必写在这里",
        "a register of cases that is kept elsewhere, a row a case; what `hotline backfill` takes in is kept in private/ and needs no line here",
        "cases: {files: a.xlsx, columns: {kind: {is: caller}, listed_at: 列入日期, caller: {from: 号码, kind: phone}}}",
        "cases: {files: a.xlsx, columns: {kind: {is: caller}}}",
    )
    tables: dict[str, str] = setting(
        {},
        "已在数据湖中的标准表：表名与其文件夹（Parquet，可按分区分文件夹，或 Delta 表），在原处读取，不写入（见 docs/scale.md）",
        "canonical tables that lie in a lake already: a table and its folder (Parquet files, in folders of partitions or not, or a Delta table), read where they lie and never written (docs/scale.md)",
        "tables: {orders: lake/orders}",
        "tables: {order: lake/orders}",
    )
    items: dict[str, Item] = setting(
        {},
        "调查与评分的题目：列名（item_1至item_30）与它问什么、分值范围；被对应的列都要写",
        "the items of surveys and scores: a slot (item_1 to item_30), what it asks and its scale; every slot that a column maps",
        "items: {item_1: {name: {zh: 服务态度, en: Courtesy}, scale: [1, 5], not_applicable: 0}}",
        "items: {item_31: {name: 服务态度, scale: [1, 5]}}",
    )
    satisfaction: Satisfaction = setting(
        Satisfaction(),
        "满意度专题：哪一题是总体满意度、推荐意愿等",
        "the study of satisfaction: which item is the overall score, and the like",
        "satisfaction: {needs_base: mentions}",
        "satisfaction: {overal: item_1}",
    )
    definition: dict[str, Any] = setting(
        {},
        "口径，见 docs/definitions.md；或 windows_file",
        "the definition, see docs/definitions.md; or `windows_file`",
        "definition: {windows_hours: [24, 72], match: same}",
        "definition: same",
    )
    targets: dict[str, Finite] = setting(
        {},
        "目标值：比率写小数，时长写秒",
        "targets: a rate as a fraction, a duration in seconds",
        "targets: {connection_rate: 0.95, asa_seconds: 10}",
        "targets: {connection_rate: 95%}",
    )
    indicators: dict[str, OwnIndicator] = setting(
        {},
        "热线自己的指标（键、名称、分子、分母），或已有指标的负责人、起始月与取代它的指标",
        "the hotline's own indicators (key, name, numerator, denominator); or owner, first month and successor of one that exists",
        "indicators: {web_share: {name: 网站占比, numerator: {where: {channel: 网站}}, denominator: {}}}",
        "indicators: {web_share: {name: 网站占比, denominator: {}}}",
    )
    breaks: dict[str, SaidWords] = setting(
        {},
        "流程改变后的第一个月与说明：控制限从那里重新开始",
        "the first month under a changed process, and its words: limits begin anew there",
        "breaks: {2024-03: 新系统上线}",
        "breaks: {2024-3: 新系统上线}",
    )
    improvement: Improvement = setting(
        Improvement(),
        "改善项目：需求、原因、前后数字与措施",
        "an improvement project: needs, causes, figures before and after, measures",
        "improvement: {incidents: [服务事故]}",
        "improvement: 服务事故",
    )
    complaints: Complaints = setting(
        Complaints(),
        "哪些工单算投诉，以及响应和解决的时限",
        "which orders are complaints, and the limits of response and resolution",
        "complaints: {kinds: 投诉, response: 24h, resolution: [48h, 7d]}",
        "complaints: 48h",
    )
    service: Service = setting(
        Service(),
        "接通与人力：多少秒内接通、什么算重拨、高峰与缺勤怎么算",
        "service and staffing: the seconds to an answer, redials, the peak, shrinkage",
        "service: {answer_seconds: [15, 20], shrinkage: 0.25}",
        "service: 15",
    )
    watch: Watch = setting(
        Watch(),
        "频繁来电人：监控方案与共用号码",
        "frequent callers: the watch rules, and what is a shared number",
        "watch: {rules: [[4, 7], [3, 2]]}",
        "watch: {rule: [[4, 7]]}",
    )
    units: UnitsBeside = setting(
        UnitsBeside(),
        "单位对标：按什么分，与谁并列",
        "units side by side: told apart by what, beside whom",
        "units: {by: unit, shares: [from-north.json]}",
        "units: {by: agent}",
    )
    coaching: Coaching = setting(
        Coaching(),
        "员工差异：何时辅导、何时培训、何时查流程",
        "agents: when to coach, when to train, when to look at the process",
        "coaching: {general_issues: 4}",
        "coaching: {generally: 4}",
    )
    vague_issues: Texts = setting(
        ("其他", "其它", "综合", "不详", "other"),
        "含有这些词的诉求算作笼统的分类（拉丁字母的词须单独成词）",
        "an issue is vague when its name holds one of these (of Latin letters as a word of its own)",
        "vague_issues: [其他, 未分类]",
        "vague_issue: 其他",
        min_length=1,
    )
    follow_up: FollowUp = setting(
        FollowUp(),
        "三率：回访的各种答复折算为多少",
        "the three rates of follow-ups: what each answer is worth",
        "follow_up: {weights: [0.2, 0.4, 0.4]}",
        "follow_up: {weight: [0.2, 0.4, 0.4]}",
    )
    workbook: Workbook = setting(
        Workbook(),
        "交给班组填写的两本工作簿：号码是否打码、按什么规则列入、明细有哪些列",
        "the two workbooks that staff fill: whether numbers are masked, by which rule cases are listed, which columns the details have",
        "workbook: {number: full}",
        "workbook: full",
    )
    report: Report = setting(
        Report(), "月报上的文字", "the words of the monthly page", "report: {note: 8月系统升级两天}", "report: 8月系统升级两天"
    )
    limits: Limits = setting(Limits(), "一次运行可用的资源", "what a run may use", "limits: {threads: 2}", "limits: 2")
    engine: Annotated[Engine, BeforeValidator(_as_engine)] = setting(
        Engine(),
        "度量用什么引擎计算；默认 duckdb，几乎总是合适",
        "what the measures run on; duckdb unless it is said, and right for nearly everybody",
        "engine: duckdb",
        "engine: spark",
    )
    path: Path = Path("params.yaml")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value):
        return _known_zone(value)

    @field_validator("title")
    @classmethod
    def _title(cls, value):
        if not value.zh.strip():
            raise ValueError("has no words; write the hotline's name")
        return value

    @field_validator("days")
    @classmethod
    def _days(cls, value):
        return fits.days(value)

    @field_validator("breaks")
    @classmethod
    def _break_months(cls, value):
        for month, words in value.items():
            if not MONTH.fullmatch(month):
                raise ValueError(f"'{month}' is not a month; write it as 2024-03: 新系统上线")
            if not words.zh.strip():
                raise ValueError(f"'{month}' has no words; say what changed, such as 新系统上线")
        return value

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, value):
        return fits.holidays(value)

    @model_validator(mode="after")
    def _columns_known(self):
        for table in tables.TABLES.values():
            for source in getattr(self, table.name):
                fits.source(table, source)
                fits.items(table, source, self.items)
        fits.satisfaction(self.satisfaction, self.items)
        fits.lake(self)
        if not any(getattr(self, name) for name in tables.TABLES) and not self.tables:
            raise ValueError("no table is named; a params file needs at least one of: " + ", ".join(tables.TABLES))
        if "orders" not in self.tables:  # what columns a lake's table has is seen when it is read (`lying`)
            fits.complaints(self.complaints, self.orders)
        fits.own_indicators(self)
        return self

    @model_validator(mode="after")
    def _key_fits(self):
        if self.sample and not self._own_exports():
            raise ValueError(
                "sample: the invented hotline reads the exports that it writes itself; leave 'sample: true' out for other files"
            )
        if self.key == "published" and not (self.sample or self.public):
            raise ValueError(
                "key: everybody knows the published key, so under it every caller's number can be found by trying; "
                "leave the line out (a key file of your own is then made), or say 'public: true' if every row of these files is public already"
            )
        return self

    def _own_exports(self) -> bool:
        own = [(folder / "exports").resolve() for folder in (self.store_folder, self.root / ".hotline" / "sample")]
        files = [(self.root / file).resolve() for table in tables.TABLES for source in self.sources(table) for file in source.files]
        return not self.tables and all(any(file.is_relative_to(folder) for folder in own) for file in files)

    @property
    def name(self) -> str:
        """The hotline's short name: the params file's own."""
        return self.path.stem

    @property
    def countries(self) -> frozenset[str]:
        """The countries whose national numbers its callers write: in these forms too a number is personal."""
        rules = [pair for table in tables.TABLES for source in self.sources(table) for pair in source.columns.items()]
        return frozenset(rule.country for name, rule in rules if "phone" in (rule.kind, name.removeprefix("caller_")))

    @property
    def root(self) -> Path:
        """Where relative paths start: above the folder `params`, or the file's own folder when it lies elsewhere."""
        folder = self.path.resolve().parent
        return folder.parent if folder.name == "params" else folder

    @property
    def store_folder(self) -> Path:
        """The workspace: `.hotline/<name>` beside `params`, with a mark of its path, in letters, for a file that lies elsewhere."""
        if self.workspace:
            return (self.root / self.workspace).resolve()
        told = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()[:8].translate(LETTERS)
        return self.root / ".hotline" / (self.name + ("" if self.path.resolve().parent.name == "params" else f"-{told}"))

    @property
    def assumed(self) -> Term | None:
        """What every row is taken to hold where the export has no such column; None where nothing is assumed. The source of a score says which
        export it is, and is no assumption; where exports of one table are taken to hold different words, all are said.
        """
        rules = [
            (t, name, r)
            for t in tables.TABLES.values()
            for s in self.sources(t.name)
            for name, r in s.columns.items()
            if r.constant is not None and name not in tables.TELLING
        ]
        said: dict[Term, list[Term]] = {}
        for t, name, r in rules:
            words = said.setdefault(t[name].term, [])
            words += [w for w in (tables.WORDS.get(r.constant, Term(r.constant, r.constant)),) if w not in words]
        zh = "、".join(f"{column.zh}={'或'.join(w.zh for w in words)}" for column, words in said.items())
        en = ", ".join(f"{column.en} = {' or '.join(w.en for w in words)}" for column, words in said.items())
        return Term(f"导出中没有的列一律视为：{zh}。", f"Columns that the export lacks are taken as: {en}.") if said else None

    def sources(self, table: str) -> tuple[Source, ...]:
        return getattr(self, table)

    def lying(self, columns: Mapping[str, Collection[str]]) -> "Params":
        """These params with each table of the lake as if it were exported under its own names, so that whoever asks what is mapped need not know. columns: those
        that a table has; of one that nobody has looked at, all. Raises BadParams where settings ask for a column that is not there.
        """
        rules = {
            name: [c for c in tables.TABLES[name].mapped if c in columns.get(name, tables.TABLES[name].mapped)] for name in self.tables
        }
        sources = {name: (Source.model_construct(columns={c: ColumnRule(source=(c,)) for c in mapped}),) for name, mapped in rules.items()}
        told = self.model_copy(update=sources)
        try:
            for name in columns:
                fits.items(tables.TABLES[name], *told.sources(name), self.items)
            if "orders" in columns:
                fits.complaints(told.complaints, told.orders)
            fits.own_indicators(told)
        except ValueError as wrong:
            raise BadParams(self.path.name, f"{wrong}.") from None
        return told

    def placed(self, table: "tables.Table", have: Collection[str]) -> str:
        """The instant that places a table's rows: its clock, the one that stands in where an export has none, and of orders the one that `complaints` names."""
        return "closed_at" if table.name == "orders" and self.complaints.placed_by == "closed" else table.placed(have)


def read_yaml(path: Path) -> dict:
    """The file as plain text scalars; a duplicate key, bad YAML or a file that is no mapping is refused with its line."""
    try:
        data = YAML(typ="base").load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        beside = [p.name for p in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        raise BadParams(str(path), "there is no such params file.", nearest(path.name, beside)) from None
    except OSError as fault:
        raise BadParams(str(path), f"the params file cannot be read ({fault.strerror}).") from None
    except UnicodeDecodeError as fault:
        raise BadParams(path.name, f"is not UTF-8 at byte {fault.start}.", "Save it as UTF-8.") from None
    except DuplicateKeyError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else "?"
        word = re.search(r'duplicate key "([^"]*)"', str(fault))
        raise BadParams(
            f"{path.name} › line {line}", f"'{word[1] if word else 'a key'}' is written twice.", "Keep one of the two."
        ) from None
    except RecursionError:
        raise BadParams(path.name, "is nested too deeply.", f"A params file has at most {DEEPEST} levels.") from None
    except (MarkedYAMLError, YAMLError, ValueError, TypeError) as fault:  # the last two: a tag or a key that makes no sense
        mark, problem = getattr(fault, "problem_mark", None), str(getattr(fault, "problem", fault))
        hint = _yaml_hint(problem)
        raise BadParams(f"{path.name} › line {mark.line + 1 if mark else '?'}", f"is not YAML: {problem}.", hint) from None
    if not isinstance(data, dict):
        raise BadParams(path.name, "holds no settings.", "A params file begins with 'title:' and names a table, such as 'calls:'.")
    _check_texts(data, path.name)
    return data


def _yaml_hint(problem: str) -> str:
    if r"'\t'" in problem:
        return "Begin the line with blanks, not a tab."
    quoted = any(word in problem for word in ("alias", "anchor", "token"))
    return "A text that begins with *, & or % needs quotes, such as '*.csv'." if quoted else ""


def _check_texts(value: Any, where: str, depth: int = 0) -> None:
    """No text holds what no text holds (NUL, half a character), and nothing nests without end (an alias of itself does)."""
    if depth > DEEPEST or value is None:
        raise BadParams(where, "is nested too deeply.", f"A params file has at most {DEEPEST} levels.")
    if isinstance(value, str):
        if re.search("[\\x00\ud800-\udfff]", value):
            raise BadParams(where, "holds a character that no text has (NUL, or half of one).", "Write the character itself.")
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and not isinstance(key, str):
            raise BadParams(where, "has a list where the name of a setting belongs.", "Write it as 'name: value'.")
        _check_texts(str(key), where, depth)
        _check_texts(inner, f"{where} › {key}" if isinstance(value, dict) else where, depth + 1)


def validated(model: type[S], data: dict, where: str, **extra) -> S:
    """The model's object, or BadParams with one sentence for every fault: where it stands, what is wrong, the nearest right word."""
    try:
        return model.model_validate({**data, **extra})
    except ValidationError as faults:
        said = [_sentence(model, fault) for fault in faults.errors()]
        raise BadParams(where, f"\n{where} › ".join(said)) from None


def _sentence(model: type[BaseModel], fault: dict) -> str:
    steps = [str(s) for s in fault["loc"] if not str(s).startswith(("function-", "tagged-"))]
    word = steps[-1] if steps else ""
    place = " › ".join(steps[:-1]) + ": " if len(steps) > 1 else ""
    if fault["type"] == "extra_forbidden":
        return f"{place}'{word}' is not a setting here. {nearest(word, _keys_at(model, fault['loc'][:-1]))}".rstrip()
    if fault["type"] == "missing":
        return f"{place}'{word}' is missing."
    message = fault["msg"].removeprefix("Value error, ")
    given = fault.get("input")
    if fault["type"] == "model_type":
        return f"{' › '.join(steps)}: has settings of its own: {', '.join(_keys_at(model, fault['loc']))}."
    shown = f", not '{given}'" if isinstance(given, str | int | float) and fault["type"] != "value_error" else ""
    sentence = f"{' › '.join(steps) + ': ' if steps else ''}{message}{shown}"
    hint = nearest(str(given), re.findall("'([^']*)'", fault["ctx"]["expected"])) if fault["type"] == "literal_error" else ""
    return (sentence if sentence.endswith(("?", ".")) else sentence + ".") + (f" {hint}" if hint else "")


def _keys_at(model: Any, loc) -> list[str]:
    """The setting names that the model knows at a place of the file, for the nearest right one."""
    for step in loc:
        fields = getattr(model, "model_fields", {})
        if step in fields:
            model = _inner_model(fields[step].annotation)
        else:
            known = {f.alias: f for f in fields.values() if f.alias}
            if step in known:
                model = _inner_model(known[step].annotation)
    fields = getattr(model, "model_fields", {})
    return [f.alias or name for name, f in fields.items()]


def _inner_model(annotation: Any) -> Any:
    """The settings class inside `tuple[X, ...]`, `dict[str, X]`, `X | None` or `Annotated[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _inner_model(part)
        if found is not None:
            return found
    return None


def load(path: str | Path) -> Params:
    """The params file as an object; raises BadParams with every fault it finds."""
    file = Path(path)
    data = read_yaml(file)
    if "path" in data:
        raise BadParams(file.name, "'path' is not a setting here.")
    whole = presets.under(_with_days(_with_windows(data, file), file), file.name)
    params = validated(
        Params, {name: said if name in tables.TABLES else tables.one_width(said) for name, said in whole.items()}, file.name, path=file
    )
    _refuse_personal(params)
    return params.lying({})


def _refuse_personal(params: Params) -> None:
    """The hotline's name is in names of folders, and its own words are on every page: no place for a number."""
    for place, text in (
        ("the file's name", params.name),
        ("definition", str(params.definition)),
        ("complaints", str(params.complaints)),
        ("indicators", str(params.indicators)),
        *printed(params),
    ):
        if found(text, params.countries):
            raise BadParams(
                f"{params.path.name} › {place}",
                "holds a telephone number, an id or a mail address.",
                "No page may carry one; leave it out.",
            )


def printed(said: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the settings that a page may print, with its place: words, and what a column is taken to hold."""
    if isinstance(said, Words):
        yield place, f"{said.zh}\n{said.en}"
    elif isinstance(said, ColumnRule):
        yield f"{place} › is", said.constant or ""
    elif isinstance(said, BaseModel | dict):
        for name, inner in said.items() if isinstance(said, dict) else said:
            yield from printed(inner, f"{place} › {name}" if place else name)
    elif isinstance(said, tuple):
        for inner in said:
            yield from printed(inner, place)


# ---- windows by issue, in a file of their own


class WindowsFile(Settings):
    """A window for each issue, as `hotline study exposure --write-windows` writes it; `*` stands for every issue that is not named."""

    windows_by_issue: dict[str, Annotated[float, Field(gt=0, le=24 * 366)]] = setting(
        ...,
        "诉求与它的窗口（小时）；* 为其余诉求",
        "an issue and its window, in hours; * is every other issue",
        "windows_by_issue: {供水: 24, '*': 48}",
        "windows_by_issue: {供水: 1天}",
        min_length=1,
    )
    hotline: str = setting("", "由哪条热线得出", "the hotline that they were found from", "hotline: sample", "hotlin: sample")
    period: str = setting("", "由哪段数据得出", "the data that they were found from", "period: 2024-09", "priod: 2024-09")
    definition: str = setting(
        "", "当时的口径号", "the hash of the definition that they were found under", "definition: 3f2a91", "definitions: 3f2a91"
    )


def _with_windows(data: dict, file: Path) -> dict:
    """The settings with `definition: {windows_file: ...}` replaced by the windows that it holds; its path starts at the params file."""
    definition = data.get("definition")
    if not isinstance(definition, dict) or "windows_file" not in definition:
        return data
    if "windows_by_issue" in definition:
        raise BadParams(f"{file.name} › definition", "'windows_file' and 'windows_by_issue' are both given.", "Keep one of them.")
    name = definition["windows_file"]
    if not isinstance(name, str) or not name:
        raise BadParams(f"{file.name} › definition › windows_file", "is not the name of a file.", "Write it as windows.yaml.")
    held = read_windows(file.parent / name)
    rest = {key: value for key, value in definition.items() if key != "windows_file"}
    return {**data, "definition": {**rest, "windows_by_issue": dict(held.windows_by_issue)}}


def _with_days(data: dict, file: Path) -> dict:
    """The settings with `days: holidays.csv` replaced by the days that the file holds; its path starts at the params file."""
    name = data.get("days")
    return {**data, "days": read_days(file.parent / name)} if isinstance(name, str) and name else data


def read_days(path: Path) -> dict[str, str]:
    """The days of a CSV file, day and rest or work in a line (休息, 上班); a first line without a day is its heading. Raises BadParams with the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError:
        raise BadParams(str(path), "there is no such file of days.", "Write a day a line: 2027-02-07,work.") from None
    except UnicodeDecodeError:
        raise BadParams(path.name, "is not UTF-8.", "Save it as UTF-8.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        day, _, kind = (part.strip() for part in line.replace("，", ",").partition(","))
        if not line.strip() or (number == 1 and not any(c.isdigit() for c in day)):
            continue
        kind = DAY_WORDS.get(kind, kind)
        if day in found or kind not in DAY_WORDS.values():
            what = "names a day twice" if day in found else "says neither rest nor work"
            raise BadParams(f"{path.name} › line {number}", f"{what}.", "Write it as 2027-02-07,work.")
        found[day] = kind
    return found


def read_windows(path: Path) -> WindowsFile:
    """The windows of a file; raises BadParams with what is wrong, and how the file is made when there is none."""
    if not os.path.exists(path):
        raise BadParams(
            str(path), "there is no such windows file.", f"Make it with `hotline study exposure --params ... --write-windows {path}`."
        )
    return validated(WindowsFile, read_yaml(path), path.name)


def write_windows(path: Path, windows: dict[str, float], *, hotline: str, period: str, definition: str) -> None:
    """Write a windows file whole; an existing file is replaced only when it is one. Raises BadParams, CannotWrite."""
    if not windows:
        raise BadParams(str(path), "there is no issue to give a window to.")
    if path.exists():
        read_windows(path)
    held = {
        "hotline": hotline,
        "period": period,
        "definition": definition,
        "windows_by_issue": {k: int(v) if v == int(v) else v for k, v in windows.items()},
    }
    text = io.StringIO()
    text.write("# 各诉求的重复来电窗口（小时），* 为其余诉求；由 hotline study exposure --write-windows 写成，可以手改。\n")
    text.write(
        "# Windows of a repeat call by issue, in hours; * is every other issue. In a params file: definition: {windows_file: "
        + path.name
        + "}\n"
    )
    yaml = YAML()
    yaml.width = 4096
    yaml.dump(held, text)
    try:
        machine.replace_file(path, text.getvalue().encode())
    except OSError as fault:
        raise CannotWrite(str(path), f"cannot be written ({fault.strerror}).") from None


def check_period(text: str) -> str:
    """`2024-09`, `2024Q3`, `2024H1`, `2024` or `2024-09-18`, or BadParams: the month, the quarter, the half, the year or the day of a report."""
    if LONGER.fullmatch(text):
        return text
    if len(text) != 10:
        return check_month(text, "2024-09, 2024Q3, 2024H1, 2024, 2024-09-18 or latest")
    try:
        if re.fullmatch(MONTH.pattern + r"-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise BadParams(f"day {text!r}", "is not a day.", "Write it as 2024-09-18.")


def check_month(text: str, forms: str = "2024-09") -> str:
    """`2024-09`, or BadParams: a month is four digits, a hyphen and 01-12. `forms`: what else may stand in its place there."""
    if not MONTH.fullmatch(text):
        raise BadParams(f"month {text[:40]!r}", "is not a month.", f"Write it as {forms}.")
    return text
