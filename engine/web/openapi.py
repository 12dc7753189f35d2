"""The description of all this for programs: OpenAPI 3.1."""

from collections.abc import Mapping, Sequence
from typing import Any

_REFUSAL = {
    "type": "object",
    "required": ["success", "code", "message"],
    "properties": {
        "success": {"const": False},
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}
_DONE = {"type": "object", "required": ["success"], "properties": {"success": {"const": True}}}
_TEXT = {"type": ["string", "integer", "null"]}
_MESSAGE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "userId": _TEXT,
        "anonymousId": _TEXT,
        "messageId": {"type": ["string", "null"]},
        "timestamp": {"type": ["string", "null"], "format": "date-time"},
        "sentAt": {"type": ["string", "null"], "format": "date-time"},
        "context": {"type": ["object", "null"]},
    },
}
_TRACK = {
    **_MESSAGE,
    "required": ["event"],
    "properties": {
        **_MESSAGE["properties"],
        "event": {"type": "string", "minLength": 1},
        "properties": {"type": ["object", "null"]},
    },
}
_IDENTIFY = {**_MESSAGE, "properties": {**_MESSAGE["properties"], "traits": {"type": ["object", "null"]}}}
_BATCH = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "batch": {
            "type": "array",
            "maxItems": 2500,
            "items": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"enum": ["track", "identify", "page", "screen", "group", "alias"]}},
            },
        },
        "sentAt": {"type": ["string", "null"], "format": "date-time"},
    },
}
_KEYS: Sequence[Mapping[str, Sequence[str]]] = [{"writeKey": []}, {"token": []}, {"address": []}]
_WHY = {
    "400": "no JSON, too deep, or not what it should be",
    "401": "no source has this key, or the signature is wrong or old",
    "403": "the key is not for this",
    "404": "there is no such address",
    "408": "the body did not come in time",
    "413": "the body is too large",
    "415": "packed with something else than gzip",
    "429": "too many requests",
    "500": "it failed; nothing was taken",
    "503": "not now; nothing was taken, so send it again later",
}


def document(channels: Sequence[str]) -> Mapping[str, Any]:
    """The description. `channels`: whose gateways may push."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Homing", "version": "1"},
        "paths": {
            "/v1/batch": {"post": _takes("takeBatch", "Messages, several kinds at once", _BATCH)},
            "/v1/track": {"post": _takes("takeTrack", "One event of a customer", _TRACK)},
            "/v1/identify": {"post": _takes("takeIdentify", "What a customer is like", _IDENTIFY)},
            "/receipts/{channel}": {"post": _pushed("takeReceipts", "What became of messages", channels)},
            "/replies/{channel}": {"post": _pushed("takeReplies", "What customers wrote back", channels)},
            "/healthz": {"get": _health()},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _itself()},
        },
        "components": {
            "securitySchemes": {
                "writeKey": {"type": "http", "scheme": "basic"},
                "token": {"type": "http", "scheme": "bearer"},
                "address": {"type": "apiKey", "in": "query", "name": "key"},
            }
        },
    }


def _takes(name: str, summary: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "operationId": name,
        "summary": summary,
        "description": "2xx: it is on the disk. A message with the same `messageId` is taken once.",
        "security": _KEYS,
        "requestBody": body,
        "responses": {"200": _json("taken", _DONE), **_refusals(*_WHY)},
    }


def _pushed(name: str, summary: str, channels: Sequence[str]) -> Mapping[str, Any]:
    anything = {"schema": {"type": ["object", "array"]}}
    form = {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
    channel = {"type": "string", "minLength": 1} | ({"enum": list(channels)} if channels else {})
    return {
        "operationId": name,
        "summary": summary,
        "description": "As the table of the channel describes it; signed, or with a key.",
        "security": [{}, *_KEYS],
        "parameters": [{"name": "channel", "in": "path", "required": True, "schema": channel}],
        "requestBody": {
            "required": True,
            "content": {"application/json": anything, "application/x-www-form-urlencoded": form},
        },
        "responses": {"200": _json("taken", {}), **_refusals(*_WHY)},
    }


def _health() -> Mapping[str, Any]:
    schema = {"type": "object", "required": ["healthy"], "properties": {"healthy": {"type": "boolean"}}}
    return {
        "operationId": "health",
        "summary": "Whether all is well",
        "responses": {"200": _json("all is well", schema), "503": _json("see `homing status`", schema)},
    }


def _metrics() -> Mapping[str, Any]:
    text = {"description": "for Prometheus", "content": {"text/plain": {"schema": {"type": "string"}}}}
    responses = {"200": text, **_refusals("401", "403", "429", "500")}
    return {"operationId": "metrics", "summary": "Figures", "security": _KEYS, "responses": responses}


def _itself() -> Mapping[str, Any]:
    return {
        "operationId": "description",
        "summary": "This document",
        "responses": {"200": _json("OpenAPI", {"type": "object"})},
    }


def _json(description: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals(*statuses: str) -> dict[str, Mapping[str, Any]]:
    return {status: _json(_WHY[status], _REFUSAL) for status in statuses}
