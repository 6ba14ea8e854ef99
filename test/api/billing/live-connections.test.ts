import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { createTestDatabase, query } from '../../harness/database.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { buses } from '../../harness/redis.ts';
import { startTestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { until } from '../../harness/until.ts';

const held = new AsyncDisposableStack();
after(() => held.disposeAsync());

type Outcome = { socket: WebSocket; told: string };

/** Opens a socket and says who it is for: `connection_ack`, or the code and reason it was closed with. */
function connect(server: { url: string }, { token }: Pick<Person, 'token'>): Promise<Outcome> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  held.defer(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
    );
    socket.once('message', (data) => resolve({ socket, told: (JSON.parse(String(data)) as { type: string }).type }));
    socket.once('close', (code, reason) => resolve({ socket, told: `${code} ${String(reason)}` }));
  });
}

const isOpen = ({ told }: Outcome) => told === 'connection_ack';
const refused = '4403 PLAN_LIMIT_REACHED';

/** What a stream that has to be refused is refused with. */
async function stream(server: { url: string }, { token }: Pick<Person, 'token'>): Promise<unknown> {
  const text = 'subscription { eventFeed(after: "0") { __typename } }';
  for await (const { errors } of subscribe(server, text, {}, { token })) return errors?.[0]?.extensions?.['code'];
  return null;
}

for (const { bus, skip } of buses()) {
  test(`no more sockets and streams are open than the plan allows, on the ${bus} bus`, { skip }, async () => {
    const { url: databaseUrl } = held.use(await createTestDatabase());
    const server = held.use(await startTestServer({ databaseUrl, bus }));
    const [person, stranger] = [await signUp(server), await signUp(server)];
    await query(
      databaseUrl,
      `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
        values ('${uuidOf(person.organizationId)}', 'maxLiveConnections', 3, 'test')`,
    );
    const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(server, person)));
    assert.equal(sockets.filter(isOpen).length, 3);
    assert.deepEqual(new Set(sockets.map(({ told }) => told)), new Set(['connection_ack', refused]));
    // A stream is one, too, and others have their own.
    assert.equal(await stream(server, person), 'PLAN_LIMIT_REACHED');
    assert.ok(isOpen(await connect(server, stranger)));
    if (bus === 'redis') {
      const other = held.use(await startTestServer({ databaseUrl, bus }));
      await until(async () => (await connectAndLeave(other, person)) === refused);
    }
    // Whoever leaves makes room.
    sockets.find(isOpen)?.socket.close();
    await until(async () => isOpen(await connect(server, person)));
    assert.equal((await connect(server, person)).told, refused);
  });
}

async function connectAndLeave(server: { url: string }, person: Person): Promise<string> {
  const { socket, told } = await connect(server, person);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  if (socket.readyState !== WebSocket.CLOSED) {
    socket.terminate();
    await closed;
  }
  return told;
}
