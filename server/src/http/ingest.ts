import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createAdmission } from '../domain/sessions/ingest/admission.ts';
import type { BatchName } from '../domain/sessions/ingest/batch-order.ts';
import { readBatch } from '../domain/sessions/ingest/read-batch.ts';
import type { SessionRecord } from '../domain/sessions/session-record.ts';
import { InputInvalidError, NotFoundError, RequestRefusedError } from '../errors/request-errors.ts';
import type { RunMessage } from '../ports.ts';
import { serviceOnly } from './service-only.ts';

type Deps = {
  record: Pick<SessionRecord, 'batch'>;
  /** Reads what a sidecar wrote. Throws for what is not that. */
  readMessages(bytes: AsyncIterable<Uint8Array>): AsyncIterable<RunMessage>;
  serviceToken: string;
};
type Params = { Params: { id: string } };

const contentType = 'application/vnd.sightline.run';
/** A pool has ten connections, and others want some. Who waits has sent nothing yet, and a body has nine seconds to come. */
const limits = { activeMax: 8, waitingMax: 64, waitMs: 5_000 };
/** Some thirty pictures of the largest size that a session takes. */
const bodyBytesMax = 32 * 1024 * 1024;

/**
 * `POST /internal/sessions/<id>/batches`: records what a sidecar saw, once, on whichever server it arrives. The body is a
 * row of run messages; `x-batch: <attempt>.<seq>` says which batch it is. Answers `{ acceptedSeq }` after the commit.
 */
export const registerIngest =
  ({ record, readMessages, serviceToken }: Deps) =>
  (app: FastifyInstance): void => {
    const admission = createAdmission(limits);
    // A scope of its own: here the body is read only when there is a place for it.
    void app.register(async (ingest) => {
      ingest.removeAllContentTypeParsers();
      ingest.addContentTypeParser(contentType, (_request, _body, done) => done(null));

      ingest.post(
        '/internal/sessions/:id/batches',
        { onRequest: serviceOnly(serviceToken) },
        async (request: FastifyRequest<Params>, reply) => {
          const name = nameOf(request);
          const hangUp = hangUpOf(reply);
          const leave = await admission.enter(hangUp.signal);
          try {
            const batch = await readBatch(readMessages(bodyOf(request.raw)), name.seq === 1);
            const { acceptedSeq, isDuplicate } = await record.batch(name, batch);
            return isDuplicate ? { acceptedSeq, isDuplicate } : { acceptedSeq };
          } finally {
            leave();
            hangUp.stop();
          }
        },
      );
    });
  };

function nameOf({ params, headers }: FastifyRequest<Params>): BatchName {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(params.id)) throw new NotFoundError('Session', params.id);
  const [, attempt, seq] = /^([1-9]\d{0,8})\.([1-9]\d{0,8})$/.exec(String(headers['x-batch'])) ?? [];
  if (!attempt || !seq) throw new InputInvalidError('x-batch', 'Send x-batch: <attempt>.<seq>, both from 1 on.');
  return { sessionId: params.id, attempt: Number(attempt), seq: Number(seq) };
}

/** Aborts when the caller goes before the answer is out. */
function hangUpOf({ raw }: FastifyReply) {
  const controller = new AbortController();
  const abort = () => controller.abort(hungUp());
  raw.once('close', abort);
  return { signal: controller.signal, stop: () => void raw.off('close', abort) };
}

async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  let byteCount = 0;
  try {
    for await (const piece of request as AsyncIterable<Uint8Array>) {
      byteCount += piece.byteLength;
      if (byteCount > bodyBytesMax) {
        throw new RequestRefusedError('BODY_TOO_LARGE', `A batch has ${bodyBytesMax} bytes at most.`);
      }
      yield piece;
    }
  } catch (error) {
    // Who goes in the middle of a body is no trouble of ours.
    throw error instanceof Error && 'code' in error && error.code === 'ECONNRESET' ? hungUp() : error;
  }
}

const hungUp = () => new RequestRefusedError('BAD_REQUEST', 'The caller hung up.');
