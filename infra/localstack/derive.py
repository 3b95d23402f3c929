#!/usr/bin/env python3
"""Derives two templates from ../../template.yaml, so that nothing is described twice (Python's own library alone).

    derive.py services   what LocalStack makes: tables, queues with their dead letters, bucket
    derive.py api        what `sam local` runs: everything, for this machine's processor, with the services' address

template.yaml is read as text: a resource is a block that begins with two spaces and its name.
"""

import platform
import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
SERVICES = {
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::S3::Bucket",
}
# Where the functions' containers find the services: the compose file's network and its alias.
ENDPOINT = "http://services:4566"


def services(template: str) -> str:
    kept = [
        block
        for block in blocks(template, "Resources")
        if re.search(r"(?m)^    Type: (\S+)$", block).group(1) in SERVICES
    ]
    # Data that is thrown away needs no protection: the stack can be deleted and made anew.
    resources = re.sub(r"(?m)^      DeletionProtectionEnabled: true\n", "", "".join(kept))
    resources = resources.replace("Policy: Retain\n", "Policy: Delete\n")
    used = [
        block for block in blocks(template, "Parameters") if f"${{{block.split(':')[0].strip()}}}" in resources
    ]
    return (
        "AWSTemplateFormatVersion: '2010-09-09'\n"
        "Description: The services of DMS Serverless, derived from template.yaml\n\n"
        f"Parameters:\n{''.join(used)}\nResources:\n{resources}"
    )


def blocks(template: str, section: str) -> list[str]:
    text = re.search(rf"(?ms)^{section}:\n(.*?)(?=^\w|\Z)", template).group(1)
    return re.split(r"(?m)^(?=  \w+:$)", text)[1:]


def api(template: str) -> str:
    processor = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    changes = [
        ("    Architectures: [arm64]\n", f"    Architectures: [{processor}]\n"),
        # `sam local` passes on only those variables that the template names.
        ("      Variables:\n", f"      Variables:\n        AWS_ENDPOINT_URL: {ENDPOINT}\n"),
    ]
    for old, new in changes:
        if template.count(old) < 1:
            sys.exit(f"template.yaml has no line {old.strip()!r} any more")
        template = template.replace(old, new, 1)
    return template


if __name__ == "__main__":
    derivations = {"services": services, "api": api}
    if len(sys.argv) != 2 or sys.argv[1] not in derivations:
        sys.exit(__doc__)
    sys.stdout.write(derivations[sys.argv[1]](TEMPLATE.read_text()))
