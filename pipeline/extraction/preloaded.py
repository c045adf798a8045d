"""What the server that forks workers imports: small pages read there make tables that no worker makes again."""

from __future__ import annotations

from pipeline.extraction.extract import FetchedPage, extract

TEXTS = ("The agencies signed an agreement on Thursday.", "Агентства подписали соглашение в четверг.")
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>10 March 2022</p>{1}</body></html>"

for text in TEXTS:
    extract(FetchedPage(PAGE.format(text, f"<p>{' '.join([text] * 20)}</p>" * 2).encode(), ""))
