"""A hotline of three months with everything that studies by group read, and in it small groups: rare issues, channels and departments, and rare things in large ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.shared import shared

CALLS, FIRST, DAYS = 5200, pd.Timestamp("2024-02-01"), 99  # the month is March
PARAMS = """title: {zh: 零散热线, en: Scattered hotline}
holidays: ""
key: published
public: true
calls:
  files: calls.csv
  key: call
  columns:
    call_id: call
    started_at: {from: start, formats: "%Y-%m-%d %H:%M:%S"}
    caller: {from: caller, kind: code}
    agent: agent
    unit: team
    issue_1: issue
    channel: channel
    outcome: {from: outcome, values: {answered: answered, abandoned: abandoned}}
    queue_seconds: queue
    talk_seconds: talk
    rating: rating
    transferred: {from: moved, values: {"y": true, "n": false}}
    dispatched: {from: sent, values: {"y": true, "n": false}}
orders:
  files: orders.csv
  columns:
    order_id: order
    call_id: call
    created_at: {from: created, formats: "%Y-%m-%d %H:%M:%S"}
    responded_at: {from: responded, formats: "%Y-%m-%d %H:%M:%S"}
    closed_at: {from: closed, formats: "%Y-%m-%d %H:%M:%S"}
    category_1: issue
    department: department
    returned: {from: returned, values: {"y": true, "n": false}}
    reopened: {from: reopened, values: {"y": true, "n": false}}
order_steps:
  files: steps.csv
  columns:
    order_id: order
    step: step
    department: department
    started_at: {from: begun, formats: "%Y-%m-%d %H:%M:%S"}
    ended_at: {from: ended, formats: "%Y-%m-%d %H:%M:%S"}
sessions:
  files: sessions.csv
  columns:
    session_id: session
    caller: {from: caller, kind: code}
    opened_at: {from: opened, formats: "%Y-%m-%d %H:%M:%S"}
surveys:
  files: surveys.csv
  columns: {survey_id: survey, call_id: call, invited_at: {from: invited, formats: "%Y-%m-%d %H:%M:%S"}, answered: {from: answered, values: {"y": true, "n": false}}, item_1: whole, item_2: speed, need: need, theme: theme}
items:
  item_1: {name: {zh: 总体, en: Overall}, scale: [1, 5]}
  item_2: {name: {zh: 速度, en: Speed}, scale: [1, 5]}
