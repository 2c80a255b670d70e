"""Files that prove themselves: a JSON file of the store carries the digest of its own content, and those of the files that belong to it."""

import hashlib
import json
from pathlib import Path

from hotline_analysis import machine

SEAL = "sha256"


class Damaged(Exception):
    """A file that is not as it was written."""


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes; '' where there is no file that can be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def write(path: Path, content: dict) -> None:
    """The content as sealed JSON, for its owner alone, in one step."""
    plain = json.loads(json.dumps(content))
    text = json.dumps({SEAL: _seal(plain), **plain}, ensure_ascii=False, indent=1)
    machine.replace_file(path, text.encode("utf-8", "surrogatepass"))


def read(path: Path) -> dict:
    """What was written; {} where there is no file. Raises Damaged where it is not as it was written."""
    try:
        held = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
        if held.pop(SEAL) != _seal(held):
            raise Damaged(path.name)
        return held
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Damaged(path.name) from fault


def _seal(plain: dict) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
