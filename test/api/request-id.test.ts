import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { createSource, waitForSession } from '../harness/sources.ts';
import { eachBus } from '../harness/each-bus.ts';

eachBus((bus) => {
  test('one request id goes from the HTTP request through the sidecar into the events and every log line', async () => {
    const fake = createFakeInference();
    await using server = await startTestServer({ bus, inference: fake.inference });
    const person = await signUp(server);
    const sourceId = await createSource(server, person);
    const requestId = 'from-the-caller.1';
    const answer = await graphql(
      server,
      'mutation ($id: ID!) { startSession(input: { sourceId: $id }) { ... on StartSessionPayload { session { id } } } }',
      { id: sourceId },
      { token: person.token, headers: { 'x-request-id': requestId } },
    );
    assert.equal(answer.headers.get('x-request-id'), requestId);
    const run = await fake.nextRun();
    assert.equal(run.spec.requestId, requestId);
    run.send(opened, frame(0, [{}]), { type: 'ended' });
    await waitForSession(
      server,
      person,
      answer.expectData().startSession.session.id,
      ({ state }) => state === 'COMPLETED',
    );

    const client = new pg.Client(server.databaseUrl);
    await client.connect();
    const { rows } = await client.query('select distinct "requestId" from "Event"');
    await client.end();
    assert.deepEqual(rows, [{ requestId }]);
    const told = server.logs.map((line) => JSON.parse(line) as { requestId?: string; msg: string });
    const ofRequest = told.filter((line) => line.requestId === requestId).map(({ msg }) => msg);
    assert.ok(ofRequest.includes('session taken') && ofRequest.includes('session ended'), JSON.stringify(ofRequest));
  });

  test('a request id that could break a log line is replaced', async () => {
    await using server = await startTestServer({ bus });
    for (const sent of ['a b', 'ü', 'x'.repeat(65), '{"a":1}']) {
      const response = await fetch(`${server.url}/health/live`, {
        headers: { 'x-request-id': encodeURI(sent) === sent ? sent : encodeURIComponent(sent) },
      });
      assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    }
  });
});
