"""Cheap verdicts on a page's bytes; apart because the crawler asks them at once and the pipeline once more."""

from __future__ import annotations

import re
from collections.abc import Iterable

HTTP_ERROR = 400
MAX_SCANNED_BYTES = 1_500_000
MAX_GATE_CHARS = 2_500
MIN_PROSE_RUN_BYTES = 90
MAX_PROSE_BYTES = 700

INVISIBLE = re.compile(rb"<(script|style|noscript|template|svg)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
TAG = re.compile(rb"<[^>]*>")
INLINE_TAG = re.compile(rb"</?(?:a|b|i|em|strong|span|u|sup|sub|font|mark|abbr|q|cite|small)\b[^>]*>", re.IGNORECASE)
PARAGRAPH_START = re.compile(rb"<p(?:\s[^>]*)?>\s*([^<]{90,})", re.IGNORECASE)
HEADLINE = re.compile(rb"<(?:title|h1|h2)\b[^>]*>(.*?)</(?:title|h1|h2)\s*>", re.IGNORECASE | re.DOTALL)
EMPTY_FRAME = re.compile(rb"<(?:frame|iframe|img|object|embed|video|script)\b", re.IGNORECASE)


def _any_of(phrases: Iterable[str]) -> bytes:
    """Join `phrases` into one pattern that finds them in every charset and case that our pages come in."""
    forms = {
        form.encode(charset, "ignore")
        for phrase in phrases
        for form in (phrase, phrase.lower(), phrase.upper(), phrase.capitalize())
        for charset in ("utf-8", "gb18030", "cp1251", "cp1252")
        if form.encode(charset, "ignore").decode(charset) == form
    }
    return b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


CHALLENGE = re.compile(
    rb"_cf_chl_opt|cf-browser-verification|cf-challenge|/_Incapsula_Resource|sucuri_cloudproxy|__jsl_clearance"
    rb"|acw_sc__v2|window\.gokuProps|awswaf\.com|ddos-guard\.net/check|\$_ts\.cd|\$_ts=window|px-captcha|_pxAppId"
    rb"|perfdrive\.com|datadome\.co/captcha|/\.well-known/sgcaptcha|__test=[^;]+;\s*expires|/vddosw3data\.js"
    rb"|aliyun_waf|validate\.perfdrive|anubis_challenge|slowAES\.decrypt"
)
CHALLENGE_WORDS = re.compile(
    _any_of(
        (
            "just a moment...",
            "checking your browser before",
            "checking if the site connection is secure",
            "verifying you are human",
            "attention required! | cloudflare",
            "enable javascript and cookies to continue",
            "ddos protection by",
            "please wait while we verify",
            "your request has been blocked",
            "请开启JavaScript并刷新",
            "正在验证您的浏览器",
            "请稍候,正在检查",
            "проверка браузера",
            "проверяем ваш браузер",
            "vérification de votre navigateur",
        )
    ),
    re.IGNORECASE,
)
CAPTCHA = re.compile(
    rb"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|geetest|smartcaptcha|captcha-delivery|showcaptcha|"
    + _any_of(
        (
            "enter the characters you see",
            "i'm not a robot",
            "prove you are human",
            "are you a robot",
            "unusual traffic from your",
            "请输入验证码",
            "安全验证",
            "滑动验证",
            "я не робот",
            "вы не робот",
            "введите символы с картинки",
            "je ne suis pas un robot",
            "vous n'êtes pas un robot",
        )
    ),
    re.IGNORECASE,
)
PASSWORD_FIELD = re.compile(rb"<input\b[^>]*type\s*=\s*[\"']?password", re.IGNORECASE)
LOGIN_TITLE = re.compile(
    rb"^\W*(?:"
    + _any_of(
        (
            "log in",
            "login",
            "log on",
            "sign in",
            "please log in",
            "please sign in",
            "sign in to continue",
            "subscribe to continue",
            "登录",
            "用户登录",
            "统一身份认证",
            "请登录",
            "вход",
            "вход в систему",
            "авторизация",
            "войти",
            "connexion",
            "se connecter",
            "identifiez-vous",
            "authentification",
            "authentication required",
        )
    )
    + rb")(?:\W*$|\s*(?:[|:>-]|\xe2\x80\x93|\xc2\xb7|to\b|to your\b))",
    re.IGNORECASE,
)
NOT_FOUND_TITLE = re.compile(
    rb"^\W*(?:error\s*|http\s*|erreur\s*|\xe9\x94\x99\xe8\xaf\xaf\s*)?(?:40[34]|410)(?:\D|$)"
    rb"|^\W*(?:(?:oops|sorry)\W+)?(?:the\s|this\s|la\s|cette\s)?(?:"
    + _any_of(
        (
            "page not found",
            "not found",
            "file not found",
            "page can't be found",
            "page cannot be found",
            "page could not be found",
            "page you requested was not found",
            "page does not exist",
            "page doesn't exist",
            "page isn't available",
            "page no longer exists",
            "content not found",
            "object moved",
            "page you are looking for",
            "resource cannot be found",
            "we can't find that page",
            "页面不存在",
            "页面未找到",
            "找不到页面",
            "找不到网页",
            "网页不存在",
            "未找到页面",
            "您访问的页面不存在",
            "您访问的页面找不到了",
            "无法找到该页",
            "页面没有找到",
            "страница не найдена",
            "страница не существует",
            "страница удалена",
            "такой страницы нет",
            "запрашиваемая страница не найдена",
            "page introuvable",
            "page non trouvée",
            "page n'existe pas",
            "page demandée est introuvable",
            "page inexistante",
        )
    )
    + rb")",
    re.IGNORECASE,
)
TITLE_SEPARATOR = re.compile(rb"\s(?:[|:>-]|\xe2\x80[\x93\x94\xa2]|\xc2[\xb7\xbb\xab]|&[mn]dash;|&raquo;|&#8211;)\s|\|")


def verdict_on_page(status: int, content_type: str | None, body: bytes) -> str | None:
    """Say in a few words why this answer is no article's page; None when it looks fine.

    Only pages with hardly any running text can be gates or soft errors: an article that merely speaks of captchas,
    logins or missing pages passes. Costs a few milliseconds a megabyte.
    """
    if not body.strip():
        return "empty page"
    page = body[:MAX_SCANNED_BYTES].replace(b"\0", b"")
    reason = _reason_against(page, status) if _is_html(content_type, body) and not _has_paragraphs(page) else None
    return reason or (f"status {status}" if status >= HTTP_ERROR else None)


def _has_paragraphs(page: bytes) -> bool:
    """Tell running text at a glance, so that articles cost next to nothing."""
    return sum(map(len, PARAGRAPH_START.findall(page))) > MAX_PROSE_BYTES


def _reason_against(page: bytes, status: int) -> str | None:
    visible = INLINE_TAG.sub(b"", INVISIBLE.sub(b" ", page))
    runs = [run for run in (b" ".join(run.split()) for run in TAG.split(visible)) if run]
    if sum(len(run) for run in runs if len(run) >= MIN_PROSE_RUN_BYTES) > MAX_PROSE_BYTES:
        return None
    is_empty = status < HTTP_ERROR and not runs and not EMPTY_FRAME.search(page)
    return _gate(page, runs) or _soft_error(page, status) or ("empty page" if is_empty else None)


def _is_html(content_type: str | None, body: bytes) -> bool:
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"%pdf", b"pk\x03\x04", b"<?xml", b"{", b"[")):
        return b"<html" in head
    return b"<" in head[:300] or "html" in (content_type or "").lower()


def _gate(page: bytes, runs: list[bytes]) -> str | None:
    """Tell a challenge, a captcha or a login wall: pages with little text whose markup or words say so."""
    if sum(map(len, runs)) > MAX_GATE_CHARS:
        return None
    if CHALLENGE.search(page) or CHALLENGE_WORDS.search(b" ".join(runs)):
        return "challenge page"
    has_login = any(LOGIN_TITLE.search(title) for title in _headlines(page))
    if PASSWORD_FIELD.search(page) and has_login:
        return "login wall"
    if CAPTCHA.search(page):
        return "captcha"
    return "login wall" if has_login else None


def _soft_error(page: bytes, status: int) -> str | None:
    if status < HTTP_ERROR and any(NOT_FOUND_TITLE.search(title) for title in _headlines(page)):
        return f"not found page sent with status {status}"
    return None


def _headlines(page: bytes) -> list[bytes]:
    """List the parts of the title and the first headings: `404 | Agency` has two."""
    titles = [TAG.sub(b" ", match[1]).strip() for match in HEADLINE.finditer(page)][:4]
    return [part.strip() for title in titles for part in TITLE_SEPARATOR.split(title)]
