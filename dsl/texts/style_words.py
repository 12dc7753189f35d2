"""The words that style advice looks for, in Chinese and English: data, in one place. Knows no messages.

A word is a regular expression; English ones stand between word boundaries, and case does not count. Each is
chosen so that ordinary good texts do not have it: a word that is missing here is better than a false alarm.
"""

import re
from dataclasses import dataclass

from dsl.wording import Hint, say


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one sort, and what to do about them. `unless`: what makes them right when it stands beside them."""

    words: re.Pattern[str]
    hint: Hint
    unless: re.Pattern[str] | None = None


def _any(chinese: str, english: str = "") -> re.Pattern[str]:
    """One expression for words that stand one a line."""
    parts = _alternatives(chinese)
    if english.split():
        parts.append(rf"(?<![a-z])(?:{'|'.join(_alternatives(english))})(?![a-z])")
    return re.compile("|".join(parts), re.IGNORECASE)


def _alternatives(lines: str) -> list[str]:
    return [line.strip() for line in lines.splitlines() if line.strip()]


_MANY = "[一二两三四五六七八九十几半0-9]+"

_BACKED = _any(
    rf"""
    {_MANY}\s*[个位席份名件张台套单辆]
    {_MANY}\s*(?:天|日|小时|周|个月)
    \d+月|\d{{4}}-\d\d-\d\d|\d\d?:\d\d
    [周星期](?:[一二三四五六日天末])
    今天|明天|后天|月底|年底
    """,
    r"""
    \d+\s*(?:left|places?|seats?|slots?|pieces?|days?|hours?|weeks?)
    (?:until|till|by|before|ends?(?:\s+on)?)\s+(?:\w+day|\d|the\s+\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*
    """,
)
"""A number, or an end that can be checked: what a scarcity must have to be true."""

# ---- pressure

PRESSURE = (
    Words(
        re.compile("！+|[?？!！]{2,}"),
        say("End the sentence with `。`, or with a comma; one question mark is enough."),
    ),
    Words(
        _any(
            r"""
            最后(?:的|一次|一个)?机会
            最后(?:一|1)[波批轮]
            机不可失|时不再来|失不再来
            仅此一[天日次回晚]|仅限今[天日晚]|就[在剩]今天
            过[期时]不候|过了这[村个]村
            不容错过|(?:不要|不可|别|莫|切勿)错过|错过(?:再?等一年|就|再|不再|没有|没了|后悔)
            再不(?:来|抢|买|下单|预约|行动)就
            手慢(?:无|则无|就没)|欲购从速|速(?:来|抢|购|订)
            (?:疯|哄|秒|开|立即|马上|赶快|赶紧|快来)抢|抢购|抢先购|秒杀
            """,
            r"""
            (?:last|final)\s+chance
            (?:do\s+not|don['’]t|never)\s+miss\s+(?:out|it|this|your)
            act\s+(?:now|fast|quickly)|hurry(?:\s+up)?|now\s+or\s+never
            (?:today\s+only|only\s+today)|once[-\s]in[-\s]a[-\s]lifetime
            before\s+it['’]?s\s+too\s+late
            """,
        ),
        say("Say until when it lasts, with a date, and leave a way back open."),
    ),
    Words(
        _any(
            r"""
            清仓|甩卖|大?甩货|倾销
            (?:跳楼|吐血|骨折|白菜|跳水|抄底|亏本|血亏|出血)[大清]?价
            亏本(?:大?卖|处理)|赔本
            """,
            r"""
            clearance\s+(?:sale|price|event)s?|fire\s+sale|blow-?out(?:\s+sale)?
            rock[-\s]bottom|everything\s+must\s+go|giveaway\s+prices?
            """,
        ),
        say("Say what it costs, and why it is worth that."),
    ),
    Words(
        _any(
            r"""
            (?:数量|名额|席位|库存|座位|份数|时间)(?:十分|非常)?有限
            限时|限量|所剩无几|所剩不多|为数不多|先到先得|售完即止|送完即止
            即将(?:售罄|售空|抢空|截止|涨价)
            """,
            r"""
            limited[-\s](?:time|stock|supply|supplies|seats|places|offer|availability|quantit(?:y|ies))
            while\s+(?:stocks?|supplies|it|they)\s+lasts?
            (?:almost|nearly)\s+(?:gone|sold\s+out)|selling\s+(?:out\s+)?fast
            (?:only\s+)?(?:a\s+)?few\s+(?:left|remaining)|first\s+come,?\s+first\s+served
            """,
        ),
        say("Say how many there are or until which day: `20 个名额`, `10月31日止`."),
        unless=_BACKED,
    ),
)

# ---- blame

_AGES = rf"(?:好久|很久|许久|这么久|那么久|太久|多久|长时间|{_MANY}\s*(?:天|周|个?月|年)(?:多)?)"
_COME = "(?:来|到店|进店|回店|回来|光临|光顾|消费|下单|回复|回信|回消息|理|联系|登录|露面)"

BLAME = (
    Words(
        _any(
            rf"""
            (?:为什么|为何|为啥|怎么|咋)(?:还|又|总|老|老是|总是|一直|都|就|也|{_AGES})*(?:不|没|没有)(?:再)?{_COME}
            [您你](?:已经|已|都|又|也|有)*{_AGES}(?:都|也|就)?(?:不|没|没有|未)(?:再)?{_COME}
            """,
            r"""
            why\s+(?:have\s+you\s+(?:not|never|stopped)|haven['’]?t\s+you|didn['’]?t\s+you|did\s+you\s+not)
            why\s+(?:don['’]?t|won['’]?t)\s+you
            you\s+haven['’]?t\s+(?:been|come|visited|replied|answered|called|bought|shopped)
            you\s+never\s+(?:came|come|visit(?:ed)?|repl(?:y|ied)|answer(?:ed)?|call(?:ed)?)
            """,
        ),
        say("Say what is new with us instead, such as `好久不见，我们……`, and leave a way back open."),
    ),
    Words(
        _any(
            r"""
            [您你](?:是不是|是否|难道)?(?:已经|都|早)?(?:把我们)?(?:忘了|忘记|抛弃|嫌弃|不理|不要|不管)(?:了)?(?:我们)
            [您你](?:是不是|是否|难道)?(?:已经|都|早)?把我们(?:给)?(?:忘|抛|晾)
            (?:别|不要|难道)(?:再)?(?:不理|忘了|忘记|抛弃)我们
            """,
            r"""
            you(?:\s+have|['’]ve)?\s+(?:forgot|forgotten|abandoned|ignored|neglected|deserted|left)\s+us
            """,
        ),
        say("Say that the customer is welcome, without asking whose doing it was."),
    ),
    Words(
        _any(
            r"""
            (?:都)?怪[您你]|是[您你](?:自己)?的(?:错|过错|责任|疏忽|问题)|[您你]自己的(?:错|疏忽|责任|问题)
            [您你](?:又|再次|屡次|一再|多次|总是|老是)(?:爽约|失约|违约|迟到|拖欠|逾期|忘)
            [您你](?:早该|本该|本应|应该早|就不该|不应该)
            [您你]怎么(?:能|可以|会这样)
            让我们(?:失望|伤心|白等|空等)|害(?:得)?我们
            说话不算|言而无信|不守信用|不讲信用
            """,
            r"""
            (?:it['’]?s|it\s+is|it\s+was|entirely|all)\s+your\s+(?:own\s+)?fault
            you\s+should\s+have|you\s+should['’]ve|you\s+ought\s+to\s+have
            you\s+(?:failed|neglected|forgot)\s+to
            you\s+(?:let\s+us\s+down|disappointed\s+us|kept\s+us\s+waiting)
            """,
        ),
        say("Say what happened and what can be done now, in the words of `we`."),
    ),
)

# ---- promises

_MATERIALS = "(?:棉|羊毛|羊绒|亚麻|桑?蚕丝|涤纶|电|进度|cotton|wool|silk|linen)"

PROMISES = (
    Words(
        _any(
            rf"""
            (?<![到至达量])(?<!to )(?:100\s*[%％]|百分百|百分之百)(?!\s*的?{_MATERIALS})
            绝不(?:会)?后悔|决不后悔|永不后悔|不会(?:让您)?后悔|包[您你]满意|保[您你]满意
            保证(?:让[您你])?(?:满意|有效|见效|成功|赚|盈利|最低|根治|治好|零|不后悔)
            零(?:风险|差评|故障)|稳赚|包(?:治|过|赚)|万无一失|药到病除|立竿见影|一劳永逸
            """,
            r"""
            (?:results?|success|satisfaction)\s+guaranteed|guaranteed\s+(?:results?|success|satisfaction|lowest)
            never\s+regret|(?:won['’]?t|will\s+not|you['’]ll\s+never)\s+regret|risk[-\s]free
            """,
        ),
        say("Promise what you can keep, and say it with a number: `两年质保`."),
    ),
    Words(
        _any(
            r"""
            (?:行业|业内|业界|全国|全球|世界|全网|全城|全市|同城|本市|本地|亚洲|中国)(?:排名)?(?:第一|领先|首选|顶尖|No\.?\s?1)
            (?:行业|业界)(?:领导者|龙头|标杆|老大)|第一品牌|(?:销量|排名|口碑)第一|遥遥领先
            国家级|世界级|宇宙级|顶级|顶尖|至尊|史上最\w|全网最\w|全[国城市球]最\w
            最(?:优惠|低价|便宜|专业|先进|权威|高端)|最好的(?:服务|产品|品质|质量|技术|技师|师傅|团队|价格|体验|店)
            独一无二|无与伦比|绝无仅有|史无前例|前所未有|唯一选择
            """,
            r"""
            (?:no\.?|number|\#)\s?(?:1|one)\s+(?:in|of)\s+(?:the\s+)?(?:industry|country|city|town|world|market|business)
            (?:first|best)\s+in\s+(?:the\s+)?(?:industry|country|city|town|world|market|business|class)
            (?:industry|market|world)[-\s]leading|world[-\s]class|unbeatable|unrival+ed|second\s+to\s+none
            (?:the\s+)?lowest\s+prices?\s+(?:ever|in|guaranteed)
            """,
        ),
        say("Say what can be checked: years, a certificate, what customers rated."),
    ),
    Words(
        _any(
            r"""
            (?:大量|海量|巨额|巨大|超大|超值|超级|丰厚|豪华|神秘|重磅|惊喜|空前)的?(?:优惠|福利|礼品|礼物|好礼|大礼|豪礼|礼包|大礼包|奖品|折扣|让利|回馈)
            大额(?:优惠|折扣|让利)|超低(?:价|折扣)|大(?:酬宾|放价|让利)|优惠(?:力度)?(?:空前|巨大|超大|多多)
            (?:好礼|豪礼|大礼|惊喜|福利|礼品)(?:多多|不断|连连|不停|享不停|满满|等[您你](?:来)?拿)
            """,
            r"""
            (?:huge|big|massive|enormous|incredible|unbelievable|fabulous|amazing)\s+(?:discounts?|savings|deals?|gifts?|prizes?|surprises?|offers?)
            rich\s+(?:gifts?|rewards?|prizes?)|(?:gifts?|surprises?|savings)\s+galore
            """,
        ),
        say("Say which and how much: `保养工时五折`, `加厚擦车巾一条`."),
    ),
)

# ---- the next step

STEP = _any(
    r"""
    回复|回信|回电|回拨|回[「“"']?\s*[A-Za-zＡ-Ｚ0-9１-９]|回一?[个句声封条]|说一声|告诉我|告知|发[我给]|拍照|留言
    拨打?|致电|来电|电话|热线|咨询|联系|https?://|链接|网址|点击|点开|点[这此]|扫码|扫一?扫|二维码
    登录|打开|查看|查收|看一?看|看明细|下载|领取|请领|兑换|使用|出示|凭|报手机号|确认|核对|选择|[您你任][选挑定]|选一
    到店|来店|进店|来取|可取|自取|前台|来[一坐试看喝验]|路过|顺路|带上|预约|约|报名|参加|登记|留位|下单|付清|付款|支付|缴|充值|还款
    (?<!敬)请(?!知悉|悉知|放心|见谅|谅解|原谅|理解|期待|允许)|[吗么呢][?？]|还是.{1,12}[?？]|([要好行])不\1.{0,14}[?？]
    """,
    r"""
    repl(?:y|ies|ying)|answer|call|ring|phone|text\s+us|write\s+(?:to\s+)?us|e-?mail\s+us|contact|let\s+us\s+know|tell\s+us|ask
    tap|click|visit|book|reserve|schedule|order|open|log\s?in|sign\s?(?:in|up)|register|join|download|scan|www\.\S+
    come\s+(?:in|by|to|and|over|back)|drop\s+(?:in|by)|stop\s+by|see\s+you\s+(?:at|on)|collect|pick\s+up|claim|redeem|use|show|bring
    choose|pick|select|confirm|pay|check|please
    """,
)
"""What a customer can do now. Many words: only a text with none of them has no next step."""

LINK = re.compile(
    r"\{\{[^}]*(?:url|link|href|链接|网址|hotline|热线|phone|电话|benefit\.code)[^}]*\}\}", re.IGNORECASE
)
"""A value that is a step by itself."""
