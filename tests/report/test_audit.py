"""报告体检: which printed numbers cannot stand beside one another, and what would fit; figures by hand, and the slow count of all that rounds to a print."""

from fractions import Fraction as F
from itertools import product
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import open_hotline
from hotline_analysis.__main__ import main
from hotline_analysis.errors import BadParams, CannotWrite, NoInput
from hotline_analysis.report import audit
from hotline_analysis.report.audit import own
from hotline_analysis.report.audit.kinds import KINDS
from hotline_analysis.report.audit.quoted import AN_HOUR, MONEY, PLAIN, SCORE, SHARE, TIME, read
from hotline_analysis.report.audit.relations import CONTRADICTS, FITS, Book, Mean, Share
from hotline_analysis.words import UNITS as MEASURED
from hotline_analysis.words import Term, format_value
from tests.small import write_hotline

CITY = """title: 某市热线年报
figures: {受理总量: '284,406', 咨询: '124,599', 求助: '45,120', 投诉: '22,300', 其他: '3,513', 咨询占比: 63.72%}
relations:
- {share: 咨询占比, of: 咨询, in: 受理总量}
- {total: 受理总量, parts: [咨询, 求助, 投诉, 其他]}
"""
CITY_SAID = """咨询占比 = 咨询 ÷ 受理总量
  “咨询占比”应为43.81%；或“咨询”应为181,210～181,237；或“受理总量”应为195,527～195,556
  与咨询 ÷ “受理总量”各部分之和（195,532）相符：分母可能是各部分之和
受理总量 = 咨询 + 求助 + 投诉 + 其他
  “受理总量”应为195,532
  各部分合计195,532，相差88,874
核对2条关系：相符0条，矛盾2条，未核对0条。"""


def audited(folder, text: str) -> audit.Audit:
    file = folder / "report.yaml"
    file.write_text(text, encoding="utf-8")
    return audit.audit(file)


def one(folder, figures: str, relation: str) -> tuple[str, dict, list]:
    """The state of a single relation, what would fit, and its hints by key."""
    (_, held, _), *_ = audited(folder, f"figures: {{{figures}}}\nrelations:\n- {{{relation}}}\n").told
    return held.state, held.fits, [key for key, _ in held.hints]


def test_a_city_report_whose_share_is_of_another_total(tmp_path):
    """已印出的咨询63.72%其实是以各类合计195,532为分母；以印出的总量284,406为分母是43.81%."""
    done = audited(tmp_path, CITY)
    assert "\n".join(audit.lines(done, "zh")).endswith(CITY_SAID)
    said = "\n".join(audit.lines(done, "en"))
    assert "'咨询占比' would be 43.81%; or '咨询' would be 181,210–181,237" in said
    assert "it fits 咨询 ÷ the sum of the parts of '受理总量' (195,532): that sum may have been taken as the base" in said


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("284,406", F(284406), F(284406)),
        ("２８４，４０６件", F(284406), F(284406)),
        ("28.4万", F(283500), F(284500)),
        ("约28.44万件", F(284350), F(284450)),
        ("43.8%", F(4375, 10000), F(4385, 10000)),
        ("44％", F(435, 1000), F(445, 1000)),
        ("下降5%", F(-55, 1000), F(-45, 1000)),
        ("同比增长 12.0%", F(1195, 10000), F(1205, 10000)),
        ("上升2.0个百分点", F(195, 10000), F(205, 10000)),
        ("-0.5pp", F(-55, 10000), F(-45, 10000)),
        ("4.5分", F(445, 100), F(455, 100)),
        ("20秒", F(195, 10), F(205, 10)),
        ("3.5‰", F(345, 100000), F(355, 100000)),
        ("5分钟", F(270), F(330)),
        ("3分11秒", F(1905, 10), F(1915, 10)),
        ("下降1分5秒", F(-655, 10), F(-645, 10)),
        ("2小时5分", F(7470), F(7530)),
        ("2个小时5分钟", F(7470), F(7530)),
        ("约1小时0分5秒", F(36045, 10), F(36055, 10)),
        ("3 min 11 s", F(1905, 10), F(1915, 10)),
        ("2 h 5 min", F(7470), F(7530)),
        ("1.5 hours", F(5220), F(5580)),
        ("12.5万元", F(124500), F(125500)),
        ("284 406 calls", F(284406), F(284406)),
        ("up 2.0 percentage points", F(195, 10000), F(205, 10000)),
        ("year on year down 5%", F(-55, 1000), F(-45, 1000)),
        ("2.4 Million", F(2350000), F(2450000)),
    ],
)
def test_what_a_printed_number_stands_for(text, low, high):
    quoted = read(text, "x")
    assert (quoted.low, quoted.high) == (low, high)


