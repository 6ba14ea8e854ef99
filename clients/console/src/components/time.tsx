import type { ReactElement } from 'react';
import { useSettings } from '../app/settings.ts';

const looks = {
  time: { timeStyle: 'medium' },
  date: { dateStyle: 'medium' },
  both: { dateStyle: 'medium', timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than using it a thousand times. */
function formatOf(language: string, look: keyof typeof looks): Intl.DateTimeFormat {
  const key = `${language} ${look}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language, looks[look]);
  formats.set(key, format);
  return format;
}

/** A moment in the viewer's zone; the exact one is its title. */
export function Time({ at, look = 'both' }: { at: string; look?: keyof typeof looks }): ReactElement {
  const { language } = useSettings();
  return (
    <time dateTime={at} title={at}>
      {formatOf(language, look).format(new Date(at))}
    </time>
  );
}
