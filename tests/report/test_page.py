"""The page: what passes, what is refused, what it is made of."""

import re
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import Markup

from hotline_analysis import show
from hotline_analysis.errors import BadParams, DataRefused, LeakFound, NoInput, RunFailed
from hotline_analysis.report import looks, page
from hotline_analysis.show import blocks, charts
from hotline_analysis.show.forms import Figure, Shown, Table
from hotline_analysis.words import Field, Term
from tests.report.notebooks import about, executed, foreign, text

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{background:url(//evil.example)}</style>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}",
    "${alert(1)}`'\"\\",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<x-number kind="figure" key="a"></x-number>',
    '<x-ref key="nowhere"></x-ref>',
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<object data='data:text/html,<script>alert(1)</script>'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input autofocus onfocus=alert(1)>",
    "\u202egnp.exe",
    "$\\frac{1}{2}$",
    *(
        f"<{tag} {event}=alert(1)>"
        for tag in ("body", "video", "details open", "marquee", "svg", "input")
        for event in ("onload", "onerror", "ontoggle")
    ),
    *(
        f"<a href='{scheme}:alert(1)'>x</a>"
        for scheme in ("JaVaScRiPt", "java\tscript", "&#106;avascript", "vbscript", "data:text/html;base64,PHNjcmlwdD4=")
    ),
    *(f"{end}<script>alert(1)</script>" for end in ("</td>", "</svg>", "</text>", "</details>", "-->", "]]>", "*/", "\"'>")),
    "<svg><use href=//evil.example/x.svg#a></svg>",
    "<svg><animate onbegin=alert(1)>",
    "<link rel=stylesheet href=//evil.example>",
    "@import url(//evil.example);",
    "[x](javascript:alert(1))",
]
FRAME = pd.DataFrame({"name": ["甲", "乙"], "n": [3, 4]})
COLUMNS = {"name": Field(Term("名称", "Name")), "n": Field(Term("件", "Count"), "count")}
DAYS = pd.DataFrame({"date": pd.date_range("2024-09-01", periods=3), "calls": [1, 2, 3], "broken": [False, True, False], "note": ""})


@pytest.fixture(autouse=True)
def without_fonts(monkeypatch):
    """Cutting fonts is most of a page's time."""
    monkeypatch.setattr(page.fonts, "embed", lambda **_: "")


def prose(*lines: str):
    return blocks.sentences(lines)


def same(text: str) -> Term:
    return Term(text, text)


def framed(frame, form, key: str, language: str, rule: str = "", **columns: Field):
    """A frame of columns as a form shows it."""
    frame = frame.copy()
    fields = {name: field.as_dict() for name, field in (COLUMNS | columns).items()}
    frame.attrs = {"table": key, "fields": fields, "definition": {language: rule}}
    return form.block(Shown(frame, {}, language))


def table(frame=FRAME, key="t", title="一", language="zh", **more):
    return framed(frame, Table("name n", same(title), **more), key, language)


def chapter(title: str, key: str, *tags: str, language: str = "zh"):
    cell = text(f"## {title}", language, *tags)
    cell["id"] = key
    return cell


def made(*shown, cells=(), language="zh", **given) -> str:
    book = executed(text("# 月报", "zh"), text("# Report", "en"), show(about(language)), *shown, cells=cells)
    return page.make(book, **given).decode()


def body(text_: str) -> str:
    return text_[text_.index("<body>") :]


TOGGLE = re.compile(
    r'<input type="checkbox" class="toggle" id="open-[\w-]*" aria-label="[^"<>]*">'
)  # our own, by which a chapter opens on the phone


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_value_never_becomes_a_tag(payload, bar):
    """Each payload in every place that takes a text; the page still passes its own last check."""
    names = dict.fromkeys(("title_zh", "author_zh", "note_zh"), payload)
    said = same(payload)
    frame, days = pd.DataFrame({"name": [payload] * 2, "n": 1}), DAYS.assign(note=["", payload, ""])
    figure = Figure(charts.coverage, said, subtitle=said, reading=said, numbers="note")
    shown = [
        show(about(**names)), show(about(**names), as_="colophon"), prose(payload), blocks.missing(payload),
        table(frame, title=payload, subtitle=said, note=said, total=True),
        framed(days, figure, "three", "zh", payload, note=Field(said)),
    ]  # fmt: skip
    done = page.make(
        executed(*shown, cells=[text(f"# {payload}", "zh"), text(f"## {payload}\n\n{payload}", "zh"), text(payload, "lab")])
    ).decode()
    found = set(re.findall(r"<\s*([a-zA-Z!/][\w!-]*)", TOGGLE.sub("", body(done))))
    assert not found & {"script", "iframe", "object", "base", "form", "input", "math", "img", "meta", "x-number", "x-ref"}
    assert done.count("</style>") == 1
    bar("N3 payloads", len(shown))  # head, foot, sentence, reason, table, figure; and Markdown


def test_a_title_is_escaped_once():
    """A repeat call's window stood as call&#39;s on the page."""
    cells = [text("# A caller's <b> & co", "en"), text("# 某人的 < & '", "zh")]
    done = page.make(executed(show(about("en"), language="en"), prose("x"), cells=cells)).decode()
    assert "<h1>Test: A caller&#39;s &lt;b&gt; &amp; co</h1>" in done and "&amp;#39;" not in done


def test_only_our_blocks_pass():
    """Other people's HTML, scripts, pictures, streams and tracebacks are dropped without a trace."""
    others = [
        "text/html",
        "text/markdown",
        "text/latex",
        "image/svg+xml",
        "image/png",
        "application/javascript",
        "text/vnd.mermaid",
        "application/vnd.jupyter.widget-view+json",
        "text/plain",
    ]
    done = made(prose("ours"), cells=[foreign(mime, "SECRET" if "json" not in mime else {"a": "SECRET"}) for mime in others])
    assert "ours" in done and "SECRET" not in done


def test_a_page_keeps_its_own_language_and_nothing_of_the_lab():
    cells = [
        text("给读者的话", "zh"),
        text("for readers", "en"),
        text("**both**", "zh"),
        text("note for developers", "lab"),
        text("untagged"),
    ]
    done = body(made(cells=cells))
    assert "给读者的话" in done and "<strong>both</strong>" in done
    assert "for readers" not in done and "note for developers" not in done and "untagged" not in done


def test_the_policy_is_the_one_we_promise_with_plain_quotes():
    assert (
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:">"""
        in made()
    )


def test_figures_and_tables_are_numbered_in_order_after_filtering():
    figure = framed(DAYS, Figure(charts.coverage, same("图"), subtitle=same("s")), "f1", "zh")
    done = made(
        chapter("甲", "a"), chapter("First", "a-en", language="en"), table(key="t1"), figure, table(key="t2", title="二"),
        chapter("乙", "b"), chapter("附录", "c", "unnumbered"),
    )  # fmt: skip
    assert "表1" in done and "图1" in done and "表2" in done and 'id="t2"' in done
    assert "一、甲" in done and "二、乙" in done and '<a href="#c">附录</a>' in done and "First" not in done


def test_a_form_that_is_shown_again_has_a_key_of_its_own():
    done = made(table(), table(title="二"))
    assert len(set(re.findall(r'<caption id="([^"]+)"', done))) == 2
    again = page._renamed(Markup('<table class="ledger"><caption id="ledger"><a href="#ledger-1" class="x ledger">'), "ledger", "ledger-2")
    assert again == '<table class="ledger"><caption id="ledger-2"><a href="#ledger-2-1" class="x ledger">', "a class is no id"
    words = '<figure id="hours" aria-labelledby="hours-w-t hours-w-d"><p>the 24 hours are</p><title>calls by hours </title><g clip-path="url(#hours-c)"/><a href="day.html#hours">'
    told = '<figure id="hours-2" aria-labelledby="hours-2-w-t hours-2-w-d"><p>the 24 hours are</p><title>calls by hours </title><g clip-path="url(#hours-2-c)"/><a href="day.html#hours">'
    assert page._renamed(Markup(words), "hours", "hours-2") == told, "a word of the text, or a place of another page, is no id"


def test_the_chapters_that_are_named_stand_in_their_order_and_are_numbered_anew():
    cells = [chapter("甲", "a"), table(key="t1"), chapter("乙", "b"), table(key="t2", title="二"), chapter("丙", "c"), prose("丙的话")]
    done = page.make(
        executed(text("# 月报", "zh"), show(about()), prose("摘要。"), *cells, show(about(), as_="colophon")), sections=["c", "a"]
    ).decode()
    assert re.findall(r"<h2>([^<]*)</h2>", done[done.index("<main>") :]) == ["一、丙", "二、甲"]
    assert "摘要。" in done and "表1" in done and "表2" not in done and done.index("kpis.csv") > done.index("二、甲</h2>")


def test_a_link_to_a_page_that_the_month_lacks_is_text():
    linked = '<p><a href="window.html">窗口</a>，<a href="fcr.html#x">首<b>解</b></a>，<a href="#a">甲</a></p>'.encode()
    assert (
        page.without_dead_links(linked, {"window.html": set()})
        == '<p><a href="window.html">窗口</a>，首<b>解</b>，<a href="#a">甲</a></p>'.encode()
    )


def test_anchors_come_from_the_chinese_twin():
    cells = [chapter("甲", "rates"), chapter("Rates", "rates-en", language="en")]
    assert '<section class="chapter" id="rates">' in made(*cells) and '<section class="chapter" id="rates">' in made(*cells, language="en")


def test_a_chapter_of_missing_frames_keeps_its_heading_and_one_reason():
    """Its prose goes; the contents show it in grey; a chapter that has something else keeps its prose."""
    cells = [chapter("甲", "a"), text("这里讲方法。", "zh"), blocks.missing("没有来电"), blocks.missing("没有来电")]
    done = body(made(*cells))
    assert done.count("没有来电") == 1 and "这里讲方法" not in done and '<a href="#a" class="quiet">一、甲</a>' in done
    some = body(made(*cells, table()))
    assert "没有来电" not in some and "这里讲方法" in some


def test_a_study_begins_with_what_it_has():
    """专题页先写有的，没有的各章排在后面并重新编号；月报的九章次序不变。"""
    cells = [chapter("甲", "a"), blocks.missing("没有来电"), chapter("乙", "b"), table(), chapter("丙", "c"), blocks.missing("没有工单"), chapter("丁", "d"), prose("丁的话")]  # fmt: skip
    shown = executed(text("# 专题", "zh"), text("# Study", "en"), show(about()), *cells)
    heads = [re.findall(r"<h2>([^<]*)</h2>", body(page.make(shown, name=name).decode()))[1:] for name in ("service.html", "index.html")]
    assert heads == [["一、乙", "二、丁", "三、甲", "四、丙"], ["一、甲", "二、乙", "三、丙", "四、丁"]]


def test_a_frame_for_staff_is_a_leak():
    block = blocks.Block("table", table().html, "", {"audience": "staff"})
    with pytest.raises(LeakFound) as found:
        made(block)
    assert found.value.code == 77


def test_the_contents_carry_the_marks_of_each_chapters_verdicts():
    marked = blocks.Block("findings", prose("一。").html, "", {"marks": [["worse", "up"], ["better", "up"]]})
    rail = re.search(r'<nav class="rail".*?</nav>', made(chapter("甲", "a"), marked), flags=re.S)[0]
    assert rail.count('<svg class="mark"') == 2


@pytest.mark.parametrize("word", ["NaN", "nan", "inf", "None", "Traceback"])
def test_a_missing_value_that_reads_as_a_word_is_refused(word):
    with pytest.raises(RunFailed, match=word):
        made(prose(f"接通率为{word}。"))


def test_a_word_of_the_data_that_reads_so_is_marked_as_the_datas_own():
    assert 'class="said">None<' in made(table(pd.DataFrame({"name": ["None"], "n": [1]})))


@pytest.mark.parametrize("number", ["13812345678", "来电人13900001111。", "110101199003074514"])
def test_a_citizens_number_is_a_leak(number):
    with pytest.raises(LeakFound) as found:
        made(prose(number))
    assert found.value.code == 77 and "138" not in str(found.value) and "1101" not in str(found.value)


@pytest.mark.parametrize(
    "number",
    [
        "139-0000-0123",
        "+86 139 0000 0123",
        "１３９０００００１２３",
        "一三九〇〇〇〇〇一二三",
        "0647-8880123",
        "6222021001116245702",
        "w@example.com",
    ],
)
def test_a_written_form_that_intake_knows_is_a_leak_too(number):
    with pytest.raises(LeakFound):
        made(table(pd.DataFrame({"name": [number], "n": [1]})))
    with pytest.raises(LeakFound):
        page.check(made().replace("<main>", f'<main title="{number}">'), "index.html")


def test_numbers_in_neighbouring_cells_are_no_longer_number():
    page.check(made().replace("<main>", "<main><table><tr><td>138</td><td>0000</td><td>1234</td></tr></table>"), "index.html")
    with pytest.raises(LeakFound, match="mobile"):
        page.check(made().replace("<main>", '<main><p>138-<span class="nb">0000</span>-<b>1234</b></p>'), "index.html")


def test_every_file_of_a_month_is_checked_and_its_name_too():
    digest = "a13900000123fa13900000123f00112233445566778899aabbccddeeff001122"
    page.check_text(f'{{"sha256": "{digest}", "run_id": "20240918T101112-1390aa", "rate": 0.139000001234}}', "manifest.json")
    for content, name in (("calls_13900000123.csv", "manifest.json"), ("", "13900000123.csv"), ("a,2125551234", "kpis.csv")):
        with pytest.raises(LeakFound) as told:
            page.check_text(content, name, ["US"])
        assert "0000123" not in str(told.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "<script>1</script>",
        '<p onclick="x">',
        '<a href="https://x.example">',
        '<a href="//x">',
        '<p style="background:url(https://x)">',
        "<iframe>",
        '<img src="x.png">',
        "<!-- c -->",
        '<a href="javascript:x">',
        '<link rel="stylesheet">',
    ],
)
def test_the_last_check_reads_the_page_as_a_browser_would(wrong):
    good = made()
    page.check(good, "index.html")
    with pytest.raises(RunFailed):
        page.check(good.replace("<main>", "<main>" + wrong), "index.html")


