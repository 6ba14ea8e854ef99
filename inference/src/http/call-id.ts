import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';

const uuid = z.uuid();

/**
 * What a call is named by whose caller may have it answered elsewhere, if our answer does not come: it is then counted
 * here or there. Null where it is not. Throws INPUT_INVALID for what is no UUID.
 */
export function callIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const given = headers['x-call-id'];
  if (given === undefined) return null;
  const parsed = uuid.safeParse(given);
  if (!parsed.success) throw new SidecarError('INPUT_INVALID', 'The header x-call-id holds a UUID.');
  return parsed.data;
}
