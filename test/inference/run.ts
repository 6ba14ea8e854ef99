import type { RunMessage, RunSpec } from '@sightline/inference/contract';
import { bearer, serviceToken } from './sidecar.ts';

export const spec = (source: RunSpec['source'], overrides: Partial<RunSpec> = {}): RunSpec => ({
  sessionId: 'session-1',
  requestId: 'request-1',
  source,
  pipelines: ['detect'],
  profile: 'FAST',
  startFrameIndex: 0,
  nextTrackNumber: 1,
  ...overrides,
});

export type Frame = Extract<RunMessage, { type: 'frame' }>;

export const postRun = (url: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/sessions`, {
    method: 'POST',
    headers: { ...bearer(serviceToken), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

/** Starts a run and reads its messages as they come. Ending the loop early hangs up. */
export async function* run(url: string, body: RunSpec): AsyncGenerator<RunMessage> {
  const controller = new AbortController();
  try {
    const response = await postRun(url, body, controller.signal);
    if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
    let rest = Buffer.alloc(0);
    for await (const piece of response.body) {
      rest = Buffer.concat([rest, piece]);
      while (rest.length >= 8) {
        const [headerBytes, blobBytes] = [rest.readUInt32BE(0), rest.readUInt32BE(4)];
        const total = 8 + headerBytes + blobBytes;
        if (rest.length < total) break;
        const header = JSON.parse(rest.toString('utf8', 8, 8 + headerBytes)) as RunMessage;
        const blob = rest.subarray(8 + headerBytes, total);
        yield header.type === 'frame' ? { ...header, snapshot: blobBytes > 0 ? new Uint8Array(blob) : null } : header;
        rest = rest.subarray(total);
      }
    }
    if (rest.length > 0) throw new Error('The stream ended inside a message.');
  } finally {
    controller.abort();
  }
}

/** Everything a run says. */
export async function allOf(messages: AsyncIterable<RunMessage>): Promise<{ messages: RunMessage[]; frames: Frame[] }> {
  const all: RunMessage[] = [];
  for await (const message of messages) all.push(message);
  return { messages: all, frames: all.filter((message) => message.type === 'frame') };
}

/** Changes of a frame in short: `entered 1 red`. */
export const changesOf = ({ tracks }: Frame): string[] =>
  tracks.map(({ change, trackNumber, label }) => `${change} ${trackNumber} ${label}`);
