"""Presets lie under the user's settings; legs and events of a call are merged into the call."""

import pytest

from hotline_analysis import presets
from hotline_analysis.errors import BadParams, DataRefused, HotlineError
from hotline_analysis.intake.checks import checks
from hotline_analysis.intake.store import Store
from hotline_analysis.params import Params, load
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
        (
            "L2",
            "abandoned",
            None,
            None,
            None,
            None,
            15,
            None,
        ),  # two phones rang: one call, and nobody handled it, so that nobody passed it on
        ("L3", None, None, None, None, None, 5, None),  # a menu alone: no outcome is told
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


LEGS = """leg,id,s,a,e,g,t,i1,i2,c
1,X,2024-03-01 09:00:00,2024-03-01 09:00:10,2024-03-01 09:01:10,g1,60,水,水管,13800000001
2,X,2024-03-01 09:01:10,2024-03-01 09:01:20,2024-03-01 09:02:00,g2,40,电,,13800000001
"""
COLUMNS = (
    "{call_id: {from: id, unknown: ？}, started_at: s, answered_at: a, ended_at: e, agent: g, talk_seconds: t, issue_1: i1, issue_2: i2, "
    "caller: {from: c, kind: phone}}"
)
MERGED = f"{{files: a.csv, events: {{key: id, take: merged}}, columns: {COLUMNS}}}"
SEEN = "call_id, agent, talk_seconds, answered_s - start_s, end_s - start_s"


def found(store: Store) -> dict[str, tuple[int, str]]:
    frame = checks(store.connection, {"calls": store.table("calls")}, store.ledgers, store.params)
    return {r.check: (r.count, r.severity) for r in frame.itertuples()}


def test_legs_read_the_columns_of_their_own_export(tmp_path):
    """另一个导出有“结果”列：本导出各段仍按有无应答时间认定接听。"""
    (tmp_path / "b.csv").write_text("id,s,o\nX,2024-03-01 09:00:30,ok\n", encoding="utf-8")
    other = (
        "{files: b.csv, events: {key: id, take: merged}, columns: {call_id: id, started_at: s, outcome: {from: o, values: {ok: answered}}}}"
    )
    store = of(tmp_path, f"calls: [{MERGED}, {other}]\n", LEGS)
    assert rows(store, f"{SEEN}, outcome, transferred") == [
        ("X", "g2", 100, 10, 120, None, True),
        ("X", None, None, None, None, "answered", None),  # one number, and another system's call
    ]


@pytest.mark.parametrize(
    ("more", "calls"),
    [
        ("3,X,2024-09-01 09:00:00,2024-09-01 09:00:05,2024-09-01 09:01:00,g3,55,,,13800000001", 2),  # the number comes again in autumn
        ("3,X,2024-03-01 09:02:05,2024-03-01 09:02:10,2024-03-01 09:03:00,g3,50,,,13800000002", 2),  # and with another caller
        ("3,X,2024-03-01 15:02:01,2024-03-01 15:02:10,2024-03-01 15:03:00,g3,50,,,", 2),  # six hours and a second after the last end
        ("3,X,2024-03-01 15:02:00,2024-03-01 15:02:10,2024-03-01 15:03:00,g3,50,,,", 1),
        ("3,X,2024-03-01 09:02:05,2024-03-01 09:02:10,2024-03-01 09:03:00,g3,50,,,801", 1),  # an extension is nobody's number
    ],
)
def test_one_key_of_several_calls_is_split_and_told(tmp_path, more, calls):
    store = of(tmp_path, f"calls: {MERGED}\n", f"{LEGS}{more}\n")
    first = ("X", "g2", 100, 10, 120)
    assert len(rows(store, SEEN)) == calls and (rows(store, SEEN)[0] == first) is (calls == 2)
    assert found(store).get("keys used again") == ((1, "severe") if calls == 2 else None)
    assert store.ledgers[0].unaccounted == 0 and store.ledgers[0].events == 3 - calls


