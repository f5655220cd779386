"""The berth list, a sign for each berth, a signed boarding pass, and the tide from another service."""
import io

import requests
import yaml
from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from jose import jwt
from PIL import Image, ImageDraw


def load_berths():
    with open(settings.BERTHS_FILE, encoding="utf-8") as file:
        return yaml.safe_load(file)["berths"]


def find_berth(number):
    for berth in load_berths():
        if berth["number"] == number:
            return berth
    raise Http404("no such berth")


def berths(request):
    return render(request, "berths.html", {"berths": load_berths()})


def sign(request, number):
    """A picture with the ship's name, to hang at the quay."""
    berth = find_berth(number)
    image = Image.new("RGB", (320, 80), "navy")
    ImageDraw.Draw(image).text((20, 32), f"{number}: {berth['ship']}", fill="white")
    out = io.BytesIO()
    image.save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def boarding_pass(request, number):
    berth = find_berth(number)
    token = jwt.encode({"berth": number, "ship": berth["ship"]}, settings.SECRET_KEY, algorithm="HS256")
    return JsonResponse({"pass": token})


def tide(request):
    if not settings.TIDE_URL:
        return JsonResponse({"tide": None})
    answer = requests.get(settings.TIDE_URL, timeout=5)
    answer.raise_for_status()
    return JsonResponse({"tide": answer.json()})
