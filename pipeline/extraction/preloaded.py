"""What the server that forks workers imports: small pages read there make tables that no worker makes again."""

from __future__ import annotations

import warnings

from pipeline.extraction.extract import FetchedPage, extract

TEXTS = ("The agencies signed an agreement on Thursday.", "Агентства подписали соглашение в четверг.")
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>10 March 2022</p>{1}</body></html>"

# Workers run the module of the process that asked for them once more by its name: it is here already, as it should be.
warnings.filterwarnings("ignore", ".* found in sys.modules after import of package", RuntimeWarning)
for text in TEXTS:
    extract(FetchedPage(PAGE.format(text, f"<p>{' '.join([text] * 20)}</p>" * 2).encode(), ""))
