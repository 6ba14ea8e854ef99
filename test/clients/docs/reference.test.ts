import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeReference } from '../../../deploy/local/generate-reference.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, 'docs/reference');

test('the reference is what the packages say of themselves', async () => {
  const made = await makeReference(root);
  assert.deepEqual((await readdir(folder)).sort(), [...made.keys()].sort());
  for (const [name, text] of made) {
    const isCurrent = (await readFile(join(folder, name), 'utf8')) === text;
    assert.ok(isCurrent, `docs/reference/${name} is not current: npm run generate -- --reference`);
  }
  // Not an empty page of each, and what people look for first is there.
  assert.match(made.get('core.md') ?? '', /`sources\.create` .*Call/);
  assert.match(made.get('web-react.md') ?? '', /### useEvents\(\)/);
});
