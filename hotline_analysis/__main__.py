"""The `hotline` command. A user sees a sentence (where › what is wrong; what would be right), a scheduler sees an exit code."""

import logging
import sys
from pathlib import Path

from hotline_analysis import __version__, machine

if __name__ == "__main__" or Path(sys.argv[0]).stem == "hotline":  # as a command, and before a library is imported
    machine.import_installed_only()

import click
import duckdb

from hotline_analysis.errors import BadParams, CannotWrite, HotlineError, RunFailed, StudyMissing
from hotline_analysis.params import check_month
from hotline_analysis.words import LANGUAGES

PARAMS = click.option("--params", required=True, metavar="FILE", help="the hotline's params file")
LANGUAGE = click.option("--language", default="zh", type=click.Choice(LANGUAGES), help="language of the page (zh)")
QUIET = click.option("--quiet", is_flag=True, help="no progress bars")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hotline")
def cli():
    """Reproducible analysis of a public-service hotline. 热线运营分析。"""


@cli.command()
@PARAMS
@click.option(
    "--month",
    default="latest",
    help="2024-09, latest, a quarter (2024Q3), a half (2024H1), a year (2024), or due: what is published as provisional and final by now, days too",
)
@click.option(
    "--for",
    "only",
    default="",
    metavar="COLUMN=WORD",
    help="the edition of one unit, area or department (unit=North), or of each (unit=all)",
)
@click.option("--day", default="", help="the day's edition instead: 2024-09-18, or latest")
@LANGUAGE
@click.option("--out", default="", metavar="FOLDER", help="where the pages go (reports/ beside params/)")
@click.option("--staff", is_flag=True, help="the studies for staff instead (agents, callers, cases), which name people: into private/")
@click.option(
    "--sections",
    default="",
    metavar="NAMES",
    help="only these chapters, studies and notebooks of my/, as in report › sections: answering,window,mine",
)
@click.option("--pdf", is_flag=True, help="the month's page as report.pdf too, printed by a Chromium, Chrome or Edge of this machine")
@QUIET
def report(params, month, only, day, language, out, staff, sections, pdf, quiet):
    """Render one month, or one day, and publish it whole, or leave the old page untouched."""
    from hotline_analysis.report import month as monthly

    if day and sections:
        raise BadParams("--sections", "are of a month, and a day has none.", "Leave one of the two out.")
    if staff:
        if day or pdf or sections or only:
            raise BadParams("--staff", "goes with a month, and with neither --day nor --sections nor --pdf nor --for.", "Leave them out.")
        click.echo("\n".join(map(str, monthly.publish_staff(params, month=month, language=language, out=out, progress=not quiet))))
        return
    if only and (day or pdf or sections):
        raise BadParams(
            "--for", "goes with a month, a quarter, a half or a year, and with neither --day nor --sections nor --pdf.", "Leave them out."
        )
    chosen = [name.strip() for name in sections.split(",") if name.strip()]
    given = {"language": language, "out": out, "progress": not quiet}
    if month != "due" or day:
        _publish(params, month, only, day=day, pdf=pdf, sections=chosen, **given)
        return
    if only:
        raise BadParams("--for", "goes with a period, and --month due finds those that are published, their editions too.", "Leave it out.")
    faults, found = [], monthly.due(params, out=out, progress=not quiet)
    if not found:
        click.echo(monthly.NOTHING_DUE(language), err=True)
    for label, column in found:
        try:
            _publish(params, label, column and f"{column}=all", **monthly.again(label, column, pdf=pdf, sections=chosen), **given)
        except HotlineError as fault:  # the others are rendered all the same
            faults.append(fault)
    for fault in faults[1:]:
        click.echo(str(fault), err=True)
    if faults:
        raise faults[0]


def _publish(params: str, month: str, only: str, **given) -> None:
    """One period's page, or its editions (`unit=all`), and the paths on stdout."""
    from hotline_analysis.report import editions
    from hotline_analysis.report import month as monthly

    try:
        if only.endswith("=all"):
            given = {name: given[name] for name in ("language", "out", "progress")}
            page, current = editions.publish_all(params, only.removesuffix("=all"), month=month, **given), False
        else:
            page, current = monthly.publish(params, month=month, edition=only, **given)
    except StudyMissing as published:
        click.echo(published.where)
        raise
    click.echo(f"{page}" + (" (already current)" if current else ""))


