// A test that is planned by hand, where the model has no regions to design it with.
import { useState } from "preact/hooks";
import { namesOf } from "../../lib/experiments";
import { AskedFields, changeAsked } from "./asked";
import type { DesignProps } from "./design";
import { PlanForm } from "./plan-form";

export function ByHand({ model, channels, first, planned }: DesignProps) {
  const [asked, setAsked] = useState(first);
  const [regions, setRegions] = useState("");
  const body = () => {
    const change = changeAsked(asked);
    const treated = namesOf(regions);
    if (!change) return "Type how much is spent on top a week, such as 5,000.";
    if (!treated.length) return "Name the regions in which the spend changes.";
    return { model_id: model.id, channel: asked.channel, change, treated, weeks: asked.weeks, cooldown: asked.cooldown };
  };
  return (
    <>
      <p>
        Without sales by region there is no design: which regions are alike, and how far they stray from each other, is not
        known. Choose some that make up about half of the market, spread over it, with others like them left as they are.
      </p>
      <div class="answerline">
        <AskedFields asked={asked} channels={channels} currency={model.spec.currency} set={setAsked} withCooldown />
        <label class="wide">
          Regions in which the spend changes, one a line or with commas between them
          <textarea class="short" value={regions} onInput={(event) => setRegions(event.currentTarget.value)} placeholder={"north\neast"} />
        </label>
      </div>
      <p class="quiet">To cool down: weeks that are read with the test, because what was seen before still works in them.</p>
      <PlanForm usualName={`${asked.channel} test`} body={body} planned={planned} />
    </>
  );
}
