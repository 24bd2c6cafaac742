// The two ways on from a model that is not ready to plan with.
import type { Model } from "../api/types";
import { type Screen, hashOf } from "../lib/route";

interface Props {
  model: Model;
  instead: Model | null;
  screen: Screen;
  label: string;
}

export function WaysOn({ model, instead, screen, label }: Props) {
  return (
    <p>
      <a class="button primary" href={hashOf({ screen: "happened", model: model.id })}>
        See what failed, and what to do
      </a>{" "}
      {instead && (
        <a class="button" href={hashOf({ screen, model: instead.id })}>
          {label}
        </a>
      )}
    </p>
  );
}
