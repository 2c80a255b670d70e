"""Notes of the centre's people: which file stands where, what is refused, and that nothing of theirs becomes a tag."""

import pytest

from hotline_analysis import params
from hotline_analysis.errors import BadParams
from hotline_analysis.report import notes
from tests.report.notebooks import page_here
from tests.small import write_hotline

CHAPTERS = ("answering", "challenges")


@pytest.fixture
def written(tmp_path):
    """Writes notes beside the params file of the small hotline, and reads them."""
    file = write_hotline(tmp_path, calls=120)
    (tmp_path / "notes").mkdir()

    def write(**files: str) -> list[notes.Note]:
        for name, text in files.items():
            (tmp_path / "notes" / f"{name.replace('__', '.')}.md").write_text(text, encoding="utf-8")
        return notes.read(params.load(file), CHAPTERS)

    return write


def test_a_note_stands_in_every_month_or_in_its_own(written):
    found = written(small__answering="每月", **{"small.2024-01.answering": "一月"}, small__challenges__en="English only")
    assert notes.of_month(found, "2024-01", "zh") == {"answering": ["每月", "一月"]}
    assert notes.of_month(found, "2024-02", "en") == {"answering": ["每月"], "challenges": ["English only"]}


def test_a_note_of_another_hotline_is_not_read(written, tmp_path):
    (tmp_path / "other.yaml").write_text("title: 别处", encoding="utf-8")
    assert written(other__nowhere="不是这里的") == []


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("small.answring", "字", "notes/small.answring.md › 'answring' is no chapter of the month. Did you mean 'answering'?"),
        ("smal.answering", "字", "notes/smal.answering.md › 'smal' is no hotline here. Did you mean 'small'?"),
        ("README", "字", f"notes/README.md › 'README' is no hotline here. {notes.FORM}"),
        ("small.2024-13.answering", "字", f"notes/small.2024-13.answering.md › is not the name of a note. {notes.FORM}"),
        ("small", "字", f"notes/small.md › is not the name of a note. {notes.FORM}"),
        ("small.answering", "请拨13812345678", "notes/small.answering.md › holds a telephone number, an id or a mail address. No page may carry one; leave it out."),
        ("small.answering", "# 标题", "notes/small.answering.md › holds a heading, a table, a picture or a link. Paragraphs, lists, bold and emphasis can stand in it."),
        ("small.answering", "|甲|乙|\n|-|-|\n|1|2|", "notes/small.answering.md › holds a heading, a table, a picture or a link. Paragraphs, lists, bold and emphasis can stand in it."),
        ("small.answering", "[这里](https://example.org)", "notes/small.answering.md › holds a heading, a table, a picture or a link. Paragraphs, lists, bold and emphasis can stand in it."),
    ],
)  # fmt: skip
def test_what_has_no_place_is_refused_with_a_sentence(written, name, text, said):
    with pytest.raises(BadParams) as refused:
        written(**{name: text})
    assert str(refused.value) == said


@pytest.mark.slow
def test_a_note_stands_under_its_chapter_as_theirs_and_no_tag_of_theirs_is_one(tmp_path):
    """A chapter without data has its reason, and the note all the same; a word that reads like a missing value is theirs."""
    file = write_hotline(tmp_path, calls=200)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "small.handling.md").write_text(
        "**热线**更换了<script>alert(1)</script>系统，None。\n\n- 甲\n- 乙\n", encoding="utf-8"
    )
    chapter = page_here(file, "2024-01").partition('id="handling"')[2].partition("</section>")[0]
    assert "未提供：工单" in chapter and "<strong>热线</strong>" in chapter and "<li>甲</li>" in chapter
    assert "&lt;script&gt;alert" in chapter and chapter.index("未提供") < chapter.index("热线中心说明，非系统生成")