@pytest.mark.parametrize(
    "text", ["20余万", "近30万", "持平", "1,23", "12-15", "多数", "1.2.3", "5%左右", "2点", "28 4", "3分75秒", "2小时60分", "11秒3分"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadParams, match="is not a number as a report prints it"):
        read(text, "x")


@given(
    value=st.floats(0, 5e5),
    unit=st.sampled_from(sorted(MEASURED)),
    language=st.sampled_from(["zh", "en"]),
    sign=st.sampled_from([1, -1]),
)
def test_what_pages_print_is_read_back(value, unit, language, sign):
    """A law: 照抄进来，不必换算. What `format_value` prints in any unit is a number of what that unit measures, and may stand for what was printed."""
    unit, value = MEASURED[unit], value / 5e5 if unit == "percent" else value * sign
    quoted = read(format_value(value, unit, language), "x")
    size = {"hours": 3600, "work_hours": 3600}.get(unit.key, 1)
    assert quoted.kind == {"percent": SHARE, "seconds": TIME, "hours": TIME, "work_hours": TIME, "score": SCORE, "yuan": MONEY, "an_hour": AN_HOUR}.get(unit.key, PLAIN)  # fmt: skip
    room = F(1, 2) if quoted.exact else F(1, 10**6)  # a whole count is itself; halves of floats
    assert quoted.low - room <= F(value) * size <= quoted.high + room


def test_a_duration_is_told_as_the_report_writes_it(tmp_path):
    """均值：180秒100通、190秒100通，应为3分5秒；印的3分11秒矛盾."""
    figures = "all: 3分11秒, a: 3分0秒, b: 3分10秒, x: '100', y: '100'"
    state, fits, _ = one(tmp_path, figures, "mean: all, of: [a, b], weights: [x, y]")
    assert state == CONTRADICTS and fits["all"].startswith("3分")


def rounded(value: F, places: int) -> str:
    steps = (value * 100 * 10**places + F(1, 2)) // 1
    return f"{steps / 10**places:.{places}f}%" if places else f"{steps}%"


@given(whole=st.integers(1, 400), part=st.integers(0, 400), places=st.integers(0, 2))
def test_a_share_that_was_rounded_always_fits(whole, part, places):
    part = min(part, whole)
    book = Book({"s": read(rounded(F(part, whole), places), "x"), "p": read(str(part), "x"), "w": read(str(whole), "x")}, {})
    assert Share(share="s", of="p", **{"in": "w"}).check(book).state == FITS


@given(whole=st.integers(2, 200), part=st.integers(0, 200), printed=st.integers(1, 99))
def test_a_share_is_contradicted_where_and_only_where_nothing_rounds_to_it(whole, part, printed):
    """What would fit is every count that the slow search finds."""
    part = min(part, whole)
    figures = {"s": read(f"{printed}%", "x"), "p": read(str(part), "x"), "w": read(str(whole), "x")}
    held = Share(share="s", of="p", **{"in": "w"}).check(Book(figures, {}))
    ends = figures["s"].low, figures["s"].high
    assert (held.state == FITS) == (ends[0] <= F(part, whole) <= ends[1])
    found = [k for k in range(whole + 1) if ends[0] <= F(k, whole) <= ends[1]]
    if held.state == CONTRADICTS and found:
        said = [int(end) for end in held.fits["p"].split("～")]
        assert (said[0], said[-1]) == (found[0], found[-1])


def test_a_part_that_is_more_than_its_whole(tmp_path):
    assert one(tmp_path, "a: '120', n: '100', s: 120%", "share: s, of: a, in: n") == (CONTRADICTS, {}, ["more than all"])


def test_a_total_names_the_part_that_was_left_out_or_counted_twice(tmp_path):
    figures = "n: '100', a: '60', b: '25', c: '15'"
    assert one(tmp_path, figures, "total: n, parts: [a, b]")[2] == ["differs", "left out"]
    assert one(tmp_path, "n: '85', a: '60', b: '25', c: '15'", "total: n, parts: [a, b, c]")[2] == ["differs", "twice"]
    assert one(tmp_path, figures, "total: n, parts: [a, b, c]")[0] == FITS


def test_rounded_shares_may_add_up_to_less_than_all_but_not_to_much_less(tmp_path):
    """三个33.3%合计99.9%，四舍五入所致；33.0%三个则不能."""
    assert one(tmp_path, "a: 33.3%, b: 33.3%, c: 33.3%", "total: 100%, parts: [a, b, c]")[0] == FITS
    assert one(tmp_path, "a: 33.0%, b: 33.3%, c: 33.3%", "total: 100%, parts: [a, b, c]")[0] == CONTRADICTS


@pytest.mark.parametrize(
    ("figures", "state", "hints"),
    [
        ("v: 下降5%, was: '126', now: '120'", FITS, []),  # -4.76 %
        ("v: 增长5%, was: '126', now: '120'", CONTRADICTS, ["sign"]),
        ("v: 下降5.0%, was: '126', now: '120'", CONTRADICTS, ["base"]),  # of the later: 6/120
        ("v: 增长140%, was: '100', now: '140'", CONTRADICTS, ["times"]),
        ("v: 上升2.0%, was: 88.0%, now: 90.0%", CONTRADICTS, ["pp"]),
        ("v: 上升2.0个百分点, was: 88.0%, now: 90.0%", FITS, []),
        ("v: 上升6.44个百分点, was: 86.27%, now: 91.83%", CONTRADICTS, ["percent"]),
        ("v: 上升5.56个百分点, was: 86.27%, now: 91.83%", FITS, []),
        ("v: 下降5个百分点, was: '126', now: '120'", CONTRADICTS, ["no points"]),
        ("v: '-6', was: '126', now: '120'", FITS, []),
        ("v: '-5', was: '126', now: '120'", CONTRADICTS, []),
        ("v: 下降4.7%, was: '126', now: '120'", CONTRADICTS, ["cut off"]),  # 4.76 cut to 4.7
    ],
)
def test_changes(tmp_path, figures, state, hints):
    assert one(tmp_path, figures, "change: v, from: was, to: now")[::2] == (state, hints)


def test_shares_that_are_more_than_all_say_what_each_would_be(tmp_path):
    """接通率88.4%与放弃率13.6%：其中一个错了，各自应是多少。"""
    fits = one(tmp_path, "a: 88.4%, b: 13.6%", "total: 100%, parts: [a, b]")[1]
    assert fits == {"a": "86.4%～86.5%", "b": "11.6%～11.7%"}


@pytest.mark.parametrize(("said", "state"), [("缩短4.0%", FITS), ("少4.0%", FITS), ("延长4.0%", CONTRADICTS)])
def test_what_is_said_of_a_length(tmp_path, said, state):
    assert one(tmp_path, f"v: {said}, was: 125秒, now: 120秒", "change: v, from: was, to: now")[0] == state


UNITS = "p: 43.8%, q: 56.2%, one: '1', n: '120', m: 100件, c: 20通, y: 20元, s: 30秒, t: 2分钟, u: 150秒, w: 3天, z: '3'"


@pytest.mark.parametrize(
    "relation",
    [
        "share: one, of: m, in: n",  # a rate matched with a count
        "share: p, of: p, in: one",
        "share: p, of: c, in: m",
        "total: one, parts: [p, q]",
        "total: n, parts: [m, y]",
        "total: n, parts: [m, c]",
        "total: 100, parts: [p, q]",
        "total: w, parts: [t, w]",
        "change: z, from: p, to: q",
        "change: z, from: s, to: s",
        "change: p, from: m, to: y",
        "service_level: p, connection: n",
        "mean: p, of: [z, n]",
        "mean: s, of: [s, t], weights: [p, n]",
    ],
)
def test_numbers_of_unlike_units_are_not_compared(tmp_path, relation):
    assert one(tmp_path, UNITS, relation)[::2] == ("not checked", ["unlike"])


def test_seconds_and_minutes_are_one_kind_and_counts_without_a_word_are_any(tmp_path):
    """2分钟 is from 90 to 150 seconds: with 30秒 from 119.5 to 180.5, which 150秒 is; 30秒 is not 30分钟."""
    assert one(tmp_path, UNITS, "total: u, parts: [s, t]")[0] == FITS
    assert one(tmp_path, UNITS, "total: n, parts: [m, '20']")[0] == FITS
    assert one(tmp_path, "a: 30秒, b: 30分钟", "change: 0秒, from: a, to: b") == (
        CONTRADICTS,
        {"b": "0分钟～1分钟", "a": "1,770秒～1,830秒"},
        [],
    )


def test_a_unit_that_is_not_known_is_said_and_not_compared(tmp_path, capsys):
    file = tmp_path / "report.yaml"
    file.write_text(
        "figures: {涨幅: 增长2倍, 去年: '100', 今年: '300'}\nrelations: [{change: 涨幅, from: 去年, to: 今年}]", encoding="utf-8"
    )
    assert main(["audit", str(file)]) == 66
    out, err = capsys.readouterr()
    assert "“涨幅”的单位“倍”不认识，不比较\n核对1条关系：相符0条，矛盾0条，未核对1条。" in out
    assert err == "report.yaml › none of its relations could be checked. Why not is said above.\n"


@pytest.mark.parametrize(
    ("figures", "relation", "hints"),
    [
        ("c: 0%, a: '0', b: '500'", "change: c, from: a, to: b", [("not above 0", ("a",))]),
        ("s: 0%, a: '0', b: '0'", "share: s, of: a, in: b", [("not above 0", ("b",))]),
        ("m: 4.5分, a: 4分, b: 5分, x: '0', y: '0'", "mean: m, of: [a, b], weights: [x, y]", [("no weight", ())]),
    ],
)
def test_what_cannot_be_divided_says_so(tmp_path, figures, relation, hints):
    (_, held, _), *_ = audited(tmp_path, f"figures: {{{figures}}}\nrelations:\n- {{{relation}}}\n").told
    assert (held.state, held.hints) == ("not checked", hints)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("1月", "There are: 总量, 一月, 2024年."),
        ("2024", "Did you mean '2024年'?"),
        ("2024年度", "Did you mean '2024年'?"),
        ("12315热线", "There are: 总量, 一月, 2024年."),
    ],
)
def test_a_mistyped_name_that_begins_with_a_digit_is_no_number(tmp_path, name, right):
    with pytest.raises(BadParams) as refused:
        audited(tmp_path, f"figures: {{总量: '3', 一月: '1', 2024年: '2'}}\nrelations: [{{total: 总量, parts: [一月, {name}]}}]")
    assert str(refused.value) == f"report.yaml › relations › 1 › '{name}' is not a figure here. {right}"


