// Columns as chips in trays, three questions, the checks, and the start of a fit.
import { useMemo, useState } from "preact/hooks";
import { checkFit, startFit } from "../../api/calls";
import type { Refusal } from "../../api/client";
import type { Dataset, Draft, FitCheck, Operation } from "../../api/types";
import { day, listed } from "../../lib/format";
import { asRefusal } from "../../lib/load";
import { type Answers, type Chip, TRAYS, type Tray, answersOf, chipsOf, specOf } from "../../lib/trays";
import { Notice, Refused } from "../../parts/notice";
import { Fitting } from "./fitting";
import { Questions } from "./three-questions";

export function Sorting({ dataset, draft, done }: { dataset: Dataset; draft: Draft; done: () => void }) {
  const [chips, setChips] = useState<Chip[]>(() => chipsOf(draft));
  const [answers, setAnswers] = useState<Answers>(() => answersOf(draft));
  const [name, setName] = useState((dataset.name ?? "").replace(/\.\w+$/, ""));
  const [check, setCheck] = useState<FitCheck | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [operation, setOperation] = useState<Operation | null>(null);
  const made = useMemo(() => specOf(draft, chips, answers), [draft, chips, answers]);
  const move = (chip: string, tray: Tray) => {
    setCheck(null);
    setChips(chips.map((each) => (each.name === chip ? { ...each, tray, reason: "You put it here." } : each)));
  };
  const attempt = async (start: boolean) => {
    setRefusal(null);
    const body = { data: { dataset_id: dataset.id }, model: made.spec, name: name || null };
    try {
      if (start) setOperation(await startFit(body));
      else setCheck(await checkFit(body));
    } catch (error) {
      setRefusal(asRefusal(error));
    }
  };
  const dropped = dataset.read?.drop ?? [];
  if (operation) return <Fitting operation={operation} done={done} />;
  return (
    <>
      <section>
        <h2>What each column is</h2>
        <p class="quiet">
          {rowsOf(dataset)} Choose another tray for a column that is in the wrong one.
        </p>
        {dropped.length > 0 && (
          <p class="problems" role="status">
            Not in the table, as {dropped.length > 1 ? "they hold" : "it holds"} text: {listed(dropped)}. What matters of it, such as promotions, can be
            written as 1 and 0.
          </p>
        )}
        <div class="trays">
          {TRAYS.map(([tray, title, about]) => (
            <Trayful key={tray} tray={tray} title={title} about={about} chips={chips} move={move} />
          ))}
        </div>
        <Remarks dataset={dataset} draft={draft} />
      </section>
      <Questions
        answers={answers}
        set={(next) => {
          setCheck(null);
          setAnswers(next);
        }}
      />
      <section class="startline">
        <label>
          Name of the model <input type="text" maxLength={120} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <button type="button" class="button" disabled={!made.spec} onClick={() => void attempt(false)}>
          Check the table
        </button>
        <button type="button" class="button primary" disabled={!made.spec || !check} onClick={() => void attempt(true)}>
          Start the fit
        </button>
        {made.spec && !check && <span class="quiet">Check first: what a fit would refuse is told at once.</span>}
      </section>
      {made.problems.length > 0 && (
        <ul class="problems">
          {made.problems.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {check && <Checked check={check} />}
      {refusal && refusal.kind !== "invalid" && <Refused refusal={refusal} />}
      {refusal?.kind === "invalid" && (
        <Notice title="The table does not pass yet" tone="stop">
          <ul>
            {(refusal.problem?.errors?.length ? refusal.problem.errors.map((each) => `${each.pointer} ${each.detail}`) : [refusal.message]).map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

const rowsOf = ({ profile, read }: Dataset): string =>
  read?.frequency === "daily" ? `${profile.rows} weeks, made of daily rows.` : `${profile.rows} rows.`;

function Remarks({ dataset, draft }: { dataset: Dataset; draft: Draft }) {
  const said = [
    ...draft.questions.map((each) => `${each.question}${each.chosen ? `. Taken: ${each.chosen}` : ""}`),
    ...draft.warnings,
    ...dataset.profile.warnings.map((each) => `${each.column}: ${each.detail}`),
  ];
  if (!said.length) return null;
  return (
    <details>
      <summary>
        {said.length} {said.length === 1 ? "remark" : "remarks"} on the table
      </summary>
      <ul>
        {said.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </details>
  );
}

function Trayful(props: { tray: Tray; title: string; about: string; chips: Chip[]; move: (chip: string, tray: Tray) => void }) {
  const mine = props.chips.filter((chip) => chip.tray === props.tray);
  return (
    <section
      class="tray"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const name = event.dataTransfer?.getData("text/plain");
        if (name && props.chips.some((chip) => chip.name === name)) props.move(name, props.tray);
      }}
    >
      <h3>{props.title}</h3>
      <p class="quiet">{props.about}</p>
      <ul>
        {mine.map((chip) => (
          <li key={chip.name} class="chip" draggable onDragStart={(event) => event.dataTransfer?.setData("text/plain", chip.name)}>
            <strong>{chip.name}</strong>
            <span class="quiet">{chip.reason}</span>
            <select aria-label={`Tray of ${chip.name}`} value={chip.tray} onChange={(event) => props.move(chip.name, event.currentTarget.value as Tray)}>
              {TRAYS.map(([tray, title]) => (
                <option key={tray} value={tray}>
                  {title}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Checked({ check }: { check: FitCheck }) {
  return (
    <Notice title="The table passes">
      <p>
        {check.weeks} weeks from {day(check.start)} to {day(check.end)}
        {check.geos.length > 1 && `, ${check.geos.length} regions`}.
      </p>
      {check.warnings.length > 0 && (
        <ul>
          {check.warnings.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
