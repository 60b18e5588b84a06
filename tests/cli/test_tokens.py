"""Tokens by command line: made, listed without their secrets, revoked."""

from __future__ import annotations

from tests.cli.test_orgs import SECRET, count, fresh, run  # noqa: F401  # fixtures


def test_a_token_is_made_listed_and_revoked_by_command_line(run):  # noqa: F811
    add = ("user", "add", "first", "--name", "Office", "--role", "office", "--password-stdin")
    assert run(*add, said=SECRET).returncode == 0
    made = run("user", "token", "add", "first", "--name", "nightly", "--scope", "read")
    secret = made.stdout.strip()
    assert (made.returncode, secret[:3]) == (0, "gj_"), made.stderr
    listed = run("user", "token", "list", "first").stdout
    assert secret[:8] in listed
    assert secret not in listed
    assert run("user", "token", "revoke", "first", secret[:8]).returncode == 0
    assert "revoked" in run("user", "token", "list", "first").stdout
    again = run("user", "token", "revoke", "first", secret[:8])
    assert (again.returncode, "no live token" in again.stderr) == (1, True)


def test_a_token_that_makes_no_sense_is_refused_in_a_sentence(run):  # noqa: F811
    run("user", "add", "u", "--name", "U", "--role", "office", "--password-stdin", said=SECRET)
    token = ("user", "token", "add", "u", "--name", "x", "--scope")
    assert "no scope" in run(*token, "everything").stderr
    assert "lives from" in run(*token, "read", "--days", "9999").stderr
    assert "no campaign" in run(*token, "read", "--campaign", "NONE").stderr
    assert "Nobody" in run("user", "token", "list", "nobody").stderr