"""
ISSUES = {"供水": 0.26, "供电": 0.22, "交通": 0.18, "社保": 0.14, "物业": 0.1, "噪音": 0.05, "路灯": 0.04, "绿化": 0.01}
CHANNELS = {"电话": 0.88, "微信": 0.09, "网站": 0.02, "短信": 0.01}
RARE = ("噪音", "路灯", "绿化")  # of which an order is seldom made


def scattered(factory) -> Path:
    """Its params, shared by all tests of a run."""
    return shared(factory, "scattered", write) / "p.yaml"


def write(folder: Path) -> None:
    rng = np.random.default_rng(7)
    calls = _calls(rng)
    orders = _orders(rng, calls[calls["sent"] == "y"])
    asked = calls[(calls["outcome"] == "answered") & (rng.random(len(calls)) < 0.4)]
    tables = {
        "calls": calls, "orders": orders, "steps": _steps(rng, orders), "surveys": _surveys(rng, asked),
        "sessions": pd.DataFrame({"caller": rng.choice(calls["caller"], 400), "opened": _text(FIRST + _seconds(rng, 400))}).assign(session=np.arange(400)),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "p.yaml").write_text(PARAMS, encoding="utf-8")


def _calls(rng: np.random.Generator) -> pd.DataFrame:
    issue, who = (
        rng.choice(list(ISSUES), CALLS, p=list(ISSUES.values())),
        np.where(rng.random(CALLS) < 0.92, rng.integers(0, 2500, CALLS), rng.integers(2500, 2512, CALLS)),
    )
    answered = rng.random(CALLS) < 0.88
    sent = answered & (rng.random(CALLS) < np.where(np.isin(issue, RARE), 0.06, 0.3))
    return pd.DataFrame({
        "call": [f"C{n}" for n in range(CALLS)], "start": _text(FIRST + np.sort(_seconds(rng, CALLS))), "caller": [f"c{n}" for n in who], "agent": rng.choice(list("甲乙丙丁戊己"), CALLS),
        "team": rng.choice(["一班", "二班"], CALLS), "issue": issue, "channel": rng.choice(list(CHANNELS), CALLS, p=list(CHANNELS.values())), "outcome": np.where(answered, "answered", "abandoned"),
        "queue": rng.exponential(20, CALLS).astype(int), "talk": np.where(answered, rng.gamma(2, 90, CALLS).astype(int) + 5, 0), "rating": np.where(answered, rng.choice([1, 2, 3, 4, 5], CALLS, p=[0.02, 0.03, 0.05, 0.3, 0.6]), 0),
        "moved": np.where(answered & (rng.random(CALLS) < 0.04), "y", "n"), "sent": np.where(sent, "y", "n"),
    }).replace({"rating": {0: ""}})  # fmt: skip


def _orders(rng: np.random.Generator, calls: pd.DataFrame) -> pd.DataFrame:
    n, end = len(calls), FIRST + pd.Timedelta(days=DAYS)
    created = pd.to_datetime(calls["start"]) + pd.Timedelta(minutes=5)
    closed = created + pd.to_timedelta(rng.gamma(2, 20, n), unit="h")
    open_ = (rng.random(n) < 0.02) | (closed >= end)
    responded = created + pd.to_timedelta(rng.gamma(2, 3, n), unit="h")
    return pd.DataFrame({
        "order": [f"W{k}" for k in range(n)], "call": calls["call"], "created": _text(created), "responded": _text(responded.where(responded < end)), "closed": _text(closed.mask(open_)),
        "issue": calls["issue"], "department": [f"{word}局" for word in calls["issue"]],
        "returned": np.where(rng.random(n) < 0.03, "y", "n"), "reopened": np.where(rng.random(n) < 0.02, "y", "n"),
    })  # fmt: skip


def _steps(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    """Each order's departments: most have one, few are passed on three times or more; the last step is seldom one of two others."""
    rows, end = [], FIRST + pd.Timedelta(days=DAYS)
    for order, at, own in zip(orders["order"], pd.to_datetime(orders["created"]), orders["department"], strict=True):
        hops = int(rng.choice(5, p=[0.65, 0.25, 0.07, 0.02, 0.01]))
        for hop in range(hops + 1):
            done = at + pd.Timedelta(hours=float(rng.exponential(20)))
            step = str(rng.choice(["办理", "会签", "督办"], p=[0.95, 0.03, 0.02]))
            rows.append((order, step, own if hop % 2 == 0 else f"转{hop}", at, done if done < end and rng.random() > 0.03 else pd.NaT))
            at = done
    frame = pd.DataFrame(rows, columns=["order", "step", "department", "begun", "ended"])
    return frame.assign(begun=_text(frame["begun"]), ended=_text(frame["ended"]))


def _surveys(rng: np.random.Generator, asked: pd.DataFrame) -> pd.DataFrame:
    n = len(asked)
    answered = rng.random(n) < 0.5
    said = {name: np.where(answered, rng.choice([1, 2, 3, 4, 5], n, p=[0.02, 0.03, 0.15, 0.4, 0.4]), 0) for name in ("whole", "speed")}
    words = {
        name: np.where(answered, rng.choice(given, n, p=[0.7, 0.27, 0.03]), "")
        for name, given in (("need", ["一次解决", "接得快", "态度"]), ("theme", ["太慢", "很好", "推诿"]))
    }
    frame = pd.DataFrame(
        {
            "survey": np.arange(n),
            "call": asked["call"].to_numpy(),
            "invited": asked["start"].to_numpy(),
            "answered": np.where(answered, "y", "n"),
            **said,
            **words,
        }
    )
    return frame.replace({name: {0: ""} for name in said})


def _seconds(rng: np.random.Generator, n: int) -> pd.TimedeltaIndex:
    """Of the days by day: most calls come in the morning."""
    return pd.to_timedelta(rng.integers(0, DAYS, n) * 86_400 + np.clip(rng.normal(12, 3, n), 0, 23.9) * 3600, unit="s").floor("s")


def _text(at) -> list[str]:
    return [f"{t:%Y-%m-%d %H:%M:%S}" if not pd.isna(t) else "" for t in pd.to_datetime(at)]
