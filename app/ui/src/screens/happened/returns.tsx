import type { Contributions, Model } from "../../api/types";
import { channelColour } from "../../lib/colours";
import { amount, money } from "../../lib/format";
import { GRADE_WORDS } from "../../lib/words";
import { Figure } from "../../parts/figure";
import { ReturnBars, returnOf } from "../../parts/return-bars";

export function Returns({ total, model }: { total: Contributions; model: Model }) {
  const currency = model.spec.currency;
  const channels = total.channels
    .map((channel, at) => ({ ...channel, colour: channelColour(at) }))
    // Owned media cost nothing: they have no return.
    .flatMap(({ spend, roi, marginal_roi, ...rest }) =>
      spend !== null && roi !== null && marginal_roi !== null ? [{ ...rest, spend, roi, marginal_roi }] : [],
    )
    .sort((a, b) => b.roi.mean - a.roi.mean);
  const grades = total.evidence ?? {};
  const without = model.first_look_of
    ? "A first look records nothing about how this is known."
    : "An older release made this model: nothing is recorded.";
  const sure = channels.find((each) => ["tested", "seen"].includes(grades[each.name]?.grade ?? ""));
  const what = returnOf(total);
  const title = sure
    ? `${sure.name} returned ${amount(sure.roi.mean)} for each ${money(1, currency)} spent, the most of what is backed by data`
    : "No return is backed by data well enough to say which channel returns most";
  const bars = channels.map((each) => ({ ...each, weak: !["tested", "seen"].includes(grades[each.name]?.grade ?? "seen") }));
  return (
    <section>
      <Figure
        name="returns"
        title={title}
        about={`Return of each ${money(1, currency)}: ${what}, what came after the weeks included. The dot is the mean, the bar holds 90 of 100 possible values. How well each is known stands below.`}
        table={{
          head: ["channel", "spend", "return", "from", "to", "next unit", "how we know"],
          rows: channels.map((each) => [
            each.name, each.spend, each.roi.mean, each.roi.p5, each.roi.p95, each.marginal_roi.mean,
            grades[each.name]?.label ?? "no record",
          ]),
        }}
      >
        <ReturnBars bars={bars} what={what} currency={currency} title={title} />
      </Figure>
      <dl class="evidence">
        {channels.map((each) => {
          const note = grades[each.name];
          return (
            <div key={each.name}>
              <dt>
                {each.name} <Grade note={note?.grade} />
              </dt>
              <dd>
                {money(each.spend, currency)} spent, {amount(each.roi.mean)} back for each {money(1, currency)} (
                {amount(each.roi.p5)} to {amount(each.roi.p95)}). {note?.reason ?? without}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

export function Grade({ note }: { note: keyof typeof GRADE_WORDS | undefined }) {
  if (!note) return null;
  return <span class={`grade ${note}`}>{GRADE_WORDS[note]}</span>;
}
