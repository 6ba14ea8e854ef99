import assert from 'node:assert/strict';
import { compare } from '../lib/compare.ts';
import type { LoadRequest } from '../lib/load.ts';
import { lessIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { startSubject } from '../lib/subject.ts';
import type { Subject } from '../lib/subject.ts';
import { helloQuery, listQuery } from './list-schema.ts';

const names = ['bare', 'sightline', 'sightline, not compiled', 'mercurius', 'mercurius, compiled', 'yoga', 'apollo'];
/** Our HTTP path may not cost more than graphql-js alone. */
const goal = 1;

/** (a) A list of 50 objects with three nested ones each, in memory. */
export async function benchList(say: (text: string) => void): Promise<Row[]> {
  say('graphql: 50 objects with three nested ones, in memory');
  await using subjects = new AsyncDisposableStack();
  const servers: Subject[] = [];
  for (const name of names)
    servers.push(subjects.use(await startSubject(name, new URL('list-server.ts', import.meta.url), [name])));
  await requireSameAnswers(servers);

  const list = await compare(servers, { request: () => post(listQuery), warmUp: 1500, amount: 1000, rounds: 7, say });
  say('graphql: one field, for the fixed cost of a request');
  const fixed = servers.filter(({ name }) => ['bare', 'sightline', 'yoga'].includes(name));
  const hello = await compare(fixed, { request: () => post(helloQuery), warmUp: 2000, amount: 3000, rounds: 5, say });

  const floor = list.get('bare')!;
  const helloFloor = hello.get('bare')!;
  return [
    ...[...list].map(([name, { cpuMicroseconds, ratioToFirst }]) =>
      lessIsBetter(
        `list, server CPU: ${name}`,
        cpuMicroseconds,
        'µs/request',
        floor.cpuMicroseconds,
        name === 'sightline' ? goal : null,
        ratioToFirst,
      ),
    ),
    ...[...list].map(([name, { requestsPerSecond }]) => ({
      metric: `list, throughput: ${name}`,
      value: requestsPerSecond,
      unit: 'requests/s',
      floor: floor.requestsPerSecond,
      ratio: requestsPerSecond / floor.requestsPerSecond,
      goal: null,
      ok: null,
    })),
    ...[...hello].map(([name, { cpuMicroseconds, ratioToFirst }]) =>
      lessIsBetter(
        `one field, server CPU: ${name}`,
        cpuMicroseconds,
        'µs/request',
        helloFloor.cpuMicroseconds,
        null,
        ratioToFirst,
      ),
    ),
  ];
}

function post(query: string): LoadRequest {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) };
}

/** Being fast with another answer would be no feat. Asked often enough that compiled code answers, too. */
async function requireSameAnswers(servers: Subject[]): Promise<void> {
  const answers: unknown[] = [];
  for (const { url } of servers) {
    for (let time = 0; time < 4; time += 1) {
      const response = await fetch(url, post(listQuery) as RequestInit);
      const { data } = (await response.json()) as { data: unknown };
      answers.push(data);
    }
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
}
