"""Reads statements of provenance by the definitions that in-toto and SLSA publish, and has them validated.

  python3 statement.py <statement>...

stdout: one line a statement, `valid` or what is wrong with it.
"""

import json
import sys

from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement


def check(text):
    # What the definitions do not have is refused; what is read and written again is the same.
    statement = json_format.Parse(text, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    assert statement.predicate_type == "https://slsa.dev/provenance/v1", statement.predicate_type
    written = json.loads(text)
    assert json_format.MessageToDict(statement) == written, "it reads back as another statement"
    predicate = json_format.ParseDict(written["predicate"], provenance_pb2.Provenance())
    definition, details = predicate.build_definition, predicate.run_details
    # The specification wants these, which the definitions cannot say.
    assert definition.build_type and definition.HasField("external_parameters"), "no build type or parameters"
    assert details.builder.id, "no builder"
    resources = [*definition.resolved_dependencies, *details.byproducts]
    for resource in resources:
        ResourceDescriptor.copy_from_pb(resource).validate()
        assert resource.uri or resource.digest or resource.content, "no uri, digest or content"


for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    try:
        check(text)
        print("valid")
    except (ValueError, AssertionError, json_format.ParseError) as error:
        print(str(error).replace("\n", " ") or type(error).__name__)
