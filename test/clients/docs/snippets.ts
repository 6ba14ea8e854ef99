import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A file that a page tells its readers to write. */
export type Snippet = {
  name: string;
  code: string;
  /** What it is said to print; null where the page does not say. */ prints: string | null;
};

const docs = new URL('../../../docs/', import.meta.url);
const fence = /^```(\S*) ?(.*)\n([\s\S]*?)^```$/gm;

/**
 * The files of a quick start in their order. Throws for a block that is neither a file (`ts file=name`) nor what one prints
 * (`text of=name`): nobody would run it, and it would be wrong one day. `replaced` are addresses that hold only for a checkout.
 */
export async function readSnippets(page: string, replaced: Readonly<Record<string, string>>): Promise<Snippet[]> {
  const text = await readFile(fileURLToPath(new URL(page, docs)), 'utf8');
  const snippets = new Map<string, Snippet>();
  for (const [, language = '', about = '', body = ''] of text.matchAll(fence)) {
    const [, kind, name = ''] = /^(file|of)=(\S+)$/.exec(about) ?? [];
    const printing = snippets.get(name);
    if (kind === 'file' && !printing) {
      let code = body;
      for (const [from, to] of Object.entries(replaced)) code = code.replaceAll(from, to);
      snippets.set(name, { name, code, prints: null });
    } else if (kind === 'of' && printing?.prints === null) printing.prints = body;
    else throw new Error(`${page}: a block “${language} ${about}” is not run by any test.`);
  }
  return [...snippets.values()];
}

/** What a page says is printed, as a pattern: `…` stands for what is left out of a line, or of lines where it is all of one. */
export function patternOf(prints: string): RegExp {
  const lines = prints.trimEnd().split('\n');
  const patterns = lines.map((line) =>
    line === '…' ? String.raw`(?:.*\n)*?` : String.raw`${escaped(line)} *(?:\n|$)`,
  );
  return new RegExp(`^${patterns.join('')}$`);
}

const escaped = (line: string) =>
  line
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
