import type { Logger } from 'pino';
import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { validCredentialsSql } from './identity.queries.ts';
import type { Viewer } from './viewer.ts';

export type ViewerWatch = Awaited<ReturnType<typeof startViewerWatch>>;
type Deps = { pool: Sql; signals: SignalReader; clock: Clock; log: Pick<Logger, 'warn'>; pollMs?: number };

type OnEnd = (error: UnauthenticatedError) => void;
type Watcher = { viewer: Viewer; onEnd: OnEnd };
/** By id of what still proves something: the secrets that do, of a key; null, of a sign-in. */
type Valid = Map<string, readonly (string | null)[] | null>;

/** The sign-in or key that proves who a viewer is. */
export const credentialOf = ({ signInId, apiKeyId }: Viewer): string => signInId ?? apiKeyId ?? '';

/**
 * Tells long-lived work when its viewer's sign-in or key ends: at once when it is revoked, within `pollMs` when it
 * expires, when its user leaves the organization, or when the bus loses the signal.
 */
export async function startViewerWatch({ pool, signals, clock, log, pollMs = 5_000 }: Deps) {
  const watchers = new Map<string, Set<Watcher>>();
  const listeners = new Set<(id: string) => void>();
  let isPolling = false;

  function end(id: string, reason: string): void {
    const ended = watchers.get(id);
    watchers.delete(id);
    for (const { onEnd } of ended ?? []) onEnd(new UnauthenticatedError({ reason, id }));
    for (const listener of listeners) listener(id);
  }

  async function stillValid(ids: string[]): Promise<Valid> {
    type Row = { id: string; secretHashes: (string | null)[] | null };
    const { rows } = await pool.query<Row>({ ...validCredentialsSql, values: [ids, clock.now()] });
    return new Map(rows.map(({ id, secretHashes }) => [id, secretHashes]));
  }

  /** Ends those whose key has another secret by now, and leaves the others of the same key alone. */
  function endReplaced(id: string, secretHashes: readonly (string | null)[]): void {
    for (const watcher of watchers.get(id) ?? []) {
      if (secretHashes.includes(watcher.viewer.secretHash)) continue;
      watchers.get(id)?.delete(watcher);
      watcher.onEnd(new UnauthenticatedError({ reason: 're-rolled', id }));
    }
  }

  async function poll(): Promise<void> {
    if (isPolling || watchers.size === 0) return;
    isPolling = true;
    try {
      const watched = [...watchers.keys()];
      const valid = await stillValid(watched);
      for (const id of watched) {
        const secretHashes = valid.get(id);
        if (secretHashes === undefined) end(id, 'ended');
        else if (secretHashes) endReplaced(id, secretHashes);
      }
    } catch (error) {
      log.warn({ err: error }, 'credentials of subscribers could not be checked');
    } finally {
      isPolling = false;
    }
  }

  const unsubscribes = await Promise.all([
    signals.on('signin.revoked', null, ({ signInId }) => end(signInId, 'revoked')),
    signals.on('apikey.revoked', null, ({ apiKeyId }) => end(apiKeyId, 'revoked')),
    signals.on('access.changed', null, ({ organizationId }) => {
      for (const listener of listeners) listener(organizationId);
      void poll();
    }),
  ]);
  const timer = setInterval(() => void poll(), pollMs);

  return {
    /** Throws UNAUTHENTICATED when the viewer's proof has ended since it was checked. */
    async requireValid(viewer: Viewer): Promise<void> {
      const id = credentialOf(viewer);
      const secretHashes = (await stillValid([id])).get(id);
      const isReplaced = secretHashes?.includes(viewer.secretHash) === false;
      if (secretHashes === undefined || isReplaced) throw new UnauthenticatedError({ reason: 'ended', id });
    },

    /** Calls `onEnd` once when the viewer's proof ends, unless the result is called before. */
    watch(viewer: Viewer, onEnd: OnEnd): () => void {
      const id = credentialOf(viewer);
      const watcher = { viewer, onEnd };
      const known = watchers.get(id);
      if (known) known.add(watcher);
      else watchers.set(id, new Set([watcher]));
      return () => {
        const left = watchers.get(id);
        if (left?.delete(watcher) && left.size === 0) watchers.delete(id);
      };
    },

    /**
     * Calls `listener` with the id of every sign-in and key that is revoked, on any process, or found to have ended, and
     * of every organization in which access changed.
     */
    onEnded(listener: (id: string) => void): void {
      listeners.add(listener);
    },

    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      watchers.clear();
      listeners.clear();
      await Promise.all(unsubscribes.map((unsubscribe) => unsubscribe()));
    },
  };
}
