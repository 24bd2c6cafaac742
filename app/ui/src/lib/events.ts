// Server-sent events read by fetch, so that no key stands in an address.
import { ask } from "../api/client";
import type { Operation } from "../api/types";

/** The states of an operation, until it has ended; a broken stream is taken up again. */
export async function watch(id: string, seen: (operation: Operation) => void, signal: AbortSignal): Promise<Operation> {
  let last: Operation | null = null;
  while (!signal.aborted) {
    const response = await ask(`v1/operations/${encodeURIComponent(id)}/events`, { signal });
    for await (const data of messages(response.body!)) {
      last = JSON.parse(data) as Operation;
      seen(last);
    }
    if (last && ENDED.has(last.status)) return last;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new DOMException("left", "AbortError");
}

const ENDED = new Set(["succeeded", "failed", "cancelled"]);

/** The data of each event of a stream. */
export async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + value).replaceAll("\r\n", "\n");
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const data = dataOf(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (data) yield data;
    }
  }
}

const dataOf = (event: string): string =>
  event
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
