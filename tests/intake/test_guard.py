"""What may not enter the store as text: planted cells in every column, joins that still hold, and columns that are no categories."""

import duckdb
import pytest

from hotline_analysis.errors import DataRefused
from hotline_analysis.hotline import open_hotline
from hotline_analysis.intake.convert.guard import _told
from tests.intake.storing import built, export, hotline, rows
from tests.real import needs, reported

MOBILE, WRITTEN, LINE, ID, CARD, MAIL = (
    "13900000123",
    "139-0000-0123",
    "0647-8880123",
    "110101199003074514",
    "6222021001116245702",
    "w@example.com",
)
STORY = "市民反映小区夜间施工噪声扰民，多次联系物业未处理，请尽快回复"
FORMS = [
    MOBILE,
    WRITTEN,
    "+86 139 0000 0123",
    "１３９０００００１２３",
    "一三九〇〇〇〇〇一二三",
    "1\u200b3900000123",
    LINE,
    ID,
    CARD,
    MAIL,
    STORY,
]
TEXTS = "call_id agent agent_first issue_1 issue_2 issue_3 unit area queue channel department order_id".split()
COLUMNS = "started_at: t, caller: {from: p, kind: phone}, " + ", ".join(f"{name}: {name}" for name in TEXTS)


def _cells(folder) -> list[str]:
    """Every cell of every Parquet file of a store as text."""
    found = []
    for path in folder.rglob("*.parquet"):
        found += [str(cell) for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall() for cell in row]
    return found


@pytest.mark.parametrize("form", FORMS)
def test_no_text_column_carries_a_personal_form_into_the_store(tmp_path, form):
    lines = [
        f"2024-05-01 10:00:{i:02d},{13800000000 + i},"
        + ",".join(f'"{form}"' if n == i else f"{name}{i * (name == 'call_id') or i % 2}" for n, name in enumerate(TEXTS))
        for i in range(len(TEXTS))
    ]
    export(tmp_path, "a.csv", lines, "t,p," + ",".join(TEXTS))
    store = built(hotline(tmp_path, columns=COLUMNS, more="  key: call_id\n"))
    assert not [cell for cell in _cells(store.folder) if form in cell or form.replace("-", "").replace(" ", "") in cell]
    assert all(form not in told.read_text(encoding="utf-8") for told in [*store.folder.glob("ledger.*.json"), store.folder / "store.json"])
    reason = "narrative" if form == STORY else "personal"
    told = {
        (c["column"], c["reason"], c["done"], c["count"], tuple(c["lines"]))
        for c in store.cells
        if c["reason"] in ("personal", "narrative")
    }
    hidden = {"call_id", "order_id"} if form == STORY else {"call_id", "order_id", "agent", "agent_first"}
    assert {t[:2] for t in told} == {(name, reason) for name in TEXTS}
    assert {(t[0], t[3:]) for t in told} == {(name, (1, (i + 2,))) for i, name in enumerate(TEXTS)}
    assert {t[0] for t in told if t[2] == "hide"} >= hidden and {t[0] for t in told if t[2] == "blank"} >= set(TEXTS) - {
        "call_id",
        "order_id",
        "agent",
        "agent_first",
    }


def test_ids_that_read_like_numbers_stay_ids(tmp_path):
    """Call ids that are mobile numbers in form: as many as before, one each, and they still join the orders' table."""
    export(tmp_path, "a.csv", [f"{13900000000 + i},2024-05-01 10:00:{i:02d},{13800000000 + i},停水,1" for i in range(30)])
    (tmp_path / "o").mkdir()
    export(tmp_path / "o", "b.csv", [f"D{i},{13900000000 + i},2024-05-01 11:00:{i:02d}" for i in range(0, 30, 2)], "单号,来电,时间")
    more = "  key: 编号\norders:\n  files: o/b.csv\n  key: 单号\n  columns: {order_id: 单号, call_id: 来电, created_at: 时间}\n"
    store = built(hotline(tmp_path, more=more))
    ids = [i for (i,) in rows(store, "call_id")]
    assert len(set(ids)) == 30 and all(i.isalpha() and len(i) == 32 for i in ids)
    assert {i for (i,) in rows(store, "call_id", "orders")} < set(ids)
    assert rows(store, "order_id", "orders")[0] == ("D0",)  # an id that is none of these stays as it is
    assert not any("139000" in cell for cell in _cells(store.folder))


def test_overlapping_exports_agree_on_a_row_whatever_else_is_in_them(tmp_path):
    """One file has a hidden id elsewhere, the other none: the row that both hold is one row."""
    row = "A1,2024-05-01 10:00:00,13800000001,停水,1"
    export(tmp_path, "a.csv", [row, "13900000123,2024-05-01 11:00:00,13800000002,停水,1"])
    export(tmp_path, "b.csv", [row])
    store = built(hotline(tmp_path, more="  key: 编号\n"))
    assert len(rows(store)) == 2 and sum(ledger.duplicates.total() for ledger in store.ledgers) == 1


