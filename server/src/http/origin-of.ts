import type { FastifyRequest } from 'fastify';
import type { Origin } from '../domain/identity/viewer.ts';
import type { ClientAddress } from './client-address.ts';

/** Where and how a request to a route comes. */
export function originOf(request: FastifyRequest, clientAddress: ClientAddress): Origin {
  const { headers, id, raw } = request;
  return {
    requestId: id,
    userAgent: headers['user-agent'] ?? null,
    address: clientAddress({ headers, remoteAddress: raw.socket.remoteAddress ?? null }),
  };
}
