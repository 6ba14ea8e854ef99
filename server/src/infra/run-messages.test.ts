import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunMessage } from '../ports.ts';
import { maxBlobBytes, maxHeaderBytes, readRunMessages } from './run-messages.ts';

const frame = (index: number, snapshot: Uint8Array | null): RunMessage => ({
  type: 'frame',
  index,
  timestampMs: index * 40,
  width: 640,
  height: 480,
  tracks: [
    { trackNumber: 1, change: 'entered', label: 'pérson', confidence: 0.5, box: { x: 1, y: 2, width: 3, height: 4 } },
  ],
  nextTrackNumber: 2,
  snapshot,
});

const run: RunMessage[] = [
  { type: 'opened', framesTotal: null, model: { name: 'm', version: '1', digest: 'sha256:0' } },
  frame(
    0,
    Uint8Array.from({ length: 5_000 }, (_, n) => n % 256),
  ),
  frame(1, null),
  frame(2, new Uint8Array([1])),
  { type: 'ended' },
];

function encode(message: object): Uint8Array {
  const { snapshot, ...header } = message as { snapshot?: Uint8Array | null };
  const text = Buffer.from(JSON.stringify(header));
  const blob = snapshot ?? new Uint8Array();
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.byteLength, 0);
  prefix.writeUInt32BE(blob.byteLength, 4);
  return Buffer.concat([prefix, text, blob]);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.slice(start, start + size);
}

async function* cutAt(bytes: Uint8Array, place: number): AsyncGenerator<Uint8Array> {
  yield bytes.slice(0, place);
  yield bytes.slice(place);
}

async function collect(messages: AsyncIterable<RunMessage>): Promise<RunMessage[]> {
  const collected: RunMessage[] = [];
  for await (const message of messages) collected.push(message);
  return collected;
}

const encodedRun = Buffer.concat(run.map(encode));

test('messages come out the same however the network cuts the bytes', async () => {
  for (const size of [1, 2, 3, 7, 8, 9, 64, 1_000, encodedRun.byteLength]) {
    assert.deepEqual(await collect(readRunMessages(pieces(encodedRun, size))), run, `pieces of ${size}`);
  }
  for (let place = 0; place <= 400; place += 1) {
    assert.deepEqual(await collect(readRunMessages(cutAt(encodedRun, place))), run, `cut at ${place}`);
  }
});

test('a run that breaks off in the middle of a message throws after the whole ones', async () => {
  const seen: RunMessage[] = [];
  const reading = async () => {
    for await (const message of readRunMessages(pieces(encodedRun.subarray(0, 600), 600))) seen.push(message);
  };
  await assert.rejects(reading(), /in the middle/);
  assert.deepEqual(seen, run.slice(0, 1));
});

test('a message larger than anything real is refused by its announcement', async () => {
  for (const [header, blob] of [
    [maxHeaderBytes + 1, 0],
    [10, maxBlobBytes + 1],
  ] as const) {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(header, 0);
    prefix.writeUInt32BE(blob, 4);
    await assert.rejects(collect(readRunMessages(pieces(prefix, 8))), /announced/);
  }
});

test('a header that is not what was agreed throws', async () => {
  for (const header of [{ type: 'surprise' }, { type: 'frame', index: -1 }, { type: 'opened' }]) {
    await assert.rejects(collect(readRunMessages(pieces(encode(header), 1_000))));
  }
});
