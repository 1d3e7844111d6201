"""How like writing a text is: its letters beyond ASCII beside their neighbours, as languages put them."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from unicodedata import normalize

WEST = ("fr", "es", "pt", "sv", "de", "it", "da", "fi", "nl", "no", "is", "ga", "en")
CENTRAL = ("pl", "cs", "sk", "hu", "hr", "sl", "ro", "de", "en")
BALTIC = ("lt", "lv", "et", "de", "en")
TURKISH = ("tr", "de", "en")
CYRILLIC = ("ru", "uk", "bg", "be", "sr", "mk")

_UNSEEN = 0.15
"""What a pair of letters weighs that no text of the language had, where the rarest that was seen weighs one."""
_KINDS, _AFTER = 400, 40
"""Pairs of letters there are room for, and letters after one, in round numbers."""
_OTHER = 2.5
"""What a word costs that another language than the text's explains: names do."""
_RARE = {"is": 3.0, "ga": 3.0, "sl": 1.0, "sk": 1.0, "hr": 0.5, "et": 1.0, "lv": 0.5, "lt": 0.5, "be": 1.0, "mk": 1.0}
"""What a word costs in languages of few writers, lest they explain every odd one."""
_COMMON = frozenset("’‘“”„«»–—…€£°®©™§½º¿¡\xa0•")
_OPENING = frozenset("“„«¿¡§©£")
_CLOSING = frozenset("”»…®™º½\xa0")
_APART = frozenset("–—•§©")
_SELDOM = frozenset("ª²³¼¾´·×`‚±¢‰\xad")
_CURRENCY = frozenset("€£¢")
_HANZI = frozenset(
    "的一是不了在人有我他这这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之"
    "年过過发發后後作里裡裏用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些"
    "主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外"
    "将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代内內"
    "信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口认認条條平系气氣题題"
    "活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指克许"
    "許统統区區保至队隊形社便空决決治展马馬科司五基眼书書非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路"
    "记記南品住告类類求据據程北边邊死张張该該交规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導"
    "争爭运運您请請谢謝货貨单單费費款钱錢买買卖賣订訂账帳号號码碼密登录錄录邮郵箱收快递遞退换換客服务電话網网页頁功载載"
)
_HANGUL = frozenset(
    "이다는에을의가하고지로한은를사기도어리시서자인나대아정그해라수전일들으부제보있게주스장상구지안과만면원조습니비성유공선"
    "관모였여데화계세동요회오중소생우연경위방것신적국말내문속무진용실마오분간개산때명었드바치물교트발단당없러음양저터심입불"
    "미재현름건출업체결식호행남받반민출통년월거영운후등설달야차금학역천려감급작포잘못않된되될됩했합할함았았습을드려까지나님네"
    "청번편빠른배송품택파손태충길변경취소독페열답변환불담당객매료완료확인앱업데트링클릭카메일봉투난직접너무커피작은큰더욱최근"
    "레벨온라노테크디프린컴퓨토화론버튼색울산광벌써늘밤침점심녁녀생각엇왜언누떤런렇습죄송겠싶십쇼셨셔줘줄준된됐켜꺼찾믿읽쓰씨살"
)
_ELIDED = re.compile(
    r"’?(\w+’(s|re|ll|d|m)|\w*n’t|(i|you|we|they|who|should|could|would|might|must)’ve)’?"
    r"|(l|d|c|j|n|s|m|t|v|qu|jusqu|lorsqu|puisqu|quelqu|aujourd|un|all|dall|dell|nell|sull|coll|quest|quell|nessun|ciascun|com|dov|cos|anch|bell|sant|tutt|mezz|gl|o|d’un)’\w+"
)
"""Words with an apostrophe: English by their end, French and Italian by their beginning."""


def likeness(words: Iterable[str], languages: tuple[str, ...]) -> float:
    """Return how likely words are, as a logarithm, in the one of some languages that explains them best.

    Parameters: words : each with at least one letter or sign beyond ASCII
                languages : their codes
    Returns:    the sum over the words; nearer to nought is likelier
    >>> likeness(["señor"], WEST) > likeness(["seńor"], CENTRAL)
    True
    """
    each = [[word_likeness(word, one) for one in languages] for word in words]
    other = [max(s - _RARE.get(one, 0.0) for s, one in zip(scores, languages, strict=True)) - _OTHER for scores in each]
    return max(
        sum(max(scores[i], best) for scores, best in zip(each, other, strict=True)) - _RARE.get(one, 0.0)
        for i, one in enumerate(languages)
    )


@lru_cache(100_000)
def word_likeness(word: str, language: str) -> float:
    """Return how likely a word is in a language, as a logarithm, by its letters beyond ASCII and those beside them."""
    if language in _IDEOGRAPHS:
        return _ideographs(word, language)
    pairs = pairs_of(language)
    score = -_cases(word) - _apostrophes(word)
    word = "".join(map(_tone_apart, word)) if language == "vi" else word
    letters = [_letter(c) for c in f" {word} "]
    for i in range(1, len(letters)):
        before, after = letters[i - 1], letters[i]
        if before.isascii() and after.isascii():
            continue
        score += pairs.get(before + after) or pairs.get(before, pairs[""])
    return score + sum(_sign(f" {word} ", i) for i, c in enumerate(f" {word} ") if c > "\x7f" and letters[i] == " ")


