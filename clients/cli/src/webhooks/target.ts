import { randomBytes } from 'node:crypto';
import { isLoopback, readUrl } from '../setting/settings.ts';
import type { Env } from '../command/context.ts';
import { UserMistake, WrongArguments } from '../user-mistake.ts';

export const targetOptions = {
  'forward-to': { type: 'text', value: 'URL', about: 'where messages are sent, such as http://127.0.0.1:3000/hooks' },
  'allow-remote': { type: 'flag', about: 'also to what is not this machine: events go there' },
} as const;

/** Where to send. Throws WrongArguments, and for an address that is not this machine unless that was allowed. */
export function readTarget(given: string | undefined, allowRemote: boolean): string {
  if (given === undefined) throw new WrongArguments('Say where to send: --forward-to http://127.0.0.1:3000/hooks');
  const search = URL.canParse(given) ? new URL(given).search : '';
  const url = readUrl(given) + search;
  if (!allowRemote && !isLoopback(url))
    throw new WrongArguments(`${url} is not this machine. If events are to go there: --allow-remote`);
  return url;
}

/** The secret of the environment, or one that is made for this run. Throws UserMistake for one that is none. */
export function readSecret(env: Env): { secret: string; isNew: boolean } {
  const given = env['SIGHTLINE_WEBHOOK_SECRET'];
  if (!given) return { secret: `whsec_${randomBytes(24).toString('base64')}`, isNew: true };
  if (!/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/.test(given))
    throw new UserMistake('SIGHTLINE_WEBHOOK_SECRET is no secret: whsec_ and at least 16 bytes in base64.');
  return { secret: given, isNew: false };
}
