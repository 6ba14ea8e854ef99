import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// What is known of error codes elsewhere, written from the two catalogues: the facts in docs/errors.md, and the codes of
// the sidecar in the client. Those of the server come to the client with the graph.

export type Code = { code: string; status: number; retryable: boolean; toldIn: string[] };
type Catalogues = { server: readonly Code[]; sidecar: readonly Code[] };

/** Writes the files below `root`, or with `isCheck` compares them. Resolves with the names of those that are not right. */
export async function generateErrors(root: string, catalogues: Catalogues, isCheck: boolean): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, make] of Object.entries(files)) {
    const path = join(root, name);
    const before = await readFile(path, 'utf8').catch(() => '');
    const wanted = make(before, catalogues);
    if (wanted === before) continue;
    if (isCheck) wrong.push(name);
    else await writeFile(path, wanted);
  }
  return wrong;
}

const files: Record<string, (before: string, catalogues: Catalogues) => string> = {
  'docs/errors.md': (page, catalogues) =>
    page.replaceAll(/^### ([A-Z_]+)\n\n(?:HTTP .*\n(?:\nTold in: .*\n)?)?/gm, (section, code: string) =>
      factsOf(section, code, catalogues),
    ),
  'clients/core/src/generated/sidecar-codes.ts': (_before, catalogues) => sidecarEnum(catalogues),
};

function factsOf(section: string, code: string, { server, sidecar }: Catalogues): string {
  const known = [...server, ...sidecar].filter((each) => each.code === code);
  const [meaning] = known;
  if (!meaning) return section;
  const isOfServer = server.some((each) => each.code === code);
  const facts = [`HTTP ${meaning.status}`, meaning.retryable ? 'retryable' : 'not retryable'];
  if (!isOfServer) facts.push('inference only');
  const places = known.flatMap(({ toldIn }) => toldIn);
  return `### ${code}\n\n${facts.join(' · ')}\n\nTold in: ${places.join(', ') || 'nothing yet'}.\n`;
}

function sidecarEnum({ server, sidecar }: Catalogues): string {
  const own = sidecar.filter(({ code }) => !server.some((each) => each.code === code));
  return `/** Codes that only the inference sidecar has; those of the server are \`ErrorCode\`. */
export const SidecarErrorCode = {
${own.map(({ code }) => `  ${code}: '${code}',\n`).join('')}} as const;

export type SidecarErrorCode = keyof typeof SidecarErrorCode;
`;
}
