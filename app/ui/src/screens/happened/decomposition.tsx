import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { Contributions } from "../../api/types";
import { channelColour, clear } from "../../lib/colours";
import { amount, day } from "../../lib/format";
import { areas, mediaShare, stacked, waterfall } from "../../lib/series";
import { useWidth } from "../../lib/width";
import { Figure } from "../../parts/figure";
import { Series, seconds, upright, weeksAxis } from "../../parts/series";

const BASE = "#9aa7b1";

export function Areas({ weekly }: { weekly: Contributions }) {
  const split = useMemo(() => areas(weekly), [weekly]);
  const data = useMemo<uPlot.AlignedData>(
    () => [split.weeks.map(seconds), ...stacked(split.values).reverse()],
    [split],
  );
  const colours = split.names.map((_, index) => (index ? channelColour(index - 1) : BASE));
  const peak = mediaByWeek(split.values);
  const best = split.weeks[peak.indexOf(Math.max(...peak))]!;
  const title = `Media added most in the week of ${day(best)}: ${amount(Math.max(...peak))} ${weekly.unit}`;
  return (
    <Figure
      name="by-week"
      title={title}
      about="Each colour is what one channel added to the weeks, on top of all else."
      legend={split.names.map((name, index) => [name, colours[index]!])}
      table={{
        head: ["week", ...split.names],
        rows: split.weeks.map((week, at) => [week, ...split.values.map((row) => row[at]!)]),
      }}
    >
      <Series
        label={title}
        height={280}
        data={data}
        options={(colour) => ({
          scales: { y: { range: (_, _low, high) => [0, high * 1.03] } },
          axes: [weeksAxis(colour), upright(colour, `${weekly.unit} a week`)],
          series: [
            {},
            ...[...colours].reverse().map((each) => ({
              stroke: each,
              fill: clear(each, 1),
              width: 0.5,
              points: { show: false },
            })),
          ],
        })}
      />
    </Figure>
  );
}

const mediaByWeek = (values: number[][]) =>
  values[0]!.map((_, week) => values.slice(1).reduce((sum, row) => sum + row[week]!, 0));

const ROW = 30;

export function Waterfall({ total }: { total: Contributions }) {
  const steps = waterfall(total);
  const whole = steps[steps.length - 1]?.to ?? 0;
  const low = Math.min(0, ...steps.flatMap((step) => [step.from, step.to]));
  const high = Math.max(...steps.flatMap((step) => [step.from, step.to]));
  const [place, width] = useWidth(500);
  const label = width < 400 ? 122 : 150;
  const x = (value: number) => label + ((width - label - 80) * (value - low)) / (high - low || 1);
  const channels = total.channels.map((channel) => channel.name);
  const title = `Media made ${Math.round(100 * mediaShare(total))} % of all ${total.unit}`;
  const rows = [...steps, { name: "All", kind: "total", from: 0, to: whole, size: whole }];
  return (
    <Figure
      name="decomposition"
      title={title}
      about={`From nothing to all ${total.unit} of the weeks, step by step.`}
      table={{
        head: ["part", total.unit, "share"],
        rows: rows.map((row) => [row.name, row.size, `${Math.round((1000 * row.size) / whole) / 10} %`]),
      }}
    >
      <div ref={place}>
      <svg class="chart" viewBox={`0 0 ${width} ${ROW * rows.length + 6}`} role="img" aria-label={title}>
        {rows.map((row, at) => {
          const [left, right] = [Math.min(row.from, row.to), Math.max(row.from, row.to)];
          const colour =
            row.kind === "channel" ? channelColour(channels.indexOf(row.name)) : row.kind === "total" ? "var(--ink)" : BASE;
          return (
            <g key={row.name} transform={`translate(0 ${at * ROW})`}>
              <text x={label - 10} y={17} class="label" text-anchor="end">
                {row.name}
              </text>
              <rect x={x(left)} y={5} width={Math.max(1.5, x(right) - x(left))} height={ROW - 10} rx={2} fill={colour} />
              <text x={x(right) + 6} y={17} class="value">
                {row.size < 0 ? "−" : ""}
                {amount(Math.abs(row.size))}
              </text>
            </g>
          );
        })}
      </svg>
      </div>
    </Figure>
  );
}
