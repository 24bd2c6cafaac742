// Something that is loaded: not yet, there, or refused.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Refusal, isAborted } from "../api/client";

export type Loaded<Value> =
  | { state: "loading" }
  | { state: "there"; value: Value }
  | { state: "refused"; refusal: Refusal };

export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal("failed", error instanceof Error ? error.message : String(error));

/** Load again whenever `key` changes, or `reload` is called; an answer that comes too late is dropped. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): [Loaded<Value>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ state: "loading" });
  const [turn, setTurn] = useState(0);
  const shown = useRef(key);
  useEffect(() => {
    let current = true;
    // What is there stays while it is loaded again; another key starts anew.
    setLoaded((before) => (shown.current === key && before.state === "there" ? before : { state: "loading" }));
    shown.current = key;
    load().then(
      (value) => current && setLoaded({ state: "there", value }),
      (error) => current && !isAborted(error) && setLoaded({ state: "refused", refusal: asRefusal(error) }),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  return [loaded, useCallback(() => setTurn((before) => before + 1), [])];
}

/** Work that somebody waits for: what is being done ("" for nothing), and why the last was refused. */
export function useWork() {
  const [busy, setBusy] = useState("");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const during = async (what: string, run: () => Promise<unknown>): Promise<void> => {
    setRefusal(null);
    setBusy(what);
    try {
      await run();
    } catch (error) {
      setRefusal(asRefusal(error));
    }
    setBusy("");
  };
  return { busy, refusal, during };
}
