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
SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """Write `url` in the one form under which its page is known; ValueError when it is no address at all.

    Host in lower case (punycode), no fragment, default port, session or tracking parameters, sorted query, percent
    encoding normalised as RFC 3986 section 6.2.2 has it; scheme, `www.` and trailing slash stay as they are.
    """
    parts = urlsplit("".join(url.split()) if "\n" in url else url.strip())
    path = SESSION_IN_PATH.sub("", parts.path)
    bare = urlunsplit((parts.scheme.lower(), _host_and_port(url.strip()), path, "", ""))
    query = _canonical_query(parts.query)
    return str(canonicalize_url(bare)) + (f"?{query}" if query else "")


def _canonical_query(query: str) -> str:
    """Sort the parameters and drop tracking ones without decoding any: their bytes may be of any encoding."""
    kept = [part for part in query.split("&") if part and not TRACKING_PARAMETER.fullmatch(part.split("=", 1)[0])]
    written = quote("&".join(sorted(kept)), safe="%&=+:/?@!$'()*,;~-._[]")
    return re.sub("%[0-9a-fA-F]{2}", lambda match: match[0].upper(), written)


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
    return parts.scheme in DEFAULT_PORTS and bool(is_host) and not re.search(r"\s", text.strip())


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    default = DEFAULT_PORTS.get(parts.scheme.lower())
    return f"{login}{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")
