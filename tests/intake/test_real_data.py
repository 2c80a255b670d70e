"""Public data that nobody of this project made: every figure that ../shared/data/README.md says must come out of the store."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from hotline_analysis.intake.read.files import find_files
from hotline_analysis.intake.read.readers import read
from hotline_analysis.intake.store import Store
from hotline_analysis.params import Source, load
from tests.intake.reading import staging

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data of ../shared/data are not here")

WEEKDAYS = "strftime(started_at, '%w') NOT IN ('5', '6')"
COMMON = f"{WEEKDAYS} AND menu_seconds > 0 AND outcome <> 'test' AND menu_seconds < 1000 AND queue_seconds < 1000 AND talk_seconds <= 3600"


def store_of(name: str, folder: Path, **settings) -> Store:
    store = Store(load(ROOT / "params" / f"{name}.yaml").model_copy(update={"workspace": str(folder / name), **settings}))
    store.build(progress=False)
    return store


def ask(store: Store, sql: str):
    return store.connection.execute(sql).fetchone()


def ledgers(store: Store) -> dict:
    assert all(ledger.unaccounted == 0 for ledger in store.ledgers)
    return {ledger.name: ledger for ledger in store.ledgers}


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Store:
    return store_of("bank1999", tmp_path_factory.mktemp("store"))


@pytest.mark.slow
def test_bank_rows_by_month(bank):
    accepted = {name.partition(".")[0]: ledger.accepted for name, ledger in ledgers(bank).items()}
    assert accepted == {"january": 31599, "february": 33344, "march": 38801, "april": 32036, "may": 39553, "june": 37935, "july": 39022}
    assert ledgers(bank)["july.zip › july.txt"].repaired == {"split blanks": 5}
    assert (bank.facts["data_start"], bank.facts["data_end"]) == ("1999-01-01", "1999-08-01")


def test_bank_february(bank):
    february = "FROM calls WHERE month(started_at) = 2"
    assert ask(bank, f"SELECT count(*), count(*) FILTER (outcome = 'test') {february}") == (33344, 278)
    assert ask(bank, f"SELECT count(*), count(*) FILTER (outcome <> 'test') {february} AND menu_seconds < 0") == (25, 23)
    week = f"{february} AND day(started_at) <= 7"
    assert ask(bank, f"SELECT count(*), count(*) FILTER (outcome <> 'test' AND menu_seconds >= 0) {week}") == (9007, 8940)


def test_bank_may_to_july_by_wait(bank):
    parts = ["= 0", "BETWEEN 1 AND 30", "BETWEEN 31 AND 90", "> 90"]
    counts = ", ".join(f"round(count(*) FILTER (queue_seconds {part}) / count(DISTINCT started_at::DATE), 1)" for part in parts)
    assert ask(bank, f"SELECT {counts} FROM calls WHERE month(started_at) >= 5 AND {COMMON}") == (522.2, 314.5, 348.2, 409.2)


def test_bank_service_time(bank):
    served = f"month(started_at) >= 5 AND {COMMON} AND outcome = 'answered' AND agent IS NOT NULL"
    assert ask(bank, f"SELECT count(*), round(avg(talk_seconds), 1) FROM calls WHERE {served}") == (82062, 192.2)


def test_bank_january_callers(bank):
    january = "FROM calls WHERE month(started_at) = 1"
    assert ask(bank, f"SELECT count(caller), count(DISTINCT caller) {january} AND outcome <> 'test'") == (13200, 3926)
    left_out = "SELECT count(*) FILTER (caller_state = 'withheld'), count(*) FILTER (caller_state = 'invalid')"
    assert ask(bank, f"{left_out} {january}") == (18175, 24)
    assert ask(bank, f"{left_out} FROM calls") == (122055, 157)


def test_bank_january_repeats_without_end_correction(bank):
    gaps = "SELECT start_s, lead(start_s) OVER (PARTITION BY caller ORDER BY start_s) - start_s AS gap FROM calls WHERE caller IS NOT NULL AND outcome <> 'test'"
    counts = ", ".join(f"count(*) FILTER (gap <= {h} * 3600)" for h in (2, 24, 72, 168))
    assert ask(bank, f"SELECT {counts} FROM ({gaps} AND month(started_at) = 1)") == (3075, 5580, 6969, 8147)
    assert ask(bank, f"SELECT {counts} FROM ({gaps})") == (36073, 63329, 77151, 89743)


def test_bank_agents_have_one_name_each(bank):
    names = {row[0] for row in bank.connection.execute("SELECT DISTINCT agent FROM calls").fetchall()}
    assert {"NAAMA", "ANAT", None} <= names and not {"NO_SERVER", "NO_SERVERAMA", "ANO_SERVERT", "Z2OFERZ"} & names
    moriah = "SELECT count(*), count(*) FILTER (talk_seconds BETWEEN 1 AND 9) FROM calls WHERE agent = 'MORIAH'"
    calls, short = ask(bank, moriah)
    assert calls == 11805 and round(100 * short / calls, 1) == 27.3


@pytest.mark.slow
def test_bank_slots_are_those_of_the_published_counts(bank):
    rdata = pytest.importorskip("rdata")
    frame = rdata.read_rds(DATA / "call_volumes" / "anonymous_bank_6min_counts_1999.rds")
    published = frame["calls"].to_numpy().reshape(365, 240)
    seconds = "epoch(started_at)::BIGINT % 86400 - 1"
    rows = bank.connection.execute(f"SELECT dayofyear(started_at) - 1, ({seconds}) // 360, count(*) FROM calls GROUP BY ALL").fetchall()
    ours = Counter({(day, slot): n for day, slot, n in rows})
    equal = {day for day in range(212) if all(ours[day, slot] == published[day, slot] for slot in range(240))}
    assert sorted(set(range(212)) - equal) == [10, 11, 142]  # 11 and 12 January, 23 May


def test_a_copy_of_the_bank_params_anywhere_reads_plain_text_and_has_its_own_store(tmp_path, bank):
    with zipfile.ZipFile(DATA / "bank1999" / "january.zip") as archive:
        archive.extractall(tmp_path)
    text = (ROOT / "params" / "bank1999.yaml").read_text(encoding="utf-8")
    (tmp_path / "bank1999.yaml").write_text(text.replace("../shared/data/bank1999/*.zip", "'*.txt'"), encoding="utf-8")
    store = Store(load(tmp_path / "bank1999.yaml"))
    store.build(progress=False)
    assert store.folder.is_relative_to(tmp_path) and store.folder != bank.folder
    january, columns = "WHERE month(started_at) = 1", "* EXCLUDE (caller, caller_code)"
    whole = bank.connection.execute(f"SELECT {columns} FROM calls {january}").fetchall()
    assert store.connection.execute(f"SELECT {columns} FROM calls").fetchall() == whole and len(whole) == 31599


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory) -> Store:
    return store_of("helpdesk", tmp_path_factory.mktemp("store"))


def test_helpdesk_events_become_contacts(helpdesk):
    (ledger,) = ledgers(helpdesk).values()
    assert (ledger.accepted, ledger.physical, dict(ledger.duplicates)) == (4580, 21349, {"same row": 127})
    counts = "SELECT caller, count(*) AS n FROM calls GROUP BY caller"
    assert ask(helpdesk, f"SELECT sum(n)::BIGINT, count(*), count(*) FILTER (n > 1) FROM ({counts})") == (4580, 394, 309)


def test_helpdesk_repeats(helpdesk):
    gaps = "SELECT lead(start_s) OVER (PARTITION BY {by} ORDER BY start_s) - start_s AS gap FROM calls"
    counts = ", ".join(f"count(*) FILTER (gap <= {h} * 3600)" for h in (2, 24, 72, 168))
    assert ask(helpdesk, f"SELECT {counts} FROM ({gaps.format(by='caller')})") == (221, 540, 928, 1519)
    assert ask(helpdesk, f"SELECT {counts} FROM ({gaps.format(by='caller, issue_1')})")[3] == 1165


def test_requests311(tmp_path):
    store = store_of("requests311", tmp_path)
    hours = "count(*) FILTER (closed_s - created_s <= {} * 3600) / count(*)"
    assert ask(store, "SELECT count(closed_s), count(*) FROM orders") == (4692, 4969)
    assert ask(store, f"SELECT round(100 * {hours.format(24)}, 1), round(100 * {hours.format(48)}, 1) FROM orders") == (66.9, 78.6)
    assert store.facts["tables"]["orders"]["days_only"] == []


@pytest.mark.slow
def test_council_cases(tmp_path):
    pytest.importorskip("rdata")
    source = load(ROOT / "params" / "council_cases.yaml").orders[0]
    store = store_of("council_cases", tmp_path, orders=(source.model_copy(update={"key": ()}),))
    assert ask(store, "SELECT count(closed_s), count(*), median(date_diff('day', created_at, closed_at)) FROM orders") == (
        327157,
        341299,
        7,
    )
    assert store.facts["tables"]["orders"]["days_only"] == ["created_at", "closed_at"]
    assert ask(store, "SELECT count(*) - count(DISTINCT order_id) FROM orders") == (105,)


def test_call_trends(tmp_path):
    store = store_of("call_trends", tmp_path)
    assert ask(store, "SELECT count(*), count(*) FILTER (outcome = 'answered') FROM calls") == (5000, 4054)
    assert ask(
        store, "SELECT count(*), count(queue_seconds), count(talk_seconds), count(rating) FROM calls WHERE outcome = 'abandoned'"
    ) == (946, 0, 0, 0)
    assert ask(store, "SELECT talk_seconds, strftime(started_at, '%Y-%m-%d %H:%M:%S') FROM calls WHERE call_id = 'ID0001'") == (
        143,
        "2021-01-01 09:12:58",
    )
    assert not store.cells


def test_petitions(tmp_path):
    store = store_of("petitions", tmp_path)
    told = [(ledger.name, ledger.physical - ledger.header, ledger.accepted, dict(ledger.duplicates)) for ledger in store.ledgers]
    assert told == [
        ("示例附件2.xlsx", 495, 494, {"older version": 1}),  # message 37042 stands there under two categories
        ("示例附件3.xlsx", 30, 30, {}),
        ("示例附件4.xlsx", 120, 120, {}),
        ("示例附件4.xlsx", 120, 120, {}),
    ]
    assert ask(store, "SELECT count(responded_s), min(responded_s - created_s) >= 0 FROM orders") == (120, True)
    assert ask(store, "SELECT count(DISTINCT issue_1), count(caller), count(*) FROM calls") == (7, 644, 644)
    assert not store.cells


def test_the_taxonomy_of_the_petitions(tmp_path):
    import duckdb

    levels = ["一级分类", "二级分类", "三级分类"]
    source = Source(files=str(DATA / "petitions_zh" / "附件1.xlsx"), columns={"started_at": levels[0]})
    (file,) = find_files(source, load(ROOT / "params" / "petitions.yaml"))
    connection = duckdb.connect()
    text = read(file, source, staging(tmp_path), connection, levels)
    assert text.columns == tuple(levels)
    assert connection.execute(
        f"SELECT count(*), count(DISTINCT c0), count(DISTINCT c1), count(DISTINCT c2) FROM '{text.path}'"
    ).fetchone() == (517, 15, 103, 390)


def test_the_beijing_export_has_no_opening_time_and_masked_callers(tmp_path):
    path = tmp_path / "beijing.yaml"
    path.write_text(
        f"title: 房山线索\nkey: published\npublic: true\norders:\n  files: '{DATA}/orders_beijing/*500*.csv'\n  key: 工单编号\n  columns: {{order_id: 工单编号, kind: 工单类型, "
        "category_1: {from: 问题分类, split: '->'}, caller_phone: {from: 来电人电话/账号, kind: phone}, closed_at: 办结时间, satisfied: 是否满意}\n",
        encoding="utf-8",
    )
    store = Store(load(path))
    store.build(progress=False)
    assert ask(store, "SELECT count(*), count(caller) FROM orders") == (500, 0)
    assert store.facts["masked"] is True and store.facts["data_start"] is None


def test_a_survey_without_times(tmp_path):
    """250 answers to 24 items; the means of the first and the last from R: `data(mobi, package = "seminr"); colMeans(mobi)`."""
    store = store_of("survey_mobi", tmp_path)
    items = [f"item_{n}" for n in range(1, 25)]
    assert ask(store, f"SELECT count(*), {', '.join(f'count({i})' for i in items)} FROM surveys") == (250,) * 25
    assert ask(store, "SELECT avg(item_1), avg(item_4), avg(item_24), min(item_9), max(item_9) FROM surveys") == (7.58, 7.988, 6.916, 1, 10)
    assert store.facts["data_start"] is None and store.facts["leading"] == "surveys" and store.cells == []
    assert len(store.params.items) == 24
