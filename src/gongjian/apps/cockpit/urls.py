from django.urls import path

from gongjian.apps.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("c/<str:code>/cockpit", views.cockpit, name="cockpit"),
    path("c/<str:code>/items", views.items, name="items"),
    path("c/<str:code>/", views.campaign, name="campaign"),
    path("i/<str:code>/", views.item, name="item"),
]
