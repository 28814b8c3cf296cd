/// Amounts as people write them, and in a currency's smallest unit.
import type { Json } from "../../graph/types";

export function fractionDigits(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/// “1250.00” for 125000 cents; empty when there is no amount.
export function moneyText(minor: Json, currency: string): string {
  if (typeof minor !== "number") return "";
  const digits = fractionDigits(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/// 125000 for “1,250.00”, “1.250,00” or “1250”; null for nothing, undefined for what is no amount.
export function minorOf(typed: string, currency: string): number | null | undefined {
  const clean = typed.replaceAll(/[\s'’]/g, "");
  if (!clean) return null;
  if (!/^-?\d[\d.,]*$/.test(clean)) return undefined;
  const digits = fractionDigits(currency);
  const last = Math.max(clean.lastIndexOf("."), clean.lastIndexOf(","));
  const tail = last < 0 ? "" : clean.slice(last + 1);
  const isFraction = last >= 0 && tail.length <= digits;
  const whole = (isFraction ? clean.slice(0, last) : clean).replaceAll(/[.,]/g, "");
  return Number(whole + (isFraction ? tail : "").padEnd(digits, "0"));
}
