// What each test is worth: a row for each channel, best first.
import { type ChannelToTest, type NextExperiment, type ValuedTest, nextExperiment } from "../../api/experiments";
import type { Model } from "../../api/types";
import { csv, download } from "../../lib/csv";
import { costOf, described, foundIn, regionsOf, worthOf } from "../../lib/experiments";
import { useLoaded } from "../../lib/load";
import { type Noun, earned, nounOf, upper } from "../../lib/tell";
import { Loading, Notice, Refused } from "../../parts/notice";

interface Props {
  model: Model;
  design: (test: ValuedTest) => void;
}

export function Worth({ model, design }: Props) {
  const [loaded, reload] = useLoaded(`${model.id} tests`, () => nextExperiment(model.id));
  return (
    <section class="card">
      <div class="tablehead">
        <h2>What each test is worth</h2>
        {loaded.state === "there" && (
          <button type="button" class="link no-print" aria-label="CSV of: What each test is worth" onClick={() => save(loaded.value)}>
            CSV
          </button>
        )}
      </div>
      {loaded.state === "loading" && <Loading what="Computing what each test is worth; this can take half a minute" />}
      {loaded.state === "refused" && <Refused refusal={loaded.refusal} retry={reload} />}
      {loaded.state === "there" && <Found model={model} found={loaded.value} design={design} />}
    </section>
  );
}

function Found({ model, found, design }: Props & { found: NextExperiment }) {
  if (!found.channels.length) {
    return (
      <Notice title="There is nothing to test">
        <p>{found.summary}</p>
      </Notice>
    );
  }
  const noun = nounOf(found.gain_unit);
  const next = `the next ${found.horizon_weeks} weeks`;
  return (
    <>
      <p>{found.summary}</p>
      {!regionsOf(model).length && (
        <p class="quiet">
          The model has no regions: how exact a test would be is expected here, not measured. A table by region makes it
          known.
        </p>
      )}
      <table class="money worth">
        <thead>
          <tr>
            <th scope="col">Test</th>
            <th scope="col">Worth to {next}</th>
            <th scope="col">Costs</th>
            <th scope="col">Finds an effect in</th>
            <th scope="col">Knowing exactly</th>
            <th scope="col">
              <span class="hidden">Its design</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.channels.map((each) => (
            <Row key={each.channel} each={each} noun={noun} currency={model.spec.currency} design={design} />
          ))}
        </tbody>
      </table>
      <p class="quiet">
        Best first, by worth less cost. Worth: what the plan of {next} is expected to bring more, because the result is known. Knowing exactly is the most
        that any test could bring. What a cut saves is not counted in its favour.
      </p>
      {found.warnings.length > 0 && (
        <details data-drawer>
          <summary>What these figures rest on</summary>
          <ul>
            {found.warnings.map((each) => (
              <li key={each}>{upper(each)}.</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface RowProps {
  each: ChannelToTest;
  noun: Noun;
  currency: string | null | undefined;
  design: (test: ValuedTest) => void;
}

function Row({ each, noun, currency, design }: RowProps) {
  const best = each.tests[0];
  const knowing = each.worth_knowing === null ? "not known" : earned(Math.max(0, each.worth_knowing), noun, currency);
  if (!best) {
    return (
      <tr>
        <th scope="row">{each.channel}: nothing was spent on it in the last year, so there is nothing to test</th>
        <td />
        <td />
        <td />
        <td data-name="Knowing exactly">{knowing}</td>
        <td />
      </tr>
    );
  }
  return (
    <tr>
      <th scope="row">{upper(described(best))}</th>
      <td data-name="Worth">{worthOf(best.value, best.value_noise, noun, currency)}</td>
      <td data-name="Costs">
        <div>
          {costOf(best.cost, noun, currency)}
          {best.cost.p95 > 0 && <span class="after">in a bad case {earned(best.cost.p95, noun, currency)}</span>}
        </div>
      </td>
      <td data-name="Finds an effect in">{foundIn(best.assurance)}</td>
      <td data-name="Knowing exactly">{knowing}</td>
      <td class="no-print">
        <button type="button" class="button" aria-label={`Design it: the test of ${each.channel}`} onClick={() => design(best)}>
          Design it
        </button>
      </td>
    </tr>
  );
}

function save({ channels, gain_unit }: NextExperiment): void {
  const rows = channels.flatMap(({ channel, worth_knowing, tests }) =>
    tests.map((test) => [
      channel, described(test), test.weeks, test.cooldown, 100 * test.share, test.value, test.cost.mean, test.cost.p5,
      test.cost.p95, test.net_value, test.assurance, worth_knowing, gain_unit,
    ]),
  );
  const head = [
    "channel", "test", "weeks", "weeks to cool down", "% of the market", "worth", "costs", "costs, from", "costs, to",
    "worth less costs", "finds an effect, probability", "knowing exactly", "unit",
  ];
  download("tests.csv", csv({ head, rows }));
}
