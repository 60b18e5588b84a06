"""Pages that change campaigns."""

from django.urls import path

from gongjian.apps.campaigns.views import undo

app_name = "campaigns"
urlpatterns = [
    path("events/<uuid:pk>/undo", undo.undo, name="undo"),
]
