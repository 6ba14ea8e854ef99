import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runDemo } from 'sightline/demo';
import { defaults } from 'sightline/defaults';
import { summaryLines } from 'sightline/summary';
import {
  AuthenticationError,
  Client,
  ConflictError,
  InvalidRequestError,
  PermissionDeniedError,
  isFinal,
} from '@sightline/core';
import type { Event } from '@sightline/core';
import { demoLogin } from '@sightline/db/seed';
import sharp from 'sharp';
import { startWholeStack, writeWalk } from './whole-stack.ts';
import type { WholeStack } from './whole-stack.ts';

const steps = 6;

/** A new person with an organization of theirs. */
async function signUp({ url }: WholeStack, name: string) {
  const email = `${name}@example.com`;
  await using client = new Client({ baseUrl: url });
  const { token } = await client.auth.signUp({
    email,
    password: 'a long enough password',
    name,
    organizationName: name,
  });
  return { email, token };
}

test('the client drives the whole way: sign up, upload, watch, live events, pictures, predict', async () => {
  await using stack = await startWholeStack();
  const folder = await stack.folder('walk');
  await writeWalk(folder, steps);
  await using client = new Client({ baseUrl: stack.url, inferenceUrl: stack.inferenceUrl });

  assert.equal(await client.auth.viewer(), null);
  const person = { email: 'walker@example.com', password: 'a long enough password' };
  const signedUp = await client.auth.signUp({ ...person, name: 'Walker', organizationName: 'Walkers' });
  assert.equal((await client.auth.viewer())?.user.email, person.email);
  assert.deepEqual(signedUp.viewer, await client.auth.viewer());

  const uploadIds: string[] = [];
  for (let step = 1; step <= steps; step++) {
    const data = await readFile(join(folder, `${step}.jpg`));
    uploadIds.push((await client.sources.upload({ name: `${step}.jpg`, data })).uploadId);
  }
  const source = await client.sources.create({ name: 'Walk', kind: 'IMAGES', uploadIds, frameIntervalMs: 500 });
  assert.deepEqual(await client.sources.get(source.id), source);
  await assert.rejects(client.sources.create({ name: 'Walk', kind: 'IMAGES', uploadIds }), ConflictError);

  await using feed = client.events.subscribe({ after: '0', filter: { sourceIds: [source.id] } });
  const session = await client.sessions.start({ sourceId: source.id });
  const states: string[] = [];
  for await (const change of client.sessions.watch(session.id)) states.push(change.state);
  assert.equal(states.at(-1), 'COMPLETED');

  const events: Event[] = [];
  for await (const item of feed) {
    assert.equal(item.kind, 'event');
    if (item.kind === 'event') events.push(item.event);
    if (events.at(-1)?.type === 'SESSION_ENDED') break;
  }
  assert.equal(events[0]?.type, 'SESSION_STARTED');
  const entered = events.filter(({ type }) => type === 'OBJECT_ENTERED');
  assert.deepEqual(
    entered.map(({ label, frameIndex }) => [label, frameIndex]),
    [['red', 0]],
  );
  const { x = 0, y = 0, width = 0, height = 0 } = entered[0]?.box ?? {};
  for (const [is, expected] of [
    [x, 40 / 320],
    [y, 80 / 240],
    [width, 60 / 320],
    [height, 60 / 240],
  ] as const) {
    assert.ok(Math.abs(is - expected) < 0.02, `${is} is far from ${expected}`);
  }

  // What was live, what is listed and what is counted are the same.
  const listed: Event[] = [];
  for await (const event of client.events.list({ pageSize: 3, filter: { sessionIds: [session.id] } }))
    listed.push(event);
  assert.deepEqual(
    listed.map(({ id }) => id),
    events.map(({ id }) => id),
  );
  const ended = await client.sessions.get(session.id);
  assert.deepEqual([ended?.eventCount, ended?.framesRead], [events.length, steps]);
  assert.equal(await client.events.lastCursor(), events.at(-1)?.cursor);

  const snapshot = await client.events.snapshot(entered[0] as Event);
  assert.deepEqual([(await sharp(snapshot ?? undefined).metadata()).width], [320]);

  const prediction = await client.predict(await readFile(join(folder, '1.jpg')));
  assert.ok(prediction.task === 'detection');
  assert.deepEqual(
    prediction.detections.map(({ label }) => label),
    ['red'],
  );

  await client.auth.signOut();
  assert.equal(await client.auth.viewer(), null);
  await assert.rejects(client.sessions.get(session.id), AuthenticationError);
  await client.auth.signIn(person);
  assert.equal(isFinal((await client.sessions.get(session.id)) ?? session), true);
});

