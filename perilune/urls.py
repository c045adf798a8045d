"""Web addresses in one canonical form, so that crawler and pipeline name a page alike."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

DEFAULT_PORTS = {"http": 80, "https": 443}

# courlan's own list also drops `cid`, `session` or `source`, which name the content on many sites of agencies
# and ministries: only parameters that never choose a page stand here.
TRACKING_PARAMETER = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|itm|vero|oly|hsa|at|sharer|ml_subscriber)_\w+|_hs\w+"
    r"|(?:fb|g|dc|tw|y|ysc|msc|tt|irc|li_fat_)clid|msclkid|twclid|li_fat_id|gbraid|wbraid|igsh|igshid|gclsrc"
    r"|_ga|_gl|_ke|mc_cid|mc_eid|mkt_tok|ref_src|ref_url|xtor|cmpid|_openstat"
    r"|spm|spm_id_from|scm|share_token|share_source|isappinstalled|phpsessid|jsessionid",
    re.IGNORECASE,
)
# Another dress of the page: without these parameters the address gives the page itself.
EDITION_PARAMETER = re.compile(
    r"amp(?:=(?:1|true|yes)?)?|outputtype=amp|(?:print|printable|print_view|printversion|tmpl_print)=(?:1|true|yes|on|y)"
    r"|(?:view|mode|format)=print|mobile=(?:1|true|yes)",
    re.IGNORECASE,
)
# A visitor's number is known by its value, since the names serve other ends too.
SESSION_PARAMETER = re.compile(
    r"(?:sid|s|session|session_?id|sess|cfid|cftoken|zenid|oscsid|aspsessionid\w*)=[0-9a-f]{16,}", re.IGNORECASE
)
AMP_PATH = re.compile(r"(?<=[^/])(?:/amp)+(?P<slash>/?)$", re.IGNORECASE)
AMP_CACHE = re.compile(
    r"https?://(?:[\w-]+\.cdn\.ampproject\.org/[cv]|www\.google\.[\w.]+/amp)/(?P<secure>s/)?",
    re.IGNORECASE | re.ASCII,
)
CONTROL = re.compile("[\x00-\x1f\x7f]")
MAX_DRESSES = 8
MOBILE_LABEL = re.compile(r"^(?:m|mobile|amp|wap|touch)\.(?=[^.]+\.[^.]+)")
SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """Write `url` in the one form under which its page is known; ValueError when it is no address at all.

    Host in lower case (punycode), no fragment, default port, session, tracking, print or AMP parameters, sorted query,
    percent encoding normalised as RFC 3986 section 6.2.2 has it; scheme, `www.` and trailing slash stay as they are,
    since not every site answers at the other. What is canonical stays as it is.
    """
    written = _canonical(CONTROL.sub("", "".join(url.split()) if "\n" in url else url).strip())
    for _ in range(MAX_DRESSES):
        bare = _undressed(written)
        if bare == written:
            return written
        written = _canonical(bare)
    raise ValueError("an address in an address in an address, too many times")


def _canonical(url: str) -> str:
    parts = urlsplit(url)
    bare = urlunsplit((parts.scheme.lower(), _host_and_port(url), parts.path, "", ""))
    query = _canonical_query(parts.query)
    return str(canonicalize_url(bare)) + (f"?{query}" if query else "")


def _undressed(url: str) -> str:
    """Give the address of the page itself where one is that of a visitor's session, of AMP, or of a cache of it."""
    cache = AMP_CACHE.match(url)
    page = ("https://" if cache["secure"] else "http://") + url[cache.end() :] if cache else ""
    if is_web_address(page):
        return page
    parts = urlsplit(url)
    return parts._replace(path=AMP_PATH.sub(lambda match: match["slash"], SESSION_IN_PATH.sub("", parts.path))).geturl()


def _canonical_query(query: str) -> str:
    """Sort the parameters and drop tracking ones without decoding any: their bytes may be of any encoding.

    They are sorted as they are written in the end, so that what is canonical stays so.
    """
    kept = (_escaped(part) for part in query.split("&") if part and not _is_dropped(part))
    return "&".join(sorted(kept))


def _escaped(parameter: str) -> str:
    written = quote(parameter, safe="%=+:/?@!$'()*,;~-._[]")
    return re.sub("%[0-9a-fA-F]{2}", lambda match: match[0].upper(), written)


def _is_dropped(parameter: str) -> bool:
    if TRACKING_PARAMETER.fullmatch(parameter.split("=", 1)[0]):
        return True
    return bool(EDITION_PARAMETER.fullmatch(parameter) or SESSION_PARAMETER.fullmatch(parameter))


def is_same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site, its mobile edition counted in."""
    sites = [MOBILE_LABEL.sub("", site_of(url)) for url in (one, other)]
    return bool(sites[0]) and sites[0] == sites[1]


def site_of(url: str) -> str:
    """Name the host of `url` in lower case without `www.`; empty when there is none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").rstrip(".")


def is_web_address(text: str) -> bool:
    """Tell whether `text` is one http or https address with a host."""
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    is_host = host == "localhost" or ":" in host or re.fullmatch(r"[\w-]+(?:\.[\w-]+)+\.?", unquote(host))
    # A browser ends the host at a backslash, Python does not: such an address means two machines.
    is_plain = not re.search(r"\s", text.strip()) and not re.search(r"[\\\x00-\x1f\x7f-\x9f]", parts.netloc)
    return parts.scheme in DEFAULT_PORTS and bool(is_host) and is_plain


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    default = DEFAULT_PORTS.get(parts.scheme.lower())
    return f"{login}{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")
