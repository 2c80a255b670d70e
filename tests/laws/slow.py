"""The slow obvious loop: for every index call, look at every other call. What the gap table must agree with."""

LEVELS = ("issue_1", "issue_2", "issue_3")


def left_out(row: dict, rule) -> bool:
    pairs = [p.partition("=")[::2] for p in rule.leave_out]
    return any(row.get(column) == value for column, value in pairs)


def in_scope(row: dict, scope: str) -> bool:
    return scope == "all" or row.get("outcome") == "answered"


def reference(row: dict, rule) -> int:
    end = row.get("end_s")
    return row["start_s"] if rule.clock == "start" or end is None else max(end, row["start_s"])


def is_callback(other: dict, rule) -> bool:
    if not in_scope(other, rule.callback_scope):
        return False
    return rule.match != "target" or other[f"issue_{rule.level}"] in rule.targets


def gap_to(row: dict, other: dict, rule) -> int:
    ahead = rule.direction == "look-ahead"
    return max(other["start_s"] - reference(row, rule), 0) if ahead else max(row["start_s"] - reference(other, rule), 0)


def eligible(row: dict, other: dict, rule) -> bool:
    """Whether `other` stands on the right side of `row`, and not too near."""
    ahead = rule.direction == "look-ahead"
    place, others = (row["start_s"], row["seq"]), (other["start_s"], other["seq"])
    if rule.min_gap_seconds:
        if ahead:
            return other["start_s"] >= reference(row, rule) + rule.min_gap_seconds
        return reference(other, rule) <= row["start_s"] - rule.min_gap_seconds
    return others > place if ahead else others < place


def nearest_other(row: dict, rows: list[dict], rule, same_level: int = 0) -> dict | None:
    """The callback that decides: the first eligible one, or the last one before for look-back."""
    path = LEVELS[:same_level]
    if same_level and row[LEVELS[same_level - 1]] is None:
        return None
    found = [
        o
        for o in rows
        if o is not row
        and is_callback(o, rule)
        and o["caller"] == row["caller"]
        and all(o[p] == row[p] for p in path)
        and eligible(row, o, rule)
    ]
    if not found:
        return None
    key = (
        (lambda o: (o["start_s"], o["seq"])) if rule.direction == "look-ahead" else (lambda o: (-_when(o, rule), -o["start_s"], -o["seq"]))
    )
    return min(found, key=key)


def _when(other: dict, rule) -> int:
    return reference(other, rule) if rule.min_gap_seconds else other["start_s"]


def gaps(rows: list[dict], rule, *, start_s: int, end_s: int) -> list[dict]:
    """One dict an index call: seq, gap_s, gap_same_1_s, next_seq, follow_s."""
    rows = [
        r for r in rows
        if r["caller"] is not None and not left_out(r, rule) and start_s <= r["start_s"] < end_s and (r.get("direction") in (None, "in") or rule.outbound != "ignored")
    ]  # fmt: skip
    out = []
    for row in rows:
        if not in_scope(row, rule.index_scope):
            continue
        other, twin = nearest_other(row, rows, rule), nearest_other(row, rows, rule, same_level=1)
        watched = end_s - reference(row, rule) if rule.direction == "look-ahead" else row["start_s"] - start_s
        out.append(
            {
                "seq": row["seq"],
                "gap_s": gap_to(row, other, rule) if other else None,
                "next_seq": other["seq"] if other else None,
                "gap_same_1_s": gap_to(row, twin, rule) if twin else None,
                "follow_s": max(watched, 0),
            }
        )
    return sorted(out, key=lambda r: r["seq"])
