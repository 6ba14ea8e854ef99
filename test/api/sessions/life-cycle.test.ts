import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase } from '../../harness/database.ts';
import { createFakeInference, frame, jpeg, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSource, createSourceOf, startSession, waitForSession } from '../../harness/sources.ts';
import { eachBus } from '../../harness/each-bus.ts';

eachBus((bus) => {
  async function running() {
    const fake = createFakeInference();
    const server = await startTestServer({ bus, inference: fake.inference });
    const person = await signUp(server);
    const sourceId = await createSource(server, person);
    return { server, fake, person, sourceId, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  const stop = (server: { url: string }, token: string, id: string) =>
    graphql(server, 'mutation ($id: ID!) { stopSession(input: { id: $id }) { session { state } } }', { id }, { token });

  async function eventsOf(server: { url: string }, token: string) {
    const query = '{ events(first: 100) { edges { node { seq type trackNumber frameIndex label snapshot { id } } } } }';
    const { events } = (await graphql(server, query, {}, { token })).expectData();
    return events.edges.map(({ node }: { node: unknown }) => node) as {
      seq: number;
      type: string;
      trackNumber: number | null;
      frameIndex: number | null;
      snapshot: { id: string } | null;
    }[];
  }

  test('a session goes from its source to its end, and the feed tells all of it in order', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    const id = await startSession(server, person, sourceId);
    const run = await fake.nextRun();
    assert.equal(run.spec.startFrameIndex, 0);
    assert.equal(run.spec.source.kind === 'IMAGES' && run.spec.source.frames.length, 3);
    run.send(
      opened,
      frame(0, [{ trackNumber: 1 }]),
      frame(1),
      frame(2, [{ trackNumber: 2 }, { trackNumber: 1, change: 'left' }]),
      {
        type: 'ended',
      },
    );
    const session = await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    assert.deepEqual(session, {
      state: 'COMPLETED',
      endReason: 'SOURCE_ENDED',
      framesRead: 3,
      eventCount: 6,
      attemptCount: 1,
    });
    const events = await eventsOf(server, person.token);
    assert.deepEqual(
      events.map(({ seq, type, trackNumber }) => [seq, type, trackNumber]),
      [
        [1, 'SESSION_STARTED', null],
        [2, 'OBJECT_ENTERED', 1],
        [3, 'OBJECT_ENTERED', 2],
        [4, 'OBJECT_LEFT', 1],
        [5, 'OBJECT_LEFT', 2],
        [6, 'SESSION_ENDED', null],
      ],
    );
    assert.ok(events[1]?.snapshot, 'an object that enters has a picture');
  });

  test('pictures of a folder are read in the order a person would number them', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    await startSession(server, person, sourceId);
    const { spec } = await fake.nextRun();
    const names = spec.source.kind === 'IMAGES' ? spec.source.frames.map((url) => url.split('/').at(-1)) : [];
    assert.deepEqual(names, ['1.jpg', '2.jpg', '10.jpg']);
  });

  test('uploads reach the sidecar by the internal address, and people by the public one', async () => {
    const fake = createFakeInference();
    const env = { PUBLIC_URL: 'https://public.example/', INTERNAL_URL: 'http://internal.example:4000' };
    await using server = await startTestServer({ bus, inference: fake.inference, env });
    const person = await signUp(server);
    const query = `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { uploadId url } } }`;
    const input = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: jpeg.byteLength };
    const { uploadId, url } = (await graphql(server, query, { input }, person)).expectData().createUpload;
    assert.ok(url.startsWith('https://public.example/files/'), url);
    const sent = await fetch(url.replace('https://public.example', server.url), {
      method: 'PUT',
      headers: { 'content-type': 'image/jpeg' },
      body: jpeg,
    });
    assert.ok(sent.ok, await sent.text());
    const sourceId = await createSourceOf(server, person, { name: 'uploads', uploadIds: [uploadId] });
    await startSession(server, person, sourceId);
    const { spec } = await fake.nextRun();
    const frames = spec.source.kind === 'IMAGES' ? spec.source.frames : [];
    assert.ok(frames[0]?.startsWith('http://internal.example:4000/files/'), frames[0]);
  });

  test('stop ends a running session at once: the run is aborted and open tracks leave', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    const id = await startSession(server, person, sourceId);
    const run = await fake.nextRun();
    run.send(opened, frame(0, [{ trackNumber: 7 }]));
    await waitForSession(server, person, id, ({ framesRead }) => framesRead === 1);
    (await stop(server, person.token, id)).expectData();
    const session = await waitForSession(server, person, id, ({ state }) => state === 'STOPPED');
    assert.equal(session.endReason, 'STOP_REQUESTED');
    assert.ok(run.signal.aborted);
    const types = (await eventsOf(server, person.token)).map(({ type }) => type);
    assert.deepEqual(types.slice(-2), ['OBJECT_LEFT', 'SESSION_ENDED']);
  });

  test('stop works from every state and twice in a row', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    // before the sidecar has answered
    const early = await startSession(server, person, sourceId);
    await fake.nextRun();
    (await stop(server, person.token, early)).expectData();
    await waitForSession(server, person, early, ({ state }) => state === 'STOPPED');
    (await stop(server, person.token, early)).expectData();
    // after its end
    const late = await startSession(server, person, sourceId);
    (await fake.nextRun()).send(opened, { type: 'ended' });
    await waitForSession(server, person, late, ({ state }) => state === 'COMPLETED');
    const answer = (await stop(server, person.token, late)).expectData();
    assert.equal(answer.stopSession.session.state, 'COMPLETED');
  });

  test('a source that cannot be read fails the session with the reason', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    const id = await startSession(server, person, sourceId);
    (await fake.nextRun()).send({ type: 'failed', code: 'SOURCE_UNREADABLE', message: 'This is not a picture.' });
    const session = await waitForSession(server, person, id, ({ state }) => state === 'FAILED');
    assert.equal(session.endReason, 'SOURCE_UNREADABLE');
  });

  test('a sidecar that dies costs nothing: the session goes on from the first frame that is not recorded', async () => {
    await using context = await running();
    const { server, fake, person, sourceId } = context;
    const id = await startSession(server, person, sourceId);
    const first = await fake.nextRun();
    first.send(opened, frame(0, [{ trackNumber: 1 }], 2), frame(1, [], 2));
    await waitForSession(server, person, id, ({ framesRead }) => framesRead === 2);
    first.breakOff();
    const second = await fake.nextRun();
    assert.deepEqual([second.spec.startFrameIndex, second.spec.nextTrackNumber], [2, 2]);
    // a sidecar that starts a little early records nothing twice
    second.send(opened, frame(1, [{ trackNumber: 2 }], 3), frame(2, [{ trackNumber: 2 }], 3), { type: 'ended' });
    await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    const objects = (await eventsOf(server, person.token)).filter(({ trackNumber }) => trackNumber !== null);
    assert.deepEqual(
      objects.map(({ type, trackNumber, frameIndex }) => [type, trackNumber, frameIndex]),
      [
        ['OBJECT_ENTERED', 1, 0],
        ['OBJECT_LEFT', 1, null],
        ['OBJECT_ENTERED', 2, 2],
        ['OBJECT_LEFT', 2, null],
      ],
    );
  });

  test('a server that stops hands its sessions on; the next one takes them up where they were', async () => {
    await using database = await createTestDatabase();
    const databaseUrl = database.url;
    const [before, after] = [createFakeInference(), createFakeInference()];
    const first = await startTestServer({ bus, inference: before.inference, databaseUrl });
    const person = await signUp(first);
    const id = await startSession(first, person, await createSource(first, person));
    (await before.nextRun()).send(opened, frame(0));
    await waitForSession(first, person, id, ({ framesRead }) => framesRead === 1);
    await first[Symbol.asyncDispose]();
    await using second = await startTestServer({ bus, inference: after.inference, databaseUrl });
    const run = await after.nextRun();
    assert.equal(run.spec.startFrameIndex, 1);
    run.send(opened, { type: 'ended' });
    const session = await waitForSession(second, person, id, ({ state }) => state === 'COMPLETED');
    assert.equal(session.attemptCount, 2);
  });

  test('a plan’s limit on sessions at the same time holds under a race', async () => {
    await using context = await running();
    const { server, person, sourceId } = context;
    const start = () =>
      graphql(
        server,
        'mutation ($id: ID!) { startSession(input: { sourceId: $id }) { __typename ... on UserError { code message } } }',
        { id: sourceId },
        person,
      );
    const answers = await Promise.all(Array.from({ length: 8 }, start));
    const names = answers.map((answer) => answer.expectData().startSession.__typename as string).sort();
    assert.deepEqual(names, [...Array(6).fill('PlanLimitReachedError'), ...Array(2).fill('StartSessionPayload')]);
  });
});
