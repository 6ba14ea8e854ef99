import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { createS3Storage } from '@sightline/server/infra/s3-storage';
import { openDisk, openS3 } from './stores.ts';
import type { TestStore } from './stores.ts';

const stores: { name: string; open: () => Promise<TestStore> }[] = [
  { name: 'disk', open: openDisk },
  { name: 's3', open: openS3 },
];

const key = 'uploads/0198/a-b.c';
const text = (bytes: string) => new TextEncoder().encode(bytes);
const soon = () => new Date(Date.now() + 60_000);

for (const { name, open } of stores) {
  describe(`storage on ${name}`, () => {
    test('what is put is read back, byte for byte, and can be replaced', async () => {
      await using store = await open();
      const { storage } = store;
      const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
      await storage.put(key, bytes, 'image/jpeg');
      assert.equal(await storage.size(key), bytes.byteLength);
      assert.deepEqual(new Uint8Array(await buffer(await storage.read(key))), bytes);
      await storage.put(key, text('shorter'), 'image/jpeg');
      assert.equal(await storage.size(key), 7);
      assert.equal((await buffer(await storage.read(key))).toString(), 'shorter');
    });

    test('what is not there has no size and cannot be read; deleting it is no error', async () => {
      await using store = await open();
      const { storage } = store;
      assert.equal(await storage.size('no/such/file'), null);
      await assert.rejects(storage.read('no/such/file'), { code: 'NOT_FOUND' });
      await storage.delete('no/such/file');
      await storage.put(key, text('x'), 'text/plain');
      await storage.delete(key);
      assert.equal(await storage.size(key), null);
    });

    test('a link gives the bytes to anyone, with their type', async () => {
      await using store = await open();
      const { storage } = store;
      await storage.put(key, text('picture'), 'image/png');
      const url = await storage.sign({ method: 'GET', key, expiresAt: soon(), contentType: 'image/png', byteSize: 7 });
      const response = await fetch(url);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'image/png');
      assert.equal(response.headers.get('content-length'), '7');
      assert.equal(await response.text(), 'picture');
    });

    test('a link takes exactly the announced bytes', async () => {
      await using store = await open();
      const { storage } = store;
      const url = await storage.sign({ method: 'PUT', key, expiresAt: soon(), contentType: 'image/png', byteSize: 7 });
      const response = await fetch(url, {
        method: 'PUT',
        body: text('picture'),
        headers: { 'content-type': 'image/png' },
      });
      assert.ok(response.ok, String(response.status));
      assert.equal((await buffer(await storage.read(key))).toString(), 'picture');
    });

    test('it knows that it works', async () => {
      await using store = await open();
      await store.storage.check();
    });

    test('a key that leads elsewhere is refused before anything happens', async () => {
      await using store = await open();
      const { storage } = store;
      for (const bad of [
        '../secret',
        '/etc/passwd',
        'a/../b',
        '.hidden',
        'a//b',
        'a/',
        'A',
        'ä',
        'a\0b',
        'a b',
        '',
        'x'.repeat(600),
      ]) {
        await assert.rejects(async () => storage.put(bad, text('x'), 'text/plain'), /Not a storage key/, bad);
        await assert.rejects(async () => storage.read(bad), /Not a storage key/, bad);
      }
    });
  });
}

describe('s3', () => {
  test('an upload link binds type and size: both are part of what is signed', async () => {
    await using store = await openS3();
    const url = await store.storage.sign({
      method: 'PUT',
      key,
      expiresAt: soon(),
      contentType: 'image/png',
      byteSize: 7,
    });
    const { searchParams } = new URL(url);
    assert.equal(searchParams.get('X-Amz-SignedHeaders'), 'content-length;content-type;host');
    assert.ok(Number(searchParams.get('X-Amz-Expires')) <= 60);
  });

  test('a storage that cannot be reached, and a bucket that does not exist, are said to be unavailable', async () => {
    await using store = await openS3();
    const endpoint = new URL(
      await store.storage.sign({ method: 'GET', key, expiresAt: soon(), contentType: 'a', byteSize: 1 }),
    ).origin;
    const other = { bucket: 'no-such-bucket', region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    await assert.rejects(createS3Storage({ ...other, endpoint }).check(), { code: 'SERVICE_UNAVAILABLE' });
    const gone = createS3Storage({ ...other, endpoint: 'http://127.0.0.1:9' });
    await assert.rejects(gone.check(), { code: 'SERVICE_UNAVAILABLE' });
    await assert.rejects(gone.put(key, text('x'), 'text/plain'), { code: 'SERVICE_UNAVAILABLE' });
  });
});
