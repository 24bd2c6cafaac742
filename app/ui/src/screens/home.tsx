// Home: where things stand, what to do, and what needs the reader.
import { listProjects } from "../api/calls";
import type { Model, Project } from "../api/types";
import { amount, day, later, listed, money } from "../lib/format";
import { useLoaded } from "../lib/load";
import { type Need, needs } from "../lib/needs";
import { USUAL_LEVEL, frameOf } from "../lib/question";
import { hashOf } from "../lib/route";
import { standing } from "../lib/standing";
import { changes, earned, extraOf, nounOf, steps, upper } from "../lib/tell";
import { WaysOn } from "../parts/not-ready";
import { Loading, Refused } from "../parts/notice";
import { type Base, baseOf } from "./plan/base";

const WEEKS = 13;

export function Home({ model, models }: { model: Model; models: Model[] }) {
  const state = standing(model, models);
  return (
    <article class="home">
      <h1 tabIndex={-1}>{model.name || "This model"}</h1>
      <ThisQuarter model={model} />
      <p class={`standing ${state.state}`}>
        <Mark state={state.state} /> {state.sentence}
      </p>
      {state.state === "not-ready" ? (
        <WaysOn model={model} instead={state.instead} screen="home" label="Look at the earlier model" />
      ) : (
        <Moves model={model} />
      )}
      <Needs list={needs(model, new Date())} />
    </article>
  );
}

/** A mark beside the words, of no colour that means good or bad. */
function Mark({ state }: { state: string }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {state === "ready" && <path d="M3 8.5 6.5 12 13 4.5" fill="none" stroke="currentColor" stroke-width="2.2" />}
      {state === "notes" && <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" />}
      {state === "not-ready" && <path d="M4 4 12 12 M12 4 4 12" fill="none" stroke="currentColor" stroke-width="2.2" />}
    </svg>
  );
}

function ThisQuarter({ model }: { model: Model }) {
  const [projects] = useLoaded("projects", listProjects);
  const found = projects.state === "there" ? projects.value.find((each) => each.plan_of_record) : undefined;
  return (
    <p class="lead">
      Data until {day(later(model.data.end, 6))}. {found ? landing(found) : "No plan has been adopted yet."}
    </p>
  );
}

export function landing(project: Project): string {
  const plan = project.plan_of_record!;
  const range = `${amount(plan.promised.p5)} to ${amount(plan.promised.p95)} ${plan.unit}`;
  const until = project.actuals_until ? ` Actual weeks are in until ${day(later(project.actuals_until, 6))}.` : "";
  return `The adopted plan “${plan.name}” expects ${range} by ${day(later(plan.end, 6))}.${until}`;
}

function Moves({ model }: { model: Model }) {
  const frame = frameOf(model, WEEKS, USUAL_LEVEL);
  const [base, reload] = useLoaded(`${model.id} home`, () => baseOf(model, frame, { kind: "same" }));
  if (base.state === "loading") return <Loading what="Looking for what can be done now" />;
  if (base.state === "refused") return <Refused refusal={base.refusal} retry={reload} />;
  const told = sentences(base.value, model.spec.currency);
  const first = firstTest(base.value);
  return (
    <>
      <div class="moves">
        {told.map(([name, sentence]) => (
          <section class="card" key={name}>
            <h2>{name}</h2>
            <p>{sentence}</p>
            {name === "Test first" && first && (
              <p>
                <a href={hashOf({ screen: "tests", model: model.id, channel: first })}>Design the test of {first}</a>
              </p>
            )}
          </section>
        ))}
      </div>
      <p>
        <a class="button primary" href={hashOf({ screen: "plan", model: model.id })}>
          Plan {day(frame.start)} to {day(later(frame.start, 7 * WEEKS - 1))}
        </a>{" "}
        <a class="button" href={hashOf({ screen: "happened", model: model.id })}>
          See what happened
        </a>
      </p>
    </>
  );
}

const sure = (odds: Base["odds"]): string =>
  odds.chances_in_20 === null ? "" : `; better than today's plan in ${odds.chances_in_20} of 20 cases if the model is right`;

/** The channel whose test is worth the most. */
function firstTest(base: Base): string | null {
  const tests = [...(base.moves?.test_first ?? [])].sort((a, b) => (b.worth_knowing ?? 0) - (a.worth_knowing ?? 0));
  return tests[0]?.channel ?? null;
}

/** Do now, Test first and Hold, a sentence each. */
export function sentences(base: Base, currency: string | null | undefined): [string, string][] {
  const moves = base.moves;
  const found = changes(base.plan, base.reference);
  const noun = nounOf(base.unit);
  const now =
    found.length
      ? `${upper(steps(found, currency))}. ${extraOf(noun)} of about ${earned(base.odds.gain.mean, noun, currency)}, likely between ${earned(base.odds.gain.p5, noun, currency)} and ${earned(base.odds.gain.p95, noun, currency)}${sure(base.odds)}.`
      : "Nothing: keep today's plan. No change of it can be defended yet.";
  const tests = moves?.test_first ?? [];
  const worth = Math.max(0, ...tests.map((each) => each.worth_knowing ?? 0));
  const test = tests.length
    ? `Try ${listed(tests.map((each) => each.channel))} in an experiment before going further.${worth > 0 ? ` To know the one that matters most is worth up to ${noun === "units" ? `${amount(worth)} units` : money(worth, currency)}.` : ""}`
    : "Nothing: no test would change the plan.";
  const held = moves?.hold.map((each) => each.channel) ?? [];
  const hold = held.length ? `Leave ${listed(held)} as ${held.length > 1 ? "they are" : "it is"}.` : "Nothing.";
  return [["Do now", now], ["Test first", test], ["Hold", hold]];
}

function Needs({ list }: { list: Need[] }) {
  return (
    <section>
      <h2>What needs you</h2>
      {list.length ? (
        <ul class="needs">
          {list.map((need) => (
            <li key={need.what}>
              {need.what} {need.link && <a href={need.link}>{need.click}</a>}
            </li>
          ))}
        </ul>
      ) : (
        <p>Nothing now.</p>
      )}
    </section>
  );
}
