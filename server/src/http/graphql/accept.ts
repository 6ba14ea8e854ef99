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

/** Whether a stream of results may be server-sent events. */
export function takesEvents(accept = ''): boolean {
  return typesOf(accept).includes('text/event-stream');
}

/** Whether a single result is wanted as events: they are what the caller likes best of what we have. */
export function prefersEvents(accept = ''): boolean {
  const known = [...streamTypes, ...answerTypes.keys(), 'text/*'];
  const liked = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()))
    .filter(([type = '']) => known.includes(type))
    .map(([type, ...parameters]) => ({ type, weight: weightOf(parameters) }));
  const most = Math.max(...liked.map(({ weight }) => weight));
  return liked.find(({ weight }) => weight === most)?.type === 'text/event-stream';
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return given === undefined ? 1 : Number(given) || 0;
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
