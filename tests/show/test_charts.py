"""Charts are asked what they drew: their artists, their texts, the SVG that comes out."""

import re
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from hotline_analysis.show import charts
from hotline_analysis.show.charts import style
from hotline_analysis.words import Term

MONTHS = [f"{2022 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(24)]
HOURS = np.arange(168)
WINDOWS = [2, 12, 24, 48, 72, 120, 168]


def run_frame():
    value = 0.95 + 0.004 * np.sin(np.arange(24))
    value[-1] = 0.93
    return pd.DataFrame(
        {"period": MONTHS, "value": value, "lower": 0.942, "upper": 0.958, "target": 0.95, "judgement": ["none"] * 23 + ["worse"]}
    )


def coverage_frame():
    return pd.DataFrame(
        {
            "date": pd.date_range("1999-05-01", periods=31),
            "calls": [1000.0] * 20 + [100] + [1000] * 10,
            "rest": [i % 7 < 2 for i in range(31)],
            "broken": [i == 20 for i in range(31)],
            "usual": 1000.0,
            "note": [""] * 20 + ["21日 仅10:00以前"] + [""] * 10,
        }
    )


def pareto_frame():
    calls = np.round(3000 * np.exp(-HOURS / 8) + 60 * (1 + np.cos(HOURS * np.pi / 12)))
    return pd.DataFrame({"hour_from": HOURS, "hour_to": HOURS + 1, "numerator": calls, "cumulative": calls.cumsum() / calls.sum()})


def window_frame():
    rows = [
        {"window_hours": w, "follow_up": f, "value": 0.05 + 0.001 * w * k, "low": 0.045 + 0.001 * w * k, "high": 0.055 + 0.001 * w * k}
        for f, k in (("km", 1), ("full", 0.97), ("naive", 0.9))
        for w in WINDOWS
    ]
    return pd.DataFrame(rows)


def density_frame():
    habit = 1 + np.cos(HOURS * np.pi / 12)
    return pd.DataFrame({"hours": HOURS + 0.5, "seen": habit + 50 * np.exp(-HOURS / 3), "habit": habit})


def cumulative_frame():
    rows = []
    for i, name in enumerate(("供水维修", "物业管理", "很长很长很长很长很长的问题名称", "其他")):
        share = (0.05 + 0.05 * i) * (1 - np.exp(-HOURS / (8 + 20 * i)))
        rows.append(
            pd.DataFrame(
                {
                    "group": name,
                    "hours": HOURS,
                    "value": share,
                    "low": share * 0.9,
                    "high": share * 1.1,
                    "point_hours": 12.0 + i,
                    "words": f"八成在{12 + i}小时内",
                    "few": name == "其他",
                }
            )
        )
    return pd.concat(rows)


def likert_frame():
    spread = {"item_1": (0.05, 0.1, 0.2, 0.4, 0.25), "item_2": (0.3, 0.2, 0.0, 0.1, 0.4)}
    rows = []
    for item, shares in spread.items():
        right = np.cumsum(shares) - sum(shares[:2]) - shares[2] / 2
        for score, share, end in zip(range(1, 6), shares, right, strict=True):
            side = "below" if score < 3 else "above" if score > 3 else "middle"
            mean = sum(s * (k + 1) for k, s in enumerate(shares))
            name = {"name_zh": "很长很长很长很长的题目名称" if item == "item_2" else "态度", "name_en": "Courtesy"}
            rows.append(
                {
                    "item": item,
                    **name,
                    "score": score,
                    "value": share,
                    "side": side,
                    "left": end - share,
                    "right": end,
                    "mean": mean,
                    "denominator": 200,
                }
            )
    return pd.DataFrame(rows)


def gap_frame():
    rows = [
        ("态度", "甲", 0.03, 0.01, 0.05, "ahead"),
        ("速度", "甲", -0.02, -0.05, 0.01, "none"),
        ("方便", "", np.nan, np.nan, np.nan, "few"),
    ]
    return pd.DataFrame(
        [
            {"name_zh": n, "name_en": n, "dimension_zh": d, "dimension_en": d, "gap": g, "gap_low": a, "gap_high": b, "said": s}
            for n, d, g, a, b, s in rows
        ]
    )


def heat_frame():
    return pd.DataFrame(
        [
            {
                "weekday": d,
                "hour": h,
                "value": 0.99 - 0.12 * (9 <= h < 12 and d < 5),
                "few": h == 3 and d == 6,
                "short": 9 <= h < 12 and d < 5,
            }
            for d in range(7)
            for h in range(24)
        ]
    )


def parts_frame():
    return pd.DataFrame(
        {"window_hours": WINDOWS, "value": [0.06, 0.13, 0.17, 0.23, 0.27, 0.32, 0.36], "excess": [0.05, 0.09, 0.11, 0.15, 0.17, 0.19, 0.0]}
    )


def wait_frame():
    seconds = np.arange(0, 301, 5)
    share = {"answered": 0.85 * (1 - np.exp(-seconds / 40)), "abandoned": 0.12 * (1 - np.exp(-seconds / 60))}
    rows = [pd.DataFrame({"line": k, "seconds": seconds, "value": v, "low": 0.95 * v, "high": 1.05 * v}) for k, v in share.items()]
    return pd.concat(rows, ignore_index=True)


def span_frame():
    """Hours by issue, the sum and what was pooled behind them."""
    names = ["设施维修", "投诉举报", "费用账单", "意见建议", "(<8)", "all"]
    value = np.array([100.0, 83.7, -12.4, 1.2, 2.0, 350.7])
    return pd.DataFrame({"issue": names, "hours": value, "hours_low": value - 8, "hours_high": value + 8})


FORMS = {
    "spans": (charts.spans, span_frame, {"without": ("(<8)", "all"), "names": {"意见建议": Term("意见与建议", "Opinions")}}),
    "run_chart": (charts.run_chart, lambda: run_frame().assign(event=["新系统上线" if m == "2023-07" else "" for m in MONTHS]), {}),
    "coverage": (charts.coverage, coverage_frame, {}),
    "pareto_gaps": (charts.pareto_gaps, pareto_frame, {}),
    "window_curve": (charts.window_curve, window_frame, {}),
    "window_parts": (charts.window_parts, parts_frame, {}),
    "density_control": (charts.density_control, density_frame, {"evidence": pd.DataFrame({"best_hours": [48.0]})}),
    "cumulative": (charts.cumulative, cumulative_frame, {}),
    "likert": (charts.likert, likert_frame, {}),
    "gap_chart": (charts.gap_chart, gap_frame, {}),
    "wait_lines": (
        charts.wait_lines,
        wait_frame,
        {"names": {"answered": Term("已接通", "answered"), "abandoned": Term("已放弃", "gave up")}},
    ),
    "heat": (charts.heat, heat_frame, {"cuts": [0.88, 0.92, 0.95, 0.97]}),
}
BOTH = pytest.mark.parametrize(
    ("width", "language"), [(charts.WIDE, "zh"), (charts.NARROW, "zh"), (charts.WIDE, "en"), (charts.NARROW, "en")]
)
EVERY = pytest.mark.parametrize("name", FORMS)


def drawn(name, width=charts.WIDE, language="zh", frame=None, **more):
    form, make, options = FORMS[name]
    return form(make() if frame is None else frame, width=width, language=language, **{**options, **more})


def svg(axes) -> str:
    return charts.svg(axes, "k", "题", "述")


@cache
def drawn_once(name, width=charts.WIDE, language="zh"):
    """The form on its own frame, for every test that only looks at it: a drawing takes a quarter of a second."""
    axes = drawn(name, width, language)
    return axes, svg(axes)


def texts(axes) -> list[str]:
    return texts_in(svg(axes))


def texts_in(out: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", out)


def every(axes):
    """The chart's Axes and those inside them."""
    return [a for a in axes.figure.findobj(Axes) if a is axes or a in axes.child_axes]


def lines(axes):
    return [line for a in every(axes) for line in a.lines if len(line.get_xdata()) > 2]


@EVERY
@BOTH
def test_every_form_keeps_the_house_style(name, width, language):
    _, out = drawn_once(name, width, language)
    root = ElementTree.fromstring(out.replace("xlink:href", "href"))
    assert root.get("width") == str(width) and root.get("role") == "img" and out.count("<title id=") == 1 and "<desc" in out
    sizes = [float(s) for s in re.findall(r"font-size:\s*([\d.]+)px", out)]
    assert sizes and min(sizes) >= 12
    assert "<text" in out and "\n" not in "".join(texts_in(out))
    assert not re.search(r"<use|<style|<script|<image|clip-path|url\(|var\(|font-family|xlink:href", out)
    assert len(out) <= 65_000 and not re.search(r"\d\.\d{2,}", re.sub(r"<title.*?</title>|<text[^>]*>[^<]*", "", out))


@EVERY
def test_the_same_frame_gives_the_same_drawing(name):
    assert svg(drawn(name)) == drawn_once(name)[1]


def test_lines_of_waits_are_those_of_the_frame():
    """Each line ends at its last share, its name and figure beside it; the outline of the map is the column that is asked for."""
    axes, frame = drawn("wait_lines"), wait_frame()
    for line, (name, rows) in zip(lines(axes), frame.groupby("line", sort=False), strict=True):
        assert np.allclose(line.get_ydata(), 100 * rows["value"]) and np.allclose(line.get_xdata(), rows["seconds"]), name
    assert {"已接通 85.0%", "已放弃 11.9%"} <= set(texts(axes)) and "300秒" in texts(axes)
    assert texts(drawn("wait_lines", frame=pd.concat([frame, frame.iloc[-1:].assign(seconds=400, value=np.nan)]))) == texts(axes)
    peaked = heat_frame().rename(columns={"short": "peak"})
    short, peak = (svg(d).lower() for d in (drawn("heat"), drawn("heat", frame=peaked, outlined="peak")))
    ink, worse = style.INK.lower(), style.WORSE.lower()
    assert worse in short and worse not in peak, "a peak is no judgement, and has not its hue"
    assert peak.replace(ink, worse) == short.replace(ink, worse) != svg(drawn("heat", frame=peaked)).lower().replace(ink, worse)


@EVERY
@BOTH
def test_no_text_leaves_the_drawing(name, width, language):
    """Text is measured with the font that the page embeds."""
    axes, _ = drawn_once(name, width, language)
    with charts.theme():
        figure = axes.figure
        figure.draw_without_rendering()
        limits = figure.get_size_inches() * 72
        shown = [
            t
            for a in every(axes)
            for t in a.findobj(lambda x: hasattr(x, "get_text") and hasattr(x, "get_window_extent"))
            if t.get_text() and t.get_visible()
        ]
        boxes = [(t.get_text(), t.get_window_extent()) for t in shown]
    outside = [text for text, box in boxes if box.x0 < -3 or box.x1 > limits[0] + 3 or box.y0 < -3 or box.y1 > limits[1] + 3]
    assert not outside


@EVERY
def test_a_month_without_data_gets_a_drawing_that_says_so(name):
    empty = FORMS[name][1]().head(0)
    for width in (charts.WIDE, charts.NARROW):
        assert "没有可画的数据" in texts(drawn(name, width, frame=empty))


@EVERY
def test_missing_values_and_a_single_row_never_raise(name):
    frame = FORMS[name][1]()
    numbers = [
        c for c in frame.select_dtypes("number").columns if c not in ("weekday", "hour", "hours", "window_hours", "hour_from", "hour_to")
    ]
    blank = frame.assign(**dict.fromkeys(numbers, np.nan))
    zero = frame.assign(**dict.fromkeys(numbers, 0.0))
    for odd in (blank, zero, frame.head(1), frame.head(2)):
        out = svg(drawn(name, frame=odd))
        assert not re.search(r"\b(nan|NaN|inf|None)\b", " ".join(re.findall(r">([^<]*)<", out)))


@EVERY
def test_names_from_data_stay_text(name):
    """A name with a tag, a formula, a line break and a character that no font has."""
    nasty = "<script>&$x^2$\n\x07\U0001f600" * 3
    frame = FORMS[name][1]()
    for column in ("note", "group", "words", "follow_up"):
        if column in frame:
            frame[column] = nasty
    out = svg(drawn(name, frame=frame))
    assert "<script" not in out and ElementTree.fromstring(out.replace("xlink:href", "href")) is not None


@EVERY
def test_a_chart_stands_in_a_subplot_of_somebody_elses_figure(name):
    """seaborn's contract: the given Axes come back, nothing is drawn outside pyplot's reach, the neighbour is left alone."""
    figure = Figure(figsize=(14, 5))
    left, right = figure.subplots(1, 2)
    form, make, options = FORMS[name]
    assert form(make(), ax=left, **options) is left and not right.lines and not right.patches
    assert figure.get_size_inches().tolist() == [14, 5]


def test_axes_of_ones_own_show_themselves_in_a_notebook():
    assert drawn("window_curve")._repr_svg_().startswith("<svg")


def test_only_months_with_evidence_have_a_mark():
    axes = drawn("run_chart")
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [line.get_xdata()[0] for line in diamonds] == [23] and style.WORSE.lower() in svg(axes)


def test_a_declared_break_has_its_words():
    assert "新系统上线" in texts(drawn("run_chart"))
    both = run_frame().assign(
        **{f"event_{k}": ["" if n else said for n in range(len(MONTHS))] for k, said in (("zh", "扩容"), ("en", "seats"))}
    )
    assert "扩容" in texts(drawn("run_chart", frame=both)), "frames of the hotline carry the words in both languages"


def test_events_of_neighbouring_months_step_down():
    near = run_frame().assign(event_zh=[f"措施{n}" if n in (4, 5, 6) else "" for n in range(len(MONTHS))])
    axes = drawn("run_chart", frame=near)
    places = [t.get_window_extent() for t in axes.texts if t.get_text().startswith("措施")]
    assert len(places) == 3 and not any(a.overlaps(b) for a, b in combinations(places, 2))


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_rates_above_neighbouring_hours_do_not_touch(width):
    """九时、十时的接通率各在柱上；窄图放不下时抬高一行，都在图内。"""
    lost = np.where(np.isin(np.arange(24), (9, 10)), [640.0] * 10 + [620.0] * 14, 40.0)
    frame = pd.DataFrame({"hour": range(24), "lost": lost, "value": 0.82, "named": lost > 100, "lost_share": lost / lost.sum()})
    axes = charts.lost_hours(frame, width=width)
    with charts.theme():
        axes.figure.draw_without_rendering()
        one, other = (t.get_window_extent() for t in axes.texts if t.get_text() == "82%")
        bars = [axes.patches[hour].get_window_extent() for hour in (9, 10)]
    assert not one.overlaps(other) and all(box.y0 >= bar.y1 - 1 for box, bar in zip((one, other), bars, strict=True))
    assert max(one.y1, other.y1) <= axes.figure.bbox.y1


def test_limits_and_target_are_left_out_when_unknown():
    assert not any(t.startswith(("上限", "下限", "目标")) for t in texts(drawn("run_chart", frame=run_frame()[["period", "value"]])))


@pytest.mark.parametrize("values", [[0.91227, 0.91183, 0.91136], [0.9, 0.9, 0.9], [0.12, 0.45, 0.88]])
def test_labels_of_an_axis_differ_and_fit_and_a_small_movement_stays_small(values):
    """91.2, 91.2, 91.1 %: a tenth of a point is no more than a tenth of two points' span."""
    frame = pd.DataFrame({"period": MONTHS[:3], "value": values})
    axes = drawn("run_chart", frame=frame)
    with charts.theme():
        axes.figure.draw_without_rendering()
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    told = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(told)) == len(told) >= 3 and len({len(t.rstrip("%").partition(".")[2]) for t in told}) == 1, told
    assert all(box.x0 >= 0 for box in boxes) and set(told) <= set(texts(axes))
    low, high = axes.get_ylim()
    assert high - low >= 2 and low <= 100 * min(values) and 100 * max(values) <= high


def test_two_months_have_no_course():
    assert texts(drawn("run_chart", frame=run_frame().head(2))) == ["仅2个点，不画走势"]


def test_a_gap_in_the_series_is_a_gap_in_the_line():
    frame = run_frame()
    frame.loc[5, "value"] = np.nan
    (course,) = (line for line in lines(drawn("run_chart", frame=frame)) if line.get_color() == style.DATA)
    assert np.flatnonzero(np.isnan(course.get_ydata())).tolist() == [5]


def test_broken_days_are_named_and_outlined_and_every_day_has_its_bar():
    axes = drawn("coverage")
    bars = [p for p in axes.patches if p.get_facecolor()[3] > 0]
    assert len(bars) == 31 and "21日 仅10:00以前" in texts(axes)


def test_a_stretch_without_a_named_day_names_its_first():
    """10 to 12 May: none of the 1st, 8th, 15th, 22nd and 29th is among them."""
    axes = charts.coverage(coverage_frame().iloc[9:12])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["5月10日"]


def test_a_day_of_which_nothing_is_known_is_said_so():
    blank = pd.DataFrame({"hour": range(24), "calls": np.nan})
    assert texts(charts.hours(blank)) == ["没有可画的数据"]


def test_a_days_bar_says_what_was_counted():
    """Records where nobody says of what: they may be orders, and test calls are among them."""
    frame = coverage_frame()
    assert "1999-05-01 1,000条" in svg(charts.coverage(frame)) and "1999-05-01 1,000 records" in svg(charts.coverage(frame, language="en"))
    assert "1999-05-01 1,000件" in svg(charts.coverage(frame.assign(unit="orders")))


def test_labels_of_neighbouring_broken_days_get_rows_of_their_own():
    places = 19 * np.array([20, 22, 30])
    assert style.rows_apart(places, 0, gap=42) == [0, 1, 0]


def test_a_name_in_the_second_row_stands_in_the_picture_above_its_bar():
    """3064/1817 stood above the picture's edge, cut in two."""
    frame = coverage_frame()
    frame.loc[22, ["calls", "broken", "note"]] = [3064.0, True, "3,064/1,817"]
    axes = charts.coverage(frame)
    (name,) = (text for text in axes.texts if text.get_text() == "3,064/1,817")
    axes.figure.canvas.draw()
    box, bar = name.get_window_extent(), axes.patches[22].get_window_extent()
    assert box.y1 < axes.figure.bbox.y1 - 1 and box.y0 > bar.y1


def test_a_day_that_is_not_told_is_a_gap_and_no_nought():
    """Two neighbouring days bear one mark; a broken one among them is not named by its number."""
    frame = coverage_frame().assign(calls_missing="")
    frame.loc[[4, 5], ["calls", "calls_missing"]] = [np.nan, "<13"]
    frame.loc[5, ["broken", "note"]] = [True, "3/400"]
    said = texts(charts.coverage(frame))
    assert said.count("&lt;13") == 1 and "3/400" not in said


@pytest.mark.parametrize("untold", [1, 2, 3])
def test_a_category_that_is_not_told_keeps_its_place_and_no_bar_bears_the_name_of_another(untold):
    """helpdesk 2012-07: two issues below what may be told, and the last bar was looked for where there was none."""
    frame = pd.DataFrame({"category": list("甲乙丙丁"), "share": [0.4, 0.3, 0.2, 0.1], "cumulative": [0.4, 0.7, 0.9, 1.0]})
    frame.loc[untold, ["share", "cumulative"]] = np.nan
    axes = charts.pareto(frame)
    told = {
        bar.get_gid(): (round(bar.get_width(), 6), round(bar.get_y() + bar.get_height() / 2, 6)) for bar in axes.patches if bar.get_gid()
    }
    assert told == {
        f"tip:{name} {100 * share:.1f}%": (100 * share, place)
        for place, (name, share) in enumerate(zip(frame["category"], frame["share"], strict=True))
        if place != untold
    }


def test_english_names_have_their_room():
    """'Other (under 8 ea…', 'One seat fewer …', 'Service quality · Experti…': a name was cut after so many characters, whatever room there was."""
    long = "promised and not called back"
    frame = pd.DataFrame({"category": ["p", "q"], "share": [0.7, 0.3], "cumulative": [0.7, 1.0]})
    axes = charts.pareto(frame, language="en", names={"p": Term("", long)})
    axes.figure.canvas.draw()
    assert long in texts(axes) and axes.get_yticklabels()[0].get_window_extent().x0 >= 0
    event = "One seat fewer at night"
    months = run_frame().assign(event_en=[event if n in (0, 1, 23) else "" for n in range(len(MONTHS))])
    for width in (charts.WIDE, charts.NARROW):
        axes = charts.run_chart(months, width=width, language="en")
        axes.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text() == event]
        assert len(boxes) == 3 and not any(a.overlaps(b) for a, b in combinations(boxes, 2))
        assert all(box.x0 >= -1 and box.x1 <= width + 1 for box in boxes)
    gaps = gap_frame().assign(name_en="Solving the matter at once", dimension_en="Service quality")
    assert "Solving the matter at once" in texts(charts.gap_chart(gaps, width=charts.NARROW, language="en")), "its dimension is left out"