@cli.command()
@click.argument("name")
@PARAMS
@click.option("--month", default="", help="one month; without a period: all data")
@click.option("--from", "first", default="", metavar="MONTH")
@click.option("--to", "last", default="", metavar="MONTH")
@click.option("--table", default="", help="another table of the study")
@click.option("--by", multiple=True, metavar="COLUMN", help="strata, such as issue_1; may be repeated")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="a field of the definition; may be repeated")
@click.option("--format", "form", default="table", type=click.Choice(["csv", "json", "table"]))
@click.option("--write-windows", default="", metavar="FILE", help="of exposure: write the recommended windows for the params to read")
@LANGUAGE
@QUIET
def study(name, params, month, first, last, table, by, settings, form, write_windows, language, quiet):
    """A study's tidy frame on stdout."""
    from hotline_analysis.hotline import open_hotline
    from hotline_analysis.measures.definition import with_settings

    period = _period(month, first, last)
    h = open_hotline(params, period, language, progress=not quiet)
    h.rule = with_settings(h.rule, settings)
    if write_windows and (name != "exposure" or table not in ("", "reconciliation")):
        raise BadParams("--write-windows", "belongs to `hotline study exposure`.")
    frame = h.study(name, "reconciliation" if write_windows else table, by=by, strict=True)
    if frame.attrs["audience"] == "staff":
        click.echo("This output names agents: it is for staff, and no part of a report.", err=True)
    if write_windows:
        _write_windows(h, frame, Path(write_windows))
    told = h.with_final_on(frame)
    if h.provisional and "final_on" not in told:
        click.echo(_provisional(h, language), err=True)
    if form == "csv":
        click.echo(_csv(told), nl=False)
    elif form == "json":
        click.echo(told.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        click.echo(_resting_on(h, frame, language), nl=False)
        click.echo(told.to_string(index=False))


def _provisional(h, language: str) -> str:
    """That later data change figures of a period, and until when; of a frame without a column that says so."""
    from hotline_analysis.words import Term, format_dated

    until = Term("{}的数字为暂行：{}定稿。", "Figures of {} are provisional, and final on {}.")
    export = Term("{}的数字为暂行：要等新的导出。", "Figures of {} are provisional: they wait for a newer export.")
    days = [day for day in h.awaited.values() if day]
    said = until if len(days) == len(h.awaited) else export
    return said(language).format(h.period.said(language), format_dated(max(days).isoformat(), language) if days else "")


def _resting_on(h, frame, language: str) -> str:
    """The line of what the frame's figures rest on (口径), nothing where they rest on no rule."""
    said = frame.attrs["definition"].get(language)
    head, mark, _ = h.definition(language).partition("：" if language == "zh" else ": ")
    return f"{head}{mark}{said}\n" if said else ""


def _csv(frame) -> str:
    """The frame as CSV that no spreadsheet runs, headers too: the same rule as kpis.csv."""
    from hotline_analysis.report.publish import harmless

    told = frame.map(harmless).set_axis([harmless(str(name)) for name in frame.columns], axis=1)
    return told.to_csv(index=False, lineterminator="\n")


def _write_windows(h, frame, path: Path) -> None:
    from hotline_analysis.params import write_windows
    from hotline_analysis.studies import exposure

    found = exposure.windows(frame)
    write_windows(path, found, hotline=h.params.name, period=frame.attrs["period"]["label"], definition=frame.attrs["hash"])
    click.echo(f"{path}: {len(found)} windows", err=True)


def _period(month: str, first: str, last: str) -> str:
    if month and (first or last):
        raise BadParams("period", "--month and --from/--to were both given.", "Use one of them.")
    if bool(first) != bool(last):
        raise BadParams("period", "--from and --to go together.", "Give both ends, or --month.")
    for text in (month, first, last):
        if text and text not in ("latest", "all"):
            check_month(text, "2024-09, latest or all")
    return month or (f"{first}..{last}" if first != last else first) or "all"


@cli.command()
@click.argument("name")
@click.option("--params", default="params/sample.yaml", metavar="FILE", help="the hotline that it opens (params/sample.yaml)")
def new(name, params):
    """A thin notebook of one's own in my/, which `hotline report --sections` can include. Writes over nothing."""
    from hotline_analysis.report import month as monthly
    from hotline_analysis.report import own

    click.echo(own.new(name, params, monthly.taken()))
    click.echo(
        f"Open it in JupyterLab (make lab). `hotline report --params {params} --sections ...,{name}` makes it a page of the month.",
        err=True,
    )


@cli.command()
@click.argument("period")
@PARAMS
@click.option("--out", default="", metavar="FOLDER", help="where the pages are (reports/ beside params/)")
@click.option("--bytes", "whole", is_flag=True, help="every page too, byte by byte")
@LANGUAGE
@QUIET
def verify(period, params, out, whole, language, quiet):
    """Make the figures of a published month (or day) again from the exports, and hold them against what is published."""
    from hotline_analysis.report import proof

    click.echo(proof.verify(params, period, out=out, whole=whole, language=language, progress=not quiet))


@cli.command()
@click.option("--before", required=True, metavar="MONTH", help="the first month that stays")
@PARAMS
@click.option("--out", default="", metavar="FOLDER", help="where the pages are (reports/ beside params/)")
@click.option("--yes", "really", is_flag=True, help="remove them; without it they are only named")
@LANGUAGE
def purge(before, params, out, really, language):
    """Remove the published months before one; named first, removed with --yes."""
    from hotline_analysis.report import proof

    click.echo("\n".join(proof.purge(params, before, out=out, really=really, language=language)))


@cli.command()
@click.argument("first")
@click.argument("second")
@click.option("--params", default="", metavar="FILE", help="the hotline's params file, where months are named and not folders")
@click.option("--out", default="", metavar="FOLDER", help="where the pages are (reports/ beside params/)")
@LANGUAGE
def compare(first, second, params, out, language):
    """Why two published months, or two runs of one, differ: data, definition, params, code, figures."""
    from hotline_analysis.report import proof

    click.echo("\n".join(proof.compare(*(proof.folder_of(params, label, out) for label in (first, second)), language)))


@cli.command()
@PARAMS
@click.option("--month", default="all", help="2024-09, latest or all")
@LANGUAGE
@QUIET
def check(params, month, language, quiet):
    """What is odd about this data: where every record went, what was found, and the data-quality grade."""
    from hotline_analysis.hotline import open_hotline
    from hotline_analysis.intake import check_words
    from hotline_analysis.words import GRADE, Term

    if month not in ("all", "latest"):
        check_month(month, "2024-09, latest or all")
    h = open_hotline(params, month, language, progress=not quiet)
    click.echo(_account(h.ledger if month == "all" else h.ledger_of_month, language))
    for line in [line for ledger in h.store.ledgers for line in check_words.rejections(ledger, language)] if month == "all" else ():
        click.echo(line)
    click.echo()
    for row in h.checks.to_dict("records"):
        click.echo(f"{Term('程度：', 'Severity: ')(language)}{check_words.SEVERITY[row['severity']](language)}  {row[f'told_{language}']}")
    if h.params.assumed:
        click.echo(f"\n{h.params.assumed(language)}")
    click.echo(f"\n{Term('数据质量', 'Data quality')(language)}: {GRADE[h.grade[0]](language)}")
    if not quiet:
        click.echo(_cost(h, language), err=True)


def _cost(h, language: str) -> str:
    """What the records of the hotline's first table take on this machine."""
    import shutil

    from hotline_analysis.intake import cost

    return cost.said(*h.store.sizes(), shutil.disk_usage(h.store.folder).free, cost.pulse(), language)


def _account(frame, language: str) -> str:
    """The ledger as a table for the eye: without the columns that are empty throughout."""
    import pandas as pd

    from hotline_analysis.hotline import LEDGER
    from hotline_analysis.tables import TABLES

    shown = frame[[c for c in frame if frame[c].astype(bool).any() or c == "accepted"]]
    shown = shown.assign(table=[TABLES[name].term(language) for name in shown["table"]])
    with pd.option_context("display.unicode.east_asian_width", True, "display.width", None):
        return shown.rename(columns={name: LEDGER[name].term(language) for name in shown}).to_string(index=False)


@cli.command()
@click.argument("name", type=click.Choice(["callers", "agents"]))
@PARAMS
@click.option("--month", default="latest", help="2024-09, or latest")
@LANGUAGE
@QUIET
def workbook(name, params, month, language, quiet):
    """Write the workbook that staff fill to private/, and put its cases into the register."""
    from hotline_analysis.hotline import open_hotline
    from hotline_analysis.report.workbook.write import workbook as write

    if month != "latest":
        check_month(month)
    click.echo(write(open_hotline(params, month, language, progress=not quiet), name))
    click.echo("This workbook names people: it is for those who handle the cases, and no part of a report.", err=True)


@cli.command()
@click.argument("key")
@PARAMS
@click.option("--month", default="latest", help="2024-09, or latest")
@click.option("--group", default="", metavar="COLUMN=VALUE", help="the figure of one group, such as unit=North")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="a field of the definition; may be repeated")
@LANGUAGE
@QUIET
def rows(key, params, month, group, settings, language, quiet):
    """Write the rows behind a figure (KEY as in kpis.csv) to private/: numerator, denominator, and what was left out with its reason."""
    from hotline_analysis.hotline import open_hotline
    from hotline_analysis.measures.definition import with_settings
    from hotline_analysis.report.workbook.behind import rows as write

    if month != "latest":
        check_month(month)
    h = open_hotline(params, month, language, progress=not quiet)
    h.rule = with_settings(h.rule, settings)
    path, _ = write(h, key, group=group)
    click.echo(path)
    click.echo("This workbook holds single records: it is for those who check a figure, and no part of a report.", err=True)


