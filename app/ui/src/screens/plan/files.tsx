// A saved plan to hand on: its address, files, and links for people without access.
import { useState } from "preact/hooks";
import { fetchFile } from "../../api/client";
import type { Model, Scenario } from "../../api/types";
import { downloadBlob } from "../../lib/csv";
import { useWork } from "../../lib/load";
import { hashOf } from "../../lib/route";
import { Refused } from "../../parts/notice";
import { Share } from "./share";

export function Files({ model, scenario }: { model: Model; scenario: Scenario }) {
  const [sharing, setSharing] = useState(false);
  const { busy: writing, refusal, during } = useWork();
  const file = (format: string) => `v1/scenarios/${encodeURIComponent(scenario.id)}/export?format=${format}`;
  const write = (format: string) =>
    during(format, async () => {
      const { content, name } = await fetchFile(file(format));
      downloadBlob(name ?? `plan.${format}`, content);
    });
  return (
    <div class="wide files">
      <p role="status">
        Saved as <a href={hashOf({ screen: "plan", model: model.id, scenario: scenario.id })}>{scenario.name}</a>.
      </p>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => setSharing(true)}>
          Share a link
        </button>
        <button type="button" class="button" disabled={writing !== ""} onClick={() => void write("html")}>
          {writing === "html" ? "Writing…" : "One file to mail"}
        </button>
        <button type="button" class="button" disabled={writing !== ""} onClick={() => void write("pptx")}>
          {writing === "pptx" ? "Writing…" : "Slide"}
        </button>
        <a class="button" href={`${file("xlsx")}&table=sheet`} title="A row for each channel, a column for each week: change it, and paste it as your plan">
          Excel
        </a>
        <a class="button" href={file("csv")}>
          CSV by week
        </a>
      </div>
      {refusal && <Refused refusal={refusal} />}
      {sharing && <Share scenario={scenario} close={() => setSharing(false)} />}
    </div>
  );
}
