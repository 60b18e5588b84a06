from django.urls import path

from gongjian.apps.targets import views

app_name = "targets"
urlpatterns = [
    path("i/<str:code>/target", views.attach, name="attach"),
    path("i/<str:code>/target/<uuid:pk>/detach", views.detach, name="detach"),
]
