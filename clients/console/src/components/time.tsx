import type { ReactElement } from 'react';
import { useLocale } from '../app/settings.ts';

const looks = {
  time: { timeStyle: 'medium' },
  date: { dateStyle: 'medium' },
  both: { dateStyle: 'medium', timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it a thousand times. */
function formatOf(locale: string, look: keyof typeof looks): Intl.DateTimeFormat {
  const key = `${locale} ${look}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, looks[look]);
  formats.set(key, format);
  return format;
}

/** A moment in the viewer's zone; the exact one is its title. */
export function Time({ at, look = 'both' }: { at: string; look?: keyof typeof looks }): ReactElement {
  const locale = useLocale();
  return (
    <time dateTime={at} title={at}>
      {formatOf(locale, look).format(new Date(at))}
    </time>
  );
}
