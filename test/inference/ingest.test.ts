import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import type { RunMessage } from '@sightline/inference/contract';
import { createDelivery, delivered } from '@sightline/inference/session/delivery';
import { until } from '../harness/until.ts';

type Batch = { name: string; headers: IncomingMessage['headers']; messages: { type: string; index?: number }[] };
type Answer = (response: ServerResponse, batch: Batch) => void | Promise<void>;

const json = (response: ServerResponse, status: number, body: object) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const seqOf = ({ name }: Batch) => Number(name.split('.')[1]);
const confirm: Answer = (response, batch) => json(response, 200, { acceptedSeq: seqOf(batch) });
const busy: Answer = (response) => json(response, 503, { error: { code: 'INGEST_BUSY', retryAfterMs: 5 } });

/** What a server is for a delivery. `answer` says how it takes each batch. */
async function startReceiver(answer: Answer) {
  const batches: Batch[] = [];
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void buffer(request).then(
      (body) => {
        const batch = {
          name: String(request.headers['x-batch']),
          headers: request.headers,
          messages: messagesIn(body),
        };
        batches.push(batch);
        return answer(response, batch);
      },
      () => undefined,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    batches,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/internal/sessions/s/batches`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function messagesIn(body: Buffer): Batch['messages'] {
  const messages: Batch['messages'] = [];
  for (let at = 0; at < body.length;) {
    const [header, blob] = [body.readUInt32BE(at), body.readUInt32BE(at + 4)];
    messages.push(JSON.parse(body.toString('utf8', at + 8, at + 8 + header)) as Batch['messages'][number]);
    at += 8 + header + blob;
  }
  return messages;
}

const opened: RunMessage = { type: 'opened', framesTotal: null, model: { name: 'm', version: '1', digest: 'd' } };
const frame = (index: number, snapshot: Uint8Array | null = null): RunMessage => ({
  ...{ type: 'frame', index, timestampMs: index, width: 10, height: 10, tracks: [], nextTrackNumber: 1, snapshot },
});

/** A run of so many frames, that counts how far it was read. */
function runOf(count: number, make = frame) {
  const read = { count: 0 };
  async function* messages(): AsyncGenerator<RunMessage> {
    yield opened;
    for (; read.count < count; read.count += 1) yield make(read.count);
    yield { type: 'ended' };
  }
  return { read, messages: messages() };
}

async function allOf(messages: AsyncIterable<RunMessage>): Promise<RunMessage[]> {
  const all: RunMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

const log = { info() {}, warn() {} };
const deliveryTo = (url: string, signal = new AbortController().signal, patienceMs = 20_000) =>
  createDelivery({
    deliver: { url, token: 'word', attempt: 3 },
    ...{ requestId: 'request-1', fetch, signal, log, patienceMs, retryMs: 5 },
  });

const framesIn = (batches: Batch[]) =>
  batches.flatMap(({ messages }) => messages.flatMap(({ type, index }) => (type === 'frame' ? [index] : [])));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
/** Of batches that came more than once the first. */
const firstOf = (batches: Batch[]) => [...new Map(batches.toReversed().map((batch) => [batch.name, batch])).values()];

test('a run is posted in numbered batches, and its answer says how far it is and how it ended', async () => {
  await using receiver = await startReceiver(confirm);
  const { messages } = runOf(200);
  const told = await allOf(delivered(messages, deliveryTo(receiver.url)));
  assert.deepEqual(
    receiver.batches.map(({ name }) => name),
    receiver.batches.map((_, index) => `3.${index + 1}`),
  );
  const [first] = receiver.batches;
  assert.equal(first?.messages[0]?.type, 'opened');
  assert.deepEqual(framesIn(receiver.batches), upTo(200));
  const { authorization, 'x-request-id': requestId, 'content-type': type } = first.headers;
  assert.deepEqual([authorization, requestId, type], ['Bearer word', 'request-1', 'application/vnd.sightline.run']);
  assert.ok(receiver.batches.every(({ messages: { length } }) => length <= 32));
  assert.deepEqual(told.slice(-2), [{ type: 'progress', acceptedSeq: receiver.batches.length }, { type: 'ended' }]);
});

test('whatever becomes of an answer, the same batch comes again until it is confirmed, and the next only then', async () => {
  // Every batch is lost on its way back, refused for now, and broken off, before it is confirmed.
  const troubles: Answer[] = [
    (response) => void response.destroy(),
    busy,
    (response) => json(response, 500, {}),
    (response) => void response.writeHead(200, { 'content-length': '30' }).write('{"accept', () => response.destroy()),
  ];
  const tries = new Map<string, string>();
  await using receiver = await startReceiver((response, batch) => {
    const said = JSON.stringify(batch.messages);
    const known = tries.get(batch.name);
    assert.ok(known === undefined || known === said, 'the same number, the same bytes');
    tries.set(batch.name, said);
    const trouble = troubles[receiver.batches.filter(({ name }) => name === batch.name).length - 1];
    return (trouble ?? confirm)(response, batch);
  });
  const { messages } = runOf(60);
  const told = await allOf(delivered(messages, deliveryTo(receiver.url)));
  assert.deepEqual(told.at(-1), { type: 'ended' });
  const numbers = receiver.batches.map(seqOf);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
    'no batch before the one before it is confirmed',
  );
  assert.deepEqual(framesIn(firstOf(receiver.batches).toReversed()), upTo(60));
});

test('a server that is busy slows the reader: four batches wait, and no more is read', async () => {
  let isBusy = true;
  await using receiver = await startReceiver((response, batch) => (isBusy ? busy : confirm)(response, batch));
  const picture = new Uint8Array(300_000);
  const { read, messages } = runOf(80, (index) => frame(index, picture));
  const answer = delivered(messages, deliveryTo(receiver.url), 5);
  const told: RunMessage[] = [];
  const reading = (async () => {
    for await (const message of answer) told.push(message);
  })();
  // It is asked again and again, says that it lives, and reads no further than four batches of two megabytes.
  await until(() => receiver.batches.length > 20 && told.length > 20);
  assert.ok(read.count <= 4 * 7, `${read.count} frames were read`);
  assert.ok(told.every((message) => message.type === 'progress' && message.acceptedSeq === 0));
  isBusy = false;
  await reading;
  assert.deepEqual(told.at(-1), { type: 'ended' });
  assert.deepEqual(framesIn(firstOf(receiver.batches).toReversed()), upTo(80));
});

for (const [name, status, code] of [
  ['a later attempt runs', 409, 'BATCH_OUT_OF_ORDER'],
  ['the token is not good', 401, 'UNAUTHENTICATED'],
  ['it is no batch', 400, 'INPUT_INVALID'],
] as const) {
  test(`a run ends at once when ${name}`, async () => {
    await using receiver = await startReceiver((response) => json(response, status, { error: { code } }));
    const { read, messages } = runOf(10_000);
    await assert.rejects(allOf(delivered(messages, deliveryTo(receiver.url))), new RegExp(code));
    assert.equal(receiver.batches.length, 1);
    assert.ok(read.count < 1_000);
  });
}

test('a server that does not come back is not waited for forever, and who hangs up is not waited for at all', async () => {
  const gone = 'http://127.0.0.1:9/internal/sessions/s/batches';
  await assert.rejects(allOf(delivered(runOf(10).messages, deliveryTo(gone, undefined, 200))), /fetch failed/);
  const hungUp = new AbortController();
  const endless = allOf(delivered(runOf(10).messages, deliveryTo(gone, hungUp.signal)));
  hungUp.abort(new Error('hung up'));
  await assert.rejects(endless, /hung up/);
});