@pytest.mark.parametrize(
    ("figures", "relation", "said"),
    [
        # 2 of 3 is no half, and no other count of 3 is
        ("s: 50%, a: '2', b: '3'", "share: s, of: a, in: b", "  's' would be 67%; or 'b' would be 4"),
        # 99.8 with 0.05 either way for each of three parts; 100% itself is no printed number that could be another
        ("a: 33.3%, b: 33.3%, c: 33.2%", "total: 100%, parts: [a, b, c]", "  the parts add up to 99.65%–99.95%, 0.05%–0.35% apart"),
        ("a: '120', b: 1.2 million, s: 9%", "share: s, of: b, in: a", "  the part (1.2 million) is more than the whole (120)"),
        ("v: 降低2.0%, a: 43.8%, b: 41.8%", "change: v, from: a, to: b", "  it fits the difference of the two rates (−2.1–−1.9 points): percentage points may have been meant"),
        ("m: '5', a: '4', b: '7', x: '3', y: '1'", "mean: m, of: [a, b], weights: [x, y]", "  by the weights it is 4.8"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_contradiction_is_true(tmp_path, figures, relation, said):
    done = audited(tmp_path, f"figures: {{{figures}}}\nrelations:\n- {{{relation}}}\n")
    assert said in "\n".join(audit.lines(done, "en")).split("\n")


@pytest.mark.parametrize(
    ("figures", "relation", "fits", "hints"),
    [
        ("s: 75%, a: 100, b: 400", "share: s, of: a, in: b", {"s": "25%"}, ["the rest"]),
        ("s: 30%, a: 100, b: 400, c: 120", "share: s, of: a, in: b", {"s": "25%"}, ["other part"]),
        ("s: 0%, a: 100, b: 400", "share: s, of: a, in: b", {"s": "25%"}, []),  # of nothing no part could be told
        ("s: -100%, a: 100, b: 30", "change: s, from: a, to: b", {"s": "−70%"}, []),  # from nothing neither
    ],
)
def test_what_may_have_been_meant(tmp_path, figures, relation, fits, hints):
    state, found, told = one(tmp_path, figures, relation)
    assert state == CONTRADICTS and {name: found.get(name) for name in fits} == fits and told == hints


def test_weights_that_may_all_be_nothing_leave_the_mean_between_its_parts(tmp_path):
    figures = "m: {m}, a: '4.0', b: '6.0', u: 0万, v: 0万"
    relation = "mean: m, of: [a, b], weights: [u, v]"
    assert one(tmp_path, figures.replace("{m}", "'5.0'"), relation)[0] == FITS
    assert one(tmp_path, figures.replace("{m}", "'7.0'"), relation)[0] == CONTRADICTS


def test_a_change_says_what_each_of_its_figures_would_be(tmp_path):
    assert one(tmp_path, "v: 增长10%, was: '100', now: '130'", "change: v, from: was, to: now")[1] == {
        "v": "30%", "now": "110", "was": "118",
    }  # fmt: skip


def test_a_service_level_above_the_connection_rate(tmp_path):
    """杭州2020年三季度: 15秒接通率94.84% > 接通率88.94%, only possible of the answered calls; of all it is 84.35%."""
    done = audited(tmp_path, "figures: {及时: 94.84%, 接通: 88.94%}\nrelations: [{service_level: 及时, connection: 接通}]\n")
    (_, held, _), *_ = done.told
    assert (held.state, held.fits, held.hints) == (CONTRADICTS, {"及时": "≤ 88.95%"}, [("answered", ("84.34%～84.36%",))])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(0, 3)), min_size=2, max_size=4))
