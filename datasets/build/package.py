"""Write ``datapackage.json``: a hand-written template plus what the build measures."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

Package = dict[str, Any]


def load(template: Path) -> Package:
    """Read the template and add the parts that are the same for every table."""
    package: Package = json.loads(template.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        resource |= {
            "path": f"{resource['name']}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        }
        resource.setdefault("rules", [])
        resource["schema"]["missingValues"] = [""]
        for field in resource["schema"]["fields"]:
            field.setdefault("constraints", {})
            field["format"] = "default"
            if field["type"] == "boolean":
                field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return package


def columns(package: Package, name: str) -> list[str]:
    """Return the documented columns of a table, in order."""
    schema = next(r["schema"] for r in package["resources"] if r["name"] == name)
    return [field["name"] for field in schema["fields"]]


def to_json(package: Package, files: Mapping[str, bytes]) -> bytes:
    """Add size and hash of each file, and write the package as JSON."""
    for resource in package["resources"]:
        content = files[resource["path"]]
        resource["bytes"] = len(content)
        resource["hash"] = f"sha256:{sha256(content).hexdigest()}"
    text = json.dumps(package, ensure_ascii=False, indent=2)
    return f"{text}\n".encode()
