"""What a check has found, in the reader's words: its name, its sentence, its severity."""

from collections.abc import Mapping

from hotline_analysis import tables, words
from hotline_analysis.intake.read.ledger import CUT, EQUAL, GARBLED, LONG, OPEN_QUOTE, SHORT, UNDECODABLE, UNFINISHED, FileLedger
from hotline_analysis.words import Term

CHECKS = {
    "no records": Term("期内没有记录", "no records in the period"),
    "missing day": Term("当日无记录", "day without records"),
    "missing or closed": Term("当日无记录，缺记录或停班", "day without records, lost or closed"),
    "closed weekday": Term("每周有一天不再有记录", "a weekday without records from a day on"),
    "odd day": Term("当日记录数异常", "day far from its usual"),
    "empty days": Term("没有记录的天数", "days without a record"),
    "sparse days": Term("大多数日子没有记录", "most days without a record"),
    "other order": Term("日与月可能读反", "day and month may be the other way round"),
    "uncovered days": Term("在数据起止之外的天数", "days before the data begin or after they end"),
    "lost after": Term("期后没有记录的天数", "days without records after the period"),
    "lost or closed after": Term("期后没有记录的天数，缺记录或停班", "days without records after the period, lost or closed"),
    "few watched": Term("看满窗口的来电太少", "too few calls watched for a window"),
    "ends unknown": Term("不知何时结束的来电", "calls of which no end is known"),
    "few ends unknown": Term("不知何时结束的来电", "calls of which no end is known"),
    "ends worked out": Term("结束时间由时长推算", "ends worked out from durations"),
    "silence": Term("一段时间没有记录", "a stretch without a record"),
    "outside the data": Term("日期在数据起止之外", "dates outside the data"),
    "far date": Term("时间远在数据起止之外", "times far outside the data"),
    "far due": Term("到期时间远在数据起止之外", "due times far outside the data"),
    "without a time": Term("没有时间的记录", "records without a time"),
    "not closed": Term("未办结的工单", "orders not closed"),
    "told no more": Term("此后的导出不再提及的诉求", "orders that no later export tells of"),
    "month begun": Term("只有少数几天有记录的月份", "month with records on few of its days"),
    "unknown callers": Term("来电人未识别", "callers not identified"),
    "unknown callers move": Term("未识别占比较上月变动", "share of unknown callers moved"),
    "country": Term("号码与所设国家不符", "numbers that do not fit the declared country"),
    "number plan": Term("号码库中没有的号段", "numbers that the number plan does not know"),
    "exchanged dates": Term("日与月被对调、已换回", "day and month exchanged, and mended"),
    "clock change": Term("夏令时拨钟的时刻", "times in an hour that the clock skipped or showed twice"),
    EQUAL: Term("没有编号、内容全同的记录", "equal records without a key"),
    "ends before start": Term("结束早于开始", "ends before it starts"),
    "too long": Term("来电长得不可能", "calls too long to be true"),
    "out of order": Term("时间先后颠倒", "times out of order"),
    "unit proved": Term("时长的单位不对", "a duration in another unit"),
    "unit changes": Term("时长的单位前后不同", "a duration whose unit changes"),
    "talk in minutes?": Term("通话时长可能以分钟计", "talk may be in minutes"),
    "queue in minutes?": Term("排队时长可能以分钟计", "queue may be in minutes"),
    "end is no end": Term("结束时间不是结束", "ends that are no ends"),
    "queue and talk exchanged": Term("排队与通话可能写反", "queue and talk may be exchanged"),
    "answered without talk": Term("接通而没有通话", "answered without talk"),
    "words turned": Term("满意用词的分值写反", "words of satisfaction whose scores are turned round"),
    "low is best": Term("得分以低为好", "scores whose lowest is the best"),
    "low is best?": Term("得分可能以低为好", "scores whose lowest may be the best"),
    "abandoned with talk": Term("放弃而有通话", "abandoned with talk"),
    "hold in talk": Term("通话时长已含保持", "talk time with the hold in it"),
    "hold not in talk": Term("通话时长不含保持", "talk time without the hold"),
    "hold unproven": Term("通话时长是否含保持", "whether talk has the hold in it"),
    "negative duration": Term("时长为负", "negative duration"),
    "midnight only": Term("只有日期没有时刻", "day without a clock time"),
    "one instant": Term("许多时间是同一时刻", "many times that are one instant"),
    "duplicate ids": Term("编号重复", "ids that come more than once"),
    "duplicates": Term("文件重叠部分的重复记录", "duplicate records where exports overlap"),
    "torn file": Term("文件在一条记录中间断开", "a file that breaks off within a record"),
    "unlike duplicates": Term("文件重叠部分的重复记录，有的内容不同", "duplicate records where exports overlap, some with other contents"),
    "unsettled versions": Term(
        "两个文件的同一批记录，内容不同且看不出先后", "the same records in two files with other contents, neither proven the later"
    ),
    "unexplained duplicates": Term("文件重叠不能解释的重复记录", "duplicate records that no overlap explains"),
    "other ids": Term("两个文件的同一批来电，编号不同", "the same calls in two files under other ids"),
    "records twice": Term("两个文件的同一批记录，没有可认的编号", "the same records in two files, without a key that tells"),
    "channel not said": Term("几种导出的答卷没有写明渠道", "surveys of several exports whose channel is not said"),
    "keys used again": Term("同一编号用于几次来电", "one key of several calls"),
    "rejected": Term("无法读取的记录", "records that could not be read"),
    "unread sheet": Term("未读的隐藏工作表", "hidden sheet that is not read"),
    "unlisted sheet": Term("参数没有列入的工作表", "sheet that params do not list"),
    "beside": Term("文件中未读的其他部分", "other parts of a file that are not read"),
    "unread column": Term("整列无法转换", "a column that does not convert"),
    "unread cells": Term("无法转换的单元格", "cells that did not convert"),
    "blanked texts": Term("不存入的文本", "texts that are not stored"),
    "hidden ids": Term("形如个人号码的编号", "ids that read like somebody's number"),
    "agents alike": Term("话务员的两种写法", "an agent written in two ways"),
    "unknown words": Term("参数未列出的取值", "words that params do not list"),
    "no answer": Term("不适用或未作答的代码", "codes for no answer"),
    "off the scale": Term("分值范围之外的得分", "scores off their scale"),
    "no worth": Term("满意情况中没有折算值的词", "words of the follow-up without a worth"),
    "unanswered item": Term("没有任何作答的题目", "items without any answer"),
    "unknown items": Term("参数没有写明的题目", "items that params do not declare"),
    "unknown ids": Term("编号在另一张表中没有", "ids that another table lacks"),
    "step without an end": Term("已转出而没有结束时间的环节", "steps passed on without an end"),
    "done, not required": Term("没有要求而报告完成", "done though not required"),
    "names not met": Term("另一张表中没有的名称", "names that another table lacks"),
    "time without a roster": Term("有工时而无排班的话务员", "agents with time and no roster"),
    "roster without time": Term("有排班而无工时的话务员", "agents with a roster and no time"),
    "calls without time": Term("有来电而无工时的话务员", "agents with calls and no time"),
    "outside its session": Term("消息不在会话起止之内", "messages outside their session"),
    "rows twice": Term("同一时段、同一状态有几行", "several rows of one stretch and state"),
    "typed otherwise": Term("手工填报与记录不同", "typed figures that records contradict"),
    "typed above its bound": Term("手工填报的比率大于1", "typed shares above 1"),
    "unknown indicators": Term("指标表中没有的指标", "indicators that the glossary lacks"),
    "month typed twice": Term("同一个月录入了两次", "a month typed twice"),
    "total among its parts": Term("合计与各班组并列", "a total beside its teams"),
    "more than the whole": Term("部分大于总数", "a part above its whole"),
    "overlap": Term("同一人的时段重叠", "stretches of one agent that overlap"),
    "overfull": Term("时长超过所属时段", "more seconds than the hour has"),
    "negative number": Term("数量为负", "negative number"),
    "value contradicts its parts": Term("数值与分子分母不符", "a value that its parts do not give"),
    "new categories": Term("新出现的分类", "categories not seen before"),
    "category drift": Term("分类构成较上月变动", "make-up by category moved"),
    GARBLED: Term("部分文字疑似乱码", "texts that seem to have been decoded wrongly"),
    UNFINISHED: Term("文件末行没有换行符", "last line without a line end"),
}
REASONS = {  # why a record was not taken, by the ledger's words
    SHORT: Term("列数不足", "fewer fields than the header"),
    LONG: Term("列数过多", "more fields than the header"),
    OPEN_QUOTE: Term("引号没有收尾", "a quote that does not end"),
    CUT: Term("文件在此中断", "the file is cut there"),
    UNDECODABLE: Term("含有所用编码之外的字节", "bytes outside the encoding"),
    "empty": Term("{}空缺", "{} is empty"),
    "value": Term("{}无法转换", "{} does not convert"),
    "word": Term("{}的取值参数未列出", "{} holds a word that params do not list"),
}
LINES = 5  # shown of each reason
REJECTED = Term("{file}：{count}条未读入，{why}，在第{lines}行{more}", "{file}: {count} records rejected, {why}; at {lines}{more}")
SEVERITY = {"info": Term("提示", "note"), "minor": Term("轻", "minor"), "major": Term("中", "major"), "severe": Term("重", "severe")}
SENTENCES = {
    "unit proved": Term(
        "{where}的单位与参数不符（{count}通的应答、结束时间为证）：请在参数的这一列写明 {detail}",
        "{where} has another unit than params say, as answers and ends of {count} calls prove: write {detail} for it in params",
    ),
    "unit changes": Term(
        "{where}的{count}通，一般时长与{detail}相差约{usual}倍，两处单位不同：请把单位不是秒的文件单列一项，写明 unit: minutes 等",
        "{where}: {count} calls whose usual length is about {usual} times off that of {detail}, so that the two have different units; give the file that is not in seconds an entry of its own with its unit, such as unit: minutes",
    ),
    "talk in minutes?": Term(
        "{where}有{count}通不超过10秒（{share}），几乎没有超过1分钟的：这一列是以分钟计的吗？若是，请在参数写明 unit: minutes",
        "{where}: {count} talks of 10 s or less ({share}) and hardly any above a minute; are these minutes? If so, write unit: minutes in params",
    ),
    "queue in minutes?": Term(
        "{where}没有一通到20秒，却有人放弃（共{count}通）：这一列是以分钟计的吗？若是，请在参数写明 unit: minutes",
        "{where}: none of {count} calls waited 20 s, yet callers gave up; are these minutes? If so, write unit: minutes in params",
    ),
    "end is no end": Term(
        "{count}通有通话的来电，{where}就是开始或应答的时刻（{share}）：不当作结束，改由时长推算；请核对参数写的是哪一列",
        "{where} of {count} calls with talk is their start or answer ({share}): not taken as their end, which is worked out from durations; look at which column params map",
    ),
    "queue and talk exchanged": Term(
        "{count}通放弃的来电有{where}而没有排队（{share}），接通的却排队比通话长：参数可能把排队与通话两列写反了",
        "{count} abandoned calls have {where} and no queue ({share}), while answered ones queue for longer than they talk; params may have the two columns exchanged",
    ),
    "answered without talk": Term(
        "{count}通接通的来电没有通话，也没有坐席（{share}），其余的都有：请核对参数里各词的含义（{detail}）",
        "{count} answered calls have neither talk nor agent ({share}) while others have; look at what params say that words mean ({detail})",
    ),
    "words turned": Term(
        "{where}里满意的词分值低、不满意的词分值高，而得分一律以高为好：{count}格读反了；请在参数写 {detail}",
        "{where}: satisfied words have the low scores and dissatisfied ones the high, while high is good everywhere here, so that {count} answers are read the wrong way round; write {detail} in params",
    ),
    "low is best": Term(
        "{where}的{count}个得分与同一件事的满意、解决情况相反（{share}说满意或已解决的，得分却低）：这一列以低分为好（或那些词的含义写反了）；请在参数写 {detail}，读入时换回",
        "{where}: {count} scores run against what the same contacts say in words ({share} of them satisfied or resolved, and these score lower): here the lowest is the best (or params have the words the wrong way round); write {detail} in params, and they are turned as they are read",
    ),
    "low is best?": Term(
        "{where}的{count}个得分与同一人的其他得分相反：这一题以低分为好吗？若是，请在参数写 {detail}，读入时换回；否则是那些题以低分为好",
        "{where}: {count} scores run against other scores of the same people; is the lowest the best here? If so, write {detail} in params, and they are turned as they are read; if not, it is the best of the others",
    ),
    "abandoned with talk": Term(
        "{count}通放弃的来电有通话，也有坐席（{share}）：请核对参数里各词的含义（{detail}）",
        "{count} abandoned calls have talk and an agent ({share}); look at what params say that words mean ({detail})",
    ),
    "hold in talk": Term(
        "{where}已含保持时长（{count}通的结束时间为证）：处理时长多算了保持，请在参数的talk_seconds写明 includes: hold_seconds",
        "{where} has the hold in it, as the ends of {count} calls prove: handling times count it twice; write includes: hold_seconds for talk_seconds in params",
    ),
    "hold not in talk": Term(
        "{where}不含保持时长（{count}通的结束时间为证），参数却把保持减去了：处理时长少算了保持，请去掉 includes: hold_seconds",
        "{where} has no hold in it, as the ends of {count} calls prove, yet params take it off: handling times lack it; leave includes: hold_seconds out",
    ),
    "hold unproven": Term(
        "{count}通有保持时长，没有足够的结束时间可核对{where}是否已含保持：按不含计，处理时长为两者之和；若已含，请在参数写明 includes: hold_seconds",
        "{count} calls were on hold, and too few ends tell whether {where} has it in it: taken as apart, so that handling time is their sum; if it is in it, write includes: hold_seconds in params",
    ),
    "unknown indicators": Term(
        "{where}有{count}个词不是指标（{detail}），这些数字没有采用，见 hotline glossary",
        "{where}: {count} words are no indicators ({detail}), so their figures are not used; see `hotline glossary`",
    ),
    "typed above its bound": Term(
        "{where}有{count}项比率大于1（{detail}），是否百分数不明，没有采用；请写95.6%或0.956",
        "{where}: {count} shares are above 1 ({detail}); whether they are per cent nobody knows, so they are not used; write 95.6% or 0.956",
    ),
    "typed otherwise": Term(
        "手工填报的{count}项数字与记录算出的不同，以记录为准：{detail}",
        "{count} figures typed in differ from what the records give, which stand: {detail}",
    ),
    "no worth": Term(
        '{where}有{count}件的词（{detail}）没有折算值，三率中用到它的不给：请在参数的 follow_up › satisfied 写明折算值，不算答复的写 values: {{词: ""}}',
        '{where}: {count} orders have words ({detail}) without a worth, so rates of follow-ups that use them are not given; write their worth under follow_up › satisfied in params, or values: {{WORD: ""}} for what is no answer',
    ),
    "no records": Term("{where}在期内没有记录", "{where}: no record in the period"),
    "missing day": Term("{where}没有记录，平常约{usual}条", "no record on {where}, usually about {usual}"),
    "missing or closed": Term(
        "{where}没有记录，平常约{usual}条：是缺记录还是停班，数据分不出；停班的，在参数的days里把这天写为rest",
        "no record on {where}, usually about {usual}: lost or closed, these data do not tell; if the hotline was closed, write the day as rest under days in params",
    ),
    "closed weekday": Term(
        "自{where}起每周的这一天都没有记录（已有{count}个），其余日子照常：按停班计，不算缺记录",
        "from {where} on this day of the week has no record ({count} of them so far) while others have: taken as closed, not as lost",
    ),
    "odd day": Term("{where}有{count}条记录，平常约{usual}条", "{count} records on {where}, usually about {usual}"),
    "empty days": Term("{usual}天中{count}天没有记录", "{count} of {usual} days have no record"),
    "sparse days": Term(
        "{where}起止之间{usual}天只有{count}天有记录，这些天却有很多：请核对日期的读法，或补上其余日子的导出",
        "{where}: of {usual} days between the first and the last record {count} have any, and these have many; look at how dates are read, or add the exports of the other days",
    ),
    "other order": Term(
        "{where}起止之间{usual}天只有{count}天有记录，这些天却有很多；每一格也可读成{detail}，请核对参数的formats",
        "{where}: of {usual} days between the first and the last record {count} have any, and these have many; every cell can be read as {detail} too; look at formats in params",
    ),
    "uncovered days": Term("{usual}天中{count}天在数据起止之外", "{count} of {usual} days lie before the data begin or after they end"),
    "lost after": Term(
        "{where}没有记录，平常约{usual}条：此前的来电只看到那时为止，{detail}小时及以上窗口的复电率据看得较久的来电估计",
        "{where}: no record, usually about {usual}; earlier calls are watched until then, so repeat rates within {detail} h and more stand on the calls that were watched for longer",
    ),
    "lost or closed after": Term(
        "{where}没有记录，平常约{usual}条，是缺记录还是停班，数据分不出（停班的，在参数的days里写为rest）：此前的来电只看到那时为止，{detail}小时及以上窗口的复电率据看得较久的来电估计",
        "{where}: no record, usually about {usual}; lost or closed, these data do not tell (closed days are written as rest under days in params); earlier calls are watched until then, so repeat rates within {detail} h and more stand on the calls that were watched for longer",
    ),
    "few watched": Term(
        "有几天没有记录，能看满{detail}小时的来电只有{count}通：{detail}小时及以上窗口的复电率不作判断，没有一通看满的没有数字",
        "days without records leave {count} calls that were watched for {detail} h: repeat rates within {detail} h and more are not judged, and have no value where no call was",
    ),
    "ends unknown": Term(
        "{count}通来电没有{where}，也没有通话时长可推算（{share}）：间隔自来电开始起算，窗口在{detail}小时以内的复电率偏低",
        "{count} calls have no {where} and no talk time to work it out ({share}): their gaps run from the start, so repeat rates within up to {detail} h are too low",
    ),
    "few ends unknown": Term(
        "{count}通来电没有{where}，也没有通话时长可推算（{share}），间隔自来电开始起算，对复电率没有可见的影响",
        "{count} calls have no {where} and no talk time to work it out ({share}); their gaps run from the start, which no repeat rate shows",
    ),
    "ends worked out": Term(
        "{count}通来电没有可用的{where}（{share}），由等待、通话与保持时长推算",
        "{count} calls have no {where} that can be used ({share}); it is worked out from their waits, talk and hold",
    ),
    "silence": Term(
        "{where}没有一条{table}记录，同类日子这一时段的中位数约{usual}条",
        "no {table} {where}, where the median of days like it is about {usual}",
    ),
    "outside the data": Term(
        "{where}有{count}条记录，在数据起止（{whole}）之外", "{count} records on {where}, outside the days of these data ({whole})"
    ),
    "far date": Term("{where}有{count}格远在数据起止之外（{share}）", "{where}: {count} cells lie far outside the data ({share})"),
    "far due": Term(
        "{where}有{count}格远在数据起止之外（{share}），按没有到期时间计",
        "{where}: {count} cells lie far outside the data ({share}), taken as no due time",
    ),
    "without a time": Term(
        "{count}条记录没有{where}（{share}），不能归入任何一个月", "{count} records lack {where} ({share}) and belong to no month"
    ),
    "told no more": Term(
        "{where}以后的导出不再提及本期{count}件未办结的诉求（{share}）：是否办结不得而知，只按看到的时间计",
        "{where}: no later export tells of {count} open orders of the period ({share}); whether they are closed is not known, and they count for as long as they were seen",
    ),
    "not closed": Term(
        "{count}件没有{where}（{share}），作未办结，不在任何一个月", "{count} orders lack {where} ({share}): taken as open, in no month"
    ),
    "month begun": Term(
        "{where}只有{count}天有记录，最近一年最多的月份有{usual}天",
        "{where} has records on {count} days, the fullest month of the last year on {usual}",
    ),
    "unknown callers": Term("{count}条记录的{where}未识别（{share}）", "{where} not identified in {count} records ({share})"),
    "unknown callers move": Term(
        "{where}未识别来电人的占比较上月变动{points}个百分点", "the share of unknown callers moved by {points} pp in {where}"
    ),
    "country": Term(
        "{where}有{count}个号码与所设国家不符（{share}），见设置{detail}",
        "{where}: {count} numbers do not fit the declared country ({share}); see {detail}",
    ),
    "number plan": Term(
        "{where}有{count}个号码的号段不在号码库中（{share}），仍作为来电人，见设置{detail}",
        "{where}: {count} numbers are of codes that the number plan does not know ({share}); they count as callers; see {detail}",
    ),
    "exchanged dates": Term(
        "{where}有{count}格的日与月被电子表格对调（{share}），已换回",
        "{where}: a spreadsheet had exchanged day and month in {count} cells ({share}); they are mended",
    ),
    "clock change": Term(
        "{where}有{count}格落在夏令时跳过或重复的一小时（{share}），按拨钟前的时差计",
        "{where}: times in an hour that the clock skipped or showed twice: {count} ({share}), read with the offset before the change",
    ),
    EQUAL: Term(
        "{where}有{count}条记录与同一文件的另一条全同且没有编号（{share}），各算一条；若是重复导出，请在设置key中写明编号列",
        "{where}: {count} records are equal to another of their file and have no key ({share}); each counts. If they are copies, name the key",
    ),
    "too long": Term(
        "{where}有{count}条在来电开始{usual}小时以后（{share}）：其间的来电都算作间隔为0的复电",
        "{where}: {count} are more than {usual} h after the start ({share}); calls in between count as repeats with a gap of 0",
    ),
    "ends before start": Term("{where}有{count}条早于开始（{share}）", "{where}: {count} before the start ({share})"),
    "out of order": Term("{where}有{count}条先后颠倒（{share}）", "{where}: {count} out of order ({share})"),
    "negative duration": Term("{where}有{count}条为负（{share}）", "{where}: {count} negative ({share})"),
    "midnight only": Term("{where}有{count}条只有日期没有时刻（{share}）", "{where}: {count} without a clock time ({share})"),
    "one instant": Term(
        "{where}有{count}条同为{detail}（{share}），像是系统迁移或批量处理时写上的，不是各自的时间：由它算出的时长和时限内占比不可信，请取得原来的时间",
        "{where}: {count} are all {detail} ({share}), as a migration or a closing of many at once writes them: durations and shares within a limit that are reckoned from them are not to be trusted; ask for the times before it",
    ),
    "duplicate ids": Term("{where}有{count}个重复（{share}）", "{where}: {count} come again ({share})"),
    "duplicates": Term("{where}有{count}条与其他文件重复（{share}）", "{where}: {count} records that another export has ({share})"),
    "torn file": Term(
        "{where}在一条记录中间断开，其后的记录都丢了，数目不详：请重新导出或重新拷贝这个文件",
        "{where} breaks off within a record; whatever followed is lost, nobody knows how much; export or copy the file again",
    ),
    "unlike duplicates": Term(
        "{where}有{count}条与其他文件重复（{share}），其中{usual}条内容不同，以{detail}为准",
        "{where}: {count} records that another export has ({share}), {usual} of them with other contents; what {detail} says stands",
    ),
    "unsettled versions": Term(
        "{where}有{count}条与{file}的记录编号相同、{columns}不同（{share}），数据看不出哪个文件更新，暂以后者为准：更正会因此被丢掉；请在files中按导出先后列出文件（后列者为准），或只留一个",
        "{where}: {count} records have the key of records of {file} and other contents ({share}; {columns}); the data do not tell which file is later, so the latter stands for now and corrections may be lost; list the files in the order of export under files (the later one stands), or keep one of the two",
    ),
    "unexplained duplicates": Term(
        "{where}有{count}条重复记录，文件重叠不能解释（{share}），请核对设置key",
        "{where}: {count} duplicate records that no overlap of exports explains ({share}); look at the setting key",
    ),
    "other ids": Term(
        "{where}有{count}条与另一文件{detail}的记录同号码、同一时刻，编号不同（{share}）：各算一次，第二条成了没有人打的复电；请只留一个文件",
        "{where}: {count} records are of the same number and second as records of {detail}, under other ids ({share}); each counts, the second one as a repeat that nobody made; keep one of the two files",
    ),
    "records twice": Term(
        "{where}有{count}条与另一文件{detail}的记录同一时刻、同一人与同样的分类，编号不同或没有编号（{share}）：各算一条，数目偏多、区间偏窄；请只留一个文件，或在设置key写明认得出一条记录的列；本来就是两批的，请映射能分开两批的列（如channel）",
        "{where}: {count} records are of the same minute, people and words as records of {detail}, under other ids or none ({share}); each counts, so that counts are too high and intervals too narrow; keep one of the two files, or name the columns that tell records apart under key; if they are two lots, map the column that tells them apart, such as channel",
    ),
    "channel not said": Term(
        "{where}同月来自{count}种导出，有的没有写明渠道：若邀评方式不同（如短信与语音），回收率与得分混在一起，构成一变总分就变；请在每种导出写明，如 channel: {{is: 短信}}",
        "{where} of one month come from {count} kinds of export, and some do not say their channel; if these ask in unlike ways (text message, voice), response rates and scores are mixed and another mix moves the total; say it in each, such as channel: {{is: SMS}}",
    ),
    "keys used again": Term(
        "{where}有{count}次来电的编号另一次来电也用过（{share}）：相隔数小时以上，或来电人不同，各算一次；请核对设置events",
        "{where}: {count} calls share their key with another call, hours away or of another caller ({share}); each counts; look at the setting events",
    ),
    "rejected": Term("{where}有{count}条记录无法读取（{share}）", "{where}: {count} records could not be read ({share})"),
    "unread sheet": Term("隐藏工作表{where}有{count}行未读（{share}）", "{where}: a hidden sheet of {count} rows is not read ({share})"),
    "unlisted sheet": Term(
        "工作表{where}有同样的列、{count}行，参数sheet没有列入，未读",
        "{where}: a sheet with the same columns and {count} rows, which params › sheet does not list, is not read",
    ),
    "beside": Term("{where}没有所需的列，未读", "{where} lacks the mapped columns and is not read"),
    "unread column": Term(
        "{where}的{count}格无法转换（{share}）{shape}，几乎整列空缺：请核对参数写的是哪一列",
        "{where}: {count} cells did not convert ({share}){shape}, so that the column is as good as empty; look at which column params map",
    ),
    "unread cells": Term("{where}有{count}格无法转换（{share}）{shape}", "{where}: {count} cells did not convert ({share}){shape}"),
    "blanked texts": Term(
        "{where}有{count}格是号码、地址或叙述，不存入（{share}）",
        "{where}: {count} cells hold a number, an address or a narrative and are not stored ({share})",
    ),
    "hidden ids": Term(
        "{where}有{count}格形如个人号码，存为代号（{share}）",
        "{where}: {count} read like somebody's number and are stored as codes ({share})",
    ),
    "agents alike": Term(
        "{where}有{count}个写法含另一个的工号（如“工号 姓名”与“工号”并存），可能是一人、数成了两人：是一人的，在该列的aliases写一行：工号 姓名: 工号",
        "{count} of {where} hold the number of another ('number name' beside 'number'), so that one person may count as two: where it is one, write a line under the column's aliases, number name: number",
    ),
    "unknown words": Term(
        "{where}有{count}格的取值参数未列出（{share}）{among}：请在参数的values中写明含义，不算数的写作空",
        "{where}: {count} words that params do not list ({share}){among}; say under values what they mean, or leave empty what counts as none",
    ),
    "no answer": Term(
        "{where}有{count}格是不适用或未作答的代码（{share}），不算得分",
        "{where}: {count} codes for not applicable or no answer ({share}); they are no scores",
    ),
    "off the scale": Term(
        "{where}有{count}格在分值范围之外（{share}），不算得分",
        "{where}: {count} numbers off the item's scale ({share}); they are no scores",
    ),
    "unanswered item": Term("{where}在{count}条记录中没有任何作答", "{where}: no answer at all in {count} records"),
    "unknown items": Term(
        "{where}有{count}条得分的题目参数没有写明（{share}），不知其分值范围",
        "{where}: {count} scores of items that params do not declare ({share}); their scale is not known",
    ),
    "unknown ids": Term(
        "{where}有{count}条在对应的表中找不到（{share}）", "{where}: {count} not found in the table that they name ({share})"
    ),
    "step without an end": Term(
        "{where}在{count}个环节中空缺，工单却已转到下一环节（{share}）", "{where}: missing in {count} steps whose order went on ({share})"
    ),
    "done, not required": Term(
        "{where}有{count}条没有要求而报告完成（{share}），不计入执行率",
        "{where}: {count} reported though not required ({share}); they count in no compliance",
    ),
    "names not met": Term(
        "{where}有{count}个名称在{other}中没有出现过（{share}）", "{where}: {count} names never come among the {other} ({share})"
    ),
    "time without a roster": Term(
        "{where}有{count}人有工时而没有排班，占签入时长的{share}：实际工作率偏高，请补全排班",
        "{where}: {count} have time and no roster, {share} of the time signed in: adherence reads high; add their roster",
    ),
    "roster without time": Term(
        "{where}有{count}人有排班而没有工时，占排班时长的{share}：不是整月缺勤的，请补全工时",
        "{where}: {count} have a roster and no time, {share} of the planned time: unless they were absent all along, add their time",
    ),
    "calls without time": Term(
        "{where}没有{count}名接了来电的话务员，占接通量的{share}：每小时呼叫次数偏高，请补全工时",
        "{where}: {count} agents who answered calls are not there, {share} of the calls answered: calls per hour read high; add their time",
    ),
    "outside its session": Term(
        "{where}有{count}条不在所属会话的起止之内（{share}）", "{where}: {count} lie outside their session ({share})"
    ),
    "rows twice": Term(
        "{where}有{count}行与另一行的人、时段、状态都相同（{share}），时长会重复计算",
        "{where}: {count} rows have another of the same agent, beginning and state ({share}); their time counts twice",
    ),
    "month typed twice": Term(
        "{where}有{count}行的月份已录入过（{share}），合计会重复计算",
        "{where}: {count} rows are of a month that was typed already ({share}); sums count it twice",
    ),
    "total among its parts": Term(
        "{where}有{count}行是同月其他各行之和（{share}），合计会重复计算；请从表中去掉，或在参数中 leave_out",
        "{where}: {count} rows are the sum of the month's others ({share}), so every sum counts twice; take them out, or write leave_out in params",
    ),
    "more than the whole": Term("{where}有{count}条大于{whole}（{share}）", "{where}: {count} are more than {whole} ({share})"),
    "overlap": Term(
        "{where}有{count}段在同一人的前一段结束之前开始（{share}），时长会重复计算",
        "{where}: {count} stretches begin before an earlier one of the same agent has ended ({share}); their time counts twice",
    ),
    "overfull": Term(
        "{where}有{count}段的各状态合计超过时段长度或一天（{share}）；一行是一周或一个月的，请按小时或按日导出",
        "{where}: in {count} stretches the states add up to more than the stretch, or than a day ({share}); where a row is a week or a month, export hours or days",
    ),
    "negative number": Term("{where}有{count}条为负（{share}）", "{where}: {count} negative ({share})"),
    "value contradicts its parts": Term(
        "{where}有{count}个数值与其分子、分母不符（{share}）",
        "{where}: {count} values are not what their numerator and denominator give ({share})",
    ),
    "new categories": Term("新出现的分类“{where}”，{count}条（{share}）", "new category “{where}”, {count} records ({share})"),
    "category drift": Term("{where}的分类构成较上月变动{share}", "{where}: {share} of the make-up moved on last month"),
    GARBLED: Term("{where}有{share}的文字疑似乱码", "{where}: {share} of the texts seem to have been decoded wrongly"),
    UNFINISHED: Term("{where}末行没有换行符", "{where}: the last line has no line end"),
}


