"""What of the JSON form follows from the schema: the shapes of messages and the OpenAPI document."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import json_shapes
import openapi
from descriptors import ROOT, compile_schema


class JSONForm(unittest.TestCase):
    """The schema of the repository."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.schema = compile_schema(ROOT / "schemas")
        cls.document = json.loads(openapi.document(cls.schema))

    def test_names_are_those_of_protobuf(self) -> None:
        for name, expected in [("at_least", "atLeast"), ("id", "id"), ("on_behalf_of", "onBehalfOf")]:
            self.assertEqual(json_shapes.json_name(name), expected)

    def test_shapes_say_what_has_a_default(self) -> None:
        lines = json_shapes.table(self.schema).splitlines()
        shapes = {line.split()[0]: line.split()[1:] for line in lines if line.startswith("        ")}
        self.assertEqual(
            shapes["GetRequest"], ["kind:e=AGGREGATE_KIND_UNSPECIFIED", "reference:m=Reference", "atLeast:l"]
        )
        # A choice, and what may be absent, have no default; a time is a text that may be absent.
        self.assertEqual(shapes["Reference"], ["id:p", "external:m=ExternalKey", "number:p", "token:p"])
        self.assertIn("asOf:p", shapes["CustomerRequest"])
        self.assertIn("timelineLimit:p", shapes["CustomerRequest"])
        self.assertIn("timelineKinds:r", shapes["CustomerRequest"])
        self.assertIn("records:R=Record", shapes["ListResponse"])

    def test_every_query_of_the_protocol_has_a_path(self) -> None:
        fields = {f.name for f in self.schema.message("Request").fields if f.oneof}
        paths = {path.removeprefix("/v1/queries/") for path in self.document["paths"] if "/queries/" in path}
        others = {"submit", "rebuild", "verify", "backup", "credit", "cancel", "put_body", "get_body"}
        self.assertEqual(paths, fields - others)

    def test_operations_have_names_of_their_own(self) -> None:
        methods = [method for path in self.document["paths"].values() for method in path.values()]
        names = [method["operationId"] for method in methods]
        self.assertEqual(len(names), len(set(names)))

    def test_unknown_fields_are_not_allowed(self) -> None:
        schemas = self.document["components"]["schemas"]
        self.assertTrue(all(s.get("additionalProperties") is False for s in schemas.values() if s["type"] == "object"))

    def test_numbers_of_64_bits_are_texts_that_may_be_sent_as_numbers(self) -> None:
        record = self.document["components"]["schemas"]["Record"]["properties"]
        self.assertEqual(record["revision"]["type"], ["string", "integer", "null"])
        self.assertEqual(self.document["components"]["schemas"]["SortOrder"]["enum"][-1], 4)
        self.assertEqual(record["occurredAt"]["format"], "date-time")


if __name__ == "__main__":
    unittest.main()
