from django.urls import path

from gongjian.apps.loop import views

app_name = "loop"
urlpatterns = [
    path("i/<str:code>/report", views.report, name="report"),
    path("i/<str:code>/close-out", views.close_out, name="close_out"),
    path("i/<str:code>/reopen", views.reopen, name="reopen"),
    path("i/<str:code>/step", views.step, name="step"),
]
