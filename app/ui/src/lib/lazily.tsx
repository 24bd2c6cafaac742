// A screen whose code is fetched when it is first shown, or before that, while nothing else is to do.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../api/client";
import { Loading, Refused } from "../parts/notice";

const MISSING = new Refusal("away", "A part of the page could not be read. The service may have been updated: load the page again.");

export function lazily<Props extends object>(fetch: () => Promise<ComponentType<Props>>) {
  let known: ComponentType<Props> | null = null;
  const prepare = () => fetch().then((found) => (known = found));
  function Screen(props: Props) {
    const [failed, setFailed] = useState(false);
    const [, drawAgain] = useState(0);
    useEffect(() => {
      if (!known) prepare().then(() => drawAgain(1), () => setFailed(true));
    }, []);
    if (failed) return <Refused refusal={MISSING} retry={() => location.reload()} />;
    const Known = known;
    return Known ? <Known {...props} /> : <Loading what="Opening" />;
  }
  return { Screen, prepare };
}
