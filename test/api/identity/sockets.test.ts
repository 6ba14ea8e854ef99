import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { eachBus } from '../../harness/each-bus.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';

eachBus((bus) => {
  test('signing out closes the sign-in’s idle socket too, and nobody else’s', async () => {
    await using server = await startTestServer({ bus });
    const [leaver, stayer] = [await signUp(server), await signUp(server)];
    const open = async (token: string) => {
      const socket = new WebSocket(server.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      await once(socket, 'message');
      return socket;
    };
    const [leaving, staying] = [await open(leaver.token), await open(stayer.token)];
    const closed = once(leaving, 'close');
    (await graphql(server, 'mutation { signOut { signedOut } }', {}, leaver)).expectData();
    assert.equal((await closed)[0], 4401);
    staying.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ viewer { role } }' } }));
    const [message] = await once(staying, 'message');
    assert.equal(JSON.parse(String(message)).payload.data.viewer.role, 'OWNER');
    staying.close();
  });
});
