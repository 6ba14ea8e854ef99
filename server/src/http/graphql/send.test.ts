import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { Frames } from './fan-out/frames.ts';
import { createBacklog, createWriter } from './send.ts';

/** A socket whose reader takes what the test says. */
function openFake({ mostBytes = 1_000_000, stallMs = 60_000, backlog = createBacklog(10_000_000) } = {}) {
  const wire: string[] = [];
  const closed: unknown[] = [];
  let slow = 0;
  let cutOff = 0;
  const connection = Object.assign(new EventEmitter(), {
    destroyed: false,
    bytesWritten: 0,
    writableLength: 0,
    writableNeedDrain: false,
    write(bytes: Buffer) {
      wire.push(bytes.toString('latin1'));
      return !connection.writableNeedDrain;
    },
  });
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    CLOSED: 3,
    readyState: 1,
    send: (data: string) => void wire.push(data),
    close(...args: unknown[]) {
      closed.push(args);
      socket.readyState = 2;
    },
    terminate: () => void (cutOff += 1),
  });
  Object.defineProperty(socket, 'bufferedAmount', { get: () => connection.writableLength });
  const writer = createWriter({
    ...{ socket: socket as unknown as WebSocket, connection: connection as unknown as Socket, backlog },
    ...{ mostBytes, stallMs, onSlow: () => (slow += 1) },
  });
  /** So many bytes are unsent, of all that were ever written. */
  function fill(bytes: number, written = bytes): void {
    connection.bytesWritten = written;
    connection.writableLength = bytes;
    connection.writableNeedDrain = bytes > 0;
    if (bytes === 0) connection.emit('drain');
  }
  return { writer, wire, closed, fill, slow: () => slow, cutOff: () => cutOff };
}

const frames = () => new Frames([{ text: '{"data":1}', cursor: '1' }]);
const tooSlow = [[1013, 'READER_TOO_SLOW']];

test('a reader that keeps up never makes the sender wait', () => {
  const { writer, wire } = openFake();
  assert.equal(writer.send('a'), undefined);
  assert.deepEqual(wire, ['a']);
});

test('a reader that falls behind is waited for', async () => {
  const { writer, fill } = openFake();
  fill(500_000);
  const sending = writer.send('a');
  assert.ok(sending instanceof Promise);
  fill(0);
  await sending;
});

test('a reader that is too far behind is closed once, and sent nothing more', () => {
  const { writer, wire, closed, slow, fill } = openFake();
  fill(1_000_001);
  void writer.send('a');
  void writer.send('b');
  assert.equal(writer.sinkOf('1')?.write(frames()), true);
  assert.deepEqual([wire, closed, slow()], [[], tooSlow, 1]);
});

test('a reader that takes nothing is closed, and one that takes something is not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { writer, closed, fill, cutOff } = openFake({ stallMs: 1_000 });
  fill(100_000);
  void writer.send('a');
  assert.equal(writer.isBehind, true);
  fill(0);
  assert.equal(writer.isBehind, false);
  t.mock.timers.tick(2_000);
  fill(100_000);
  void writer.send('b');
  for (const left of [90_000, 80_000, 70_000]) {
    t.mock.timers.tick(900);
    fill(left, 100_000);
    t.mock.timers.tick(100);
  }
  assert.deepEqual(closed, [], 'slow, and not stalled');
  t.mock.timers.tick(1_000);
  assert.deepEqual([closed, writer.isBehind, cutOff()], [tooSlow, true, 0]);
  t.mock.timers.tick(5_000);
  assert.equal(cutOff(), 1);
});

test('frames that many are sent carry each reader’s id, at any length', () => {
  for (const length of [1, 100, 125, 126, 60_000, 70_000]) {
    const text = JSON.stringify({ data: 'x'.repeat(length) });
    const both = new Frames([1, 2].map((n) => ({ text, cursor: String(n) })));
    for (const id of ['a', 'b', 'longer"']) {
      const { writer, wire } = openFake();
      assert.equal(writer.sinkOf(id)?.write(both), true);
      assert.deepEqual(
        messagesIn(Buffer.from(wire.join(''), 'latin1')),
        Array.from({ length: 2 }, () => ({ id, type: 'next', payload: JSON.parse(text) as unknown })),
      );
    }
  }
});

test('a full socket says so, and its bytes are not written over for the next', () => {
  const [slow, quick] = [openFake(), openFake()];
  const both = frames();
  const held: Buffer[] = [];
  slow.fill(70_000);
  const bytesOf = (head: string) => both.forSocket(Buffer.from(head));
  assert.equal(slow.writer.sinkOf('s')?.write(both), false);
  held.push(bytesOf('{"id":"1"'));
  both.keep();
  const before = held[0]!.toString();
  assert.equal(quick.writer.sinkOf('q')?.write(both), true);
  assert.equal(held[0]!.toString(), before);
  assert.equal(quick.writer.sinkOf('x'.repeat(300)), undefined);
});

test('beyond what all sockets may hold together the fullest goes first', () => {
  const backlog = createBacklog(1_000_000);
  const [small, large] = [openFake({ backlog }), openFake({ backlog })];
  small.fill(300_000);
  large.fill(900_000);
  void large.writer.send('a');
  assert.deepEqual([small.closed, large.closed], [[], []]);
  const { now } = performance;
  performance.now = () => now.call(performance) + 1_000;
  try {
    void small.writer.send('a');
  } finally {
    performance.now = now;
  }
  assert.deepEqual([small.closed, large.closed], [[], tooSlow]);
  assert.deepEqual([small.cutOff(), large.cutOff()], [0, 1], 'what it held is let go of');
});

/** What a client reads from whole, unmasked frames. */
function messagesIn(bytes: Buffer): unknown[] {
  const messages: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    assert.equal(bytes[at], 0x81);
    const short = bytes[at + 1]!;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      header === 2 ? short : header === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    messages.push(JSON.parse(bytes.subarray(at + header, at + header + length).toString()));
    at += header + length;
  }
  return messages;
}
