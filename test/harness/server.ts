import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '@sightline/server/app';
import type { App, AppOptions } from '@sightline/server/app';
import { loadConfig } from '@sightline/server/config';
import { createLogger } from '@sightline/server/infra/logger';
import type { Clock, Inference } from '@sightline/server/ports';
import { report } from '../security/report.ts';
import { createTestDatabase } from './database.ts';
import { createFakeInference } from './fake-inference.ts';
import { testRedisUrl } from './redis.ts';
import { searchSecrets } from './secrets.ts';

export type TestServer = AsyncDisposable & {
  readonly url: string;
  readonly app: App;
  readonly databaseUrl: string;
  /** Where a test may put pictures that sources are allowed to read. */
  readonly sourceDirectory: string;
  /** Every log line so far. */
  readonly logs: string[];
};

type Options = {
  bus?: 'memory' | 'redis';
  inference?: Inference;
  clock?: Clock;
  /** A database that another server of the same test uses too. */
  databaseUrl?: string;
  env?: Record<string, string>;
  /** Other ports: mailer, keys, breachCheck, places, safeFetch. */
  ports?: Partial<Omit<AppOptions, 'config' | 'log'>>;
};

export const serviceToken = 'service-token-for-tests-0123456789abcdef';

/** A real server in this process: real HTTP on a free port, a database of its own, the bus that is asked for. */
export async function startTestServer(options: Options = {}): Promise<TestServer> {
  await using opening = new AsyncDisposableStack();
  const databaseUrl = options.databaseUrl ?? opening.use(await createTestDatabase()).url;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sightline-test-'));
  opening.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    DATA_DIR: dataDirectory,
    SOURCE_DIRS: dataDirectory,
    SERVICE_TOKEN: serviceToken,
    SIGNING_KEY: 'signing-key-for-tests-0123456789abcdefgh',
    LOG_LEVEL: 'info',
    // All people of a test come from one address.
    SIGN_UPS_PER_HOUR: '1000000',
    REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000',
    // Every test runs behind the second fence.
    ROW_SECURITY: 'required',
    ...(options.bus === 'redis' && { REDIS_URL: testRedisUrl() ?? undefined }),
    ...options.env,
  });
  const logs: string[] = [];
  // Once the server is gone, and before its database is.
  opening.defer(async () => {
    const redisUrl = options.bus === 'redis' ? testRedisUrl() : null;
    const { searched, found } = await searchSecrets({ databaseUrl, logs, directory: dataDirectory, redisUrl });
    report('secrets searched', { tried: searched, found: found.length }, found.length > 0 ? { first: found[0]! } : {});
    assert.deepEqual(found, [], 'secrets that were told in this test were kept');
  });
  const log = createLogger(config.logLevel, { write: (line) => void logs.push(line) });
  const app = opening.use(
    await startApp({
      config,
      log,
      inference: options.inference ?? createFakeInference().inference,
      ...(options.clock && { clock: options.clock }),
      ...options.ports,
    }),
  );
  const open = opening.move();
  return {
    url: app.url,
    app,
    databaseUrl,
    sourceDirectory: dataDirectory,
    logs,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
