import assert from 'node:assert/strict';
import { readdir, utimes, writeFile, mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from '../harness/until.ts';
import { createDiskStorage } from '@sightline/server/infra/disk-storage';
import type { SignedRequest } from '@sightline/server/ports';
import { movableClock } from '../harness/movable-clock.ts';
import { openDisk } from './stores.ts';

const key = 'uploads/one';
const allowed = (change: Partial<SignedRequest> = {}): SignedRequest => ({
  method: 'GET',
  key,
  expiresAt: new Date(Date.now() + 60_000),
  contentType: 'image/png',
  byteSize: 7,
  ...change,
});
const picture = new TextEncoder().encode('picture');
const type = { 'content-type': 'image/png' };

async function expectCode(response: Response, status: number, code: string): Promise<void> {
  const body = (await response.json()) as { error: { code: string; requestId: string } };
  assert.equal(response.status, status, JSON.stringify(body));
  assert.equal(body.error.code, code);
  assert.equal(response.headers.get('x-request-id'), body.error.requestId);
}

describe('links of the disk', () => {
  test('changing any part of a link makes it worthless', async () => {
    await using disk = await openDisk();
    const { storage } = disk;
    await storage.put(key, picture, 'image/png');
    await storage.put('uploads/two', picture, 'image/png');
    const url = await storage.sign(allowed());
    const changes: ((link: URL) => void)[] = [
      (link) => (link.pathname = '/files/uploads/two'),
      (link) => link.searchParams.set('expires', String(Number(link.searchParams.get('expires')) + 1)),
      (link) => link.searchParams.set('type', 'text/html'),
      (link) => link.searchParams.set('size', '8'),
      (link) => link.searchParams.set('method', 'PUT'),
      (link) => link.searchParams.set('signature', `${link.searchParams.get('signature')?.slice(0, -1)}_`),
      (link) => link.searchParams.delete('signature'),
      (link) => link.searchParams.append('type', 'text/html'),
      (link) => (link.search = ''),
      (link) => (link.pathname = '/files/..%2f..%2fetc%2fpasswd'),
    ];
    for (const change of changes) {
      const link = new URL(url);
      change(link);
      await expectCode(await fetch(link), 403, 'LINK_INVALID');
    }
    assert.equal((await fetch(url)).status, 200);
  });

  test('a link to read cannot write, and one to write cannot read', async () => {
    await using disk = await openDisk();
    const { storage } = disk;
    await storage.put(key, picture, 'image/png');
    const [read, write] = [await storage.sign(allowed()), await storage.sign(allowed({ method: 'PUT' }))];
    await expectCode(await fetch(read, { method: 'PUT', body: picture, headers: type }), 403, 'LINK_INVALID');
    await expectCode(await fetch(write), 403, 'LINK_INVALID');
  });

  test('a link made with another key is refused', async () => {
    await using disk = await openDisk();
    const { directory, server } = disk;
    const signingKey = 'another key of at least 32 characters';
    const foreign = createDiskStorage({ directory, signingKey, publicUrl: () => server.url });
    await expectCode(await fetch(await foreign.sign(allowed())), 403, 'LINK_INVALID');
  });

  test('a link ends when it was said to', async () => {
    const clock = movableClock();
    await using disk = await openDisk({ clock });
    const { storage } = disk;
    await storage.put(key, picture, 'image/png');
    const { links } = storage;
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const url = new URL(await storage.sign(allowed({ expiresAt })));
    const link = { method: 'GET', key, query: Object.fromEntries(url.searchParams) };
    assert.equal(links.verify(link).key, key);
    clock.advance({ ms: 59_000 });
    assert.equal(links.verify(link).key, key);
    clock.advance({ ms: 2_000 });
    assert.throws(() => links.verify(link), { code: 'LINK_INVALID', message: /expired/ });
  });

  test('a file that is gone is not found', async () => {
    await using disk = await openDisk();
    await expectCode(await fetch(await disk.storage.sign(allowed())), 404, 'NOT_FOUND');
  });

  test('what people upload cannot run as a page of ours', async () => {
    await using disk = await openDisk();
    const { storage } = disk;
    await storage.put(key, picture, 'text/html');
    const { headers } = await fetch(await storage.sign(allowed({ contentType: 'text/html' })));
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-disposition'), 'attachment');
    assert.match(headers.get('content-security-policy') ?? '', /sandbox/);
    assert.match(headers.get('cache-control') ?? '', /^private, max-age=\d+, immutable$/);
  });
});

describe('uploads to the disk', () => {
  test('another type or size than announced is refused and nothing is stored', async () => {
    await using disk = await openDisk();
    const { storage } = disk;
    const url = await storage.sign(allowed({ method: 'PUT' }));
    const put = (body: BodyInit, headers: Record<string, string> = type) =>
      fetch(url, { method: 'PUT', body, headers, duplex: 'half' } as RequestInit);
    const streamed = (bytes: string) => new Blob([bytes]).stream();
    await expectCode(await put(picture, { 'content-type': 'text/html' }), 400, 'UPLOAD_MISMATCH');
    await expectCode(await put('pictures, more of them'), 413, 'BODY_TOO_LARGE');
    await expectCode(await put('few'), 400, 'UPLOAD_MISMATCH');
    // Chunked: nothing is announced, so only counting tells.
    await expectCode(await put(streamed('pictures, more of them')), 413, 'BODY_TOO_LARGE');
    await expectCode(await put(streamed('few')), 400, 'UPLOAD_MISMATCH');
    assert.equal(await storage.size(key), null);
    assert.deepEqual(await leftovers(disk.directory), []);
    assert.equal((await put(streamed('picture'))).status, 204);
    assert.equal(await storage.size(key), 7);
  });

  test('repeating an upload is safe', async () => {
    await using disk = await openDisk();
    const url = await disk.storage.sign(allowed({ method: 'PUT' }));
    for (let n = 0; n < 2; n += 1) {
      assert.equal((await fetch(url, { method: 'PUT', body: picture, headers: type })).status, 204);
    }
  });

  test('a caller who hangs up leaves nothing behind', async () => {
    await using disk = await openDisk();
    const { storage, directory } = disk;
    const url = await storage.sign(allowed({ method: 'PUT', byteSize: 1_000_000 }));
    const upload = request(url, { method: 'PUT', headers: { ...type, 'content-length': 1_000_000 } });
    upload.on('error', () => {});
    upload.write(Buffer.alloc(1_000));
    await until(async () => (await leftovers(directory)).length === 1);
    upload.destroy();
    await until(async () => (await leftovers(directory)).length === 0);
    assert.equal(await storage.size(key), null);
    assert.deepEqual(
      disk.server.logs.filter((line) => line.includes('"level":"error"')),
      [],
      'a hang-up is no error of ours',
    );
  });

  test('what a killed process left half-written is cleared away', async () => {
    await using disk = await openDisk();
    const { directory } = disk;
    await mkdir(join(directory, '.tmp'), { recursive: true });
    const [old, young] = [join(directory, '.tmp', 'old'), join(directory, '.tmp', 'young')];
    await writeFile(old, 'x');
    await writeFile(young, 'x');
    await utimes(old, new Date(0), new Date(0));
    await disk.storage.check();
    assert.deepEqual(await leftovers(directory), ['young']);
  });
});

async function leftovers(directory: string): Promise<string[]> {
  return readdir(join(directory, '.tmp')).catch(() => []);
}
