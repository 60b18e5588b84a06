"""The inbox."""

from django.urls import path

from gongjian.apps.notices import views

app_name = "notices"
urlpatterns = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/read", views.read_all, name="read_all"),
    path("inbox/settings", views.settings_page, name="settings"),
    path("inbox/<uuid:pk>", views.open_notice, name="open"),
    path("inbox/<uuid:pk>/read", views.read_one, name="read_one"),
]