@pytest.mark.parametrize(
    ("there", "instead", "wrong"),
    [
        ("<main>", '<main><input type="text">', "a field to write into"),
        ("<main>", '<main><meta http-equiv="refresh" content="0">', "a meta that redirects"),
        (page.POLICY, "default-src 'self'", "a content policy that is not ours"),
        ("<main>", f'<main><meta http-equiv="Content-Security-Policy" content="{page.POLICY}">', "a content policy that is not ours"),
    ],
)
def test_what_a_page_says_to_the_browser_is_ours_alone(there, instead, wrong):
    with pytest.raises(RunFailed) as refused:
        page.check(made().replace(there, instead, 1), "index.html")
    assert str(refused.value) == f"index.html › the page was refused: it holds {wrong}."


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (RunFailed("window.ipynb", "needs a column that these data do not have: queue_seconds (KeyError)."), "数据中没有：排队时长"),
        (RunFailed("window.ipynb", "the run took longer than its time limit."), "没有在规定的时间内算完"),
        (DataRefused("window", "no calls are there."), "本期数据不足以计算"),
        (NoInput("window", "nothing is there."), "本期数据不足以计算"),
        (BadParams("window", "is too long."), "有一项设置不适用于本期数据"),
        (RunFailed("window.ipynb", "the kernel died."), "运行中出错，没有算完"),
    ],
)
def test_why_a_study_is_missing_is_said_in_the_readers_words(fault, why):
    assert page.reason(fault).zh == why


