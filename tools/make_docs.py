"""Write what is made from the package: docs/definitions.md, docs/params.md, and the tables between marks in the READMEs.

    python tools/make_docs.py           write
    python tools/make_docs.py --check   say which files are not current, exit 1 when one is not
    python tools/make_docs.py --run     run tests/notebooks/ anew and keep their outputs, after a change that is meant

The indicators come from `measures.catalogue`; the settings come from the models in `params`, with the sentence that refuses each mistake. The definition's fields and their words come from
`measures.definition`, the worked tables from `tests/spec/cases.py`, the codebook from
`tables`. A README holds `<!-- codebook -->` ... `<!-- /codebook -->` (or `glossary`) where a table belongs; without marks it stays as it is.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotline_analysis import fits, params, presets  # noqa: E402
from hotline_analysis.errors import BadParams  # noqa: E402
from hotline_analysis.measures import catalogue  # noqa: E402
from hotline_analysis.measures.definition import MEANING, Definition  # noqa: E402
from hotline_analysis.tables import TABLES, codebook  # noqa: E402
from tests.spec import shown  # noqa: E402
from tests.spec.cases import CASES  # noqa: E402

HEAD = """# The definition (口径)

Made by `python tools/make_docs.py` from `hotline_analysis/measures/definition.py` and `tests/spec/cases.py`; do not edit by hand.

A repeat-call figure is meaningless without its rule. A params file sets the fields under `definition:`, the command line with
`--set field=value`, a notebook with `h.study("window", field=value)`. Every figure carries its rule in one line and as a hash.
复电率离开口径就没有意义。口径在参数文件的 `definition:` 下设定，命令行用 `--set 字段=值`；每个数字都带着一行口径和口径号。
"""


PARAMS_HEAD = """# What a params file may say (参数文件)

Made by `python tools/make_docs.py` from `hotline_analysis/params.py`; do not edit by hand.

