"""Registers as tables."""

from django.urls import path

from gongjian.apps.grid.views import grid, registers

app_name = "grid"
urlpatterns = [
    path("c/<str:code>/r/", registers.first_register, name="registers"),
    path("c/<str:code>/r/<str:key>/", registers.register, name="register"),
    path("c/<str:code>/r/<str:key>/grid", grid.grid, name="grid"),
    path("c/<str:code>/r/<str:key>/export", registers.export, name="export"),
    path("c/<str:code>/r/<str:key>/rosters", registers.rosters, name="rosters"),
]