def test_months_are_written_as_the_language_writes_them():
    """2023.8—2024.9 stood among dates such as 30 September 2024."""
    months = ["2023-08", "2024-09"]
    assert [charts.month_span(months, language) for language in ("zh", "en")] == ["2023.8—2024.9", "Aug 2023–Sep 2024"]
    row = {"values": [0.9, 0.91], "months": months, "unit": "percent", "name": "x"}
    spark = charts.sparkline(row, width=200, height=74, language="en", label=True)
    assert ">Aug 2023<" in spark and ">Sep 2024<" in spark and "2024.9" not in spark


def test_the_first_day_stands_clear_of_the_nought():
    axes = drawn_once("coverage", charts.WIDE, "en")[0]
    axes.figure.canvas.draw()
    assert not axes.get_xticklabels()[0].get_window_extent().overlaps(axes.get_yticklabels()[0].get_window_extent())


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_figure_stands_in_its_bar_only_where_the_bar_has_the_room(width):
    """费用账单 15.9%：手机上写进柱里的数压在左边的名称上。"""
    frame = pd.DataFrame({"category": list("甲乙"), "share": [0.16, 0.84], "cumulative": [0.16, 1.0]})
    axes = charts.pareto(frame, width=width)
    for bar, text in zip(axes.patches, (t for t in axes.texts if t.get_text() in ("16.0%", "84.0%")), strict=True):
        assert text.get_ha() == ("right" if bar.get_window_extent().width > 48 else "left")


