"""A stored preview is read back whole, or refused: nothing in between."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import BINH_DINH


@pytest.fixture
def stored() -> Any:
    return json.loads(json.dumps(read_document(BINH_DINH.read_bytes()).as_json()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(document_kind="letter"),
        lambda data: data.update(issued_on="16/6/2023"),
        lambda data: data["targets"][0].update(operator="~"),
        lambda data: data["targets"][0].update(operator=None),
        lambda data: data["targets"][0].update(value="nhiều"),
        lambda data: data["index_targets"][0]["components"][0].update(baseline="9,25"),
    ],
)
def test_values_of_the_wrong_form_are_refused(stored: Any, spoil: Callable[[Any], None]) -> None:
    spoil(stored)
    with pytest.raises(ValueError, match=r".+"):
        DocumentContent.from_json(stored)


@pytest.mark.parametrize("key", ["number", "tasks", "warnings", "signer"])
def test_a_missing_key_is_refused(stored: Any, key: str) -> None:
    del stored[key]
    with pytest.raises(KeyError, match=key):
        DocumentContent.from_json(stored)
