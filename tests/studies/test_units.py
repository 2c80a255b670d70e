"""Units side by side: rates that the test sets come back with the mix taken off, files give what calls give, unlike rules are refused, no small cell leaves."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_analysis import open_hotline, say, show
from hotline_analysis.__main__ import main
from hotline_analysis.errors import CannotWrite, DataRefused, NoInput
from hotline_analysis.hotline import digest
from hotline_analysis.measures import sharing
from hotline_analysis.studies import units as study
from tests.studies.units import write

NORTH = {"甲组": 0.12, "乙组": 0.12, "丙组": 0.12, "丁组": 0.12, "戊组": 0.12, "己组": 0.3}
MIX = {"甲组": (1, 4, 1), "乙组": (1, 1, 4)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two hotlines: the north of six teams, the sixth twice as high; the south, as one."""
    home = tmp_path_factory.mktemp("units")
    write(home, "north", NORTH, seed=1, mix=MIX, more="units: {by: unit}\n")
    write(home, "south", {"东组": 0.25}, seed=2, calls=500)
    return home


@pytest.fixture(scope="module")
def north(folder):
    return open_hotline(folder / "north.yaml", "2024-01", progress=False)


@pytest.fixture(scope="module")
def south(folder):
    return open_hotline(folder / "south.yaml", "2024-01", progress=False)


def beside(folder, north, name: str, more: str):
    """The north as one unit beside what `more` names."""
    text = (folder / "north.yaml").read_text(encoding="utf-8").replace("units: {by: unit}\n", more)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return open_hotline(folder / f"{name}.yaml", "2024-01", progress=False)


def test_the_mix_is_taken_off_and_the_one_that_is_high_is_found(north):
    """甲组的事情少复电、乙组的多复电，办得一样好；己组确实高一倍."""
    frame = north.study("units").set_index("unit_zh")
    assert frame.loc["乙组", "value"] > 1.4 * frame.loc["甲组", "value"]
    assert abs(frame.loc["乙组", "direct"] - frame.loc["甲组", "direct"]) < 0.03
    assert frame["verdict"].to_dict() == {name: "above" if name == "己组" else "inside" for name in NORTH}
    assert (frame.loc["己组", "rank_low"], frame.loc["己组", "rank_high"]) == (1, 1)
    assert frame.loc["丁组", "rank_high"] > frame.loc["丁组", "rank_low"]
    assert list(frame.index) == sorted(frame.index)  # by name: no league table
    assert "己组高于同类：复电是按构成应有的" in say(north.study("units")).text


def test_the_curves_differ_and_pairs_say_where(north):
    found = north.study("units", "difference")
    assert found["said"].unique().tolist() == ["differ"] and (found["q"] < 0.01).any()
    pairs = north.study("units", "pairs")
    sure = pairs[pairs["q"] < 0.05]
    assert len(sure) == 5 and all("己组" in (row.first_zh, row.second_zh) for row in sure.itertuples())
    curves = north.study("units", "curves")
    for _, one in curves.groupby("group_zh"):
        assert one["value"].is_monotonic_increasing and one["hours"].iloc[0] == 0
    assert "不是偶然" in show(found).text


def test_every_figure_by_hand_from_the_calls(north):
    """The slow way: each call of the month, was it followed within a day, and what had the other units with its issue."""
    rows = north.gaps()
    rows = rows[rows["follow_s"] >= 86400]
    rows = rows.assign(hit=rows["gap_s"].le(86400).fillna(False).astype(bool))
    frame = north.study("units").set_index("unit_zh")
    for name, own in rows.groupby("unit", observed=True):
        others = rows[rows["unit"] != name].groupby("issue_1", observed=True)["hit"].mean()
        expected = own["issue_1"].astype(str).map(others.rename(index=str)).sum()
        assert frame.loc[name, "denominator"] == len(own) and frame.loc[name, "numerator"] == own["hit"].sum()
        assert frame.loc[name, "expected"] == pytest.approx(expected)
        assert frame.loc[name, "ratio"] == pytest.approx(own["hit"].sum() / expected)


# ---- shares


