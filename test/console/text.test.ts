import assert from 'node:assert/strict';
import { glob } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

type Text = Readonly<Record<'en' | 'es', Readonly<Record<string, unknown>>>>;

const sources = fileURLToPath(new URL('../../clients/console/src/', import.meta.url));

test('nothing that is said in one language is empty or the same sentence in the other', async () => {
  let count = 0;
  for await (const file of glob('**/*text.ts', { cwd: sources })) {
    if (file === 'app/text.ts') continue;
    const all = (await import(`${sources}${file}`)) as Record<string, Text>;
    // What looks something up in a dictionary stands beside it.
    for (const { en, es } of Object.values(all).filter((each) => typeof each !== 'function')) {
      assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort(), file);
      for (const [key, said] of Object.entries(en)) {
        const translated = es[key];
        if (typeof said !== 'string' || typeof translated !== 'string') continue;
        count += 1;
        assert.ok(said.trim() && translated.trim(), `${file} ${key}`);
        // One word may be the same in both.
        assert.ok(said !== translated || !said.includes(' '), `${file} ${key}: ${said}`);
      }
    }
  }
  assert.ok(count > 50);
});