One YAML file in `params/` is one hotline. [template.yaml](template.yaml) is the shortest one to begin with, [sample.yaml](../params/sample.yaml) the longest.
Every value is read as text and typed by its setting; paths start at the folder above `params/`. A setting that nobody knows, or that says nothing where it
stands, ends the run with 64 and a sentence; the last column shows a mistake that is near and its sentence.
`params/` 里的一个YAML文件就是一条热线。[template.yaml](template.yaml) 最短，用来起步；[sample.yaml](../params/sample.yaml) 最全。
相对路径从 `params/` 的上一级文件夹算起。写错的设置以退出码64拒绝，并说明怎样才对；末列是最容易犯的错误和对应的提示（提示为英文）。
"""
PRESETS = """What is known of the exports of systems met often; the settings of each are in `hotline_analysis/intake/presets/`. They lie under your own, and a file that lacks
columns of its preset is refused with their names.
常见系统导出文件的已知写法，内容见 `hotline_analysis/intake/presets/`；自己写的设置优先。文件缺少预设所用的列时，拒绝并逐一列出。"""
SECTIONS = {  # where a setting stands -> its model and how the section is called
    "": (params.Params, "整个文件 · The file"),
    "title": (params.Words, "两种语言的文字 · A text in two languages: title, report › organisation, report › note"),
    "calls": (params.Source, f"一种导出文件 · One kind of export: {', '.join(TABLES)}"),
    "columns": (params.ColumnRule, "一列 · One column: calls › columns › ..."),
    "events": (params.Events, "事件 · Events: calls › events"),
    "database": (params.Database, "数据库 · A database in the place of files: calls › database"),
    "items": (params.Item, "题目 · An item: items › item_1"),
    "satisfaction": (params.Satisfaction, "满意度 · Satisfaction: satisfaction"),
    "published": (params.PublishedMean, "已公布的均分 · A published mean: satisfaction › published › 2024-08 › item_1"),
    "period": (params.Period, "月与日 · Period: period"),
    "complaints": (params.Complaints, "投诉与时限 · Complaints and time limits: complaints"),
    "follow_up": (params.FollowUp, "回访三率 · Follow-ups: follow_up"),
    "by_class": (params.ClassLimits, "各时限等级的时限 · Limits of a class: complaints › by_class › ..."),
    "service": (params.Service, "接通与人力 · Service and staffing: service"),
    "faq": (params.Faq, "可改为自助的问题 · Questions for self-service: service › faq"),
    "priority": (params.Priority, "先解决哪一类 · What to work on first: service › priority"),
    "units": (params.UnitsBeside, "单位并列 · Units side by side: units"),
    "coaching": (params.Coaching, "辅导还是培训 · Coach or train: coaching"),
    "watch": (params.Watch, "频繁来电人 · Frequent callers: watch"),
    "limits": (params.Limits, "资源 · Limits: limits"),
    "engine": (params.Engine, "引擎 · Engine: engine"),
    "improvement": (params.Improvement, "改善项目 · An improvement project: improvement"),
    "needs": (params.Need, "需求 · A need: improvement › needs › ..."),
    "outputs": (params.Output, "特性 · A quality: improvement › outputs › ..."),
    "causes": (params.Cause, "原因 · A cause: improvement › causes › ..."),
    "kpis": (params.Kpi, "前后数字 · A figure before and after: improvement › kpis › ..."),
    "interventions": (params.Intervention, "措施 · A measure: improvement › interventions › ..."),
    "indicators": (params.OwnIndicator, "自定指标 · An indicator: indicators › web_share"),
    "numerator": (params.OwnPart, "分子与分母 · A part: indicators › web_share › numerator, denominator"),
    "where": (params.Condition, "条件 · A condition: indicators › web_share › numerator › where › channel"),
    "workbook": (params.Workbook, "排查工作簿 · Workbooks that staff fill: workbook"),
    "callers": (params.CallerCases, "来电人工作簿 · The workbook of callers: workbook › callers"),
    "agents": (params.AgentCases, "话务员工作簿 · The workbook of agents: workbook › agents"),
    "report": (params.Report, "月报 · Report: report"),
    "about": (params.About, "运营概况 · About the centre: report › about"),
    "windows": (params.WindowsFile, "各诉求的窗口文件 · A windows file (definition: {windows_file: windows.yaml})"),
}
FILE = {"title": "title: 热线", "calls": "calls:"}
CALLS = {"files": "files: a.csv", "columns": "columns:"}
ORDERS = "orders: {files: b.csv, columns: {created_at: 受理时间, kind: 工单类型, class: 时限等级}}"
COLUMNS = {
    "started_at": "started_at: 来电时间",
    "outcome": "outcome: {from: 结果, values: {接通: answered, 放弃: abandoned}}",
    "issue_1": "issue_1: 诉求",
    "hold_seconds": "hold_seconds: 保持时长",
}

OUTPUTS = "outputs: {solved: {name: 一次解决, weight: 9}}"
OWN = {"name": "name: 网站占比", "numerator": "numerator: {where: {channel: 网站}}", "denominator": "denominator: {}"}
OWN_COLUMNS = {"channel": "channel: 渠道", "talk_seconds": "talk_seconds: 通话时长", "rating": "rating: 满意度"}
PROJECT = {  # what a part of an improvement project cannot be without
    "needs": {"need": "need: 打得通", "ctq": "ctq: 接起快", "kpi": "kpi: 接听率"},
    "outputs": {"name": "name: 一次解决", "weight": "weight: 9"},
    "causes": {"name": "name: 知识库更新慢", "ratings": "ratings: {solved: 9}"},
    "kpis": {"name": "name: 一次解决率", "before": "before: 1", "after": "after: 1"},
    "interventions": {"date": "date: 2024-03-01", "name": "name: 新知识库上线", "issues": "issues: 设施维修"},
}


def main() -> int:
    if "--run" in sys.argv[1:]:
        for notebook in sorted((ROOT / "tests" / "notebooks").glob("*.ipynb")):
            run(notebook)
    stale = [path for path, text in made().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        print(
            "\n".join(f"{path.relative_to(ROOT)} is not current; run python tools/make_docs.py" for path in stale)
            or "all made files are current"
        )
        return 1 if stale else 0
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    print("\n".join(str(path.relative_to(ROOT)) for path in stale) or "all made files were current")
    return 0


def run(path: Path) -> None:
    """Run a notebook whose outputs are compared and committed; nothing but outputs and counts is kept of the run."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False, coalesce_streams=True, resources=place).execute()
    for cell in notebook.cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):  # a drawing: its test looks at the page
            cell.outputs = []
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def made() -> dict[Path, str]:
    """Every file that is made, wholly or in part, with the text it should hold."""
    files = {ROOT / "docs" / "definitions.md": definitions(), ROOT / "docs" / "params.md": settings()}
    for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        if (ROOT / name).exists():
            files[ROOT / name] = marked((ROOT / name).read_text(encoding="utf-8"), language)
    return files


