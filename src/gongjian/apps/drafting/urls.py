from django.urls import path

from gongjian.apps.drafting import views

app_name = "drafting"
urlpatterns = [
    path("papers/", views.papers, name="papers"),
    path("drafts/<uuid:pk>/", views.review, name="draft"),
    path("drafts/<uuid:pk>/parts", views.add_part, name="add_part"),
    path("drafts/<uuid:pk>/confirm", views.confirm, name="confirm"),
    path("parts/<uuid:pk>/", views.correct, name="correct"),
    path("parts/<uuid:pk>/drop", views.drop, name="drop"),
]
