import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { Viewer } from '../domain/identity/viewer.ts';
import type { Services } from '../services.ts';

/** What resolvers get for one operation. */
export type Context = {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly userAgent: string | null;
  readonly db: PrismaClient;
  readonly services: Services;
  readonly log: Logger;
};
