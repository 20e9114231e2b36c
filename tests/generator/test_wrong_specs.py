"""Every wrong spec: one message with file and place, status 2, and the old output stays as it was."""

# ruff: noqa: E501 - the cases are a table: one line each

import pytest

from tests.generator.workshop import Workshop, Wrong, check_refused

POST = "/paths/~1api~1order/post"
REQUEST = "/components/schemas/OrderRequest"
RESPONSE = "/components/schemas/OrderResponse"
TWIN = """  /api/twin:
    post:
      operationId: place_order
      tags: [other]
      externalDocs: {url: https://demo.example/docs/twin}
      x-rate-limit: {requests: 10, seconds: 2, scope: user}
      x-idempotent: false
      responses: {default: {$ref: "#/paths/~1api~1order/post/responses/200"}}
"""
PARAMETERS = "      tags: [trade]\n      parameters:\n        - "


# fmt: off
WRONG = {
    # Not YAML, or not the YAML that JSON could say.
    "bad-yaml": Wrong("info:\n", "info: [\n", "/", ":", "not YAML: "),
    "duplicate-key": Wrong('  version: "1"\n', '  version: "1"\n  version: "2"\n', "/info/version", "version: \"2\"", "twice"),
    "number-as-key": Wrong('      x-errors:\n        "7":', "      x-errors:\n        7:", f"{POST}/x-errors/7", "7:", "quotes"),
    "list-as-key": Wrong("  title: Demo", "  ? [a]\n  : b\n  title: Demo", "/info", "info", "quotes"),
    "date": Wrong('version: "1"', "version: 2020-01-01", "/info/version", "2020", "put it in quotes"),
    "infinite": Wrong("tolerance-seconds: 30", "tolerance-seconds: .inf", "/x-signing/tolerance-seconds", ".inf", "quotes"),
    "alias": Wrong(
        "externalDocs:\n  url: https://demo.example/docs\n",
        "externalDocs: &docs\n  url: https://demo.example/docs\n  x-loop: *docs\n",
        "/externalDocs/x-loop",
        "x-loop",
        "an alias (*name) is not supported",
    ),
    # Not OpenAPI, or not the one we read.
    "not-openapi": Wrong("openapi: 3.1.0\n", "", "/", "#", "openapi is missing"),
    "swagger": Wrong("openapi: 3.1.0\n", 'swagger: "2.0"\n', "/", "#", "openapi is missing"),
    "other-version": Wrong("openapi: 3.1.0", "openapi: 3.0.3", "/openapi", "3.0.3", "expected version 3.1 of OpenAPI"),
    "misspelt-key": Wrong("operationId: place", "operationID: place", POST, "post:", "'operationID' was unexpected"),
    "no-paths": Wrong("paths:\n", "x-paths:\n", "/x-paths", "x-paths", "x-paths is unknown here"),
    "wrong-kind": Wrong("tags: [trade]", "tags: trade", f"{POST}/tags", "trade", "not OpenAPI 3.1"),
    "unknown-type": Wrong("        note:\n          type: string", "        note:\n          type: text", f"{REQUEST}/properties/note/type", "text", "not a JSON schema"),
    "bad-pattern": Wrong("        note:\n          type: string", "        note:\n          pattern: (\n          type: string", f"{REQUEST}/properties/note/pattern", "(", "not a JSON schema"),
    "wrong-default": Wrong("        note:\n          type: string", "        note:\n          type: string\n          default: 5", "/", "#", "5 is not of type 'string'"),
    # References.
    "dangling": Wrong('application/json:\n            schema: {$ref: "#/components/schemas/OrderRequest"}', 'application/json:\n            schema: {$ref: "#/components/schemas/Gone"}', f"{POST}/requestBody/content/application~1json/schema/$ref", '"#/components/schemas/Gone"', "leads nowhere"),
    "other-file": Wrong('items: {$ref: "#/components/schemas/OrderResult"}', "items: {$ref: other.yaml}", f"{RESPONSE}/properties/data/items/$ref", "other.yaml", "inside this file"),
    "circle": Wrong("    OrderRequest:\n", '    A: {$ref: "#/components/schemas/B"}\n    B: {$ref: "#/components/schemas/A"}\n    OrderRequest:\n', "/components/schemas/A/$ref", '"#/components/schemas/B"', "in a circle"),
    "not-a-schema": Wrong('items: {$ref: "#/components/schemas/OrderResult"}', 'items: {$ref: "#/servers/0"}', f"{RESPONSE}/properties/data/items/$ref", '"#/servers/0"', "expected a reference to #/components/schemas/<name>"),
    "into-a-list": Wrong('items: {$ref: "#/components/schemas/OrderResult"}', 'items: {$ref: "#/servers/1"}', f"{RESPONSE}/properties/data/items/$ref", '"#/servers/1"', "leads nowhere"),
    "deep": Wrong('items: {$ref: "#/components/schemas/OrderResult"}', 'items: {$ref: "#/components/schemas/OrderResult/properties/id"}', f"{RESPONSE}/properties/data/items/$ref", '"#/', "expected a reference to #/components/schemas/<name>"),
    "beside-ref": Wrong('- $ref: "#/components/schemas/OrderResult"', '- $ref: "#/components/schemas/OrderResult"\n              minProperties: 1', f"{RESPONSE}/properties/extra/oneOf/0/minProperties", "1", "beside $ref would be ignored"),
    # What the exchange says.
    "no-exchange": Wrong("x-exchange: demo\n", "", "/", "#", "x-exchange is missing"),
    "other-name": Wrong("x-exchange: demo\n", "x-exchange: okx\n", "/x-exchange", "okx", "the file is called demo"),
    "no-signing": Wrong("x-signing:\n", "x-other:\n", "/x-other", "x-other", "x-other is unknown here"),
    "no-envelope-code": Wrong("  code-field: code\n", "", "/x-envelope", "x-envelope", "code-field is missing"),
    "entry-fields": Wrong('  success-code: "0"\n', '  success-code: "0"\n  entries-field: data\n', "/x-envelope", "x-envelope", "entry-code-field is missing"),
    "number-as-code": Wrong('success-code: "0"', "success-code: 0", "/x-envelope/success-code", "0", "a non-empty text in quotes"),
    "envelope-extra": Wrong("  code-field: code\n", "  code-field: code\n  data-field: x\n", "/x-envelope/data-field", "x", "data-field is unknown here"),
    "timestamp-format": Wrong("epoch-milliseconds", "epoch-seconds", "/x-signing/timestamp-format", "epoch-seconds", "iso8601-milliseconds, epoch-milliseconds"),
    "prehash": Wrong("prehash: timestamp + METHOD", "prehash: METHOD + timestamp", "/x-signing/prehash", "METHOD", "expected one of timestamp + METHOD"),
    "algorithm": Wrong("HMAC-SHA256", "HMAC-SHA512", "/x-signing/algorithm", "base64(HMAC-SHA512", "expected one of base64(HMAC-SHA256"),
    "tolerance": Wrong("tolerance-seconds: 30", "tolerance-seconds: 0", "/x-signing/tolerance-seconds", "0", "a number above zero"),
    "no-demo-header": Wrong('x-demo-header: {name: x-demo, value: "1"}', "", "/", "#", "x-demo-header is missing"),
    "demo-value": Wrong('name: x-demo, value: "1"', "name: x-demo, value: 1", "/x-demo-header/value", "1", "a non-empty text in quotes"),
    "demo-name": Wrong("name: x-demo", "name: x demo", "/x-demo-header/name", "x demo", "the name of a header"),
    "header-name": Wrong("x-headers: {locale: en-US}", "x-headers: {lo cale: en-US}", "/x-headers/lo cale", "en-US", "is not the name of a header"),
    "header-value": Wrong("x-headers: {locale: en-US}", "x-headers: {locale: 5}", "/x-headers/locale", "5", "a non-empty text in quotes"),
    "header-parameter": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: header, name: Locale, schema: {{type: string}}}}\n", f"{POST}/parameters/0", "{in: header", "not by the caller"),
    "no-region": Wrong("    x-region: global\n", "", "/servers/0", "url", "x-region is missing"),
    "region-twice": Wrong("    x-region: global\n", "    x-region: global\n  - url: https://b.example\n    x-region: global\n", "/servers/1/x-region", "global\nx-exchange", "there twice"),
    "region-name-twice": Wrong("    x-region: global\n", "    x-region: global\n    x-region-names: [www, global]\n", "/servers/0/x-region-names/1", "global]", "there twice"),
    "keys-without-page": Wrong("x-exchange:", "x-keys: {permission: Trade}\nx-exchange:", "/x-keys", "x-keys", "url is missing"),
    "keys-extra": Wrong("x-exchange:", "x-keys: {url: 'https://demo.example/keys', permission: Trade, how: x}\nx-exchange:", "/x-keys/how", "x}", "how is unknown here"),
    "no-server": Wrong("servers:\n  - url: https://demo.example\n    x-region: global\n", "servers: []\n", "/servers", "servers", "at least one server"),
    "plain-http": Wrong("- url: https://demo.example", "- url: http://demo.example", "/servers/0/url", "http:", "https:// and a host"),
    "server-path": Wrong("- url: https://demo.example", "- url: https://demo.example/api", "/servers/0/url", "https", "without path or slash"),
    "no-security": Wrong("security:\n  - {key: [], signature: [], timestamp: [], passphrase: []}\n", "", "/", "#", "without it nothing is signed"),
    "part-security": Wrong("- {key: [], signature: [], timestamp: [], passphrase: []}", "- {key: []}", "/security", "security", "all of key, signature"),
    "scheme-kind": Wrong("key: {type: apiKey, in: header", "key: {type: apiKey, in: query", "/components/securitySchemes/key/in", "query", "expected one of header"),
    "scheme-missing": Wrong("    passphrase: {type: apiKey, in: header, name: D-PASS}\n", "", "/components/securitySchemes", "securitySchemes", "passphrase is missing"),
    "scheme-extra": Wrong("    key: {", "    token: {type: apiKey, in: header, name: T}\n    key: {", "/components/securitySchemes/token", "token", "token is unknown here"),
    "exchange-docs": Wrong("externalDocs:\n  url: https://demo.example/docs\n", "", "/", "#", "externalDocs is missing"),
    "webhooks": Wrong("security:\n", "webhooks: {}\nsecurity:\n", "/webhooks", "webhooks", "webhooks are not supported"),
    # The tables of errors.
    "error-field": Wrong("    action: Wait.\n", "    advice: Wait.\n", "/x-errors/429/advice", "Wait", "advice is unknown here"),
    "error-missing": Wrong("    action: Wait.\n", "", "/x-errors/429", '"429"', "action is missing"),
    "error-flag": Wrong("retryable: true", "retryable: maybe", "/x-errors/429/retryable", "maybe", "true or false"),
    "error-outcome": Wrong("outcome: unknown", "outcome: applied", "/x-errors/7/outcome", "applied", "refused, unknown"),
    "error-status": Wrong("http-status: 429", "http-status: 42", "/x-errors/429/http-status", "42", "from 100 to 599"),
    "error-status-flag": Wrong("http-status: 429", "http-status: true", "/x-errors/429/http-status", "true", "from 100 to 599"),
    "error-name": Wrong("name: TooMany", "name: too many", "/x-errors/429/name", "too many", "PascalCase"),
    "error-category": Wrong("category: rate-limit", "category: RateLimit", "/x-errors/429/category", "RateLimit", "kebab-case"),
    "error-wide": Wrong("account-wide: true", "account-wide: whole", "/x-errors/8/account-wide", "whole", "true or false"),
    "error-of-success": Wrong('  "429":', '  "0":', "/x-errors/0", '"0"', "the code of a success"),
    "error-table": Wrong('\nx-errors:\n  "429":', '\nx-errors:\n  - "429":', "/", '"7"', "not YAML"),
    "error-list": Wrong('      x-errors:\n        "7":\n          name: NoMargin\n          category: margin\n          retryable: false\n          outcome: refused\n          action: Add margin.\n', "      x-errors: []\n", f"{POST}/x-errors", "x-errors", "expected a mapping"),
    # What an operation says.
    "no-limit": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "", POST, "post:", "x-rate-limit is missing"),
    "limit-part": Wrong("seconds: 2, scope: user", "scope: user", f"{POST}/x-rate-limit", "x-rate-limit", "seconds is missing"),
    "limit-zero": Wrong("requests: 10", "requests: 0", f"{POST}/x-rate-limit/requests", "0", "a whole number from 1"),
    "limit-text": Wrong("seconds: 2", 'seconds: "2"', f"{POST}/x-rate-limit/seconds", '"2"', "a number above zero"),
    "limit-scope": Wrong("scope: user", "scope: account", f"{POST}/x-rate-limit/scope", "account", "user, ip"),
    "limit-extra": Wrong("scope: user", "scope: user, burst: 3", f"{POST}/x-rate-limit/burst", "3", "burst is unknown here"),
    "limit-per": Wrong("scope: user", "scope: user, per: symbol", f"{POST}/x-rate-limit/per", "symbol", "symbol is no required query parameter"),
    "limit-per-optional": Wrong("scope: user", "scope: user, per: a}\n      parameters:\n        - {in: query, name: a, schema: {type: string}", f"{POST}/x-rate-limit/per", "a}", "a is no required query parameter"),
    "published-not-seen": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 20, seconds: 2}\n", f"{POST}/x-rate-limit-published", "x-rate-limit-published", "seen is missing"),
    "published-part": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {seconds: 2, seen: \"2026-07-20\"}\n", f"{POST}/x-rate-limit-published", "x-rate-limit-published", "requests is missing"),
    "published-zero": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 20, seconds: 0, seen: \"2026-07-20\"}\n", f"{POST}/x-rate-limit-published/seconds", "0", "a number above zero"),
    "published-scope": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 20, seconds: 2, scope: ip, seen: \"2026-07-20\"}\n", f"{POST}/x-rate-limit-published/scope", "ip", "scope is unknown here"),
    "published-date": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 20, seconds: 2, seen: \"July 2026\"}\n", f"{POST}/x-rate-limit-published/seen", '"July', "a day such as"),
    "published-no-day": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 20, seconds: 2, seen: \"2026-02-30\"}\n", f"{POST}/x-rate-limit-published/seen", '"2026-02-30', "there is no day 2026-02-30"),
    "published-same": Wrong("      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n", "      x-rate-limit: {requests: 10, seconds: 2, scope: user}\n      x-rate-limit-published: {requests: 10, seconds: 2, seen: \"2026-07-20\"}\n", f"{POST}/x-rate-limit-published", "x-rate-limit-published", "it says what x-rate-limit says"),
    "limit-per-header": Wrong("scope: user", "scope: user, per: a}\n      parameters:\n        - {in: header, name: a, required: true, schema: {type: string}", f"{POST}/x-rate-limit/per", "a}", "a is no required query parameter"),
    "misspelt-extension": Wrong("      x-idempotent: false\n", "      x-idempotend: false\n", f"{POST}/x-idempotend", "false", "x-idempotend is unknown here"),
    "no-idempotent": Wrong("      x-idempotent: false\n", "", POST, "post:", "x-idempotent is missing"),
    "idempotent-text": Wrong("x-idempotent: false", "x-idempotent: no", f"{POST}/x-idempotent", "no", "true or false"),
    "no-operation-id": Wrong("      operationId: place_order\n", "", POST, "post:", "operationId is missing"),
    "camel-case": Wrong("operationId: place_order", "operationId: placeOrder", f"{POST}/operationId", "placeOrder", "snake_case"),
    "word-of-python": Wrong("operationId: place_order", "operationId: import", f"{POST}/operationId", "import", "is taken"),
    "own-constant": Wrong("operationId: place_order", "operationId: exchange", f"{POST}/operationId", "exchange", "is taken"),
    "same-operation-id": Wrong("components:\n", f"{TWIN}components:\n", "/paths/~1api~1twin/post/operationId", "place_order\n      tags: [other]", "is also that of POST /api/order"),
    "no-tag": Wrong("      tags: [trade]\n", "", POST, "post:", "tags is missing"),
    "two-tags": Wrong("tags: [trade]", "tags: [trade, account]", f"{POST}/tags", "tags", "exactly one tag"),
    "tag-name": Wrong("tags: [trade]", "tags: [Trade Orders]", f"{POST}/tags/0", "Trade Orders", "snake_case"),
    "tag-word": Wrong("tags: [trade]", "tags: [class]", f"{POST}/tags", "tags", "taken in Python"),
    "no-docs": Wrong("      externalDocs:\n        url: https://demo.example/docs/place-order\n", "", POST, "post:", "externalDocs is missing"),
    "docs-scheme": Wrong("url: https://demo.example/docs/place-order", "url: http://demo.example/docs/place-order", f"{POST}/externalDocs/url", "http:", "begins with https://"),
    "own-security": Wrong("      x-idempotent: false\n", "      x-idempotent: false\n      security: [{key: []}]\n", f"{POST}/security", "security", "AuthenticatedClient"),
    "own-servers": Wrong("      x-idempotent: false\n", "      x-idempotent: false\n      servers: [{url: https://b.example}]\n", f"{POST}/servers", "servers", "it would be ignored"),
    "callbacks": Wrong("      x-idempotent: false\n", "      x-idempotent: false\n      callbacks: {}\n", f"{POST}/callbacks", "callbacks", "it would be ignored"),
    "path-parameter": Wrong("  /api/order:\n", "  /api/order/{id}:\n", "/paths/~1api~1order~1{id}", "/api/order/{id}", "path parameters are not supported"),
    "path-query": Wrong("  /api/order:\n", "  /api/order?a=1:\n", "/paths/~1api~1order?a=1", "/api/order?", "which needs no encoding"),
    "path-servers": Wrong("  /api/order:\n", "  /api/order:\n    servers: [{url: https://b.example}]\n", "/paths/~1api~1order/servers", "servers", "it would be ignored"),
    # Parameters.
    "cookie": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: cookie, name: a, schema: {{type: string}}}}\n", f"{POST}/parameters/0/in", "cookie", "query, header"),
    "content-parameter": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, content: {{application/json: {{schema: {{type: string}}}}}}}}\n", f"{POST}/parameters/0/content", "content", "it would be ignored"),
    "style": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, explode: false, schema: {{type: string}}}}\n", f"{POST}/parameters/0/explode", "false", "it would be ignored"),
    "list-parameter": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, schema: {{type: array, items: {{type: string}}}}}}\n", f"{POST}/parameters/0/schema", "schema", "expected one type of string"),
    "untyped-parameter": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, schema: {{}}}}\n", f"{POST}/parameters/0/schema", "schema", "would become Any"),
    "signed-header": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: header, name: d-key, schema: {{type: string}}}}\n", f"{POST}/parameters/0", "{in: header", "not by the caller"),
    "parameter-name": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: body, schema: {{type: string}}}}\n", f"{POST}/parameters/0", "{in: query", "is taken"),
    "shared-parameter": Wrong("    post:\n", "    parameters:\n      - {in: cookie, name: a, schema: {type: string}}\n    post:\n", "/paths/~1api~1order/parameters/0/in", "cookie", "query, header"),
    "parameter-enum": Wrong("      tags: [trade]\n", f"{PARAMETERS}{{in: query, name: a, schema: {{type: string, enum: [1]}}}}\n", f"{POST}/parameters/0/schema/enum/0", "1", "is not of the type string"),
    # Bodies.
    "body-any": Wrong('{$ref: "#/components/schemas/OrderRequest"}', "{}", f"{POST}/requestBody/content/application~1json/schema", "schema", "would become Any"),
    "body-boolean": Wrong('{$ref: "#/components/schemas/OrderRequest"}', "true", f"{POST}/requestBody/content/application~1json/schema", "true", "a boolean schema"),
    "body-text": Wrong('{$ref: "#/components/schemas/OrderRequest"}', "{type: string}", f"{POST}/requestBody/content/application~1json/schema", "schema", "type object"),
    "body-any-of": Wrong("      required: [size]\n", "      required: [size]\n      anyOf:\n        - required: [note]\n", f"{REQUEST}/type", "object", "beside anyOf would be ignored"),
    "body-only-any-of": Wrong('{$ref: "#/components/schemas/OrderRequest"}', "{anyOf: [{required: [a]}]}", f"{POST}/requestBody/content/application~1json/schema/anyOf/0", "{required", "the whole would become Any"),
    "body-form": Wrong('application/json:\n            schema: {$ref: "#/components/schemas/OrderRequest"}', 'text/plain:\n            schema: {$ref: "#/components/schemas/OrderRequest"}', f"{POST}/requestBody/content/text~1plain", "text/plain", "text/plain is unknown here"),
    "body-no-schema": Wrong('schema: {$ref: "#/components/schemas/OrderRequest"}', "example: {}", f"{POST}/requestBody/content/application~1json", "application/json", "schema is missing"),
    "field-any": Wrong("        note:\n          type: string", "        note:\n          description: What you like.", f"{REQUEST}/properties/note", "note", "would become Any"),
    "boolean-schema": Wrong("        note:\n          type: string", "        note: true", f"{REQUEST}/properties/note", "true", "a boolean schema"),
    "wrong-const": Wrong("        note:\n          type: string", "        note:\n          type: string\n          const: 5", f"{REQUEST}/properties/note/const", "5", "is not of the type string"),
    "boolean-items": Wrong('items: {$ref: "#/components/schemas/OrderResult"}', "items: true", f"{RESPONSE}/properties/data/items", "true", "a boolean schema"),
    "boolean-all-of": Wrong("        - $comment: a note is only for buying\n", "        - true\n        - $comment: a note is only for buying\n", f"{REQUEST}/allOf/0", "true", "a boolean schema"),
    "field-date": Wrong("        note:\n          type: string", "        note:\n          type: string\n          format: date", f"{REQUEST}/properties/note/format", "date", "the format date is not supported"),
    "field-name": Wrong("        note:\n", "        d: {type: string}\n        note:\n", f"{REQUEST}/properties/d", "d:", "the generated models need themselves"),
    "nullable": Wrong("        note:\n          type: string", "        note:\n          type: string\n          nullable: true", f"{REQUEST}/properties/note/nullable", "true", "nullable is not supported"),
    "pattern-properties": Wrong("      required: [size]\n", "      required: [size]\n      patternProperties: {}\n", f"{REQUEST}/patternProperties", "patternProperties", "not supported"),
    "lone-all-of": Wrong("    OrderResponse:\n", '    Extended:\n      type: object\n      properties: {a: {type: string}}\n      allOf: [{$ref: "#/components/schemas/OrderResult"}]\n    OrderResponse:\n', "/components/schemas/Extended/type", "object", "beside allOf would be ignored"),
    "lent-by-itself": Wrong("    OrderResponse:\n", '    A: {type: object, allOf: [{$ref: "#/components/schemas/B"}, {required: []}]}\n    B: {type: object, allOf: [{$ref: "#/components/schemas/A"}, {required: []}]}\n    OrderResponse:\n', "/components/schemas/A/allOf/0", "{$ref", "cannot be a part of itself"),
    "required-unknown": Wrong("required: [size]", "required: [sizes]", f"{REQUEST}/required/0", "sizes", "there is no field sizes"),
    "rule-required": Wrong("required: [note]", "required: [notes]", f"{REQUEST}/allOf/0/if/required/0", "notes", "there is no field notes"),
    "rule-field": Wrong("{side: {const: buy}}", "{sides: {const: buy}}", f"{REQUEST}/allOf/0/then/properties/sides", "sides", "there is no field sides"),
    "rule-value": Wrong("{side: {const: buy}}", "{side: {const: bye}}", f"{REQUEST}/allOf/0/then/properties/side/const", "bye", "cannot be 'bye'"),
    "rule-values": Wrong("{side: {const: buy}}", "{side: {enum: [buy, bye]}}", f"{REQUEST}/allOf/0/then/properties/side/enum/1", "bye", "cannot be 'bye'"),
    "rule-inside": Wrong("            required: [note]\n", "            anyOf: [{not: {required: [notes]}}]\n", f"{REQUEST}/allOf/0/if/anyOf/0/not/required/0", "notes", "there is no field notes"),
    "rule-dependent": Wrong("            required: [note]\n", "            dependentRequired: {notes: [side]}\n", f"{REQUEST}/allOf/0/if/dependentRequired/notes", "notes", "there is no field notes"),
    # Responses.
    "response-enum": Wrong('          type: [string, integer, "null"]', '          type: [string, "null"]\n          enum: [a, null]', "/components/schemas/OrderResult/properties/id/enum", "enum", "enum is not allowed in a response"),
    "response-const": Wrong('          type: [string, integer, "null"]', '          type: [string, "null"]\n          const: a', "/components/schemas/OrderResult/properties/id/const", "a", "const is not allowed in a response"),
    "response-format": Wrong('          type: [string, integer, "null"]', '          type: [string, "null"]\n          format: email', "/components/schemas/OrderResult/properties/id/format", "email", "format is not allowed in a response"),
    "response-date": Wrong('          type: [string, integer, "null"]', '          type: [string, "null"]\n          format: date-time', "/components/schemas/OrderResult/properties/id/format", "date-time", "the format date-time is not supported"),
    "response-required": Wrong("    OrderResponse:\n      type: object\n", "    OrderResponse:\n      type: object\n      required: [code]\n", f"{RESPONSE}/required", "required", "required is not allowed in a response"),
    "response-not-null": Wrong('          type: [string, integer, "null"]', "          type: string", "/components/schemas/OrderResult/properties/id", "id:", "a type that admits null"),
    "response-not-null-one-of": Wrong('            - type: "null"\n', "            - type: string\n", f"{RESPONSE}/properties/extra", "extra", "a type that admits null"),
    "response-union-circle": Wrong('            - type: "null"\n    OrderResult:\n', '            - type: "null"\n        more: {$ref: "#/components/schemas/Union"}\n    Union: {oneOf: [{$ref: "#/components/schemas/Union"}, {type: string}]}\n    OrderResult:\n', f"{RESPONSE}/properties/more", "more", "a type that admits null"),
    "response-closed": Wrong("    OrderResponse:\n      type: object\n", "    OrderResponse:\n      type: object\n      additionalProperties: false\n", f"{RESPONSE}/additionalProperties", "false", "new fields are not an error"),
    "response-array": Wrong('schema: {$ref: "#/components/schemas/OrderResponse"}', "schema: {type: array, items: {type: string}}", f"{POST}/responses/200/content/application~1json/schema", "schema", "expected type: object"),
    "response-no-code": Wrong("        code:\n", "        status:\n", RESPONSE, "OrderResponse", "the field code, which x-envelope names"),
    "response-no-fields": Wrong('schema: {$ref: "#/components/schemas/OrderResponse"}', "schema: {type: object}", f"{POST}/responses/200/content/application~1json/schema", "schema", "properties is missing"),
    "response-html": Wrong('application/json:\n              schema', 'text/html:\n              schema', f"{POST}/responses/200/content/text~1html", "text/html", "text/html is unknown here"),
    "response-no-content": Wrong('          content:\n            application/json:\n              schema: {$ref: "#/components/schemas/OrderResponse"}\n', "", f"{POST}/responses/200", '"200"', "content is missing"),
    "response-no-success": Wrong('        "200":', '        "404":', f"{POST}/responses", "responses", "no response for a success"),
    # What only openapi-python-client notices.
    "conflicting-all-of": Wrong("        - $comment: a note is only for buying\n", "        - properties: {side: {const: buy}}\n        - $comment: a note is only for buying\n", "", "", "openapi-python-client would leave something out"),
    "mixed-enum": Wrong("    OrderResponse:\n", "    Mixed: {type: object, properties: {a: {enum: [buy, 1]}}}\n    OrderResponse:\n", "", "", "openapi-python-client"),
    "union-of-itself": Wrong("    OrderResponse:\n", '    Loop: {oneOf: [{$ref: "#/components/schemas/Loop"}, {type: string}]}\n    OrderResponse:\n', "", "", "openapi-python-client would leave something out"),
    "one-class-twice": Wrong("    OrderResponse:\n", "    order_request: {type: object}\n    OrderResponse:\n", "", "", "openapi-python-client would leave something out"),
    "one-file-twice": Wrong("    OrderResponse:\n", "    IDCard: {type: object}\n    IdCard: {type: object}\n    OrderResponse:\n", "/components/schemas/IDCard", "IDCard", "the same file, id_card.py"),
    "const-list": Wrong("    OrderResponse:\n", "    Mixed: {type: object, properties: {a: {const: [a]}}}\n    OrderResponse:\n", "/", "#", "Failed to parse OpenAPI document"),
    "one-file-twice-inline": Wrong("    OrderResponse:\n", "    More: {type: object, properties: {IDCard: {type: object}, IdCard: {type: object}}}\n    OrderResponse:\n", "/components/schemas/MoreIDCard", "schemas", "the same file, more_id_card.py"),
    "class-taken": Wrong("    OrderResponse:\n", "    Response: {type: object}\n    OrderResponse:\n", "/components/schemas/Response", "Response", "is taken in the generated code"),
}
# fmt: on


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_wrong_spec_is_refused_with_its_place(wrong: Wrong, workshop: Workshop) -> None:
    check_refused(wrong, workshop)
