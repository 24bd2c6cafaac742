// Which screen and which model: kept in the hash, so that a link leads to both and no server is asked.
import { useEffect, useState } from "preact/hooks";

export const SCREENS = ["home", "data", "happened", "plan", "tests"] as const;
export type Screen = (typeof SCREENS)[number];

export interface Route {
  screen: Screen;
  model: string | null;
  scenario: string | null;
  /** That a screen begins with. */
  channel: string | null;
}

export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const screen = SCREENS.find((each) => each === path) ?? "home";
  const given = new URLSearchParams(query);
  return { screen, model: given.get("model"), scenario: given.get("scenario"), channel: given.get("channel") };
}

export function hashOf(route: Partial<Route> & { screen: Screen }): string {
  const query = new URLSearchParams();
  if (route.model) query.set("model", route.model);
  if (route.scenario) query.set("scenario", route.scenario);
  if (route.channel) query.set("channel", route.channel);
  const told = query.toString();
  return `#/${route.screen}${told ? `?${told}` : ""}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
