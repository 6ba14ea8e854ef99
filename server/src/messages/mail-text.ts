import type { Locale } from '@sightline/db/client';
import { mailEn } from './mail.en.ts';
import type { MailTemplate } from './mail.en.ts';
import { mailEs } from './mail.es.ts';

const catalogues: Record<Locale, Record<MailTemplate, { subject: string; text: string }>> = { EN: mailEn, ES: mailEs };

export type MailValues = Readonly<Record<string, string | number>>;

/** A mail in somebody's language. Throws for a value that is missing: half a sentence must not be sent. */
export function mailText(
  template: MailTemplate,
  locale: Locale,
  values: MailValues,
): { subject: string; text: string } {
  const { subject, text } = catalogues[locale][template];
  return { subject: oneLine(fill(subject, values)), text: fill(text, values) };
}

function fill(text: string, values: MailValues): string {
  return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A mail needs “${name}”.`);
    return String(value);
  });
}

/** Names are chosen by people; a line break in a subject would begin a header of theirs. */
const oneLine = (text: string) => text.replaceAll(/[\r\n]+/g, ' ').slice(0, 200);
