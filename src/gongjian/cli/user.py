"""`gongjian user`: the first person of an installation, and passwords."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gongjian.cli.django_setup import migrate, setup
from gongjian.cli.words import complain, gettext

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Grant, Person
    from gongjian.apps.campaigns.models import Campaign

ROLES = (
    "office", "leader", "secretary", "principal", "contact", "inspector", "assessor", "statistics",
    "auditor", "viewer", "public",
)  # fmt: skip


@click.group("user", short_help="people who sign in")
def command() -> None:
    """Look after the people who sign in."""


@command.command("add", short_help="add a person with a role")
@click.argument("username")
@click.option("--name", required=True, help="as it is shown")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--org", "org_code", default="", help="code of the org they act for")
@click.option("--campaign", "campaign_code", default="", help="code; without it, every campaign")
@click.option("--password-stdin", is_flag=True, help="read the password from the standard input")
def add(
    username: str, name: str, role: str, org_code: str, campaign_code: str, password_stdin: bool
) -> None:
    """Add a person who can sign in, with one role."""
    setup()
    migrate()
    from gongjian.apps.accounts.actions import add_user
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.ledger.book import Act, ActionError
    from gongjian.lib.ids import new_id
    from gongjian.lib.problems import sentence

    person = Person(username=username, name=name)
    held = _grant(person, role, org_code, campaign_code)
    password = _password(person, from_stdin=password_stdin)
    try:
        add_user(Act(request_id=f"cli-{new_id()}"), held, password=password)
    except ActionError as error:
        complain(sentence(error))
        sys.exit(1)
    click.echo(gettext("%(name)s can sign in as %(user)s.") % {"name": name, "user": username})


@command.command("password", short_help="set a password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="read the password from the standard input")
def password(username: str, password_stdin: bool) -> None:
    """Set the password of a person who is there."""
    person = _found(username)
    from gongjian.apps.accounts.actions import set_password
    from gongjian.apps.ledger.book import Act
    from gongjian.lib.ids import new_id

    given = _password(person, from_stdin=password_stdin)
    set_password(Act(request_id=f"cli-{new_id()}"), person, given)
    click.echo(gettext("The password of %(user)s was set.") % {"user": username})


@command.group("token", short_help="tokens for programs")
def token() -> None:
    """Look after the tokens with which programs work in a person's name."""


@token.command("add", short_help="make a token")
@click.argument("username")
@click.option("--name", required=True, help="what it is for")
@click.option("--scope", "scopes", multiple=True, required=True, help="may be given several times")
@click.option("--days", type=int, default=90, show_default=True, help="how long it lives")
@click.option("--campaign", "campaign_code", default="", help="code; without it, every campaign")
def token_add(
    username: str, name: str, scopes: tuple[str, ...], days: int, campaign_code: str
) -> None:
    """Make a token for a person; its secret is printed this once."""
    person = _found(username)
    import datetime as dt

    from gongjian.apps.accounts.actions import Wanted, make_token
    from gongjian.apps.accounts.secrets import new_secret
    from gongjian.apps.ledger.book import Act, ActionError
    from gongjian.lib import clock
    from gongjian.lib.ids import new_id
    from gongjian.lib.problems import sentence

    only = _campaign(campaign_code).pk if campaign_code else None
    secret = new_secret()
    try:
        last = clock.today() + dt.timedelta(days=days)
        wanted = Wanted(name, scopes, last, only)
        make_token(Act(request_id=f"cli-{new_id()}"), person, wanted, secret)
    except OverflowError:
        complain(gettext("A token does not live that long."))
        sys.exit(1)
    except ActionError as error:
        complain(sentence(error))
        sys.exit(1)
    click.echo(secret)


@token.command("list", short_help="list the tokens of a person")
@click.argument("username")
def token_list(username: str) -> None:
    """List the tokens of a person, the newest first; never their secrets."""
    person = _found(username)
    from gongjian.apps.accounts.models import Token

    for row in Token.objects.filter(person=person).order_by("-pk"):
        state = gettext("revoked") if row.revoked_at else row.expires_on.isoformat()
        used = row.last_used_on.isoformat() if row.last_used_on else "–"
        click.echo("\t".join([row.hint, state, used, ",".join(row.scopes), row.name]))


@token.command("revoke", short_help="revoke a token")
@click.argument("username")
@click.argument("hint")
def token_revoke(username: str, hint: str) -> None:
    """Revoke the token of a person whose secret begins with HINT."""
    person = _found(username)
    from gongjian.apps.accounts.actions import revoke_token
    from gongjian.apps.accounts.models import Token
    from gongjian.apps.ledger.book import Act
    from gongjian.lib.ids import new_id

    rows = list(Token.objects.filter(person=person, hint=hint[:8], revoked_at=None))
    if len(rows) != 1:
        complain(
            gettext("%(user)s has no live token that begins with %(hint)s.")
            % {"user": username, "hint": hint}
        )
        sys.exit(1)
    revoke_token(Act(request_id=f"cli-{new_id()}"), rows[0])
    click.echo(gettext("The token “%(name)s” is revoked.") % {"name": rows[0].name})


def _found(username: str) -> Person:
    """Give the person of a user name, or say that there is none."""
    setup()
    migrate()
    from gongjian.apps.accounts.models import Person

    person: Person | None = Person.objects.filter(username=username).first()
    if person is None:
        complain(gettext("Nobody has the user name %(user)s.") % {"user": username})
        sys.exit(1)
    return person


def _campaign(code: str) -> Campaign:
    from gongjian.apps.campaigns.models import Campaign

    campaign: Campaign | None = Campaign.objects.filter(code=code).first()
    if campaign is None:
        complain(gettext("There is no campaign with the code %(code)s.") % {"code": code})
        sys.exit(1)
    return campaign


def _grant(person: Person, role: str, org_code: str, campaign_code: str) -> Grant:
    from gongjian.apps.accounts.models import Grant, Org

    held = Grant(person=person, role=role)
    if org_code:
        held.org = Org.objects.filter(code=org_code).first()
        if held.org is None:
            complain(gettext("There is no org with the code %(code)s.") % {"code": org_code})
            sys.exit(1)
    elif role in {"principal", "contact"}:
        complain(gettext("A principal and a contact act for an org: name it with --org CODE."))
        sys.exit(1)
    if campaign_code:
        held.campaign_id = _campaign(campaign_code).pk
    return held


def _password(person: Person, *, from_stdin: bool) -> str:
    """Take a password that stands up to the validators; says what is wrong with one that does not."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        again = gettext("Once more")
        given = str(click.prompt(gettext("Password"), hide_input=True, confirmation_prompt=again))
    try:
        validate_password(given, person)
    except ValidationError as error:
        for message in error.messages:
            complain(message)
        sys.exit(1)
    return given
