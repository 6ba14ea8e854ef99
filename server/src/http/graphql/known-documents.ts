import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DomainError } from '../../errors/domain-error.ts';

/** Documents an operator gave a server beforehand. What is none of them does not run. */
export type KnownDocuments = {
  readonly count: number;
  /** Exactly this text, character by character. */
  has(text: string): boolean;
  /** The text of a document by its id, such as `sha256:…`. */
  textOf(id: string): string | undefined;
};

/** Neither the text nor the id of a document that this server may run. */
export class DocumentUnknownError extends DomainError {
  readonly code = 'DOCUMENT_UNKNOWN';
}

/** What `npm run generate` writes for the SDK; docs/documents.md says how to write one for documents of one's own. */
const manifest = z.object({
  format: z.literal('sightline-persisted-documents'),
  version: z.literal(1),
  documents: z.record(z.string().regex(/^sha256:[0-9a-f]{64}$/), z.object({ text: z.string().min(1) })),
});

/**
 * Reads manifests; a document of any of them is known. Null without any: then every document is welcome.
 * Rejects, so that no server starts, when a file is no manifest or one of its texts is not what its id names.
 */
export async function readKnownDocuments(paths: readonly string[]): Promise<KnownDocuments | null> {
  if (paths.length === 0) return null;
  const texts = new Map<string, string>();
  for (const path of paths) {
    for (const [id, { text }] of Object.entries(await readManifest(path))) {
      if (idOf(text) !== id) throw new Error(`KNOWN_DOCUMENTS: ${path}: the text of ${id} is not the one it names.`);
      texts.set(id, text);
    }
  }
  const known = new Set(texts.values());
  return { count: known.size, has: (text) => known.has(text), textOf: (id) => texts.get(id) };
}

async function readManifest(path: string) {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`KNOWN_DOCUMENTS: ${path} cannot be read as JSON.`, { cause: error });
  }
  const parsed = manifest.safeParse(content);
  if (parsed.success) return parsed.data.documents;
  throw new Error(`KNOWN_DOCUMENTS: ${path} is no manifest of documents.`, { cause: parsed.error });
}

/**
 * The text to run, of a request that brings it or names it by its id. `known` null: all texts, and no ids.
 * Throws DocumentUnknownError.
 */
export function textOf(
  known: KnownDocuments | null,
  asked: { query: string; documentId?: string | undefined },
): string {
  const { query, documentId } = asked;
  if (documentId !== undefined) {
    const text = known?.textOf(documentId);
    if (text !== undefined) return text;
    throw new DocumentUnknownError(
      known
        ? 'This server knows no document with this id.'
        : 'This server was given no documents, so it knows none by an id. Send its text as “query”.',
      { documentId: documentId.slice(0, 100) },
    );
  }
  if (!known || known.has(query)) return query;
  throw new DocumentUnknownError('This server runs only the documents it was given, and this is none of them.', {
    document: idOf(query),
  });
}

const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
