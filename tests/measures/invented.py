"""An invented hotline that has every table, as frames of one's own: two months, some hundred rows, cells that were not read, and what no figure counts."""

import duckdb
import numpy as np
import pandas as pd

from hotline_analysis.measures import catalogue
from hotline_analysis.measures.frames import lazy
from hotline_analysis.params import Params
from tests.spec.frames import CALENDAR, view

MAY, JUNE = CALENDAR.month("2024-05"), CALENDAR.month("2024-06")
BEGIN, HOUR, DAY = MAY.start_s, 3600, 86400
UNITS, AGENTS = ("一部", "二部"), ("甲", "乙", "丙", "丁")
PARAMS = Params.model_validate({
    "title": "x", "time_zone": "UTC", "holidays": "",
    "calls": {"files": "x.csv", "columns": {"started_at": "a", "outcome": "b", "talk_seconds": "c"}},
    "orders": {"files": "y.csv", "columns": {"order_id": "a", "created_at": "b", "kind": "c", "class": "d", "excused": "e"}},
    "items": {"item_1": {"name": "总体", "scale": [1, 5]}},
    "service": {"answer_seconds": [20], "cost_a_minute": 2},
    "complaints": {"dispatch": "2h", "response": "24h", "resolution": ["48h", "5d"]},
    "follow_up": {"weights": [0.2, 0.4, 0.4]},
    "improvement": {"incidents": ["服务事故"]},
    "indicators": {"long_talks": {"name": {"zh": "长通话占比", "en": "Long talks"}, "unit": "percent", "better": "neither",
        "numerator": {"table": "calls", "where": {"talk_seconds": {"least": 300}}}, "denominator": {"table": "calls", "where": {"outcome": "answered"}}}},
})  # fmt: skip
KNOWN = catalogue.known(PARAMS)
NOT_HAD = {"busy_rate"}  # no export has it


class _Draw:
    """Columns drawn by lot, some of them with cells that were not read."""

    def __init__(self, rng, n: int, clock: str):
        self.rng, self.n = rng, n
        at = np.sort(rng.integers(BEGIN - DAY, JUNE.end_s, n))  # a day before the data begin is in no figure
        self.columns = {"seq": range(n), clock: at, "local_s": at}
        self.at = at

    def some(self, values, lost: float = 0.1):
        return np.where(self.rng.random(self.n) < lost, np.nan, values)

    def word(self, words, lost: float = 0.1):
        return pd.Series(self.rng.choice(list(words), self.n), dtype=object).where(self.rng.random(self.n) >= lost, None)

    def flag(self, share: float, lost: float = 0.1):
        return pd.Series(self.rng.random(self.n) < share).astype("boolean").where(self.rng.random(self.n) >= lost, pd.NA)

    def later(self, hours: float, lost: float = 0.2):
        return self.some(self.at + np.round(self.rng.exponential(hours * HOUR, self.n)), lost)

    def table(self, **more) -> pd.DataFrame:
        return pd.DataFrame({**self.columns, **more})


def tables(seed: int = 5) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    made = {name: make(rng) for name, make in {"calls": _calls, "orders": _orders, "sessions": _sessions, "agent_time": _time}.items()}
    made |= {"messages": _messages(rng, made["sessions"]), **_registers(rng)}
    return made


def _calls(rng) -> pd.DataFrame:
    d = _Draw(rng, 2600, "start_s")
    caller = d.some(rng.integers(0, 300, d.n))
    outcome = d.word(["answered"] * 8 + ["abandoned", "test"], 0.03)
    answered = (outcome == "answered").to_numpy()
    spoken = {
        c: np.where(answered, d.some(rng.integers(low, high, d.n), 0.02), np.nan)
        for c, low, high in (("talk_seconds", 5, 600), ("hold_seconds", -1, 60), ("wrap_seconds", 0, 60))
    }
    waits = {c: d.some(rng.integers(0, most, d.n), 0.02) for c, most in (("queue_seconds", 60), ("ring_seconds", 9))}
    facts = {c: d.flag(share).where(answered, pd.NA) for c, share in (("transferred", 0.1), ("dispatched", 0.2))}
    return d.table(
        end_s=d.at + 60, caller=caller, caller_group=caller % 100, outcome=outcome, direction=d.word(["in"] * 9 + ["out"], 0.02), agent=d.word(AGENTS), unit=d.word(UNITS),
        channel=d.word(("phone", "phone", "web")), issue_1=d.word("水电路"), rating=d.some(rng.integers(0, 6, d.n), 0.5), **spoken, **waits, **facts,
    )  # fmt: skip


