"""What replies mean for whether somebody may be written to: F8 of the faults to survive, S16."""

from itertools import product

import pytest

from engine.keywords import OPTOUT_WORDS, USUAL, Keywords

CLEAR = (
    "T",
    "t",
    "Ｔ",
    "ｔ",
    " T ",
    "\u3000T\u3000",
    "T.",
    "t。",
    "“T”",
    "‘t’",
    "「T」",
    "'T'",
    '"T"',
    "（T）",
    "(t)",
    "[T]",
    "T!",
    "T！",
    "t~",
    "T～",
    "T，",
    "T\n",
    "\tT",
    "T\u200b",
    "\ufeffT",
    "T🙏",
    "👎T",
    "T T",
    "TT",
    "t t t",
    "Ⓣ",
    "𝐓",
    "TD",
    "td",
    "Td",
    "tD",
    "ＴＤ",
    "T D",
    "T.D.",
    "T-D",
    "“TD”",
    "TD！",
    "TD。",
    "TDTD",
    "td td",
    "回T",
    "回t",
    "回Ｔ",
    "回TD",
    "回ＴＤ",
    "回 TD",
    "回复TD",
    "回复T",
    "回复：TD",
    "回复“TD”",
    "回复【T】",
    "退订",
    " 退订 ",
    "退订！",
    "退订。",
    "“退订”",
    "《退订》",
    "退 订",
    "退\u3000订",
    "退订退订",
    "退订，退订",
    "退訂",
    "T退订",
    "TD退订",
    "回T退订",
    "回TD退订",
    "回复TD退订",
    "退订T",
    "退订TD",
    "我要退订",
    "请退订",
    "取消订阅",
    "取消訂閱！",
    "拒收",
    "拒收。",
    "STOP",
    "stop",
    "Stop!",
    "ＳＴＯＰ",
    "S T O P",
    "stop.",
    '"STOP"',
    "stop stop",
    "STOP ALL",
    "stopall",
    "UNSUBSCRIBE",
    "unsubscribe",
    "Unsubscribe.",
    "ｕｎｓｕｂｓｃｒｉｂｅ",
    "opt out",
    "OPT-OUT",
    "OptOut",
)

UNCLEAR = (
    "请不要再发",
    "别再发了",
    "不要给我发短信了",
    "别发了！",
    "我不想收到这种短信",
    "再发我就投诉",
    "投诉你们",
    "拉黑了",
    "这是骚扰",
    "怎么退订",
    "我要退订吗？",
    "已经退订了怎么还发",
    "你们的退订怎么没用",
    "不退订",
    "T恤还有货吗",
    "T 恤",
    "我穿T码",
    "回T就行了吗",
    "TD是什么",
    "what does T mean",
    "please stop",
    "stop it now",
    "Can I unsubscribe?",
    "don't text me again",
    "Do not contact me",
    "remove me",
    "spam",
    "Stop sending!!",
    "T 或者 Y",
    "1 或 T",
    "Ｔ恤",
    "请ＴＤ",
    "勿扰",
    "退 订 了",
    "退\u200b订吧",
)

NEITHER = (
    "",
    " ",
    "1",
    "Y",
    "y",
    "Ｙ",
    "A",
    "好的",
    "谢谢",
    "可以",
    "周三下午三点",
    "ok",
    "Thanks!",
    "I can't come",
    "That's great",
    "tomorrow",
    "at 3",
    "Tuesday",
    "待定",
    "TV坏了",
    "3T硬盘",
    "T1航站楼",
    "iPhone 5t",
    "study",
    "STOPWATCH",
    "打八折吗",
    "退款",
    "退货",
    "订位",
    "\u200b",
    "🙏",
    "？",
)


@pytest.mark.parametrize("text", CLEAR)
def test_an_opt_out(text: str) -> None:
    """F8: in any width and case, with punctuation, spaces, quotes, pictures, or said twice."""
    assert USUAL.meaning(text) == "optout"


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_only_looks_like_one(text: str) -> None:
    """F8: free text, or one that merely contains the word or the letter: a person must say."""
    assert USUAL.meaning(text) == "unclear"


@pytest.mark.parametrize("text", NEITHER)
def test_anything_else(text: str) -> None:
    """A letter within a word is nothing."""
    assert USUAL.meaning(text) == "none"


def test_every_word_in_any_dress() -> None:
    """Each word, each way to write it."""
    dresses = ("{}", " {}\n", "“{}”", "{}！", "\u3000{}。\u200b", "({})", "{0} {0}")
    for word, dress in product(OPTOUT_WORDS, dresses):
        wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)
        for way in (word, word.lower(), word.upper(), word.title(), wide, " ".join(word)):
            assert USUAL.meaning(dress.format(way)) == "optout", (way, dress)


def test_words_of_a_project() -> None:
    """More languages; the usual words stay."""
    ours = Keywords(optout=("ARRÊT", "стоп", "配信停止", "Abmelden"), unclear=("ne m'écrivez plus", "やめて"))
    for text in ("Arrêt.", "arre\u0302t", "СТОП!", "配信停止", "abmelden", "T"):
        assert ours.meaning(text) == "optout", text
    for text in ("c'est un arrêt ?", "配信停止したい", "Ne m’écrivez plus", "もうやめてください", "退订吗"):
        assert ours.meaning(text) == "unclear", text
    assert USUAL.meaning("Abmelden") == "none"
