// Amounts as people write them: at most three significant digits, with symbol and thousands.

const SYMBOLS: Record<string, string> = {
  AUD: "A$", BRL: "R$", CAD: "C$", CNY: "CN¥", EUR: "€", GBP: "£", INR: "₹", JPY: "¥", KRW: "₩",
  MXN: "MX$", NZD: "NZ$", SGD: "S$", USD: "$",
};

const LARGE: [number, string][] = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];

/** A number with at most `digits` significant digits: "26,100", "1.23 million", "0.42". */
export function amount(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  for (const [unit, word] of LARGE) {
    if (Math.abs(rounded) >= unit) return `${plain(rounded / unit, digits)} ${word}`;
  }
  return plain(rounded, digits);
}

function plain(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  return (rounded === 0 ? 0 : rounded).toLocaleString("en", { maximumSignificantDigits: digits });
}

/** Less money than that is none: half a cent. */
const CENT = 0.005;

/** An amount of money with its symbol: "−€26,100"; bare where no currency is known. */
export function money(value: number, currency: string | null | undefined, digits = 3): string {
  const size = amount(Math.abs(value) < CENT ? 0 : Math.abs(value), digits);
  const sign = value < 0 && size !== "0" ? "−" : "";
  if (!currency) return sign + size;
  return `${sign}${SYMBOLS[currency] ?? `${currency} `}${size}`;
}

/** A change with its sign: "+12,000", "−3,400", "no change". */
export function signed(value: number, currency: string | null | undefined): string {
  const told = money(value, currency);
  if (Math.abs(value) < CENT) return "no change";
  return value > 0 ? `+${told}` : told;
}

/** A share as a percentage of at most two digits: "+12 %"; what was nothing before is "new". */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return "new";
  const told = Math.round(100 * value);
  return `${told > 0 ? "+" : told < 0 ? "−" : ""}${Math.abs(told)} %`;
}

/** "tv", "tv and radio", "tv, radio and search". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2024-12-30" as "30 Dec 2024". */
export function day(iso: string): string {
  const [year, month, date] = iso.split("-").map(Number) as [number, number, number];
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/** The day `days` after one, both as ISO dates. */
export function later(iso: string, days: number): string {
  const moment = new Date(`${iso}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** What a person typed as an amount: "1,200", "€ 1.2m", "35k"; null where it is none. */
export function typed(text: string): number | null {
  const found = /^[^\d.,+-]*([\d.,\s]*\d[.]?)\s*(k|m)?\s*[^\d]*$/i.exec(text.trim());
  if (!found) return null;
  const digits = found[1]!.replace(/[\s,]/g, "");
  const value = Number(digits);
  if (!Number.isFinite(value)) return null;
  const unit = found[2]?.toLowerCase();
  return unit === "k" ? value * 1e3 : unit === "m" ? value * 1e6 : value;
}
