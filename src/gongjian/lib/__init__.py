"""Django-aware helpers without models, one purpose a module, each used by at least two apps."""
