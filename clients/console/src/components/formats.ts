import { useLocale } from '../app/settings.ts';

export type Formats = ReturnType<typeof formatsOf>;

/** By how often one divides by 1 024. */
const byteUnits = [null, 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Numbers as people of a region write them. */
export function formatsOf(locale: string) {
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const utcDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const money = new Map<string, Intl.NumberFormat>();

  return {
    count: (value: number) => count.format(value),
    /** Short, such as `1.2M`. */
    compact: (value: number) => compact.format(value),
    /** Of 0 to 1. */
    share: (value: number) => share.format(value),

    /** Of the smallest unit of a currency, such as cents. */
    money(minor: number, currency: string): string {
      const format = money.get(currency) ?? new Intl.NumberFormat(locale, { style: 'currency', currency });
      money.set(currency, format);
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },

    /** In steps of 1 024. */
    bytes(value: number): string {
      const step = Math.min(byteUnits.length - 1, value < 1 ? 0 : Math.floor(Math.log(value) / Math.log(1_024)));
      const unit = byteUnits[step];
      // Their word for a byte alone is “byte”.
      if (!unit) return `${count.format(value)} B`;
      const format = new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 });
      return format.format(value / 1_024 ** step);
    },

    /** Of seconds: the two largest units. */
    duration(seconds: number): string {
      const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
      if (hours >= 100) return `${count.format(hours)} h`;
      if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
      return minutes > 0 ? `${minutes} min` : `${count.format(seconds)} s`;
    },

    /** A day as the ledger has it, such as `2028-02-29`, which is one of UTC. */
    day: (day: string) => utcDay.format(new Date(`${day.slice(0, 10)}T00:00:00Z`)),
  };
}

/** Numbers as whoever looks writes them. */
export function useFormats(): Formats {
  const locale = useLocale();
  const formats = made.get(locale) ?? formatsOf(locale);
  made.set(locale, formats);
  return formats;
}

/** By locale: making them takes longer than drawing the row of a list that uses them. */
const made = new Map<string, Formats>();
