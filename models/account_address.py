"""The signed address at which somebody confirms that a mail address is theirs; digest, web and wiring ask alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

from models.account import Account
from models.readers import MOMENT
from models.signing import Signer

ADDRESS = "address"
"""What a signature is for: to confirm that a mail address is an account's."""
CONFIRM_WITHIN = dt.timedelta(days=7)
PATH = "/own/address/{account_key}/{address}/{until}/{signature}"


@dataclass(frozen=True)
class NamedAddress:
    """A mail address that an account names, until a moment, and while the account has the address that it had then."""

    account_key: str
    address: str
    until: str
    """Seconds since 1970, as the link has it."""
    before: str
    """The account's address when it named this one, so that an old letter takes nothing back."""

    def path(self, signer: Signer) -> str:
        """Return the path of the link, signed."""
        return PATH.format(
            account_key=self.account_key,
            address=quote(self.address, safe=""),
            until=self.until,
            signature=signer.sign(*self._parts),
        )

    def is_good(self, signer: Signer, signature: str, now: dt.datetime) -> bool:
        """Tell whether a signature is ours and the moment has not passed."""
        is_due = MOMENT.fullmatch(self.until) is not None and now.timestamp() <= int(self.until)
        return signer.has_signed(signature, *self._parts) and is_due

    @property
    def _parts(self) -> tuple[str, ...]:
        # However it was spelt: another spelling of the address that it had makes no letter old.
        return ADDRESS, self.account_key, self.address, self.until, self.before.casefold()


def named_by(account: Account, address: str, now: dt.datetime) -> NamedAddress:
    """Make what is signed when an account names an address."""
    until = str(int((now + CONFIRM_WITHIN).timestamp()))
    return NamedAddress(account.key, address, until, account.address or "")
