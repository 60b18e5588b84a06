from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "gongjian.apps.jobs"
    label = "jobs"