def test_a_leg_without_a_caller_is_of_the_call_beside_it(tmp_path):
    """编号秋天重新使用：先有一段没有来电人，与随后的乙合为一次，不归春天的甲。"""
    autumn = "3,X,2024-09-01 09:00:00,,2024-09-01 09:00:10,,,,,\n4,X,2024-09-01 09:00:10,2024-09-01 09:00:20,2024-09-01 09:01:00,g3,40,,,13800000002\n"
    store = of(tmp_path, f"calls: {MERGED}\n", LEGS + autumn)
    assert rows(store, SEEN) == [("X", "g2", 100, 10, 120), ("X", "g3", 40, 20, 60)]


def test_files_moved_between_entries_are_merged_anew(tmp_path):
    """同一编号的两个文件：同属一个来源为一次，分属两个来源为两次，换设置后重算。"""
    first, second = (LEGS.splitlines()[n] for n in (1, 2))
    (tmp_path / "b.csv").write_text(f"{LEGS.splitlines()[0]}\n{second}\n", encoding="utf-8")
    for files, calls in (("[a.csv, b.csv]", 1), ("a.csv", 2), ("[a.csv, b.csv]", 1)):
        rest = [MERGED.replace("a.csv", "b.csv")] if calls == 2 else []
        text = f"calls: [{', '.join([MERGED.replace('a.csv', files), *rest])}]\n"
        assert rows(of(tmp_path, text, f"{LEGS.splitlines()[0]}\n{first}\n"), "count(*)") == [(calls,)]


def test_calls_of_one_key_that_run_side_by_side_are_two(tmp_path):
    """编号串用：甲、乙两人的各段交错，各自合为一次。"""
    legs = "".join(f"{n},X,2024-03-01 09:0{n}:00,,2024-03-01 09:0{n}:50,,,,,1380000000{n % 2}\n" for n in range(1, 5))
    store = of(tmp_path, f"calls: {MERGED}\n", LEGS.splitlines()[0] + "\n" + legs)
    assert rows(store, "strftime(started_at, '%M'), end_s - start_s") == [("01", 170), ("02", 170)]


def test_a_key_that_says_nobody_joins_nothing(tmp_path):
    """编号为0、0000、NONE、-、NULL，或设置所列的 ？：不是编号，各行自成一次。"""
    legs = "".join(
        f"{n},{key},2024-03-01 09:0{n}:00,,2024-03-01 09:0{n}:50,,,,,\n"
        for n, key in enumerate(["0", "0", "0000", "0000", "NONE", "none", "-", "-", "？", "？"])
    )
    store = of(tmp_path, f"calls: {MERGED}\n", LEGS.splitlines()[0] + "\n" + legs)
    assert rows(store, "count(*)") == [(10,)] and "keys used again" not in found(store)


def test_the_talk_of_agents_at_once_is_no_longer_than_the_call(tmp_path):
    consult = LEGS.replace("09:01:10,g1,60", "09:02:00,g1,110")  # g1 stays in the call while g2 talks
    assert rows(of(tmp_path, f"calls: {MERGED}\n", consult), SEEN) == [("X", "g2", 120, 10, 120)]


def test_the_levels_of_a_path_are_of_one_leg(tmp_path):
    """第一段 水/水管，第二段 电：来电为 电，没有二级；没有一级的段不改变分类。"""
    silent = "3,X,2024-03-01 09:02:00,,2024-03-01 09:02:10,,,,阀门,13800000001\n"
    assert rows(of(tmp_path, f"calls: {MERGED}\n", LEGS + silent), "issue_1, issue_2") == [("电", None)]


def test_own_events_take_the_place_of_the_key_of_a_preset(tmp_path):
    """每六次来电有一次转接为两段：六十次来电，转接的通话时长相加。"""
    header = "uid,time,call_type,call_from_number,last_participant_number,queues,last_status,routing_duration,handling_duration\n"
    told = ""
    for n in range(60):
        told += f"K{n},2024-03-01 {8 + n // 6:02d}:{n % 6}0:00,Inbound,138000000{n:02d},801,q,ANSWERED,5,60\n"
        told += f"K{n},2024-03-01 {8 + n // 6:02d}:{n % 6}1:05,Inbound,138000000{n:02d},802,q,ANSWERED,5,40\n" if n % 6 == 0 else ""
    store = of(tmp_path, "calls: {preset: yeastar_cdr, files: a.csv, events: {key: uid, take: merged}}\n", header + told)
    assert rows(store, "count(*), sum(talk_seconds), count_if(transferred)") == [(60, 4000, 10)]


