// Colours that colour-blind readers can tell apart (Okabe and Ito), by the position of a channel.
const CHANNELS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#b39b2d", "#7f7f7f", "#5ab4ac"];

export const channelColour = (position: number): string => CHANNELS[position % CHANNELS.length]!;

export function clear(colour: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
