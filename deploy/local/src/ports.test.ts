import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { claimPorts } from './ports.ts';

test('every taken port is named, with who has it and what to do', async () => {
  const servers = [createServer(), createServer()];
  try {
    const [one = 0, two = 0] = await Promise.all(
      servers.map(async (server) => {
        await once(server.listen(0, '127.0.0.1'), 'listening');
        return (server.address() as AddressInfo).port;
      }),
    );
    const claim = claimPorts('127.0.0.1', [
      { variable: 'PORT', port: one },
      { variable: 'INFERENCE_PORT', port: two },
    ]);
    await assert.rejects(claim, ({ message }: Error) => {
      assert.match(message, new RegExp(`Port ${one} is taken.*PORT=${one + 10}`));
      assert.match(message, new RegExp(`Port ${two} is taken.*INFERENCE_PORT=${two + 10}`));
      if (process.platform === 'linux') assert.match(message, new RegExp(`pid ${process.pid}`));
      return true;
    });
  } finally {
    for (const server of servers) server.close();
  }
});

test('0 becomes a free port', async () => {
  const [port] = await claimPorts('127.0.0.1', [{ variable: 'PORT', port: 0 }]);
  assert.ok(port && port > 1_023);
});

test('a host that is not this machine says so', async () => {
  await assert.rejects(
    claimPorts('192.0.2.1', [{ variable: 'PORT', port: 0 }]),
    /192\.0\.2\.1 is not an address of this machine/,
  );
});