def test_what_became_of_provisional_figures_stands_in_the_summary():
    told = made(revised="上次发布时为暂定。")
    assert "上次发布时为暂定。" in told and "上次发布时为暂定。" not in made()


def test_a_page_over_the_limit_is_refused():
    with pytest.raises(RunFailed, match="bytes"):
        made(prose("字" * 500_000))


def test_running_heads_of_the_paper_cannot_break_out_of_the_style():
    done = page.make(executed(show(about(title_zh='x"}</style><script>')))).decode()
    sheet = done[: done.index("</style>")]
    assert "@top-left" in sheet and '"x\\22 \\7d \\3c' in sheet


def test_two_pages_of_one_notebook_are_the_same_bytes(monkeypatch):
    monkeypatch.undo()  # with their fonts
    shown = [show(about()), chapter("甲", "a"), table()]
    assert page.make(executed(*shown)) == page.make(executed(*shown))


def test_a_number_never_parts_from_its_unit():
    assert (
        page._keep_together("<p>接通率93.2%，区间93.0%～93.4%，1,286件</p>")
        == '<p>接通率<span class="nb">93.2%</span>，区间<span class="nb">93.0%～93.4%</span>，<span class="nb">1,286件</span></p>'
    )
    assert page._keep_together("<svg><text>12345</text></svg>") == "<svg><text>12345</text></svg>"


