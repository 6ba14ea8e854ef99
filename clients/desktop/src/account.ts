import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InvalidRequestError } from '@sightline/core';
import type { Backoff, RecordCapture, RecordedCapture, SightlineError } from '@sightline/core';
import type { Capture } from './capture.ts';
import { startDelivery } from './spool/deliver.ts';
import { openSpool } from './spool/open-spool.ts';
import type { ConsentNote, Spool } from './spool/open-spool.ts';

/** What waits to be told of one organization: what one did is never told in the name of another. */
export type Account = AsyncDisposable & {
  readonly organizationId: string;
  readonly spool: Spool;
  /** Captures that are going on, by their id. */
  readonly captures: Map<string, Capture>;
  sync(): Promise<void>;
  wake(): void;
};

type Deps = {
  organizationId: string;
  dataDirectory: string;
  bytesMax: number;
  record(batch: RecordCapture, signal: AbortSignal): PromiseLike<RecordedCapture>;
  tell(note: ConsentNote, signal: AbortSignal): PromiseLike<unknown>;
  backoff: Backoff;
  onRefused(batch: RecordCapture, error: SightlineError, fate: { isKept: boolean }): void;
};

export async function openAccount({
  organizationId,
  dataDirectory,
  bytesMax,
  onRefused,
  ...deps
}: Deps): Promise<Account> {
  const name = createHash('sha256').update(organizationId).digest('hex').slice(0, 16);
  const spool = await openSpool({ directory: join(dataDirectory, 'spool', name), bytesMax });
  const captures = new Map<string, Capture>();
  // What cannot be written any more, on a disk that is full, is ended when this is opened again.
  const end = (captureId: string) =>
    void captures
      .get(captureId)
      ?.end()
      .catch(() => {});
  const delivery = startDelivery({
    ...deps,
    spool,
    onRecorded(batch, { session }) {
      // Somebody ended it from elsewhere.
      if (session?.state === 'STOPPING' && batch.captureId) end(batch.captureId);
    },
    onRefused(batch, error, fate) {
      // Its source is gone or forbidden: what else would come of it is refused as well, and would take the room of others.
      if (batch.captureId && !(error instanceof InvalidRequestError)) end(batch.captureId);
      onRefused(batch, error, fate);
    },
  });
  // What was left when the program ended last time.
  delivery.wake();
  return {
    organizationId,
    spool,
    captures,
    sync: delivery.sync,
    wake: delivery.wake,
    async [Symbol.asyncDispose]() {
      // What cannot be written any more, on a disk that is full, is ended when this is opened again.
      for (const capture of captures.values()) await capture.end().catch(() => {});
      await delivery[Symbol.asyncDispose]();
      await spool[Symbol.asyncDispose]();
    },
  };
}