def marked(text: str, language: str) -> str:
    """The text with the tables between its marks made anew."""
    for mark, make in (("codebook", codebook_table), ("glossary", glossary_table)):
        text = re.sub(
            rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda found, make=make: found[1] + make(language) + found[2], text, flags=re.S
        )
    return text


def definitions() -> str:
    return "\n".join([HEAD, *_fields(), "", *_indicators(), *_worked()])


INDICATORS = """## Indicators 指标

Every indicator, one row each, as `hotline glossary` prints them: the key that targets, headlines and typed month figures name, its definition made from its
two parts, what is counted, what to look at, how to judge it, the tables that it needs. `hotline glossary --params params/mine.yaml` adds a hotline's own.
每项一行，键供 `targets`、`headlines` 和手工填报使用；指标定义、统计口径、评估观察、判断特征四栏俱全。
"""
SHOWN = ("key", "name", "formula", "scope", "observe", "judge", "unit", "better", "reading", "tables", "audience", "source")


def _indicators() -> list[str]:
    """The glossary of both languages: names and definitions in two languages, the rest in one."""
    known = catalogue.usual()
    zh, en = (catalogue.glossary(known, language)[list(SHOWN)].astype(str) for language in ("zh", "en"))
    rows = [
        [
            f"`{z.key}`",
            f"{z.name}<br>{e.name}",
            f"{z.formula}<br>{e.formula}",
            f"{z.scope}<br>{e.scope}",
            f"{z.observe}<br>{e.observe}",
            f"{z.judge}<br>{e.judge}",
            z.unit or e.unit,
            z.better,
            z.reading,
            z.tables,
            z.audience,
            z.source,
        ]
        for z, e in zip(zh.itertuples(), en.itertuples(), strict=True)
    ]
    heads = [
        "键 key",
        "名称 name",
        "指标定义 definition",
        "统计口径 what is counted",
        "评估观察 what to look at",
        "判断特征 how to judge",
        "单位",
        "方向",
        "口径",
        "数据表",
        "给谁看",
        "来源 source",
    ]
    return [INDICATORS, *_markdown([heads, *rows]), ""]


def _fields() -> list[str]:
    rows = [[f"`{name}`", _allowed(name), f"`{_default(name)}`", MEANING[name].zh, MEANING[name].en] for name in Definition.model_fields]
    return ["## Fields 字段", "", *_markdown([["field", "values", "default", "含义", "meaning"], *rows])]


def _allowed(name: str) -> str:
    """The values of a field, from its own schema."""
    schema = Definition.model_json_schema()["properties"][name]
    words = schema.get("enum") or schema.get("additionalProperties", {}).get("enum")
    if words:
        return ("key: " if schema.get("type") == "object" else "") + ", ".join(f"`{w}`" for w in words)
    if name == "identity":
        return "`caller`, or `phone`, `person`, `code` in their order"
    return {
        "windows_hours": "hours above 0",
        "windows_by_issue": "issue: hours",
        "data_end": "a date",
        "look_ahead": "`true`, `false`",
    }.get(name, _range(schema))


def _range(schema: dict) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return "a list of words"
    return f"{low} to {high}" if high is not None else f"{low} or more"


def _default(name: str) -> str:
    value = Definition().model_dump(mode="json")[name]
    if isinstance(value, list):
        return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in value) or "none"
    return str(value).lower() if isinstance(value, bool) else "none" if value is None or value == {} else str(value)


def _worked() -> list[str]:
    lines = [
        "## Worked tables 算例",
        "",
        "Each table is a test on DuckDB, pandas and Polars (`tests/spec`). 每张表都是测试，答案为手算：复电/来电。",
        "",
    ]
    for case in CASES:
        lines += [f"### {case.zh} · {case.en}", "", *_markdown(shown.calls(case, "zh")), ""]
        lines += [*_markdown(shown.orders(case, "zh")), ""] if case.orders is not None else []
        lines += [f"`{shown.rule(case, 'en')}` → {'；'.join(shown.answers(case, 'zh'))}", ""]
    return lines


# ---- docs/params.md