def test_a_weighted_mean_has_the_ends_that_the_slow_search_finds(rows):
    """Every weight at either end."""
    figures = {"m": read("-99", "x")}
    for n, (value, weight, room) in enumerate(rows):
        figures |= {f"v{n}": read(str(value), "x"), f"w{n}": read(f"{weight + room}", "x")}
        figures[f"w{n}"] = type(figures["m"])(F(weight), F(weight + room))
    names = [str(n) for n in range(len(rows))]
    held = Mean(mean="m", of=[f"v{n}" for n in names], weights=[f"w{n}" for n in names]).check(Book(figures, {}))
    corners = [
        sum(F(v) * w for (v, _, _), w in zip(rows, weights, strict=True)) / sum(weights)
        for weights in product(*[(w, w + room) for _, w, room in rows])
    ]
    assert held.fits["m"] == figures["m"].written(min(corners), max(corners))


def test_a_mean_without_weights_lies_between_its_parts(tmp_path):
    assert one(tmp_path, "m: 97%, a: 90%, b: 95%", "mean: m, of: [a, b]") == (CONTRADICTS, {"m": "90%～96%"}, ["outside"])
    assert one(tmp_path, "m: 95%, a: 90%, b: 95%", "mean: m, of: [a, b]")[0] == FITS


