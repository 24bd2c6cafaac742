// Two ways to a test of a model without regions: designed on a table by region, or planned by hand.
import { useState } from "preact/hooks";
import { ByHand } from "./by-hand";
import { Design, type DesignProps } from "./design";

export function National(props: DesignProps) {
  const [way, setWay] = useState<"table" | "hand">("table");
  return (
    <>
      <fieldset class="no-print">
        <legend>The model has no regions. How is the test made?</legend>
        <div class="choices">
          <label class={way === "table" ? "chosen" : ""}>
            <input type="radio" name="way" checked={way === "table"} onChange={() => setWay("table")} />
            designed, from a table by region
          </label>
          <label class={way === "hand" ? "chosen" : ""}>
            <input type="radio" name="way" checked={way === "hand"} onChange={() => setWay("hand")} />
            planned by hand
          </label>
        </div>
      </fieldset>
      {way === "table" ? <Design {...props} /> : <ByHand {...props} />}
    </>
  );
}
