// A test becomes a draft: its name, and when it begins.
import { useState } from "preact/hooks";
import { type ExperimentBody, planExperiment } from "../../api/experiments";
import type { Refusal } from "../../api/client";
import { nextMonday, todayOf } from "../../lib/experiments";
import { asRefusal } from "../../lib/load";
import { Unreadable } from "../../parts/drop";
import { Problem } from "./asked";

interface Props {
  usualName: string;
  /** All but the name and the start, or what is missing. */
  body: () => Omit<Partial<ExperimentBody>, "name" | "start"> | string;
  planned: (id: string) => void;
}

export function PlanForm({ usualName, body, planned }: Props) {
  const [name, setName] = useState<string | null>(null);
  const [start, setStart] = useState(() => nextMonday(todayOf(new Date())));
  const [problem, setProblem] = useState("");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [done, setDone] = useState("");
  const shown = name ?? usualName;
  const plan = async (event: Event) => {
    event.preventDefault();
    const asked = body();
    setRefusal(null);
    setDone("");
    const missing = typeof asked === "string" ? asked : !shown.trim() ? "Give the test a name." : !start ? "Say on which day it begins." : "";
    setProblem(missing);
    if (missing || typeof asked === "string") return;
    try {
      const made = await planExperiment({ ...asked, name: shown.trim(), start });
      setDone(made.name);
      planned(made.id);
    } catch (error) {
      setRefusal(asRefusal(error));
    }
  };
  return (
    <form class="no-print" onSubmit={(event) => void plan(event)}>
      <div class="answerline">
        <label>
          Name <input type="text" maxLength={120} size={28} value={shown} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          Begins on <input type="date" value={start} onInput={(event) => setStart(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary">
          Plan this test
        </button>
      </div>
      <Problem told={problem} />
      {refusal && <Unreadable refusal={refusal} title="This test cannot be planned as it is" then="Change it, and plan it again." />}
      {done && (
        <p role="status">
          Planned: {done}. It stands as a draft under Your tests, where it is started.
        </p>
      )}
    </form>
  );
}
