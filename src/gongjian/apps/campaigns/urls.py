"""Pages that change campaigns."""

from django.urls import path

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
