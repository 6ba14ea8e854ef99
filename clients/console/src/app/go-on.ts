import { ConnectionError } from '@sightline/core';
import type { Query, QueryClient } from '@tanstack/react-query';
import { client } from './client.ts';

/** How often it is asked whether the server is there again, in milliseconds. */
const everyMs = 3_000;

const isUnreached = (error: unknown): boolean => error instanceof ConnectionError;
const isCutOff = ({ state: { error } }: Query): boolean => isUnreached(error);

/** Whether our server answers at all. */
const isThere = (): Promise<boolean> =>
  client.auth.viewer({ maxRetries: 0 }).then(
    () => true,
    (error: unknown) => !isUnreached(error),
  );

/**
 * What nobody answered is asked again as soon as the server is back, so that a page that was left open goes on by itself. What failed while
 * the server was there is left to whoever looks: it may be the sidecar.
 */
export function goOnWhenBack(queries: QueryClient): void {
  const cache = queries.getQueryCache();
  const open = { type: 'active', predicate: isCutOff } as const;
  let isLooking = false;

  async function look(): Promise<void> {
    if (await isThere()) return;
    do {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (cache.findAll(open).length === 0) return;
    } while (!(await isThere()));
    await queries.refetchQueries(open);
    await look();
  }

  cache.subscribe(({ query }) => {
    if (isLooking || !isCutOff(query)) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  });
}
