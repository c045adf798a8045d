"""What a client asks and changes of people: who it is, its tokens and browsers, and for administrators all accounts."""

from __future__ import annotations

from perilune.client.transport import Transport, at
from web.api_account_models import (
    AccountAnswer,
    AccountChange,
    BrowserAnswer,
    Details,
    MeAnswer,
    NewAccount,
    NewToken,
    NewTokenAnswer,
    TokenAnswer,
)
from web.api_models import DoneAnswer


class People:
    """Asks about people, and changes them; whoever holds a token changes none of what is its account's own."""

    _transport: Transport

    def me(self) -> MeAnswer:
        """Say who asks."""
        return self._transport.read(MeAnswer, at("me"))

    def change_me(self, details: Details) -> DoneAnswer:
        """Change one's own name and mail address."""
        return self._transport.say(DoneAnswer, at("me"), details, method="PATCH")

    def browsers(self) -> list[BrowserAnswer]:
        """List the browsers in which one is signed in."""
        return self._transport.read(list[BrowserAnswer], at("me", "browsers"))

    def end_browser(self, key: str) -> DoneAnswer:
        """Sign a browser out."""
        return self._transport.say(DoneAnswer, at("me", "browsers", key), method="DELETE")

    def tokens(self) -> list[TokenAnswer]:
        """List one's own tokens."""
        return self._transport.read(list[TokenAnswer], at("tokens"))

    def make_token(self, wanted: NewToken) -> NewTokenAnswer:
        """Make a token; its secret is in this answer and nowhere else."""
        return self._transport.say(NewTokenAnswer, at("tokens"), wanted)

    def revoke_token(self, key: str) -> DoneAnswer:
        """Revoke a token."""
        return self._transport.say(DoneAnswer, at("tokens", key), method="DELETE")

    def accounts(self) -> list[AccountAnswer]:
        """List the accounts."""
        return self._transport.read(list[AccountAnswer], at("accounts"))

    def add_account(self, wanted: NewAccount) -> DoneAnswer:
        """Make an account."""
        return self._transport.say(DoneAnswer, at("accounts"), wanted)

    def change_account(self, key: str, change: AccountChange) -> DoneAnswer:
        """Change an account's role, details or password, lock or unlock it."""
        return self._transport.say(DoneAnswer, at("accounts", key), change, method="PATCH")

    def close_account(self, key: str) -> DoneAnswer:
        """Close an account for good."""
        return self._transport.say(DoneAnswer, at("accounts", key), method="DELETE")
