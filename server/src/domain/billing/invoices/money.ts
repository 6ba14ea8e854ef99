/** Currencies of ISO 4217 whose smallest unit is not a hundredth. */
const digits: Readonly<Record<string, number>> = {
  ...{ BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, VND: 0, VUV: 0 },
  ...{ XAF: 0, XOF: 0, XPF: 0, BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3 },
};

/** As in `1,234.50`, whatever the machine's language: bills are the same bytes everywhere. */
export function formatAmount(amountMinor: bigint, currency: string): string {
  const places = digits[currency] ?? 2;
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(places + 1, '0');
  const whole = groupThousands(text.slice(0, text.length - places));
  return `${amountMinor < 0n ? '-' : ''}${whole}${places > 0 ? `.${text.slice(-places)}` : ''}`;
}

export function formatNumber(value: bigint): string {
  return `${value < 0n ? '-' : ''}${groupThousands((value < 0n ? -value : value).toString())}`;
}

const groupThousands = (text: string) => text.replace(/\B(?=(\d{3})+$)/g, ',');

/** As in `21 %` or `7.7 %`. */
export function formatBasisPoints(basisPoints: number): string {
  const rest = String(basisPoints % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return `${Math.floor(basisPoints / 100)}${rest && `.${rest}`} %`;
}

/** Tax on `amountMinor`, halves away from zero, so that a bill and its credit note cancel out. */
export function taxOf(amountMinor: bigint, basisPoints: number): bigint {
  const product = (amountMinor < 0n ? -amountMinor : amountMinor) * BigInt(basisPoints);
  const tax = (product + 5_000n) / 10_000n;
  return amountMinor < 0n ? -tax : tax;
}
