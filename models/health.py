"""How a source fares, as its row keeps it: one value for what judges it and for every page that shows it."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.source import Source
from models.vocabulary import HealthState, Repair

RETIRED = "retired"
ILL = frozenset({HealthState.DEGRADED, HealthState.BROKEN})


class SourceHealth(BaseModel):
    """A source's state with its cause, a proposed repair, and the figures of its last weeks."""

    model_config = ConfigDict(frozen=True)

    judged_at: AwareDatetime
    state: HealthState
    sentence: str
    cause: str | None = None
    since: AwareDatetime | None = None
    repair: Repair = Repair.NOTHING
    proposal: str = ""
    """The repair in words."""
    is_acceptable: bool = False
    """Whether saying yes to the proposal does it."""
    also: tuple[str, ...] = ()
    """Whatever else is wrong, one sentence each."""
    expected_count: float | None = None
    """How many items the last 28 days should have brought."""
    seen_count: int = 0
    last_new_at: AwareDatetime | None = None
    success_rate: float | None = None
    """The share of the visits of the last 28 days at which the index could be read, 0 to 1."""
    median_seconds: float | None = None
    weeks: tuple[int, ...] = ()
    """New items of each of the last 26 weeks, the oldest first."""
    wants_look: bool = False
    """Whether the next visit should read the home page, too."""
    wants_reread: bool = False
    """Whether it should read a known article's page again."""
    wants_survey: bool = False
    """Whether it should find out how else the source could be watched."""

    @property
    def is_ill(self) -> bool:
        """Tell whether somebody should know."""
        return self.state in ILL


def last_health_of(source: Source) -> SourceHealth | None:
    """Read how a source fared when it was last judged; None before that."""
    return SourceHealth.model_validate(source.health) if source.health else None


def state_of(source: Source) -> str:
    """Say in one word how a source fares: `retired`, or its last judgement; one that was never judged is new."""
    if not source.is_active:
        return RETIRED
    health = last_health_of(source)
    return health.state if health else HealthState.NEW
