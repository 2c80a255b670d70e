"""The made documents are current, and say what the code says."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import make_docs

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