@cli.command()
@click.argument("file")
@PARAMS
@click.option("--by", default="", metavar="NAME", help="who filled the rows that name nobody (the user of this machine)")
def backfill(file, params, by):
    """Take a filled workbook into the register of cases. What contradicts the register is listed and changes nothing."""
    from hotline_analysis.params import load
    from hotline_analysis.report.workbook import backfill as back

    done = back.backfill(file, load(params), by=by)
    click.echo(f"{done.taken} cases taken in, {done.same} as they were, {done.empty} not filled in")
    if done.conflicts:
        raise back.conflict(Path(file).name, done.conflicts)


@cli.command()
@click.option("--format", "form", default="md", type=click.Choice(["csv", "md"]))
@click.option("--tables", is_flag=True, help="the codebook of the canonical tables instead of the indicators")
@click.option("--params", default="", help="a hotline's params file, for its own indicators and limits")
@LANGUAGE
def glossary(form, tables, params, language):
    """Every indicator in words, or the codebook of the canonical tables."""
    import pandas as pd

    from hotline_analysis.measures import catalogue
    from hotline_analysis.params import load
    from hotline_analysis.tables import codebook

    known = catalogue.known(load(params)) if params else catalogue.usual()
    frame = pd.DataFrame(codebook()) if tables else catalogue.glossary(known, language)
    click.echo(_csv(frame) if form == "csv" else _markdown(frame), nl=False)


