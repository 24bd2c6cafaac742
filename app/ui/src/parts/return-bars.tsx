// Returns of media as bars of what is possible, with a dot at the mean.
import type { Contributions, Interval } from "../api/types";
import { amount, money } from "../lib/format";
import { useWidth } from "../lib/width";

const ROW = 34;
const FOOT = 40;

export interface Bar {
  name: string;
  colour: string;
  roi: Interval;
  /** Whether the data hardly back it. */
  weak: boolean;
}

/** What a return counts: profit, revenue, or the unit of sales. */
export function returnOf(total: Contributions): string {
  if (total.roi_unit.includes("revenue")) return "revenue";
  return total.roi_unit.includes("profit") ? "profit" : total.unit;
}

interface Props {
  bars: Bar[];
  what: string;
  currency: string | null | undefined;
  title: string;
}

export function ReturnBars({ bars, what, currency, title }: Props) {
  const most = Math.max(...bars.map((each) => each.roi.p95), 1.05);
  const [place, width] = useWidth(760);
  const label = width < 400 ? 84 : 120;
  const x = (value: number) => label + ((width - label - 16) * value) / most;
  return (
    <div ref={place} class="narrow">
      <svg class="chart" viewBox={`0 0 ${width} ${ROW * bars.length + FOOT}`} role="img" aria-label={title}>
        {ticksTo(most).map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={0} y2={ROW * bars.length} class={tick === 1 ? "even" : "grid"} />
            <text x={x(tick)} y={ROW * bars.length + 16} class="tick" text-anchor="middle">
              {amount(tick)}
            </text>
          </g>
        ))}
        <text x={x(most / 2)} y={ROW * bars.length + 34} class="tick" text-anchor="middle">
          {what} for each {money(1, currency)} spent{what === "profit" && width >= 480 ? "; above 1 it pays for itself" : ""}
        </text>
        {bars.map((each, at) => (
          <g key={each.name} transform={`translate(0 ${at * ROW + ROW / 2})`}>
            <text x={label - 10} y={4} class="label" text-anchor="end">
              {each.name}
            </text>
            <line x1={x(each.roi.p5)} x2={x(each.roi.p95)} y1={0} y2={0} stroke={each.colour} stroke-width={6} stroke-linecap="round" stroke-dasharray={each.weak ? "1 9" : undefined} opacity={0.65} />
            <circle cx={x(each.roi.mean)} cy={0} r={6} fill={each.weak ? "var(--page)" : each.colour} stroke={each.colour} stroke-width={2.5} />
          </g>
        ))}
      </svg>
    </div>
  );
}

function ticksTo(most: number): number[] {
  const step = [0.25, 0.5, 1, 2, 5, 10, 20, 50].find((each) => most / each <= 7) ?? most / 5;
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
  return ticks.includes(1) ? ticks : [...ticks, 1].sort((a, b) => a - b);
}
