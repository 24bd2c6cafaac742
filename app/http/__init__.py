"""What all HTTP routes share: access, errors, idempotency, caching and the OpenAPI document."""
