"""Channels, repeats across them, self-service and the marketing pair, as they are said and drawn."""

from hotline_analysis.show.forms import Table
from hotline_analysis.words import Sentence, Sentences, Term

ONE = Term("来电都经同一个渠道。", "All calls come by one channel.")
FLOW = {
    "some": Sentence(
        "{window_hours}内再次来电的{repeats}通中，{switched_share}（{switched_low:share}～{switched_high:share}）换了渠道。",
        "Of {repeats} calls followed within {window_hours}, {switched_share} ({switched_low:percent}–{switched_high:percent}%) were followed by another channel.",
    ),
    "few": Term("再次来电而换渠道的太少，不说比例。", "Too few callers came back by another channel to give a share."),
    "one": ONE,
    "none": Term("看满窗口的来电中没有再次来电的。", "No call that was watched for the whole window was followed."),
}
CONTACTS = {
    "some": Sentence(
        "{window_hours}内再次联系的{repeats}次中，{switched_share}（{switched_low:share}～{switched_high:share}）在来电与会话之间换了渠道。",
        "Of {repeats} contacts followed within {window_hours}, {switched_share} ({switched_low:percent}–{switched_high:percent}%) were followed by another way.",
    ),
    "few": Term("再次联系而换渠道的太少，不说比例。", "Too few came back by another way to give a share."),
    "one": ONE,
    "none": Term("看满窗口的来电与会话中没有再次联系的。", "No call or chat that was watched for the whole window was followed."),
}
SELF = {
    "shown": (
        Sentence(
            "{months}个月里，自助使用与来电量的秩相关为{rho}（{rho_low}至{rho_high}），逐月变化的秩相关为{rho_changes}；只是相关，不说明自助分流了来电。",
            "Over {months} months the rank correlation of self-service uses with calls is {rho} ({rho_low} to {rho_high}), that of the changes from month to month {rho_changes}: a correlation, not a proof that self-service took calls away.",
        ),
    ),
    "few": Sentence("只有{months}个月有自助使用的数字，不算相关。", "Self-service uses are known of {months} {months:month|months} only: no correlation is given."),
}  # fmt: skip

FORMS = {
    "channels": Table(
        "channel count value± answered± talk again± again_denominator",
        Term("各渠道的量与服务", "Channels: how many, how served"),
        subtitle=Sentence(
            "{period}；再次来电为{window_hours}内、经任何渠道，只计看满窗口的来电",
            "{period}; called again: within {window_hours}, by any channel, of calls watched for the whole window",
        ),
        bold="count",
        narrow="channel count value answered again",
    ),
    "channel_flow": Table(
        "channel next_channel numerator denominator value± of_repeats± mix",
        Term("从哪个渠道到哪个渠道再来", "By which channel they come back"),
        claim=Sentences(
            {"some": Sentence("再次来电中{switched_share}换了渠道", "{switched_share} of the repeats came by another channel")}
        ),
        subtitle=Sentence(
            "{window_hours}内的下一次来电；末列为渠道无关时应有的占比",
            "The next call within {window_hours}; last column: what the share would be if the channel did not matter",
        ),
        bold="value",
        narrow="channel next_channel value of_repeats",
        unless={"one": ONE},
    ),
    "contact_flow": Table(
        "channel next_channel numerator denominator value± of_repeats± mix",
        Term("来电与会话之间", "Between calls and chats"),
        claim=Sentences(
            {"some": Sentence("再次联系中{switched_share}换了渠道", "{switched_share} of those who came back did so by another way")}
        ),
        subtitle=Sentence(
            "{window_hours}内的下一次来电或会话，已识别的来电人；末列为渠道无关时应有的占比",
            "The next call or chat within {window_hours}, of known callers; last column: what the share would be if the way did not matter",
        ),
        bold="value",
        narrow="channel next_channel value of_repeats",
        unless={"one": ONE},
    ),
    "self_service": Table(
        "month uses contacts per_contact",
        Term("自助使用与来电", "Self-service beside calls"),
        subtitle=Term(
            "自助使用为手工填报的月度数字，不作检验", "Uses of self-service are month figures typed in by hand and are not tested"
        ),
        narrow="month uses contacts",
    ),
    "marketing": Table(
        "month indicator_name numerator denominator value",
        Term("营销指标（手工填报）", "Marketing (typed in by hand)"),
        subtitle=Term(
            "手工填报的月度数字：只列出，不检验，不判好坏", "Month figures typed in by hand: listed, not tested, not called better or worse"
        ),
        bold="value",
    ),
}

SAY = {
    "channels": (
        Sentences({"one": ONE, "several": Sentence("最多的渠道是{channel}，占{value}。", "Most calls come by {channel}: {value}.")}),
    ),
    "channel_flow": (Sentences(FLOW),),
    "contact_flow": (Sentences(CONTACTS),),
    "self_service": (Sentences(SELF),),
}