# ---- the starting files


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_starting_file_fits_its_own_examples_and_can_fail_in_each_relation(tmp_path, kind, language):
    table, text = KINDS[kind], audit.begin(kind, "", language)
    with pytest.raises(NoInput, match="no relation has all its figures"):
        audited(tmp_path, text)
    likes = {line.name(language): line.like(language) for line in table.lines.values()}
    filled = text
    for name, like in likes.items():
        for empty in (f"  {name}: ''", f"  {name}: {{value: ''"):
            filled = filled.replace(empty, empty.replace("''", f"'{like}'"))
    done = audited(tmp_path, filled)
    assert [held.state for _, held, _ in done.told] == [FITS] * len(table.relations)
    for n, (relation, _, _) in enumerate(done.told):
        name = next(name for name in relation.names if name in likes)  # its value, or of 100% the first part
        wrong = filled.replace(f"'{likes[name]}'", "'99.9%'" if "%" in likes[name] or "pp" in likes[name] else "'1'")
        wrong = wrong if "百分点" not in likes[name] else filled.replace(f"'{likes[name]}'", "'上升9.9个百分点'")
        assert audited(tmp_path, wrong).told[n][1].state == CONTRADICTS


def test_there_are_ten_kinds_and_they_are_listed(capsys):
    assert len(KINDS) == 10
    assert main(["audit", "--new", "list", "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith("volume  volume by class\nchange  change on the year and on the month before\n")


# ---- the command


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("figures: {a: '1'}\nrelations: [{shar: a}]", 64, "report.yaml › relations › 1 › 'shar' is no kind of relation. Did you mean 'share'?"),
        ("figures: {aa: '1', b: '2'}\nrelations: [{share: a, of: aa, in: b}]", 64, "report.yaml › relations › 1 › 'a' is not a figure here. Did you mean 'aa'?"),
        ("figures: {咨询: 近20万}", 64, "report.yaml › figures › 咨询 › '近20万' is not a number as a report prints it. Write 284,406, 28.4万, 43.8%, 下降5% or +2.0个百分点."),
        ("figures: {a: '1', b: '2'}\nrelations: [{mean: a, of: [a, b], weights: ['1']}]", 64, "report.yaml › relations › 1 › 'of' names 2 figures and 'weights' 1."),
        ("figures: {a: '1'}\nrelation: []", 64, "report.yaml › 'relation' is not a setting here. Did you mean 'relations'?"),
        ("figures: {a: '', b: '2'}\nrelations: [{total: a, parts: [b, b]}]", 66, "report.yaml › no relation has all its figures. Fill in the numbers that the report prints."),
        (CITY, 65, "report.yaml › 2 of 2 relations are contradicted. The values that would fit are above."),
        (CITY.replace("284,406", "195,532"), 0, ""),
    ],
)  # fmt: skip
def test_sentences_and_exit_codes(tmp_path, capsys, text, code, sentence):
    file = tmp_path / "report.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["audit", str(file)]) == code
    assert capsys.readouterr().err.strip() == sentence