def test_windows_on_the_pareto_carry_their_share():
    said = texts(drawn("pareto_gaps"))
    share = pareto_frame().set_index("hour_to")["cumulative"]
    assert all(f"{100 * share[w]:.1f}%" in said for w in (2, 24, 72))


def test_the_window_curve_names_its_lines_and_the_cards_windows():
    said = texts(drawn("window_curve"))
    assert any(t.startswith("生存分析") for t in said) and any(t.startswith("不修正") for t in said)
    assert all(any(t.startswith(f"{w}小时 ") for t in said) for w in (2, 24, 72))


def test_two_definitions_are_two_named_lines():
    frame = window_frame().query("follow_up == 'km'")
    both = pd.concat([frame.assign(line="任一诉求"), frame.assign(line="同一诉求", value=frame["value"] / 2)])
    said = texts(drawn("window_curve", frame=both))
    assert any(t.startswith("任一诉求") for t in said) and any(t.startswith("同一诉求") for t in said)


def test_the_parts_of_every_window_carry_their_numbers():
    axes = drawn("window_parts")
    said = texts(axes)
    assert all(f"{100 * v:.1f}%" in said for v in parts_frame()["value"]) and "11.0" in said and "6.0" in said
    widths = [p.get_width() for p in axes.patches]
    assert [round(a + b, 6) for a, b in zip(widths[:7], widths[7:], strict=True)] == [round(100 * v, 6) for v in parts_frame()["value"]]


