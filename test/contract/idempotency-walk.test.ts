import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { Kind, parse } from 'graphql';

/*
 * The walk over all mutations once more, with a key on each, and each sent twice. That walk counts the audit entries of
 * each request: what replays without being done again passes it, and what cannot replay fails here.
 */

/** Every mutation that was answered with data, and then answered again with the same bytes. */
const replayed = new Set<string>();
const failures: string[] = [];
const fetchOnce = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const mutations = mutationsIn(init);
  if (mutations.length === 0) return fetchOnce(input, init);
  const keyed = { ...init, headers: { ...(init?.headers as Record<string, string>), 'idempotency-key': randomUUID() } };
  const first = await fetchOnce(input, keyed);
  const text = await first.clone().text();
  const again = await fetchOnce(input, { ...keyed, signal: null });
  const { data } = JSON.parse(text) as { data?: Record<string, unknown> | null };
  const done = mutations.filter((name) => data?.[name] != null);
  const story = `${mutations.join(', ')}: ${first.status} ${text}`;
  if (done.length > 0) {
    const isReplay = again.headers.get('idempotent-replayed') === 'true';
    const textAgain = await again.text();
    if (isReplay && textAgain === text) for (const name of done) replayed.add(name);
    else failures.push(`${story}\n  then ${again.status} ${textAgain}`);
  } else {
    await again.body?.cancel();
  }
  return first;
};

function mutationsIn(init: RequestInit | undefined): string[] {
  if (typeof init?.body !== 'string' || !init.body.startsWith('{')) return [];
  const { query } = JSON.parse(init.body) as { query?: unknown };
  if (typeof query !== 'string') return [];
  const [operation] = parse(query).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== 'mutation') return [];
  return operation.selectionSet.selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []));
}

await import('./audit-walk.test.ts');

test('every mutation with a key is answered again with the same bytes, and done once', () => {
  assert.deepEqual(failures, []);
  const all = Object.keys(schema.getMutationType()?.getFields() ?? {});
  assert.ok(all.length > 60);
  assert.deepEqual(
    all.filter((name) => !replayed.has(name)),
    [],
    'not replayed',
  );
});
