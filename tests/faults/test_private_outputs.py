"""N5: two hundred numbers, ids and names of citizens, looked for in sixteen forms in everything that a run leaves or says: none is found, but masked in a workbook for staff.

All canaries of a kind begin alike, so that one look for a beginning in each form finds any of them; digests are looked for whole. What is packed (workbooks, base64) is unpacked first.
"""

import base64
import hashlib
import html
import json
import os
import random
import re
import urllib.parse
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline_analysis.__main__ import main
from hotline_analysis.errors import LeakFound, RunFailed
from hotline_analysis.report import run
from hotline_analysis.report.kernel import Limits
from tests.report.notebooks import TAIL, notebook
from tests.small import TEAMED, TEAMS

PHONE, PERSON, NAME = "1399876", "11010119900307", "欧阳"
WRITTEN = str.maketrans("0123456789", "〇一二三四五六七八九")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
FORMS = {
    "plain": str.encode,
    "with its country": lambda text: b"+86" + text.encode(),
    "with zeros": lambda text: b"0086" + text.encode(),
    "with dashes": lambda text: f"{text[:3]}-{text[3:7]}".encode(),
    "with blanks": lambda text: f"{text[:3]} {text[3:7]}".encode(),
    "wide": lambda text: text.translate(WIDE).encode(),
    "in Chinese": lambda text: text.translate(WRITTEN).encode(),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "GB18030": lambda text: text.encode("gb18030"),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "of a URL": lambda text: urllib.parse.quote(text).encode(),
    "of JSON": lambda text: json.dumps(text)[1:-1].encode(),
    "of HTML": lambda text: "".join(f"&#{ord(c)};" for c in text).encode(),
    "backwards": lambda text: text[::-1].encode(),
}
DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])")  # the sixteenth form
PACKED = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")


def checked(number: str) -> str:
    """An id with its check digit (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]


CANARIES = {
    "phones": [f"{PHONE}{n * 37:04d}" for n in range(120)],
    "ids": [checked(f"{PERSON}{n:03d}") for n in range(40)],
    "names": [NAME + chr(0x4E00 + 41 * n) + chr(0x5F00 + 7 * n) for n in range(40)],
}
DIGESTS = {
    hashlib.new(kind, c.encode()).hexdigest().encode() for kind in ("md5", "sha1", "sha256") for part in CANARIES.values() for c in part
}
COUNT = sum(map(len, CANARIES.values())) * (len(FORMS) + 1)


def plant(folder: Path, calls: int = 700) -> Path:
    """The params of a hotline whose callers are the canaries, and whose unmapped column tells of them."""
    rng, teams = random.Random(3), list(TEAMS)
    lines = ["编号,来电时间,主叫号码,班组,区域,诉求,结果,排队,通话,内容,坐席"]
    orders = ["工单,受理,办结,类别,区域,反映人"]
    for n in range(calls):
        begin = datetime(2024, 1, 1) + timedelta(seconds=n * 60 * 86400 // calls)
        phone, person, name = (CANARIES[kind][rng.randrange(len(CANARIES[kind]))] for kind in CANARIES)
        team = rng.choices(teams, list(TEAMS.values()))[0]
        tale = f"来电人{name}（{person}）反映停水，电话{phone}"
        lines.append(
            f"C{n:05d},{begin},{phone},{team},{team},{rng.choice(['供水', '交通'])},接通,5,{rng.randrange(20, 600)},{tale},甲{n % 4}"
        )
        orders.append(f"O{n:05d},{begin},{begin + timedelta(hours=20)},{rng.choice(['供水', '交通'])},{team},{name}")
    folder.joinpath("calls.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder.joinpath("orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    params = folder / "teams.yaml"
    params.write_text(TEAMED.replace("    unit: 班组\n", "    unit: 班组\n    agent: 坐席\n"), encoding="utf-8")
    return params


def unpacked(content: bytes) -> bytes:
    """What stands in base64 in some bytes."""
    found = []
    for part in PACKED.findall(content):
        try:
            found.append(base64.b64decode(part + b"=" * (-len(part) % 4)))
        except ValueError:
            continue
    return b"\n".join(found)


def contents(path: Path) -> bytes:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    return path.read_bytes()


def hits(what: str, content: bytes) -> list[tuple]:
    told = content + b"\n" + html.unescape(content.decode("utf-8", "replace")).encode() + b"\n" + unpacked(content)
    found = [(what, form) for form, written in FORMS.items() for start in (PHONE, PERSON, NAME) if written(start) in told]
    return found + [(what, "digest")] * any(digest in DIGESTS for digest in DIGEST.findall(told))


def test_the_search_finds_what_is_there():
    for written in FORMS.values():
        assert hits("x", b"a " + written(CANARIES["phones"][7]) + b" b") or hits("x", written(CANARIES["names"][3]))
    assert hits("x", hashlib.sha256(CANARIES["ids"][5].encode()).hexdigest().encode()) == [("x", "digest")]
    assert hits("x", base64.b64encode(f"a long text of {CANARIES['phones'][3]} and more".encode()))
    assert COUNT == 3200 and len({c for part in CANARIES.values() for c in part}) == 200


def left(folder: Path) -> list[Path]:
    """Every file that the runs made."""
    given = {"calls.csv", "orders.csv", "teams.yaml"}
    return [path for path in folder.rglob("*") if path.is_file() and path.name not in given]


def searched(folder: Path, said) -> list[tuple]:
    return [hit for path in left(folder) for hit in hits(str(path.relative_to(folder)), contents(path) + path.name.encode())] + hits(
        "said", (said.out + said.err).encode()
    )


COMMANDS = [
    ["check"], ["study", "window", "--format", "csv"], ["study", "flows", "--month", "2024-01", "--format", "json"], ["study", "agents"], ["study", "callers"],
    ["study", "callers", "--table", "frequent", "--format", "csv"], ["study", "complaints", "--by", "area"], ["study", "service", "--table", "hours"],
    ["rows", "offered", "--month", "2024-01"], ["rows", "repeat_rate_24h", "--month", "2024-01", "--group", "unit=东城", "--set", "match=any"],
    ["workbook", "callers", "--month", "2024-01"], ["workbook", "agents", "--month", "2024-01"], ["glossary"], ["share", "--month", "2024-01", "--by", "unit"],
]  # fmt: skip


def test_no_command_leaves_or_says_one(tmp_path, capsys, bar):
    params = plant(tmp_path)
    codes = [main([*words[:1], *words[1:], "--params", str(params)]) for words in COMMANDS]
    assert {code for code in codes if code} <= {64, 65, 66} and codes.count(0) >= 10, codes
    assert searched(tmp_path, capsys.readouterr()) == []
    assert len([p for p in left(tmp_path) if p.suffix == ".xlsx"]) >= 3
    bar("N5 canaries", COUNT)


@pytest.mark.slow
def test_no_page_of_a_month_holds_one(tmp_path, capsys, bar):
    """The month with all its pages, the day, a quarter's refusal, the editions, the pages for staff, the proof."""
    given = ["--params", str(plant(tmp_path)), "--quiet"]
    runs = [
        ["--month", "2024-01"],
        ["--day", "2024-01-20"],
        ["--month", "2024-01", "--for", "unit=all"],
        ["--month", "2024-01", "--staff"],
        ["--month", "2024Q1"],
    ]
    codes = [main(["report", *given, *words]) for words in runs]
    codes += [
        main(["verify", "2024-01", *given]),
        main(["compare", "2024-01", "2024-01-20", *given[:2]]),
        main(["purge", "--before", "2024-03", *given[:2]]),
    ]
    assert set(codes) <= {0, 66, 71}, codes
    assert searched(tmp_path, capsys.readouterr()) == []
    assert {"index.html", "agents.html", "manifest.json", "kpis.csv"} <= {path.name for path in left(tmp_path)}
    bar("N5 canaries", COUNT * len(codes))


