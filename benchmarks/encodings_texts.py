"""Texts in many languages for the encodings benchmark: real ones of a folder and of this repository, CLDR's names.

Apart because loading differs by collection, and what is measured on them does not.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from perilune.languages import language_of

REPOSITORY = Path(__file__).parents[1]
MAX_TEXTS = 8
SENTENCES_PER_TEXT = 12
MIN_SENTENCE_CHARS = 8
MIN_SENTENCES = 3
NAMES_PER_SENTENCE = 6
SAMPLES_LISTED = 8
OWN_COLLECTIONS = ("perilune/demo/content/gold.jsonl", "pipeline/understanding/labelled/gold.jsonl")
# No collection has running text in these languages: names of territories, languages and currencies stand for it.
LISTED_LANGUAGES = ("pl", "cs", "hu", "ro", "hr", "el", "tr", "ar", "he", "uk", "bg", "sr", "ja", "ko")
CHARSETS = {
    "zh": ("gb2312", "gbk", "gb18030"),
    "zh-Hant": ("big5", "big5-hkscs", "gb18030"),
    "ja": ("shift_jis", "euc-jp", "iso-2022-jp"),
    "ko": ("euc-kr",),
    "ru": ("windows-1251", "koi8-r", "iso-8859-5", "ibm866"),
    "uk": ("windows-1251", "koi8-u"),
    "bg": ("windows-1251",),
    "sr": ("windows-1251",),
    "el": ("windows-1253", "iso-8859-7"),
    "tr": ("windows-1254", "iso-8859-9"),
    "ar": ("windows-1256",),
    "he": ("windows-1255",),
    **dict.fromkeys(("pl", "cs", "hu", "ro", "hr"), ("windows-1250", "iso-8859-2")),
}
LATIN_1_CHARSETS = ("windows-1252", "iso-8859-1", "iso-8859-15")
UNICODE_CHARSETS = ("utf-8", "utf-8 with mark", "utf-16le", "utf-16be", "utf-16 with mark")
# The commonest characters that differ; a sentence is taken only when Big5 has all its characters then.
TRADITIONAL = dict(
    re.findall(
        r"(\S)(\S)",
        "与與专專业業东東丝絲两兩严嚴个個丰豐临臨为為丽麗举舉么麼义義乌烏乐樂习習乡鄉书書买買乱亂争爭亏虧"
        "云雲亚亞产產亲親亿億仅僅从從仓倉仪儀们們价價众眾优優会會伟偉传傳伤傷伦倫伪偽体體余餘侠俠侦偵侧側"
        "侨僑俭儉债債倾傾储儲儿兒党黨兰蘭关關兴興养養兽獸内內册冊写寫军軍农農冯馮冲沖决決况況冻凍净淨"
        "准準凉涼减減凤鳳凭憑凯凱击擊划劃刘劉则則刚剛创創删刪别別制製剂劑剑劍剧劇劝勸办辦务務动動励勵劲勁"
        "劳勞势勢区區医醫华華协協单單卖賣卢盧卫衛厂廠厅廳历歷厉厲压壓县縣参參双雙发發变變叶葉号號后後吗嗎"
        "启啟员員听聽吴吳响響国國图圖团團园園围圍圆圓圣聖场場坏壞块塊坚堅坛壇坝壩坠墜处處备備复復够夠头頭"
        "夺奪奋奮奖獎妇婦妈媽娱娛孙孫学學宁寧宝寶实實宪憲宽寬宾賓对對寻尋导導将將尔爾尘塵尝嘗层層属屬岁歲"
        "岗崗岛島币幣师師帅帥帐帳带帶帮幫干幹并並广廣庆慶库庫应應庙廟废廢开開异異弃棄张張弹彈强強归歸"
        "录錄彻徹径徑忆憶忧憂怀懷态態总總恳懇恶惡悬懸惊驚惯慣愿願战戰户戶扑撲执執扩擴扫掃扬揚抚撫抢搶护護"
        "报報担擔拟擬拥擁择擇挂掛挥揮损損换換据據掷擲摄攝摆擺撑撐数數断斷无無旧舊时時旷曠显顯晋晉晓曉暂暫"
        "术術机機杀殺杂雜权權条條来來杨楊极極构構枢樞标標栈棧栋棟树樹样樣桥橋档檔梦夢检檢楼樓欢歡欧歐残殘"
        "毁毀毕畢气氣汇匯汉漢沟溝没沒泽澤洁潔测測济濟浓濃涛濤润潤涨漲渐漸温溫湾灣满滿滚滾灭滅灯燈灵靈灾災"
        "炉爐点點炼煉热熱爱愛状狀独獨狭狹猎獵环環现現玛瑪珑瓏电電画畫畅暢疗療监監盖蓋盘盤着著矿礦码碼砖磚"
        "确確础礎礼禮离離种種积積称稱稳穩穷窮窝窩竞競笔筆筑築签簽简簡类類粮糧紧緊红紅约約级級纪紀纯純纲綱"
        "纳納纵縱纷紛纸紙线線练練组組细細织織终終绍紹经經结結给給络絡绝絕统統继繼绩績续續维維综綜绿綠编編"
        "缓緩缔締缩縮网網罗羅罚罰职職联聯聪聰肃肅胜勝脑腦脚腳脱脫舰艦舱艙艰艱艺藝节節苏蘇范範荐薦荣榮药藥"
        "获獲营營萧蕭蓝藍虏虜虑慮虽雖补補装裝观觀规規视視览覽觉覺触觸计計订訂认認讨討让讓训訓议議讯訊记記"
        "讲講许許论論设設访訪证證评評识識诉訴诊診词詞译譯试試诗詩诚誠话話询詢该該详詳语語误誤说說请請诸諸"
        "读讀课課调調谈談谋謀谓謂谢謝谱譜贝貝负負贡貢财財责責贤賢败敗货貨质質购購贯貫贵貴贸貿费費贺賀资資"
        "赋賦赏賞赖賴赛賽赞贊赵趙赶趕趋趨跃躍践踐踪蹤车車轨軌转轉轮輪软軟轻輕载載较較辅輔辆輛辈輩输輸辽遼"
        "达達迁遷过過迈邁运運还還这這进進远遠违違连連迟遲适適选選递遞逻邏遗遺邓鄧邮郵郑鄭邻鄰郁鬱酝醞释釋"
        "鉴鑒针針钟鐘钢鋼钱錢铁鐵铝鋁银銀销銷锋鋒错錯锦錦键鍵镇鎮镜鏡长長门門闪閃闭閉问問间間闻聞阅閱"
        "队隊阳陽阴陰阵陣阶階际際陆陸陈陳险險随隨隐隱难難雾霧静靜韩韓页頁顶頂项項顺順须須顾顧顿頓预預领領"
        "频頻题題颜顏额額风風飞飛饭飯饮飲馆館马馬驱驅驶駛驻駐验驗骑騎鱼魚鸟鳥鸡雞鸣鳴麦麥黄黃齐齊齿齒龙龍",
    )
)


@dataclass(frozen=True)
class Sample:
    """A text as title and sentences, and its language (ISO 639-1, with the script where Chinese is traditional)."""

    language: str
    title: str
    sentences: tuple[str, ...]

    @property
    def charsets(self) -> tuple[str, ...]:
        """The charsets beside Unicode's that pages in this language come in."""
        return CHARSETS.get(self.language, LATIN_1_CHARSETS)


