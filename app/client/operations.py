"""Calls about operations: read, watch, wait, stop, cancel."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
from rich.console import Console

from app.client.errors import OperationError, ServiceError, Unreachable
from app.client.resources import Operation
from app.client.transport import ATTEMPTS, FIRST_PAUSE, Calls, parsed, problem_of
from app.client.waiting import bars
from app.contract.documents import OperationDocument

ENDED = frozenset({"succeeded", "failed", "cancelled"})


class OperationCalls(Calls):
    """Calls about operations."""

    def operations(self) -> Iterator[Operation]:
        """Operations, newest first."""
        return self._pages(Operation, "/v1/operations")

    def operation(self, operation_id: str) -> Operation:
        """The current state of an operation."""
        return self._get(Operation, f"/v1/operations/{operation_id}")

    def cancel(self, operation_id: str) -> Operation:
        """Cancel an operation and discard its work."""
        return self._ask(Operation, f"/v1/operations/{operation_id}:cancel", {})

    def stop(self, operation_id: str) -> Operation:
        """Stop an operation early and keep its partial result, which is marked incomplete."""
        return self._ask(Operation, f"/v1/operations/{operation_id}:stop", {})

    def watch(self, operation_id: str) -> Iterator[Operation]:
        """Yield the operation at each change until it ends, from the service's event stream.

        A broken stream is resumed at the last event; raises Unreachable after several attempts
        without an event.
        """
        seen, failures = "", 0
        while failures < ATTEMPTS:
            with suppress(httpx.TransportError):
                for number, operation in self._events(operation_id, seen):
                    seen, failures = number, 0
                    yield operation
                    if operation.status in ENDED:
                        return
            time.sleep(FIRST_PAUSE * 2.0**failures)
            failures += 1
        raise Unreachable(f"the events of {operation_id} broke off {failures} times in a row")

    def wait(
        self,
        operation: OperationDocument,
        on_progress: Callable[[Operation], None] = lambda _: None,
        every: float = 0.5,
        console: Console | None = None,
    ) -> Operation:
        """Poll until the operation has succeeded; raises OperationError if it did not succeed.

        Progress bars are shown in a terminal or a notebook; ``console`` replaces standard error.
        """
        current = Operation.model_validate(operation.model_dump())
        with bars(console) as show:
            while current.status not in ENDED:
                time.sleep(every)
                current = self.operation(current.id)
                show(current)
                on_progress(current)
            if current.status != "succeeded":
                raise OperationError(current)
        return current

    def _events(self, operation_id: str, seen: str) -> Iterator[tuple[str, Operation]]:
        """Id and operation of each event after the one with the id ``seen``."""
        path = f"/v1/operations/{operation_id}/events"
        headers = {"Last-Event-ID": seen} if seen else {}
        with self._http.stream("GET", path, headers=headers) as response:
            if not response.is_success:
                response.read()
                raise ServiceError(problem_of(response))
            fields: dict[str, str] = {}
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    yield fields["id"], parsed(Operation, json.loads(fields["data"]))
                    fields = {}
