// Calls of the service: JSON in, JSON out; every failure is one Refusal with what the page needs.
import type { Problem } from "./types";

export type Kind = "signed-out" | "forbidden" | "absent" | "rejected" | "invalid" | "busy" | "away" | "failed";

export class Refusal extends Error {
  constructor(
    readonly kind: Kind,
    message: string,
    readonly problem: Problem | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

const KINDS: Record<number, Kind> = {
  401: "signed-out",
  403: "forbidden",
  404: "absent",
  409: "rejected",
  413: "invalid",
  415: "invalid",
  422: "invalid",
  429: "busy",
  503: "busy",
};

export const SESSION_HEADER = "x-prudent-session";

export async function call<Answer>(
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const init: RequestInit = { method, headers: headersOf(body) };
  if (body !== undefined) init.body = body instanceof Blob || body instanceof FormData ? body : JSON.stringify(body);
  if (signal) init.signal = signal;
  const response = await ask(path, init);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal("away", "The service does not answer. It may be starting, or the network is down.");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** A file and the name that the service gives it. */
export async function fetchFile(path: string): Promise<{ content: Blob; name: string | null }> {
  const response = await ask(path);
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
  return { content: await response.blob(), name: name?.[1] ?? null };
}

function headersOf(body: unknown): Record<string, string> {
  const headers: Record<string, string> = { [SESSION_HEADER]: "1" };
  // A form says its own type, with the mark between its parts.
  if (body instanceof Blob) headers["content-type"] = body.type;
  else if (body !== undefined && !(body instanceof FormData)) headers["content-type"] = "application/json";
  return headers;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const kind = KINDS[response.status] ?? "failed";
  const after = Number(response.headers.get("retry-after"));
  const told = problem?.errors?.map((each) => each.detail).join("; ") || problem?.detail;
  return new Refusal(kind, told || `The service answered ${response.status}.`, problem, after || null);
}

export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