def test_a_file_that_is_no_notebook_is_called_by_its_name(tmp_path):
    """Its study is left out with a reason; asking for its title must not end the month."""
    (tmp_path / "window.ipynb").write_text("{", encoding="utf-8")
    assert page.heading(tmp_path / "window.ipynb") == Term("window", "window")


def test_every_class_of_the_style_sheet_is_one_that_a_page_may_have():
    """Rules of blocks that were given up stayed in the sheet, and every page carried them."""
    package = Path(page.__file__).parents[1]
    files = [file for room in ("show", "report") for file in (package / room).rglob("*") if file.suffix in (".py", ".j2")]
    written = set(re.findall(r"[\w-]+", "\n".join(file.read_text(encoding="utf-8") for file in files)))
    named = set(re.findall(r"\.([a-z][\w-]*)", " ".join(re.findall(r"([^{}]+)\{", blocks.sheet()))))
    assert {"card", "verdict", "ledger"} <= named and not named - written
    assert not named & {"archive", "gloss", "solo", "trend"}


def test_english_pages_speak_english():
    cells = [chapter("数据", "a"), chapter("Data", "a-en", language="en"), table(title="One", language="en")]
    done = made(*cells, language="en")
    for said in ('<html lang="en">', "1. Data", "Table 1", "Contents", "September 2024", "1 September to 30 September", "provisional"):
        assert said in done, said


