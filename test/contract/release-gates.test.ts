import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What both gates look at, to be changed. */
async function checkout() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-gates-'));
  for (const name of ['schema.graphql', 'openapi.json', 'clients/operations', '.changeset'])
    await cp(join(root, name), join(path, name), { recursive: true });
  // As if released just now.
  for (const name of ['schema.graphql', 'openapi.json', 'clients/core/persisted-documents.json'])
    await cp(join(root, name), join(path, 'clients/released', basename(name)));
  return {
    async change(name: string, from: RegExp, to: string): Promise<void> {
      const before = await readFile(join(path, name), 'utf8');
      const after = before.replace(from, to);
      assert.notEqual(after, before, `${String(from)} is not in ${name}`);
      await writeFile(join(path, name), after);
    },
    write: (name: string, text: string) => writeFile(join(path, name), text),
    gate: (file: string) =>
      new Promise<{ code: number; output: string }>((resolve) => {
        execFile(process.execPath, [join(root, 'deploy/local', file), path], (error, stdout, stderr) =>
          resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
        );
      }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

const onPurpose = "---\n'@sightline/core': major\n---\n\nSources are told apart by their ids alone.\n";

test('a field that is removed from the graph fails the check with the operations of the SDK it hits, unless it is meant', async () => {
  await using copy = await checkout();
  assert.deepEqual(await copy.gate('check-schema.ts'), { code: 0, output: '' });
  await copy.change('schema.graphql', /(type Source implements Node \{[^}]*?\n) {2}name: String!\n/, '$1');
  const { code, output } = await copy.gate('check-schema.ts');
  assert.equal(code, 1);
  assert.match(output, /^Source\.name was removed\. \(used by .*\bCreateSource\b.*\bSources\b.*\)$/m);
  await copy.write('.changeset/on-purpose.md', onPurpose);
  const meant = await copy.gate('check-schema.ts');
  assert.equal(meant.code, 0);
  assert.match(
    meant.output,
    /Source\.name was removed[^]*Broken on purpose, says .*on-purpose\.md: Sources are told apart/,
  );
});

test('a field that the SDK no longer asks for fails the check, and what is gone from the graph as well names who was released', async () => {
  await using copy = await checkout();
  await copy.change('clients/operations/sources/sources.graphql', /^ {2}name\n/m, '');
  const { code, output } = await copy.gate('check-schema.ts');
  assert.equal(code, 1);
  assert.match(output, /^The operation Sources no longer asks for sources\.edges\.node\.name\.$/m);
  await copy.change('schema.graphql', /(type Source implements Node \{[^}]*?\n) {2}name: String!\n/, '$1');
  const both = await copy.gate('check-schema.ts');
  assert.match(both.output, /^Source\.name was removed\. \(used by .*\bSources\b.*\)$/m);
  await copy.write('.changeset/on-purpose.md', onPurpose);
  assert.equal((await copy.gate('check-schema.ts')).code, 0);
});

test('a property that is removed from a route fails the check with the route, unless it is meant', async () => {
  await using copy = await checkout();
  assert.deepEqual(await copy.gate('check-openapi.ts'), { code: 0, output: '' });
  await copy.change('openapi.json', /"\/embed":/, '"/embeddings":');
  const { code, output } = await copy.gate('check-openapi.ts');
  assert.equal(code, 1);
  assert.equal(output, '/embed was removed.\n');
  await copy.write('.changeset/on-purpose.md', onPurpose);
  assert.equal((await copy.gate('check-openapi.ts')).code, 0);
});
