import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import type { Params } from './operations.ts';

/**
 * Forms that a foreign page can send without a preflight (text, urlencoded, multipart) are not taken at all, which
 * also ends cross-site request forgery. Throws UNSUPPORTED_MEDIA_TYPE.
 */
export function requireJson(headers: IncomingHttpHeaders): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (type.trim() === 'application/json' && isUtf8 && isPlain) return;
  throw new RequestRefusedError(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send content-type: application/json, in UTF-8, uncompressed.',
  );
}

/** What is asked for, and what goes along with it. */
export type Asked = Params & { extensions?: Record<string, unknown> | undefined };

/** What a POST asks for. Throws BAD_REQUEST or BATCHING_NOT_SUPPORTED. */
export function paramsOfBody(body: string): Asked {
  const value = parseJson(body, 'The request body');
  if (Array.isArray(value)) {
    throw new RequestRefusedError('BATCHING_NOT_SUPPORTED', 'Send one operation per request, not a list of them.');
  }
  return checkParams(value);
}

/** What a GET asks for. Throws BAD_REQUEST. */
export function paramsOfUrl(url: string): Asked {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
  const variables = search.get('variables');
  const extensions = search.get('extensions');
  return checkParams({
    query: search.get('query') ?? undefined,
    documentId: search.get('documentId') ?? undefined,
    operationName: search.get('operationName') ?? undefined,
    variables: variables ? parseJson(variables, 'The parameter “variables”') : undefined,
    extensions: extensions ? parseJson(extensions, 'The parameter “extensions”') : undefined,
  });
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestRefusedError('BAD_REQUEST', `${what} is not JSON.`);
  }
}

function checkParams(value: unknown): Asked {
  if (!isObject(value)) throw new RequestRefusedError('BAD_REQUEST', 'The request body is not a JSON object.');
  const { query, documentId, operationName, variables, extensions, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badParameter(unknown.slice(0, 100), 'is not known');
  const text = documentId == null ? query : (query ?? '');
  if (typeof text !== 'string') throw badParameter('query', 'has to be text');
  requireDocumentId(text, documentId);
  if (operationName != null && typeof operationName !== 'string') throw badParameter('operationName', 'has to be text');
  if (variables != null && !isObject(variables)) throw badParameter('variables', 'has to be an object');
  if (extensions != null && !isObject(extensions)) throw badParameter('extensions', 'has to be an object');
  return {
    query: text,
    documentId: documentId ?? undefined,
    operationName: operationName ?? undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  };
}

/** A document comes once, as its text or by its id. Throws BAD_REQUEST. */
export function requireDocumentId(query: string, documentId: unknown): asserts documentId is string | null | undefined {
  if (documentId == null) return;
  if (typeof documentId !== 'string') throw badParameter('documentId', 'has to be text');
  if (query !== '') throw badParameter('documentId', 'comes in place of “query”, not beside it');
}

function badParameter(name: string, problem: string) {
  return new RequestRefusedError('BAD_REQUEST', `The parameter “${name}” ${problem}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
