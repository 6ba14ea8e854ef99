import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { closeOf } from '../harness/close-of.ts';
import { until } from '../harness/until.ts';
import { startChaosProxy } from './chaos-proxy.ts';
import { chanceOf } from './seed.ts';

/** Says back what it hears. */
async function startEcho() {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function open(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  const heard: Buffer[] = [];
  socket.on('data', (chunk) => heard.push(chunk));
  return { socket, heard: () => Buffer.concat(heard).toString() };
}

test('it passes on, holds back, and cuts, now and then in the middle of a word', async () => {
  await using echo = await startEcho();
  await using proxy = await startChaosProxy({ target: () => echo.url, chance: chanceOf('proxy', 7) });
  const one = open(proxy.url);
  one.socket.write('hello');
  await until(() => one.heard() === 'hello');
  proxy.stall();
  one.socket.write(' world');
  proxy.resume();
  await until(() => one.heard() === 'hello world');
  one.socket.destroy();
  await until(() => proxy.openCount() === 0);

  const word = 'x'.repeat(100);
  for (let n = 0; n < 40; n += 1) {
    const { socket, heard } = open(proxy.url);
    const closed = closeOf(socket);
    await until(() => proxy.openCount() === 1);
    assert.ok(proxy.cut());
    socket.write(word);
    await closed;
    assert.ok(heard().length < word.length);
  }
  const { cuts, cutMidway } = proxy.counts();
  assert.equal(cuts, 40);
  assert.ok(cutMidway > 8 && cutMidway < 32, `${cutMidway} in the middle`);
  assert.equal(proxy.cut(), false, 'nothing is left to cut');
});
