"""The slow obvious loop: for every index call, look at every other call. What the gap table must agree with."""

LEVELS = ("issue_1", "issue_2", "issue_3")


def left_out(row: dict, rule) -> bool:
    pairs = [p.partition("=")[::2] for p in rule.leave_out]
    return any(row.get(column) == value for column, value in pairs)


def in_scope(row: dict, scope: str) -> bool:
    return scope == "all" or row.get("outcome") == "answered"


def lasted(row: dict, *names: str) -> int:
    return sum(row.get(name) or 0 for name in names)


def end(row: dict) -> int | None:
    """When the call ended: as written, or by what is known of its parts; None where nobody can say."""
    start = row["start_s"]
    waited = start + lasted(row, "menu_seconds", "queue_seconds", "ring_seconds")
    begun = waited if row.get("answered_s") is None else row["answered_s"]
    talked = (row.get("talk_seconds") or 0) > 0 and row.get("end_s") in (start, begun)
    if row.get("end_s") is not None and row["end_s"] >= start and not talked:
        return row["end_s"]
    if row.get("talk_seconds") is not None:
        return begun + lasted(row, "talk_seconds", "hold_seconds")
    return None if row.get("outcome") in (None, "answered") else waited


def reference(row: dict, rule) -> int:
    known = None if rule.clock == "start" else end(row)
    return row["start_s"] if known is None else max(known, row["start_s"])


def is_callback(other: dict, rule) -> bool:
    if not in_scope(other, rule.callback_scope) or (rule.open_orders == "apart" and rule.direction == "look-ahead" and other["chase"]):
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
    if rule.open_orders == "apart" and rule.direction == "look-back" and row["chase"]:
        return None
    found = [
        o
        for o in rows
        if o is not row
        and is_callback(o, rule)
        and o["who"] == row["who"]
        and not reset_between(row, o, row["resets"])
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


def identity(row: dict, rule) -> int | None:
    """The first of the definition's keys that is known."""
    for key in rule.identity.split(","):
        value = row.get("caller" if key == "caller" else f"caller_{key}")
        if value is not None:
            return value
    return None


def reset_between(row: dict, other: dict, resets: list[tuple]) -> bool:
    """Whether the hotline reached the caller between the two."""
    first, last = sorted([(row["start_s"], row["seq"]), (other["start_s"], other["seq"])])
    return any(first < out < last for out in resets)


def is_chase(row: dict, rows: list[dict], orders: list[dict], rule) -> bool:
    """Whether some order that this call did not open was open and not yet due when it came."""
    for order in orders:
        until = min(s for s in (order["due_s"], order.get("closed_s")) if s is not None) if order["due_s"] is not None else None
        open_then = until is not None and order["created_s"] < row["start_s"] < until
        if open_then and order.get("call_id") != row["call_id"] and is_about(row, order, rows, rule):
            return True
    return False


def is_about(row: dict, order: dict, rows: list[dict], rule) -> bool:
    if "order_id" in row and "order_id" in order:
        return row["order_id"] is not None and row["order_id"] == order["order_id"]
    if "caller" in order:
        return row["who"] is not None and row["who"] == identity(order, rule)
    return any(r["call_id"] == order["call_id"] and r["who"] is not None and r["who"] == row["who"] for r in rows)


def gaps(rows: list[dict], rule, *, start_s: int, end_s: int, orders: list[dict] = ()) -> list[dict]:
    """One dict an index call: seq, gap_s, gap_same_1_s, next_seq, follow_s."""
    rows = [{**r, "who": identity(r, rule)} for r in rows]
    rows = [{**r, "chase": rule.open_orders == "apart" and is_chase(r, rows, orders, rule)} for r in rows]
    rows = [r for r in rows if r["who"] is not None and not left_out(r, rule) and start_s <= r["start_s"] < end_s]
    out = [r for r in rows if rule.outbound == "reset" and r.get("direction") == "out" and r.get("outcome") in (None, "answered")]
    rows = [r for r in rows if r.get("direction") in (None, "in")]
    rows = [{**r, "resets": [(o["start_s"], o["seq"]) for o in out if o["who"] == r["who"]]} for r in rows]
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


def controls(rows: list[dict], rule, weeks: list[int], *, start_s: int, end_s: int) -> list[dict]:
    """One dict an index call (looking ahead): seq, and for each number of weeks (gap from the control instant, how long it is watched)."""
    known = [{**r, "who": identity(r, rule)} for r in rows if not left_out(r, rule) and start_s <= r["start_s"] < end_s]
    known = [r for r in known if r["who"] is not None]
    reached = [r for r in known if rule.outbound == "reset" and r["direction"] == "out" and r["outcome"] in (None, "answered")]
    inbound = [r for r in known if r["direction"] in (None, "in")]
    out = []
    for row in (r for r in inbound if in_scope(r, rule.index_scope)):
        told = {"seq": row["seq"]}
        for week in weeks:
            instant = reference(row, rule) + week * 7 * 86400
            later = [
                o for o in inbound if o["who"] == row["who"] and is_callback(o, rule) and o["start_s"] >= instant + rule.min_gap_seconds
            ]
            first = min(later, key=lambda o: (o["start_s"], o["seq"]), default=None)
            ended = first and any(
                r["who"] == row["who"] and instant <= r["start_s"] and (r["start_s"], r["seq"]) < (first["start_s"], first["seq"])
                for r in reached
            )
            inside = start_s <= instant < end_s
            told[week] = (first["start_s"] - instant if inside and first and not ended else None, end_s - instant if inside else None)
        out.append(told)
    return sorted(out, key=lambda r: r["seq"])


def chains(rows: list[dict], rule, *, start_s: int, end_s: int, window_s: int) -> dict[str, tuple[int, int]]:
    """Calls counted and calls in the base under each chain rule at one window, by walking along each caller's calls."""
    told = {r["seq"]: r for r in gaps(rows, rule.but(chain="each"), start_s=start_s, end_s=end_s)}
    back = rule.but(chain="each", direction="look-back", index_scope=rule.callback_scope, callback_scope=rule.index_scope)
    before = {r["seq"]: r["gap_s"] for r in gaps(rows, back, start_s=start_s, end_s=end_s)}
    hit = {seq: r["gap_s"] is not None and r["gap_s"] <= window_s for seq, r in told.items()}
    begins = {seq: before.get(seq) is None or before[seq] > window_s for seq in told}
    starts = [seq for seq in told if begins[seq]]
    first = sum(hit[seq] for seq in starts)
    return {"each": (sum(hit.values()), len(told)), "first": (first, len(told)), "cluster": (first, len(starts))}
