import { randomUUID } from 'node:crypto';
import { call, newPerson } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { signIn } from '../../harness/people.ts';
import { until } from '../../harness/until.ts';
import { onGraph, speak } from './scene.ts';
import type { Case, Scene } from './scene.ts';

const emailOf = (language: string) => `job-operator-${language}@example.com`;
export const operatorEmails = ['en', 'es'].map(emailOf);

/** An operator, and a job that waits. */
async function openDesk({ server, language }: Scene) {
  const email = emailOf(language);
  await call(server, 'signUp', newPerson(email));
  await query(server.databaseUrl, `update "User" set "emailVerifiedAt" = now() where "email" = '${email}'`);
  const { token } = await signIn(server, email);
  await speak(server, { token }, language);
  const jobId = randomUUID();
  const startAfter = new Date(Date.now() + 3_600_000).toISOString();
  const message = JSON.stringify({ organizationId: null, name: `provoked-${language}`, data: {}, startAfter });
  await query(
    server.databaseUrl,
    `insert into "OutboxMessage" ("id", "topic", "payload") values ('${jobId}', 'job', '${message}')`,
  );
  const listing = `{ jobs(name: "provoked-${language}") { edges { cursor } } }`;
  await until(async () => (await graphql(server, listing, {}, { token })).expectData().jobs.edges.length > 0);
  return { token, variables: { jobId } };
}

export const jobCases: Case[] = onGraph('JOB_NOT_FAILED', async (scene) => ({
  query: 'mutation ($jobId: String!) { retryJob(input: { jobId: $jobId }) { job { state } } }',
  ...(await scene.once('desk', () => openDesk(scene))),
}));
