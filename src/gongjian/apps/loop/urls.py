from django.urls import path

from gongjian.apps.loop import views

app_name = "loop"
_ROUND = "c/<str:code>/rounds/<uuid:pk>"
_INQUIRY = "c/<str:code>/inquiries/<uuid:pk>"
_DUTY = f"{_ROUND}/duties/<uuid:item>"
urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/acknowledge", views.acknowledge, name="acknowledge"),
    path("i/<str:code>/report", views.report, name="report"),
    path("i/<str:code>/close-out", views.close_out, name="close_out"),
    path("i/<str:code>/reopen", views.reopen, name="reopen"),
    path("c/<str:code>/gaps", views.gaps, name="gaps"),
    path("c/<str:code>/gaps/count", views.say_count, name="say_count"),
    path("c/<str:code>/gaps/lead", views.name_lead, name="name_lead"),
    path("c/<str:code>/rounds", views.open_round, name="open_round"),
    path(f"{_ROUND}/", views.round_page, name="round"),
    path(f"{_ROUND}/chase", views.chase, name="chase"),
    path(f"{_ROUND}/accept", views.accept, name="accept"),
    path(f"{_ROUND}/close", views.close, name="close_round"),
    path(f"{_ROUND}/workbook", views.workbook, name="workbook"),
    path(f"{_ROUND}/upload", views.upload, name="upload"),
    path(f"{_ROUND}/import", views.take_in, name="take_in"),
    path(f"{_DUTY}/", views.duty, name="duty"),
    path(f"{_DUTY}/chase", views.duty_chase, name="duty_chase"),
    path(f"{_DUTY}/join", views.duty_join, name="duty_join"),
    path("c/<str:code>/inquiries/", views.inquiries, name="inquiries"),
    path("c/<str:code>/inquiries/new", views.ask, name="ask"),
    path(f"{_INQUIRY}/", views.inquiry, name="inquiry"),
    path(f"{_INQUIRY}/chase", views.inquiry_chase, name="inquiry_chase"),
    path(f"{_INQUIRY}/close", views.inquiry_close, name="inquiry_close"),
    path(f"{_INQUIRY}/withdraw", views.inquiry_withdraw, name="inquiry_withdraw"),
    path(f"{_INQUIRY}/export", views.inquiry_export, name="inquiry_export"),
    path(f"{_INQUIRY}/workbook", views.inquiry_workbook, name="inquiry_workbook"),
    path(f"{_INQUIRY}/upload", views.inquiry_upload, name="inquiry_upload"),
    path(f"{_INQUIRY}/import", views.inquiry_take_in, name="inquiry_take_in"),
    path("c/<str:code>/burden", views.burden, name="burden"),
    path("returns/", views.returns, name="returns"),
    path("returns/inquiries/<uuid:pk>/", views.inquiry_answer, name="inquiry_answer"),
    path("returns/<uuid:pk>/", views.give_back, name="return"),
    path("returns/<uuid:pk>/send-back", views.send_back, name="send_back"),
    path("c/<str:code>/launch", views.launch, name="launch"),
    path("c/<str:code>/launch/waive", views.waive, name="waive"),
    path("c/<str:code>/launch/withdraw", views.withdraw_waivers, name="withdraw_waivers"),
    path("c/<str:code>/launch/publish", views.publish, name="publish"),
    path("i/<str:code>/step", views.step, name="step"),
    path("i/<str:code>/consent", views.consent, name="consent"),
    path("i/<str:code>/extension", views.ask_extension, name="ask_extension"),
    path("i/<str:code>/extension/answer", views.decide_extension, name="decide_extension"),
    path("revisits/<uuid:pk>", views.revisit, name="revisit"),
]
