import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { eachBus } from '../../harness/each-bus.ts';

eachBus((bus) => {
  const query = 'subscription ($id: ID!) { sessionChanged(id: $id) { state framesRead } }';

  test('who follows a session sees where it is, each step forward, its end, and then the stream completes', async () => {
    const fake = createFakeInference();
    await using server = await startTestServer({ bus, inference: fake.inference });
    const person = await signUp(server);
    const id = await startSession(server, person, await createSource(server, person));
    const run = await fake.nextRun();
    run.send(opened, frame(0));
    await waitForSession(server, person, id, ({ framesRead }) => framesRead === 1);
    const seen: { state: string; framesRead: number }[] = [];
    for await (const { data } of subscribe(server, query, { id }, person)) {
      seen.push(data.sessionChanged);
      if (seen.length === 1) run.send(frame(1), frame(2), { type: 'ended' });
    }
    assert.deepEqual(seen[0], { state: 'RUNNING', framesRead: 1 });
    assert.deepEqual(seen.at(-1), { state: 'COMPLETED', framesRead: 3 });
    const read = seen.map(({ framesRead }) => framesRead);
    assert.deepEqual(
      read,
      read.toSorted((a, b) => a - b),
      'progress never goes back',
    );
  });

  test('following a session that is over tells its end and completes', async () => {
    const fake = createFakeInference();
    await using server = await startTestServer({ bus, inference: fake.inference });
    const person = await signUp(server);
    const id = await startSession(server, person, await createSource(server, person));
    (await fake.nextRun()).send(opened, { type: 'ended' });
    await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    const states: string[] = [];
    for await (const { data } of subscribe(server, query, { id }, person)) states.push(data.sessionChanged.state);
    assert.deepEqual(states, ['COMPLETED']);
  });

  test('signing out ends what the sign-in follows, with the reason', async () => {
    const fake = createFakeInference();
    await using server = await startTestServer({ bus, inference: fake.inference });
    const person = await signUp(server);
    const id = await startSession(server, person, await createSource(server, person));
    await fake.nextRun();
    const codes: unknown[] = [];
    for await (const { data, errors } of subscribe(server, query, { id }, person)) {
      if (data?.sessionChanged) (await graphql(server, 'mutation { signOut { signedOut } }', {}, person)).expectData();
      else codes.push(errors?.[0]?.extensions?.['code']);
    }
    assert.deepEqual(codes, ['UNAUTHENTICATED']);
  });
});
