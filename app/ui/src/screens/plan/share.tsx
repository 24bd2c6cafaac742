// Links to a saved plan: made for some days, copied, taken back.
import { useEffect, useRef, useState } from "preact/hooks";
import { listShares, revokeShare, shareScenario } from "../../api/calls";
import type { Scenario, ShareLink } from "../../api/types";
import { day } from "../../lib/format";
import { useLoaded, useWork } from "../../lib/load";
import { Loading, Refused } from "../../parts/notice";

const DAYS: [number, string][] = [[7, "a week"], [30, "30 days"], [90, "90 days"]];
const USUAL_DAYS = 30;

export const addressOf = (link: ShareLink): string => new URL(link.path, document.baseURI).href;

const date = (moment: string): string => day(moment.slice(0, 10));

export function Share({ scenario, close }: { scenario: Scenario; close: () => void }) {
  const place = useRef<HTMLDialogElement>(null);
  const [days, setDays] = useState(USUAL_DAYS);
  const [links, reload] = useLoaded(`shares ${scenario.id}`, () => listShares(scenario.id));
  const [made, setMade] = useState<string | null>(null);
  const { busy, refusal, during } = useWork();
  useEffect(() => place.current?.showModal(), []);
  const act = (action: () => Promise<unknown>) => during("sharing", async () => (await action(), reload()));
  const make = (event: Event) => {
    event.preventDefault();
    void act(async () => setMade((await shareScenario(scenario.id, days)).id));
  };
  return (
    <dialog ref={place} class="share" aria-labelledby="share-title" onClose={close}>
      <h2 id="share-title">Share “{scenario.name}”</h2>
      <p>Whoever has the link sees this plan as it is now, and nothing else. Nobody is asked to sign in.</p>
      <form onSubmit={make}>
        <fieldset>
          <legend>For how long?</legend>
          <div class="choices">
            {DAYS.map(([each, name]) => (
              <label key={each} class={each === days ? "chosen" : ""}>
                <input type="radio" name="days" checked={each === days} onChange={() => setDays(each)} />
                {name}
              </label>
            ))}
          </div>
        </fieldset>
        <button type="submit" class="button primary" disabled={busy !== ""}>
          {busy ? "One moment…" : "Make a link"}
        </button>
      </form>
      {refusal && <Refused refusal={refusal} />}
      {links.state === "loading" && <Loading what="Looking for links" />}
      {links.state === "refused" && <Refused refusal={links.refusal} retry={reload} />}
      {links.state === "there" && (
        <>
          <h3>{links.value.length ? "Links that work" : "No link works now"}</h3>
          <ul class="links" aria-live="polite">
            {links.value.map((link) => (
              <Link
                key={link.id}
                link={link}
                isNew={link.id === made}
                busy={busy !== ""}
                revoke={() => void act(() => revokeShare(scenario.id, link.id))}
              />
            ))}
          </ul>
        </>
      )}
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  );
}

function Link(props: { link: ShareLink; isNew: boolean; busy: boolean; revoke: () => void }) {
  const { link } = props;
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const until = date(link.expires_at);
  const copy = async () => {
    field.current?.select();
    await navigator.clipboard.writeText(addressOf(link));
    setCopied(true);
  };
  return (
    <li class={props.isNew ? "new" : ""}>
      <input ref={field} type="text" readOnly value={addressOf(link)} aria-label={`Link until ${until}`} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" class="button" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy"}
      </button>
      <button type="button" class="button" disabled={props.busy} onClick={props.revoke}>
        Revoke
      </button>
      <span class="quiet">
        Works until {until}; {link.opened_at ? `first opened on ${date(link.opened_at)}` : "not opened yet"}.
      </span>
    </li>
  );
}
