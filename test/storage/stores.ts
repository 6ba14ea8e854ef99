import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskStorage } from '@sightline/server/infra/disk-storage';
import { createS3Storage } from '@sightline/server/infra/s3-storage';
import type { Clock, ObjectStorage } from '@sightline/server/ports';
import S3rver from 's3rver';
import { startTestServer } from '../harness/server.ts';

export type TestStore<Storage = ObjectStorage> = AsyncDisposable & { storage: Storage };

/** The disk, its links answered by a real server. */
export async function openDisk({ clock }: { clock?: Clock } = {}) {
  await using opening = new AsyncDisposableStack();
  const signingKey = 'a signing key for storage tests, long';
  const server = opening.use(await startTestServer({ env: { SIGNING_KEY: signingKey }, ...(clock && { clock }) }));
  const directory = join(server.sourceDirectory, 'files');
  const storage = createDiskStorage({ directory, signingKey, publicUrl: () => server.url, ...(clock && { clock }) });
  const open = opening.move();
  return { storage, directory, server, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** S3 as `s3rver` plays it. It does not look at signatures, so nothing about forged links is learned here. */
export async function openS3(): Promise<TestStore> {
  const directory = await mkdtemp(join(tmpdir(), 'sightline-s3-'));
  const configureBuckets = [{ name: 'sightline' }];
  const s3 = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets });
  const { port } = await s3.run();
  const storage = createS3Storage({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'sightline',
    region: 'us-east-1',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  });
  return {
    storage,
    async [Symbol.asyncDispose]() {
      await s3.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
