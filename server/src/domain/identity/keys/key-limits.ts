import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { KeyLimit } from '../viewer.ts';

/** What can be limited for a key, beside what the plan allows. Names are kept in rows: they are never renamed. */
export const keyLimitNames = {
  requests: 'GraphQL operations, on HTTP and on WebSockets.',
  inference: 'Requests to the inference sidecar, at an even rate.',
} as const;

export type KeyLimitName = keyof typeof keyLimitNames;

const daySeconds = 86_400;
const most = 1_000_000_000;

/** Throws INPUT_INVALID for a name that comes twice and for numbers that make no sense. */
export function requireLimits(limits: readonly KeyLimit[], field: string): void {
  if (new Set(limits.map(({ name }) => name)).size !== limits.length) {
    throw new InputInvalidError(field, 'A limit is listed twice.');
  }
  for (const { max, windowSeconds } of limits) {
    if (max < 1 || max > most) throw new InputInvalidError(field, `A limit lies between 1 and ${most}.`);
    if (windowSeconds < 1 || windowSeconds > daySeconds) {
      throw new InputInvalidError(field, `The time of a limit lies between 1 and ${daySeconds} seconds.`);
    }
  }
}

/** A limit in requests a minute, as the sidecar counts; never less than one. Null without such a limit. */
export function perMinuteOf(limits: readonly KeyLimit[], name: KeyLimitName): number | null {
  const limit = limits.find((each) => each.name === name);
  return limit ? Math.max(1, Math.floor((limit.max * 60) / limit.windowSeconds)) : null;
}
