import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '@sightline/inference/config';
import { createSidecar } from '@sightline/inference/sidecar';
import type { SidecarDeps } from '@sightline/inference/sidecar';
import { createInferenceClient } from '@sightline/server/infra/inference-client';
import type { Inference } from '@sightline/server/ports';
import sharp from 'sharp';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';

export type WholeStack = AsyncDisposable & {
  url: string;
  inferenceUrl: string;
  server: TestServer;
  /** A folder of one's own. */
  folder(name: string): Promise<string>;
};

/** The real server and the real sidecar with the made-up detector, which finds red, green and blue. Nothing is downloaded. `delayMs` makes it slow; `env` and `sidecarEnv` are those of the two processes, `ports` other ports of the server, such as a mailer; `sidecarDeps` stands for what the sidecar reaches outside. */
export async function startWholeStack({
  delayMs = 0,
  env = {},
  sidecarEnv = {},
  sidecarDeps = {},
  ports = {},
}: {
  delayMs?: number;
  env?: Record<string, string>;
  sidecarEnv?: Record<string, string>;
  sidecarDeps?: SidecarDeps;
  ports?: NonNullable<NonNullable<Parameters<typeof startTestServer>[0]>['ports']>;
} = {}): Promise<WholeStack> {
  await using opening = new AsyncDisposableStack();
  // Each wants to know where the other is: the server learns it last, from a client that is put in place afterwards.
  let client: Inference | null = null;
  const inference: Inference = {
    run: (spec, signal) => present(client).run(spec, signal),
    check: () => present(client).check(),
  };
  const server = opening.use(await startTestServer({ inference, env, ports }));
  const config = loadConfig({
    INFERENCE_PORT: '0',
    DATA_DIR: join(server.sourceDirectory, 'inference'),
    MODEL: 'blobs',
    BLOBS_DELAY_MS: String(delayMs),
    SERVER_URL: server.url,
    SERVICE_TOKEN: serviceToken,
    SOURCE_DIRS: server.sourceDirectory,
    LOG_LEVEL: 'silent',
    PROGRESS: 'off',
    CORS_ORIGINS: server.url,
    ...sidecarEnv,
  });
  const sidecar = opening.use(await createSidecar(config, sidecarDeps));
  await sidecar.listen();
  await sidecar.ready;
  client = createInferenceClient({ url: sidecar.url, serviceToken });
  const open = opening.move();
  return {
    url: server.url,
    inferenceUrl: sidecar.url,
    server,
    async folder(name) {
      const path = join(server.sourceDirectory, 'pictures', name);
      await mkdir(path, { recursive: true });
      return path;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** A red square that walks to the right over grey, one picture per step. */
export async function writeWalk(folder: string, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const square = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#e01010' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 320, height: 240, channels: 3, background: '#808080' } })
      .composite([{ input: square, left: 40 + step * 10, top: 80 }])
      .jpeg({ quality: 90 })
      .toFile(join(folder, `${step + 1}.jpg`));
  }
}

function present(client: Inference | null): Inference {
  if (!client) throw new Error('The sidecar is not up yet.');
  return client;
}
