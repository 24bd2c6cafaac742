// What happened: fit, decomposition, returns with their evidence, response curves.
import { getContributions, getCurves, getWeekly, getWeeks } from "../../api/calls";
import type { Model } from "../../api/types";
import { day } from "../../lib/format";
import { useLoaded } from "../../lib/load";
import { standing } from "../../lib/standing";
import { Loading, Refused } from "../../parts/notice";
import { TrueReturns } from "../../parts/truth";
import { ResponseCurves } from "./curves";
import { Areas, Waterfall } from "./decomposition";
import { FitOverTime } from "./fit";
import { Returns } from "./returns";

export function Happened({ model }: { model: Model }) {
  const [loaded, reload] = useLoaded(model.id, () =>
    Promise.all([getContributions(model.id), getWeeks(model.id), getCurves(model.id), getWeekly(model.id)]),
  );
  const state = standing(model, []);
  return (
    <article class={model.first_look_of ? "happened first-look" : "happened"}>
      <h1 tabIndex={-1}>What happened</h1>
      <p class="lead">
        {model.name || "This model"}, {model.data.weeks} weeks from {day(model.data.start)} to {day(model.data.end)}.{" "}
        {state.sentence}
      </p>
      {state.state === "not-ready" && <FailedChecks model={model} />}
      {loaded.state === "loading" && <Loading what="Reading the model" />}
      {loaded.state === "refused" && <Refused refusal={loaded.refusal} retry={reload} />}
      {loaded.state === "there" && (
        <>
          <FitOverTime weeks={loaded.value[1]} />
          <div class="two">
            <Areas weekly={loaded.value[3]} />
            <Waterfall total={loaded.value[0]} />
          </div>
          <Returns total={loaded.value[0]} model={model} />
          <TrueReturns model={model} total={loaded.value[0]} />
          <ResponseCurves curves={loaded.value[2]} weeks={loaded.value[1]} model={model} />
        </>
      )}
    </article>
  );
}

function FailedChecks({ model }: { model: Model }) {
  const failed = model.verdict.checks.filter((check) => !check.passed);
  return (
    <section class="notice stop">
      <h2>What failed, and what to do</h2>
      <ul>
        {failed.map((check) => (
          <li key={check.name}>
            {check.message}. {check.advice}
          </li>
        ))}
      </ul>
    </section>
  );
}
