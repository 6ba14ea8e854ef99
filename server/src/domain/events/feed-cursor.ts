import { CursorInvalidError } from './events.errors.ts';

const shape = /^(0|[1-9]\d{0,17})$/;

/** A place in a feed, as callers hold it: the decimal number of the last event they have. Throws CURSOR_INVALID. */
export function parseCursor(cursor: string): bigint {
  if (!shape.test(cursor)) throw new CursorInvalidError(cursor.slice(0, 100));
  return BigInt(cursor);
}

/** Numbers of events that retention removed before they were read; both inclusive. */
export type SeqGap = { fromSeq: bigint; toSeq: bigint };
