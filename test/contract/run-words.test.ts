import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { translate } from '@sightline/server/messages/error-text';
import { createFakeInference } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { createSource, startSession, waitForSession } from '../harness/sources.ts';
import { speak } from './provoked/scene.ts';
import { sentencesIn, sidecarRefusals } from './messages-in.ts';

test('whatever a run says of why it ended, the server can say in Spanish', async () => {
  const root = new URL('../../inference/src/session/', import.meta.url);
  const missing: string[] = [];
  let count = 0;
  for await (const name of glob('**/*.ts', { cwd: root })) {
    for (const sentence of sentencesIn(await readFile(new URL(name, root), 'utf8'), sidecarRefusals)) {
      count += 1;
      if (translate(sentence) === null) missing.push(`${name}: ${sentence}`);
    }
  }
  assert.deepEqual(missing, [], 'Add these to server/src/messages/run-phrases.es.ts.');
  assert.ok(count >= 8, `only ${count} sentences were found`);
  assert.equal(translate('a.jpg cannot be read: it is not there.'), 'a.jpg no se puede leer: no está ahí.');
});

test('why a session ended is told in the language of who asks', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const person = await signUp(server, 'owner');
  const id = await startSession(server, person, await createSource(server, person, 'door'));
  const run = await fake.nextRun();
  run.send({ type: 'failed', code: 'SOURCE_UNREADABLE', message: 'a.jpg cannot be read: it is not there.' });
  await waitForSession(server, person, id, ({ state }) => state === 'FAILED');
  const detail = async () => {
    const query = 'query ($id: ID!) { session(id: $id) { endDetail } }';
    return (await graphql(server, query, { id }, person)).expectData().session.endDetail;
  };
  assert.equal(await detail(), 'a.jpg cannot be read: it is not there.');
  await speak(server, person, 'es');
  assert.equal(await detail(), 'a.jpg no se puede leer: no está ahí.');
});
