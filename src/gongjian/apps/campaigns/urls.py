"""Pages that change campaigns."""

from django.urls import path

from gongjian.apps.campaigns.views import files, items, links, personal, rosters

app_name = "campaigns"
urlpatterns = [
    path("c/<str:code>/r/<str:key>/new", items.new, name="new_item"),
    path("c/<str:code>/r/<str:key>/roster", rosters.freeze, name="freeze_roster"),
    path("c/<str:code>/r/<str:key>/find", personal.find, name="find"),
    path("i/<str:code>/edit", items.edit, name="edit_item"),
    path("i/<str:code>/duty", items.add_duty, name="add_duty"),
    path("i/<str:code>/duty/<uuid:pk>/remove", items.remove_duty, name="remove_duty"),
    path("i/<str:code>/link", links.link, name="link"),
    path("i/<str:code>/link/<uuid:pk>/remove", links.unlink, name="unlink"),
    path("i/<str:code>/list", links.list_item, name="list_item"),
    path("i/<str:code>/listing/<uuid:pk>", links.listing, name="listing"),
    path("i/<str:code>/listing/<uuid:pk>/remove", links.unlist, name="unlist"),
    path("i/<str:code>/file", files.attach, name="attach_file"),
    path("i/<str:code>/file/<uuid:pk>/remove", files.remove, name="remove_file"),
    path("i/<str:code>/reveal", personal.reveal, name="reveal"),
    path("i/<str:code>/erase", personal.erase, name="erase"),
    path("files/<uuid:pk>", files.download, name="download"),
]
