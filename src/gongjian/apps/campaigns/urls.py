"""Pages that change campaigns."""

from django.urls import path

from gongjian.apps.campaigns.views import (
    files,
    founding,
    items,
    leadership,
    links,
    orgs,
    personal,
    playbooks,
    rosters,
    task_forces,
    undo,
    watch,
)

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
from gongjian.apps.campaigns.views import founding, playbooks, undo

app_name = "campaigns"
urlpatterns = [
    path("playbooks/", playbooks.library, name="playbooks"),
    path("playbooks/<slug:key>.yaml", playbooks.library_file, name="playbooks_file"),
    path("campaigns/new", founding.new, name="new"),
    path("c/<str:code>/playbook/", playbooks.playbook, name="playbook"),
    path("c/<str:code>/playbook/yaml", playbooks.yaml, name="playbook_yaml"),
    path("c/<str:code>/playbook/file", playbooks.file, name="playbook_file"),
    path("c/<str:code>/playbook/adopt", playbooks.adopt, name="adopt"),
    path("c/<str:code>/playbook/r/<slug:key>/", playbooks.register, name="register_shape"),
    path("c/<str:code>/playbook/r/<slug:key>/new", playbooks.field, name="new_field"),
    path("c/<str:code>/playbook/r/<slug:key>/f/<slug:name>", playbooks.field, name="field_shape"),
    path("c/<str:code>/playbook/w/<slug:key>/", playbooks.workflow, name="workflow_shape"),
    path("c/<str:code>/playbook/a/<uuid:pk>/", playbooks.adoption, name="adoption"),
    path("c/<str:code>/playbook/a/<uuid:pk>/undo", playbooks.undo, name="undo_adoption"),
    path("events/<uuid:pk>/undo", undo.undo, name="undo"),
]
