import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@sightline/server/ports';

/** What a sidecar is asked, with what it posts by. */
export type Delivering = RunSpec & { deliver: { token: string } };

type Message = { type: string; snapshot?: Uint8Array | null; [field: string]: unknown };

type Options = {
  signal?: AbortSignal;
  /** Told each time that it was not confirmed, before it is sent again. */
  onUnconfirmed?: () => void;
};

/** Posts one batch until it is confirmed. Throws when it is refused, or when `signal` says that who asked is gone. */
export async function postUntilConfirmed(
  { deliver: { url, token, attempt } }: Delivering,
  seq: number,
  messages: Buffer[],
  { signal, onUnconfirmed }: Options = {},
): Promise<void> {
  for (;;) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/vnd.sightline.run',
        'x-batch': `${attempt}.${seq}`,
      },
      body: new Uint8Array(Buffer.concat(messages)),
      ...(signal && { signal }),
    }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && text) return;
    signal?.throwIfAborted();
    if (answer && answer.status < 500) throw new Error(`Batch ${attempt}.${seq} was refused: ${text}`);
    onUnconfirmed?.();
    await delay(20, undefined, signal && { signal });
  }
}

/** `uint32 header length, uint32 blob length`, the header as JSON, and a frame's picture. */
export function encode({ snapshot, ...header }: Message): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const blob = snapshot ?? new Uint8Array();
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.byteLength, 0);
  prefix.writeUInt32BE(blob.byteLength, 4);
  return Buffer.concat([prefix, text, blob]);
}