def test_a_starting_file_overwrites_nothing(tmp_path, capsys):
    file = tmp_path / "new.yaml"
    assert main(["audit", "--new", "three_rates", str(file)]) == 0 and file.read_text(encoding="utf-8").startswith("# 报告体检")
    capsys.readouterr()
    assert main(["audit", "--new", "volume", str(file)]) == 73
    assert capsys.readouterr().err.endswith("is there already, and stays as it is. Take another name.\n")
    assert main(["audit", "--new", "volum"]) == 64 and main(["audit"]) == 64 and main(["audit", str(tmp_path / "none.yaml")]) == 66


def test_where_a_file_cannot_be_written(tmp_path):
    with pytest.raises(CannotWrite) as refused:
        audit.begin("volume", str(tmp_path / "nowhere" / "new.yaml"), "zh")
    assert str(refused.value) == f"{tmp_path / 'nowhere' / 'new.yaml'} › cannot be written (No such file or directory)."


def test_a_report_without_relations_says_nothing_of_them(tmp_path):
    assert audit.lines(audited(tmp_path, "figures: {a: {value: 9%, is: fcr}}\n"), "zh") == []


def test_a_figure_that_the_report_does_not_print_is_said(tmp_path):
    told = "figures: {s: 25%, a: '100', b: '400', c: ''}\nrelations:\n- {share: s, of: a, in: b}\n- {share: s, of: c, in: b}\n"
    assert audit.lines(audited(tmp_path, told), "zh")[-2:] == ["s = c ÷ b\n  没有填：c", "核对2条关系：相符1条，矛盾0条，未核对1条。"]