def test_the_recommended_window_is_named_and_drawn_through():
    axes = drawn("density_control")
    assert "48小时" in texts(axes) and [
        line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 1.8 and line.get_color() == style.INK
    ] == [48]
    assert "48小时" not in texts(charts.density_control(density_frame()))


def test_the_spike_above_the_frame_is_cut_and_named():
    axes = drawn("density_control")
    highest = max(np.nanmax(line.get_ydata()) for line in lines(axes))
    assert highest <= axes.get_ylim()[1] and any(t.startswith("↑") for t in texts(axes))


def test_the_cut_spike_is_that_of_its_bin():
    wide = density_frame().iloc[::6].assign(hours=lambda frame: 6.0 * np.arange(len(frame)) + 3)
    assert any(t.startswith("↑首小时") for t in texts(drawn("density_control")))
    assert any(t.startswith("↑首6小时") for t in texts(drawn("density_control", frame=wide)))
    assert any(t.startswith("↑first 6 h ") for t in texts(drawn("density_control", language="en", frame=wide)))
    first = pareto_frame()["numerator"].iloc[0]
    assert f"↑首小时{first:,.0f}" in texts(drawn("pareto_gaps")), "a bin from 0 to 1 is the first hour, not the first two"


def test_panels_share_their_scale_and_one_without_a_curve_is_not_drawn():
    inside = drawn("cumulative").child_axes
    assert len(inside) == 3 and len({a.get_ylim() for a in inside}) == 1
    few = cumulative_frame().assign(few=True)
    assert texts(drawn("cumulative", frame=few)) == ["样本不足"]


