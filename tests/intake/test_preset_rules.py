"""The rules of every preset on a few rows of its system, the answers by hand. Cells that a row does not name are empty."""

import csv

import pytest

from hotline_analysis import presets
from tests.intake.storing import built, rows

TIMES = "answered_s - start_s, end_s - start_s"
RULES = {
    "asterisk_cdr": (
        "calls",
        [
            {"uniqueid": "1.1", "linkedid": "L1", "lastapp": "Queue", "disposition": "ANSWERED", "start": "2024-03-01 09:00:00", "answer": "2024-03-01 09:00:00", "end": "2024-03-01 09:00:20", "billsec": "20", "src": "13800000001", "sequence": "1"},
            {"uniqueid": "1.2", "linkedid": "L1", "lastapp": "Dial", "dstchannel": "PJSIP/801", "disposition": "ANSWERED", "start": "2024-03-01 09:00:20", "answer": "2024-03-01 09:00:30", "end": "2024-03-01 09:02:30", "billsec": "120", "src": "13800000001", "sequence": "2"},
        ],
        f"call_id, outcome, agent, talk_seconds, transferred, {TIMES}",
        [("L1", "answered", "PJSIP/801", 120, False, 30, 150)],
    ),
    "asterisk_queue_log": (
        "calls",
        [
            {"time": "2024-03-01 09:00:00", "callid": "c1", "queuename": "q", "agent": "NONE", "event": "ENTERQUEUE", "data2": "13800000001"},
            {"time": "2024-03-01 09:00:20", "callid": "c1", "queuename": "q", "agent": "802", "event": "CONNECT", "data1": "20", "data2": "c9", "data3": "5"},
            {"time": "2024-03-01 09:02:20", "callid": "c1", "queuename": "q", "agent": "802", "event": "COMPLETEAGENT", "data1": "20", "data2": "120", "data3": "1"},
            {"time": "2024-03-01 09:03:00", "callid": "c2", "queuename": "q", "agent": "NONE", "event": "ENTERQUEUE", "data2": "13800000001"},
            {"time": "2024-03-01 09:08:00", "callid": "c2", "queuename": "q", "agent": "NONE", "event": "EXITWITHTIMEOUT", "data1": "1"},
        ],
        f"call_id, outcome, agent, queue, queue_seconds, talk_seconds, transferred, {TIMES}",
        [("c1", "answered", "802", "q", 20, 120, False, 20, 140), ("c2", "blocked", None, "q", None, None, None, None, 300)],
    ),
    "bank_1999": (  # the clocks of one night: nobody served at 0:00:00, and an end after midnight is of the next day
        "calls",
        [
            {"vru+line": "AA0101", "call_id": "33116", "customer_id": "9664491", "type": "PS", "date": "990101", "vru_entry": "0:00:31", "vru_time": "5", "q_time": "10", "outcome": "HANG", "ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0", "server": "NO_SERVER"},
            {"vru+line": "AA0101", "call_id": "33117", "customer_id": "0", "type": "NW", "date": "990101", "vru_entry": "23:59:00", "vru_time": "5", "q_time": "0", "outcome": "AGENT", "ser_start": "23:59:10", "ser_exit": "0:01:00", "ser_time": "110", "server": "ANO_SERVERT"},
            {"vru+line": "AA0102", "call_id": "33117", "customer_id": "0", "type": "NW", "date": "990101", "vru_entry": "23:59:30", "vru_time": "5", "q_time": "0", "outcome": "PHANTOM", "ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0", "server": "NO_SERVER"},
        ],
        f"call_id, outcome, agent, issue_1, menu_seconds, queue_seconds, talk_seconds, caller_state, {TIMES}",
        [
            ("AA0101 33116", "abandoned", None, "PS", 5, 10, 0, "known", None, None),
            ("AA0101 33117", "answered", "ANAT", "NW", 5, 0, 110, "withheld", 10, 120),
            ("AA0102 33117", "test", None, "NW", 5, 0, 0, "withheld", None, None),
        ],
    ),
    "beijing_12345": (
        "orders",
        [
            {"工单编号": "W1", "工单类型": "投诉", "问题分类": "住房->物业->电梯", "被反映街乡镇": "甲镇", "来电人电话/账号": "136××××1234", "办结时间": "2024-03-05 10:00:00", "是否解决": "部分解决", "是否满意": "满意"},
            {"工单编号": "W2", "工单类型": "咨询", "问题分类": "供水", "来电人电话/账号": "136××××1234", "办结时间": "2024-03-06 10:00:00", "是否解决": "解决"},
        ],
        "order_id, kind, category_1, category_2, category_3, area, closed_at::VARCHAR, resolved, satisfied, caller",
        [
            ("W1", "投诉", "住房", "物业", "电梯", "甲镇", "2024-03-05 10:00:00", "partly", "满意", None),
            ("W2", "咨询", "供水", None, None, None, "2024-03-06 10:00:00", "yes", None, None),
        ],
    ),
    "call_centre_sheet": (  # 0.0025 of a day is 216 seconds
        "calls",
        [
            {"Call Id": "ID1", "Agent": "Diane", "Date": "2021-01-01", "Time": "09:12:58", "Topic": "Contract", "Answered (Y/N)": "Y", "Resolved": "Y", "Speed of answer in seconds": "109", "AvgTalkDuration": "0.0025", "Satisfaction rating": "3"},
            {"Call Id": "ID2", "Agent": "Becky", "Date": "2021-01-01", "Time": "09:13:00", "Topic": "Admin", "Answered (Y/N)": "N", "Resolved": "N"},
        ],
        "call_id, started_at::VARCHAR, agent, issue_1, outcome, queue_seconds, talk_seconds, rating",
        [
            ("ID1", "2021-01-01 09:12:58", "Diane", "Contract", "answered", 109, 216, 3),
            ("ID2", "2021-01-01 09:13:00", "Becky", "Admin", "abandoned", None, None, None),
        ],
    ),
    "chicago_311": (
        "orders",
        [
            {"sr_number": "SR1", "sr_type": "Graffiti", "sr_short_code": "GRAF", "owner_department": "Streets", "origin": "Mobile", "created_date": "2024-03-01T09:00:00.000", "closed_date": "2024-03-02T09:00:00.000", "community_area": "8", "duplicate": "true"},
            {"sr_number": "SR2", "sr_type": "Graffiti", "created_date": "2024-03-01T10:00:00.000", "duplicate": "false"},
        ],
        "order_id, category_1, category_2, department, channel, area, duplicate, (closed_s - created_s) // 3600",
        [("SR1", "Graffiti", "GRAF", "Streets", "Mobile", "8", True, 24), ("SR2", "Graffiti", None, None, None, None, False, None)],
    ),
    "city_ledger": (
        "orders",
        [{"办件编号": "B1", "市级编号": "S1", "办件来源": "电话", "办理单位": "水务局", "诉求人电话": "13800000001", "事项大类": "供水", "事项小类": "水压", "派发时间": "2024-03-01 09:00:00", "承诺完成时间": "2024-03-06 09:00:00"}],
        "order_id, channel, department, category_1, category_2, caller_state, (due_s - created_s) // 86400",
        [("B1", "电话", "水务局", "供水", "水压", "known", 5)],
    ),
    "cskefu_calls": (
        "calls",
        [
            {"FreeSwitch通话ID": "f1", "主叫号码": "13800000001", "坐席工号": "801", "队列名称": "q", "呼叫方向": "呼入", "通话开始时间": "2024-03-01 09:00:00", "应答时间": "2024-03-01 09:00:08", "通话结束时间": "2024-03-01 09:01:08", "通话时长": "60", "振铃时长": "8", "是否漏话": "false"},
            {"FreeSwitch通话ID": "f2", "主叫号码": "13800000001", "呼叫方向": "呼入", "通话开始时间": "2024-03-01 09:05:00", "通话结束时间": "2024-03-01 09:05:20", "振铃时长": "20", "是否漏话": "是"},
        ],
        f"call_id, agent, direction, outcome, talk_seconds, ring_seconds, {TIMES}",
        [("f1", "801", "in", "answered", 60, 8, 8, 68), ("f2", None, "in", "abandoned", None, 20, None, 20)],
    ),
    "freeswitch_cdr": (
        "calls",
        [
            {"xml_cdr_uuid": "u1", "leg": "a", "direction": "inbound", "caller_id_number": "13800000001", "start_stamp": "2024-03-01 09:00:00", "answer_stamp": "2024-03-01 09:00:10", "end_stamp": "2024-03-01 09:02:10", "billsec": "120", "status": "answered", "cc_queue": "q", "cc_agent": "801", "waitsec": "10", "hold_accum_seconds": "4"},
            {"xml_cdr_uuid": "u2", "leg": "b", "direction": "inbound", "caller_id_number": "13800000001", "start_stamp": "2024-03-01 09:00:02", "end_stamp": "2024-03-01 09:00:10", "billsec": "0", "status": "no_answer", "hangup_cause": "LOSE_RACE"},
            {"xml_cdr_uuid": "u3", "leg": "b", "direction": "inbound", "caller_id_number": "13800000001", "start_stamp": "2024-03-01 09:00:02", "end_stamp": "2024-03-01 09:00:10", "billsec": "0", "hangup_cause": "LOSE_RACE"},
            {"xml_cdr_uuid": "u4", "leg": "a", "direction": "inbound", "caller_id_number": "13800000002", "start_stamp": "2024-03-01 09:10:00", "end_stamp": "2024-03-01 09:10:20", "billsec": "0"},
            {"xml_cdr_uuid": "u5", "leg": "a", "direction": "inbound", "caller_id_number": "13800000003", "start_stamp": "2024-03-01 09:20:00", "end_stamp": "2024-03-01 09:20:30", "billsec": "0", "status": "no_answer", "cc_queue": "q", "waitsec": "30"},
        ],
        f"call_id, direction, channel, outcome, agent, queue, queue_seconds, talk_seconds, hold_seconds, {TIMES}",
        [
            ("u1", "in", None, "answered", "801", "q", 10, 116, 4, 10, 130),  # of 120 s from the answer 4 were hold
            ("u4", "in", None, None, None, None, None, 0, None, None, 20),
            ("u5", "in", None, "abandoned", None, "q", 30, 0, None, None, 30),
        ],
    ),
    "freshdesk_tickets": (
        "orders",
        [{"Ticket ID": "7", "Source": "Phone", "Type": "Question", "Group": "Water", "Created time": "2024-03-01 09:00:00", "Due by Time": "2024-03-04 09:00:00", "Initial response time": "2024-03-01 10:00:00", "Resolved time": "2024-03-02 09:00:00", "Closed time": "2024-03-03 09:00:00", "Survey results": "Happy", "Contact ID": "55"}],
        "order_id, channel, kind, department, caller_state, satisfied, [(t - created_s) // 3600 FOR t IN [responded_s, resolved_s, closed_s, due_s]]",
        [("7", "Phone", "Question", "Water", "known", "Happy", [1, 24, 48, 72])],
    ),
    "nyc_311": (  # the month stands first: 03/04 is the fourth of March; 12 AM is midnight
        "orders",
        [
            {"Unique Key": "1", "Created Date": "03/04/2024 12:30:00 AM", "Closed Date": "03/04/2024 02:30:00 PM", "Agency": "NYPD", "Complaint Type": "Noise", "Descriptor": "Loud Music", "Borough": "BRONX"},
            {"Unique Key": "2", "Created Date": "03/04/2024 09:00", "Due Date": "03/05/2024 09:00", "Agency": "DEP", "Complaint Type": "Water"},
        ],
        "order_id, created_at::VARCHAR, (closed_s - created_s) // 3600, (due_s - created_s) // 3600, category_1, category_2, department, area",
        [
            ("1", "2024-03-04 00:30:00", 14, None, "Noise", "Loud Music", "NYPD", "BRONX"),
            ("2", "2024-03-04 09:00:00", None, 24, "Water", None, "DEP", None),
        ],
    ),
    "open311": (
        "orders",
        [{"service_request_id": "638344", "service_name": "Sidewalk", "agency_responsible": "Streets", "requested_datetime": "2024-03-01T09:00:00", "updated_datetime": "2024-03-03T09:00:00", "expected_datetime": "2024-03-02T09:00:00"}],
        "order_id, category_1, department, (due_s - created_s) // 3600",
        [("638344", "Sidewalk", "Streets", 24)],
    ),
    "petition_messages": (
        "orders",
        [{"留言编号": "1", "留言用户": "U001", "留言主题": "题", "留言时间": "2024/3/1 9:00:00", "答复意见": "复", "答复时间": "2024/3/2 9:00:00", "一级分类": "交通"}],
        "order_id, call_id, caller_state, (responded_s - created_s) // 3600",
        [("1", "1", "known", 24)],
    ),
    "qimo_calls": (
        "calls",
        [
            {"CALL_SHEET_ID": "s1", "CALL_NO": "13800000001", "CONNECT_TYPE": "normal", "STATUS": "dealing", "DISPOSAL_AGENT": "801", "OFFERING_TIME": "2024-03-01 09:00:00", "BEGIN_TIME": "2024-03-01 09:00:10", "END_TIME": "2024-03-01 09:01:10", "QUEUE_NAME": "q", "CALL_TIME_LENGTH": "60", "DISTRICT": "甲市"},
            {"CALL_SHEET_ID": "s2", "CALL_NO": "13800000001", "CONNECT_TYPE": "外呼通话", "STATUS": "并发限制", "OFFERING_TIME": "2024-03-01 09:05:00", "END_TIME": "2024-03-01 09:05:20", "CALL_TIME_LENGTH": "0"},
        ],
        f"call_id, direction, outcome, agent, queue, area, talk_seconds, {TIMES}",
        [("s1", "in", "answered", "801", "q", "甲市", 60, 10, 70), ("s2", "out", "blocked", None, None, None, 0, None, 20)],
    ),
    "qiyu_calls": (
        "calls",
        [
            {"通话ID": "q1", "类型": "呼入", "开启服务时间": "2024-03-01 09:00:00", "结束服务时间": "2024-03-01 09:02:00", "通话时长": "90", "排队时长": "20", "振铃时长": "8", "静音时长": "3", "主叫号码": "13800000001", "分流客服组": "g", "接待客服": "甲", "接听状态": "已接通", "满意度": "不满意", "一级分类": "水", "二级分类": "水压", "三级分类": "低"},
            {"通话ID": "q2", "类型": "呼入", "开启服务时间": "2024-03-01 09:05:00", "接听状态": "排队超时", "满意度": "未评价"},
        ],
        "call_id, direction, outcome, agent, queue, queue_seconds, ring_seconds, talk_seconds, hold_seconds, rating, issue_1, issue_2, issue_3, end_s - start_s",
        [
            ("q1", "in", "answered", "甲", "g", 20, 8, 90, 3, 2, "水", "水压", "低", 120),
            ("q2", "in", "blocked", None, None, None, None, None, None, None, None, None, None, None),
        ],
    ),
    "qualtrics": (  # of the two further lines of heading neither is an answer
        "surveys",
        [
            {"RecordedDate": "Recorded Date", "ResponseId": "Response ID", "DistributionChannel": "Distribution Channel"},
            {"RecordedDate": '{"ImportId":"recordedDate"}', "ResponseId": '{"ImportId":"_recordId"}', "DistributionChannel": '{"ImportId":"distributionChannel"}'},
            {"RecordedDate": "2024-03-01 09:00:00", "ResponseId": "R_1", "DistributionChannel": "email"},
        ],
        "survey_id, answered_at::VARCHAR, channel",
        [("R_1", "2024-03-01 09:00:00", "email")],
    ),
    "san_francisco_311": (
        "orders",
        [{"CaseID": "9", "Opened": "03/04/2024 01:00:00 PM", "Closed": "2024-03-05T13:00:00", "Responsible Agency": "DPW", "Category": "Street", "Request Type": "Litter", "Neighborhood": "Mission", "Source": "Phone"}],
        "order_id, created_at::VARCHAR, (closed_s - created_s) // 3600, category_1, category_2, department, channel, area",
        [("9", "2024-03-04 13:00:00", 24, "Street", "Litter", "DPW", "Phone", "Mission")],
    ),
    "tianrun_calls": (  # 1709280000 is 2024-03-01 16:00:00 in China
        "calls",
        [
            {"uniqueId": "t.1", "customerNumber": "13800000001", "customerCity": "甲市", "cno": "801", "queueName": "q", "startTime": "1709280000", "bridgeTime": "1709280010", "endTime": "1709280070", "bridgeDuration": "60", "waitDuration": "10", "status": "1"},
            {"uniqueId": "t.2", "customerNumber": "13800000001", "startTime": "1709280100", "bridgeTime": "-", "endTime": "0", "bridgeDuration": "0", "waitDuration": "5", "status": "3"},
        ],
        f"call_id, started_at::VARCHAR, outcome, agent, queue, area, queue_seconds, talk_seconds, {TIMES}",
        [
            ("t.1", "2024-03-01 16:00:00", "answered", "801", "q", "甲市", 10, 60, 10, 70),
            ("t.2", "2024-03-01 16:01:40", "abandoned", None, None, None, 5, 0, None, None),
        ],
    ),
    "ticket_event_log": (  # the first event is the contact
        "calls",
        [
            {"Case ID": "Case 1", "Activity": "Closed", "Resource": "r2", "Complete Timestamp": "2012/10/10 09:00:00.000", "customer": "c1", "product": "p", "workgroup": "w"},
            {"Case ID": "Case 1", "Activity": "Assign", "Resource": "r1", "Complete Timestamp": "2012/10/09 14:50:17.000", "customer": "c1", "product": "p", "workgroup": "w"},
        ],
        "call_id, started_at::VARCHAR, agent, issue_1, queue, caller_state",
        [("Case 1", "2012-10-09 14:50:17", "r1", "p", "w", "known")],
    ),
    "tweets": (
        "calls",
        [
            {"tweet_id": "1", "author_id": "115712", "inbound": "True", "created_at": "Tue Oct 31 22:10:47 +0000 2017"},
            {"tweet_id": "2", "author_id": "sprintcare", "inbound": "False", "created_at": "Tue Oct 31 22:11:45 +0000 2017"},
        ],
        "call_id, started_at::VARCHAR, direction, caller_state",
        [("1", "2017-10-31 22:10:47", "in", "known"), ("2", "2017-10-31 22:11:45", "out", "known")],
    ),
    "wenjuanxing": (
        "surveys",
        [{"序号": "1", "提交答卷时间": "2024/3/1 9:00:00", "所用时间": "30秒", "来源": "微信", "总分": "5"}],
        "survey_id, answered_at::VARCHAR, channel",
        [("1", "2024-03-01 09:00:00", "微信")],
    ),
    "yeastar_cdr": (
        "calls",
        [
            {"uid": "y1", "time": "2024-03-01 09:00:00", "call_type": "Inbound", "call_from_number": "13800000001", "last_participant_number": "801", "last_status": "ANSWERED", "routing_duration": "8", "handling_duration": "60", "queues": "q"},
            {"uid": "y2", "time": "2024-03-01 09:05:00", "call_type": "Inbound", "call_from_number": "13800000001", "last_status": "NO ANSWER", "routing_duration": "20", "handling_duration": "0"},
        ],
        "call_id, direction, outcome, agent, queue, ring_seconds, talk_seconds",
        [("y1", "in", "answered", "801", "q", 8, 60), ("y2", "in", "abandoned", None, None, 20, 0)],
    ),
    "zendesk_tickets": (
        "orders",
        [{"id": "35436", "created_at": "2024-03-01T09:00:00Z", "type": "incident", "requester_id": "20978392", "group_id": "98738", "due_at": "2024-03-02T09:00:00Z", "via_channel": "email"}],
        "order_id, kind, department, channel, caller_state, (due_s - created_s) // 3600",
        [("35436", "incident", "98738", "email", "known", 24)],
    ),
}  # fmt: skip


def test_every_preset_has_its_example():
    assert set(RULES) == set(presets.known())


@pytest.mark.parametrize("name", RULES)
def test_the_rules_of_a_preset(tmp_path, name):
    table, cells, asked, answer = RULES[name]
    preset = presets.known()[name]
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, preset.headers, delimiter="\t" if preset.params[table].get("separator") == "tab" else ",")
        writer.writeheader()
        writer.writerows(cells)
    path = tmp_path / "x.yaml"
    path.write_text(f"title: x\nkey: published\npublic: true\npreset: {name}\n{table}: {{files: a.csv}}\n", encoding="utf-8")
    assert rows(built(path), asked, table) == answer