def settings() -> str:
    lines = [PARAMS_HEAD]
    for place, (model, title) in SECTIONS.items():
        rows = [_setting(place, model, name) for name in said(model)]
        heads = ["设置 setting", "含义", "meaning", "默认 default", "例 example", "易错 mistake"]
        lines += [f"## {title}", "", (model.__doc__ or "").split("\n")[0], "", *_markdown([heads, *rows]), ""]
    return "\n".join([*lines, *_presets()])


def _presets() -> list[str]:
    """The presets: a row a system."""
    rows = [
        [f"`{p.name}`", p.system.zh, p.system.en, ", ".join(p.tables), ", ".join(p.params[p.tables[0]].get("events", {}).values()) or ""]
        for p in presets.known().values()
    ]
    heads = ["预设 preset", "系统", "system", "表 tables", "合并 events"]
    return ["## 预设 · Presets: preset", "", PRESETS, "", *_markdown([heads, *rows]), ""]


def said(model) -> list[str]:
    """The settings of a model that a file may say."""
    return [name for name in model.model_fields if (model, name) != (params.Params, "path")]


def _setting(place: str, model, name: str) -> list[str]:
    field = model.model_fields[name]
    words = field.json_schema_extra
    kinds = [fits.KINDS[kind] for kind in fits.OF.get(name, ())] if model is params.ColumnRule else []
    of_kinds = f" (of {', '.join(kinds)})" if kinds else ""
    refused = refusal(place, words["mistake"])
    return [
        f"`{field.alias or name}`",
        words["zh"],
        field.description + of_kinds,
        _shown(field),
        f"`{words['example']}`",
        f"`{words['mistake']}` {refused}",
    ]


def _shown(field) -> str:
    if field.is_required():
        return "—"
    value = field.default
    if isinstance(value, params.Settings) or value in (None, (), {}, ""):
        return ""
    return f"`{', '.join(map(str, value)) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else value}`"


def file_with(place: str, line: str) -> str:
    """A params file that holds a line at a place, in place of the line of the same setting."""
    name = line.partition(":")[0]
    columns = {**COLUMNS, name: line} if place == "columns" else {**COLUMNS, **OWN_COLUMNS} if place in OWN_PLACES else COLUMNS
    calls = export(place, name, line)
    top = (
        {**FILE, name: line}
        if place == ""
        else {**FILE, place: f"{place}: {{{line}}}"}
        if place in ("period", "limits", "engine", "report", "complaints", "service", "units", "coaching", "watch", "follow_up", "workbook")
        else {**FILE, "orders": ORDERS, "complaints": f"complaints: {{by_class: {{紧急: {{{line}}}}}}}"}
        if place == "by_class"
        else {**FILE, "improvement": project(place, name, line)}
        if place in ("improvement", *PROJECT)
        else dict(FILE)
    )
    if place in OWN_PLACES or (place == "" and name == "indicators"):
        top = {**FILE, "indicators": line if place == "" else own(place, name, line), "orders": ORDERS}
        columns = {**COLUMNS, **OWN_COLUMNS}
    if place == "items":
        asked = {"name": "name: 态度", "scale": "scale: [1, 5]", name: line}
        top = {**top, "items": f"items: {{item_1: {{{', '.join(asked.values())}}}}}"}
    if place in ("satisfaction", "published"):
        given = ", ".join({"mean": "mean: 4.3", name: line}.values())
        told = line if place == "satisfaction" else f"published: {{2024-08: {{item_1: {{{given}}}}}}}"
        top = {**top, "items": "items: {item_1: {name: 态度, scale: [1, 5]}}", "satisfaction": f"satisfaction: {{{told}}}"}
    if place == "complaints" or (place == "" and name == "complaints"):
        top = {**FILE, "orders": ORDERS, "complaints": top["complaints"]}
        if name == "placed_by":  # for orders without a creation
            top["orders"] = ORDERS.replace("created_at: 受理时间", "closed_at: 办结时间")
    if place in ("faq", "priority"):
        top = {**FILE, "service": f"service: {{{place}: {{{line}}}}}"}
    if place in ("callers", "agents"):
        top = {**FILE, "workbook": f"workbook: {{{place}: {{{line}}}}}"}
    if place == "about":
        top = {**FILE, "report": f"report: {{about: {{{line}}}}}"}
    if place == "title":
        top = {**FILE, "title": f"title: {{{line if name == 'zh' else 'zh: 热线, ' + line}}}"}
    text = []
    for key, written in top.items():
        text.append(written)
        for inner in calls.values() if key == "calls" and written == "calls:" else ():
            text.append("  " + inner)
            text += ["    " + column for column in columns.values()] if inner == "columns:" else []
    return "\n".join(text) + "\n"


