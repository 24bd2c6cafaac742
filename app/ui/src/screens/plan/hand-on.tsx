// A sentence to hand on, saving, and files.
import { useState } from "preact/hooks";
import { saveScenario } from "../../api/calls";
import type { Refusal } from "../../api/client";
import type { Model, Odds, Scenario } from "../../api/types";
import type { Plan } from "../../lib/budget";
import { day } from "../../lib/format";
import { asRefusal } from "../../lib/load";
import type { Shapes } from "../../lib/parts";
import { type Frame, planBody } from "../../lib/question";
import { handOn } from "../../lib/tell";
import { Refused } from "../../parts/notice";
import type { Base } from "./base";
import { Files } from "./files";

interface Props {
  model: Model;
  frame: Frame;
  plan: Plan;
  base: Base;
  odds: Odds;
  old: boolean;
  test: string[];
  shapes: Shapes;
  /** The scenario that this plan was opened from. */
  opened: Scenario | null;
}

export function HandOn({ model, frame, plan, base, odds, old, test, shapes, opened }: Props) {
  const sentence = handOn({ frame, plan, reference: base.reference, odds, currency: model.spec.currency, test, shaped: Object.keys(shapes) });
  const [copied, setCopied] = useState("");
  const copy = async () => {
    await navigator.clipboard.writeText(sentence);
    setCopied(sentence);
  };
  return (
    <section class="card">
      <h2>To hand on</h2>
      <blockquote class={old ? "old" : ""}>{sentence}</blockquote>
      <div class="actions no-print">
        <button type="button" class="button" onClick={copy} disabled={old}>
          {copied === sentence ? "Copied" : "Copy the sentence"}
        </button>
        <button type="button" class="button" onClick={() => print()}>
          Print
        </button>
        <Save model={model} frame={frame} plan={plan} shapes={shapes} opened={opened} />
      </div>
    </section>
  );
}

interface SaveProps {
  model: Model;
  frame: Frame;
  plan: Plan;
  shapes: Shapes;
  opened: Scenario | null;
}

function Save({ model, frame, plan, shapes, opened }: SaveProps) {
  const [name, setName] = useState(opened?.name ?? `Plan from ${day(frame.start)}`);
  const [saved, setSaved] = useState<{ scenario: Scenario; plan: Plan; shapes: Shapes } | null>(opened && { scenario: opened, plan, shapes });
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const question = planBody(model, frame, plan, true, shapes);
      const scenario = await saveScenario({ name, model_id: model.id, evaluate_plan: question as never });
      setSaved({ scenario, plan, shapes });
    } catch (error) {
      setRefusal(asRefusal(error));
    }
    setBusy(false);
  };
  const current = saved?.plan === plan && saved.shapes === shapes ? saved.scenario : null;
  return (
    <>
      <form class="save" onSubmit={save}>
        <label>
          Name <input type="text" required maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary" disabled={busy || current !== null}>
          {busy ? "Saving…" : current ? "Saved" : "Save the plan"}
        </button>
      </form>
      {current && <Files model={model} scenario={current} />}
      {refusal && <Refused refusal={refusal} />}
    </>
  );
}
