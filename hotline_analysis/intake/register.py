"""The register of cases: what was listed to be looked into, and what staff found.

It is no cache: nobody can make it again. It lies in private/ beside the store's folder, one sealed file that is replaced whole, under a lock. A case is a
caller, or an agent and an issue; its id is keyed, the same in every month and for nobody without the key. A row of the register is a case of one month.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from hotline_analysis import machine
from hotline_analysis.errors import CannotWrite, DataRefused, Held
from hotline_analysis.intake import sealed
from hotline_analysis.intake.convert.identity import Key, open_key
from hotline_analysis.intake.engine import connect, parquet
from hotline_analysis.intake.store import Store
from hotline_analysis.params import Params

FILE = "register.json"
ANSWER = ("found", "cause", "solvable", "measure", "note", "closed_at")
FIELDS = ("case_id", "kind", "opened_month", "agent", "issue", *ANSWER, "filled_at", "filled_by")
LETTERS = "BCDFGHJKMNPQRSTVWXZ"  # of a case id: no digits, which could read as a number, and no vowels, which could make a word
LENGTH = 12  # 19 ** 12: 50 bits
PLACES = {"caller": "C", "agent": "A"}

Place = tuple[str, str]  # case_id, opened_month


def case_ids(key: Key, kind: str, names: Iterable[str]) -> list[str]:
    """The ids of callers (by their pseudonym) or of agents and issues (by both, parted by a line end)."""
    return [f"{PLACES[kind]}-{_letters(digest)}" for digest in key.digests(f"case {kind}", names)]


def _letters(digest: bytes) -> str:
    number, told = int.from_bytes(digest, "big"), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        told += LETTERS[place]
    return "-".join(told[at : at + 4] for at in range(0, LENGTH, 4))


def pseudonyms(params: Params) -> dict[int, str]:
    """The store's integers of callers and the pseudonyms that they stand for; those of a lake stand for themselves."""
    lain = [name for name in params.tables if any("caller" in source.columns for source in params.sources(name))]
    if lain:
        callers = " UNION ".join(f"SELECT caller FROM {name} WHERE caller IS NOT NULL" for name in lain)
        with contextlib.closing(Store(params).connection) as engine:
            return {number: str(number) for (number,) in engine.execute(callers).fetchall()}
    path = params.store_folder / "identities.parquet"
    if not path.exists():
        return {}
    with connect([params.store_folder], params.store_folder / "spill", params.limits) as engine:
        rows = engine.execute(f"SELECT id, pseudonym::VARCHAR FROM {parquet(path)}").fetchall()
    return {number: UUID(text).hex for number, text in rows}


def caller_ids(params: Params) -> dict[int, str]:
    """The case ids of all callers, by the store's integer."""
    known = pseudonyms(params)
    return dict(zip(known, case_ids(open_key(params, True), "caller", known.values()), strict=True))


def folder(params: Params) -> Path:
    """Where what names people of this hotline is kept."""
    return params.root / "private" / params.name


def answer(row: Mapping) -> dict:
    return {name: row.get(name) or "" for name in ANSWER}


def is_filled(row: Mapping) -> bool:
    """True for a row in which somebody said anything."""
    return any(row.get(name) for name in ANSWER)


def mark(row: Mapping) -> str:
    """A few letters that change with a row's answer; '' while there is none: a workbook carries them, so that what it was made from can be told."""
    said = answer(row)
    return _letters(hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest())[:5] if is_filled(row) else ""


@dataclass
class Register:
    """The cases of one hotline, by id and month."""

    path: Path
    key_id: str
    rows: dict[Place, dict] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """It changes with the content; '' while nothing was ever listed."""
        return hashlib.sha256(json.dumps(self.plain(), sort_keys=True).encode()).hexdigest()[:16] if self.rows else ""

    def plain(self) -> list[dict]:
        return [self.rows[place] for place in sorted(self.rows)]

    def list_cases(self, month: str, kind: str, cases: Sequence[Mapping]) -> None:
        """The month's list of a kind anew: a case that was on it keeps its answer; one that is not found any more goes, unless somebody answered it."""
        listed = {(case["case_id"], month): case for case in cases}
        for place, row in list(self.rows.items()):
            if row["opened_month"] == month and row["kind"] == kind and place not in listed and not is_filled(row):
                del self.rows[place]
        for place, case in listed.items():
            told = dict.fromkeys(FIELDS, "") | self.rows.get(place, {})
            self.rows[place] = told | {
                "case_id": place[0],
                "opened_month": month,
                "kind": kind,
                "agent": case["agent"],
                "issue": case["issue"],
            }


def load(params: Params) -> Register:
    """The register as it is; an empty one where there is none. Raises DataRefused for one that is not as it was written, or of another key."""
    path = folder(params) / FILE
    try:
        held = sealed.read(path)
    except sealed.Damaged:
        raise DataRefused(
            str(path), "the register of cases is not as it was written.", f"Put a copy of it back; the one before stands in {FILE}.before."
        ) from None
    key = open_key(params, params.store_folder.exists()) if held else None
    if key and held["key_id"] != key.id:
        raise DataRefused(
            str(path), f"the register was made under key {held['key_id']}, and the key at hand is {key.id}.", "Put the right key back."
        )
    rows = {(row["case_id"], row["opened_month"]): row for row in held.get("cases", [])}
    return Register(path, held.get("key_id", ""), rows)


@contextlib.contextmanager
def changing(params: Params) -> Iterator[Register]:
    """The register, to be changed: kept whole at the block's end, left as it was where that raises. Raises Held while somebody else changes it."""
    place = folder(params)
    try:
        machine.private_folder(place.parent)
        machine.private_folder(place)
        with machine.lock(place / f".{FILE}.lock"):
            register = load(params)
            before = register.digest
            yield register
            if register.digest != before:
                _keep(register, open_key(params, True).id)
    except machine.Locked:
        raise Held(str(place / FILE), "another run is changing the register of cases.", "Try again when it has ended.") from None
    except OSError as refused:
        raise CannotWrite(str(place), f"cannot be written ({refused.strerror}).") from refused


def _keep(register: Register, key_id: str) -> None:
    if register.path.exists():
        machine.replace_file(register.path.with_name(f"{FILE}.before"), register.path.read_bytes())
    sealed.write(register.path, {"key_id": key_id, "cases": register.plain()})
