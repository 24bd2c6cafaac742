// The frame: who is looking at which model, and the screens.
import { useEffect, useState } from "preact/hooks";
import { getModel, listModels, sessionState, signOut } from "./api/calls";
import type { Model } from "./api/types";
import { lazily } from "./lib/lazily";
import { useLoaded } from "./lib/load";
import { type Route, type Screen, hashOf, useRoute } from "./lib/route";
import { dateOf, usual } from "./lib/standing";
import { Loading, Notice, Refused } from "./parts/notice";
import { Home } from "./screens/home";
import { SignIn } from "./screens/sign-in";

const data = lazily(() => import("./screens/data").then((part) => part.Data));
const happened = lazily(() => import("./screens/happened").then((part) => part.Happened));
const plan = lazily(() => import("./screens/plan").then((part) => part.Plan));
const tests = lazily(() => import("./screens/tests").then((part) => part.Tests));

const PREPARE_AFTER = 1500;

const NAMES: Record<Screen, string> = { home: "Home", data: "Data", happened: "What happened", plan: "Plan", tests: "Tests" };

export function App() {
  const route = useRoute();
  const [models, reload] = useLoaded("models", listModels);
  const [visited, setVisited] = useState(0);
  useEffect(() => {
    document.title = `${NAMES[route.screen]} · Prudent`;
    if (visited) document.querySelector<HTMLElement>("main h1")?.focus();
    setVisited((before) => before + 1);
  }, [route.screen]);

  useEffect(() => {
    // What is likely asked for next is fetched once the first screen stands.
    if (models.state === "there") setTimeout(() => [plan, happened].forEach((each) => void each.prepare().catch(() => undefined)), PREPARE_AFTER);
  }, [models.state]);

  const all = models.state === "there" ? models.value : [];
  const listed = all.find((each) => each.id === route.model);
  const model = listed ?? (route.model ? null : usual(all));
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <header class="top">
        <a class="brand" href={hashOf({ screen: "home" })}>
          Prudent
        </a>
        <nav aria-label="Screens">
          {(Object.keys(NAMES) as Screen[]).map((screen) => (
            <a
              key={screen}
              href={hashOf({ screen, model: route.model })}
              aria-current={screen === route.screen ? "page" : undefined}
            >
              {NAMES[screen]}
            </a>
          ))}
        </nav>
        {all.length > 1 && model && <Choice models={all} model={model} screen={route.screen} />}
      </header>
      <main id="main">
        {models.state === "loading" && <Loading what="Looking for models" />}
        {models.state === "refused" &&
          (models.refusal.kind === "signed-out" ? <SignIn done={reload} /> : <Refused refusal={models.refusal} retry={reload} alone />)}
        {models.state === "there" && route.screen === "data" && <data.Screen models={all} reload={reload} />}
        {models.state === "there" && route.screen !== "data" && <OfModel model={model} models={all} route={route} />}
      </main>
      <footer class="foot">
        <a href="docs">The API</a>
        {models.state === "there" && <SignOut done={reload} />}
        {model && <a href={`v1/models/${model.id}/report`}>The report of this model</a>}
        <span>Ranges hold 90 of 100 possible values, if the model is right.</span>
      </footer>
    </>
  );
}

function OfModel({ model, models, route }: { model: Model | null; models: Model[]; route: Route }) {
  if (model) return <Shown model={model} models={models} route={route} />;
  return route.model ? <NotListed id={route.model} models={models} route={route} /> : <Empty />;
}

function Shown({ model, models, route }: { model: Model; models: Model[]; route: Route }) {
  if (route.screen === "happened") return <happened.Screen key={model.id} model={model} />;
  if (model.first_look_of) return <NotYet />;
  if (route.screen === "tests") return <tests.Screen key={model.id} model={model} models={models} channel={route.channel} />;
  if (route.screen === "home") return <Home key={model.id} model={model} models={models} />;
  return <plan.Screen key={`${model.id} ${route.scenario ?? ""}`} model={model} models={models} scenario={route.scenario} />;
}

/** A first look in the place of a model that plans can be made with. */
function NotYet() {
  return (
    <Notice title="First look: no decisions yet" alone>
      <p>This is a quick approximation while the fit goes on. Plans wait for the fit.</p>
      <a class="button primary" href={hashOf({ screen: "data" })}>
        See how far the fit is
      </a>
    </Notice>
  );
}

/** A model that a link names and the list does not hold: an older one, or one that is not here. */
function NotListed({ id, models, route }: { id: string; models: Model[]; route: Route }) {
  const [found, reload] = useLoaded(`model ${id}`, () => getModel(id));
  const instead = usual(models);
  if (found.state === "loading") return <Loading what="Looking for the model" />;
  if (found.state === "there") return <Shown model={found.value} models={models} route={route} />;
  if (found.refusal.kind !== "absent") return <Refused refusal={found.refusal} retry={reload} alone />;
  return (
    <Notice title="This model is not here" tone="stop" alone>
      <p>It was deleted, or the link belongs to somebody else.</p>
      {instead ? (
        <a class="button primary" href={hashOf({ screen: route.screen, model: instead.id })}>
          Go on with {instead.name || "the newest model"}
        </a>
      ) : (
        <a class="button primary" href={hashOf({ screen: "data" })}>
          Start with a table
        </a>
      )}
    </Notice>
  );
}

function SignOut({ done }: { done: () => void }) {
  const [state] = useLoaded("session", sessionState);
  if (state.state !== "there" || !state.value.signed_in) return null;
  return (
    <button type="button" class="link" onClick={() => void signOut().then(({ leave }) => (leave ? location.assign(leave) : done()))}>
      Sign out
    </button>
  );
}

function skip(event: Event) {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

function Choice({ models, model, screen }: { models: Model[]; model: Model; screen: Screen }) {
  return (
    <label class="choice">
      <span class="hidden">Model</span>
      <select
        value={model.id}
        onChange={(event) => {
          location.hash = hashOf({ screen, model: event.currentTarget.value });
        }}
      >
        {models.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name || "Unnamed"}, {dateOf(each)}
            {each.verdict.status === "rejected" ? " (not ready)" : ""}
          </option>
        ))}
      </select>
    </label>
  );
}

function Empty() {
  return (
    <section class="empty">
      <h1 tabIndex={-1}>Start with a table</h1>
      <p>
        Weekly sales, what was spent on each medium, and what else moved sales: price, promotions, rivals, the season.
        Two years are enough to begin.
      </p>
      <p>
        <a class="button primary" href={hashOf({ screen: "data" })}>
          Use my own table
        </a>
      </p>
      <p class="quiet">
        To look around first, start the service with <code>prudent serve --demo</code>: a simulated brand, whose truth
        is known.
      </p>
    </section>
  );
}