def test_files_give_what_calls_give(folder, north, south):
    """两条热线不交换来电，只凭两个文件，与直接读两边的来电相同：每个诉求都够大，没有一格被合并."""
    sharing.write(folder / "south.json", south.share())
    by_file = beside(folder, north, "by_file", "units: {shares: [south.json]}\n")
    by_calls = beside(folder, north, "by_calls", "units: {params: [south.yaml]}\n")
    assert {c.issue for u in by_file.share().units for c in u.cells} == {"供水", "交通", "社保"}
    for table in ("units", "pairs", "curves", "difference"):
        one, two = by_file.study("units", table), by_calls.study("units", table)
        assert len(one) and one.attrs["missing"] is None
        names = {"by_file热线": "x", "by_calls热线": "x"}
        pd.testing.assert_frame_equal(one.replace(names), two.replace(names), check_exact=False, rtol=1e-6)
    frame = by_file.study("units")
    assert list(frame["unit_zh"]) == ["north热线", "south热线"] and set(frame["verdict"]) == {"few units"}
    assert by_file.study("units", "difference")["said"].iloc[0] == "differ"


def test_a_share_is_written_over_an_older_one_and_over_nothing_else(tmp_path, north):
    mine, link = tmp_path / "mine.json", tmp_path / "link.json"
    for _ in range(2):
        sharing.write(mine, north.share())
    assert sharing.read(mine) == north.share()
    link.symlink_to(mine)
    (tmp_path / "plans.json").write_text("{}", encoding="utf-8")
    for other in (link, tmp_path / "plans.json", tmp_path):
        with pytest.raises(CannotWrite, match="is there already, and no share of this command"):
            sharing.write(other, north.share())
    assert (tmp_path / "plans.json").read_text(encoding="utf-8") == "{}" and link.is_symlink()


def test_a_share_is_small_and_holds_no_call(folder, north):
    text = north.share("unit").text()
    assert len(text) < 10_000
    raw = (folder / "north.csv").read_text(encoding="utf-8").splitlines()[1:]
    numbers = {row.split(",")[3] for row in raw}
    assert not any(number in text for number in numbers) and "C100" not in text
    told = sharing.read(_written(folder / "again.json", text))
    assert told == north.share("unit") and told.hash == north.rule.hash


def _written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_no_small_cell_leaves(tmp_path):
    """Three of a unit's issues are few; a unit of six calls has no line of its own; every step has eight callbacks or none."""
    write(tmp_path, "few", {"甲组": 0.1, "乙组": 0.04, "丙组": 0.1}, seed=5, calls=120)
    small = write(tmp_path, "tiny", {"小组": 0.1}, seed=6, calls=5)
    lines = (tmp_path / "tiny.csv").read_text(encoding="utf-8").splitlines()[1:6]
    with (tmp_path / "few.csv").open("a", encoding="utf-8") as out:
        out.write("\n".join(f"X{line}" for line in lines) + "\n")
    assert small.exists()
    made = open_hotline(tmp_path / "few.yaml", "2024-01", progress=False).share("unit")
    assert "小组" not in made.text()
    for unit in made.units:
        counts = [
            unit.calls,
            unit.repeats,
            *(x for c in unit.cells for x in (c.calls, c.repeats)),
            *(s.events for s in unit.curve),
        ]
        assert not any(0 < n < 8 for n in counts), unit


WATCHED = 1000  # calls watched to the end, beside those of each case


def steps_of(events: dict[float, int], window_hours: float, smallest: int = 8) -> dict[float, int]:
    """The steps that are told of so many callbacks at each hour: their windows with the callbacks until then."""
    rows = [(round(h * 3600), 1, n) for h, n in events.items()] + [(sharing.MENU[-1] + 1, 0, WATCHED)]
    plain = SimpleNamespace(value=np.full(len(sharing.MENU), 0.1), se=np.full(len(sharing.MENU), 0.01))
    frame = pd.DataFrame(rows, columns=["seconds", "event", "calls"])
    steps = sharing._steps(frame, plain, smallest, round(window_hours * 3600))
    return dict(zip((s.window_hours for s in steps), np.cumsum([s.events for s in steps]).tolist(), strict=True))


