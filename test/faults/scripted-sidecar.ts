import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@sightline/server/ports';

/** Changes in each frame: enough that a crash falls between events of one frame sooner or later. */
export const eventsPerFrame = 4;

type Options = {
  frameEveryMs: number;
  /** Told of each frame whose batch the server confirmed: it must not be lost from here on. */
  onConfirmed?: (frameIndex: number) => void;
};

/**
 * A sidecar whose source has no end until `finish` is called: `eventsPerFrame` events in every frame, from wherever the
 * server asks it to go on. It speaks the real protocol over HTTP, to servers in other processes: numbered batches, each
 * sent again until it is confirmed.
 */
export async function startScriptedSidecar({ frameEveryMs, onConfirmed }: Options) {
  let isFinished = false;
  const firstFrames: number[] = [];

  async function run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const spec = (await json(request)) as RunSpec & { deliver: { token: string } };
    firstFrames.push(spec.startFrameIndex);
    response.writeHead(200, { 'content-type': 'application/vnd.sightline.run' });
    response.flushHeaders();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const model = { name: 'scripted', version: '1', digest: 'sha256:0' };
    let seq = 1;
    await deliver(spec, seq, [message({ type: 'opened', framesTotal: null, model })], gone.signal);
    for (let index = spec.startFrameIndex; !isFinished && !response.destroyed; index += 2) {
      const frames = [index, index + 1];
      // Backpressure as in the real one: the next frames wait until the server has confirmed these.
      await deliver(
        spec,
        (seq += 1),
        frames.map((one) => message(frame(one))),
        gone.signal,
      );
      for (const one of frames) onConfirmed?.(one);
      response.write(message({ type: 'progress', acceptedSeq: seq }));
      await delay(frameEveryMs);
    }
    response.end(message({ type: 'ended' }));
  }

  const server = createServer((request, response) => {
    response.on('error', () => {});
    if (request.url === '/sessions') run(request, response).catch(() => response.destroy());
    else response.writeHead(200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where each run was asked to begin. */
    firstFrames,
    finish(): void {
      isFinished = true;
    },
    async [Symbol.asyncDispose]() {
      isFinished = true;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Posts one batch until it is confirmed. Throws when it is refused, or when the server that asked is gone. */
async function deliver(
  { deliver: { url, token, attempt } }: RunSpec & { deliver: { token: string } },
  seq: number,
  messages: Buffer[],
  signal: AbortSignal,
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
      signal,
    }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && text) return;
    signal.throwIfAborted();
    if (answer && answer.status < 500) throw new Error(`Batch ${attempt}.${seq} was refused: ${text}`);
    await delay(20, undefined, { signal });
  }
}

const frame = (index: number) => ({
  type: 'frame',
  index,
  timestampMs: index * 40,
  width: 100,
  height: 100,
  tracks: Array.from({ length: eventsPerFrame }, (_, n) => ({
    trackNumber: n + 1,
    change: index === 0 ? 'entered' : 'updated',
    label: 'person',
    confidence: 0.5,
    box: { x: index % 50, y: n, width: 10, height: 10 },
  })),
  nextTrackNumber: eventsPerFrame + 1,
});

function message(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.byteLength, 0);
  return Buffer.concat([prefix, text]);
}