def samples_in(folder: Path) -> list[Sample]:
    """Load at most `MAX_TEXTS` texts a language, drawn alike each time."""
    by_language: dict[str, list[Sample]] = {}
    listed = (sample for language in LISTED_LANGUAGES for sample in _listed_samples(language))
    for sample in (*_real_samples(folder), *listed):
        by_language.setdefault(sample.language, []).append(sample)
    chance = random.Random(7)
    return [
        sample
        for language in sorted(by_language)
        for sample in chance.sample(by_language[language], min(MAX_TEXTS, len(by_language[language])))
    ]


def _real_samples(folder: Path) -> Iterator[Sample]:
    for title, text in (*_news(folder), *_broadcasts(folder), *_treaties(folder), *_own_accounts()):
        sentences = _sentences(text)
        language = language_of(" ".join(sentences))
        for start in range(0, len(sentences), SENTENCES_PER_TEXT):
            part = sentences[start : start + SENTENCES_PER_TEXT]
            if language and len(part) >= MIN_SENTENCES and not part[0].isascii():
                yield from _in_both_scripts(Sample(language, title or part[0][:40], tuple(part)))


def _sentences(text: str) -> list[str]:
    parts = re.split(r"(?<=[.!?])\s+|(?<=[。！？])|\s*\n\s*", text)
    return [part.strip() for part in parts if len(part.strip()) >= MIN_SENTENCE_CHARS and part.isprintable()]


def _in_both_scripts(sample: Sample) -> Iterator[Sample]:
    yield sample
    if sample.language == "zh":
        sentences = tuple(
            line for line in (_traditional(sentence) for sentence in sample.sentences) if _is_in_big5(line)
        )
        if len(sentences) >= MIN_SENTENCES:
            yield Sample("zh-Hant", sentences[0][:20], sentences)


def _traditional(text: str) -> str:
    return "".join(TRADITIONAL.get(character, character) for character in text)


def _is_in_big5(text: str) -> bool:
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _news(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "html" / "fundus").glob("*/*.json")):
        for facts in json.loads(path.read_text("utf-8")).values():
            body = facts.get("body") or {}
            paragraphs = [text for section in body.get("sections", ()) for text in section.get("paragraphs", ())]
            yield str(facts.get("title") or ""), "\n".join(paragraphs)


def _broadcasts(folder: Path) -> Iterator[tuple[str, str]]:
    path = folder / "text" / "cctv_space_2022_2024.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        item = json.loads(line)
        yield str(item["title"]), str(item["text"])


def _treaties(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "pdf" / "space-law-corpus").rglob("text.txt")):
        yield "", path.read_text("utf-8")


def _own_accounts() -> Iterator[tuple[str, str]]:
    for name in OWN_COLLECTIONS:
        for line in (REPOSITORY / name).read_text("utf-8").splitlines():
            item = json.loads(line)
            yield str(item.get("title") or ""), str(item.get("text") or "")


def _listed_samples(language: str) -> Iterator[Sample]:
    locale = Locale.parse(language)
    listed = (locale.territories, locale.languages, locale.currencies)
    names = [str(name) for each in listed for name in each.values()]
    random.Random(3).shuffle(names)
    starts = range(0, len(names) - NAMES_PER_SENTENCE, NAMES_PER_SENTENCE)
    lines = [", ".join(names[start : start + NAMES_PER_SENTENCE]) + "." for start in starts]
    for start in range(0, SAMPLES_LISTED * SENTENCES_PER_TEXT, SENTENCES_PER_TEXT):
        part = tuple(lines[start : start + SENTENCES_PER_TEXT])
        if len(part) >= MIN_SENTENCES:
            yield Sample(language, str(locale.display_name), part)
