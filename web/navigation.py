"""What the head of every page leads to, in groups; one list, so that a page is found where its likes are."""

from __future__ import annotations

from dataclasses import dataclass

from models.vocabulary import Role


@dataclass(frozen=True)
class Entry:
    """A page that the head names: the name by which templates say `here`, its address, and what people read."""

    name: str
    address: str
    label: str
    role: Role = Role.READER
    """The least role that may open it; nobody is shown what is closed to them."""
    is_own: bool = False
    """Whether it shows what somebody keeps, which a guest does not."""


READ = (
    Entry("search", "/", "Search"),
    Entry("stories", "/stories", "Stories"),
    Entry("calendar", "/calendar", "Calendar"),
    Entry("agreements", "/agreements", "Agreements"),
    Entry("matrix", "/matrix", "Matrix"),
    Entry("issues", "/issues", "Digests"),
)
YOURS = (
    Entry("searches", "/searches", "Saved searches", is_own=True),
    Entry("notebook", "/notebook", "Notebook", is_own=True),
    Entry("collections", "/collections", "Collections", is_own=True),
)
REFERENCE = (
    Entry("sources", "/sources", "Sources"),
    Entry("topics", "/topics", "Topics"),
    Entry("actors", "/actors", "Actors"),
    Entry("corrections", "/corrections", "Corrections"),
)
MANAGE = (
    Entry("editions", "/editions", "Editions"),
    Entry("readers", "/readers", "Readers", Role.EDITOR),
    Entry("accounts", "/accounts", "Accounts", Role.ADMINISTRATOR),
    Entry("takedowns", "/takedowns", "Takedowns", Role.ADMINISTRATOR),
    Entry("status", "/status", "Status"),
)
GROUPS = (("yours", "Yours", YOURS), ("reference", "Reference", REFERENCE), ("manage", "Manage", MANAGE))
"""Menus beside the pages that everybody reads: what somebody keeps, what the archive knows by, how it is run."""
HELP = Entry("about", "/about", "Help")
