"""Operations: looked at, watched, waited for, ended."""

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
    """Long calls."""

    def operations(self) -> Iterator[Operation]:
        """Operations, newest first."""
        return self._pages(Operation, "/v1/operations")

    def operation(self, operation_id: str) -> Operation:
        """An operation as it stands."""
        return self._get(Operation, f"/v1/operations/{operation_id}")

    def cancel(self, operation_id: str) -> Operation:
        """Stop an operation and discard what it did."""
        return self._ask(Operation, f"/v1/operations/{operation_id}:cancel", {})

    def stop(self, operation_id: str) -> Operation:
        """End an operation with what it has; its result is then incomplete."""
        return self._ask(Operation, f"/v1/operations/{operation_id}:stop", {})

    def watch(self, operation_id: str) -> Iterator[Operation]:
        """The operation at each of its changes, up to its end, as the service tells them.

        A stream that breaks is taken up where it was; raises Unreachable after some tries without
        an event.
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
        """Poll until the operation has succeeded; raises OperationError where it did not.

        Bars show how far it is, in a terminal or a notebook (``console``: elsewhere than on
        standard error).
        """
        found = Operation.model_validate(operation.model_dump())
        with bars(console) as tell:
            while found.status not in ENDED:
                time.sleep(every)
                found = self.operation(found.id)
                tell(found)
                on_progress(found)
            if found.status != "succeeded":
                raise OperationError(found)
        return found

    def _events(self, operation_id: str, seen: str) -> Iterator[tuple[str, Operation]]:
        """Id and operation of each event behind the one that was ``seen``."""
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
