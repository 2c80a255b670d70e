"""Small random hotlines, as Hypothesis draws and as seeded tables."""

import numpy as np
from hypothesis import strategies as st

from tests.spec.frames import in_time

HORIZON = 3 * 86400


def table(rows: list[tuple]) -> dict[str, list]:
    """Columns of calls from (caller, start_s, length_s, issue, outcome) in any order; seq is the row's place in the order of time."""
    return {
        "call_id": [f"c{i}" for i in range(len(rows))],
        "seq": in_time([r[1] for r in rows]),
        "start_s": [r[1] for r in rows],
        "local_s": [r[1] for r in rows],
        "end_s": [r[1] + r[2] for r in rows],
        "caller": [r[0] for r in rows],
        "caller_group": [None if r[0] is None else (r[0] * 37) % 100 for r in rows],
        "issue_1": [r[3] for r in rows],
        "agent": [f"g{(r[1] // 7) % 3}" for r in rows],
        "outcome": [r[4] for r in rows],
        "direction": ["out" if (r[1] + r[2]) % 17 == 0 else "in" for r in rows],
    }


CALL = st.tuples(
    st.one_of(st.none(), st.integers(0, 4)),
    st.integers(0, 599).map(lambda n: n * (HORIZON // 600)) | st.integers(0, HORIZON - 1),
    st.sampled_from([0, 0, 30, 600, 7200]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["answered", "answered", "answered", "abandoned", "test"]),
)
CALLS = st.lists(CALL, min_size=0, max_size=40)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "clock": st.sampled_from(["start", "end"]),
        "index_scope": st.sampled_from(["answered", "all"]),
        "callback_scope": st.sampled_from(["answered", "all"]),
        "direction": st.sampled_from(["look-ahead", "look-back"]),
        "min_gap_seconds": st.sampled_from([0, 60, 3600]),
        "leave_out": st.sampled_from(["outcome=test", "none"]),
    },
)


def random_calls(seed: int, n: int = 60) -> list[tuple]:
    """A seeded table with ties, withheld callers and overlaps."""
    rng = np.random.default_rng(seed)
    starts = rng.choice(HORIZON // 60, n) * 60
    callers = [None if u < 0.15 else int(c) for u, c in zip(rng.random(n), rng.integers(0, max(2, n // 6), n), strict=True)]
    outcomes = rng.choice(["answered", "abandoned", "test"], n, p=[0.75, 0.2, 0.05])
    return [
        (c, int(s), int(d), str(i), str(o))
        for c, s, d, i, o in zip(callers, starts, rng.choice([0, 60, 900, 4000], n), rng.choice(list("abc"), n), outcomes, strict=True)
    ]


def blanked(calls: dict[str, list], seed: int) -> dict[str, list]:
    """The same calls, of which some say how long their parts took, some have no end or one before their start, and some tell nothing of it."""
    rng, n = np.random.default_rng(2000 + seed), len(calls["start_s"])

    def told(values: list[int], share: float) -> list[int | None]:
        return [int(v) if u < share else None for v, u in zip(rng.choice(values, n), rng.random(n), strict=True)]

    parts = {
        "menu_seconds": told([0, 40], 0.5), "queue_seconds": told([0, 90, 700], 0.8), "ring_seconds": told([0, 9], 0.5),
        "talk_seconds": told([0, 30, 900, 5000], 0.6), "hold_seconds": told([0, 600], 0.4),
    }  # fmt: skip
    waited = [None if w is None else s + w for s, w in zip(calls["start_s"], told([0, 50, 800], 0.4), strict=True)]
    ends = [
        None if u < 0.5 else s - 100 if u < 0.6 else s if u < 0.65 else e
        for s, e, u in zip(calls["start_s"], calls["end_s"], rng.random(n), strict=True)
    ]
    outcome = [None if u < 0.1 else o for o, u in zip(calls["outcome"], rng.random(n), strict=True)]
    return {**calls, **parts, "answered_s": waited, "end_s": ends, "outcome": outcome}


def random_hotline(seed: int, n: int = 60) -> tuple[dict[str, list], dict[str, list]]:
    """A seeded table with every column that a finer rule needs, and its orders (columns as in `tests.spec.frames.order_columns`)."""
    rng = np.random.default_rng(1000 + seed)
    calls = table(random_calls(seed, n))

    def sometimes(values, share: float) -> list:
        return [v if u < share else None for v, u in zip(values, rng.random(len(values)), strict=True)]

    calls["caller_phone"] = [None if c is None else int(c) + 100 for c in calls["caller"]]
    calls["caller_person"] = sometimes([int(p) for p in rng.integers(200, 204, n)], 0.5)
    calls["agent_first"] = sometimes([f"g{k}" for k in rng.integers(0, 4, n)], 0.6)
    calls["agent"] = sometimes(calls["agent"], 0.9)
    calls["dispatched"] = sometimes([bool(b) for b in rng.random(n) < 0.4], 0.9)
    calls["department"] = sometimes([f"d{k}" for k in rng.integers(0, 2, n)], 0.7)
    opening = rng.choice(n, max(1, n // 5), replace=False)
    orders = {
        "order_id": [f"w{i}" for i in range(len(opening))],
        "caller": [calls["caller"][i] for i in opening],
        "call_id": sometimes([calls["call_id"][i] for i in opening], 0.8),
        "created_s": [calls["start_s"][i] + int(d) for i, d in zip(opening, rng.choice([0, 60, 3600], len(opening)), strict=True)],
        "due_s": sometimes(
            [calls["start_s"][i] + int(d) for i, d in zip(opening, rng.integers(0, 2 * 86400, len(opening)), strict=True)], 0.9
        ),
        "closed_s": sometimes(
            [calls["start_s"][i] + int(d) for i, d in zip(opening, rng.integers(0, 2 * 86400, len(opening)), strict=True)], 0.5
        ),
    }
    calls["order_id"] = sometimes([f"w{k}" for k in rng.integers(0, len(opening), n)], 0.5)
    return calls, orders