def test_a_level_and_its_rate_are_said_as_they_stand_to_each_other(tmp_path):
    told = audited(tmp_path, "figures: {l: 95%, r: 90%}\nrelations:\n- {service_level: l, connection: r}\n")
    assert audit.lines(told, "zh")[-2].startswith("l ≤ r\n")


# ---- beside a hotline's own figures


@pytest.fixture(scope="module")
def hotline(tmp_path_factory):
    return open_hotline(write_hotline(tmp_path_factory.mktemp("audited")), "2024-01", progress=False)


def test_printed_figures_beside_this_hotlines_own(hotline, tmp_path):
    """The nearest rule is the one whose figure was printed; what the hotline cannot have says why."""
    panel = hotline.study("definition", "panel").set_index("key")
    levels = hotline.study("service", "levels").set_index("form")
    months = hotline.indicators[hotline.indicators["period"] == "2024-01"].set_index("indicator")
    figures = {
        "总量": (f"{months.loc['offered', 'numerator']:,.0f}", "calls"),
        "接通率": (f"{months.loc['connection_rate', 'value']:.1%}", "connection_rate"),
        "接通高报": ("99.9%", "connection_rate"),
        "服务水平": (f"{levels.loc['D', 'value']:.2%}", "service_level"),
        "首解率": (f"{panel.loc['same_168h', 'fcr']:.2%}", "fcr"),
        "错单位": ("30.3秒", "connection_rate"),
        "转接率": ("3%", "transfer_rate"),
    }
    text = "figures:\n" + "".join(f"  {name}: {{value: '{value}', is: {key}}}\n" for name, (value, key) in figures.items())
    head, *lines = own.beside(hotline, audited(tmp_path, text), "zh")
    assert head == "与本热线2024年1月的数据对照："
    assert lines[0].endswith("四舍五入之内相同") and lines[1].endswith("四舍五入之内相同") and lines[2].endswith("，不同")
    assert "（D：" in lines[3] and "5种口径中最接近的" in lines[3]
    assert "“同一诉求7天”首解率" in lines[4] and f"各口径从{panel['fcr'].min():.1%}" in lines[4]
    assert lines[5].endswith("（单位不同）") and lines[6].endswith("（未提供所需的列）")
    with pytest.raises(BadParams, match=r"'connection' is not an indicator here\. Did you mean 'connection_rate'"):
        own.beside(hotline, audited(tmp_path, "figures: {a: {value: '9%', is: connection}}"), "zh")


def test_a_printed_figure_is_held_only_against_one_of_its_kind_and_unit(hotline, tmp_path):
    """A mean of about 30 seconds, half a minute: no other unit says the same, and a number without one says nothing."""
    value = hotline.indicators.query("period == '2024-01'").set_index("indicator")["value"]
    seconds, day = value["asa_seconds"], value["offered"]
    figures = {
        f"{seconds:.1f}秒": ("asa_seconds", "四舍五入之内相同"),
        f"{seconds / 60:.2f}分钟": ("asa_seconds", "四舍五入之内相同"),
        f"{seconds:.1f}分钟": ("asa_seconds", "，不同"),
        f"{seconds:.1f}": ("asa_seconds", "（单位不同）"),
        f"{seconds:.1f}分": ("asa_seconds", "（单位不同）"),
        f"{seconds:.1f}拍": ("asa_seconds", "（印出的单位不认识）"),
        f"{day:.0f}通": ("offered", "四舍五入之内相同"),
        f"{day:.0f}分钟": ("offered", "（单位不同）"),
        "93.0": ("connection_rate", "（单位不同）"),
        "9,000": ("asa_seconds.numerator", "（它是合计，不是件数）"),
    }
    text = "figures:\n" + "".join(f"  f{n}: {{value: '{value}', is: {key}}}\n" for n, (value, (key, _)) in enumerate(figures.items()))
    _, *lines = own.beside(hotline, audited(tmp_path, text), "zh")
    assert [line[-len(end) :] for line, (_, end) in zip(lines, figures.values(), strict=True)] == [end for _, end in figures.values()]


