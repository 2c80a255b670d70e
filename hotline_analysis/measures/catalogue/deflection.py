"""分流: sessions that the bot ended and that stayed ended: nobody came back, by chat or by telephone, within some hours (C02, B09).

`intelligent.bot_alone` counts every session that was never handed over; who gave up and telephoned is among them. Of known callers only: nobody can
tell whether an anonymous one came back.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from hotline_analysis.measures import chats
from hotline_analysis.measures.cases import estimate_of
from hotline_analysis.measures.definition import HOUR
from hotline_analysis.measures.frames import pandas
from hotline_analysis.measures.indicators import MANAGEMENT, SUPPORT, Indicator, offered_calls, said
from hotline_analysis.measures.periods import Period
from hotline_analysis.measures.view import View
from hotline_analysis.params import Params
from hotline_analysis.words import PERCENT, Term

CHAPTER, CONTAINED = "intelligent", "bot_contained"


def declared(params: Params) -> tuple[Indicator, ...]:
    return (_contained(params.service.contained_hours),)


def _contained(hours: float) -> Indicator:
    return Indicator(
        CONTAINED, Term(f"机器人解决率（{hours:g}小时内未再联系）", f"Ended by the bot, no contact for {hours:g} h"),
        said("仅由机器人服务且未再联系的会话", "sessions of the bot alone whose caller did not come back", "sessions", "served_by", "caller"),
        said("已识别来访人、已看满时间的会话", "sessions of known callers that could be watched for so long", "sessions", "served_by", "caller"), PERCENT, "higher",
        Term(f"未转人工、且来访人至会话结束后{hours:g}小时（没有结束时间的自开始起算）既未再来会话也未来电的会话÷全部会话；只看已识别来访人、能看满{hours:g}小时的会话", f"sessions never handed over whose caller neither chatted nor telephoned until {hours:g} h after the end (after the opening where the end is not known), over all sessions; of known callers and sessions that could be watched for {hours:g} h"),
        Term("与机器人独立完成占比之差，是被拦下而没有解决的", "its distance to the share served by the bot alone is what was held off and not solved"),
        Term("差距大的诉求，先修知识再谈拦截", "where the distance is large, repair the knowledge first"), "F2 C02; F1 B09",
        audience=(SUPPORT, MANAGEMENT), estimate=estimate_of(_sessions), most=1, chapter=CHAPTER, family="bot_interception",
    )  # fmt: skip


def awaited(view: View) -> dict[str, date]:
    """`sessions`, and the day on which the period's last one has been watched for so long; nothing where it has been, or nobody is known."""
    known = _of_known(view)
    ends = known.loc[known["start_s"].between(view.period.start_s, view.period.end_s - 1), "from_s"]
    behind = max(float(ends.max()) - view.period.end_s, 0) / HOUR if len(ends) else 0  # the last may end after the period
    day = view.watched_on(behind + view.params.service.contained_hours)
    return {"sessions": day} if day and len(ends) else {}


def _of_known(view: View) -> pd.DataFrame:
    """Sessions of a known caller of which it is known who served; from_s: their end, from which their caller's silence counts, or their opening where it is not known."""
    frame = chats.sessions(view, "caller", "closed_s")
    frame = frame[frame["caller"].notna() & frame["served_by"].notna()] if {"caller", "served_by"} <= set(frame) else frame[:0]
    opened = frame["start_s"].astype(float)
    closed = pd.to_numeric(frame["closed_s"]).astype(float) if "closed_s" in frame else opened
    return frame.assign(from_s=closed.where(closed >= opened, opened))


def _sessions(view: View, periods: Sequence[Period], indicator: Indicator) -> pd.DataFrame:
    watch, frame = HOUR * view.params.service.contained_hours, _of_known(view)
    frame = frame[frame["from_s"] + watch <= view.seen_until(frame["from_s"])]
    back = _next_contact(view, frame) - frame["from_s"].to_numpy()  # below 0 of whoever did not wait for the end
    return frame.assign(k=((frame["served_by"] == "bot") & ~(back <= watch)).astype(int), n=1)


def _next_contact(view: View, frame: pd.DataFrame) -> np.ndarray:
    """When the caller of each session next opened another or telephoned, after it was opened; nan where never."""
    contacts = [chats.sessions(view, "caller")[["caller", "start_s"]]]
    if "calls" in view.tables:
        calls = offered_calls(view)
        if {"caller", "start_s"} <= set(calls.collect_schema().names()):
            contacts.append(pandas(calls.select("caller", "start_s")))
    known = pd.concat(contacts).dropna().astype("int64").drop_duplicates().sort_values("start_s").rename(columns={"start_s": "next_s"})
    asked = frame[["caller", "start_s"]].astype("int64").assign(place=np.arange(len(frame))).sort_values("start_s")
    found = pd.merge_asof(asked, known, left_on="start_s", right_on="next_s", by="caller", direction="forward", allow_exact_matches=False)
    return found.sort_values("place")["next_s"].to_numpy(float)
