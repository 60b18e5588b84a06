from django.contrib.auth.views import LogoutView
from django.urls import path

from gongjian.apps.accounts import views

urlpatterns = [
    path("login", views.SignIn.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("demo/become/<str:username>", views.switch, name="demo_switch"),
]
