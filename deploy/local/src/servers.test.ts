import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { test } from 'node:test';
import type { Child } from './child.ts';
import { claimPorts } from './ports.ts';
import { startServers } from './servers.ts';

/** Answers with its name, and is never away. */
function beginNamed(name: string, port: number | null): { server: Server; child: Child } {
  const server = createServer((_req, res) => res.end(name)).listen(port ?? 0, '127.0.0.1');
  const nothing = async () => {};
  return { server, child: { failed: new Promise(() => {}), settle() {}, stop: nothing, restart: nothing } };
}

test('a server that is not ready in time after its restart still gets requests once it answers', async () => {
  await using closing = new AsyncDisposableStack();
  const [port = 0] = await claimPorts('127.0.0.1', [{ variable: 'PORT', port: 0 }]);
  const listening: Promise<unknown>[] = [];
  let isLate = false;
  const servers = await startServers({
    ...{ count: 2, host: '127.0.0.1', port, say: () => {} },
    begin(name, own) {
      const { server, child } = beginNamed(name, own);
      listening.push(once(server, 'listening'));
      closing.defer(() => {
        server.closeAllConnections();
        server.close();
      });
      return child;
    },
    untilReady: async () => {
      if (isLate) throw new Error('not ready in time');
    },
  });
  closing.defer(() => servers.stop(1_000));
  await Promise.all(listening);
  await servers.ready();
  isLate = true;
  await assert.rejects(servers.restart(), /not ready in time/);
  const answers = [];
  for (let n = 0; n < 4; n += 1) answers.push(await (await fetch(`http://127.0.0.1:${port}`)).text());
  assert.deepEqual(answers.toSorted(), ['server-1', 'server-1', 'server-2', 'server-2']);
});
