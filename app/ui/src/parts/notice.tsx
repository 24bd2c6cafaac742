// States that are no answer: loading, refused, empty. Each says what to do next.
import type { ComponentChildren } from "preact";
import type { Refusal } from "../api/client";

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {what}…
    </p>
  );
}

interface NoticeProps {
  title: string;
  children?: ComponentChildren;
  tone?: "plain" | "stop";
  /** Whether it is all that the screen shows. */
  alone?: boolean | undefined;
}

export function Notice(props: NoticeProps) {
  return (
    <section class={`notice ${props.tone ?? "plain"}`} role={props.tone === "stop" ? "alert" : undefined}>
      {props.alone ? <h1 tabIndex={-1}>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.children}
    </section>
  );
}

const waiting = (seconds: number): string =>
  seconds < 90 ? `${seconds} ${seconds === 1 ? "second" : "seconds"}` : `${Math.round(seconds / 60)} minutes`;

export function Refused({ refusal, retry, alone }: { refusal: Refusal; retry?: () => void; alone?: boolean }) {
  const again = retry && (
    <button type="button" class="button" onClick={retry}>
      Try again
    </button>
  );
  switch (refusal.kind) {
    case "signed-out":
      return (
        <Notice title="You are signed out" tone="stop" alone={alone}>
          <p>Your session has ended. Nothing is lost that was saved.</p>
          <button type="button" class="button primary" onClick={() => location.reload()}>
            Sign in
          </button>
        </Notice>
      );
    case "forbidden":
      return (
        <Notice title="You may look, but not change this" tone="stop" alone={alone}>
          <p>Your access does not reach this far. Ask whoever gave you access for more of it.</p>
          <details>
            <summary>What the service said</summary>
            <p>{refusal.message}</p>
          </details>
        </Notice>
      );
    case "busy":
      return (
        <Notice title="The service is busy" tone="stop" alone={alone}>
          <p>
            It has as much to do as it may take on now. Try again in {waiting(refusal.retryAfter ?? 10)}; what you typed is
            kept.
          </p>
          {again}
        </Notice>
      );
    case "away":
      return (
        <Notice title="The service does not answer" tone="stop" alone={alone}>
          <p>It may be starting, or the network is down. What you typed is kept.</p>
          {again}
        </Notice>
      );
    case "absent":
      return (
        <Notice title="This is not here" tone="stop" alone={alone}>
          <p>It was deleted, or the link belongs to somebody else.</p>
          <a class="button" href="#/home">
            Go to Home
          </a>
        </Notice>
      );
    default:
      return (
        <Notice title="This did not work" tone="stop" alone={alone}>
          {again}
          <details>
            <summary>What the service said</summary>
            <p>{refusal.message}</p>
            {refusal.problem?.request_id && <p>Request {refusal.problem.request_id}</p>}
          </details>
        </Notice>
      );
  }
}
