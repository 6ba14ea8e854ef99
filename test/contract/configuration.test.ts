import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The variables a configuration file declares, one a line. */
const declaredIn = (source: string) => [...source.matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name ?? '');
/** The variables a page explains: the code in the first column of its tables. */
const explainedIn = (page: string) =>
  [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name ?? ''),
  );

test('every variable that is read is explained, and every one explained is read', async () => {
  const sources = await Promise.all(['server/src/config.ts', 'inference/src/config.ts'].map(read));
  const declared = new Set(sources.flatMap(declaredIn));
  assert.ok(declared.size > 30, 'the declarations are found');
  assert.deepEqual(explainedIn(await read('docs/configuration.md')).sort(), [...declared].sort());
});

test('the README’s table names no variable that does not exist', async () => {
  const explained = new Set(explainedIn(await read('docs/configuration.md')));
  assert.deepEqual(
    explainedIn(await read('README.md')).filter((name) => !explained.has(name)),
    [],
  );
});
