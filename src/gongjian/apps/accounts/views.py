"""Signing in; in the demonstration, changing from one user to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SignIn(LoginView):
    """The sign-in page; whoever is signed in already goes home."""

    template_name = "login.html"
    redirect_authenticated_user = True


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Say that too many guesses were made, from this address or for this account."""
    why = _("Too many failed attempts. Wait a quarter of an hour, then try again.")
    return render(request, "unavailable.html", {"why": why}, status=429)


@require_POST
def switch(request: HttpRequest, username: str) -> HttpResponse:
    """Become another demonstration user; does not exist outside the demonstration."""
    person = Person.objects.filter(username=username, is_demo=True, is_active=True).first()
    if not settings.DEMO or person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    target = request.POST.get("next", "")
    is_own = target.startswith("/") and not target.startswith("//")
    return redirect(target if is_own else "home")
