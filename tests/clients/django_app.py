"""A Django project with settings as `idp clients add --for` prints them: `python django_app.py KIND PORT FILE`.

`/` answers who is signed in. Only what Django needs is added to the printed settings.
"""

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

KINDS: dict[str, dict[str, Any]] = {
    "django-allauth": {
        "apps": [
            "allauth",
            "allauth.account",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.openid_connect",
        ],
        "middleware": ["allauth.account.middleware.AccountMiddleware"],
        "urls": ("accounts/", "allauth.urls"),
        "settings": {"SOCIALACCOUNT_LOGIN_ON_GET": True, "ACCOUNT_EMAIL_VERIFICATION": "none"},
    },
    "mozilla-django-oidc": {
        "apps": ["mozilla_django_oidc"],
        "middleware": [],
        "urls": ("oidc/", "mozilla_django_oidc.urls"),
        "settings": {},
    },
    "python-social-auth": {
        "apps": ["social_django"],
        "middleware": [],
        "urls": ("", "social_django.urls"),
        "settings": {},
    },
}
urlpatterns: list[Any] = []


def show_user(request: HttpRequest) -> JsonResponse:
    user = request.user
    return JsonResponse({"username": user.get_username(), "email": getattr(user, "email", "")})


def show_button(_request: HttpRequest) -> HttpResponse:
    """Where signing in begins by POST."""
    return HttpResponse('<form method="post" action="/login/oidc/"><button>Sign in</button></form>')


def run(kind: str, port: str, pasted: Path) -> None:
    """Serve until the process ends."""
    found: dict[str, Any] = {}
    exec(pasted.read_text(encoding="utf-8"), found)  # noqa: S102 - what the product printed
    found.pop("__builtins__")
    traits = KINDS[kind]
    contrib = [f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")]
    sessions = ["django.contrib.sessions.middleware.SessionMiddleware"]
    users = [
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    template = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
    processors = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]
    settings.configure(
        SECRET_KEY="only-this-test-knows-it-and-nobody-else-does-know-it",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[*contrib, *traits["apps"]],
        MIDDLEWARE=[*sessions, *users, *traits["middleware"]],
        TEMPLATES=[template | {"OPTIONS": {"context_processors": processors}}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": pasted.with_suffix(".sqlite3")}},
        LOGIN_REDIRECT_URL="/",
        **traits["settings"],
        **found,
    )
    django.setup()
    prefix, urls = traits["urls"]
    urlpatterns.extend([path("", show_user), path("begin/", show_button), path(prefix, include(urls))])
    call_command("migrate", verbosity=0)
    call_command("runserver", f"localhost:{port}", use_reloader=False, skip_checks=True)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