def export(place: str, name: str, line: str) -> dict[str, str]:
    """The settings of calls that hold a line at a place."""
    if place == "database" or (place, name) == ("calls", "database"):
        return from_database(place, name, line)
    if place == "events":
        return {**CALLS, "events": f"events: {{{line}}}" if name == "key" else f"events: {{key: 编号, {line}}}"}
    return {**CALLS, name: line} if place == "calls" else CALLS


def from_database(place: str, name: str, line: str) -> dict[str, str]:
    """The settings of calls that come from a database, a line of it as given."""
    known = {"url_env": "url_env: HOTLINE_DB", "query" if name == "query" else "table": "table: calls", name: line}
    told = line if place == "calls" else "\n      ".join(["database:", *known.values()])
    return {"database": told, "columns": CALLS["columns"]}


OWN_PLACES = ("indicators", "numerator", "where")


def own(place: str, name: str, line: str) -> str:
    """An indicator of the hotline's own that holds a line at a place; its successor stands beside it."""
    parts = {**OWN, name: line} if place == "indicators" else dict(OWN)
    if name == "unit":
        parts["numerator"] = "numerator: {sum: talk_seconds}"
    if place == "numerator":
        kept = {"table": "where: {}", "where": "where: {}", "name": "where: {channel: 网站}", "sum": "where: {}"}.get(name, "where: {}")
        parts["numerator"] = f"numerator: {{{line if name == 'where' else f'{kept}, {line}'}}}"
        parts |= {"denominator": "denominator: {table: orders}"} if name == "table" else {}
        parts |= {"unit": "unit: seconds"} if name == "sum" else {}
    if place == "where":
        parts["numerator"] = f"numerator: {{where: {{{line}}}}}"
    return f"indicators: {{web_share: {{{', '.join(parts.values())}}}}}"


def project(place: str, name: str, line: str) -> str:
    """An improvement project that holds a line at a place."""
    if place == "improvement":
        return f"improvement: {{{', '.join(dict.fromkeys([line] if name == 'outputs' else [OUTPUTS, line]))}}}"
    known = {key: part for key, part in PROJECT[place].items() if name != "units" or key != "issues"}
    inner = f"{{{', '.join({**known, name: line}.values())}}}"
    if place == "outputs":
        return f"improvement: {{outputs: {{solved: {inner}}}}}"
    return f"improvement: {{{OUTPUTS}, {place}: [{inner}]}}"


def load(place: str, line: str) -> None:
    """Load a params file, or a windows file, that holds the line at its place; raises BadParams."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.yaml"
        if place == "windows":
            file.write_text(line if line.startswith("windows") else f"windows_by_issue: {{供水: 24}}\n{line}", encoding="utf-8")
            params.read_windows(file)
        else:
            file.write_text(file_with(place, line), encoding="utf-8")
            params.load(file)


def refusal(place: str, line: str) -> str:
    """The sentence that refuses a line at its place, without the file's name."""
    try:
        load(place, line)
    except BadParams as fault:
        return str(fault).removeprefix("x.yaml › ").splitlines()[0]
    raise AssertionError(f"docs/params.md › {place} › {line!r} is shown as a mistake, and it loads.")


def codebook_table(language: str) -> str:
    """Every canonical column: table, column, kind, name, what it holds."""
    heads = ["表", "列", "类型", "名称", "内容"] if language == "zh" else ["table", "column", "kind", "name", "holds"]
    rows = [[r["table"], f"`{r['column']}`", r["kind"], r[language], r[f"holds_{language}"]] for r in codebook()]
    return "\n".join(_markdown([heads, *rows])) + "\n"


def glossary_table(language: str) -> str:
    frame = catalogue.glossary(catalogue.usual(), language)
    return "\n".join(_markdown([list(frame.columns), *frame.astype(str).to_numpy().tolist()])) + "\n"


def _markdown(rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


if __name__ == "__main__":
    sys.exit(main())