def _orders(rng) -> pd.DataFrame:
    d = _Draw(rng, 500, "created_s")
    times = {
        "dispatched_s": d.later(1),
        "responded_s": d.later(15),
        "resolved_s": d.later(50),
        "closed_s": d.later(60),
        "due_s": d.later(70),
    }
    flags = {c: d.flag(0.05) for c in ("duplicate", "internal", "withdrawn", "reopened", "excused")}
    said = {
        "satisfied": d.word(("满意", "基本满意", "不满意"), 0.4),
        "resolved": d.word(("yes", "partly", "no"), 0.3),
        "contacted": d.flag(0.8),
    }
    return d.table(
        order_id=[f"o{n}" for n in range(d.n)],
        kind=d.word(("投诉", "咨询", "服务事故")),
        department=d.word("东西"),
        area=d.word("南北"),
        timely=d.flag(0.7),
        **{"class": None},
        **times,
        **flags,
        **said,
    )


def _sessions(rng) -> pd.DataFrame:
    d = _Draw(rng, 400, "opened_s")
    counts = {c: d.some(rng.integers(0, 3, d.n)) for c in ("scripts_used", "pushed", "sensitive_words")}
    return d.table(
        session_id=[f"s{n}" for n in range(d.n)], caller=d.some(rng.integers(0, 300, d.n)), served_by=d.word(("agent", "both", "bot")), handed_s=np.nan, closed_s=d.later(20),
        closed_by=d.word(("agent", "customer", "system")), last_speaker=d.word(("agent", "customer")), agent=d.word(AGENTS), unit=d.word(UNITS), adopted=np.fmin(counts["pushed"], 1), **counts,
    )  # fmt: skip


def _messages(rng, sessions: pd.DataFrame) -> pd.DataFrame:
    place = np.sort(rng.integers(0, len(sessions), 1500))
    sent = sessions["opened_s"].to_numpy()[place] + rng.integers(0, 600, len(place))
    told = pd.DataFrame({"session_id": sessions["session_id"].to_numpy()[place], "sent_s": sent, "local_s": sent})
    told["speaker"] = pd.Series(rng.choice(["agent", "customer", "bot"], len(told)), dtype=object)
    return told.sort_values("sent_s", ignore_index=True).assign(seq=range(len(told)))


def _time(rng) -> pd.DataFrame:
    d = _Draw(rng, 400, "starts_s")
    at = d.at[~((d.at >= MAY.start_s + 3 * DAY) & (d.at < MAY.start_s + 4 * DAY))]  # the export lacks a day
    d.n, d.at, d.columns = len(at), at, {"seq": range(len(at)), "starts_s": at, "local_s": at}
    return d.table(
        agent=d.word(AGENTS, 0),
        unit=d.word(UNITS),
        seconds=d.some(rng.integers(60, 4000, d.n)),
        state=d.word(("planned", "ready", "talk", "hold", "wrap", "break")),
    )


def _registers(rng) -> dict[str, pd.DataFrame]:
    surveys, scores, checks, events = (
        _Draw(rng, n, clock) for n, clock in ((300, "invited_s"), (200, "scored_s"), (200, "checked_s"), (120, "found_s"))
    )
    staff = [
        {
            "month_s": p.start_s,
            "unit": u,
            "headcount": 20.0,
            "leavers": float(n),
            "scheduled_days": 400.0,
            "attended_days": 390.0 if n else None,
            "cost": 3000.0,
        }
        for p in (MAY, JUNE)
        for n, u in enumerate(UNITS)
    ]
    return {
        "surveys": surveys.table(item_1=surveys.some(_few_off(rng.integers(0, 6, 300))), order_id=surveys.word(["o1", "o2"], 0.4), unit=surveys.word(UNITS)),
        "scores": scores.table(source=scores.word(("quality_check", "self_rating")), agent=scores.word(AGENTS), unit=scores.word(UNITS), score=scores.some(rng.integers(60, 100, 200))),
        "checklist": checks.table(role=checks.word(("班长", "座席"), 0), done=checks.flag(0.8), required=checks.flag(0.9)),
        "events": events.table(kind=events.word(("script", "opinion")), warned_s=events.later(1), due_s=events.later(30), repaired_s=events.later(100)),
        "staff": pd.DataFrame(staff).assign(seq=range(4), local_s=lambda f: f["month_s"]),
    }  # fmt: skip


def _few_off(scores: np.ndarray) -> np.ndarray:
    """Scores of one to five, and now and then a nought: of a period with many off their scale there is no figure."""
    return np.where((scores == 0) & (np.arange(len(scores)) % 10 > 0), 1, scores)


def seen(engine: str = "pandas", settings=None, **other):
    """The hotline as a view of June with its data from May on; other: tables in the place of these."""
    held = {**tables(), **other}
    if engine == "duckdb":
        connection = duckdb.connect(config={"threads": 1})
        held = {name: connection.from_df(frame.convert_dtypes()) for name, frame in held.items()}
    held = {name: lazy(frame) for name, frame in held.items()}
    found = view(held.pop("calls"), settings or {}, start_s=BEGIN, end_s=JUNE.end_s, params=PARAMS, **held)
    return found.over(JUNE)
