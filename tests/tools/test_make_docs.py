"""The made documents are current, and say what the code says."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import make_docs
import pytest

from hotline_analysis import params
from hotline_analysis.measures.definition import MEANING, Definition
from tests.spec.cases import CASES


def test_the_committed_files_are_current():
    stale = [path.name for path, text in make_docs.made().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert stale == []


def test_every_field_has_its_words_and_every_case_its_table():
    assert list(MEANING) == list(Definition.model_fields)
    text = make_docs.definitions()
    for name in Definition.model_fields:
        assert f"| `{name}` |" in text
    for case in CASES:
        assert f"### {case.zh} · {case.en}" in text


def test_a_readme_without_marks_stays_as_it_is():
    assert make_docs.marked("plain\n", "en") == "plain\n"
    made = make_docs.marked("a\n<!-- codebook -->\nstale words\n<!-- /codebook -->\nb\n", "en")
    assert "stale words" not in made
    assert "| calls | `call_id` |" in made


SETTINGS = [(place, model, name) for place, (model, _) in make_docs.SECTIONS.items() for name in make_docs.said(model)]


def test_every_model_of_a_params_file_has_its_section():
    found, left = set(), [params.Params, params.WindowsFile]
    while left:
        model = left.pop()
        found.add(model)
        left += [inner for field in model.model_fields.values() if (inner := params._inner_model(field.annotation)) and inner not in found]
    assert found == {model for model, _ in make_docs.SECTIONS.values()}


@pytest.mark.parametrize(("place", "model", "name"), SETTINGS)
def test_every_setting_has_both_languages_an_example_that_loads_and_a_mistake_that_is_refused(place, model, name):
    field = model.model_fields[name]
    words = field.json_schema_extra
    assert (
        re.search("[\u4e00-\u9fff]", words["zh"])
        and re.search("[a-z]", field.description)
        and not re.search("[\u4e00-\u9fff]", field.description)
    )
    key = field.alias or name
    assert re.search(rf"(^|[{{ ]){key}: ", words["example"]), "the example shows another setting"
    make_docs.load(place, words["example"])
    assert make_docs.refusal(place, words["mistake"])
    shown = (make_docs.ROOT / "docs" / "params.md").read_text(encoding="utf-8")
    assert f"| `{key}` | {words['zh']} |".replace("|A", "") in shown


def test_the_template_is_a_params_file_without_the_published_key():
    text = (make_docs.ROOT / "docs" / "template.yaml").read_text(encoding="utf-8")
    held = params.load(make_docs.ROOT / "docs" / "template.yaml")
    assert held.key == "file" and not held.sample and not held.public
    assert "published" not in text
    assert {"started_at", "ended_at", "talk_seconds"} <= set(held.calls[0].columns), "without an end, gaps run from the start of the call"


def test_the_templates_comments_load_too(tmp_path):
    """What stands behind a comment mark is what a user will take out of it."""
    text = (make_docs.ROOT / "docs" / "template.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(re.sub("^# (orders:|surveys:|items:|  )", r"\1", text, flags=re.M), encoding="utf-8")
    held = params.load(file)
    assert len(held.orders) == len(held.surveys) == 1 and list(held.items) == ["item_1"]