def test_a_handler_whose_name_is_a_number_is_still_one_handler(tmp_path):
    export(
        tmp_path,
        "a.csv",
        [f"{i},2024-05-01 10:00:{i:02d},1,停水,1,{MOBILE if i % 3 else '王芳(1001)'}" for i in range(9)],
        "编号,来电时间,号码,分类,通话时长,坐席",
    )
    store = built(hotline(tmp_path, columns="call_id: 编号, started_at: 来电时间, agent: 坐席"))
    agents = [a for (a,) in rows(store, "agent")]
    assert agents.count("王芳(1001)") == 3 and len(set(agents)) == 2


NARRATIVES = [
    STORY, STORY * 6, "Caller reports that the lamp is broken. Please call back.", "市民反映" * 40,
]  # fmt: skip
WORDS = [
    "噪声",
    "城乡建设/物业管理/物业服务",
    "其他（咨询，建议）",
    "Noise - Residential: Loud Music/Party",
    "St. Light Out",
    "中国（江苏）自由贸易试验区苏州片区管理委员会行政审批局",
]


@pytest.mark.parametrize("text", NARRATIVES)
def test_a_narrative_is_told_from_a_word(text):
    assert _told(text, 1, "issue_1") and _told(text, 50, "issue_1")


@pytest.mark.parametrize("text", WORDS)
def test_a_word_is_no_narrative(text):
    assert not _told(text, 1, "issue_1") and not _told(text, 50, "issue_1")


def test_a_long_text_is_a_narrative_where_it_comes_once_and_a_word_where_it_comes_again():
    text = "要求相关部门核实该小区地下车库长期积水并且影响通行以及存在安全隐患的问题"
    assert _told(text, 1, "issue_1") and _told(text, 2, "issue_1") and not _told(text, 3, "issue_1")
    assert _told("市民反映小区夜间施工噪声", 1, "call_id") is False and _told("市民反映小区夜间施工噪声扰民", 1, "call_id")


def _issues(folder, texts):
    export(folder, "a.csv", [f'{i},2024-05-{i % 28 + 1:02d} 10:00:00,{13800000000 + i},"{text}",1' for i, text in enumerate(texts)])
    return hotline(folder, more="  key: 编号\n")


def test_a_column_of_names_is_no_category(tmp_path):
    names = [f"{'赵钱孙李周吴郑王'[i % 8]}{'一二三四五六七八九十'[i // 8 % 10]}{'春夏秋冬梅兰竹菊'[i // 80]}" for i in range(250)]
    path = _issues(tmp_path, names)
    with pytest.raises(DataRefused) as told:
        built(path)
    assert str(told.value) == (
        "line.yaml › calls › issue_1 (分类) › is no category: 100% of its 250 filled cells hold a text that no other cell has (at most 50% may). "
        "Map a column whose words repeat, or leave it out."
    )
    left = [cell for folder in tmp_path.glob(".hotline*") for cell in _cells(folder)]
    assert not set(names) & set(left)
    with pytest.raises(DataRefused):  # and once more: nothing of the first run stands in its way
        built(path)


@pytest.mark.parametrize(("texts", "what"), [([STORY] * 30, "sentences or long texts"), ([MOBILE] * 30, "telephone number")])
def test_a_column_of_narratives_or_numbers_is_no_category(tmp_path, texts, what):
    with pytest.raises(DataRefused, match=f"100% of its 30 filled cells .*{what}"):
        built(_issues(tmp_path, texts))


@pytest.mark.parametrize(
    ("texts", "column"),
    [
        ([STORY] * 10 + ["噪声"] * 10, [10, 10]),
        ([MOBILE] * 20 + ["噪声"] * 12, [20, 12]),
        ([STORY] * 19, [19, 0]),
        ([str(i) for i in range(199)], [0, 199]),
    ],
)
def test_up_to_the_thresholds_a_column_stays_a_category(tmp_path, texts, column):
    """Half of the cells narratives, five of eight numbers, 19 cells, 199 words that come once: blanked and told, not refused."""
    store = built(_issues(tmp_path, texts))
    kept = sum(text is not None for (text,) in rows(store, "issue_1"))
    assert [sum(c["count"] for c in store.cells if c["done"] == "blank"), kept] == column


@needs("reported")
def test_a_category_field_that_holds_numbers(tmp_path):
    """Five written forms of a number in every eight cells of an issue: none enters, each is counted, and the data are not called good."""
    params = reported("G09_numbers_on_the_page", tmp_path)
    h = open_hotline(params, progress=False)
    issues = dict(h.store.connection.execute("SELECT issue_1, count(*) FROM calls GROUP BY 1").fetchall())
    written = [line.split(",")[4] for line in (params.parent.parent / "a.csv").read_text(encoding="utf-8").splitlines()[1:]]
    plain = {word: written.count(word) for word in ("噪声", "停水", "违停")}
    assert issues == {**plain, None: len(written) - sum(plain.values())}
    (told,) = [c for c in h.store.cells if c["column"] == "issue_1"]
    assert (told["reason"], told["done"], told["count"]) == ("personal", "blank", issues[None])
    (check,) = h.checks[h.checks["check"] == "blanked texts"].to_dict("records")
    assert check["severity"] == "major" and h.grade[0] in ("fair", "poor")
