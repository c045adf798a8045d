"""Renders the mails of one sending run: what all readers of an issue share is read and found out once.

Nothing of it depends on who else gets the issue, so that a mail which is built again is the same.
"""

from __future__ import annotations

from digest.content import IssueContent, content_from
from digest.follows import Taste
from digest.links import Links
from digest.render import Mail, render_mail, tier_of
from models.edition import Issue

KEPT_ISSUES = 4
"""Deliveries come issue by issue; a few editions may be due at once."""


class Press:
    """Keeps the issues that are being sent, and how much of each fits into a mail."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[IssueContent, int]] = {}

    def mail(self, issue: Issue, links: Links, taste: Taste) -> Mail:
        """Render a reader's mail of a released issue, which nobody changes any more."""
        if issue.id not in self._kept:
            if len(self._kept) == KEPT_ISSUES:
                del self._kept[next(iter(self._kept))]
            content = content_from(issue.content)
            self._kept[issue.id] = content, tier_of(content, links)
        content, tier = self._kept[issue.id]
        return render_mail(content, links, taste, tier=tier)
