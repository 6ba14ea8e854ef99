import type { Locale, PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { Viewer } from '../domain/identity/viewer.ts';
import type { Services } from '../services.ts';
import type { Rehearsal } from './rehearsal-plugin.ts';

/** What resolvers get for one operation. */
export type Context = {
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly userAgent: string | null;
  /** Where the request came from; null when that is not known. */
  readonly address: string | null;
  /** Where a stream of events was when it was lost, as its caller's `Last-Event-ID` says; null for all else. */
  readonly lastEventId: string | null;
  /** The language to answer in: the person's, else the one their program asks for, else English. */
  readonly locale: Locale;
  readonly db: PrismaClient;
  readonly services: Services;
  readonly log: Logger;
  /** Only while an operation is tried out. */
  readonly rehearsal?: Rehearsal;
};
