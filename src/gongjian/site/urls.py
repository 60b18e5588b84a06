"""The URL table."""

from django.urls import include, path, re_path

from gongjian.apps.cockpit.views import home
from gongjian.site import errors
from gongjian.site.api import urls as api_urls

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed

urlpatterns = [
    path("", home, name="home"),
    path("", include("gongjian.apps.accounts.urls")),
    path("", include("gongjian.apps.notices.urls")),
    path("", include("gongjian.apps.campaigns.urls")),
    path("", include("gongjian.apps.grid.urls")),
    path("", include("gongjian.apps.cockpit.urls")),
    path("", include("gongjian.apps.loop.urls")),
    path("", include("gongjian.apps.targets.urls")),
    path("", include("gongjian.apps.drafting.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api_urls()),
    re_path("^api/", errors.unknown),
]
