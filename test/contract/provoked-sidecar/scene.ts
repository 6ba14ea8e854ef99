import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createLogger } from '@sightline/inference/logger';
import { identityNetwork, writeNetwork } from '../../inference/oip-models.ts';
import { twoBlobs } from '../../inference/pictures.ts';
import { bearer, localToken, startSidecar } from '../../inference/sidecar.ts';
import type { TestSidecar } from '../../inference/sidecar.ts';
import { writeTaskModels } from '../../inference/task-models.ts';
import { answerAsServer } from './callers.ts';
import { heardOf } from './heard.ts';
import type { Heard, Language } from './heard.ts';

export const bodyBytesMax = 40_000;

/** Sidecars on which every code can be provoked. */
type Sidecars = {
  main: TestSidecar;
  /** Has no room for any body. */
  tight: TestSidecar;
  /** Gives answers up before its model has any. */
  slow: TestSidecar;
  /** Has a bug for as long as `faults.clock` says. */
  faulty: TestSidecar;
};

export type World = AsyncDisposable & {
  sidecars: Sidecars;
  faults: { clock: boolean };
  picture: Uint8Array<ArrayBuffer>;
};

export type Scene = World & { language: Language };

const inline = { kind: 'local', placement: 'inline', count: 1, threads: 1 };
const apart = { ...inline, placement: 'engines' };

export async function startWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const faults = { clock: false };
  const start = async (...how: Parameters<typeof startSidecar>) => opening.use(await startSidecar(...how));
  const nowMs = Date.now();
  const [main, tight, slow, faulty, picture] = await Promise.all([
    start(
      {
        ...{ serverUrl: 'http://server.example', bodyBytesMax, imagePixelsMax: 100_000, cacheEntriesMax: 0 },
        ...{ ffmpegPath: '/nowhere/ffmpeg', sessionCountMax: 2 },
      },
      // Time stands still: what was used up stays so.
      {
        ...{ fetch: answerAsServer, now: () => nowMs },
        engineEntries: { thread: new URL('failing-engine.ts', import.meta.url) },
      },
    ),
    start({ pendingBytesMax: 10 }),
    start({ blobsDelayMs: 200, predictTimeoutMs: 50, cacheEntriesMax: 0 }),
    start(
      { rateLimits: { organization: null, key: null, local: 1_000_000 } },
      {
        log: createLogger('silent'),
        now() {
          if (faults.clock) throw new Error('The clock is broken.');
          return nowMs;
        },
      },
    ),
    twoBlobs(),
  ]);
  const directory = join(main.folder, 'models');
  await writeTaskModels(main.folder);
  await writeNetwork(directory, 'float32', { 1: identityNetwork('float32') }, { engine: inline });
  await writeNetwork(directory, 'apart', { 1: identityNetwork('float32') }, { engine: apart });
  await writeNetwork(
    directory,
    'broken',
    { 1: identityNetwork('float32') },
    { digests: { 1: `sha256:${'0'.repeat(64)}` } },
  );
  for (const what of ['float32/load', 'apart/load', 'faces/load', 'faces/unload']) {
    const url = `${main.url}/v2/repository/models/${what}`;
    const { ok, status } = await fetch(url, { method: 'POST', headers: bearer(localToken) });
    if (!ok) throw new Error(`${what}: ${status}`);
  }
  // The only one of the minute.
  await (await fetch(`${main.url}/models`, { headers: bearer('hasty') })).body?.cancel();
  const open = opening.move();
  return {
    ...{ sidecars: { main, tight, slow, faulty }, faults, picture },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

export type Asked = {
  sidecar?: keyof Sidecars;
  /** Null: nobody says who asks. */
  token?: string | null;
  headers?: Record<string, string>;
  method?: string;
  body?: BodyInit | null;
};

const raw = { 'content-type': 'application/octet-stream' };

/** Sends a request, a picture unless it says otherwise. */
export async function send(scene: Scene, path: string, asked: Asked = {}): Promise<Heard> {
  const { sidecar = 'main', token = localToken, headers = raw, method = 'POST', body } = asked;
  const response = await fetch(`${scene.sidecars[sidecar].url}${path}`, {
    method,
    headers: { 'accept-language': scene.language, ...(token !== null && bearer(token)), ...headers },
    ...(method !== 'GET' && { body: body === undefined ? scene.picture : body }),
  });
  return heardOf(response);
}

/** A form for DeepStack's route; `picture` null leaves it out. */
export function formOf(picture: Uint8Array<ArrayBuffer> | null, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (picture) form.append('image', new Blob([picture]), 'picture.png');
  return form;
}

/** What a model of two floats is asked, as the protocol's binary form has it. */
export type Tensor = { parameters?: object; data?: number[]; json?: string; shape?: number[] };

export function messageOf({ parameters = {}, data = [1, 2], json, shape = [1, 2] }: Tensor) {
  const input = { name: 'x', datatype: 'FP32', shape, parameters: { binary_data_size: data.length * 4 } };
  const head = json ?? JSON.stringify({ inputs: [input], parameters: { binary_data_output: true, ...parameters } });
  return {
    headLength: Buffer.byteLength(head),
    body: Buffer.concat([Buffer.from(head), Buffer.from(new Float32Array(data).buffer)]),
  };
}

/** A whole request, written to a new connection as it is; what comes back on it. */
export async function onSocket(url: string, request: string | Buffer, ends = false): Promise<Heard> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  try {
    await once(socket, 'connect');
    if (ends) socket.end(request);
    else socket.write(request);
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) continue;
      const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const body = received.subarray(end + 4);
      const length = Number(headers['content-length'] ?? 0);
      if (body.byteLength < length) continue;
      if (body.byteLength > length) throw new Error(`Two answers to one request: ${received.toString('latin1')}`);
      return { status: Number(first.split(' ')[1]), headers, body: body.toString() };
    }
    throw new Error(`The connection ended: ${received.toString('latin1')}`);
  } finally {
    socket.destroy();
  }
}
