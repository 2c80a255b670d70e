"""Forty written phone forms and more, the words that mean nobody, keys, pseudonyms and the integers that stand for them."""

import hashlib
import hmac
import os
import stat
import sys

import duckdb
import pytest

from hotline_analysis.errors import CannotWrite, DataRefused
from hotline_analysis.intake.convert import identity
from hotline_analysis.intake.convert.convert import MACROS, _nobody
from hotline_analysis.intake.convert.identity import (
    DAMAGED,
    INVALID,
    KNOWN,
    MASKED,
    REPAIRED,
    UNPLANNED,
    WITHHELD,
    Key,
    Registry,
    identify,
    matches,
    open_key,
    pseudonym,
)
from hotline_analysis.params import ColumnRule, load

PHONE = ColumnRule(source="号码", kind="phone")
CITY = ColumnRule(source="号码", kind="phone", area_code="010")
MOBILE, LANDLINE, PROVINCE = "+8613800000000", "+861012345678".replace("12345678", "62345678"), "+8657187654321"

WRITTEN = [
    # one citizen's mobile number as systems and spreadsheets write it
    ("13800000000", MOBILE), ("+8613800000000", MOBILE), ("+86 138 0000 0000", MOBILE), ("8613800000000", MOBILE), ("008613800000000", MOBILE),
    ("0086-138-0000-0000", MOBILE), ("138-0000-0000", MOBILE), ("138 0000 0000", MOBILE), ("138.0000.0000", MOBILE), ("１３８００００００００", MOBILE),
    ("＋８６　１３８００００００００", MOBILE), ("013800000000", MOBILE), ("9013800000000", MOBILE), ("1795113800000000", MOBILE), ("(+86)13800000000", MOBILE),
    ("13800000000.0", MOBILE), ("1.38E+10", None), ("1.3800000000E+10", MOBILE), (" 13800000000\t", MOBILE), ("'13800000000", MOBILE),
    ("\u202d13800000000\u202c", MOBILE), ("tel:+8613800000000", MOBILE), ('"王" <13800000000>', MOBILE), ("13800000000转801", MOBILE), ("13800000000#12", MOBILE),
    # a landline with its area code
    ("01062345678", LANDLINE), ("010-62345678", LANDLINE), ("(010)62345678", LANDLINE), ("+861062345678", LANDLINE), ("86-10-62345678", LANDLINE),
    ("0086 10 6234 5678", LANDLINE), ("1062345678", LANDLINE), ("1062345678.0", LANDLINE), ("010-62345678-801", LANDLINE), ("010—62345678", LANDLINE),
    ("0571-87654321", PROVINCE), ("057187654321", PROVINCE), ("57187654321", PROVINCE), ("0571 8765 4321 转 12", PROVINCE),
    # service numbers and short codes keep a form of their own
    ("400-123-4567", "+864001234567"), ("8001234567", "+868001234567"), ("12345", "short:12345"), ("95598", "short:95598"), ("10086", "short:10086"),
    ("110", "short:110"), ("12345.0", "short:12345"), ("010-12345", "short:010-12345"), ("0512-12345", "short:0512-12345"),
    # a local number without area code, and numbers of other countries
    ("62345678", "local:62345678"), ("+852 2123 4567", "+85221234567"), ("0085221234567", "+85221234567"), ("+1 202-456-1111", "+12024561111"),
]  # fmt: skip

NOBODY = [
    "匿名", "保密", "未知", "隐藏号码", "anonymous", "Anonymous", "RESTRICTED", "unknown", "Private", "unavailable", "null", "NULL", "None", "nan", "N/A",
    "-", "--", "0", "0000000000", "9999999", "88888888888", " ", "　", "+266696687", "266696687", "1266696687", "+7378742833", "+2562533", "+8656696",
    "+86282452253", "86282452253", "[Deleted]",
]  # fmt: skip

BROKEN = [
    "1.38E+10",
    "1.38001E+10",
    "8.61380013E+12",
    "110101199003074514",
    "110101199003074000.0",
    "1380013",
    "138001380001",
    "12",
    "801",
    "abc",
    "呼叫1380013",
]
HIDDEN = ["138****1234", "136××××", "0571****1111", "139********", "1390000****", "138xxxx1234", "138----1234"]


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_a_written_phone_number_has_one_form(text, value, bar):
    bar("N13 phones")
    assert identify(text, PHONE, "phone").value == value


