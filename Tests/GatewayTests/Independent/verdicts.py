# Reads {"schema": …, "documents": [text …]} from standard input and prints, for each text, whether the schema takes it:
# a judge that knows nothing of the gateway. Without the module jsonschema it prints "missing" and nothing else.
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("missing")
    sys.exit(0)

task = json.load(sys.stdin)
Draft202012Validator.check_schema(task["schema"])
judge = Draft202012Validator(task["schema"])
print(json.dumps([judge.is_valid(json.loads(text)) for text in task["documents"]]))