def test_the_heat_map_marks_steps_few_and_understaffed():
    axes = drawn("heat")
    mesh = axes.collections[0]
    assert mesh.get_array().size == 168 and "·" in texts(axes) and texts(axes).count("87") == 15
    key = charts.key_line(charts.heat, cuts=[0.88, 0.92, 0.95, 0.97])
    assert "&lt;88" in key and "≥97" in key and charts.key_line(charts.coverage) == ""


def test_names_that_would_overlap_move_apart_and_keep_their_order():
    assert style.spread([0, 1, 2, 100], least=16) == [-15, 1, 17, 100]
    assert style.spread([10.0], least=16) == [10.0]


def test_a_sparkline_says_what_it_shows():
    row = {
        "name": "接通率",
        "unit": "percent",
        "values": [0.95, None, 0.94, 0.96, 0.93],
        "months": MONTHS[-5:],
        "lower": 0.94,
        "upper": 0.96,
        "target": 0.95,
        "judgement": "worse",
    }
    out = charts.sparkline(row, width=128, height=30)
    assert "接通率近4个月，最低93.0%，最高96.0%，本月93.0%，波动范围94.0%至96.0%，判断：变差" in out and style.WORSE in out
    assert out.count("<polyline") == 1  # a single month before the gap is no line
    assert "没有" in charts.sparkline({"name": "x", "unit": "percent", "values": [None, np.nan]}, width=128, height=30)
    assert "aria-label" in charts.sparkline(
        {"name": '"><script>', "unit": "percent", "values": [0.1, 0.2]}, width=9, height=9, language="en"
    ) and "<script" not in charts.sparkline({"name": '"><script>', "unit": "percent", "values": [0.1, 0.2]}, width=9, height=9)


