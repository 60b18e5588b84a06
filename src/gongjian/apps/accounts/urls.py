from django.contrib.auth.views import LogoutView
from django.urls import path

from gongjian.apps.accounts import org_views, views

urlpatterns = [
    path("login", views.SignIn.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("demo/become/<str:username>", views.switch, name="demo_switch"),
    path("orgs/", org_views.orgs, name="orgs"),
    path("orgs/undo", org_views.undo_import, name="org_undo"),
    path("orgs/<str:code>/rename", org_views.rename, name="org_rename"),
    path("orgs/<str:code>/posts", org_views.add_post, name="org_add_post"),
    path("orgs/<str:code>/groups", org_views.join_group, name="org_join_group"),
    path("orgs/<str:code>/people/<uuid:pk>/retire", org_views.retire, name="person_retire"),
    path("posts/<uuid:pk>/abolish", org_views.abolish_post, name="post_abolish"),
    path("posts/<uuid:pk>/appoint", org_views.appoint, name="post_appoint"),
    path("memberships/<uuid:pk>/leave", org_views.leave_group, name="org_leave_group"),
]