def test_the_curve_less_the_repeats_tells_no_few_callbacks():
    """东区12小时内12次、24小时内16次：复电数16写在同一个文件里，12小时一步会说出中间的4次，所以不列；窗口本身列出."""
    east = {10: 12, 20: 4, 40: 9}
    assert steps_of(east, 24) == {2: 0, 24: 16, 48: 25, 72: 25, 120: 25, 168: 25}
    assert steps_of(east, 24, smallest=1) == {2: 0, 12: 12, 24: 16, 48: 25, 72: 25, 120: 25, 168: 25}
    assert steps_of({10: 12, 20: 14, 40: 3}, 24) == {2: 0, 12: 12, 24: 26}, "nor a step behind the window"
    assert steps_of({10: 12, 30: 4, 40: 9}, 36) == {2: 0, 48: 25, 72: 25, 120: 25, 168: 25}, "a window at which no step can end"


@given(
    per_hour=st.dictionaries(st.sampled_from([1, 6, 18, 30, 60, 100, 150]), st.integers(0, 20)),
    window=st.sampled_from([2, 12, 24, 36, 48, 72, 120, 168]),
)
def test_no_two_numbers_of_callbacks_of_a_unit_are_a_few_apart(per_hour, window):
    """A law: nought, the callbacks until each step and those within the compared window differ by nothing or by 8 and more; the window is a step where it can be."""
    repeats = sum(n for h, n in per_hour.items() if h <= window)
    steps = steps_of(per_hour, window)
    assert not any(0 < abs(a - b) < 8 for a in steps.values() for b in (0, repeats, *steps.values()))
    assert window in steps or window == 36 or 0 < repeats < 8


@pytest.mark.parametrize("seed", range(6))
def test_pools_are_never_small_and_hide_more_than_one(seed):
    """`apart` and `classes` on random counts: what is told is 0 or 8 and more, and a pool of a told total never stands for one group alone."""
    rng = np.random.default_rng(seed)
    counted = pd.DataFrame({"calls": rng.integers(1, 60, 9)}, index=list("abcdefghi"))
    counted["repeats"] = rng.binomial(counted["calls"], 0.2)
    names = sharing.apart(counted, 8)
    sums = counted.groupby(names).sum()
    pool = [name for name, said in names.items() if said == "(<8)"]
    assert len(sums) == 1 or not ((sums > 0) & (sums < 8)).any().any()
    assert len(pool) != 1 or (counted.loc[pool] >= 8).all().all()
    mixed = pd.DataFrame([(i, u, *rng.integers(0, (40, 20))) for i in "pqrst" for u in "ab"], columns=["issue", "unit", "calls", "repeats"])
    called = mixed.assign(issue=mixed["issue"].map(sharing.classes(mixed, 8))).groupby(["issue", "unit"]).sum()
    assert called.index.get_level_values(0).nunique() == 1 or not ((called > 0) & (called < 8)).any().any()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda plain: plain.update(version=1), "is no file that `hotline share` of version 2 wrote"),
        (lambda plain: plain["units"][0].update(calls=-1), "is no file"),
        (lambda plain: plain["units"][0]["cells"][0].update(calls=10**6), "is no file"),
        (lambda plain: plain.update(calls=[]), "is no file"),
        (lambda plain: plain["units"][0].update(name="13800138000"), "holds what reads as a citizen's number"),
    ],
)
def test_what_is_no_share_is_refused_without_its_values(folder, north, change, word):
    plain = json.loads(north.share("unit").text())
    change(plain)
    with pytest.raises(DataRefused, match=word) as refused:
        sharing.read(_written(folder / "bad.json", json.dumps(plain)))
    assert "13800138000" not in str(refused.value)
    with pytest.raises(NoInput):
        sharing.read(folder / "none.json")
    with pytest.raises(DataRefused):
        sharing.read(_written(folder / "bad.json", "["))


# ---- what may not be compared