def sentence(row: Mapping, language: str, items: Mapping[str, Term] = {}) -> str:
    """One finding (a row of `checks.checks`) in a sentence without its stop, items by their names. No value of the data is in it but words that 8 records or more have."""
    shape = "" if not row["detail"] else f"，形如{row['detail']}" if language == "zh" else f", such as {row['detail']}"
    among = (
        "" if not row["detail"] else f"，其中有{row['detail']}" if language == "zh" else f", {row['detail'].replace('、', ', ')} among them"
    )
    share, (table, _, when) = row["share"], row["where"].rpartition(" › ")
    file, of, columns = [*(row["detail"] or "").split(" › "), "", ""][:3]
    return SENTENCES[row["check"]](language).format(
        where=place(when if row["check"] == "silence" else row["where"], language, items),
        count=words.format_count(row["count"]),
        usual=words.format_count(row["usual"]),
        share=words.format_rate(share),
        points="" if words.missing(share) else words.decimal(100 * abs(share), 1),
        detail=row["detail"],
        file=file,
        columns=words.listed([place(f"{of} › {name}", language, items).rpartition(" › ")[2] for name in columns.split(",")], language),
        table=tables.TABLES[table].term(language) if table in tables.TABLES else tables.CALLS.term(language),
        shape=shape,
        among=among,
        other=tables.TABLES[row["detail"]].term(language) if row["detail"] in tables.TABLES else "",
        whole=place(f"{table or 'calls'} › {row['detail']}", language).rpartition(" › ")[2],
    )


