// Sign in: with the identity provider, or with an API key, which is exchanged for a session and kept nowhere.
import { useState } from "preact/hooks";
import { sessionState, signIn } from "../api/calls";
import { asRefusal, useLoaded } from "../lib/load";
import { Loading, Refused } from "../parts/notice";

export function SignIn({ done }: { done: () => void }) {
  const [state, reload] = useLoaded("ways", sessionState);
  if (state.state === "loading") return <Loading what="Looking how to sign in" />;
  if (state.state === "refused") return <Refused refusal={state.refusal} retry={reload} />;
  const { ways } = state.value;
  return (
    <div class="card signin">
      <h1 tabIndex={-1}>Sign in</h1>
      {ways.includes("provider") && <WithProvider />}
      {ways.length > 1 && <p class="quiet">Or with a key:</p>}
      {ways.includes("key") && <WithKey done={done} alone={ways.length === 1} />}
      {!ways.length && (
        <p>
          This service takes tokens of an identity provider, and nobody has set it up to sign in here. Whoever runs it can:{" "}
          <code>PRUDENT_OIDC_CLIENT_ID</code>.
        </p>
      )}
    </div>
  );
}

function WithProvider() {
  return (
    <>
      <p>With the account that you use at work.</p>
      <p>
        <a class="button primary" href={`session/start?to=${encodeURIComponent(location.hash)}`}>
          Sign in with your account
        </a>
      </p>
    </>
  );
}

function WithKey({ done, alone }: { done: () => void; alone: boolean }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await signIn(key.trim());
      setKey("");
      done();
    } catch (error) {
      setProblem(asRefusal(error).message);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      {alone && (
        <p>
          With a key of this service. Whoever runs it makes one with <code>prudent keys create</code>.
        </p>
      )}
      <label>
        Key{" "}
        <input type="password" autocomplete="off" required value={key} onInput={(event) => setKey(event.currentTarget.value)} />
      </label>{" "}
      <button type="submit" class={`button ${alone ? "primary" : ""}`} disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      {problem && (
        <p class="problems" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
