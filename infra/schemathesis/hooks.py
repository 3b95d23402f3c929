"""How Schemathesis talks to this API: it logs in, and takes most ids from the dealership's own documents, so that more
than "no such document" is answered."""

import os
import re
import uuid

import requests
import schemathesis

LOGIN = {
    "email": os.environ.get("DMS_EMAIL", "admin@demo.example"),
    "password": os.environ.get("DMS_PASSWORD", "demo-password"),
}
# The list whose rows a field's ids are of; of the other fields the random ids stay.
LISTS = {
    "appointmentId": "appointments",
    "assignedEngineerId": "users",
    "centralInventoryPartId": "central-inventory",
    "customerId": "customers",
    "engineerId": "users",
    "fileId": "files",
    "inventoryPartId": "inventory",
    "invoiceId": "invoices",
    "jobCardId": "job-cards",
    "quotationId": "quotations",
    "relatedEntityId": "job-cards",
    "serviceCenterId": "service-centers",
    "supplierId": "suppliers",
    "toServiceCenterId": "service-centers",
    "vehicleId": "vehicles",
}


def session():
    answer = requests.post(f"{os.environ['BASE']}/api/auth/login", json=LOGIN, timeout=30)
    answer.raise_for_status()
    return answer.json()["data"]


# An access token is good for 15 minutes.
@schemathesis.auth(refresh_interval=600)
class Login:
    def get(self, case, context):
        return session()["accessToken"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


def rows(path, authorization):
    answer = requests.get(f"{os.environ['BASE']}/api/{path}?limit=20", headers=authorization, timeout=30)
    return answer.json()["data"] if answer.ok else []


class Known:
    """The ids of each list's rows, and of their lines; read once."""

    def __init__(self):
        own = session()
        authorization = {"Authorization": f"Bearer {own['accessToken']}"}
        self.own_id = own["user"]["id"]
        others = ["credit-notes", "notifications", "parts-issues", "parts-requests", "purchase-orders"]
        self.ids, self.lines = {}, {}
        for path in {*LISTS.values(), *others}:
            found = rows(path, authorization)
            self.ids[path] = [row["id"] for row in found]
            self.lines[path] = [line["id"] for row in found for line in row.get("items") or [] if "id" in line]

    def instead_of(self, value, ids):
        """A known id for three of four random ones, always the same for the same one."""
        try:
            number = uuid.UUID(value).int
        except (ValueError, AttributeError, TypeError):
            return value
        return ids[number // 4 % len(ids)] if ids and number % 4 else value


KNOWN = None


def known():
    global KNOWN
    KNOWN = KNOWN or Known()
    return KNOWN


def listed(path):
    """The list that a route's path begins with: /api/inventory/parts/{id} is one of "inventory"."""
    return re.match(r"/api/([\w-]+)", path).group(1)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    path = listed(context.operation.path)
    for name, of in (("id", known().ids), ("itemId", known().lines)):
        if path_parameters and name in path_parameters:
            path_parameters[name] = known().instead_of(path_parameters[name], of.get(path, []))
    return path_parameters


# Whoever asks keeps their password, role and login.
@schemathesis.hook
def before_call(context, case, kwargs):
    if "/users/{id}" in case.operation.path and case.method != "GET":
        if (case.path_parameters or {}).get("id") == known().own_id:
            case.path_parameters["id"] = str(uuid.uuid4())


@schemathesis.hook
def map_query(context, query):
    for name in query or {}:
        bare = re.sub(r"^filter\[(\w+)\].*", r"\1", name)
        if bare in LISTS:
            query[name] = known().instead_of(query[name], known().ids[LISTS[bare]])
    return query


@schemathesis.hook
def map_body(context, body):
    return replaced(body, listed(context.operation.path))


def replaced(value, path):
    if isinstance(value, list):
        return [replaced(element, path) for element in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, inner in value.items():
        if name in LISTS:
            changed[name] = known().instead_of(inner, known().ids[LISTS[name]])
        elif name == "itemId":
            changed[name] = known().instead_of(inner, known().lines.get(path, []))
        else:
            changed[name] = replaced(inner, path)
    return changed
