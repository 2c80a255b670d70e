"""Whether a published month can be had again, why two months or two runs differ, and how old ones go.

`verify` makes the figures anew from the exports (its own gap tables and frames, none that were kept), `compare` reads what two manifests say.
"""

import contextlib
import csv
import io
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from hotline_analysis import machine
from hotline_analysis import params as params_file
from hotline_analysis.errors import BadParams, DataRefused, NoInput, RunFailed, StudyMissing
from hotline_analysis.intake.store.kept import KEPT_IN
from hotline_analysis.measures.periods import month_before, months_in
from hotline_analysis.params import LONGER, MONTH
from hotline_analysis.report import month as monthly
from hotline_analysis.report import months, publish, run
from hotline_analysis.report.revised import Revised
from hotline_analysis.tables import TABLES
from hotline_analysis.words import GRADE, Term

INDEX, KPIS = "index.html", "kpis.csv"
PARTS = ("numerator", "denominator", "value", "low", "high", "judgement")
MOST = 6  # differences that a sentence names
UNKNOWN = Term("不明", "unknown")
SAME = Term("两次发布的数据、口径、参数、代码和数字都相同。", "Data, definition, params, code and figures are the same.")
NOT_HELD = {
    "unlike": Term("热线、时期或版本不同，数字没有相互对照。", "Another hotline, period or edition: the figures were not compared."),
    "none": Term("没有可以相互对照的数字。", "There are no figures to compare."),
}
WHOLE_HOTLINE = Term("整条热线", "the whole hotline")
SAID = {
    "hotline": Term("热线：{}；{}", "hotline: {}; {}"),
    "month": Term("时期：{}；{}", "period: {}; {}"),
    "edition": Term("版本：{}；{}", "edition: {}; {}"),
    "files new": Term("数据：新增文件{}", "data: new files {}"),
    "files gone": Term("数据：不再有文件{}", "data: files gone {}"),
    "files changed": Term("数据：文件内容已变{}", "data: changed files {}"),
    "rows": Term("数据：{}的记录由{}条变为{}条", "data: {} had {} records, now {}"),
    "definition": Term("口径：{}由{}改为{}", "definition: {} was {}, now {}"),
    "params": Term("参数文件的内容不同", "the params files differ"),
    "code": Term("程序的代码不同", "the program's code differs"),
    "lock": Term("锁定的依赖版本不同", "the locks of the dependencies differ"),
    "register": Term("排查登记有变", "the register of cases has changed"),
    "beside": Term("对标的其他热线的数字有变", "what other hotlines shared has changed"),
    "suggested": Term("此前所提的建议有变", "what was suggested before has changed"),
    "version": Term("{}的版本由{}变为{}", "{} was version {}, now {}"),
    "key": Term("化名密钥不同，来电人不可比", "the pseudonym keys differ: callers do not compare"),
    "language": Term("页面语言不同", "the languages of the pages differ"),
    "final": Term("暂行数字已定稿", "provisional figures became final"),
    "grade": Term("数据质量由{}变为{}", "data quality was {}, now {}"),
    "figure": Term("{}：{}，原为{}", "{}: {}, was {}"),
    "figure gone": Term("{}：不再有数字，原为{}", "{}: no figure any more, was {}"),
    "figure new": Term("{}：{}，原来没有数字", "{}: {}, had no figure"),
    "more": Term("另有{}项数字不同", "{} more figures differ"),
    "touched": Term("发布后有人改动：{}", "changed since it was published: {}"),
}


# ---- what is published