def rejections(ledger: FileLedger, language: str) -> list[str]:
    """Why records of a file were not taken: the reason, how many, and the first lines; no value of the data."""
    told = []
    for reason, count in ledger.rejected.most_common():
        kind, _, column = reason.partition(" › ")
        at = [line for line, said in ledger.rejected_at if said.partition(": ")[0] == reason]
        why = REASONS[kind](language) if kind in REASONS else kind
        lines = ("、" if language == "zh" else ", ").join(map(words.format_count, at[:LINES]))
        told.append(
            REJECTED(language).format(
                file=ledger.name,
                count=words.format_count(count),
                why=why.format(place(column if ledger.table in ("", "calls") else f"{ledger.table} › {column}", language)),
                lines=lines if language == "zh" else f"line {lines}" if len(at) == 1 else f"lines {lines}",
                more=("等" if language == "zh" else " and others") if count > LINES else "",
            )
        )
    return told


def place(where: str, language: str, items: Mapping[str, Term] = {}) -> str:
    """A column of calls, or of another table as `orders › closed_at`, by its own name; a table alone too; a day or a month, alone or behind one, as it is read;
    a file as it is."""
    parts = where.split(" › ")
    if where in tables.TABLES:
        return tables.TABLES[where].term(language)
    table = tables.TABLES.get(parts[0]) if len(parts) > 1 else None
    known, named = table or tables.CALLS, parts[1:] if table else parts
    if len(named) > 1 and named[0] not in known:
        return where
    said = [items.get(part, known[part].term)(language) if part in known else _when(part, language) for part in named]
    return " › ".join([table.term(language), *said] if table else said)


def _when(text: str, language: str) -> str:
    """2024-09-11 as 2024年9月11日 (11 September 2024), 2024-09 as 2024年9月, a stretch of either with its clock times; whatever is neither stays what it is."""
    first, dots, last = text.partition("..")
    if dots:
        return _when(first, language) + ("至" if language == "zh" else " to ") + _when(last, language)
    text, blank, clock = text.partition(" ")
    if blank and len(clock) == 5:
        return _when(text, language) + ("" if language == "zh" else " ") + clock
    text += blank + clock
    parts = text.split("-")
    if not 2 <= len(parts) <= 3 or not all(p.isdigit() for p in parts):
        return text
    return words.format_dated(text, language) if len(parts) == 3 else words.format_month(text, language)