def test_there_are_at_least_forty_forms():
    assert len({text for text, _ in WRITTEN}) >= 40


@pytest.mark.parametrize("text", NOBODY)
def test_a_withheld_number_is_nobody(text):
    assert identify(text, PHONE, "phone") == identity.Identity(WITHHELD)


@pytest.mark.parametrize("text", BROKEN)
def test_a_damaged_number_is_invalid(text):
    assert identify(text, PHONE, "phone") == identity.Identity(INVALID, None, DAMAGED)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_masked_number_is_no_identity(text):
    assert identify(text, PHONE, "phone") == identity.Identity(INVALID, None, MASKED)


@pytest.mark.parametrize("text", ["1062345678", "5718765432", "13800000000.0", "1.3800000000E+10", "12345.0"])
def test_what_a_spreadsheet_took_is_given_back_and_counted(text):
    assert identify(text, PHONE, "phone").note == REPAIRED


def test_a_local_number_gets_the_declared_area_code():
    assert identify("62345678", CITY, "phone").value == LANDLINE
    assert identify("62345678", ColumnRule(source="号码", kind="phone", area_code="10"), "phone").value == LANDLINE


def test_a_restricted_spelling_without_its_plus_sign_may_be_a_real_number():
    assert identify("7378742833", PHONE, "phone").value == "+867378742833"


def test_another_country_reads_its_own_numbers():
    american = ColumnRule(source="phone", kind="phone", country="US")
    assert identify("(202) 456-1111", american, "phone").value == "+12024561111"
    assert identify("13800000000", american, "phone").state == INVALID


@pytest.mark.parametrize("kind", ["person", "code"])
def test_persons_and_codes_stay_text(kind):
    rule = ColumnRule(source="id", kind=kind, unknown=["0", "E+", "re:^9+$", "TEST*"])
    assert identify(" 00123 ", rule, kind).value == "00123"
    assert identify("Ａ００１", rule, kind).value == "A001"
    assert identify("13800000000", rule, kind).value == "13800000000"
    assert identify("0", rule, kind).state == identify("999", rule, kind).state == identify("test-1", rule, kind).state == WITHHELD
    assert identify("6.02E+11", rule, kind) == identity.Identity(INVALID, None, DAMAGED)
    assert identify("102", rule, kind).state == KNOWN


PERSON = ColumnRule(source="证件号", kind="person")
ONE_PERSON = [
    "11010119900307451X",
    "110101 19900307 451x",
    " 11010119900307451X\t",
    "１１０１０１１９９００３０７４５１Ｘ",
    "'11010119900307451X",
    "‘11010119900307451x",
]
ONE_CODE = ["1234567", "1234567.0", "1234567.00", "1,234,567", "1.234567E+6", "１２３４５６７", " 1234567 "]
LOST = [
    "1.10101E+17",
    "3.60E+11",
    "3.6e+11",
    "1.101010000000000E+17",
    "1.10101199003074e+17",
    "110101199003074000.0",
    "1.234567890123456E+15",
]


@pytest.mark.parametrize("kind", ["person", "code"])
@pytest.mark.parametrize("forms", [ONE_PERSON, ONE_CODE])
def test_written_variants_of_one_id_are_one_person(kind, forms):
    assert len({identify(text, PERSON, kind).value for text in forms}) == 1


@pytest.mark.parametrize("kind", ["person", "code"])
@pytest.mark.parametrize("text", LOST)
def test_an_id_that_lost_digits_is_nobody_without_a_marker(kind, text):
    assert identify(text, PERSON, kind) == identity.Identity(INVALID, None, DAMAGED)


def test_what_only_looks_like_a_power_or_a_variant_stays_itself():
    kept = ["1E5", "3E05", "A 1 12", "A 11 2", "0015g00000Ab1Cd", "0015G00000AB1CD", "00123", "123"]
    assert len({identify(text, PERSON, "code").value for text in kept}) == len(kept)
    joined = ColumnRule(source=["线", "号"], kind="code")
    assert identify("12 3456", joined, "code").value != identify("123 456", joined, "code").value


CUT = ["110101199003074000", "110101199003075000", "110101198503071000"]