def test_chinese_words_of_the_data_say_what_they_are_on_an_english_page():
    """WCAG 3.1.2. In texts and drawings, once each, and in no attribute; the last check sees what it saw before."""
    picture = '<svg viewBox="0 0 9 9"><title>水务局</title><desc>图</desc><text style="font-size:12px">水务局 7</text></svg>'
    given = f'<p title="城管">Of 12 calls 城管局（东区） took 3.</p><p><span class="nb">1,234件</span></p>{picture}'
    told = page._told_in_chinese(f"<style>.a::before{{content:'图'}}</style>{given}")
    assert told == (
        "<style>.a::before{content:'图'}</style>"
        '<p title="城管">Of 12 calls <span lang="zh">城管局（东区）</span> took 3.</p><p><span class="nb">1,234<span lang="zh">件</span></span></p>'
        '<svg viewBox="0 0 9 9"><title>水务局</title><desc>图</desc><text style="font-size:12px"><tspan lang="zh">水务局</tspan> 7</text></svg>'
    )
    assert page._told_in_chinese(told) == told
    assert '<span lang="zh">甲</span></t' in made(table(title="One", language="en"), language="en")
    assert "<span lang" not in made(table())
    number = "电话" + "139" + "00001111" + "转"
    with pytest.raises(LeakFound):
        made(prose(f"Call {number}."), language="en")


def test_a_link_takes_the_name_of_its_place_and_goes_with_it():
    link = '<a class="at" href="#n-rate"><x-place key="{}"></x-place></a>'
    assert page._placed(link.format("numbers"), {"numbers": "表<3"}) == '<a class="at" href="#n-rate">表&lt;3</a>'
    assert page._placed(f"见{link.format('elsewhere')}。", {"numbers": "表3"}) == "见。"


