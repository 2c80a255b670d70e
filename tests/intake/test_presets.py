"""Presets lie under the user's settings; legs and events of a call are merged into the call."""

import pytest

from hotline_analysis import presets
from hotline_analysis.errors import BadParams, HotlineError
from hotline_analysis.intake.store import Store
from hotline_analysis.params import load
from tests.intake.storing import built, rows

CDR = """accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,disposition,amaflags,uniqueid,userfield,peeraccount,linkedid,sequence
,13800000001,12345,in,x,c,,Queue,q,2024-03-01 09:00:00,2024-03-01 09:00:00,2024-03-01 09:00:20,20,20,ANSWERED,3,1.1,,,L1,1
,13800000001,801,in,x,c,PJSIP/801,Dial,q,2024-03-01 09:00:20,2024-03-01 09:00:30,2024-03-01 09:02:30,130,120,ANSWERED,3,1.2,,,L1,2
,13800000001,802,in,x,c,PJSIP/802,Dial,q,2024-03-01 09:02:30,2024-03-01 09:02:40,2024-03-01 09:03:40,70,60,ANSWERED,3,1.3,,,L1,3
,13800000002,801,in,x,c,PJSIP/801,Dial,q,2024-03-01 10:00:00,,2024-03-01 10:00:15,15,0,NO ANSWER,3,2.1,,,L2,1
,13800000002,802,in,x,c,PJSIP/802,Dial,q,2024-03-01 10:00:00,,2024-03-01 10:00:15,15,0,NO ANSWER,3,2.2,,,L2,2
,13800000003,12345,in,x,c,,Playback,q,2024-03-01 11:00:00,2024-03-01 11:00:00,2024-03-01 11:00:05,5,5,ANSWERED,3,3.1,,,L3,1
"""
QUEUE = """time,callid,queuename,agent,event,data1,data2,data3,data4,data5
2024-03-01 08:00:00,NONE,NONE,NONE,QUEUESTART,,,,,
2024-03-01 09:00:00,c1,q,NONE,ENTERQUEUE,,13800000001,1,,
2024-03-01 09:00:15,c1,q,801,RINGNOANSWER,15000,,,,
2024-03-01 09:00:20,c1,q,802,CONNECT,20,c9,5,,
2024-03-01 09:02:20,c1,q,802,COMPLETECALLER,20,120,1,,
2024-03-01 09:10:00,c2,q,NONE,ENTERQUEUE,,13800000002,1,,
2024-03-01 09:11:00,c2,q,NONE,ABANDON,1,1,60,,
"""


def of(folder, text: str, exported: str) -> Store:
    (folder / "a.csv").write_text(exported, encoding="utf-8")
    path = folder / "x.yaml"
    path.write_text(f"title: x\nkey: published\npublic: true\n{text}", encoding="utf-8")
    return built(path)


def test_legs_of_a_call_are_one_call_answered_by_the_last_agent(tmp_path):
    store = of(tmp_path, "calls: {preset: asterisk_cdr, files: a.csv}\n", CDR)
    columns = "call_id, outcome, agent_first, agent, talk_seconds, transferred, end_s - start_s, answered_s - start_s"
    assert rows(store, columns) == [
        ("L1", "answered", "PJSIP/801", "PJSIP/802", 180, True, 220, 30),  # the queue's own pick-up is no answer
        ("L2", "abandoned", None, None, None, False, 15, None),  # two phones rang: one call, and nobody handled it
        ("L3", None, None, None, None, False, 5, None),  # a menu alone: no outcome is told
    ]
    assert store.ledgers[0].events == 3


def test_events_of_a_queue_are_one_call(tmp_path):
    store = of(tmp_path, "calls: {preset: asterisk_queue_log, files: a.csv}\n", QUEUE)
    columns = "call_id, outcome, agent, queue_seconds, talk_seconds, end_s - start_s, caller_state"
    assert rows(store, columns) == [
        ("c1", "answered", "802", 20, 120, 140, "known"),
        ("c2", "abandoned", None, None, None, 60, "known"),
    ]
    assert store.ledgers[0].left_out == {"outcome test": 1} and store.ledgers[0].events == 4


def test_own_settings_win_and_an_empty_text_takes_one_away(tmp_path):
    store = of(
        tmp_path, "preset: asterisk_cdr\ncalls: {files: a.csv, columns: {queue: '', issue_1: dcontext, talk_seconds: duration}}\n", CDR
    )
    assert rows(store, "issue_1, talk_seconds")[0] == ("in", 200)
    (source,) = store.params.calls
    assert "queue" not in source.columns and source.preset == "asterisk_cdr"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "calls: {preset: asterisk_crd, files: a.csv}\n",
            "x.yaml › calls › preset: 'asterisk_crd' is not known. Did you mean 'asterisk_cdr'?",
        ),
        ("orders: {preset: asterisk_cdr, files: a.csv}\n", "x.yaml › orders › preset: 'asterisk_cdr' reads calls, not orders."),
        (
            "preset: asterisk_cdr\norders: {files: a.csv, columns: {created_at: start}}\n",
            "x.yaml › preset: 'asterisk_cdr' reads calls, which is not named here.",
        ),
        (
            "calls: {preset: yeastar_cdr, files: a.csv, columns: {caller: {from: src, kind: phone}, agent: dstchannel, started_at: start, call_id: linkedid}, key: linkedid}\n",
            "a.csv › preset 'yeastar_cdr' does not fit: it misses the columns queues, call_type, last_status, routing_duration, handling_duration. "
            "Say under columns which headers take their place, or an empty text for what this export does not have.",
        ),
        (
            "orders: {files: a.csv, events: {key: linkedid, take: merged}, columns: {created_at: start}}\n",
            "x.yaml › orders › events › take: only legs of calls are merged; write first or last.",
        ),
    ],
)
def test_what_does_not_fit_is_a_sentence(tmp_path, text, sentence):
    with pytest.raises(HotlineError) as fault:
        of(tmp_path, text, CDR)
    assert str(fault.value) == sentence and isinstance(fault.value, BadParams) and fault.value.code == 64


def test_every_preset_loads_and_knows_the_columns_that_it_maps(tmp_path):
    for name, preset in presets.known().items():
        path = tmp_path / "x.yaml"
        path.write_text("title: x\n" + "".join(f"{table}: {{preset: {name}, files: a.csv}}\n" for table in preset.tables), encoding="utf-8")
        params = load(path)
        for table in preset.tables:
            assert params.sources(table)[0].preset == name
            assert set(preset.mapped(table)) <= set(preset.headers), name
