import { describe, expect, it } from "vitest";
import type { Draft } from "../api/types";
import { messages } from "./events";
import { type Tray, answersOf, chipsOf, specOf } from "./trays";

const draft = {
  model: {
    date: "week",
    kpi: { column: "orders", kind: "units" },
    channels: ["tv", { name: "search", column: "search_cost", exposure: "clicks" }],
    price: { column: "price" },
    competitors: [{ name: "rival", price: "rival_price" }],
    demand: { kind: "series", column: "index" },
    controls: ["promo"],
    holidays: { country: "DE" },
  },
  columns: [
    ["week", "date"], ["orders", "kpi"], ["revenue", "kpi_candidate"], ["tv", "channel"], ["search_cost", "channel"], ["clicks", "exposure"],
    ["price", "price"], ["rival_price", "rival_price"], ["index", "demand"], ["promo", "control"],
  ].map(([name, role]) => ({ name, role, reason: "because" })),
  questions: [],
  warnings: [],
} as unknown as Draft;
const answers = { counts: "units", worth: 12, currency: "EUR" } as const;
const moved = (changes: Record<string, Tray>) => chipsOf(draft).map((chip) => ({ ...chip, tray: changes[chip.name] ?? chip.tray }));

it("puts columns into the trays of their roles, with the reason", () => {
  expect(chipsOf(draft).map((chip) => [chip.name, chip.tray])).toEqual([
    ["week", "date"], ["orders", "sales"], ["revenue", "unused"], ["tv", "media"], ["search_cost", "media"], ["clicks", "media"],
    ["price", "price"], ["rival_price", "rivals"], ["index", "other"], ["promo", "other"],
  ]);
  expect(answersOf(draft)).toEqual({ counts: "units", worth: null, currency: "" });
});

describe("the specification", () => {
  it("is the draft with the answers where nothing was moved", () => {
    expect(specOf(draft, chipsOf(draft), answers).spec).toEqual({
      ...draft.model, kpi: { column: "orders", kind: "units", value_per_unit: 12 }, currency: "EUR",
    });
  });

  it("follows what is moved and keeps the rest of the draft", () => {
    const { spec } = specOf(draft, moved({ tv: "unused", promo: "media", revenue: "sales", orders: "unused", index: "unused" }), { counts: "revenue", worth: 0.4, currency: "" });
    expect(spec).toEqual({
      date: "week", kpi: { column: "revenue", kind: "revenue", margin: 0.4 },
      channels: [{ name: "search", column: "search_cost", exposure: "clicks" }, "promo"],
      price: { column: "price" }, competitors: [{ name: "rival", price: "rival_price" }], controls: [], holidays: { country: "DE" },
    });
  });

  it("names channels without the word for money, unless two would be called the same", () => {
    const channels = ["Meta Ads cost", "tv_spend", "TikTok Spend (USD)", "google_cost", "Google Spend", "cost", { name: "x_cost", column: "x" }];
    const visits = { name: "visits", column: "visits", parents: ["tv_spend"] };
    const { spec } = specOf({ ...draft, model: { ...draft.model, channels, mediators: [visits] } } as Draft, chipsOf(draft), answers);
    expect(spec?.channels).toEqual([
      { name: "Meta Ads", column: "Meta Ads cost" }, { name: "tv", column: "tv_spend" }, { name: "TikTok", column: "TikTok Spend (USD)" },
      "google_cost", "Google Spend", "cost", { name: "x_cost", column: "x" },
    ]);
    expect(spec?.mediators).toEqual([{ ...visits, parents: ["tv"] }]);
  });

  it("keeps a mediator while a channel moves it", () => {
    const visits = { name: "visits", column: "visits", parents: ["tv", "search"] };
    const between = {
      ...draft, model: { ...draft.model, mediators: [visits] },
      columns: [...draft.columns, { name: "visits", role: "mediator", reason: "because" }],
    } as Draft;
    const with_ = (changes: Record<string, Tray>) =>
      specOf(between, chipsOf(between).map((chip) => ({ ...chip, tray: changes[chip.name] ?? chip.tray })), answers).spec?.mediators;
    expect(with_({})).toEqual([visits]);
    expect(with_({ search_cost: "unused", clicks: "unused" })).toEqual([{ ...visits, parents: ["tv"] }]);
    expect(with_({ search_cost: "unused", clicks: "unused", tv: "unused", promo: "media" })).toEqual([]);
    expect(with_({ tv: "unused" })).toEqual([{ ...visits, parents: ["search"] }]);
    expect(with_({ visits: "unused" })).toEqual([]);
  });

  it("names what is missing", () => {
    const none = moved({ orders: "unused", week: "unused", tv: "unused", search_cost: "unused", clicks: "unused" });
    expect(specOf(draft, none, answers).problems).toEqual([
      "Put one column into Sales.", "Put the column of dates into Week.", "Put at least one column into Media.",
    ]);
  });
});

it("reads events however the stream cuts them", async () => {
  const text = ': ping\n\nevent: progress\ndata: {"a":\ndata: 1}\n\nevent: succeeded\r\ndata: {"a": 2}\r\n\r\n';
  for (const size of [1, 7, 1000]) {
    const bytes = new TextEncoder().encode(text);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const found = [];
    for await (const data of messages(stream)) found.push(JSON.parse(data));
    expect(found).toEqual([{ a: 1 }, { a: 2 }]);
  }
});
