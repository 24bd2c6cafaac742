"""Traces by the web framework's own support: variables of the environment, no code of ours."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.app.running import ServiceProcess, wait_until


class Collector(BaseHTTPRequestHandler):
    """Keeps what is exported."""

    received: list[tuple[str, bytes]] = []  # noqa: RUF012  (one list for all requests)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


def test_requests_are_traced_where_the_environment_says_so(tmp_path, models) -> None:
    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    variables = {
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    service = ServiceProcess(tmp_path, models, **variables)
    try:
        assert service.client.get("/v1/models/mdl_x/curves").status_code == 404
        wait_until(lambda: any(b"curves" in body for _, body in Collector.received))
        assert "/v1/traces" in {path for path, _ in Collector.received}
    finally:
        service.close()
        server.shutdown()
        thread.join()
        server.server_close()
