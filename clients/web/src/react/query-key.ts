import type { HookClient } from './hook-client.ts';

const root = 'sightline';
const numbers = new WeakMap<HookClient, number>();
let count = 0;

/** Of the first client of a page 0: the same whenever the page is loaded, as what is kept may be stored. */
function numberOf(client: HookClient): number {
  const number = numbers.get(client) ?? count++;
  numbers.set(client, number);
  return number;
}

/**
 * Where something that was read by this client is kept: `['sightline', …key, number]`. Whose it is comes last, so that
 * `['sightline', …]` still finds everything of the kind, and two clients on one QueryClient share nothing.
 */
export const queryKeyOf = (client: HookClient, key: readonly unknown[]): readonly unknown[] => [
  root,
  ...key,
  numberOf(client),
];

/** Whether it is one of this client's keys. */
export const isOf = (client: HookClient, key: readonly unknown[]): boolean =>
  key[0] === root && key.at(-1) === numberOf(client);
