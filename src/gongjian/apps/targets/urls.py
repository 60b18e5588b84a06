from django.urls import path

from gongjian.apps.targets import views

app_name = "targets"
urlpatterns = [
    path("targets/<uuid:pk>/", views.target, name="target"),
    path("targets/<uuid:pk>/raise", views.raise_own, name="raise"),
    path("targets/<uuid:pk>/withdraw", views.withdraw_raise, name="withdraw"),
    path("i/<str:code>/target", views.attach, name="attach"),
    path("i/<str:code>/target/<uuid:pk>/detach", views.detach, name="detach"),
]
