import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Engine } from '@sightline/inference/engine/engine';
import { startRemoteEngine } from '@sightline/inference/engine/remote/start-remote-engine';
import { createLogger } from '@sightline/inference/logger';
import { createMetrics } from '@sightline/inference/metrics';
import { modelConfigSchema } from '@sightline/inference/models/model-config';

export type Infer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const floats = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 2] });

/** An answer of two floats. */
export const pong: Infer = (_request, response) => {
  const outputs = [{ name: 'y', datatype: 'FP32', shape: [1, 2], data: [3, 4] }];
  response.end(JSON.stringify({ model_name: 'm', outputs }));
};

/**
 * A server of the protocol that does as it is told: `infer` may be changed at any time. It counts the connections that
 * inference came over.
 */
export async function startRemoteServer({
  infer = pong,
  inputs = [floats('x')],
  extensions = [],
}: { infer?: Infer; inputs?: object[]; extensions?: string[] } = {}) {
  const state = { infer, isReady: true, requests: 0, paths: [] as string[], tokens: new Set<string | undefined>() };
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    state.tokens.add(request.headers.authorization);
    if (path.endsWith('/infer')) {
      state.requests++;
      sockets.add(request.socket);
      const body = await buffer(request).catch(() => null);
      if (body) state.infer(request, response, body);
    } else if (path.endsWith('/ready')) response.writeHead(state.isReady ? 200 : 503).end();
    else if (path === '/v2') response.end(JSON.stringify({ name: 'fake', version: '1', extensions }));
    else {
      state.paths.push(path);
      response.end(JSON.stringify({ name: 'm', platform: 'fake', inputs, outputs: [floats('y')] }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    state,
    url: `http://127.0.0.1:${port}`,
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An engine that runs there. */
export function startEngineAt(
  url: string,
  engine: Record<string, unknown> = {},
  {
    startMsMax = 1_000,
    config = {},
    tokens = {},
    signal = new AbortController().signal,
  }: { startMsMax?: number; config?: object; tokens?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Engine> {
  return startRemoteEngine({
    model: {
      name: 'm',
      version: '1',
      config: modelConfigSchema.parse({
        ...{ task: 'tensors', licence: 'MIT', source: 'made', digests: {} },
        engine: { kind: 'remote', url, ...engine },
        ...config,
      }),
    },
    ...{ tokens, queueSize: 64, log: createLogger('silent'), metrics: createMetrics(), startMsMax, signal },
  });
}