POURED = {  # ways in which a notebook that has the rows in `rows` fails, and tells of them
    "raised": "raise ValueError(rows)", "a key": "raise KeyError(rows)", "its own kind": "raise type('Odd', (Exception,), {})(rows)", "out of memory": "raise MemoryError(rows)",
    "a group": "raise ExceptionGroup(rows, [ValueError(rows)])", "from another": "try:\n    int(rows)\nexcept ValueError as fault:\n    raise RuntimeError(rows) from fault",
    "printed": "print(rows)\n1 / 0", "to stderr": "import sys\nsys.stderr.write(rows)\n1 / 0", "to the handle": "import os\nos.write(1, rows.encode())\nos.write(2, rows.encode())\n1 / 0",
    "a warning": "import warnings\nwarnings.warn(rows)\n1 / 0", "a log": "import logging\nlogging.error(rows)\n1 / 0", "an exit": "import sys\nsys.exit(rows)",
    "gone at once": "import os\nos.write(2, rows.encode())\nos._exit(0)", "killed": "import os, signal\nprint(rows)\nos.kill(os.getpid(), signal.SIGKILL)",
    "in a thread": "import threading\nt = threading.Thread(target=lambda: int(rows))\nt.start()\nt.join()", "late": "import asyncio\nasync def late():\n    raise ValueError(rows)\nawait late()",
    "asked": "input(rows)", "hung": "import time\nprint(rows)\nwhile True:\n    time.sleep(60)", "shown": "from hotline_analysis import show\nimport io, pandas\nshow(pandas.read_csv(io.StringIO(rows)).head(60))",
    "drawn": "from hotline_analysis import show\nimport matplotlib.pyplot as plt\nax = plt.figure().add_subplot()\nax.set_title(rows[60:120])\nshow(ax)",
    "no end": "print(rows)", "behind the end": f"{TAIL}\nprint(rows)",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("way", POURED)
def test_no_failed_run_says_one(tmp_path, capfd, bar, way):
    """What a failed notebook printed stays with it in private/: nothing of it in a sentence, on a page, in a log or a file beside them."""
    plant(tmp_path, 300)
    book = notebook(tmp_path, f"rows = open({str(tmp_path / 'calls.csv')!r}, encoding='utf-8').read()\n" + POURED[way], head=False, tail=way not in ("no end", "behind the end"))  # fmt: skip
    with pytest.raises((RunFailed, LeakFound)) as refused, run.hold(tmp_path / "reports", hotline="demo", month="2024-01") as place:
        given = {"month": "2024-01", "language": "zh"}
        run.render({"index.html": book}, place=place, parameters=given, limits=Limits(cell=3 if way == "hung" else 60), progress=False)
    said, outside = (
        capfd.readouterr(),
        [path for path in left(tmp_path) if "private" not in path.relative_to(tmp_path).parts and path != book],
    )
    found = hits("said", (str(refused.value) + said.out + said.err).encode())
    assert found + [hit for path in outside for hit in hits(path.name, contents(path) + path.name.encode())] == []
    assert not list((tmp_path / "reports").rglob("*.html"))
    bar("N5 canaries", COUNT)
