from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "gongjian.apps.targets"
    label = "targets"
