// What truly happened in a simulated brand, one click away from what the model says.
import { useState } from "preact/hooks";
import { getTruth } from "../api/calls";
import type { Contributions, Model, Truth } from "../api/types";
import { amount, money } from "../lib/format";
import { useLoaded } from "../lib/load";
import { DEMO } from "../lib/needs";

export function TrueReturns({ model, total }: { model: Model; total: Contributions }) {
  const [open, setOpen] = useState(false);
  if (model.name !== DEMO) return null;
  return (
    <section class="truth">
      <button type="button" class="button no-print" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Hide what truly happened" : "What truly happened"}
      </button>
      {open && <Beside model={model} total={total} />}
    </section>
  );
}

function Beside({ model, total }: { model: Model; total: Contributions }) {
  const [truth] = useLoaded(`${model.id} truth`, () => getTruth(model.id));
  if (truth.state !== "there") return null;
  return <Compared truth={truth.value} total={total} currency={model.spec.currency} />;
}

function Compared({ truth, total, currency }: { truth: Truth; total: Contributions; currency: string | null | undefined }) {
  const rows = truth.channels.flatMap((channel) => {
    const roi = total.channels.find((each) => each.name === channel.name)?.roi;
    if (!roi) return [];
    return { name: channel.name, true: channel.roi, roi, within: channel.roi >= roi.p5 && channel.roi <= roi.p95 };
  });
  const within = rows.filter((row) => row.within).length;
  return (
    <div class="card">
      <h2>
        {within} of {rows.length} true returns lie inside the ranges
      </h2>
      <p class="quiet">This brand is simulated, so its truth is known. With your own data only a test can tell you.</p>
      <table class="levels">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Truly returned for each {money(1, currency)}</th>
            <th scope="col">The model says</th>
            <th scope="col">Range</th>
            <th scope="col">Inside</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td>{amount(row.true)}</td>
              <td>{amount(row.roi.mean)}</td>
              <td>
                {amount(row.roi.p5)} to {amount(row.roi.p95)}
              </td>
              <td>{row.within ? "yes" : "no"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
