"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
application = get_wsgi_application()

# What is loaded here stays: the collector need not look at it again in the middle of a long list.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
