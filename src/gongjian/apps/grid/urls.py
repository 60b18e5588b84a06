"""Registers as tables."""

from django.urls import path

from gongjian.apps.grid.views import (
    bulk,
    cells,
    exports,
    faces,
    forms,
    grid,
    intake,
    registers,
    saved,
)

app_name = "grid"
urlpatterns = [
    path("c/<str:code>/r/", registers.first_register, name="registers"),
    path("c/<str:code>/r/<str:key>/", registers.register, name="register"),
    path("c/<str:code>/r/<str:key>/grid", grid.grid, name="grid"),
    path("c/<str:code>/r/<str:key>/rows", cells.rows, name="rows"),
    path("c/<str:code>/r/<str:key>/cells", cells.cells, name="cells"),
    path("c/<str:code>/r/<str:key>/totals", cells.totals, name="totals"),
    path("c/<str:code>/r/<str:key>/export", registers.export, name="export"),
    path("c/<str:code>/r/<str:key>/exports/", exports.exports, name="exports"),
    path("c/<str:code>/r/<str:key>/exports/<uuid:pk>/", exports.export_file, name="export_file"),
    path(
        "c/<str:code>/r/<str:key>/exports/<uuid:pk>/change",
        exports.change_export,
        name="change_export",
    ),
    path("c/<str:code>/r/<str:key>/template", intake.template, name="template"),
    path("c/<str:code>/r/<str:key>/intake/", intake.intakes, name="intakes"),
    path("c/<str:code>/r/<str:key>/intake/<uuid:pk>/", intake.intake, name="intake"),
    path("c/<str:code>/r/<str:key>/intake/<uuid:pk>/map", intake.intake_map, name="intake_map"),
    path("c/<str:code>/r/<str:key>/intake/<uuid:pk>/take", intake.take, name="intake_take"),
    path("c/<str:code>/r/<str:key>/intake/<uuid:pk>/drop", intake.drop, name="intake_drop"),
    path("c/<str:code>/r/<str:key>/intake/<uuid:pk>/faults", intake.faults, name="intake_faults"),
    path("c/<str:code>/r/<str:key>/rosters", registers.rosters, name="rosters"),
    path("c/<str:code>/r/<str:key>/tree", faces.tree, name="tree"),
    path("c/<str:code>/r/<str:key>/board", faces.board, name="board"),
    path("c/<str:code>/r/<str:key>/words", faces.words, name="words"),
    path("c/<str:code>/r/<str:key>/columns", faces.columns, name="columns"),
    path("c/<str:code>/r/<str:key>/move", faces.move, name="move"),
    path("c/<str:code>/r/<str:key>/bulk", bulk.edit, name="bulk"),
    path("c/<str:code>/r/<str:key>/views", saved.save, name="save_view"),
    path("c/<str:code>/v/<uuid:pk>/", saved.view, name="view"),
    path("c/<str:code>/v/<uuid:pk>/change", saved.change, name="change_view"),
    path("c/<str:code>/v/<uuid:pk>/share", saved.share, name="share_view"),
    path("c/<str:code>/v/<uuid:pk>/drop", saved.drop, name="drop_view"),
    path("c/<str:code>/forms/", forms.desk, name="forms"),
    path("c/<str:code>/forms/<uuid:pk>/", forms.form, name="form"),
    path("c/<str:code>/forms/<uuid:pk>/file", forms.form_file, name="form_file"),
]