def published(folder: Path) -> tuple[dict, dict[str, bytes]]:
    """A published folder's manifest and its files. Raises NoInput where there is none."""
    try:
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        digests = [digest for told in said["pages"].values() for digest in data_of(said, told)["digests"].values()]  # a stranger's has none
        files = [told["sha256"] for told in said["files"].values()]
        if not all(isinstance(word, str) for word in (*digests, *files, said["hotline"], said["month"], said["parameters"]["language"])):
            raise TypeError
        return said, {name: (folder / name).read_bytes() for name in said["files"] if (folder / name).is_file()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NoInput(str(folder), "is no published month.", "Name one that `hotline report` has published.") from None


def data_of(said: Mapping, page: Mapping) -> Mapping:
    """What a manifest says of the data: once, or of each page, as those of before it was said once."""
    return page.get("data") or said.get("data", {})


def folder_of(params: str, label: str, out: str = "") -> Path:
    """Where a month of a hotline is published: a month's or a day's name, or a folder."""
    if (Path(label) / "manifest.json").is_file():
        return Path(label)
    if not params:
        raise BadParams("compare", f"{label[:40]!r} is no folder of a published month.", "Name two such folders, or months with --params.")
    return run.place_of(params_file.load(params), params_file.check_period(label), out).folder


# ---- comparing


def compare(first: Path, second: Path, language: str) -> list[str]:
    """Why the second differs from the first, a sentence each: hotline, period, edition, data, definition, params, code, versions; then the figures.

    Those of another hotline, period or edition are not held together, which is said; the same is what was.
    """
    (a, files_a), (b, files_b) = published(first), published(second)
    told = [_written(told, language) for told in _origins(a, b)]
    if why := "unlike" if _of(a) != _of(b) else "" if all(_rows(files.get(KPIS, b"")) for files in (files_a, files_b)) else "none":
        return [*told, NOT_HELD[why](language)]
    return told + figures(files_a[KPIS], files_b[KPIS], language) or [SAME(language)]


def _of(said: Mapping) -> dict[str, str | Term]:
    """What a published folder is of."""
    return {"hotline": said["hotline"], "month": said["month"], "edition": said.get("only") or said.get("editions") or WHOLE_HOTLINE}


def _written(told: tuple[Term, tuple], language: str) -> str:
    term, values = told
    return term(language).format(*(value(language) if isinstance(value, Term) else value for value in values))


def _origins(a: Mapping, b: Mapping) -> Iterator[tuple[Term, tuple]]:
    """What the manifests say of where the figures come from, where it differs."""
    was, now = (m.get("pages", {}).get(INDEX, {}) for m in (a, b))
    yield from ((SAID[part], (one, _of(b)[part])) for part, one in _of(a).items() if one != _of(b)[part])
    yield from _data(data_of(a, was), data_of(b, now))
    for field, value in now.get("definition", {}).items():
        before = was.get("definition", {}).get(field, value)
        if before != value:
            yield SAID["definition"], (field, _plain(before), _plain(value))
    for part in ("params", "code", "lock", "register", "beside", *(["suggested"] if _of(a) == _of(b) else [])):
        if was.get(part, now.get(part)) != now.get(part):  # a manifest of before there were such digests tells nothing
            yield SAID[part], ()
    for tool, version in b.get("versions", {}).items():
        if a.get("versions", {}).get(tool, version) != version:
            yield SAID["version"], (tool, a["versions"][tool], version)
    if a.get("parameters", {}).get("language") != b.get("parameters", {}).get("language"):
        yield SAID["language"], ()
    if was.get("provisional") and not now.get("provisional"):
        yield SAID["final"], ()
    if was.get("grade") != now.get("grade"):
        yield SAID["grade"], tuple(GRADE.get(page.get("grade"), UNKNOWN) for page in (was, now))


def _data(was: Mapping, now: Mapping) -> Iterator[tuple[Term, tuple]]:
    before, after = was.get("digests", {}), now.get("digests", {})
    changed = {name for name in before.keys() & after.keys() if before[name] != after[name]}
    found = {"files new": after.keys() - before.keys(), "files gone": before.keys() - after.keys(), "files changed": changed}
    for kind, names in found.items():
        if names:
            yield SAID[kind], (", ".join(sorted(names)[:MOST]) + (" …" if len(names) > MOST else ""),)
    for table, told in now.get("tables", {}).items():
        rows = was.get("tables", {}).get(table, {}).get("rows", 0)
        if rows != told["rows"]:
            yield SAID["rows"], (TABLES[table].term if table in TABLES else table, rows, told["rows"])
    if was.get("key_id") != now.get("key_id"):
        yield SAID["key"], ()


def _plain(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def figures(was: bytes, now: bytes, language: str) -> list[str]:
    """Figures of two kpis.csv of one month that differ, the first few of them by name."""
    before, after = _rows(was), _rows(now)
    differ = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    told = []
    for key in differ[:MOST]:
        name = " ".join(filter(None, key))
        if key not in after or key not in before:
            kind, one = ("figure gone", before) if key not in after else ("figure new", after)
            told.append(SAID[kind](language).format(name, one[key]["value"] or "—"))
        else:
            part = next(p for p in PARTS if before[key][p] != after[key][p])
            label = name if part == "value" else f"{name} {part}"
            told.append(SAID["figure"](language).format(label, after[key][part] or "—", before[key][part] or "—"))
    return told + [SAID["more"](language).format(len(differ) - MOST)] * (len(differ) > MOST)


def _rows(content: bytes) -> dict[tuple[str, str], dict[str, str]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))  # no row of a month without figures
    return {(row["indicator"], row.get("group") or ""): {part: row.get(part) or "" for part in PARTS} for row in rows}


# ---- proving


def verify(params: str, label: str, *, out: str = "", whole: bool = False, language: str = "zh", progress: bool = True) -> str:
    """Make a published month again and hold it against what is published: its figures, or (whole) every page byte by byte. The sentence that it is proved.

    Nothing that was kept enters: gap tables and frames are made anew. Raises NoInput for a page without figures, DataRefused where it differs and so does what it is made of (said which),
    RunFailed where the same inputs give something else, or somebody changed the files.
    """
    folder = folder_of(params, label, out)
    said, files = published(folder)
    touched = [name for name, told in said["files"].items() if not publish.is_whole(folder, name, told["sha256"])]
    if touched:
        raise RunFailed(str(folder), SAID["touched"]("en").format(", ".join(touched)) + ".", "Publish it again with `hotline report`.")
    if "editions" in said or not (whole or _rows(files.get(KPIS, b""))):
        raise NoInput(
            str(folder),
            "has no figures that could be made again.",
            "Name the folder of one of its editions." if "editions" in said else "Hold its pages against new ones with --bytes.",
        )
    made, again = _made_again(params, said, folder, whole=whole, progress=progress)
    names = [n for n in said["files"] if n in again] if whole else [KPIS] * (KPIS in files)
    differ = [n for n in names if files[n] != again[n]] + [n for n in said["files"] if whole and n not in again and not n.endswith(".pdf")]
    why = [_written(told, language) for told in _origins(said, made)]
    if not differ:
        proved = PROVED[whole](language).format(label, len(names) if whole else len(_rows(files.get(KPIS, b""))))
        return "\n".join([proved, *([SINCE(language), *why] if why else [])])
    named = [f"{name} ({made['missing'][name]})" if name in made.get("missing", {}) else name for name in differ]
    what = figures(files.get(KPIS, b""), again.get(KPIS, b""), language) if KPIS in differ else named
    kind = DataRefused if why else RunFailed
    raise kind(str(folder), "cannot be had again: " + "; ".join(what) + ".", "Changed since: " + "; ".join(why) + "." if why else "")


SINCE = Term("发布之后已有变化，没有影响这些数字：", "What has changed since, without a bearing on these figures:")
PROVED = {
    False: Term("{}：{}行数字由同样的数据重新算出，一致。", "{}: {} rows of figures were made again from the same data, and agree."),
    True: Term("{}：{}个文件重新生成，逐字节相同。", "{}: {} files were made again, the same byte by byte."),
}


def _made_again(params: str, said: Mapping, folder: Path, *, whole: bool, progress: bool) -> tuple[dict, dict[str, bytes]]:
    """The same month published into a folder of its own, from tables and frames of its own; what the month before suggested lies beside it as it lay beside `folder`."""
    label, language = said["month"], said["parameters"]["language"]
    asked = {"day" if len(label) == 10 else "month": label, "language": language, "edition": said.get("only", ""), "progress": progress}
    described = params_file.load(params)
    asked["before"] = Revised.read(said.get("revised", {}), described)
    with tempfile.TemporaryDirectory(prefix="hotline-verify-") as home, _fresh(described.store_folder):
        reports = Path(home) / "reports"
        if re.fullmatch(r"\d{4}-\d\d", label):
            _lay_beside(reports / said["hotline"], folder.parent / month_before(label) / "manifest.json")
        with contextlib.suppress(StudyMissing):  # as the published month may have been; its files tell
            monthly.publish(params, out=str(reports), only=() if whole else (INDEX,), **asked)
        return published(next((reports / said["hotline"]).glob(f"{label}*/manifest.json")).parent)


def _lay_beside(reports: Path, manifest: Path) -> None:
    """What the month before suggested, of which the month's page tells what came, stands in the manifest of its page."""
    if manifest.is_file():
        (reports / manifest.parent.name).mkdir(parents=True)
        shutil.copy(manifest, reports / manifest.parent.name)


@contextlib.contextmanager
def _fresh(store: Path) -> Iterator[None]:
    """Gap tables and frames go to a folder of the store that nobody has used, for as long as this lasts."""
    kept = f"verify-{secrets.token_hex(4)}"
    os.environ[KEPT_IN] = kept
    try:
        yield
    finally:
        del os.environ[KEPT_IN]
        machine.remove(store / kept)


# ---- letting go


GOES = Term("删除 {}（{}个文件）", "removes {} ({} files)")
WENT = Term("已删除 {}（{}个文件）", "removed {} ({} files)")
STAYS = Term(
    "不删除 {}：其中可能有工作人员填写的内容，请自行处理", "leaves {}: staff may have filled in what lies there; see to it yourself"
)
DRY = Term("以上没有执行；加上--yes才删除。", "Nothing was done; --yes removes them.")


def _label(name: str) -> str:
    """What a published folder is of: a day, a month, a quarter, a half or a year, whatever edition."""
    return re.match(rf"{MONTH.pattern}(-\d\d)?|{LONGER.pattern}|", name)[0]


def _last_month(name: str) -> str:
    """Its last month; one after all others of a folder that is none of ours."""
    return months_in(_label(name)[:7])[1] if _label(name) else "9999-99"


def purge(params: str, before: str, *, out: str = "", really: bool = False, language: str = "zh") -> list[str]:
    """What was made of a hotline before a month, a line each; removed where `really`: published months and days, pages for staff, what failed runs left.

    Files that are not ours stay, and so do workbooks, in which staff may have written.
    """
    described, said = params_file.load(params), (WENT if really else GOES)(language).format
    any_month = run.place_of(described, params_file.check_month(before), out)
    told = []
    for folder in sorted(f for f in any_month.folder.parent.glob("[12]*") if _last_month(f.name) < before and publish.made(f)):
        told.append(said(folder, len(publish.made(folder))))
        if really:
            edition = folder.name.removeprefix(label := _label(folder.name)).removeprefix("-")
            with run.hold(any_month.folder.parents[1], hotline=described.name, month=label, edition=edition) as place:
                publish.withdraw(place.folder, place.staging)
    if really and told:
        months.write(any_month.folder.parents[1], language)
    private, kept = _private(any_month, before, described, really, language, said)
    told += private
    return [*told, *kept, *([DRY(language)] if told and not really else [])]


def _private(place: run.Place, before: str, described, really: bool, language: str, said) -> tuple[list[str], list[str]]:
    """The same of private/: pages for staff and failed runs go; a line for each folder in which something stays."""
    told, kept = [], []
    for folder in sorted(f for f in (place.private / described.name).glob("[12]*") if f.is_dir() and _last_month(f.name) < before):
        ours = machine.names_made(folder)
        told += [said(folder, len(ours))] if ours else []
        for name in ours if really else ():
            machine.remove(folder / name)
        kept += [STAYS(language).format(folder)] if {p.name for p in folder.iterdir()} - {machine.MARK, *ours} else []
    for folder in sorted(f for f in place.private.glob("[12]*T*-*") if _failed_of(f, described) and f"{f.name[:4]}-{f.name[4:6]}" < before):
        told.append(said(folder, sum(p.is_file() for p in folder.rglob("*"))))
        if really:
            machine.remove(folder)
    return told, kept


def _failed_of(folder: Path, described) -> bool:
    """Whether a run of this hotline failed here: its notebooks name the params file."""
    books = (book.read_text(encoding="utf-8", errors="replace") for book in folder.glob("*.ipynb"))
    return machine.is_made(folder, "run") and any(str(described.path.resolve()) in book for book in books)
