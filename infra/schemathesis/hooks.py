"""Schemathesis logs in as the demo dealership's admin, and anew before the access token's 15 minutes are over."""

import os

import requests
import schemathesis

LOGIN = {
    "email": os.environ.get("DMS_EMAIL", "admin@demo.example"),
    "password": os.environ.get("DMS_PASSWORD", "demo-password"),
}


@schemathesis.auth(refresh_interval=600)
class Login:
    def get(self, case, context):
        answer = requests.post(f"{os.environ['BASE']}/api/auth/login", json=LOGIN, timeout=30)
        answer.raise_for_status()
        return answer.json()["data"]["accessToken"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"
