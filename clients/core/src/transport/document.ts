/**
 * The text of one GraphQL operation, carrying the types of its result and variables. Only the compiler sees them: at
 * run time it is a plain string.
 */
export type TypedDocument<Result, Variables> = string & {
  readonly ' types'?: (variables: Variables) => Result;
};

/** How a document is named on the wire. With an id the text is empty. */
export type Words = { readonly query: string; readonly documentId?: string };

const ids = new Map<string, Promise<string>>();

/**
 * A document by its text, or by the id under which a server was given it beforehand: the SHA-256 of its text, as the manifest has
 * it. By its text all the same where the runtime cannot hash, which is a page that came neither by https nor from localhost.
 */
export async function wordsFor(document: string, by: 'text' | 'id'): Promise<Words> {
  if (by === 'text' || !globalThis.crypto?.subtle) return { query: document };
  let id = ids.get(document);
  if (!id) ids.set(document, (id = hash(document)));
  return { query: '', documentId: await id };
}

async function hash(document: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(document));
  return `sha256:${hex(new Uint8Array(digest))}`;
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Whether running the operation twice is the same as running it once. Mutations are not, unless the caller knows better. */
export function isQuery(document: string): boolean {
  return /^\s*(query\b|\{)/.test(document);
}
