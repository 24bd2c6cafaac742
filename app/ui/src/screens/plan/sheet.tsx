// A plan that lives in a spreadsheet: the file is read, saved and opened; what is wrong is told by row.
import { sendSheet } from "../../api/calls";
import type { Refusal } from "../../api/client";
import type { Model } from "../../api/types";
import { useWork } from "../../lib/load";
import { hashOf } from "../../lib/route";
import { Loading, Refused } from "../../parts/notice";

const MOST_SHOWN = 12;

export function SheetFile({ model }: { model: Model }) {
  const { busy, refusal, during } = useWork();
  const take = (file: File) =>
    during(`Reading ${file.name}`, async () => {
      const saved = await sendSheet(model.id, file);
      location.hash = hashOf({ screen: "plan", model: model.id, scenario: saved.id });
    });
  return (
    <div class="wide">
      <label>
        Or a spreadsheet, CSV or Excel: a row for each channel, a column for each week or month{" "}
        <input
          type="file"
          accept=".csv,.xlsx"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void take(file);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {busy && <Loading what={busy} />}
      {refusal && (refusal.kind === "invalid" ? <Wrong refusal={refusal} /> : <Refused refusal={refusal} />)}
    </div>
  );
}

function Wrong({ refusal }: { refusal: Refusal }) {
  const told = refusal.problem?.errors?.map((each) => each.detail) ?? [];
  const all = told.length ? told : [refusal.message];
  return (
    <div class="problems" role="alert">
      <p>The sheet cannot be read as it is. Mend it in the file, and choose it again.</p>
      <ul>
        {all.slice(0, MOST_SHOWN).map((each) => (
          <li key={each}>{each}</li>
        ))}
        {all.length > MOST_SHOWN && <li>and {all.length - MOST_SHOWN} more</li>}
      </ul>
    </div>
  );
}
