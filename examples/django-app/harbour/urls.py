"""The four pages."""
from django.urls import path

from harbour import views

urlpatterns = [
    path("", views.berths),
    path("berth/<int:number>.png", views.sign),
    path("pass/<int:number>", views.boarding_pass),
    path("tide", views.tide),
]