def test_unlike_definitions_are_refused_or_labelled_and_not_judged(folder, north, south):
    sharing.write(folder / "unlike.json", south.share(match="same"))
    refused = beside(folder, north, "refused", "units: {shares: [unlike.json]}\n")
    assert refused.study("units").attrs["missing"]["zh"] == "口径、窗口或时期不同，不作比较"
    assert refused.study("units", "sources")["like"].tolist() == ["own", "unlike"]
    forced = beside(folder, north, "forced", "units: {shares: [unlike.json], forced: true}\n")
    frame = forced.study("units")
    assert set(frame["verdict"]) == {"unlike"} and frame[["rank_low", "rank_high"]].isna().all().all()
    assert forced.study("units", "pairs")["q"].isna().all() and forced.study("units", "difference")["said"].unique().tolist() == ["unlike"]
    assert "口径、窗口或时期不同" in str(show(frame).html) and say(frame).text.startswith("口径、窗口或时期不同，只并列")


LIKE_NORTH = {"东组": 0.25}
SOUTHS = [  # what is unlike of the south, and the period that both are asked for
    ("of other days", "all", "", 1, "unlike"),
    ("of other months' ends", "2024-01", "period: {start_day: 20}\n", 0, "unlike"),
    ("of days that begin at six", "2024-01", "period: {cut_hour: 6}\n", 0, "unlike"),
    ("of another zone", "2024-01", "time_zone: America/Chicago\n", 0, "unlike"),
    ("of the same days", "all", "", 0, "like"),
]


@pytest.mark.parametrize(("why", "period", "more", "years", "like"), SOUTHS)
def test_hotlines_of_other_days_are_unlike_whatever_their_period_is_called(tmp_path, why, period, more, years, like):
    """Both of January and ten days of February 2024, or the south of 2023."""
    write(tmp_path, "north", LIKE_NORTH, seed=1, more="units: {params: [south.yaml]}\n")
    write(tmp_path, "south", LIKE_NORTH, seed=2, more=more)
    raw = (tmp_path / "south.csv").read_text(encoding="utf-8")
    (tmp_path / "south.csv").write_text(raw.replace(",2024-", f",{2024 - years}-"), encoding="utf-8")
    h = open_hotline(tmp_path / "north.yaml", period, progress=False)
    sources = h.study("units", "sources")
    assert sources["like"].tolist() == ["own", like] and sources["period"].unique().tolist() == [period], why
    assert f"{2024 - years}年1月1日" in str(show(sources).html) or "start_day" in more
    assert (h.study("units").attrs["missing"] is None) == (like == "like")


def test_a_hotline_does_not_stand_beside_itself(folder, north):
    sharing.write(folder / "itself.json", north.share("unit"))
    for name, more in {"twice": "params: [north.yaml]", "sent": "shares: [itself.json]"}.items():
        h = beside(folder, north, name, f"units: {{{more}, forced: true}}\n")
        for table in ("sources", "units"):
            assert h.study("units", table).attrs["missing"]["zh"] == "两条并列的热线同名，或同一热线列了两次"


def test_every_change_of_the_rule_reaches_the_hotlines_beside(folder, north, capsys):
    beside(folder, north, "changed", "units: {params: [south.yaml]}\n")
    told = open_hotline(folder / "changed.yaml", "2024-01", progress=False).study("units", match="same")
    opened = open_hotline(folder / "changed.yaml", "2024-01", progress=False, match="same").study("units")
    assert len(told) == 2 and told.equals(opened) and told.attrs["missing"] is None
    given = ["units", "--set", "match=same", "--month", "2024-01", "--params", str(folder / "changed.yaml"), "--format", "json", "--quiet"]
    assert main(["study", *given]) == 0
    assert [row["numerator"] for row in json.loads(capsys.readouterr().out)] == told["numerator"].tolist()


def test_one_unit_alone_and_a_rule_that_no_unit_can_be_compared_by(south, north):
    assert south.study("units").attrs["missing"] is not None
    assert north.study("units", direction="look-back").attrs["missing"] is not None
    assert north.study("units", by="area").attrs["missing"]["zh"] == "未提供：区域"


# ---- issues that the units do not share


