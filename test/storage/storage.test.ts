import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

    test('a folder lists its files in the order of their keys, a part at a time, and nobody else’s', async () => {
      await using store = await open();
      const { storage } = store;
      const keys = ['a-b/x', 'a/b', 'a/c/1', 'a/c/2', 'a/c-d', 'a/c.e', 'ab/z'].toSorted();
      const before = Date.now() - 2_000;
      for (const each of keys) await storage.put(each, text(each), 'text/plain');
      const wanted = keys.filter((each) => each.startsWith('a/'));
      // What plays S3 here cannot give a part of what there is; see below for one that does.
      const most = name === 'disk' ? 2 : 1_000;
      const seen: string[] = [];
      for (;;) {
        const files = await storage.list('a/', { after: seen.toSorted().at(-1), most });
        if (files.length === 0) break;
        assert.ok(files.length <= most);
        for (const { key: found, storedAt } of files) {
          seen.push(found);
          assert.ok(storedAt.getTime() >= before && storedAt.getTime() <= Date.now() + 2_000);
        }
      }
      assert.deepEqual(name === 'disk' ? seen : seen.toSorted(), wanted);
      assert.deepEqual(await storage.list('a/c/', { most: 10 }).then((files) => files.map((file) => file.key)), [
        'a/c/1',
        'a/c/2',
      ]);
      assert.deepEqual(await storage.list('nothing/', { most: 10 }), []);
      for (const bad of ['a', '../', '/', '']) await assert.rejects(storage.list(bad, { most: 1 }));
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
  test('a folder of which a part is told at a time is listed to its end', async () => {
    const keys = ['a/1', 'a/2', 'a/3', 'a/4', 'a/5'];
    const bucket = createServer(({ url = '' }, response) => {
      const { pathname, searchParams: asked } = new URL(url, 'http://s3');
      assert.deepEqual([pathname, asked.get('list-type'), asked.get('prefix')], ['/b', '2', 'a/']);
      const part = keys
        .filter((each) => each > (asked.get('start-after') ?? ''))
        .slice(0, Number(asked.get('max-keys')));
      const contents = part.map(
        (each) => `<Contents>\n<Key>${each}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`,
      );
      response.end(`<?xml version="1.0"?><ListBucketResult><Prefix>a/</Prefix>${contents.join('')}</ListBucketResult>`);
    }).listen(0, '127.0.0.1');
    await once(bucket, 'listening');
    const { port } = bucket.address() as AddressInfo;
    const access = { region: 'x', accessKeyId: 'x', secretAccessKey: 'x' };
    const storage = createS3Storage({ endpoint: `http://127.0.0.1:${port}`, bucket: 'b', ...access });
    const first = await storage.list('a/', { most: 2 });
    assert.deepEqual(first, [
      { key: 'a/1', storedAt: new Date('2026-01-02T03:04:05Z') },
      { key: 'a/2', storedAt: new Date('2026-01-02T03:04:05Z') },
    ]);
    const rest = await storage.list('a/', { after: 'a/2', most: 1_000 });
    assert.deepEqual(
      rest.map((file) => file.key),
      ['a/3', 'a/4', 'a/5'],
    );
    assert.deepEqual(await storage.list('a/', { after: 'a/5', most: 2 }), []);
    bucket.close();
    bucket.closeAllConnections();
  });

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
