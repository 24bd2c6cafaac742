// What was assumed, in one line that opens, and what the service noted.
import type { Evaluation } from "../../api/types";
import { assumedIn, isAssumption } from "../../lib/assumed";
import type { Frame } from "../../lib/question";
import { upper } from "../../lib/tell";
import type { Base } from "./base";
import type { Live } from "./live";

interface Props {
  base: Base;
  whole: Live<Evaluation>;
  frame: Frame;
}

export function Details({ base, whole, frame }: Props) {
  const answer = whole.answer;
  if (!answer) return <p class="quiet checking">Reading what was assumed…</p>;
  const assumed = assumedIn(answer.warnings, Object.keys(frame.world?.future ?? {}));
  const others = [...new Set([...answer.warnings, ...base.answer.warnings])].filter((each) => !isAssumption(each));
  return (
    <section class={`drawers ${whole.old ? "old" : ""}`}>
      <details>
        <summary>
          {assumed.length ? `Assumed: ${assumed.map((each) => each.sentence).join("; ")}` : "Nothing was assumed about prices, promotions and rivals"}
        </summary>
        <ul>
          {assumed.map((each) => (
            <li key={each.note}>
              {upper(each.sentence)}. <span class="quiet" data-drawer>{each.note}</span>
            </li>
          ))}
        </ul>
        <p>
          To assume something else, give it a row in the spreadsheet of the plan: <code>price</code>, a rival's price or
          media (<code>rival.price</code>, <code>rival.spend</code>), a promotion; then paste the file.
        </p>
      </details>
      {others.length > 0 && (
        <details>
          <summary>Notes for the analyst</summary>
          <ul data-drawer>
            {others.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