def test_what_only_says_where_there_is_more_goes_with_its_page():
    more = '<p>甲。 <span class="more"><a href="window.html#evidence">详见专题</a></span></p>'.encode()
    assert page.without_dead_links(more, {"window.html": {"evidence"}}) == more
    assert page.without_dead_links(more, {"index.html": set()}).decode() == "<p>甲。</p>"


def test_a_link_to_a_place_that_the_page_lacks_leads_to_its_head():
    """service.html#events: the study's sentence stood there without a table of that name."""
    linked = b'<a href="service.html#events">x</a> <a href="service.html#hours">y</a> <a href="service.html">z</a>'
    pages = {"service.html": page.anchors(b'<section id="hours"><svg><g id="h-1"/></svg></section>')}
    assert pages["service.html"] == {"hours", "h-1"}
    assert page.without_dead_links(linked, pages) == linked.replace(b"#events", b"")


def words_of(made: bytes) -> str:
    return re.sub(r"<[^>]+>", "", made.decode().partition("<main>")[2])


def test_a_text_goes_with_the_frames_that_it_would_speak_of():
    """A reading with the figure before it, an idea with all that follows it; a heading of its own keeps its reason."""
    cells = [
        show(about()), text("## 章\n\n开头。", "zh"), show(frame_of("there")), text("读这张图。", "zh", "reading"),
        text("下面这张没有。", "zh"), blocks.missing("没有工单"), text("读没有的图。", "zh", "reading"), text("### 节\n\n人手。", "zh"),
        blocks.missing("没有排班"), text("再看一张。", "zh"), show(frame_of("last")),
    ]  # fmt: skip
    said = words_of(page.make(executed(*cells)))
    assert all(line in said for line in ("开头。", "读这张图。", "人手。", "没有排班", "再看一张。"))
    assert not any(line in said for line in ("下面这张没有。", "读没有的图。", "没有工单"))


def frame_of(name: str) -> pd.DataFrame:
    frame = pd.DataFrame({"n": [1]})
    frame.attrs = {"table": name, "fields": {}}
    return frame


FIGURE = '<figure id="x"><p class="sub">{}</p><svg class="chart" role="img"><title>t</title><desc>{}</desc><text font-size="{}">a</text></svg></figure>'
ROW = '<ol class="findings"><li><p>甲{}。<a href="#n-a">表1</a></p></li></ol><table><tr id="n-a"><th>甲</th><td>1,234</td><td>5.6%</td></tr></table>'


@pytest.mark.parametrize("body, wrong", [
    (FIGURE.format("通，每月", "甲5", 12), ""), (ROW.format("1,234，5.6%"), ""), ("<p>变更单#200118</p>", ""), ('<figure id="own-1"><svg class="chart"><title>t</title><desc>d</desc><path fill="#ff0000"/></svg></figure>', ""),

    ("<h2>a</h2><h3>b</h3><h2>c</h2>", ""),
    (FIGURE.format("", "甲5", 12), "the figure 'x' without its subtitle"), (FIGURE.format("通", "", 12), "a figure without a description"),
    (FIGURE.format("", "甲5", 10).replace('id="x"', 'id="own-1"'), ""), (FIGURE.format("通", "甲5", 11.5), "text of 11.5 px in a picture (at least 12)"), ("<svg></svg>", "a picture without words"),
    (ROW.format("5").replace("#n-a", "#n-b"), "a finding whose row is not on the page"),
    ("<h2>a</h2><h4>b</h4>", "a heading h4 right below an h2"), ("<h1>b</h1>", "2 titles (h1)"), ('<p style="color:#FF0000">a</p>', "the colour #ff0000, which is none of the design's"),
])  # fmt: skip
def test_how_a_page_must_look(body, wrong):
    assert list(looks.faults(looks.read(f"<h1>a</h1><main>{body}</main>"))) == ([wrong] if wrong else [])
