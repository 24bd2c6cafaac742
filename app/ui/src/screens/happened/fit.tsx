import type uPlot from "uplot";
import { useMemo } from "preact/hooks";
import type { Weeks } from "../../api/types";
import { inside } from "../../lib/series";
import { Figure } from "../../parts/figure";
import { Series, seconds, upright, weeksAxis } from "../../parts/series";

export function FitOverTime({ weeks }: { weeks: Weeks }) {
  const data = useMemo<uPlot.AlignedData>(() => {
    const rows = weeks.weeks;
    return [
      rows.map((row) => seconds(row.week)),
      rows.map((row) => row.predicted.p95),
      rows.map((row) => row.predicted.p5),
      rows.map((row) => row.mean),
      rows.map((row) => row.kpi),
    ];
  }, [weeks]);
  const within = Math.round(20 * inside(weeks));
  const title = `The model expected ${within} of 20 weeks within its range`;
  return (
    <Figure
      name="fit"
      title={title}
      about="Nine in ten weeks should lie inside the band. Weeks outside it have a cause that the model does not know."
      legend={[
        ["observed", "var(--ink)", "dot"],
        ["expected", "var(--accent)", "line"],
        ["range of 90 %", "var(--band)"],
      ]}
      table={{
        head: ["week", "observed", "expected", "from", "to"],
        rows: weeks.weeks.map((row) => [row.week, row.kpi, row.mean, row.predicted.p5, row.predicted.p95]),
      }}
    >
      <Series
        label={title}
        height={280}
        data={data}
        options={(colour) => ({
          scales: { y: { range: (_, low, high) => [Math.min(low, 0.9 * low), high * 1.03] } },
          axes: [weeksAxis(colour), upright(colour, `${weeks.unit} a week`)],
          bands: [{ series: [1, 2], fill: colour("--band") }],
          series: [
            {},
            { stroke: "transparent", points: { show: false } },
            { stroke: "transparent", points: { show: false } },
            { stroke: colour("--accent"), width: 2, points: { show: false } },
            { stroke: "transparent", points: { show: true, size: 5, fill: colour("--ink"), stroke: colour("--ink") } },
          ],
        })}
      />
    </Figure>
  );
}
