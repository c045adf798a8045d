"""How the bytes of an archived page are sent: a type from a short list, and headers that disarm them; pure."""

from __future__ import annotations

import re

from web.headers import ARCHIVED_POLICY, DOCUMENT_POLICY

SHOWN_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "txt",
    "application/pdf": "pdf",
}
OTHER_TYPE = "application/octet-stream"
CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def archived_headers(content_type: str | None, name: str) -> dict[str, str]:
    """Make the headers for archived bytes; what is neither text nor PDF is offered as a download."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    extension = SHOWN_TYPES.get(media_type)
    charset = CHARSET.search(content_type or "")
    suffix = f"; charset={charset[1]}" if extension and charset else ""
    disposition = "inline" if extension else "attachment"
    return {
        "Content-Type": (media_type if extension else OTHER_TYPE) + suffix,
        "Content-Disposition": f'{disposition}; filename="{name}.{extension or "bin"}"',
        "Content-Security-Policy": DOCUMENT_POLICY if extension == "pdf" else ARCHIVED_POLICY,
    }
