import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { Curves, Model, Weeks } from "../../api/types";
import { channelColour, clear } from "../../lib/colours";
import { amount, money } from "../../lib/format";
import { histogram, slopeAt } from "../../lib/series";
import { Figure } from "../../parts/figure";
import { Series, level, upright } from "../../parts/series";
import { Grade } from "./returns";

const BINS = 20;

type Curve = Curves["channels"][number];

export function ResponseCurves(props: { curves: Curves; weeks: Weeks; model: Model }) {
  return (
    <section>
      <h2>What more or less money in a channel brings</h2>
      <p class="quiet">
        Each curve is a steady week. The dashed line is today's; the bars count how many weeks were like that. To the
        right of the shaded area nothing was ever seen.
      </p>
      <div class="curves">
        {props.curves.channels.map((curve, at) => (
          <OneCurve key={curve.name} curve={curve} colour={channelColour(at)} {...props} />
        ))}
      </div>
    </section>
  );
}

function OneCurve(props: { curve: Curve; colour: string; curves: Curves; weeks: Weeks; model: Model }) {
  const { curve, colour, weeks, curves } = props;
  const currency = props.model.spec.currency;
  const data = useMemo<uPlot.AlignedData>(
    () => [
      curve.points.map((point) => point.spend),
      curve.points.map((point) => point.contribution.p95),
      curve.points.map((point) => point.contribution.p5),
      curve.points.map((point) => point.contribution.mean),
    ],
    [curve],
  );
  const counts = useMemo(
    // Of media that cost nothing the weeks hold no exposure: they get no bars.
    () => histogram(weeks.weeks.map((week) => week.spend[curve.name] ?? 0), curve.observed_max, BINS),
    [curve, weeks],
  );
  const owned = curve.cost === "none";
  const input = owned ? `${curve.name} a week` : `spend a week${currency ? `, ${currency}` : ""}`;
  const title = owned ? ownedTitle(curve, curves.unit) : paidTitle(curve, curves.unit, currency);
  return (
    <Figure
      level={3}
      name={`curve-${curve.name}`}
      title={title}
      table={{
        head: [input, curves.unit, "from", "to"],
        rows: curve.points.map((point) => [
          point.spend, point.contribution.mean, point.contribution.p5, point.contribution.p95,
        ]),
      }}
    >
      <Grade note={curves.evidence?.[curve.name]?.grade} />
      <Series
        label={title}
        height={210}
        data={data}
        options={(pick) => ({
          scales: { x: { time: false }, y: { range: (_, _low, high) => [0, (high || 1) * 1.03] } },
          axes: [
            level(pick, input),
            upright(pick, `${curves.unit} a week`),
          ],
          bands: [{ series: [1, 2], fill: clear(colour, 0.2) }],
          series: [
            {},
            { stroke: "transparent", points: { show: false } },
            { stroke: "transparent", points: { show: false } },
            { stroke: colour, width: 2, points: { show: false } },
          ],
          hooks: { drawClear: [(plot) => drawSeen(plot, curve, counts, pick)] },
        })}
      />
    </Figure>
  );
}

const paidTitle = (curve: Curve, unit: string, currency: string | null | undefined): string =>
  `${curve.name}: at ${money(curve.current, currency)} a week, the next ${money(1000, currency)} bring ${amount(1000 * slopeAt(curve, curve.current))} ${unit}`;

/** Media that cost nothing have an amount in the unit of their own column, and no price. */
function ownedTitle(curve: Curve, unit: string): string {
  const tenth = 0.1 * curve.current;
  return `${curve.name}, which costs nothing: at ${amount(curve.current)} a week, a tenth more brings ${amount(tenth * slopeAt(curve, curve.current))} ${unit}`;
}

function drawSeen(plot: uPlot, curve: Curve, counts: number[], pick: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const at = (spend: number) => plot.valToPos(spend, "x", true);
  ctx.save();
  ctx.fillStyle = pick("--seen");
  ctx.fillRect(at(0), bbox.top, at(curve.observed_max) - at(0), bbox.height);
  ctx.fillStyle = pick("--bars");
  const most = Math.max(...counts, 1);
  counts.forEach((count, bin) => {
    const left = at((bin * curve.observed_max) / counts.length);
    const right = at(((bin + 1) * curve.observed_max) / counts.length);
    const height = (0.28 * bbox.height * count) / most;
    ctx.fillRect(left + 1, bbox.top + bbox.height - height, Math.max(1, right - left - 2), height);
  });
  ctx.strokeStyle = pick("--ink");
  ctx.setLineDash([6, 5]);
  ctx.lineWidth = devicePixelRatio * 1.5;
  ctx.beginPath();
  ctx.moveTo(at(curve.current), bbox.top);
  ctx.lineTo(at(curve.current), bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
