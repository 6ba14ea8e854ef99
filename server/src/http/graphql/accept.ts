import { graphqlType, jsonType } from './respond.ts';

const streamTypes = ['text/event-stream', 'multipart/mixed'];
const answerTypes = new Map([
  [jsonType, jsonType],
  [graphqlType, graphqlType],
  ['*/*', jsonType],
  ['application/*', jsonType],
]);

/**
 * The type of a plain answer where that is clear at a glance: the first of our types that is listed.
 * Null when it takes real negotiation or the caller wants a stream.
 */
export function simpleAccept(accept = '*/*'): string | null {
  const exact = answerTypes.get(accept);
  if (exact !== undefined) return exact;
  if (accept.includes('q=')) return null;
  const types = typesOf(accept).map((type) => answerTypes.get(type));
  return types.includes(undefined) ? null : (types[0] ?? null);
}

/** Whether we have anything the caller would take; asked before anything runs. */
export function canAnswer(accept: string): boolean {
  return typesOf(accept).some((type) => answerTypes.has(type) || streamTypes.includes(type) || type === 'text/*');
}

export function wantsStream(accept = ''): boolean {
  return typesOf(accept).some((type) => streamTypes.includes(type));
}

export function wantsPage(accept = ''): boolean {
  return typesOf(accept).includes('text/html');
}

function typesOf(accept: string): string[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '');
}
