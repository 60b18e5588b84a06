from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "gongjian.apps.papers"
    label = "papers"
