import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, InvalidRequestError } from '@sightline/core';
import { startFakeServer } from './fake-server.ts';
import type { FakeServer, Received } from './fake-server.ts';

function ticketOf(server: FakeServer) {
  return {
    data: {
      createUpload: {
        __typename: 'CreateUploadPayload',
        uploadId: 'upload-1',
        url: `${server.url}/files/1?signature=x`,
        method: 'PUT',
        headers: [{ name: 'content-type', value: 'image/jpeg' }],
        expiresAt: '2030-01-01T00:00:00.000Z',
      },
    },
  };
}

const stored = (request: Received) => (request.method === 'PUT' ? { status: 204, text: '' } : 'hang');

test('an upload sends exactly the announced bytes, says how far it is, and keeps the credential to itself', async () => {
  await using server = await startFakeServer();
  await using folder = await temporaryFolder();
  const bytes = Buffer.alloc(300_000, 7);
  await writeFile(join(folder.path, 'a.jpg'), bytes);
  server.reply(ticketOf(server), stored);
  const seen: number[] = [];
  const client = new Client({ baseUrl: server.url, token: 'secret' });
  const file = { name: 'a.jpg', data: await openAsBlob(join(folder.path, 'a.jpg')) };
  const { uploadId } = await client.sources.upload(file, {
    onProgress: ({ sentBytes, totalBytes }) => {
      assert.equal(totalBytes, bytes.length);
      seen.push(sentBytes);
    },
  });
  assert.equal(uploadId, 'upload-1');
  const [announced, sent] = server.requests;
  assert.deepEqual(announced?.variables, {
    input: { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: bytes.length },
  });
  assert.ok(sent && sent.bytes.equals(bytes));
  assert.equal(sent.headers['content-length'], String(bytes.length));
  assert.equal(sent.headers['content-type'], 'image/jpeg');
  assert.equal(sent.headers['transfer-encoding'], undefined);
  assert.equal(sent.headers.authorization, undefined);
  assert.equal(sent.headers['x-request-id'], undefined, 'a storage that checks signed headers would refuse more');
  assert.equal(seen.at(-1), bytes.length);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
});

test('sending the bytes is tried again: the link takes them once or twice alike', async () => {
  await using server = await startFakeServer();
  server.reply(ticketOf(server), 'cut', { status: 503, text: '' }, stored);
  const client = new Client({ baseUrl: server.url, backoff: () => 1 });
  const progress: number[] = [];
  const file = { name: 'b.jpg', data: new Uint8Array([1, 2, 3]) };
  await client.sources.upload(file, { onProgress: ({ sentBytes }) => progress.push(sentBytes) });
  assert.deepEqual([...(server.requests.at(-1)?.bytes ?? [])], [1, 2, 3]);
  assert.equal(server.requests.length, 4);
});

test('a file of unknown kind is refused before anything is sent, and the server has the last word', async () => {
  await using server = await startFakeServer();
  const client = new Client({ baseUrl: server.url });
  await assert.rejects(client.sources.upload({ name: 'notes.txt', data: new Uint8Array(1) }), InvalidRequestError);
  assert.equal(server.requests.length, 0);
  server.reply(ticketOf(server), {
    status: 400,
    body: { error: { code: 'UPLOAD_MISMATCH', message: 'Other bytes.' } },
  });
  await assert.rejects(client.sources.upload({ name: 'a.jpg', data: new Uint8Array(1) }), { code: 'UPLOAD_MISMATCH' });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-upload-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
