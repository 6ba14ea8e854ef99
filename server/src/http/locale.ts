import type { IncomingHttpHeaders } from 'node:http';
import type { Locale } from '@sightline/db/client';

const locales = new Map<string, Locale>([
  ['en', 'EN'],
  ['es', 'ES'],
]);

/** The one of our languages that an `accept-language` header likes best: of equals the first; none of ours is English. */
export function localeOf({ 'accept-language': header }: Pick<IncomingHttpHeaders, 'accept-language'>): Locale {
  if (header === undefined) return 'EN';
  let best: { locale: Locale; quality: number } = { locale: 'EN', quality: 0 };
  for (const range of header.slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const locale = locales.get(tag.trim().split('-', 1)[0] ?? '');
    const [, quality = '1'] = /^\s*q=([\d.]+)\s*$/.exec(parameters[0] ?? '') ?? [];
    if (locale && Number(quality) > best.quality) best = { locale, quality: Number(quality) };
  }
  return best.locale;
}