def of_shares(monkeypatch, north, *shares: dict[str, list], table: str = "units") -> pd.DataFrame:
    """A table of invented shares: in each share, unit -> its cells (issue, calls, repeats)."""

    def unit(name: str, cells: list) -> sharing.Unit:
        calls, repeats = sum(n for _, n, _ in cells), sum(k for *_, k in cells)
        told = tuple(sharing.Cell(issue=i, calls=n, repeats=k) for i, n, k in cells)
        return sharing.Unit(name=name, calls=calls, repeats=repeats, design_effect=1.0, cells=told, curve=())

    like, attrs = north.share("unit"), dict(north.study("units", table).attrs)
    made = [
        like.model_copy(update={"title_zh": f"热线{n}", "title_en": f"hotline {n}", "units": tuple(unit(*one) for one in units.items())})
        for n, units in enumerate(shares)
    ]
    monkeypatch.setattr(study, "_shares", lambda view, by: made)
    frame = study.TABLES[table](north.view)
    frame.attrs = attrs | {"digest": digest(frame)}
    return frame


def test_what_two_files_pooled_is_not_compared(monkeypatch, north):
    """六个单位供水都是400通40次复电；甲、乙两份文件各把别的诉求并成一格，一格300通90次，一格300通9次：那是不同的诉求，不能互相比."""
    same, pool = ("供水", 400, 40), "(<8)"
    others = {f"组{n}": [same] for n in range(4)}
    frame = of_shares(monkeypatch, north, others, {"甲": [same, (pool, 300, 90)]}, {"乙": [same, (pool, 300, 9)]})
    assert frame["ratio"].tolist() == [1.0] * 6 and frame["expected"].tolist() == [40.0] * 6 and set(frame["verdict"]) == {"inside"}
    assert frame["used"].round(3).tolist() == [1.0] * 4 + [0.571] * 2 and frame["said"].unique().tolist() == ["none"]
    assert frame.attrs["fields"]["unit"]["words"][pool], "a unit may be pooled"


def test_units_of_one_file_compare_on_what_it_pooled(monkeypatch, north):
    """同一份文件里并起来的是同样几类诉求：甲90次，乙9次，各以对方为应有."""
    same, pool = ("供水", 400, 40), "(<8)"
    frame = of_shares(monkeypatch, north, {"甲": [same, (pool, 300, 90)], "乙": [same, (pool, 300, 9)]})
    assert dict(zip(frame["unit_zh"], frame["expected"], strict=True)) == {"甲": 49.0, "乙": 130.0}


def test_too_few_units_are_said_to_be_too_few_and_not_unlike_the_others(monkeypatch, north):
    """两个单位，一个是并起来的：剩下一个没有别家可比，不是诉求不同."""
    same = ("供水", 400, 40)
    frame = of_shares(monkeypatch, north, {"甲": [same], "(<8)": [same]})
    told = frame.set_index("unit_zh")
    assert set(frame["said"]) == {"few units"} and not (frame["verdict"] == "apart").any() and "few units" in set(told["verdict"])


def test_a_unit_whose_issues_the_others_do_not_have_is_not_judged(monkeypatch, north):
    """七个单位，只有供水相同：东组300通里可比100通，可比的复电10次、应有10次，共190次；不判，也不说没有一个单位超出."""
    north_units = {f"组{n}": [("供水", 100, 10), ("交通", 100, 10), ("社保", 100, 10)] for n in range(6)}
    odd = {"东组": [("供水", 100, 10), ("道路", 100, 90), ("人社", 100, 90)]}
    frame = of_shares(monkeypatch, north, north_units, odd)
    rows = frame.set_index("unit_zh")
    east = rows.loc["热线1 › 东组"]
    assert (east["numerator"], east["observed"], east["expected"], east["ratio"]) == (190, 10, 10.0, 1.0)
    assert east["used"] == pytest.approx(1 / 3) and east["verdict"] == "apart" and np.isnan([east["q"], east["rank_low"]]).all()
    assert rows["verdict"].value_counts().to_dict() == {"inside": 6, "apart": 1} and set(frame["said"]) == {"others"}
    zh, table = say(frame).text, str(show(frame).html)
    assert "1个单位与其他单位相同的诉求不足其来电的一半，不判高低" in zh and "没有一个单位超出" not in zh
    assert "诉求与其他单位不同，不判" in table and "可比复电" in table and "同一构成只含各单位都有的诉求，占来电的33%" in table
    frame.attrs["language"] = "en"
    assert "For 1 unit less than half of the calls are of issues that the others have" in say(frame).text
    pairs = of_shares(monkeypatch, north, north_units, odd, table="pairs")
    assert pairs["covered"].unique() == pytest.approx([1 / 3]) and pairs["q"].isna().all() and "对有差异" not in str(show(pairs).html)


