import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { encode, postUntilConfirmed } from './post-batch.ts';
import type { Delivering } from './post-batch.ts';

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
    const spec = (await json(request)) as Delivering;
    firstFrames.push(spec.startFrameIndex);
    response.writeHead(200, { 'content-type': 'application/vnd.sightline.run' });
    response.flushHeaders();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const model = { name: 'scripted', version: '1', digest: 'sha256:0' };
    let seq = 1;
    await postUntilConfirmed(spec, seq, [encode({ type: 'opened', framesTotal: null, model })], {
      signal: gone.signal,
    });
    for (let index = spec.startFrameIndex; !isFinished && !response.destroyed; index += 2) {
      const frames = [index, index + 1];
      // Backpressure as in the real one: the next frames wait until the server has confirmed these.
      await postUntilConfirmed(
        spec,
        (seq += 1),
        frames.map((one) => encode(frame(one))),
        { signal: gone.signal },
      );
      for (const one of frames) onConfirmed?.(one);
      response.write(encode({ type: 'progress', acceptedSeq: seq }));
      await delay(frameEveryMs);
    }
    response.end(encode({ type: 'ended' }));
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

/**
 * The index of each frame once for every time that all of its events are stored; what is stored beyond that counts as one
 * time more. So a frame in part is lost, and one with an event too many is there twice.
 */
export function wholeFrames(rows: readonly { frameIndex: number | null }[]): string[] {
  const counts = new Map<number, number>();
  for (const { frameIndex } of rows) if (frameIndex !== null) counts.set(frameIndex, (counts.get(frameIndex) ?? 0) + 1);
  return [...counts].flatMap(([index, count]) =>
    count < eventsPerFrame ? [] : Array<string>(Math.ceil(count / eventsPerFrame)).fill(String(index)),
  );
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
