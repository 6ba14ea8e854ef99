import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestRefusedError } from '../errors/request-errors.ts';
import type { ObjectStorage, SignedRequest } from '../ports.ts';

type Deps = { storage: ObjectStorage };
type FileRequest = FastifyRequest<{ Params: { '*': string }; Querystring: Record<string, unknown> }>;

/** An upload may take long, but not stand still. */
const idleUploadMs = 9_500;

const stoodStill = new RequestRefusedError('REQUEST_TIMEOUT', 'Nothing arrived for 10 seconds.');
const brokeOff = new RequestRefusedError('BAD_REQUEST', 'The upload broke off.');

/**
 * GET and PUT of `/files/<key>`, for storages whose links point here. The link is the permission: it names the method,
 * the key, the type and the size, so there is nothing left to decide.
 */
export function registerFiles(app: FastifyInstance, { storage }: Deps): void {
  const { links } = storage;
  if (!links) return;
  const verify = ({ method, params, query }: FileRequest) => links.verify({ method, key: params['*'], query });

  // A scope of its own: here bodies of any type are streamed, elsewhere they are parsed.
  void app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('*', (_request, _body, done) => done(null));

    files.get('/files/*', { exposeHeadRoute: false }, async (request: FileRequest, reply) => {
      const { key, contentType, expiresAt } = verify(request);
      const size = await storage.size(key);
      const body = await storage.read(key);
      const restSeconds = Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000));
      void reply.headers({
        'content-type': contentType,
        'content-disposition': /^(image|video|audio)\//.test(contentType) ? 'inline' : 'attachment',
        // What people upload must never run as a page of ours.
        'content-security-policy': "default-src 'none'; sandbox",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': `private, max-age=${restSeconds}, immutable`,
        ...(size !== null && { 'content-length': size }),
      });
      return reply.send(body);
    });

    files.put('/files/*', async (request: FileRequest, reply) => {
      const allowed = verify(request);
      requireAnnounced(request, allowed);
      const { raw } = request;
      raw.setTimeout(idleUploadMs, () => raw.destroy(stoodStill));
      try {
        await links.receive(allowed, raw);
      } catch (error) {
        // What is still on its way would be read as the next request: this connection ends with the answer.
        void reply.header('connection', 'close');
        // A caller who hangs up is no fault of ours, and nobody is left to read why.
        throw isHangUp(error) ? brokeOff : error;
      }
      return reply.status(204).send();
    });
  });
}

/** Refuses what cannot become right, before its bytes travel. */
function requireAnnounced({ headers }: { headers: IncomingMessage['headers'] }, allowed: SignedRequest): void {
  const { contentType, byteSize } = allowed;
  if (headers['content-type'] !== contentType) {
    throw new RequestRefusedError('UPLOAD_MISMATCH', `This link is for content of type ${contentType}.`);
  }
  const announced = headers['content-length'];
  if (announced === undefined || Number(announced) === byteSize) return;
  const message = `This link is for ${byteSize} bytes, not ${announced}.`;
  throw new RequestRefusedError(Number(announced) > byteSize ? 'BODY_TOO_LARGE' : 'UPLOAD_MISMATCH', message);
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
