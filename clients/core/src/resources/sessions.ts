import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Session } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  SessionChangedDocument,
  SessionDocument,
  SessionsDocument,
  StartSessionDocument,
  StopSessionDocument,
} from '../generated/documents.ts';
import type { SessionFilter, SessionState, StartSessionInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Stream } from '../transport/stream.ts';
import { follow } from './follow.ts';
import type { FollowOptions } from './follow.ts';

const finalStates: readonly SessionState[] = ['COMPLETED', 'STOPPED', 'FAILED'];

/** Whether a session has ended for good. */
export function isFinal(session: Pick<Session, 'state'>): boolean {
  return finalStates.includes(session.state);
}

/** `pipelines` and `profile` have defaults on the server. */
export type StartSession = StartSessionInput;

export function createSessions(parts: Pick<Parts, 'graphql' | 'subscribe' | 'settings' | 'renew'>) {
  const { graphql } = parts;
  return {
    /** Runs pipelines over a source. Throws PlanLimitError, InvalidRequestError (PIPELINE_UNKNOWN), NotFoundError. */
    start(input: StartSession, options?: CallOptions): Call<Session> {
      return callOf(
        graphql(StartSessionDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.startSession, requestId).session,
      );
    },

    /** Ends a session. Works from every state; stopping twice changes nothing. */
    stop(id: string, options?: CallOptions): Call<Session> {
      return callOf(graphql(StopSessionDocument, { input: { id } }, options), ({ data }) => data.stopSession.session);
    },

    /** Null when there is no such session, or none the viewer may see. */
    get(id: string, options?: CallOptions): Call<Session | null> {
      return callOf(graphql(SessionDocument, { id }, options), ({ data }) => data.session);
    },

    /** Sessions of the organization, oldest first. */
    list(options: PageOptions & CallOptions & { filter?: SessionFilter } = {}): PagedList<Session> {
      return createPagedList(
        options,
        (window) => graphql(SessionsDocument, { ...window, filter: options.filter ?? null }, options),
        (data) => data.sessions,
      );
    },

    /** The session now, then whenever it changes, newest wins; ends by itself after its final state. Survives lost connections. */
    watch(id: string, options?: FollowOptions): Stream<Session> {
      const read = (data: { sessionChanged: Session }) => data.sessionChanged;
      return follow(parts, { document: SessionChangedDocument, variables: { id }, read, isLast: isFinal }, options);
    },
  };
}