# ---- questionnaires


def test_likert_bars_stand_astride_the_line_and_add_up():
    axes = charts.likert(likert_frame())
    bars = [b for b in axes.patches if b.get_width() > 0 and b.get_height() == pytest.approx(0.4)]
    for place in (0, 1):
        own = sorted((b for b in bars if round(b.get_y() + 0.2) == place), key=lambda b: b.get_x())
        assert sum(b.get_width() for b in own) == pytest.approx(1)
        assert all(a.get_x() + a.get_width() == pytest.approx(b.get_x()) for a, b in pairwise(own))
    first = sorted((b for b in bars if round(b.get_y() + 0.2) == 0), key=lambda b: b.get_x())
    assert first[2].get_x() == pytest.approx(-first[2].get_width() / 2), "the middle score is astride"
    assert not [b for b in bars if round(b.get_y() + 0.2) == 1 and b.get_x() == pytest.approx(-0.0) and b.get_width() < 0.05], (
        "no empty segment"
    )
    shades = [to_rgb(b.get_facecolor()) for b in first]
    assert sum(shades[0]) < sum(shades[1]) < sum(shades[2]) > sum(shades[3]) > sum(shades[4]), "darker the further from the middle"
    written = texts(axes)
    assert "态度" in written and {"40", "25", "20"} <= set(written) and "均分3.7 n=200" in " ".join(written)


