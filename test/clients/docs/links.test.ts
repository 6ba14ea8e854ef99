import assert from 'node:assert/strict';
import { access, readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const link = /\]\(([^)\s]+)\)/g;

test('every link of the pages, the package READMEs and llms.txt leads somewhere', async () => {
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) => /\.(md|txt)$/.test(name));
  const readmes = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', 'clients/core/README.md'];
  const pages = [...docs.filter((name) => !name.startsWith('reference/')).map((name) => `docs/${name}`), ...readmes];
  const broken: string[] = [];
  let count = 0;
  for (const page of pages) {
    for (const [, target = ''] of (await readFile(join(root, page), 'utf8')).matchAll(link)) {
      if (/^[a-z]+:/.test(target)) continue;
      count += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (!isThere) broken.push(`${page}: ${target}`);
      else if (anchor && !anchorsOf(await readFile(file, 'utf8')).has(anchor))
        broken.push(`${page}: ${target} has no such heading`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(count > 100, `${count} links were looked at`);
});

test('llms.txt names every page there is, so that nobody has to guess', async () => {
  const text = await readFile(join(root, 'docs/llms.txt'), 'utf8');
  const named = new Set([...text.matchAll(link)].map(([, target = '']) => relative('.', target)));
  const pages = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'));
  assert.deepEqual(
    pages.filter((name) => !named.has(name)),
    [],
  );
});

/** As the headings of a page are addressed where Markdown is shown. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  const named = [...markdown.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id);
  return new Set([
    ...named,
    ...headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  ]);
}
