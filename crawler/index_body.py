"""The body of a feed or sitemap before it is read: unpacked up to a bound; and what is wrong with one that is none."""

from __future__ import annotations

from scrapy.utils.gz import gunzip

GZIP_SIGN = b"\x1f\x8b"


class IndexProblem(Exception):
    """A body that is not the index it should be; the message says what it looks like."""

    def __init__(self, words: str, *, is_too_large: bool = False) -> None:
        super().__init__(words)
        self.is_too_large = is_too_large


def unpacked(body: bytes, most_bytes: int) -> bytes:
    """Unpack a gzip file, whatever its headers say, and leave anything else as it is.

    IndexProblem where it is damaged, or larger than `most_bytes`.
    """
    if body.startswith(GZIP_SIGN):
        try:
            body = gunzip(body, max_size=most_bytes)
        except ValueError as error:
            raise IndexProblem(f"it unpacks to more than {most_bytes:,} bytes", is_too_large=True) from error
        except (OSError, EOFError) as error:
            raise IndexProblem(f"it cannot be unzipped: {error}") from error
    if len(body) > most_bytes:
        raise IndexProblem(f"it is larger than {most_bytes:,} bytes", is_too_large=True)
    return body
