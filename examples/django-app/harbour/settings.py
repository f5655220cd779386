"""Settings, from the environment where they differ between machines. No database is needed."""
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("HARBOUR_KEY", "only-for-trying-it-out")
DEBUG = os.environ.get("HARBOUR_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("HARBOUR_HOSTS", "localhost 127.0.0.1").split()
BERTHS_FILE = BASE_DIR / "berths.yaml"
TIDE_URL = os.environ.get("HARBOUR_TIDE_URL", "")

INSTALLED_APPS = []
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "harbour.urls"
WSGI_APPLICATION = "harbour.wsgi.application"
TEMPLATES = [{
    "BACKEND": "django.template.backends.jinja2.Jinja2",
    "DIRS": [BASE_DIR / "harbour" / "templates"],
}]
DATABASES = {}
USE_TZ = True
