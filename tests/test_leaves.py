"""Addresses, charsets, languages and verdicts: the rules that crawler and pipeline share."""

from __future__ import annotations

import pytest

from perilune.encodings import decode
from perilune.languages import language_of
from perilune.urls import canonical_url, is_same_site, is_web_address, site_of
from perilune.verdicts import verdict_on_page

RUSSIAN = "Россия и Китай подписали соглашение о сотрудничестве в области освоения Луны"
CHINESE = "中国和俄罗斯签署了关于月球科研站合作的谅解备忘录，双方将开展合作。"
TAIWANESE = "中國和俄羅斯簽署了關於月球科研站合作的諒解備忘錄，雙方將開展合作。"
FRENCH = "La Chine et la France ont signé un accord de coopération spatiale, déjà très avancé"
ENGLISH = "China and Russia have signed a number of cooperation agreements on deep-space exploration."
PROSE = f"<p>{ENGLISH * 4}</p>" * 4


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://WWW.ESA.int:80/a/../b?utm_source=x&b=2&a=1&spm=1.2#top", "http://www.esa.int/b?a=1&b=2"),
        ("https://www.cnsa.gov.cn/index.html?cid=5&session=3", "https://www.cnsa.gov.cn/index.html?cid=5&session=3"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:8443/x?fbclid=1", "https://example.org:8443/x"),
        ("https://example.org/%7euser/%e6%9c%88", "https://example.org/~user/%E6%9C%88"),
        ("http://пример.рф/луна", "http://xn--e1afmkfd.xn--p1ai/%D0%BB%D1%83%D0%BD%D0%B0"),
        ("https://example.org/a.do;jsessionid=0AF?q=1", "https://example.org/a.do?q=1"),
        ("https://example.org/news/launch/amp/", "https://example.org/news/launch/"),
        ("https://example.org/amp/", "https://example.org/amp/"),
        ("https://example.org/x?amp=1&id=4", "https://example.org/x?id=4"),
        ("https://example.org/x?id=4&print=yes", "https://example.org/x?id=4"),
        ("https://example.org/x?sid=0f3a91c27be8d4415c&id=4", "https://example.org/x?id=4"),
        ("https://example.org/x?sid=44", "https://example.org/x?sid=44"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/x", "https://example.org/x"),
    ],
)
def test_an_address_has_one_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


def test_a_mobile_edition_is_of_its_site() -> None:
    assert is_same_site("https://m.example.org/x", "https://www.example.org/y")
    assert not is_same_site("https://m.org/x", "https://example.org/x")
    assert not is_same_site("", "")


def test_a_site_is_its_host_without_www() -> None:
    assert site_of("https://WWW.Example.org:8080/x") == "example.org"
    assert site_of("no address") == ""


@pytest.mark.parametrize(
    ("text", "is_address"),
    [
        ("https://example.org/x", True),
        ("http://127.0.0.1:8000", True),
        ("ftp://example.org", False),
        ("https://", False),
        ("example.org", False),
        ("https://a b.org", False),
        ("http://[::1", False),
    ],
)
def test_web_addresses_are_told_from_other_text(text: str, is_address: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_web_address(text) is is_address


@pytest.mark.parametrize(
    "claim", [None, "text/html; charset=utf-8", "text/html; charset=iso-8859-1", "text/html; charset=gb2312"]
)
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN.upper(), "cp1251"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (TAIWANESE, "big5"),
        (FRENCH, "latin-1"),
        (FRENCH, "utf-8"),
    ],
)
def test_bytes_are_read_whatever_they_claim_to_be(text: str, encoding: str, claim: str | None) -> None:
    body = f"<html><body><p class='x'>{text}</p></body></html>".encode(encoding)
    assert text in decode(body, claim).text


def test_gb2312_is_read_as_its_superset() -> None:
    body = '<meta charset="gb2312"><p>中国航天员王亚平、翟志刚和朱镕基在北京</p>'.encode("gb18030")
    assert decode(body).encoding == "gb18030"
    assert "镕" in decode(body).text


def test_a_text_cut_inside_a_character_is_still_utf_8() -> None:
    assert decode(CHINESE.encode()[:-1]).encoding == "utf-8"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (RUSSIAN, "ru"),
        (CHINESE, "zh"),
        (TAIWANESE, "zh"),
        (FRENCH, "fr"),
        ("日本の月探査機が着陸に成功しました", "ja"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "NASA", "月球", "Луна", "2022-02", "https://example.org/en/news"])
def test_a_few_letters_tell_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty page"),
        ("<html><body>  </body></html>", "empty page"),
        (
            "<title>Just a moment...</title><script>window._cf_chl_opt={}</script><p>Enable JavaScript</p>",
            "challenge page",
        ),
        (
            "<html><script>var arg1='0A';document.cookie='acw_sc__v2=1'</script><body>请稍候</body></html>",
            "challenge page",
        ),
        ("<title>Access</title><p>Are you a robot?</p><div class='g-recaptcha'></div>", "captcha"),
        ("<title>Log in | Agency</title><form><input type='password'></form>", "login wall"),
        ("<title>404 - Page not found</title><h1>Sorry</h1>", "not found page sent with status 200"),
        ("<title>Страница не найдена</title><p>Проверьте адрес.</p>", "not found page sent with status 200"),
        ("<title>国家航天局</title><h1>您访问的页面不存在</h1>", "not found page sent with status 200"),
        ("<title>Page introuvable | Agence</title><h1>Oups</h1>", "not found page sent with status 200"),
    ],
)
def test_gates_and_soft_errors_are_named(body: str, reason: str) -> None:
    assert verdict_on_page(200, "text/html", body.encode()) == reason


def test_a_soft_error_is_known_in_the_charset_of_its_site() -> None:
    page = "<title>Страница не найдена</title><p>Проверьте адрес.</p>"
    assert verdict_on_page(200, "text/html", page.encode("cp1251")) == "not found page sent with status 200"


@pytest.mark.parametrize(
    "page",
    [
        f"<title>How captchas and logins changed the web</title><div class='g-recaptcha'></div>{PROSE}",
        f"<title>Page not found: why links rot</title>{PROSE}<input type='password'>",
        (
            "<title>Agency</title><p>The agency signed an agreement today.</p>"
            "<script src='/cdn-cgi/challenge-platform/x.js'></script>"
        ),
    ],
)
def test_articles_that_mention_gates_pass(page: str) -> None:
    assert verdict_on_page(200, "text/html", page.encode()) is None


def test_other_formats_and_error_codes_are_told() -> None:
    assert verdict_on_page(200, "application/pdf", b"%PDF-1.7 ...") is None
    assert verdict_on_page(404, "text/html", f"<title>x</title>{PROSE}".encode()) == "status 404"