def test_ids_cut_to_fifteen_digits_are_known_by_their_number(tmp_path):
    """Of 18 digits one in 1000 ends in three zeros. One among a hundred may be chance; three of three, or three among a hundred, are no chance."""
    whole = [f"1101011990{n:05d}{n % 9 + 1:03d}" for n in range(100)]

    def invalid(texts):
        connection = duckdb.connect()
        values = " UNION ALL ".join(f"SELECT '{t}' AS text" for t in texts)
        Registry(connection, tmp_path / "none").resolve(values, PERSON, "person", Key(identity.PUBLISHED_KEY), "found")
        return {text for (text,) in connection.execute("SELECT text FROM found WHERE state = 'invalid'").fetchall()}

    assert invalid(CUT) == invalid([*whole, *CUT]) == set(CUT)
    assert invalid([*whole, CUT[0]]) == set()


def test_the_chance_of_zeros_depends_on_the_length():
    assert identity.cut_lengths({16: (100, 12), 17: (100, 2), 18: (100, 1)}) == frozenset()
    assert identity.cut_lengths({16: (100, 90), 17: (100, 40), 18: (1, 1), 19: (5, 5)}) == {16, 17, 18, 19}


NEW_CODES = ["+18612340030", "(764) 234-0001", "565-234-0002", "14572340003", "+1 471 234 0004", "6242340005"]


@pytest.mark.parametrize("text", NEW_CODES)
def test_a_number_of_a_possible_length_is_an_identity_whatever_the_age_of_the_plan(text):
    found = identify(text, ColumnRule(source="phone", kind="phone", country="US"), "phone")
    assert found.state == KNOWN and found.note in ("", UNPLANNED)


def test_numbers_that_no_plan_can_hold_are_damaged():
    cases = [
        ("US", "1112223333"),
        ("US", "5551234"),
        ("US", "202456111"),
        ("GB", "0791112345678901"),
        ("FR", "01 23"),
        ("CN", "+999 123456"),
    ]
    for country, text in cases:
        assert identify(text, ColumnRule(source="phone", kind="phone", country=country), "phone").state == INVALID, text


@pytest.mark.parametrize(
    ("country", "text", "value"),
    [
        ("GB", "07400 123456", "+447400123456"),
        ("FR", "01 99 99 99 99", "+33199999999"),
        ("IN", "59999 12345", "+915999912345"),
        ("CN", "+44 5555 123456", "+445555123456"),
    ],
)
def test_numbers_of_other_countries_that_the_plan_lacks_are_known(country, text, value):
    assert identify(text, ColumnRule(source="phone", kind="phone", country=country), "phone").value == value


def test_an_unknown_marker_comes_before_a_telephone_rule():
    rule = ColumnRule(source="号码", kind="phone", unknown=["01062345678", "re:1380000.*"])
    assert identify("01062345678", rule, "phone").state == WITHHELD
    assert identify("13800000000", rule, "phone").state == WITHHELD
    assert identify("13900000000", rule, "phone").state == KNOWN


MARKS = ["NO_SERVER", "E+", "re:^9+$", "TEST*", "客?", "a.b", "x[1]"]
TEXTS = ["NO_SERVER", "no_server", "6.02E+11", "6.02e+11", "999", "9a", "TEST-1", "test", "客1", "客", "a.b", "acb", "x[1]", "x1", ""]


@pytest.mark.parametrize("mark", MARKS)
def test_markers_mean_the_same_in_sql_and_in_python(mark):
    connection = duckdb.connect()
    connection.execute(MACROS)
    test = _nobody("x", ColumnRule(source="x", unknown=[mark]))
    assert [connection.execute(f"SELECT {test} FROM (SELECT ?::VARCHAR AS x)", [t]).fetchone()[0] for t in TEXTS] == [
        matches(mark, t) for t in TEXTS
    ]


def test_a_pseudonym_is_hmac_sha256_under_the_key():
    secret = bytes(range(32))
    expected = hmac.digest(secret, b"phone:+8613800000000", "sha256")
    assert Key(secret).digests("phone", ["+8613800000000"]) == [expected]
    assert pseudonym(expected) == (expected[:16].hex(), int.from_bytes(expected[16:24], "big") % 100)


