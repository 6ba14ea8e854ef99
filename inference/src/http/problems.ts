import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { SidecarError, errorCodes } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { errorMessage, errorText, languageOf } from '../messages/error-text.ts';
import type { Language } from '../messages/error-text.ts';
import { isHangUp } from './hang-up.ts';
import { releaseChunk } from './release-chunk.ts';

/** What Fastify and its plugins call things, in our words. */
const fastifyCodes: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'The body is larger than this server accepts.'],
  FST_REQ_FILE_TOO_LARGE: ['BODY_TOO_LARGE', 'The file is larger than this server accepts.'],
  FST_FILES_LIMIT: ['INPUT_INVALID', 'Send one file.'],
  FST_FIELDS_LIMIT: ['INPUT_INVALID', 'The form has too many fields.'],
  FST_PARTS_LIMIT: ['INPUT_INVALID', 'The form has too many parts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the picture as image/*, application/octet-stream, multipart/form-data, or base64 in application/json.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['INPUT_INVALID', 'The body is empty.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['INPUT_INVALID', 'The body is not JSON.'],
};

/** Turns whatever was thrown into an error of the catalogue; a bug becomes INTERNAL_SERVER_ERROR and says nothing more. */
export function asSidecarError(error: unknown): SidecarError {
  if (error instanceof SidecarError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.slice(1).replaceAll('/', '.'),
      message: message ?? 'is invalid',
    }));
    const text = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
    return new SidecarError('INPUT_INVALID', text, { details: { issues } });
  }
  const { code, statusCode } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : fastifyCodes[code];
  if (known) return new SidecarError(known[0], known[1], { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new SidecarError('BAD_REQUEST', 'The request could not be read.', { cause: error });
  }
  return new SidecarError('INTERNAL_SERVER_ERROR', 'Something went wrong on our side.', { cause: error });
}

type ErrorHandler = Parameters<FastifyInstance['setErrorHandler']>[0];

/** What a refusal says, whatever the shape of its answer. */
export type Told = ReturnType<typeof tell>;

/** Answers what was thrown with its status and its headers, and tells the log. `bodyOf` gives the answer its shape. */
export function createErrorHandler(bodyOf: (told: Told) => object): ErrorHandler {
  return (thrown, request, reply) => {
    const { error, status, headers } = refusalOf(thrown, request.raw, request.log);
    const language = languageOf(request.headers);
    // A stream that failed before its first byte has already said what type it would have been.
    return reply
      .code(status)
      .headers({ ...headers, 'content-language': language })
      .send(bodyOf(tell(error, request.id, language)));
  };
}

/** What a caller is told of an error, in their language. */
export function tell({ code, message, details, retryAfterMs }: SidecarError, requestId: string, language: Language) {
  const { hint } = errorText(code, language);
  const { retryable } = errorCodes[code];
  return {
    code,
    message: errorMessage(code, message, language),
    requestId,
    hint,
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    docs: docsOf(code),
    ...(details && { details: language === 'en' ? details : { ...details, ...translated(details, language) } }),
  };
}

/** Of the issues of an input each says what is wrong with it. */
function translated({ issues }: Record<string, unknown>, language: Language): { issues?: unknown[] } {
  if (!Array.isArray(issues)) return {};
  const inLanguage = (issue: { message: string }) => ({
    ...issue,
    message: errorMessage('INPUT_INVALID', issue.message, language),
  });
  return { issues: (issues as { message: string }[]).map(inLanguage) };
}

/** The same as RFC 9457 asks, in the caller's language: for all that speaks no dialect of somebody else's. */
const answerProblem: ErrorHandler = (thrown, request, reply) => {
  const { error, status, headers } = refusalOf(thrown, request.raw, request.log);
  const language = languageOf(request.headers);
  return reply
    .code(status)
    .headers({ ...headers, 'content-type': problemType, 'content-language': language })
    .send(problem(error, request.id, language));
};

/** A request whose body may not be read yet. */
export type Unread = { complete: boolean; on(name: 'data', take: (chunk: Uint8Array) => void): unknown };