def test_gap_points_are_filled_where_the_interval_leaves_zero_out():
    axes = charts.gap_chart(gap_frame(), language="en")
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [p.get_xdata()[0] for p in points] == [0.03, -0.02], "an item without a gap has no row"
    assert points[0].get_markerfacecolor() == style.DATA and points[1].get_markerfacecolor() == "#FFFFFF"
    assert {"+3.0", "\u22122.0"} <= set(texts(axes))


def test_spans_are_filled_where_the_interval_leaves_zero_out_and_sums_are_not_drawn():
    axes = drawn("spans", language="en")
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [p.get_xdata()[0] for p in points] == [100.0, 83.7, -12.4, 1.2]
    assert [p.get_markerfacecolor() == style.DATA for p in points] == [True, True, True, False]
    assert {"Opinions", "100.0", "\u221212.4"} <= set(texts(axes)) and "all" not in texts(axes)


@pytest.mark.parametrize("form", ["likert", "gap_chart"])
@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_a_questionnaire_is_as_tall_as_its_items(form, width):
    frame = likert_frame() if form == "likert" else gap_frame().dropna()
    one = getattr(charts, form)(frame.head(5 if form == "likert" else 1), width=width)
    both = getattr(charts, form)(frame, width=width)
    tall = [round(a.figure.get_size_inches()[1] * 72) for a in (one, both)]
    assert tall[1] - tall[0] == 46 and round(both.figure.get_size_inches()[0] * 72) == width