def test_few_repeats_of_a_units_own_issues_are_not_told(monkeypatch, north):
    """东组42次复电，可比的40次：余下2次是它独有的诉求的，可比的与应有都不列出；北组余下8次，照列."""
    same = ("供水", 400, 40)
    units = {f"组{n}": [same] for n in range(4)} | {"东组": [same, ("道路", 20, 2)], "北组": [same, ("社保", 80, 8)]}
    frame = of_shares(monkeypatch, north, units)
    rows = frame.set_index("unit_zh")
    untold = ["observed", "used", "expected", *study.RECKONED]
    assert rows.loc["东组", untold].isna().all() and rows.loc["东组", "numerator"] == 42
    assert set(rows.loc["东组", [f"{c}_missing" for c in untold]]) == {"untold"}
    assert rows.loc["北组", ["numerator", "observed", "expected", "ratio"]].tolist() == [48, 40, 40.0, 1.0] and "不列出" in str(
        show(frame).html
    )
    pairs = of_shares(monkeypatch, north, units, table="pairs")
    named = {*pairs["first_zh"], *pairs["second_zh"]}
    assert "东组" not in named and "北组" in named, "one issue in common: its rate times its calls are the repeats that are not told"


def test_a_verdict_is_said_where_its_ratio_is_not_told(monkeypatch, north):
    """东组可比的400通有160次复电，另2次是它独有的诉求的：倍数不列出，高于同类照说。"""
    units = {f"组{n}": [("供水", 400, 40)] for n in range(6)} | {"东组": [("供水", 400, 160), ("道路", 20, 2)]}
    frame = of_shares(monkeypatch, north, units)
    assert frame.set_index("unit_zh").loc["东组", "verdict"] == "above" and set(frame["said"]) == {"differ"}
    assert say(frame).text == "东组高于同类。"
    frame.attrs["language"] = "en"
    assert say(frame).text == "东组 is above the others."


def test_a_unit_with_issues_of_small_units_alone_is_not_called_alike(monkeypatch, north):
    """乙只与一个20通的单位有相同的诉求：没有可判的单位与它相比."""
    units = {f"组{n}": [("供水", 100, 10)] for n in range(6)} | {"乙": [("社保", 100, 50)], "小组": [("社保", 20, 2)]}
    frame = of_shares(monkeypatch, north, units).set_index("unit_zh")
    assert frame.loc[["乙", "小组"], "verdict"].tolist() == ["apart", "few"] and set(frame["said"]) == {"others"}


# ---- the command, the page


def test_the_command_writes_a_file_or_prints_it(folder, capsys):
    asked = ["share", "--params", str(folder / "north.yaml"), "--month", "2024-01", "--by", "unit", "--quiet"]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert main([*asked, "--out", str(folder / "out.json")]) == 0
    assert (folder / "out.json").read_text(encoding="utf-8") == printed and sharing.read(folder / "out.json").by == "unit"
    assert main([*asked[:-2], "agnt", "--quiet"]) == 64
    assert main([*asked, "--out", str(folder / "no" / "out.json")]) == 73


def test_a_hotline_of_one_unit_has_no_page_of_units(south, north):
    """Every frame of the page has a reason, so the page is left out; one of several teams shows them without being told which column that is."""
    assert all(south.study("units", table).attrs["missing"] for table in ("sources", "units", "pairs", "curves", "difference"))
    assert list(north.study("units", by="unit")["unit_zh"]) == list(north.study("units")["unit_zh"])
