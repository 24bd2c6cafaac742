// States of a plan that are designed: a goal out of reach, evidence that carries nothing, limits.
import type { Model } from "../../api/types";
import { amount, money } from "../../lib/format";
import { Notice } from "../../parts/notice";
import type { Base } from "./base";

export function OutOfReach({ missed }: { missed: NonNullable<Base["outOfReach"]> }) {
  const cases = Math.round(20 * missed.reached);
  return (
    <Notice title="This goal is out of reach with twice today's money" tone="stop">
      <p>
        The nearest plan is below. It is expected to reach {amount(missed.outcome)} {missed.unit}, and meets the goal in{" "}
        {cases < 1 ? "fewer than 1" : Math.min(19, cases)} of 20 cases.
      </p>
      <p>Ask for less, for more weeks, or change what is not media: price, distribution, promotions.</p>
    </Notice>
  );
}

/** Where no channel's effect is backed by data, that is the first thing to say. */
export function WeakEvidence({ model, base }: { model: Model; base: Base }) {
  const channels = Object.keys(base.reference);
  const evidence = base.answer.evidence;
  if (!evidence) {
    return (
      <Notice title="Nothing is known about the evidence">
        <p>An older release made this model. Fit it again, and each channel says how it is known.</p>
      </Notice>
    );
  }
  const backed = channels.filter((name) => ["tested", "seen"].includes(evidence[name]?.grade ?? ""));
  if (backed.length) return null;
  const coincidences = channels.every((name) => evidence[name]?.grade === "coincidence");
  return (
    <Notice title={coincidences ? "Every effect here could be coincidence" : "No effect here is backed by data"} tone="stop">
      <p>
        Nothing in {model.name || "this model"} is backed well enough to bet much on it. Keep most of the money where it
        is, and test the largest channel first: stop it in some regions for a few weeks, and compare.
      </p>
    </Notice>
  );
}

export function Obstacles({ base, currency }: { base: Base; currency: string | null | undefined }) {
  const found = base.obstacles;
  return (
    <section class="card">
      <h2>What is in the way</h2>
      {found.length ? (
        <>
          <ul class="obstacles">
            {found.map((each) => (
              <li key={each.what}>
                <strong>{each.what}.</strong> {each.worth}.
              </li>
            ))}
          </ul>
          <p class="quiet">
            Worth as the model alone sees it, near the plan; {money(1000, currency)} is an example, not advice.
          </p>
        </>
      ) : (
        <p>Nothing: no limit keeps a better plan away.</p>
      )}
    </section>
  );
}
