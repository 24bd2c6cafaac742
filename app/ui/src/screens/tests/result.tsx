// What a test has shown: a sentence, week by week, placebos in words, and the model beside it.
import type { Experiment, LiftTestMade, Reading } from "../../api/experiments";
import { type Step, agreementOf, foundBy, meaningOf, placebosOf, spentBy, stepName, stepsOf } from "../../lib/reading";
import { amount, day } from "../../lib/format";
import { upper } from "../../lib/tell";
import { useWidth } from "../../lib/width";
import { Figure } from "../../parts/figure";

interface Props {
  test: Experiment;
  reading: Reading;
  made: LiftTestMade;
  currency: string | null | undefined;
}

export function Result({ test, reading, made, currency }: Props) {
  const steps = stepsOf(reading);
  const title = `Sales ${reading.period} by ${reading.period}, beside what they would have been without the test`;
  return (
    <>
      <p>
        <strong>{foundBy(reading)}</strong> {meaningOf(reading)}
      </p>
      <p>
        {agreementOf(made, test.channel)} {spentBy(reading, currency)}
      </p>
      {reading.method === "interrupted_time_series" && (
        <p>No region was left as it was: the past alone stands for what would have been, the weaker kind of evidence.</p>
      )}
      <Figure
        level={3}
        name={`${test.name} by ${reading.period}`}
        title={title}
        about={`In the unit of the table's sales. The dashed line marks no difference; a bar holds 19 of 20 possible values.${steps.some((step) => step.after) ? " Open dots: cooling down, after the test." : ""}`}
        table={{
          head: [reading.period, "difference", "from", "to"],
          rows: steps.map((step) => [stepName(step), step.middle, step.low, step.high]),
        }}
      >
        <Steps steps={steps} label={title} />
      </Figure>
      <ul>
        {placebosOf(reading).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <details data-drawer>
        <summary>
          In the words of an analyst{reading.warnings.length ? `, with ${reading.warnings.length} ${reading.warnings.length === 1 ? "thing" : "things"} to check` : ""}
        </summary>
        <p>{reading.summary}</p>
        <p>{upper(made.told)}.</p>
        <p>How far it may be from other weeks and regions: {made.transport_source}.</p>
        {reading.warnings.length > 0 && (
          <ul>
            {reading.warnings.map((each) => (
              <li key={each}>{upper(each)}.</li>
            ))}
          </ul>
        )}
      </details>
    </>
  );
}

const HEIGHT = 180;
const FOOT = 24;

function Steps({ steps, label }: { steps: Step[]; label: string }) {
  const [place, width] = useWidth(700);
  const low = Math.min(0, ...steps.map((step) => step.low));
  const high = Math.max(0, ...steps.map((step) => step.high));
  const left = 62;
  const wide = (width - left - 14) / Math.max(1, steps.length);
  const x = (at: number) => left + wide * (at + 0.5);
  const y = (value: number) => 10 + ((HEIGHT - 20) * (high - value)) / (high - low || 1);
  const ticks = [...new Set([low, 0, high])].filter((tick) => tick === 0 || Math.abs(y(tick) - y(0)) > 16);
  return (
    <div ref={place} class="narrow">
      <svg class="chart steps" viewBox={`0 0 ${width} ${HEIGHT + FOOT}`} role="img" aria-label={label}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} class={tick === 0 ? "even" : "grid"} />
            <text x={left - 8} y={y(tick) + 4} class="tick" text-anchor="end">
              {tick > 0 ? "+" : tick < 0 ? "−" : ""}
              {amount(Math.abs(tick), 2)}
            </text>
          </g>
        ))}
        {steps.map((step, at) => (
          <g key={step.date}>
            <line x1={x(at)} x2={x(at)} y1={y(step.low)} y2={y(step.high)} class={step.after ? "bar late" : "bar"} />
            <circle cx={x(at)} cy={y(step.middle)} r={4} class={step.after ? "dot open" : "dot"} />
          </g>
        ))}
        {steps.length > 0 && (
          <text x={left} y={HEIGHT + 18} class="tick">
            {day(steps[0]!.date)}
          </text>
        )}
        {steps.length > 3 && (
          <text x={width} y={HEIGHT + 18} class="tick" text-anchor="end">
            {day(steps[steps.length - 1]!.date)}
          </text>
        )}
      </svg>
    </div>
  );
}
