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
  'clients/core/src/generated/error-classes.ts': (_before, catalogues) => errorClasses(catalogues),
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

/** Codes of which the class of the SDK is that of another status: waiting helps, or the answer is a person's no. */
const meantStatus: Readonly<Record<string, number>> = {
  AUTHORIZATION_PENDING: 429,
  SLOW_DOWN: 429,
  READER_TOO_SLOW: 429,
  ACCESS_DENIED: 403,
};

/** One string a status, because a page pays for each character; wrong requests, the largest group, are what is left. */
function errorClasses({ server }: Catalogues): string {
  const classStatus = ({ code, status }: Code) => {
    const meant = meantStatus[code] ?? status;
    if (meant >= 500) return 500;
    return [401, 402, 403, 404, 409, 429].includes(meant) ? meant : 400;
  };
  const listed = server.filter((each) => {
    const meant = classStatus(each);
    return meant !== 400 || each.retryable;
  });
  const groups = Map.groupBy(listed, classStatus);
  const lines = [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([status, codes]) => {
      const text = codes
        .map(({ code }) => code)
        .toSorted()
        .join(' ');
      return `  [${status}, '${text}'],\n`;
    });
  return `/** Codes by the HTTP status that says which class they become; the others are wrong requests. */
export const codesByStatus: readonly (readonly [status: number, codes: string])[] = [
${lines.join('')}];
`;
}
