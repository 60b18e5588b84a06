"""Pages that change campaigns."""

from django.urls import path

from gongjian.apps.campaigns.views import leadership, orgs, task_forces, undo, watch

app_name = "campaigns"
urlpatterns = [
    path("events/<uuid:pk>/undo", undo.undo, name="undo"),
    path("orgs/import", orgs.org_import, name="org_import"),
    path("orgs/import/template", orgs.org_template, name="org_template"),
    path("orgs/<str:code>/", orgs.org, name="org"),
    path("orgs/<str:code>/merge", orgs.merge, name="org_merge"),
    path("orgs/<str:code>/accounts", orgs.let_in, name="let_in"),
    path("grants/<uuid:pk>/withdraw", orgs.withdraw, name="withdraw"),
    path("c/<str:code>/duties", leadership.duties, name="duties"),
    path("c/<str:code>/duties/workbook", leadership.duty_workbook, name="duty_workbook"),
    path("c/<str:code>/duties/read", leadership.read_duties, name="read_duties"),
    path("c/<str:code>/tenures", leadership.tenures, name="tenures"),
    path("c/<str:code>/task-forces", task_forces.task_forces, name="task_forces"),
    path("task-forces/<uuid:pk>/members", task_forces.add_member, name="add_member"),
    path("task-forces/<uuid:pk>/end", task_forces.end, name="end_task_force"),
    path("members/<uuid:pk>/release", task_forces.release_member, name="release_member"),
    path("c/<str:code>/watch", watch.watch_page, name="watch"),
    path("c/<str:code>/watch/orgs/<uuid:pk>", watch.reassign, name="reassign"),
    path("c/<str:code>/watch/posts/<uuid:pk>", watch.lead_over, name="lead_over"),
]
