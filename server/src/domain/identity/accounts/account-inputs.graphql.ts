import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { lengthOf, passwordLength } from './password-policy.ts';

export const LocaleEnum = builder.enumType('Locale', {
  description: 'Languages of messages and mails.',
  values: { EN: { description: 'English' }, ES: { description: 'Español' } },
});

export const email = z.email('This is not an email address.').max(254);

/** An address to look for: whether it is one is nobody's business here. */
export const anyEmail = z.string().max(254, 'This is longer than any email address.');

/** A name of a person or an organization. */
export const name = z
  .string()
  .trim()
  .min(1, 'A name cannot be empty.')
  .max(100, 'A name has at most 100 characters.')
  // oxlint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'A name is one line.');

/** A password to choose. Characters are counted, not the units they are stored in; a megabyte is refused uncounted. */
export const newPassword = z
  .string()
  .max(passwordLength.max * 4, `A password has at most ${passwordLength.max} characters.`)
  .refine((text) => lengthOf(text) >= passwordLength.min, `A password has at least ${passwordLength.min} characters.`)
  .refine((text) => lengthOf(text) <= passwordLength.max, `A password has at most ${passwordLength.max} characters.`);

/** A password to try: anything that may have been chosen. */
export const triedPassword = z
  .string()
  .max(passwordLength.max * 4, `A password has at most ${passwordLength.max} characters.`)
  .refine((text) => lengthOf(text) <= passwordLength.max, `A password has at most ${passwordLength.max} characters.`);

/** A token out of a mail or of a device. */
export const token = z.string().max(200, 'This is longer than any token.');

export const timeZone = z.string().max(64);
