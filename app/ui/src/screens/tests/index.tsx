// Tests: what each is worth, how it is designed, and those that were planned.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ValuedTest } from "../../api/experiments";
import type { Model } from "../../api/types";
import { bought, changeFrom, regionsOf } from "../../lib/experiments";
import { standing } from "../../lib/standing";
import { WaysOn } from "../../parts/not-ready";
import { Notice } from "../../parts/notice";
import "../../style/tests.css";
import type { Asked } from "./asked";
import { Design } from "./design";
import { Mine } from "./mine";
import { National } from "./national";
import { Worth } from "./worth";

interface Props {
  model: Model;
  models: Model[];
  /** Whose design is asked for. */
  channel: string | null;
}

const USUAL: Omit<Asked, "channel"> = { change: "off", add: "", weeks: 8, cooldown: 0 };

export function Tests({ model, models, channel }: Props) {
  const state = standing(model, models);
  const [planned, setPlanned] = useState<string | null>(null);
  return (
    <article class="tests">
      <h1 tabIndex={-1}>Tests</h1>
      <p class="lead">What is worth finding out before money moves, how to find it out, and what was found.</p>
      {state.state === "not-ready" ? (
        <Notice title="This model is not ready to plan with" tone="stop">
          <p>{state.sentence} What a test is worth cannot be said with it.</p>
          <WaysOn model={model} instead={state.instead} screen="tests" label="Look with the earlier model" />
        </Notice>
      ) : (
        <Coming model={model} channel={channel} planned={setPlanned} />
      )}
      <Mine model={model} planned={planned} />
    </article>
  );
}

/** The tests that could be run. A channel that a link names is designed first. */
function Coming({ model, channel, planned }: { model: Model; channel: string | null; planned: (id: string) => void }) {
  const channels = bought(model);
  const first = channels.find((name) => name === channel) ?? channels[0];
  const [wish, setWish] = useState({ turn: 0, asked: { ...USUAL, channel: first ?? "" } });
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wish.turn) section.current?.querySelector<HTMLElement>("h2")?.focus();
  }, [wish.turn]);
  if (!first) {
    return (
      <Notice title="There is nothing to test">
        <p>No channel of this model costs anything.</p>
      </Notice>
    );
  }
  const choose = (test: ValuedTest) =>
    setWish(({ turn }) => ({
      turn: turn + 1,
      asked: { channel: test.channel, change: changeFrom(1 + test.change), add: "", weeks: test.weeks, cooldown: test.cooldown },
    }));
  const worth = <Worth key="worth" model={model} design={choose} />;
  const Form = regionsOf(model).length ? Design : National;
  const design = (
    <section key="design" class="card" ref={section}>
      <h2 tabIndex={-1}>Design a test</h2>
      <Form key={wish.turn} model={model} channels={channels} first={wish.asked} planned={planned} />
    </section>
  );
  return <>{channel === first ? [design, worth] : [worth, design]}</>;
}
