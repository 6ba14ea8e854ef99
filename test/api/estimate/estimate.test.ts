import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { codes, estimate } from './estimates.ts';

test('an operation is tried out and taken back', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const operation = `mutation { createTeam(input: { name: "a" }) { __typename } }`;
  const first = await estimate(server, person, { operation });
  assert.deepEqual([codes(first), first.isRehearsed], [[], true]);
  const done = await graphql(server, operation, {}, person);
  assert.equal(done.expectData().createTeam.__typename, 'CreateTeamPayload', JSON.stringify(done));
  const second = await estimate(server, person, { operation });
  assert.deepEqual(codes(second), ['TEAM_NAME_TAKEN']);
  console.log(JSON.stringify(second), JSON.stringify(done));
});
