import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { createSidecar } from './sidecar.ts';

// Prints what `npm run generate` writes into openapi.json. It is put together without a network to run, and never listens.
const folder = await mkdtemp(join(tmpdir(), 'sightline-openapi-'));
try {
  const config = loadConfig({ MODEL: 'blobs', DATA_DIR: folder, LOG_LEVEL: 'silent', PROGRESS: 'off' });
  await using sidecar = await createSidecar(config, { log: createLogger('silent'), npm: null });
  await sidecar.ready;
  const answer = await sidecar.app.inject({ url: '/openapi.json', headers: { host: 'localhost' } });
  const document = answer.json<{ info: { version: string } }>();
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
