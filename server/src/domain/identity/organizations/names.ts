import { z } from 'zod';

/** What people call organizations, teams and roles. It gets into mails to strangers: one line, and no address. */
export const nameRule = z
  .string()
  .trim()
  .min(1, 'A name cannot be empty.')
  .max(100, 'A name has at most 100 characters.')
  .regex(/^\P{C}*$/u, 'A name is one line of visible characters.')
  .refine((name) => !name.includes('://'), 'A name cannot be an address.');
