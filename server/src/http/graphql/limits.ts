import { maxPageSize } from '../../graphql/page.ts';
import { bodyMs } from '../slow-bodies.ts';

/** What one caller may ask for. Everything up to `cost` is decided before anything runs. */
export type GraphqlLimits = {
  /** Bytes of a request body or of one WebSocket message. */
  readonly bodyBytes: number;
  /** A body that has not arrived by then is refused. */
  readonly bodyTimeoutMs: number;
  readonly documentCharacters: number;
  readonly tokens: number;
  readonly operations: number;
  /** Nested selection sets, fragments spread out. The full introspection query needs 15. */
  readonly depth: number;
  /** Fields, aliases and directives of one operation, fragments spread out. */
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** How often an introspection may go from types to types again; one is plenty. */
  readonly introspectionLists: number;
  /** Values in the variables, at any depth. */
  readonly variableValues: number;
  readonly variableDepth: number;
  /** Largest `first` or `last`. */
  readonly pageSize: number;
  /** Estimated number of fields to resolve: pages count as often as they may hold items. */
  readonly cost: number;
  /** Queries and mutations that take longer are given up. */
  readonly executionTimeoutMs: number;
  /** Open WebSockets, and as many streams beside them. */
  readonly sockets: number;
  /** Operations that may run on one socket at the same time. */
  readonly operationsPerSocket: number;
  readonly socketInitTimeoutMs: number;
  /** A socket that does not answer one ping until the next is dead. */
  readonly socketPingMs: number;
  /** A socket whose reader lets this many unsent bytes pile up is closed; it can resume by cursor. */
  readonly socketBufferBytes: number;
  /** The same for all sockets and streams of a process together: the one with the most goes first. */
  readonly socketsBufferBytes: number;
  /** A socket whose reader takes nothing for so long is closed; it can resume by cursor. */
  readonly socketStallMs: number;
  /** Results for the same readers that come within this time leave together; the first after a pause at once. */
  readonly coalesceMs: number;
  /** How often a stream of events that has nothing to say says so. */
  readonly streamPingMs: number;
  /** A stream whose reader takes nothing for so long is ended; it can resume by cursor. */
  readonly streamStallMs: number;
  /** Streams for several operations that somebody asked for and has not opened, and how long they are waited for. */
  readonly streamReservations: number;
  readonly streamReservationMs: number;
};

export const defaultGraphqlLimits: GraphqlLimits = {
  bodyBytes: 1024 * 1024,
  bodyTimeoutMs: bodyMs,
  documentCharacters: 64 * 1024,
  tokens: 2000,
  operations: 20,
  depth: 16,
  fields: 500,
  aliases: 50,
  directives: 50,
  introspectionLists: 2,
  variableValues: 2000,
  variableDepth: 12,
  pageSize: maxPageSize,
  cost: 10_000,
  executionTimeoutMs: 30_000,
  sockets: 10_000,
  operationsPerSocket: 100,
  socketInitTimeoutMs: 5000,
  socketPingMs: 30_000,
  socketBufferBytes: 1024 * 1024,
  socketsBufferBytes: 256 * 1024 * 1024,
  socketStallMs: 25_000,
  coalesceMs: 4,
  streamPingMs: 30_000,
  streamStallMs: 60_000,
  streamReservations: 1000,
  streamReservationMs: 10_000,
};
