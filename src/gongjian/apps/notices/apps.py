from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "gongjian.apps.notices"
    label = "notices"
