// What a table leaves open: what sales count, what they are worth, in which money.
import { useState } from "preact/hooks";
import { typed } from "../../lib/format";
import type { Answers } from "../../lib/trays";

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "AUD", "CAD", "BRL", "INR"];

export function Questions({ answers, set }: { answers: Answers; set: (answers: Answers) => void }) {
  const first = answers.worth === null ? "" : String(answers.counts === "units" ? answers.worth : 100 * answers.worth);
  const [text, setText] = useState(first);
  const units = answers.counts === "units";
  const worth = (given: string, counts: Answers["counts"]) => {
    const value = typed(given);
    if (value === null) return null;
    return counts === "units" ? value : Math.min(1, value / 100);
  };
  return (
    <section class="card">
      <h2>Three questions</h2>
      <div class="answerline">
        <label>
          Sales are counted in{" "}
          <select
            value={answers.counts}
            onChange={(event) => {
              const counts = event.currentTarget.value as Answers["counts"];
              set({ ...answers, counts, worth: worth(text, counts) });
            }}
          >
            <option value="revenue">money</option>
            <option value="units">pieces, orders or contracts</option>
          </select>
        </label>
        <label>
          {units ? "Profit on each, before media" : "Of each 100 sold, profit before media"}{" "}
          <input
            type="text"
            inputMode="decimal"
            size={6}
            value={text}
            placeholder={units ? "12.50" : "40"}
            onInput={(event) => {
              setText(event.currentTarget.value);
              set({ ...answers, worth: worth(event.currentTarget.value, answers.counts) });
            }}
          />
        </label>
        <label>
          Currency{" "}
          <select value={answers.currency} onChange={(event) => set({ ...answers, currency: event.currentTarget.value })}>
            <option value="">not stated</option>
            {CURRENCIES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <p class="quiet">
        {answers.worth === null
          ? units
            ? "Without that profit no plan can weigh money against sales."
            : "Without that profit all revenue counts as if it were earned, and plans spend too much."
          : "Plans then count profit."}
      </p>
    </section>
  );
}
