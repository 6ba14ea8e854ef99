import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge, parseChangeset, readChangesets } from './changesets.ts';

const minor = parseChangeset('a.md', "---\n'@sightline/core': minor\n---\n\nMore.\n");
const major = parseChangeset(
  'b.md',
  '---\r\n"@sightline/core": major\r\n\'sightline\': patch\r\n---\r\n\r\nNames are shorter.\r\n',
);
const ofAnother = parseChangeset('c.md', '---\nsightline: major\n---\nOther.');
const unexplained = parseChangeset('d.md', '---\n@sightline/core: major\n---\n\n');

test('a breaking change passes only when a changeset says major for the core, and why', () => {
  assert.deepEqual(judge([], []), { lines: [], passes: true });
  for (const changesets of [[], [minor], [ofAnother], [unexplained], [minor, ofAnother, unexplained]])
    assert.deepEqual(judge(['It broke.'], changesets), { lines: ['It broke.'], passes: false });
  assert.deepEqual(judge(['It broke.'], [minor, major]), {
    lines: ['It broke.', 'Broken on purpose, says .changeset/b.md: Names are shorter.'],
    passes: true,
  });
});

test('what is no changeset is named', () => {
  assert.throws(() => parseChangeset('x.md', 'More.'), /x\.md does not begin with ---/);
  assert.throws(() => parseChangeset('x.md', '---\ncore: huge\n---\n'), /“core: huge” is not/);
});

test('those that wait can be read, and speak of our packages', async () => {
  const ours = ['@sightline/core', '@sightline/web', '@sightline/desktop', '@sightline/inference', 'sightline'];
  for (const { kinds, summary } of await readChangesets(fileURLToPath(new URL('../../.changeset', import.meta.url)))) {
    assert.deepEqual(
      [...kinds.keys()].filter((name) => !ours.includes(name)),
      [],
    );
    assert.notEqual(summary, '');
  }
});
