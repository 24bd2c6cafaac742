// uPlot in a box that follows its width and the colour scheme.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { amount } from "../lib/format";

export interface SeriesProps {
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** Made anew with the colours in force. */
  options: (colour: (name: string) => string) => Omit<uPlot.Options, "width" | "height">;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

export const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function Series(props: SeriesProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current!;
    let plot: uPlot | null = null;
    const build = () => {
      plot?.destroy();
      const options = { legend: { show: false }, tzDate: utc, pxAlign: 0 as const, ...props.options(colourOf) };
      plot = new uPlot({ ...options, width: box.clientWidth || 300, height: props.height }, props.data, box);
    };
    build();
    const watch = new ResizeObserver(() => plot?.setSize({ width: box.clientWidth || 300, height: props.height }));
    watch.observe(box);
    dark.addEventListener("change", build);
    return () => {
      watch.disconnect();
      dark.removeEventListener("change", build);
      plot?.destroy();
    };
  }, [props.data, props.height]);
  return <div class="series" ref={place} role="img" aria-label={props.label} />;
}

const utc = (seconds: number) => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC");

export const seconds = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 1e3;

type Pick = (name: string) => string;

/** The axis of amounts, in the page's looks; `label` names what is measured, with its unit. */
export const upright = (colour: Pick, label: string): uPlot.Axis => ({ ...looks(colour, label), size: 58, values: amounts });

/** The axis of weeks: months where there is room, years below them. */
export const weeksAxis = (colour: Pick): uPlot.Axis => ({
  ...looks(colour, ""),
  size: (_, values) => (values?.some((value) => value?.includes("\n")) ? 44 : 30),
  space: 44,
});

/** A level axis of amounts, with room for each of them. */
export const level = (colour: Pick, label: string): uPlot.Axis => ({ ...looks(colour, label), size: 30, space: 68, values: amounts });

function looks(colour: Pick, label: string): uPlot.Axis {
  return {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1, size: 5 },
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    gap: 4,
    ...(label ? { label, labelSize: 18, labelGap: 2 } : {}),
  };
}

const amounts = (_: uPlot, ticks: number[]) => ticks.map((tick) => amount(tick));