def _markdown(frame) -> str:
    rows = [list(frame.columns), ["---"] * len(frame.columns), *frame.astype(str).to_numpy().tolist()]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--out", default="", metavar="FILE", help="where the params file goes (stdout); what is there is never written over")
@click.option("--without-preset", is_flag=True, help="as if nobody had met the system: no preset, and none of its names")
@LANGUAGE
def inspect(files, out, without_preset, language):
    """Propose a params file for exports that nobody here has seen; doubtful lines are marked."""
    from hotline_analysis.intake import inspect as bench

    done = bench.inspect(files, with_presets=not without_preset, language=language, title=Path(out).stem if out else "")
    click.echo(done.found, err=True)
    if out:
        bench.to_file(out, done.text)
    else:
        click.echo(done.text, nl=False)


@cli.command("presets")
@LANGUAGE
def presets_(language):
    """The presets of systems met often: name, tables, system."""
    from hotline_analysis import presets

    for preset in presets.known().values():
        click.echo(f"{preset.name:<20} {', '.join(preset.tables):<14} {preset.system(language)}")


@cli.command()
@click.argument("file", default="")
@click.option(
    "--new",
    "kind",
    default="",
    metavar="KIND",
    help="write a starting file instead: one of ten kinds of table, such as volume (list: which there are)",
)
@click.option("--params", default="", metavar="FILE", help="a hotline's params file: figures with `is:` are held against its own too")
@click.option("--month", default="latest", help="of that hotline: 2024-09, or latest")
@LANGUAGE
@QUIET
def audit(file, kind, params, month, language, quiet):
    """Do the numbers that a report prints fit one another? Each contradiction is named with the values that would fit. 报告体检。

    Exit codes: 65 where numbers contradict one another, 66 where nothing could be checked, else 0; a figure that differs from the hotline's own is no contradiction and leaves with 0.
    """
    from hotline_analysis.report import audit as audits

    if kind:
        click.echo(audits.begin(kind, file, language), nl=False)
        return
    if not file:
        raise BadParams("audit", "no file is named.", "Name one, or start one with --new KIND FILE.")
    done = audits.audit(file)
    click.echo("\n".join(audits.lines(done, language)))
    if params:
        from hotline_analysis.hotline import open_hotline
        from hotline_analysis.report.audit.own import beside

        if month != "latest":
            check_month(month)
        click.echo("\n" + "\n".join(beside(open_hotline(params, month, language, progress=not quiet), done, language)))
    audits.refuse(done)


