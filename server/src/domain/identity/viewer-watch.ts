import type { ApiKeyScope } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { DomainError } from '../../errors/domain-error.ts';
import { ForbiddenError, UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Bus, Clock } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { lostBetween } from './access.ts';
import { validCredentialsSql } from './identity.queries.ts';
import { createProofEnds } from './proof-ends.ts';
import { viewerOf } from './viewer-of.ts';
import type { ViewerRow } from './viewer-of.ts';
import type { Viewer } from './viewer.ts';

export type ViewerWatch = Awaited<ReturnType<typeof startViewerWatch>>;
type Deps = {
  pool: Sql;
  signals: SignalReader;
  /** Whether signals travel; without it, that they do. */
  bus?: Pick<Bus, 'check'>;
  clock: Clock;
  /** What time it is in an organization. */
  nowOf: (organizationId: string) => Date;
  log: Pick<Logger, 'warn'>;
  pollMs?: number;
  deafPollMs?: number;
  endsPollMs?: number;
};

type OnEnd = (error: DomainError) => void;
type Watcher = { viewer: Viewer; onEnd: OnEnd };
/** What still proves something. `secretHashes`: the secrets that do, of a key; null, of a sign-in. */
type Row = ViewerRow & { id: string; secretHashes: (string | null)[] | null; scopes: ApiKeyScope[] | null };

/** The sign-in or key that proves who a viewer is. */
export const credentialOf = ({ signInId, apiKeyId }: Viewer): string => signInId ?? apiKeyId ?? '';

/**
 * Tells long-lived work when its viewer's sign-in or key ends: at once when it is revoked, within `endsPollMs` of the
 * moment at which it ends by itself, and within `pollMs` when its user leaves the organization or may do less there than
 * before, or when the bus loses the signal.
 * While the bus is away the database is asked every `deafPollMs`, so that what ends elsewhere ends here within a second.
 */
export async function startViewerWatch(deps: Deps) {
  const { pool, signals, bus, clock, nowOf, log, pollMs = 5_000, deafPollMs = 500, endsPollMs = 250 } = deps;
  const ends = createProofEnds({ nowOf });
  const watchers = new Map<string, Set<Watcher>>();
  const listeners = new Set<(id: string) => void>();
  let isPolling = false;
  let isWanted = false;
  let isListening = false;

  function end(id: string, reason: string): void {
    const ended = watchers.get(id);
    watchers.delete(id);
    for (const { onEnd } of ended ?? []) onEnd(new UnauthenticatedError({ reason, id }));
    for (const listener of listeners) listener(id);
  }

  async function stillValid(ids: string[]): Promise<Map<string, Row>> {
    const { rows } = await pool.query<Row>({ ...validCredentialsSql, values: [ids, clock.now()] });
    return new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * Ends what began with a secret that its key has no more, or with a permission that is gone, and leaves all else of the
   * same credential alone.
   */
  function endOutdated(id: string, row: Row): void {
    for (const watcher of watchers.get(id) ?? []) {
      const error = outdated(watcher.viewer, row);
      if (!error) continue;
      unwatch(id, watcher);
      watcher.onEnd(error);
    }
  }

  function unwatch(id: string, watcher: Watcher): void {
    const left = watchers.get(id);
    if (left?.delete(watcher) && left.size === 0) watchers.delete(id);
  }

  async function look(): Promise<void> {
    const watched = [...watchers.keys()];
    if (watched.length === 0) return;
    const valid = await stillValid(watched);
    for (const id of watched) {
      const row = valid.get(id);
      if (row) endOutdated(id, row);
      else end(id, 'ended');
    }
  }

  /** Whoever asks while it looks may know of something newer than what is being read: it looks again. */
  async function poll(): Promise<void> {
    isWanted = true;
    if (isPolling) return;
    isPolling = true;
    try {
      while (isWanted) {
        isWanted = false;
        await look();
      }
    } catch (error) {
      log.warn({ err: error }, 'credentials of subscribers could not be checked');
    } finally {
      isPolling = false;
    }
  }

  /** Asks once at a time whether signals travel; no answer within the interval means that they do not. */
  async function pollIfDeaf(): Promise<void> {
    if (!bus || isListening || watchers.size === 0) return;
    isListening = true;
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), deafPollMs / 2).unref());
    const heard = bus.check().then(
      () => true,
      () => false,
    );
    const isHeard = await Promise.race([heard, late]);
    isListening = false;
    if (!isHeard) await poll();
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
  const deafTimer = setInterval(() => void pollIfDeaf(), deafPollMs);
  const endsTimer = setInterval(ends.look, endsPollMs);

  /** Calls `onEnd` once what the viewer was proved with ends by itself, unless the result is called before. */
  function onProofEnd({ organizationId, endsAt }: Viewer, onEnd: () => void): () => void {
    return endsAt === null ? () => undefined : ends.add(organizationId, endsAt, onEnd);
  }

  return {
    /** The viewer with what they may do now. Throws UNAUTHENTICATED when their proof has ended since it was checked. */
    async requireValid(viewer: Viewer): Promise<Viewer> {
      const id = credentialOf(viewer);
      const isOver = viewer.endsAt !== null && viewer.endsAt <= nowOf(viewer.organizationId);
      const row = isOver ? undefined : (await stillValid([id])).get(id);
      if (!row || isReplaced(viewer, row)) throw new UnauthenticatedError({ reason: 'ended', id });
      return current(viewer, row);
    },

    /** Calls `onEnd` once when the viewer's proof ends or they may do less, unless the result is called before. */
    watch(viewer: Viewer, onEnd: OnEnd): () => void {
      const id = credentialOf(viewer);
      const forgetEnd = onProofEnd(viewer, () => {
        unwatch(id, watcher);
        onEnd(new UnauthenticatedError({ reason: 'expired', id }));
      });
      const watcher = {
        viewer,
        onEnd: (error: DomainError) => {
          forgetEnd();
          onEnd(error);
        },
      };
      const known = watchers.get(id);
      if (known) known.add(watcher);
      else watchers.set(id, new Set([watcher]));
      return () => {
        forgetEnd();
        unwatch(id, watcher);
      };
    },

    onProofEnd,

    /**
     * Calls `listener` with the id of every sign-in and key that is revoked, on any process, or found to have ended, and
     * of every organization in which access changed.
     */
    onEnded(listener: (id: string) => void): void {
      listeners.add(listener);
    },

    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      clearInterval(deafTimer);
      clearInterval(endsTimer);
      watchers.clear();
      listeners.clear();
      await Promise.all(unsubscribes.map((unsubscribe) => unsubscribe()));
    },
  };
}

/** Whether the viewer's key has another secret by now. */
function isReplaced({ secretHash }: Viewer, { secretHashes }: Row): boolean {
  return secretHashes !== null && !secretHashes.includes(secretHash);
}

/** The same proof, and what it is worth by now. */
function current(viewer: Viewer, { scopes, ...row }: Row): Viewer {
  const { signInId, apiKeyId, secretHash, provedAt, address, endsAt, keyLimits } = viewer;
  const proof = { signInId, apiKeyId, scopes, provedAt, address, endsAt, keyLimits };
  return viewerOf(row, secretHash === null ? proof : { ...proof, secretHash });
}

/** Why what the viewer began cannot go on; null: it can. */
function outdated(viewer: Viewer, row: Row): DomainError | null {
  if (isReplaced(viewer, row)) return new UnauthenticatedError({ reason: 're-rolled', id: row.id });
  const lost = lostBetween(viewer, current(viewer, row));
  return lost === null ? null : new ForbiddenError(lost);
}