def test_kinds_and_keys_never_meet():
    one, other = Key(b"1" * 32), Key(b"2" * 32)
    made = {pseudonym(key.digests(kind, ["123"])[0])[0] for key in (one, other) for kind in ("phone", "person", "code")}
    assert len(made) == 6


def test_a_key_prints_as_its_id():
    secret = b"s" * 32
    key = Key(secret)
    assert key.id == hashlib.sha256(b"id" + secret).hexdigest()[:8]
    assert repr(key) == f"Key({key.id})" and b"ssss" not in repr(vars(key)).encode()


def test_caller_groups_are_even():
    made = Key(identity.PUBLISHED_KEY).digests("phone", (f"+86138{n:08d}" for n in range(20_000)))
    groups = [pseudonym(digest)[1] for digest in made]
    counts = [groups.count(g) for g in range(100)]
    assert min(counts) > 140 and max(counts) < 265  # 200 each; five standard deviations are 70


@pytest.fixture
def params(tmp_path):
    path = tmp_path / "line.yaml"
    path.write_text("title: 热线\ncalls: {files: x.csv, columns: {started_at: t}}\n", encoding="utf-8")
    return load(path)


def test_a_key_file_is_made_once_and_closed(tmp_path, monkeypatch, params):
    path = tmp_path / "config" / "key"
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(path))
    first = open_key(params, store_exists=False)
    assert len(path.read_bytes()) == 32 and open_key(params, store_exists=True).id == first.id
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_key_is_minted_beside_a_store(tmp_path, monkeypatch, params):
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(DataRefused, match="Put the key file back"):
        open_key(params, store_exists=True)
    assert not (tmp_path / "key").exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_a_key_that_others_may_read_is_refused(tmp_path, monkeypatch, params):
    path = tmp_path / "key"
    path.write_bytes(b"k" * 32)
    path.chmod(0o644)
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(path))
    with pytest.raises(DataRefused, match="chmod 600"):
        open_key(params, store_exists=False)


def test_a_cut_key_is_refused(tmp_path, monkeypatch, params):
    path = tmp_path / "key"
    path.write_bytes(b"k" * 7)
    path.chmod(0o600)
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(path))
    with pytest.raises(DataRefused, match="7 bytes"):
        open_key(params, store_exists=False)


def test_the_key_lies_in_the_users_configuration_where_nothing_else_is_said(tmp_path, monkeypatch):
    for name in ("HOTLINE_KEY_FILE", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(identity.Path, "home", lambda: tmp_path)
    assert identity.key_file() == tmp_path / ".config" / "hotline-analysis" / "key"
    monkeypatch.setenv("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME", str(tmp_path / "own"))
    assert identity.key_file() == tmp_path / "own" / "hotline-analysis" / "key"


def test_a_key_that_cannot_be_read_or_written_is_said(tmp_path, monkeypatch, params):
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path))
    tmp_path.chmod(0o700)
    with pytest.raises(DataRefused, match=r"› the key file cannot be read \("):
        open_key(params, store_exists=False)
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("HOTLINE_KEY_FILE", str(tmp_path / "file" / "key"))
    with pytest.raises(CannotWrite, match=r"› the key file cannot be written \(.*\)\. Name another place in HOTLINE_KEY_FILE\."):
        identity._new_key(tmp_path / "file" / "key")


def test_of_two_runs_that_make_a_key_at_once_the_first_ones_holds(tmp_path, capsys):
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o600)
    assert identity._new_key(tmp_path / "key") == b"k" * 32 and capsys.readouterr().err == ""


def test_integers_are_dense_and_stay(tmp_path):
    connection = duckdb.connect()
    key, path = Key(identity.PUBLISHED_KEY), tmp_path / "identities.parquet"

    def ids(numbers):
        registry = Registry(connection, path)
        values = " UNION ALL ".join(f"SELECT '{n}' AS text" for n in numbers)
        registry.resolve(values, PHONE, "phone", key, "found")
        registry.save()
        return dict(connection.execute("SELECT text, id FROM found").fetchall())

    january = ids(["13800000001", "+8613800000001", "13800000002", "匿名"])
    assert january["13800000001"] == january["+8613800000001"] and january["匿名"] is None
    assert {n for n in january.values() if n} == {1, 2}
    february = ids(["13800000003", "13800000001"])
    assert february["13800000001"] == january["13800000001"] and february["13800000003"] == 3
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
