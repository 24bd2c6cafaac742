// The first look of a running fit: what media seem to return, marked as a draft.
import { getContributions, getModel } from "../../api/calls";
import { channelColour } from "../../lib/colours";
import { amount, money } from "../../lib/format";
import { useLoaded } from "../../lib/load";
import { hashOf } from "../../lib/route";
import { Figure } from "../../parts/figure";
import { Loading } from "../../parts/notice";
import { ReturnBars, returnOf } from "../../parts/return-bars";

export function FirstLook({ id }: { id: string }) {
  const [look] = useLoaded(id, () => Promise.all([getModel(id), getContributions(id)]));
  if (look.state === "loading") return <Loading what="Reading the first look" />;
  // The fit that replaced it says so itself.
  if (look.state === "refused") return null;
  const [model, total] = look.value;
  const currency = model.spec.currency;
  const bars = total.channels
    .map((each, at) => ({ ...each, colour: channelColour(at), weak: true }))
    .flatMap(({ roi, ...rest }) => (roi === null ? [] : [{ ...rest, roi }]))
    .sort((a, b) => b.roi.mean - a.roi.mean);
  const first = bars[0];
  if (!first) return null;
  const title = `First look: ${first.name} returned ${amount(first.roi.p5, 2)} to ${amount(first.roi.p95, 2)} for each ${money(1, currency)} spent, the most so far; no decisions yet`;
  const what = returnOf(total);
  return (
    <section class="first-look" aria-label="First look">
      <Figure
        name="first-look"
        title={title}
        about={`A quick approximation while the fit goes on, which will replace it. Return of each ${money(1, currency)}: ${what}; the bar holds 90 of 100 values that seem possible now.`}
        table={{
          head: ["channel, first look", "return", "from", "to"],
          rows: bars.map((each) => [each.name, each.roi.mean, each.roi.p5, each.roi.p95]),
        }}
      >
        <ReturnBars bars={bars} what={what} currency={currency} title={title} />
      </Figure>
      <p class="quiet">
        No plan is made from it. <a href={hashOf({ screen: "happened", model: id })}>Look at its curves</a>
      </p>
    </section>
  );
}
