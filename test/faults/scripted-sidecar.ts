import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { closeOf } from '../harness/close-of.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@sightline/server/ports';

/** Changes in each frame: enough that a crash falls between events of one frame sooner or later. */
export const eventsPerFrame = 4;

/**
 * A sidecar whose source has no end until `finish` is called: `eventsPerFrame` events in every frame, from wherever the
 * server asks it to go on. It speaks the real protocol over HTTP, to servers in other processes.
 */
export async function startScriptedSidecar({ frameEveryMs }: { frameEveryMs: number }) {
  let isFinished = false;
  const firstFrames: number[] = [];

  async function run(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const spec = (await json(request)) as RunSpec;
    firstFrames.push(spec.startFrameIndex);
    response.writeHead(200, { 'content-type': 'application/vnd.sightline.run' });
    const model = { name: 'scripted', version: '1', digest: 'sha256:0' };
    response.write(message({ type: 'opened', framesTotal: null, model }));
    for (let index = spec.startFrameIndex; !isFinished && !response.destroyed; index += 1) {
      // Backpressure as in the real one: the next frame waits until the server has taken this one.
      if (!response.write(message(frame(index)))) await Promise.race([once(response, 'drain'), closeOf(response)]);
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