@cli.command()
@PARAMS
@click.option("--month", default="latest", help="2024-09, or latest")
@click.option("--by", default="", metavar="COLUMN", help="the units: unit, area, department, ...; without it the hotline is one unit")
@click.option("--out", default="", metavar="FILE", help="where the counts go (stdout)")
@QUIET
def share(params, month, by, out, quiet):
    """Counts for another hotline to be compared with: a few kilobytes by unit, no call among them, small groups pooled. Two shares that overlap tell by subtraction what each hides: send one of a period. (JSON)"""
    from hotline_analysis.hotline import open_hotline
    from hotline_analysis.measures import sharing

    if month != "latest":
        check_month(month)
    made = open_hotline(params, month, progress=not quiet).share(by)
    click.echo(sharing.TWICE, err=True)
    if out:
        sharing.write(out, made)
    click.echo(out or made.text(), nl=bool(out))


@cli.command()
@click.argument("folder")
@QUIET
def sample(folder, quiet):
    """Write the exports of the invented hotline into a folder."""
    from hotline_analysis.sample import write_sample

    write_sample(Path(folder), progress=not quiet)
    click.echo(folder)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, click's 2 → 64 for a wrong call, the error's own, or 128 and the signal's number."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(handlers=[logging.NullHandler()])  # what libraries log may hold data, and the terminal has our sentence
    with machine.stop_in_order() as stopped:
        code, sentence = _run(arguments)
        if stopped:  # whatever it was that a signal broke off
            code, sentence = 128 + stopped[0], "hotline › stopped."
    if sentence:
        click.echo(sentence, err=True)
    return code


def _run(arguments: list[str] | None) -> tuple[int, str]:
    """The command's exit code, and the sentence for stderr where there is one."""
    try:
        cli.main(args=arguments, prog_name="hotline", standalone_mode=False)
    except HotlineError as fault:
        return fault.code, str(fault)
    except click.UsageError as fault:
        return BadParams.code, f"hotline › {fault.format_message()} Try 'hotline --help'."
    except duckdb.OutOfMemoryException:
        return (
            CannotWrite.code,
            "limits › memory_gib and spill_gib are too small for this question. Raise them in the params file, or free space.",
        )
    except duckdb.IOException:
        return (
            CannotWrite.code,
            "store › the engine could not read or write a file of it: another run made it anew, or the disk is full. Run again.",
        )
    except duckdb.Error as fault:  # its own words may hold a value of the data
        return (
            RunFailed.code,
            f"hotline › the engine refused a question ({type(fault).__name__}): a pattern or a value of the params file, or a fault of this program.",
        )
    except _of_spark() as fault:  # nor are these words told
        return RunFailed.code, f"hotline › Spark refused a question ({type(fault).__name__})."
    except OSError as fault:  # of the system's own words only its reason is said: a path may hold a name
        return CannotWrite.code, f"hotline › the system refused ({fault.strerror})."
    except (click.Abort, KeyboardInterrupt):
        return 130, "hotline › stopped."
    except RuntimeError:
        if not machine.stopping():
            raise
    return 0, ""


def _of_spark() -> tuple[type[Exception], ...]:
    """What Spark raises, where a hotline asked it anything."""
    kinds = {"pyspark.errors": "PySparkException", "py4j.protocol": "Py4JError"}
    return tuple(getattr(sys.modules[module], kind) for module, kind in kinds.items() if module in sys.modules)


if __name__ == "__main__":
    sys.exit(main())
