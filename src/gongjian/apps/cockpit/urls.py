from django.urls import path

from gongjian.apps.cockpit import ledger_views, views

app_name = "cockpit"
urlpatterns = [
    path("c/<str:code>/cockpit", views.cockpit, name="cockpit"),
    path("c/<str:code>/items", views.items, name="items"),
    path("c/<str:code>/", views.campaign, name="campaign"),
    path("c/<str:code>/b/<uuid:pk>/", ledger_views.battle, name="battle"),
    path("i/<str:code>/", ledger_views.item, name="item"),
    path("i/<str:code>/history", ledger_views.item_history, name="item_history"),
    path("i/<str:code>/who", ledger_views.item_who, name="item_who"),
]
