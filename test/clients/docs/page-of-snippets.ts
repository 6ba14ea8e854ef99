import { mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../browser/serve-page.ts';
import { compile } from '../packages/compile.ts';
import type { PackedPackages } from '../packages/pack.ts';
import { readSnippets } from './snippets.ts';

const test = fileURLToPath(new URL('../../', import.meta.url));
const libraries = [
  'react',
  '@types/react',
  '@tanstack/react-query',
  '@apollo/client',
  '@urql/core',
  'graphql',
  'rxjs',
  'wonka',
];

type Asked = { viewer: { user: { name: string } } };

/** All that the snippets of the quick start for pages export, as a browser finds it in `globalThis.snippets`. */
export type PageSnippets = {
  signIn(email: string, password: string): Promise<string>;
  showEvents(list: HTMLElement, signal: AbortSignal): Promise<void>;
  send(file: File, onShare: (share: number) => void): Promise<string>;
  look(picture: HTMLCanvasElement): Promise<string[]>;
  start(root: HTMLElement): void;
  askApollo(): Promise<{ data?: Asked }>;
  askUrql(): Promise<{ data?: Asked }>;
};

/** The snippets, strictly typed and bundled in a project that has the packed packages and what their readers install. */
export async function bundlePage(packed: PackedPackages, addresses: Readonly<Record<string, string>>): Promise<string> {
  const project = await packed.project({ ours: ['@sightline/web'], others: libraries, from: 'clients/web' });
  for (const name of ['react-dom', '@types/react-dom']) {
    const link = join(project, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await realpath(join(test, 'node_modules', name)), link);
  }
  const snippets = await readSnippets('quick-start-web.md', addresses);
  await compile(project, Object.fromEntries(snippets.map(({ name, code }) => [name, code])));
  const modules = snippets.map(({ name }) => `./out/${name.replace(/ts$/, 'js')}`);
  const imports = modules.map((path, index) => `import * as s${index} from '${path}';`);
  return bundle(
    `${imports.join('\n')}\nglobalThis.snippets = { ${modules.map((_, index) => `...s${index}`).join(', ')} };`,
    {
      from: project,
    },
  );
}