test('what the server refuses arrives as the typed error it means', async () => {
  await using stack = await startWholeStack();
  const { token } = await signUp(stack, 'refused');
  await using client = new Client({ baseUrl: stack.url, inferenceUrl: stack.inferenceUrl, token });
  await using nobody = new Client({ baseUrl: stack.url, inferenceUrl: stack.inferenceUrl });

  await assert.rejects(nobody.auth.signIn({ email: 'refused@example.com', password: 'wrong' }), AuthenticationError);
  await assert.rejects(nobody.sources.list().page(), AuthenticationError);
  await assert.rejects(nobody.predict(new Uint8Array(8)), AuthenticationError);
  await assert.rejects(nobody.events.subscribe({ after: '0' }).next(), AuthenticationError);
  await assert.rejects(client.events.subscribe({ after: '999' }).next(), { code: 'CURSOR_INVALID' });
  await assert.rejects(client.events.subscribe({ after: 'nonsense' }).next(), InvalidRequestError);
  await assert.rejects(client.sources.create({ name: 'x', kind: 'IMAGES', path: '/etc' }), PermissionDeniedError);
  await assert.rejects(client.predict(new TextEncoder().encode('no picture')), InvalidRequestError);
  const { apiKey, secret } = await client.apiKeys.create({ name: 'reader', scopes: ['READ'] });
  await using reader = new Client({ baseUrl: stack.url, apiKey: secret });
  assert.deepEqual((await reader.auth.viewer())?.permissions, ['READ']);
  await assert.rejects(reader.sources.create({ name: 'x', kind: 'IMAGES', path: '/' }), PermissionDeniedError);
  const revoked = await client.apiKeys.revoke(apiKey.id);
  assert.ok(revoked.revokedAt);
  await assert.rejects(reader.sources.list().page(), AuthenticationError);
  await assert.rejects(client.sessions.start({ sourceId: apiKey.id }), InvalidRequestError);
  await assert.rejects(client.graphql('{ nothing }'), { code: 'GRAPHQL_VALIDATION_FAILED' });
});

test('the demo goes the whole way, twice, and sends nothing twice', async () => {
  await using stack = await startWholeStack();
  const { email } = await signUp(stack, 'demo');
  const source = await stack.folder('demo walk');
  await writeWalk(source, steps);
  const out = await stack.folder('out');
  const lines: string[] = [];
  const options = { url: stack.url, email, password: 'a long enough password', source, out };
  const run = () =>
    runDemo({ ...options, signal: new AbortController().signal, print: (line) => void lines.push(line) });

  const summary = await run();
  assert.equal(summary.state, 'COMPLETED');
  assert.deepEqual(
    summary.objects.map(({ label, tracks }) => [label, tracks]),
    [['red', 1]],
  );
  assert.equal(summary.frameCount, steps);
  assert.equal(summary.gapCount, 0);
  assert.ok(
    summary.firstEventMs !== null && summary.firstObjectMs !== null && summary.firstEventMs <= summary.firstObjectMs,
  );
  const pictures = await readdir(summary.pictureFolder ?? '');
  assert.equal(pictures.length, summary.pictureCount);
  const picture = await sharp(join(summary.pictureFolder ?? '', pictures[0] ?? '')).metadata();
  assert.deepEqual([picture.format, picture.width, picture.height], ['jpeg', 320, 240]);
  assert.ok(
    lines.some((line) => line.includes('red 1 entered')),
    lines.join('\n'),
  );
  assert.ok(summaryLines(summary).some((line) => /red +1 /.test(line)));

  assert.ok(lines.includes(`uploaded ${steps} files`));
  lines.length = 0;
  assert.equal((await run()).state, 'COMPLETED');
  assert.ok(!lines.some((line) => line.startsWith('uploaded')), lines.join('\n'));
});

test('stopping the demo stops its session', async () => {
  await using stack = await startWholeStack({ delayMs: 100 });
  const { email, token } = await signUp(stack, 'stopped');
  const source = await stack.folder('long walk');
  await writeWalk(source, 20);
  const controller = new AbortController();
  const summary = await runDemo({
    url: stack.url,
    email,
    password: 'a long enough password',
    source,
    out: null,
    signal: controller.signal,
    print: (line) => line.includes('session started') && controller.abort(),
  });
  assert.equal(summary.state, 'STOPPED');
  assert.ok(summary.frameCount < 20);
  await using client = new Client({ baseUrl: stack.url, token });
  for await (const session of client.sessions.list()) assert.ok(isFinal(session));
});

test('the demo signs in as the person the launcher makes', () => {
  assert.deepEqual({ email: defaults.email, password: defaults.password }, demoLogin);
});
