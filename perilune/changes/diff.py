"""The differences between two versions of a page, sentence by sentence; what only moved is none."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from perilune.changes.alignment import differing_runs
from perilune.changes.sentences import sentences_of

MIN_MOVED_CHARS = 12


@dataclass(frozen=True)
class Told:
    """The words of one version of a page: its title and its passages in order; `seen_on` is when it showed them."""

    title: str
    passages: tuple[str, ...]
    seen_on: dt.date | None = None


@dataclass(frozen=True)
class Rewording:
    """Sentences that stood on a page (`before`) and those in their place now (`after`); either may be empty.

    `passage` counts from 0: where the new words stand in the newer version, or where the lost ones would follow.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    passage: int

    def to_json(self) -> dict[str, object]:
        """Return the form that is stored."""
        return {"before": list(self.before), "after": list(self.after), "passage": self.passage}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Rewording:
        """Read the stored form back; ValueError when it is none."""
        before, after, passage = (stored.get(name) for name in ("before", "after", "passage"))
        if not (isinstance(before, list) and isinstance(after, list) and isinstance(passage, int)):
            message = f"a rewording has the lists before and after and a passage, not {stored!r}"
            raise ValueError(message)  # noqa: TRY004 - the value is wrong, not the type of an argument
        return cls(tuple(map(str, before)), tuple(map(str, after)), passage)


@dataclass(frozen=True)
class Line:
    """A sentence as it stands, the form by which it is compared, and its passage."""

    form: str
    text: str
    passage: int


@dataclass(frozen=True)
class Difference:
    """Lines of the older version and those in their place; `passage` as in `Rewording`."""

    old: tuple[Line, ...]
    new: tuple[Line, ...]
    passage: int


Passages = Sequence[tuple[int, str]]
Form = Callable[[str], str]


def rewordings(before: Told, after: Told) -> tuple[Rewording, ...]:
    """List all that differs between two versions, in the order of the newer one; white space and moves do not count."""
    title = changed_title(before, after, plain)
    found = differences(list(enumerate(before.passages)), list(enumerate(after.passages)), plain)
    return (*title, *map(rewording_of, found))


def changed_title(before: Told, after: Told, form: Form) -> tuple[Rewording, ...]:
    """Tell whether the title differs by its form, as a rewording at the head."""
    if form(before.title) == form(after.title):
        return ()
    return (Rewording((plain(before.title),), (plain(after.title),), 0),)


def plain(text: str) -> str:
    """Take white space as one space."""
    return " ".join(text.split())


def rewording_of(difference: Difference) -> Rewording:
    """Keep the words of a difference."""
    old, new = (tuple(line.text for line in lines) for lines in (difference.old, difference.new))
    return Rewording(old, new, difference.passage)


def differences(before: Passages, after: Passages, form: Form) -> list[Difference]:
    """Compare numbered passages, then the sentences of those that differ, by their forms."""
    runs = list(differing_runs([plain(text) for _, text in before], [plain(text) for _, text in after]))
    lost = [before[i:j] for i, j, _, _ in runs]
    gained = [after[k:m] for _, _, k, m in runs]
    moved = _common(
        (plain(text) for run in lost for _, text in run), (plain(text) for run in gained for _, text in run)
    )
    places = [after[k - 1][0] if k else 0 for _, _, k, _ in runs]
    lost, gained = _without_moved(lost, moved), _without_moved(gained, moved)
    found: list[Difference] = []
    for old, new, place in zip(lost, gained, places, strict=True):
        found.extend(_differing_lines(_lines(old, form), _lines(new, form), place))
    return _without_moved_lines(found)


def finer_differences(found: Iterable[Difference], old_form: Form, new_form: Form) -> list[Difference]:
    """Compare what differs once more, by other forms; a line without a form is left out."""
    finer: list[Difference] = []
    for one in found:
        old, new = _formed(one.old, old_form), _formed(one.new, new_form)
        finer.extend(_differing_lines(old, new, one.passage))
    return _without_moved_lines(finer)


def _formed(lines: Iterable[Line], form: Form) -> list[Line]:
    formed = (Line(form(line.text), line.text, line.passage) for line in lines)
    return [line for line in formed if line.form]


def _common(old: Iterable[str], new: Iterable[str]) -> Counter[str]:
    old_counts, new_counts = Counter(old), Counter(new)
    common = old_counts & new_counts
    if old_counts == new_counts:
        return common
    return Counter({text: count for text, count in common.items() if _is_long(text)})


def _is_long(text: str) -> bool:
    """Tell what is long enough to be known again elsewhere: "Cancelled" in another row is news."""
    return sum(3 if letter > "\u2e80" else 1 for letter in text) >= MIN_MOVED_CHARS


def _without_moved(runs: Iterable[Passages], moved: Counter[str]) -> list[Passages]:
    left = Counter(moved)
    kept_runs: list[Passages] = []
    for run in runs:
        kept = []
        for place, text in run:
            if left[plain(text)] > 0:
                left[plain(text)] -= 1
            else:
                kept.append((place, text))
        kept_runs.append(kept)
    return kept_runs


def _lines(passages: Passages, form: Form) -> list[Line]:
    return [Line(form(text), text, place) for place, passage in passages for text in sentences_of(passage)]


def _differing_lines(old: Sequence[Line], new: Sequence[Line], place: int) -> Iterable[Difference]:
    if "".join(line.form for line in old) == "".join(line.form for line in new):
        return
    for i, j, k, m in differing_runs([line.form for line in old], [line.form for line in new]):
        passage = new[min(k, len(new) - 1)].passage if new else place
        yield Difference(tuple(old[i:j]), tuple(new[k:m]), passage)


def _without_moved_lines(found: Sequence[Difference]) -> list[Difference]:
    moved = _common((line.form for one in found for line in one.old), (line.form for one in found for line in one.new))
    if not moved:
        return list(found)
    left_old, left_new = Counter(moved), Counter(moved)
    kept = [Difference(_taken(one.old, left_old), _taken(one.new, left_new), one.passage) for one in found]
    return [one for one in kept if one.old or one.new]


def _taken(lines: Iterable[Line], moved: Counter[str]) -> tuple[Line, ...]:
    kept = []
    for line in lines:
        if moved[line.form] > 0:
            moved[line.form] -= 1
        else:
            kept.append(line)
    return tuple(kept)