def test_a_whole_count_is_held_against_the_count_behind_an_indicator(hotline, tmp_path):
    """The page prints the month's calls: they were held against the mean a day alone, and differed."""
    row = hotline.indicators.query("period == '2024-01'").set_index("indicator")
    calls, day = int(row.loc["offered", "numerator"]), row.loc["offered", "value"]
    answered = int(row.loc["connection_rate", "numerator"])
    figures = {
        f"{calls:,}": ("offered", f"{calls:,}，四舍五入之内相同"),
        f"{calls + 1}通": ("offered", f"{calls:,}，不同"),
        f"{day:.0f}": ("offered", "，四舍五入之内相同"),
        f"{day + 3:.0f}": ("offered", "通，不同"),
        f"{answered}": ("connection_rate", f"{answered:,}，四舍五入之内相同"),
        f"{answered + 1}": ("connection_rate", "（单位不同）"),
    }
    text = "figures:\n" + "".join(f"  f{n}: {{value: '{value}', is: {key}}}\n" for n, (value, (key, _)) in enumerate(figures.items()))
    _, *lines = own.beside(hotline, audited(tmp_path, text), "zh")
    assert [line[-len(end) :] for line, (_, end) in zip(lines, figures.values(), strict=True)] == [end for _, end in figures.values()]


def test_a_figure_that_later_data_complete_says_so(hotline, tmp_path):
    """The data end with February: a rate in 24 hours is final on 2 March, the published rules in a week."""
    text = "figures: {再来: {value: 9%, is: repeat_rate_24h}, 首解: {value: 80%, is: fcr}, 接通: {value: 9%, is: connection_rate}}"
    february = open_hotline(hotline.params.path, "2024-02", "en", progress=False)
    _, *lines = own.beside(february, audited(tmp_path, text), "en")
    assert ["prov., final on 2 March)" in lines[0], "prov., final on 8 March)" in lines[1], "prov." in lines[2]] == [True, True, False]
    assert not any("暂" in line for line in own.beside(hotline, audited(tmp_path, text), "zh"))


@pytest.mark.parametrize("form", [own.FCR, own.REPEAT, own.LEVEL])
def test_a_hotline_without_these_studies_says_why(form):
    """And of a number that is no share, no rule is the nearest."""
    lacking = pd.DataFrame(columns=["value", "unit", "fcr"])
    lacking.attrs["missing"] = {"zh": "没有来电", "en": "there are no calls"}
    h = SimpleNamespace(study=lambda *_: lacking)
    assert own.NAMED[form](h, read("80%", "a")).missing.zh == "没有来电"
    assert own._nearest(pd.DataFrame({"value": [0.8]}), read("80", "a"), Term("甲", "A")) == own.Own(Term("甲", "A"), missing=None)
    assert own._nearest(lacking, read("80%", "a"), Term("甲", "A")).missing == own.absent("no base")


def test_a_hotline_without_indicators_says_why():
    """As one of surveys alone does."""
    indicators = pd.DataFrame({"indicator": [], "period": []})
    indicators.attrs["missing"] = {"zh": "没有时间", "en": "there are no times"}
    named = Term("接通率", "Connection rate")
    h = SimpleNamespace(catalogue={"connection_rate": SimpleNamespace(name=named)}, indicators=indicators)
    assert own._indicator(h, "connection_rate", "") == own.Own(named, missing=Term("没有时间", "there are no times"))
