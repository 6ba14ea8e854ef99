import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Answer } from '../../harness/answer.ts';
import { eachBus } from '../../harness/each-bus.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, signIn, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { codeOf, done, membershipOf, mutate, refusalOf } from './operations.ts';

/** Everything here has to happen on signals: it would take the poll five seconds. */
const soonMs = 4_000;

/** A live stream that has begun; `ending` gives the code it ends with. */
async function follow(server: { url: string }, token: string, sessionId: string) {
  const query = 'subscription ($id: ID!) { sessionChanged(id: $id) { state } }';
  const stream = subscribe(server, query, { id: sessionId }, { token });
  const first = await stream.next();
  assert.ok(first.value?.data, JSON.stringify(first.value));
  return {
    async ending(): Promise<unknown> {
      const startedAt = performance.now();
      for await (const { errors } of stream) {
        if (!errors) continue;
        assert.ok(performance.now() - startedAt < soonMs, 'a signal ends it, not the poll');
        return errors[0]?.extensions?.['code'];
      }
      return 'ended without a word';
    },
    leave: () => stream.return(),
  };
}

async function openSocket(server: { url: string }, token: string) {
  const socket = new WebSocket(server.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  let id = 0;
  return {
    closed: once(socket, 'close').then(([code]) => code as number),
    close: () => socket.close(),
    /** The whole answer to one operation on this socket. */
    async ask(query: string): Promise<Answer> {
      socket.send(JSON.stringify({ type: 'subscribe', id: String((id += 1)), payload: { query } }));
      for (;;) {
        const [message] = await once(socket, 'message');
        const { type, payload } = JSON.parse(String(message));
        if (type === 'next') return payload;
        if (type === 'error') return { errors: payload };
      }
    },
  };
}

type Place = { owner: Person; sourceId: string; sessionId: string };

async function createPlace(server: TestServer): Promise<Place> {
  const owner = await signUp(server, 'owner');
  const sourceId = await createSource(server, owner);
  return { owner, sourceId, sessionId: await startSession(server, owner, sourceId) };
}

const changeRole = async (server: TestServer, owner: Person, member: Person, role: string) => {
  const membershipId = await membershipOf(server, owner, member);
  await done(mutate(server, owner, 'changeMemberRole', { membershipId, role }, 'membership { role }'));
};

eachBus((bus) => {
  test('a removed member’s next call, streams, socket and keys end at once; nobody else’s do', async () => {
    await using server = await startTestServer({ bus });
    const { owner, sessionId } = await createPlace(server);
    const member = await joinAs(server, owner, 'ADMIN');
    const key = await createKey(server, member, ['READ']);
    const streams = {
      member: await follow(server, member.token, sessionId),
      key: await follow(server, key.secret, sessionId),
      owner: await follow(server, owner.token, sessionId),
    };
    const socket = await openSocket(server, member.token);
    const membershipId = await membershipOf(server, owner, member);
    const ends = Promise.all([streams.member.ending(), streams.key.ending(), socket.closed]);
    await done(mutate(server, owner, 'removeMember', { membershipId }, 'removedId'));
    assert.equal(await refusalOf(server, member.token), 'UNAUTHENTICATED');
    assert.equal(await refusalOf(server, key.secret), 'UNAUTHENTICATED');
    assert.deepEqual(await ends, ['UNAUTHENTICATED', 'UNAUTHENTICATED', 4401]);
    const stop = await mutate(server, owner, 'stopSession', { id: sessionId }, 'session { state }');
    stop.expectData();
    assert.equal(await streams.owner.ending(), 'ended without a word', 'it ends with its session');
    // They can still sign in: to a place of their own.
    const home = await signIn(server, member.email);
    assert.notEqual(home.organizationId, owner.organizationId);
  });

  test('so it is for who leaves by themselves', async () => {
    await using server = await startTestServer({ bus });
    const { owner, sessionId } = await createPlace(server);
    const member = await joinAs(server, owner, 'VIEWER');
    const stream = await follow(server, member.token, sessionId);
    const ending = stream.ending();
    await done(mutate(server, member, 'leaveOrganization', null, 'left'));
    assert.equal(await refusalOf(server, member.token), 'UNAUTHENTICATED');
    assert.equal(await ending, 'UNAUTHENTICATED');
  });

  test('a stream ends when its viewer may not see it any more, and goes on when they may do more', async () => {
    await using server = await startTestServer({ bus });
    const { owner, sessionId } = await createPlace(server);
    const member = await joinAs(server, owner, 'VIEWER');
    const promoted = await joinAs(server, owner, 'VIEWER');
    const [stream, other] = [
      await follow(server, member.token, sessionId),
      await follow(server, promoted.token, sessionId),
    ];
    await changeRole(server, owner, promoted, 'OPERATOR');
    const ending = stream.ending();
    await changeRole(server, owner, member, 'BILLING');
    assert.equal(await ending, 'FORBIDDEN');
    (await mutate(server, owner, 'stopSession', { id: sessionId }, 'session { state }')).expectData();
    assert.equal(await other.ending(), 'ended without a word');
  });

  test('a guest’s stream ends when the role for its source is taken from them, or from their team', async () => {
    await using server = await startTestServer({ bus });
    const { owner, sessionId, sourceId } = await createPlace(server);
    const [guest, mate] = [await joinAs(server, owner, 'GUEST'), await joinAs(server, owner, 'GUEST')];
    const role = { name: 'watcher', permissions: ['READ'] };
    const { customRole } = await done(mutate(server, owner, 'createCustomRole', role, 'customRole { id }'));
    const { team } = await done(mutate(server, owner, 'createTeam', { name: 'team' }, 'team { id }'));
    const given = { customRoleId: customRole.id, sourceId };
    const membershipId = await membershipOf(server, owner, guest);
    const toGuest = await done(mutate(server, owner, 'assignRole', { ...given, membershipId }, 'assignment { id }'));
    await done(mutate(server, owner, 'assignRole', { ...given, teamId: team.id }, 'assignment { id }'));
    const inTeam = { teamId: team.id, membershipId: await membershipOf(server, owner, mate) };
    await done(mutate(server, owner, 'addTeamMember', inTeam, 'team { id }'));

    const streams = [await follow(server, guest.token, sessionId), await follow(server, mate.token, sessionId)];
    const endings = streams.map((stream) => stream.ending());
    await done(mutate(server, owner, 'unassignRole', { id: toGuest.assignment.id }, 'unassignedId'));
    assert.equal(await endings[0], 'FORBIDDEN');
    await done(mutate(server, owner, 'removeTeamMember', inTeam, 'team { id }'));
    assert.equal(await endings[1], 'FORBIDDEN');
  });

  test('a socket does not keep the role it was opened with', async () => {
    await using server = await startTestServer({ bus });
    const owner = await signUp(server, 'owner');
    const member = await joinAs(server, owner, 'ADMIN');
    const socket = await openSocket(server, member.token);
    after(() => socket.close());
    const create = () => socket.ask(`mutation { createTeam(input: { name: "t ${Math.random()}" }) { __typename } }`);
    assert.equal((await create()).data.createTeam.__typename, 'CreateTeamPayload');
    await changeRole(server, owner, member, 'VIEWER');
    assert.equal((await create()).errors[0].extensions.code, 'FORBIDDEN');
    await changeRole(server, owner, member, 'ADMIN');
    assert.equal((await create()).data.createTeam.__typename, 'CreateTeamPayload');
  });
});

test('what one process ends, another ends at once', { skip: !process.env['TEST_REDIS_URL'] }, async () => {
  await using here = await startTestServer({ bus: 'redis' });
  await using there = await startTestServer({ bus: 'redis', databaseUrl: here.databaseUrl });
  const { owner, sessionId } = await createPlace(here);
  const [member, demoted] = [await joinAs(here, owner, 'OPERATOR'), await joinAs(here, owner, 'OPERATOR')];
  const [stream, other] = [await follow(there, member.token, sessionId), await follow(there, demoted.token, sessionId)];
  const socket = await openSocket(there, member.token);
  const ends = Promise.all([stream.ending(), socket.closed]);
  const lost = other.ending();
  const membershipId = await membershipOf(here, owner, member);
  await done(mutate(here, owner, 'removeMember', { membershipId }, 'removedId'));
  assert.deepEqual(await ends, ['UNAUTHENTICATED', 4401]);
  assert.equal(await refusalOf(there, member.token), 'UNAUTHENTICATED');
  await changeRole(here, owner, demoted, 'BILLING');
  assert.equal(await lost, 'FORBIDDEN');
});

test('a removed member who is invited again has none of the roles and teams of before', async () => {
  await using server = await startTestServer();
  const { owner, sourceId } = await createPlace(server);
  const guest = await joinAs(server, owner, 'GUEST');
  const membershipId = await membershipOf(server, owner, guest);
  const role = { name: 'watcher', permissions: ['READ'] };
  const { customRole } = await done(mutate(server, owner, 'createCustomRole', role, 'customRole { id }'));
  const given = { customRoleId: customRole.id, sourceId, membershipId };
  await done(mutate(server, owner, 'assignRole', given, 'assignment { id }'));
  const sees = (token: string) =>
    codeOf(graphql(server, 'query ($id: ID!) { source(id: $id) { id } }', { id: sourceId }, { token }));
  assert.equal(await sees(guest.token), null);
  await done(mutate(server, owner, 'removeMember', { membershipId }, 'removedId'));
  const again = await joinAs(server, owner, 'GUEST');
  assert.equal(await sees(again.token), 'FORBIDDEN');
});
