"""`gongjian user`: the first person of an installation, and passwords."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gongjian.cli.django_setup import migrate, setup
from gongjian.cli.words import complain, gettext

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Grant, Person

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
    setup()
    migrate()
    from gongjian.apps.accounts.actions import set_password
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.ledger.book import Act
    from gongjian.lib.ids import new_id

    person = Person.objects.filter(username=username).first()
    if person is None:
        complain(gettext("Nobody has the user name %(user)s.") % {"user": username})
        sys.exit(1)
    given = _password(person, from_stdin=password_stdin)
    set_password(Act(request_id=f"cli-{new_id()}"), person, given)
    click.echo(gettext("The password of %(user)s was set.") % {"user": username})


def _grant(person: Person, role: str, org_code: str, campaign_code: str) -> Grant:
    from gongjian.apps.accounts.models import Grant, Org
    from gongjian.apps.campaigns.models import Campaign

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
        campaign = Campaign.objects.filter(code=campaign_code).first()
        if campaign is None:
            said = gettext("There is no campaign with the code %(code)s.")
            complain(said % {"code": campaign_code})
            sys.exit(1)
        held.campaign_id = campaign.pk
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
