import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@sightline/inference/config';
import { loadConfig } from '@sightline/inference/config';
import type { DetectionPrediction } from '@sightline/inference/contract';
import { createLogger } from '@sightline/inference/logger';
import { createSidecar } from '@sightline/inference/sidecar';
import type { SidecarDeps } from '@sightline/inference/sidecar';

export const localToken = 'local-token-of-the-tests-0123456789';
export const serviceToken = 'service-token-of-the-tests-0123456789';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export type TestSidecar = Awaited<ReturnType<typeof startSidecar>>;

/** A sidecar with the made-up detector, listening and ready. `folder` is a place of its own that it may read from. */
export async function startSidecar(overrides: Partial<Config> = {}, deps: SidecarDeps = {}) {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sightline-inference-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const config: Config = {
    ...loadConfig({ MODEL: 'blobs', LOCAL_TOKEN: localToken, SERVICE_TOKEN: serviceToken, DATA_DIR: folder }),
    port: 0,
    sourceDirectories: [folder],
    ...overrides,
  };
  const sidecar = opened.use(await createSidecar(config, { log: createLogger('silent'), npm: null, ...deps }));
  const url = await sidecar.listen();
  await sidecar.ready;

  /** Posts to `/predict` with the local token unless `headers` say otherwise. */
  async function predict(body: BodyInit, headers: Record<string, string> = {}, query = ''): Promise<Response> {
    return fetch(`${url}/predict${query}`, { method: 'POST', body, headers: { ...bearer(localToken), ...headers } });
  }
  const lifetime = opened.move();
  return {
    url,
    folder,
    app: sidecar.app,
    predict,
    /** The answer to raw bytes that must succeed. */
    async see(bytes: Uint8Array<ArrayBuffer>, query = ''): Promise<DetectionPrediction> {
      const response = await predict(bytes, { 'content-type': 'application/octet-stream' }, query);
      const answer: unknown = await response.json();
      if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
      return answer as DetectionPrediction;
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** The code of a refusal, with its status: `413 BODY_TOO_LARGE`. */
export async function refusal(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string; message: string; requestId: string } };
  if (!error.message || error.requestId !== response.headers.get('x-request-id')) {
    throw new Error(`A refusal needs a message and the request's id: ${JSON.stringify(error)}`);
  }
  return `${response.status} ${error.code}`;
}