def test_a_when_that_no_row_of_any_file_meets_is_refused(tmp_path):
    wrong = MERGED.replace("talk_seconds: t", "talk_seconds: {from: t, when: {g: G-1}}")
    sentence = "x.yaml › calls › columns › talk_seconds › when › no row of a.csv holds it in g. Write the words as the export does, or leave the column out."
    with pytest.raises(DataRefused) as fault:
        of(tmp_path, f"calls: {wrong}\n", LEGS)
    assert str(fault.value) == sentence
    (tmp_path / "b.csv").write_text(LEGS.replace("g2", "G-1"), encoding="utf-8")
    assert rows(of(tmp_path, f"calls: {wrong.replace('a.csv', '[a.csv, b.csv]')}\n", LEGS), "talk_seconds")  # one file has it


def test_a_pattern_that_may_meet_another_word_keeps_no_secret():
    rule = {"from": "c", "kind": "phone", "when": {"g": "E+"}}
    with pytest.raises(ValueError, match="'c' is an identity of the caller"):
        Params.model_validate(
            {
                "title": "x",
                "calls": {"files": "a.csv", "columns": {"started_at": "s", "caller": rule, "queue": {"from": "c", "when": {"g": "1E+5"}}}},
            }
        )


FREESWITCH = """xml_cdr_uuid,bridge_uuid,leg,direction,caller_id_number,start_stamp,answer_stamp,end_stamp,billsec,status,hangup_cause,cc_queue,cc_agent,waitsec,hold_accum_seconds
u1,u2,a,inbound,13800000001,2024-03-01 09:00:00,2024-03-01 09:00:10,2024-03-01 09:02:10,120,answered,NORMAL_CLEARING,q,801,10,0
u2,u1,b,inbound,13800000001,2024-03-01 09:00:02,2024-03-01 09:00:10,2024-03-01 09:02:10,120,answered,NORMAL_CLEARING,q,801,10,0
u3,,b,inbound,13800000001,2024-03-01 09:00:02,,2024-03-01 09:00:10,0,no_answer,LOSE_RACE,q,802,10,0
"""


def test_the_legs_to_the_phones_are_no_contacts(tmp_path):
    store = of(tmp_path, "calls: {preset: freeswitch_cdr, files: a.csv}\n", FREESWITCH)
    assert rows(store, "call_id, outcome, agent, talk_seconds") == [("u1", "answered", "801", 120)]
    assert store.ledgers[0].left_out == {"channel leg b": 2}
    own = "calls: {preset: freeswitch_cdr, files: a.csv, columns: {channel: ''}}\n"
    assert len(rows(of(tmp_path, own, FREESWITCH), "call_id")) == 3  # without the outcome nothing is left out by it


@pytest.mark.parametrize("event", ["BLINDTRANSFER,900,ctx", "ATTENDEDTRANSFER,BRIDGE,b1", "TRANSFER,900,ctx"])
def test_a_call_that_the_agent_passed_on_has_its_end_and_its_talk(tmp_path, event):
    """排队20秒，通话120秒后转出：已转接，有结束时间和通话时长。"""
    log = QUEUE.replace("COMPLETECALLER,20,120,1,,", f"{event},20,120,1")
    store = of(tmp_path, "calls: {preset: asterisk_queue_log, files: a.csv}\n", log)
    columns = "call_id, outcome, agent, talk_seconds, end_s - start_s, transferred"
    assert rows(store, columns) == [("c1", "answered", "802", 120, 140, True), ("c2", "abandoned", None, None, 60, None)]


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
            "calls: {preset: asterisk_cdr, files: a.csv, key: linkedid}\n",
            "x.yaml › calls › key: all legs of a call share linkedid, so that one of them would stay; name what tells legs apart, or leave 'key' out.",
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
