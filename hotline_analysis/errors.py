"""What a user reads when something is wrong: where, what, what would be right, and an exit code for schedulers."""

from difflib import get_close_matches

from hotline_analysis.personal import masked_name


class HotlineError(Exception):
    """A sentence for the user. `where` names the file, sheet, setting or month; `right` says what would be accepted.

    The command line prints it without a traceback and leaves with `code` (BSD sysexits; see docs/flow.md).
    """

    code = 70

    def __init__(self, where: str, wrong: str, right: str = ""):
        self.where, self.wrong, self.right = (
            masked_name(str(text)) for text in (where, wrong, right)
        )  # a file's name, a word of params: texts too
        super().__init__(self.where, self.wrong, self.right)

    def __str__(self) -> str:
        return f"{self.where} › {self.wrong}" + (f" {self.right}" if self.right else "")


class BadParams(HotlineError):
    """A params file, a setting or a month that says something the workbook does not know."""

    code = 64


class DataRefused(HotlineError):
    """Data that cannot be read without guessing, or that a definition may not be applied to."""

    code = 65


class NoInput(HotlineError):
    """No file where params point, or no data in the asked period."""

    code = 66


class RunFailed(HotlineError):
    """A notebook that did not run to its end."""

    code = 70


class StudyMissing(HotlineError):
    """A month that was published without one of its studies; the reason is on the page and in the manifest."""

    code = 71


class CannotWrite(HotlineError):
    """The reports folder or the store cannot be written."""

    code = 73


class Held(HotlineError):
    """Another run holds the month."""

    code = 75


class LeakFound(HotlineError):
    """A page that would carry a number or a name it must not."""

    code = 77


def nearest(word: str, known) -> str:
    """'Did you mean ...?' with the closest known word, or '' when none is close; one of the same letters is closest, then one that begins with the word."""
    names = [str(k) for k in known]
    swapped = [k for k in names if sorted(k) == sorted(word)]
    longer = [k for k in names if len(word) > 2 and k.startswith(word)]
    close = swapped or longer or get_close_matches(word, names, n=1, cutoff=0.65)
    return f"Did you mean '{close[0]}'?" if close else ""


def offered(word: str, known) -> str:
    """The nearest known word, or all of them where none is near."""
    return nearest(word, known) or f"There are: {', '.join(map(str, known)) or 'none'}."
