// The four questions, and a plan that is pasted.
import { useState } from "preact/hooks";
import type { Model } from "../../api/types";
import { pasted } from "../../lib/budget";
import { typed } from "../../lib/format";
import type { Question } from "../../lib/question";
import { SheetFile } from "./sheet";

interface Props {
  model: Model;
  question: Question;
  weeks: number;
  channels: string[];
  ask: (question: Question) => void;
  setWeeks: (weeks: number) => void;
}

type Kind = Question["kind"];

const KINDS: [Kind, string][] = [
  ["same", "Same money, better mix"],
  ["cut", "Cut by"],
  ["more", "I have more"],
  ["goal", "Reach a goal"],
  ["own", "Paste my plan"],
];

const LENGTHS = [4, 8, 13, 26, 52];

export function Questions({ model, question, weeks, channels, ask, setWeeks }: Props) {
  const [kind, setKind] = useState<Kind>(question.kind);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string[]>([]);
  const currency = model.spec.currency;
  const choose = (next: Kind) => {
    setKind(next);
    setText(next === "cut" ? "10" : "");
    setProblem([]);
    if (next === "same") ask({ kind: "same" });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const found = read(kind, text, channels);
    setProblem(found.problems);
    if (found.question) ask(found.question);
  };
  return (
    <form class="questions no-print" onSubmit={submit}>
      <fieldset>
        <legend>What do you want to know?</legend>
        <div class="choices">
          {KINDS.map(([each, name]) => (
            <label key={each} class={each === kind ? "chosen" : ""}>
              <input type="radio" name="question" checked={each === kind} onChange={() => choose(each)} />
              {name}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="answerline">
        {kind === "cut" && <Field label="Per cent less" value={text} set={setText} unit="%" />}
        {kind === "more" && <Field label="Extra money" value={text} set={setText} unit={currency ?? ""} />}
        {kind === "goal" && (
          <Field label={`Sales to reach in ${weeks} weeks`} value={text} set={setText} unit={model.spec.kpi.kind === "revenue" ? (currency ?? "") : "units"} />
        )}
        {kind === "own" && (
          <label class="wide">
            One channel a line, with its amount for all {weeks} weeks; channels that you leave out stay as they are
            <textarea value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder={channels.slice(0, 3).map((name) => `${name}  100,000`).join("\n")} />
          </label>
        )}
        {kind === "own" && <SheetFile model={model} />}
        {kind !== "same" && (
          <button class="button primary" type="submit">
            {kind === "own" ? "Check my plan" : "Find the plan"}
          </button>
        )}
        <label>
          Weeks{" "}
          <select value={weeks} onChange={(event) => setWeeks(Number(event.currentTarget.value))}>
            {[...new Set([...LENGTHS, weeks])].sort((a, b) => a - b).map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </div>
      {problem.length > 0 && (
        <ul class="problems" role="alert">
          {problem.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </form>
  );
}

function Field(props: { label: string; value: string; set: (text: string) => void; unit: string }) {
  return (
    <label>
      {props.label}{" "}
      <input type="text" inputMode="decimal" size={10} value={props.value} onInput={(event) => props.set(event.currentTarget.value)} />{" "}
      {props.unit}
    </label>
  );
}

export function read(kind: Kind, text: string, channels: string[]): { question: Question | null; problems: string[] } {
  if (kind === "own") {
    const { plan, problems } = pasted(text, channels, typed);
    const some = Object.keys(plan).length > 0;
    if (!some && !problems.length) problems.push("Paste at least one line.");
    return { question: some && !problems.length ? { kind, plan } : null, problems };
  }
  const value = typed(text);
  if (value === null || value <= 0) return { question: null, problems: ["Type an amount above 0, such as 10 or 25,000."] };
  if (kind === "cut") {
    if (value >= 100) return { question: null, problems: ["A cut is less than 100 %."] };
    return { question: { kind, percent: value }, problems: [] };
  }
  if (kind === "more") return { question: { kind, extra: value }, problems: [] };
  if (kind === "goal") return { question: { kind, goal: value }, problems: [] };
  return { question: { kind: "same" }, problems: [] };
}
