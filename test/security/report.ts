import { appendFileSync } from 'node:fs';

/**
 * Says how a security test went, for the table of `npm run test:security`. `counts.tried` is how many cases there were;
 * every other count is of something that must not happen, and the run fails unless it is 0. `facts` are only printed:
 * times, sizes, ratios. Call it once the test knows its counts, before it asserts, so that the table shows a failure as well.
 */
export function report(
  row: string,
  counts: Record<string, number>,
  facts: Readonly<Record<string, string | number>> = {},
): void {
  const file = process.env['SECURITY_REPORT'];
  if (file) appendFileSync(file, `${JSON.stringify({ row, counts, facts })}\n`);
}

/** Long forms take minutes and run in `npm run test:security` alone. */
export const isLong = process.env['SECURITY_LONG'] === '1';
