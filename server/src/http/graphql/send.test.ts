import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { createSend } from './send.ts';

/** A socket whose buffer a test fills by hand. */
function fakeSocket(bufferedAmount: number) {
  const sent: string[] = [];
  const closed: unknown[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount,
    sent,
    closed,
    flush: () => {},
    send(data: string, done?: () => void) {
      sent.push(data);
      if (done) socket.flush = done;
    },
    close(...args: unknown[]) {
      closed.push(args);
      socket.readyState = 2;
    },
    terminate() {},
  };
  return socket;
}

const sendTo = (socket: ReturnType<typeof fakeSocket>, onSlow = () => {}) =>
  createSend(socket as unknown as WebSocket, 1_000_000, onSlow);

test('a reader that keeps up never makes the sender wait', () => {
  const socket = fakeSocket(0);
  assert.equal(sendTo(socket)('a'), undefined);
  assert.deepEqual(socket.sent, ['a']);
});

test('a reader that falls behind is waited for', async () => {
  const socket = fakeSocket(500_000);
  const sending = sendTo(socket)('a');
  assert.ok(sending instanceof Promise);
  socket.flush();
  await sending;
});

test('a reader that is too far behind is closed once, and sent nothing more', () => {
  const socket = fakeSocket(1_000_001);
  let slow = 0;
  const send = sendTo(socket, () => (slow += 1));
  void send('a');
  void send('b');
  assert.deepEqual([socket.sent, socket.closed, slow], [[], [[1013, 'READER_TOO_SLOW']], 1]);
});
