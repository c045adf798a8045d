"""Commands about accounts: who may come in, as what. Passwords are typed or piped, never written as arguments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from perilune.commands import options

if TYPE_CHECKING:
    from perilune.archive import Archive
    from perilune.passwords import Passwords

app = typer.Typer(no_args_is_help=True, help="Accounts: who may come in, as reader, analyst, editor or administrator.")
Login = Annotated[str, typer.Argument(help="What they sign in with.")]
Role = Annotated[str, typer.Argument(help="reader, analyst, editor or administrator.")]
Name = Annotated[str | None, typer.Option(help="Their name, which stands beside what they do.")]
Address = Annotated[str | None, typer.Option(help="Where alerts are mailed to; an empty one is none.")]


@app.command("list")
def list_accounts(*, as_json: options.Json = False) -> None:
    """List the accounts, with how many browsers and tokens each has open."""
    from perilune.accounts import account_rows
    from perilune.output import print_rows

    empty = "There is no account; `perilune accounts add LOGIN --role administrator` makes the first."
    print_rows(account_rows(options.archive_to_read()), as_json=as_json, empty=empty)


@app.command()
def add(
    login: Login,
    *,
    role: Annotated[str, typer.Option(help="reader, analyst, editor or administrator.")] = "reader",
    name: Name = None,
    address: Address = None,
) -> None:
    """Make an account. Its password is asked for, or read from standard input."""
    from perilune.accounts import Draft, add_account, checked_login, checked_role

    archive = options.archive()
    wanted = checked_role(role)
    password = None if archive.settings.proxy_user_header else _password(checked_login(login))
    draft = Draft(login, wanted, name or "", address or "", password)
    account = add_account(archive, _passwords(), draft, now=options.now())
    typer.echo(f"{account.login} has an account, as {account.role}.")


@app.command()
def role(login: Login, role: Role) -> None:
    """Give an account another role; the last administrator keeps theirs."""
    from perilune.accounts import change_role, checked_role

    change_role(options.archive(), login, wanted := checked_role(role))
    typer.echo(f"{login} is {wanted} now.")


@app.command()
def password(login: Login) -> None:
    """Give an account a new password, asked for or read from standard input, and sign it out everywhere."""
    from perilune.accounts import set_password

    archive = options.archive()
    _require(archive, login)
    set_password(archive, _passwords(), login, _password(login))
    typer.echo(f"{login} has a new password and is signed out everywhere.")


@app.command()
def change(login: Login, *, name: Name = None, address: Address = None) -> None:
    """Change an account's name or mail address."""
    from perilune.accounts import change_account

    change_account(options.archive(), login, name=name, address=address)


@app.command()
def lock(login: Login) -> None:
    """Let nobody act by an account, at once and everywhere, until it is unlocked."""
    from perilune.accounts import lock as lock_account

    lock_account(options.archive(), login)


@app.command()
def unlock(login: Login) -> None:
    """Let an account act again."""
    from perilune.accounts import unlock as unlock_account

    unlock_account(options.archive(), login)


@app.command()
def close(login: Login) -> None:
    """End an account for good: address, password and tokens are deleted; what its owner made stays, with the name."""
    from perilune.accounts import close as close_account

    close_account(options.archive(), login)


@app.command("sign-out")
def sign_out(login: Login) -> None:
    """Sign an account out of all browsers."""
    from perilune.accounts import sign_out as end_all

    typer.echo(f"{login} is signed out of {end_all(options.archive(), login)} browsers.")


@app.command()
def tokens(login: Login, *, as_json: options.Json = False) -> None:
    """List the tokens of an account; their secrets are known to nobody."""
    from perilune.accounts import token_rows
    from perilune.output import print_rows

    empty = f"There is no token; `perilune accounts token {login} NAME` makes one."
    print_rows(token_rows(options.archive_to_read(), login), as_json=as_json, empty=empty)


@app.command()
def token(
    login: Login,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    *,
    role: Annotated[str, typer.Option(help="What it may do, at most what its account may.")] = "reader",
    days: Annotated[int | None, typer.Option(help="How long it lasts; default: for ever.")] = None,
) -> None:
    """Make a token for a program, and print it this once."""
    from perilune.accounts import account_named, checked_role
    from perilune.sign_ins import TokenWish, make_token

    with options.archive().sessions.begin() as session:
        wish = TokenWish(name, checked_role(role), days)
        secret = make_token(session, account_named(session, login), wish, now=options.now())[1]
    typer.echo(secret)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The token's key, as `perilune accounts tokens` shows it.")],
) -> None:
    """Let a token open nothing any more."""
    from perilune.sign_ins import revoke_token

    with options.archive().sessions.begin() as session:
        name = revoke_token(session, key)
    typer.echo(f"The token “{name}” opens nothing more.")


def _passwords() -> Passwords:
    from perilune.passwords import Passwords

    return Passwords()


def _require(archive: Archive, login: str) -> None:
    from perilune.accounts import account_named

    with archive.sessions() as session:
        account_named(session, login)


def _password(login: str) -> str:
    """Read a password where it leaves no trace: typed unseen and twice, or the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(f"Password for {login}", hide_input=True, confirmation_prompt=True))
