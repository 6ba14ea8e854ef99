import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, ConfigurationError, NotFoundError, ResponseInvalidError } from '@sightline/core';
import { startFakeServer } from '../fake-server.ts';

const picture = new Uint8Array([0xff, 0xd8, 0xff]);
const clientOf = (server: { url: string }) =>
  new Client({ baseUrl: server.url, inferenceUrl: server.url, token: 't', maxRetries: 0 });

test('what is asked of a model goes where it answers, and nothing that was not asked for', async () => {
  await using server = await startFakeServer();
  const body = { task: 'detection', detections: [], embeddings: [], models: [] };
  server.reply({ body, headers: { 'x-cache': 'hit', 'x-request-id': 'r-1' } });
  const client = clientOf(server);
  await client.predict(picture);
  await client.predict(new Blob([picture], { type: 'image/webp' }), {
    ...{ model: 'a/b', version: '1.0', labels: ['person', 'red car'], threshold: 0, max: 3 },
    ...{ embedding: true, priority: 'batch', requestId: 'mine' },
  });
  await client.analyze(picture, { model: 'm', overlay: true });
  const { data, response } = await client.redact(picture, { style: 'box', margin: 0.1 }).withResponse();
  await client.embed({ texts: ['a cat'] }, { priority: 'interactive' });
  assert.deepEqual(await client.models.list(), []);
  assert.deepEqual(
    server.requests.map(({ method, path, headers }) => [
      method,
      path,
      headers['content-type'],
      headers['authorization'],
    ]),
    [
      ['POST', '/predict', 'application/octet-stream'],
      [
        'POST',
        '/predict/a%2Fb/versions/1.0?labels=person%2Cred+car&threshold=0&max=3&embedding=true&priority=batch',
        'image/webp',
      ],
      ['POST', '/analyze/frame?model=m&overlay=true', 'application/octet-stream'],
      ['POST', '/redact?style=box&margin=0.1', 'application/octet-stream'],
      ['POST', '/embed?priority=interactive', 'application/json'],
      ['GET', '/models', undefined],
    ].map((row) => [...row, 'Bearer t']),
  );
  assert.equal(server.requests[1]?.headers['x-request-id'], 'mine');
  assert.deepEqual([...(server.requests[0]?.bytes ?? [])], [...picture]);
  assert.equal(server.requests[4]?.bytes.toString(), '{"texts":["a cat"]}');
  assert.ok(data instanceof Uint8Array);
  assert.deepEqual([response.headers.get('x-cache'), response.requestId, response.status], ['hit', 'r-1', 200]);
});

test('refusals, strangers and a sidecar that nobody named are told apart', async () => {
  await using server = await startFakeServer();
  const client = clientOf(server);
  server.reply({ status: 404, body: { error: { code: 'MODEL_NOT_INSTALLED', message: 'None.' } } });
  await assert.rejects(client.predict(picture, { model: 'none' }), NotFoundError);
  for (const body of [null, 7, 'text', [], { detections: 1 }, { task: undefined }]) {
    server.reply({ text: JSON.stringify(body) });
    await assert.rejects(client.predict(picture), ResponseInvalidError, JSON.stringify(body));
  }
  const nowhere = new Client({ baseUrl: server.url });
  for (const call of [nowhere.predict(picture), nowhere.redact(picture), nowhere.models.list()])
    await assert.rejects(call, ConfigurationError);
});
