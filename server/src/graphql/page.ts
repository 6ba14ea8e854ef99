import { z } from 'zod';
/** Most items one page may hold. */
export const maxPageSize = 100;

const defaultPageSize = 20;

type PageArguments = { first?: number | null | undefined; last?: number | null | undefined };

/** What the Prisma plugin puts into its cursors over uuid keys; anything else must not reach the database. */
const cursorText = /^GPC:S:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const cursor = z
  .string()
  .refine((text) => cursorText.test(Buffer.from(text, 'base64').toString()), 'This is not a cursor of this list.')
  .nullish();

/** Options every connection shares: the size it has by default, at most, and what it costs. */
export const page = {
  defaultSize: defaultPageSize,
  maxSize: maxPageSize,
  validate: z.looseObject({ after: cursor, before: cursor }),
  complexity: ({ first, last }: PageArguments) => ({ field: 1, multiplier: first ?? last ?? defaultPageSize }),
} as const;