def _ideographs(word: str, language: str) -> float:
    """Return how likely a word is as Chinese, Japanese or Korean, as a logarithm."""
    joined = len(re.findall("[A-Za-z][^\0-\x7f]|[^\0-\x7f][A-Za-z]", word))
    return sum(_ideograph(c, language) for c in word if c > "\x7f") - 8.0 * joined


@lru_cache(50_000)
def _ideograph(c: str, language: str) -> float:
    if c in "、。「」()『』《》“”‘’·…ー〜～—" or "\u3000" <= c <= "\u301c" or "\uff01" <= c <= "\uff5e":
        return -6.0
    if language == "ja" and "\u3040" <= c <= "\u30ff":
        return -4.0
    if language == "ko":
        usual = -5.7 if c in _HANGUL else -9.5 if _encodes(c, "euc-kr") else -14.0
        return usual if "\uac00" <= c <= "\ud7a3" else -14.0
    if "\u4e00" <= c <= "\u9fff":
        if c in _HANZI and language != "ja":
            return -6.5
        return -13.0 if not _usual(c, language) else -6.5 if c in _HANZI else -9.5
    return -15.0


_USUAL = {"ja": ("shift_jis", b"\x98\x9f"), "zh": ("gb2312", b"\xd8"), "tw": ("big5", b"\xc9")}
"""An encoding of each and where its rarer characters begin."""
_IDEOGRAPHS = {*_USUAL, "ko"}


def _usual(c: str, language: str) -> bool:
    encoding, rarer = _USUAL[language]
    return _encodes(c, encoding) and c.encode(encoding) < rarer


def _encodes(c: str, encoding: str) -> bool:
    try:
        return bool(c.encode(encoding))
    except UnicodeEncodeError:
        return False


@cache
def _tone_apart(c: str) -> str:
    """Return a Vietnamese letter as its table has it: its tone is a character of its own."""
    first, *marks = list(normalize("NFD", c))
    tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
    return normalize("NFC", first + "".join(mark for mark in marks if mark not in tones)) + "".join(tones)


@cache
def _letter(c: str) -> str:
    """Return a letter as the table has it, or a blank for what is none; the apostrophe of print counts as a letter."""
    if c.isascii():
        return c.lower() if c.isalpha() else " "
    kept = (
        c.isalpha() or c == "’" or "\u0300" <= c <= "\u036f" or "\u0591" <= c <= "\u0652" or "\u0e31" <= c <= "\u0e4e"
    )
    low = c.lower()
    return (low if len(low) == 1 else c) if kept and c not in "ªº" else " "


def _cases(word: str) -> float:
    """Return what capitals inside of words cost."""
    cost = 0.0
    for i in range(1, len(word)):
        before, here = word[i - 1], word[i]
        if before.isascii() and here.isascii():
            continue
        cost += 5.0 * (before.islower() and here.isupper())
        cost += 4.0 * (i > 1 and word[i - 2].isupper() and before.isupper() and here.islower())
    return cost


def _apostrophes(word: str) -> float:
    """Return what apostrophes cost where English, French and Italian have none."""
    return 6.0 * ("’" in word.strip("’") and not _ELIDED.fullmatch(word.lower()))


def _sign(word: str, at: int) -> float:
    """Return how likely a sign is between its neighbours."""
    sign, before, after = word[at], word[at - 1].isalpha(), word[at + 1].isalpha()
    free = not before and not after
    if sign in _CURRENCY:
        return -5.5 if free else -14.0
    if sign in _SELDOM:
        return -10.0 if free else -14.0
    if sign not in _COMMON:
        return -16.0
    if (before and sign in _OPENING) or (after and sign in _CLOSING) or (before and after):
        return -13.0
    if free:
        return {"…": -8.5, "\xa0": -7.0, "¡": -10.0, "¿": -10.0}.get(sign, -5.5)
    return -12.0 if sign in _APART else -9.5


@cache
def pairs_of(language: str) -> dict[str, float]:
    """Return the logarithm of each pair of letters' share in a language, and of any other under ""."""
    return _table()[language]


@cache
def _table() -> dict[str, dict[str, float]]:
    lines = files("al_core.datasets").joinpath("letters.tsv").read_text("utf-8").splitlines()
    return {name: _logs(levels) for name, *levels in (line.split("\t") for line in lines)}


def _logs(levels: list[str]) -> dict[str, float]:
    """Return the logarithms of pairs, by the levels they are written in; of others by their first letter, or ""."""
    weights = {
        level[i : i + 2].replace("_", " "): 1.4 * 2.0**power
        for power, level in enumerate(levels)
        for i in range(0, len(level), 2)
    }
    first: dict[str, float] = {"": sum(weights.values()) + _UNSEEN * _KINDS}
    for pair, weight in weights.items():
        if not pair[0].isascii():
            first[pair[0]] = first.get(pair[0], _UNSEEN * _AFTER) + weight
    logs = {pair: log(weight / first.get(pair[0], first[""])) for pair, weight in weights.items()}
    return logs | {one: log(_UNSEEN / total) for one, total in first.items()}
