import { createHash } from 'node:crypto';

/** The id of the job of a moment: the same in every process. A UUID of version 8, which are made by rules of one's own. */
export function scheduledId(name: string, at: Date): string {
  const hash = createHash('sha256').update(`${name} ${at.toISOString()}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
