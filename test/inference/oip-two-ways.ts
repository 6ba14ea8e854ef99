import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import type { Config } from '@sightline/inference/config';
import { createLogger } from '@sightline/inference/logger';
import type { SidecarDeps } from '@sightline/inference/sidecar';
import type { DataType } from '@sightline/inference/models/onnx/graph';
import { types } from './oip-datatypes.ts';
import { identityNetwork, pairNetwork, reciprocalNetwork, scaleNetwork, writeNetwork } from './oip-models.ts';
import { startSidecar } from './sidecar.ts';

export type Sent = {
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  close?: boolean;
};
type Line = { time: string; durationMs?: number; requestId?: string; err?: { message: string } };
type Received = { status: number; headers: IncomingHttpHeaders; body: string };

/** A query sends a request through Fastify that would not go there otherwise, and changes nothing else. */
const byFastify = '?by=fastify';
const varying = ['date', 'x-request-id'];

/** A sidecar with small networks on the thread of HTTP, and what it says of them. */
export async function startWorld(overrides: Partial<Config> = {}, deps: SidecarDeps = {}, level = 'debug') {
  await using opened = new AsyncDisposableStack();
  const lines: string[] = [];
  const log = createLogger(level, { write: (line) => void lines.push(line) });
  const sidecar = opened.use(await startSidecar({ modelsLoadedMax: 100, ...overrides }, { log, ...deps }));
  const directory = join(sidecar.folder, 'models');
  const engine = { kind: 'local', placement: 'inline', count: 1, threads: 1 };
  const write = (name: string, versions: Record<string, Uint8Array>, config = {}) =>
    writeNetwork(directory, name, versions, { engine, ...config });
  for (const type of Object.keys(types) as DataType[]) await write(type, { 1: identityNetwork(type) });
  await write('text', { 1: identityNetwork('string', ['rows']) });
  await write('pair', { 1: pairNetwork() });
  await write('reciprocal', { 1: reciprocalNetwork() });
  await write('scale', { 1: scaleNetwork(2), 2: scaleNetwork(3) }, { serve: ['1', '2'] });
  await write('elsewhere', { 1: identityNetwork('float32') }, { engine: { ...engine, placement: 'engines' } });
  // Its connection is Node's from the first request on that goes by Fastify.
  const agent = new Agent({ keepAlive: true });
  opened.defer(() => agent.destroy());

  /** On a connection that nothing was sent on before. */
  async function sendFirst(sent: Sent): Promise<Received> {
    const own = new Agent({ keepAlive: true });
    try {
      return await send(sent, own);
    } finally {
      own.destroy();
    }
  }

  function send({ path, headers = {}, body = '', close = false }: Sent, by = agent): Promise<Received> {
    return new Promise((resolve, reject) => {
      const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
      const url = `${sidecar.url}/v2/models/${path}`;
      request(url, { method: 'POST', agent: close ? false : by, headers: all }, (response) => {
        const { statusCode: status = 0, headers: received } = response;
        const id = received['x-request-id'];
        for (const name of varying) if (received[name] !== undefined) received[name] = name;
        buffer(response).then((bytes) => {
          const text = bytes.toString('latin1');
          resolve({ status, headers: received, body: typeof id === 'string' ? text.replaceAll(id, 'its id') : text });
        }, reject);
      })
        .on('error', reject)
        .end(body);
    });
  }
  const figure = async (name: string): Promise<number> => {
    const text = await sidecar.app.inject({ url: '/metrics', headers: { host: 'localhost' } }).then(({ body }) => body);
    return Number(new RegExp(`^${name.replaceAll(/[{}"$:/.]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  const fastCount = () => figure('sightline_inference_fast_lane_total');
  const lifetime = opened.move();
  return {
    sidecar,
    lines,
    send: (sent: Sent) => send(sent),
    sendFirst,
    figure,
    fastCount,
    /** What comes back off the socket, by Fastify, and from Node's requests; and how many of each went without Fastify. */
    async everyWay([onSocket, byFastifyToo, byNode]: readonly [Sent, Sent, Sent]) {
      const counts: number[] = [];
      async function counted(answer: () => Promise<Received>): Promise<Received> {
        const before = await fastCount();
        const received = await answer();
        counts.push((await fastCount()) - before);
        return received;
      }
      const first = await counted(() => sendFirst(onSocket));
      const slow = await counted(() => send({ ...byFastifyToo, path: `${byFastifyToo.path}${byFastify}` }));
      const later = await counted(() => send(byNode));
      return { first, slow, later, counts };
    },
    /** Lines of the log since the last look, without what differs between any two requests. */
    takeLines(): object[] {
      return lines.splice(0).map((line) => {
        const { time: _time, durationMs: _ms, requestId: _id, err, ...rest } = JSON.parse(line) as Line;
        return { ...rest, ...(err && { message: err.message }) };
      });
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
