import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('what docs/security.md calls a proof is there', async () => {
  const page = await readFile(join(root, 'docs/security.md'), 'utf8');
  const named = [...page.matchAll(/`((?:test|server)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  assert.ok(named.length >= 20, String(named.length));
  const missing = await Promise.all(
    named.map((path) =>
      access(join(root, path)).then(
        () => [],
        () => [path],
      ),
    ),
  );
  assert.deepEqual(missing.flat(), []);
});
