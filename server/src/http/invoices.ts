import type { FastifyInstance } from 'fastify';
import { bearerOf } from '../domain/identity/authenticate.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import { NotFoundError, UnauthenticatedError } from '../errors/request-errors.ts';
import { decodeGlobalId } from '../graphql/global-id.ts';
import type { Services } from '../services.ts';
import { withOrganization } from '../tenancy.ts';
import type { ClientAddress } from './client-address.ts';
import { cookieNames, cookieOf } from './cookies.ts';
import { originOf } from './origin-of.ts';

type Deps = { services: Pick<Services, 'invoices'>; authenticate: Authenticate; clientAddress: ClientAddress };

const fileName = /^([\w-]{1,200})\.(pdf|csv)$/;

/** `GET /invoices/<id>.pdf` and `.csv`, with a token, or from a page that is signed in. What may not be seen is not there. */
export const registerInvoices = ({ services, authenticate, clientAddress }: Deps) =>
  function register(app: FastifyInstance): void {
    app.get<{ Params: { file: string } }>('/invoices/:file', { exposeHeadRoute: false }, async (request, reply) => {
      const { headers, params } = request;
      // Reading changes nothing, so a cookie is enough: pages of others cannot see what comes back.
      const secret = bearerOf(headers.authorization) ?? cookieOf(headers, cookieNames.access);
      if (secret === null) throw new UnauthenticatedError({ reason: 'no token' });
      const { viewer } = await authenticate(secret, originOf(request, clientAddress).address);
      const [, globalId, format] = fileName.exec(params.file) ?? [];
      if (!globalId || (format !== 'pdf' && format !== 'csv')) throw new NotFoundError('Invoice', params.file);
      const { typename, id } = decodeGlobalId(globalId);
      if (typename !== 'Invoice') throw new NotFoundError('Invoice', id);
      const { organizationId, clockOffsetMs } = viewer;
      const file = await withOrganization(
        organizationId,
        () => services.invoices.file(viewer, id, format),
        clockOffsetMs,
      );
      void reply.headers({
        'content-type': file.contentType,
        'content-disposition': `attachment; filename="${file.name}"`,
        'cache-control': 'private, no-store',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      return reply.send(Buffer.from(file.bytes));
    });
  };
