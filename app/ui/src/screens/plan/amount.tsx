// An amount as it is typed; what is no amount is said, and changes nothing.
import { useEffect, useState } from "preact/hooks";
import { typed } from "../../lib/format";

interface Props {
  label: string;
  value: number;
  disabled: boolean;
  type: (value: number) => void;
}

export function Amount(props: Props) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? plain(props.value);
  const wrong = text !== null && typed(text) === null;
  useEffect(() => {
    if (text !== null && typed(text) !== null && Math.abs(typed(text)! - props.value) > 0.5) setText(null);
  }, [props.value]);
  return (
    <input
      type="text"
      inputMode="decimal"
      class="amount"
      aria-label={props.label}
      aria-invalid={wrong}
      disabled={props.disabled}
      value={shown}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => {
        setText(event.currentTarget.value);
        const value = typed(event.currentTarget.value);
        if (value !== null) props.type(value);
      }}
      onBlur={() => setText(null)}
    />
  );
}

/** Three significant digits, as everything else on the screen. */
const plain = (value: number): string => Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 2 });
