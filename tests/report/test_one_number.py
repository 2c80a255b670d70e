"""One page tells one number for one thing: an indicator's value and change are the same on its card, in table 1, in the table of figures, in sentences, beside the groups, in both languages and in the frame that kpis.csv is."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from hotline_analysis import open_hotline, words
from hotline_analysis.report import looks
from tests.report.notebooks import page_here
from tests.report.test_example_report import write_example
from tests.report.test_findings import write_year
from tests.small import write_teams

ALL = {"zh": ("全部", "合计"), "en": ("all", "All")}
NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?")
A_DAY = {"zh": re.compile(r"可比日均([+−]?[\d.]+%)"), "en": re.compile(r"([+−]?[\d.]+%) on comparable days")}
UNTOLD = ("不列出", "—")
OF_GROUPS = {"topics": "offered", "handling": "received"}  # chapter -> the indicator that its row of all is


def plain(node) -> str:
    return re.sub(r"\s+", " ", node.text).strip()


def named(node, *left_out: str) -> str:
    """Its text without the parts of these classes."""
    kept = (part for part in node.held if isinstance(part, str) or not part.names & {f".{name}" for name in left_out})
    return re.sub(r"\s+", " ", "".join(part if isinstance(part, str) else part.text for part in kept)).strip()


def bare(change: str) -> str:
    """A change as every place writes it: its signed number, '' where there is none."""
    found = NUMBER.search(change)
    return found[0].lstrip("+") if found else ""


def cells(row) -> list[str]:
    return [plain(cell) for cell in row.every("td")]


def figures(page, language: str) -> dict[tuple[str, str], dict[str, str]]:
    """What the page says of each indicator: (key, value or change) -> place -> text."""
    said, names = defaultdict(dict), {}
    for row in page.every("tr"):
        kind, _, key = row.attributes.get("id", "").partition("-")
        head = next(row.every("th"), None)
        if kind == "k":
            _, value, change, *_ = cells(row)
            said[key, "value"]["table 1"], said[key, "change"]["table 1"] = value, bare(change)
            names[named(head, "prov", "note")] = key
        elif kind == "n":
            _, _, value, _, change, *_ = cells(row)
            said[key, "value"]["figures"], said[key, "change"]["figures"] = value, bare(change)
            names[plain(head)] = key
    for card in page.of_class("card"):
        key = names[plain(next(next(card.every("h3")).every("span")))]
        said[key, "value"]["card"] = named(next(card.of_class("value")), "prov")
    for listed in page.of_class("findings"):
        for item in listed.every("li"):
            key = next(a.attributes["href"][3:] for a in item.every("a") if a.attributes["href"].startswith("#n-"))
            name = next(name for name, of in names.items() if of == key)
            value = said[key, "value"]["figures"]
            line = plain(next(item.every("p"))).removeprefix(name).strip()
            said[key, "value"]["sentence"] = value if line.startswith(value) else line
    for item in (item for told in page.of_class("hold") for item in told.every("li")):
        name = max((name for name in names if plain(item).startswith(name)), key=len)
        said[names[name], "change"]["not to be quoted"] = bare(plain(item).removeprefix(name))
    for chapter, key in OF_GROUPS.items():
        section = next((node for node in page.every("section") if node.attributes.get("id") == chapter), None)
        for row in section.every("tr") if section else ():
            head = next(row.every("th"), None)
            if head and plain(head) in ALL[language]:
                said[key, "change"][f"row of all in {chapter}"] = bare(cells(row)[3])
        if section and (found := A_DAY[language].search(section.text)):
            said[key, "change"][f"sentence in {chapter}"] = found[1].lstrip("+").rstrip("%")
    return said


def disagreeing(said) -> list[str]:
    told = {what: {place: text for place, text in places.items() if text} for what, places in said.items()}
    return [f"{what}: {places}" for what, places in told.items() if len(set(places.values())) > 1]


@pytest.fixture(scope="module")
def hotlines(tmp_path_factory) -> dict[str, tuple[Path, str, dict]]:
    """A year of calls with a bad month; two months of calls, orders and surveys; three months of teams, and one team's edition of them."""
    year, example, teams = (tmp_path_factory.mktemp(name) for name in ("year", "example", "teams"))
    of_teams = write_teams(teams, calls=900, months=6)
    return {
        "year": (write_year(year, last=0.8), "2024-01", {}),
        "example": (write_example(example), "2024-08", {}),
        "teams": (of_teams, "2024-06", {}),
        "edition": (of_teams, "2024-06", {"only": "area=东城"}),
        "edition of a quarter": (of_teams, "2024Q2", {"only": "area=东城"}),
    }


@pytest.mark.parametrize("name", ["year", "example", "teams", "edition", "edition of a quarter"])
def test_an_indicator_has_one_value_and_one_change_wherever_it_stands(hotlines, name):
    params, label, rule = hotlines[name]
    told = {language: figures(looks.read(page_here(params, label, language, **rule)), language) for language in ("zh", "en")}
    for language, said in told.items():
        assert said and disagreeing(said) == [], (language, disagreeing(said))
    assert told["zh"].keys() == told["en"].keys()
    for what, places in told["zh"].items():
        zh, en = ({place: NUMBER.findall(text) for place, text in own.items()} for own in (places, told["en"][what]))
        assert zh == en, what
    rows = open_hotline(params, label, progress=False, **rule).sheet.set_index("indicator")
    for (key, what), places in told["zh"].items():
        row = rows.loc[key]
        unit = words.UNITS[row["unit"]]
        exact = words.format_value(row["value"], unit) if what == "value" else bare(words.format_change(row["change"], unit))
        assert set(places.values()) <= {exact, "", *UNTOLD}, (key, what, exact, places)


def test_what_disagrees_is_found():
    """A page whose table 1 and card say two values."""
    page = looks.read(
        '<table><tr id="k-a"><th>甲<span class="prov">暂</span></th><td></td><td>91.7%</td><td>−2.9</td></tr><tr id="n-a"><th>甲</th><td>1</td><td>2</td><td>91.7%</td><td></td><td>−2.9个百分点</td></tr></table>'
        '<ul><li class="card"><h3><span>甲</span></h3><p class="value">91.8<small>%</small><span class="prov">暂</span></p></li></ul>'
    )
    assert disagreeing(figures(page, "zh")) == ["('a', 'value'): {'table 1': '91.7%', 'figures': '91.7%', 'card': '91.8%'}"]
