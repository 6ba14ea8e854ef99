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
import type { CallOptions, Settings } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Credentials } from '../transport/credentials.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';
import { resume } from '../transport/resume.ts';
import { createStream } from '../transport/stream.ts';
import type { Stream } from '../transport/stream.ts';
import type { Ending, Subscribe } from '../transport/subscription.ts';

const finalStates: readonly SessionState[] = ['COMPLETED', 'STOPPED', 'FAILED'];

/** Whether a session has ended for good. */
export function isFinal(session: Pick<Session, 'state'>): boolean {
  return finalStates.includes(session.state);
}

/** `pipelines` and `profile` have defaults on the server. */
export type StartSession = Omit<StartSessionInput, 'pipelines' | 'profile'> &
  Partial<Pick<StartSessionInput, 'pipelines' | 'profile'>>;

type Deps = { graphql: Graphql; subscribe: Subscribe; settings: Settings; renew: Credentials['renew'] };

export function createSessions({ graphql, subscribe, settings, renew }: Deps) {
  async function* changes(id: string, signal: AbortSignal): AsyncGenerator<Session, Ending, undefined> {
    const items = subscribe(SessionChangedDocument, { id }, signal);
    try {
      for (;;) {
        const step = await items.next();
        if (step.done) return step.value;
        yield step.value.sessionChanged;
      }
    } finally {
      await items.return({ kind: 'completed' });
    }
  }

  return {
    /** Runs pipelines over a source. Throws PlanLimitError, InvalidRequestError (PIPELINE_UNKNOWN), NotFoundError. */
    start(input: StartSession, options?: CallOptions): Call<Session> {
      return callOf(
        graphql(StartSessionDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.startSession, requestId).session,
      );
    },

    /** Ends a session. Works from every state; stopping twice changes nothing, so this is retried. */
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
    watch(id: string, { signal: callerSignal }: { signal?: AbortSignal } = {}): Stream<Session> {
      return createStream(callerSignal, async function* (signal) {
        let over = false;
        const sessions = resume({
          open: () => changes(id, signal),
          isOver: () => over,
          renew,
          policy: settings.reconnect,
          signal,
          logger: settings.logger,
        });
        for await (const session of sessions) {
          over = isFinal(session);
          yield session;
          if (over) return;
        }
      });
    },
  };
}