/** What is answered where `thrown` was; tells the log. */
export function refusalOf(thrown: unknown, request: Unread, log: Pick<Logger, 'error' | 'warn' | 'debug'>) {
  const error = asSidecarError(thrown);
  const { status, retryable } = errorCodes[error.code];
  // The rest of a body that is not wanted is read all the same; it need not be kept until somebody collects it.
  if (!request.complete) request.on('data', releaseChunk);
  if (isHangUp(thrown)) log.debug('the caller hung up');
  else if (status >= 500 && error.code !== 'QUEUE_FULL') {
    const level = error.code === 'INTERNAL_SERVER_ERROR' ? 'error' : 'warn';
    log[level]({ err: error.cause ?? error, code: error.code, ...error.internal }, 'request failed');
  } else log.debug({ code: error.code, ...error.internal }, 'request refused');
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  // Whole seconds; rounding down would make clients come too early.
  if (retryable) headers['retry-after'] = String(Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { error, status, headers };
}

/** Gives every refusal one shape, whoever makes it. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerProblem);

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = (['GET', 'POST'] as const).filter((method) => app.hasRoute({ method, url: path }));
    if (methods.length > 0) {
      void reply.header('allow', methods.join(', '));
      throw new SidecarError('METHOD_NOT_ALLOWED', `Use ${methods.join(' or ')} here.`);
    }
    throw new SidecarError('NOT_FOUND', 'There is nothing at this address. GET / lists what there is.');
  });

  // What the `type` of a problem points to.
  app.get('/errors/:code', { schema: { hide: true } }, async (request, reply) => {
    const { code } = request.params as { code: string };
    if (!isErrorCode(code)) throw new SidecarError('NOT_FOUND', 'There is no such code.');
    const language = languageOf(request.headers);
    void reply.headers({ 'content-language': language, vary: 'accept-language' });
    return { code, ...errorText(code, language), ...errorCodes[code], docs: docsOf(code) };
  });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

/** Answers what is no HTTP request, or takes too long to become one. Nobody else can: no route ever sees it. */
export function refuseConnection(error: NodeJS.ErrnoException & { rawPacket?: unknown }, socket: Socket): void {
  if (error.code === 'ECONNRESET') return void socket.destroy();
  const [code, message]: [ErrorCode, string] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['REQUEST_TIMEOUT', 'The request took too long to arrive.']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['HEADERS_TOO_LARGE', 'The headers are larger than this server accepts.']
        : ['BAD_REQUEST', 'This is not an HTTP request.'];
  refuseSocket(socket, new SidecarError(code, message), languageIn(error.rawPacket ?? null));
}

/** Of a head that could not be read: what came of it last may say the language all the same. */
export function languageIn(packet: unknown): Language {
  const text = Buffer.isBuffer(packet) ? packet.toString('latin1') : '';
  const found = /^accept-language:([^\r\n]*)/im.exec(text);
  return languageOf(found ? { 'accept-language': found[1]! } : {});
}

/** Answers on the socket itself: where no route can any more, or where its body is not to be waited for. */
export function refuseSocket(socket: Socket, error: SidecarError, language: Language): void {
  if (!socket.writable) return void socket.destroy();
  const { status, retryable } = errorCodes[error.code];
  const requestId = randomUUID();
  const body = JSON.stringify(problem(error, requestId, language));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...(retryable ? ['retry-after: 1'] : []),
    `content-type: ${problemType}`,
    `x-request-id: ${requestId}`,
    `content-language: ${language}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

export const problemType = 'application/problem+json; charset=utf-8';

const docsOf = (code: ErrorCode) => `docs/errors.md#${code.toLowerCase()}`;

/** A refusal as RFC 9457 has it. */
export function problem(error: SidecarError, requestId: string, language: Language) {
  const { code } = error;
  const told = tell(error, requestId, language);
  return {
    type: `/errors/${code}`,
    title: errorText(code, language).title,
    status: errorCodes[code].status,
    detail: told.message,
    instance: `urn:sightline:request:${requestId}`,
    error: told,
  };
}
