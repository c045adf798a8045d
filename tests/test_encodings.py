"""Decoding beyond the commonest cases: which declaration is believed, and what short and damaged pages come to."""

from __future__ import annotations

import pytest

from perilune.encodings import decode

RUSSIAN = "Роскосмос объявил о запуске спутника дистанционного зондирования Земли с космодрома Восточный."
UKRAINIAN = "Україна та Європейський союз підписали угоду про співробітництво в ґалузі космічних досліджень."
CHINESE = "中国国家航天局与俄罗斯签署了关于月球科研站的协定，双方将共同开展研究。"
TAIWANESE = "國家太空中心宣布，福衛八號衛星將於明年發射，並與國際夥伴分享觀測資料。"
JAPANESE = "日本の月探査機が着陸に成功し、国際協力の枠組みについて発表した。"
KOREAN = "우주항공청은 누리호 발사를 진행하고 위성과 교신에 성공했다고 밝혔다."
POLISH = "Polska Agencja Kosmiczna podpisała umowę o współpracy i wyśle urządzenia badawcze na orbitę Księżyca."
CZECH = "Česká republika podepsala dohodu o spolupráci při výzkumu vesmíru a družice už míří na oběžnou dráhu."
TURKISH = "Türkiye Uzay Ajansı, uydunun fırlatılışı için yapılan iş birliği anlaşmasını imzaladığını açıkladı."
GREEK = "Η Ελλάδα υπέγραψε συμφωνία συνεργασίας για τους δορυφόρους και την παρατήρηση της γης."
ENGLISH = "The agency’s partners said that it’s the mission’s first launch, and the crew’s last."
FRENCH = "L'agence a signé à Évry un accord de coopération : la fusée décollera dès l'été prochain, où l'on espère."

CASES = [
    (RUSSIAN, "windows-1251"),
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "iso-8859-5"),
    (RUSSIAN, "cp866"),
    (UKRAINIAN, "windows-1251"),
    (UKRAINIAN, "koi8-u"),
    (CHINESE, "gbk"),
    (CHINESE, "gb18030"),
    (TAIWANESE, "big5"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (JAPANESE, "iso-2022-jp"),
    (KOREAN, "euc-kr"),
    (POLISH, "windows-1250"),
    (POLISH, "iso-8859-2"),
    (CZECH, "windows-1250"),
    (CZECH, "iso-8859-2"),
    (TURKISH, "windows-1254"),
    (GREEK, "windows-1253"),
    (ENGLISH, "windows-1252"),
    (FRENCH, "windows-1252"),
    (FRENCH, "iso-8859-15"),
]


def page(text: str, charset: str, *, meta: str = "") -> bytes:
    """Make a page of one paragraph."""
    head = f'<meta charset="{meta}">' if meta else ""
    return f"<html><head>{head}<title>News</title></head><body><p>{text}</p></body></html>".encode(charset)


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_a_sentence_is_read_without_a_declaration(text: str, charset: str) -> None:
    assert text in decode(page(text, charset)).text


@pytest.mark.parametrize(("text", "charset"), CASES)
@pytest.mark.parametrize("wrong", ["utf-8", "iso-8859-1"])
def test_a_wrong_declaration_is_seen_through(text: str, charset: str, wrong: str) -> None:
    assert text in decode(page(text, charset, meta=wrong), f"text/html; charset={wrong}").text


@pytest.mark.parametrize(("text", "charset"), CASES)
def test_a_right_declaration_wins_over_a_wrong_one(text: str, charset: str) -> None:
    assert text in decode(page(text, charset, meta="utf-8"), f"text/html; charset={charset}").text
    assert text in decode(page(text, charset, meta=charset), "text/html; charset=iso-8859-1").text


@pytest.mark.parametrize("word", ["联通", "中国"])
def test_a_declared_charset_holds_for_two_characters(word: str) -> None:
    assert word in decode(page(word, "gb2312", meta="gb2312")).text


@pytest.mark.parametrize("claim", ["gb2312", "windows-1251", "iso-8859-1", "shift_jis"])
@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, FRENCH, "é"])
def test_utf_8_is_read_whatever_is_declared(text: str, claim: str) -> None:
    assert text in decode(page(text, "utf-8", meta=claim), f"text/html; charset={claim}").text


@pytest.mark.parametrize("claim", ["utf-7", "base64", "rot13", "unicode_escape", "idna", "no-such", "utf-16", ""])
def test_no_declaration_of_what_is_no_charset_is_believed(claim: str) -> None:
    body = page(f"+ADw-b+AD4- {FRENCH}", "utf-8", meta=claim)
    assert f"+ADw-b+AD4- {FRENCH}" in decode(body, f"text/html; charset={claim}").text


def test_ideographs_in_utf_16_need_no_mark() -> None:
    assert CHINESE * 40 in decode(page(CHINESE * 40, "utf-16-be")).text


def test_zero_bytes_do_not_make_a_page_utf_16() -> None:
    body = page(CHINESE, "utf-8").replace(b"<body>", b"<body>" + b"\0" * 300)
    assert CHINESE in decode(body).text


def test_a_page_with_broken_bytes_keeps_the_rest() -> None:
    body = page(RUSSIAN, "utf-8").replace(b"<p>", "<p>Луна ".encode("cp1251"))
    assert RUSSIAN in decode(body, "text/html; charset=utf-8").text


def test_mojibake_inside_utf_8_is_left_as_it_is() -> None:
    mojibake = RUSSIAN.encode().decode("latin-1")
    assert mojibake in decode(page(f"{CHINESE} {mojibake}", "utf-8"), "text/html; charset=gb2312").text
