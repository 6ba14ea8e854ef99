import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { page } from '../../graphql/page.ts';
import { findVisible } from '../../graphql/visible.ts';
import { translate } from '../../messages/error-text.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import { sessionsVisibleTo } from './sessions.policy.ts';

const SessionStateEnum = builder.enumType('SessionState', {
  values: {
    QUEUED: { description: 'Accepted, waiting for a server to take it.' },
    STARTING: { description: 'The source is being opened.' },
    RUNNING: { description: 'Frames arrive.' },
    STOPPING: { description: 'Stop was asked for; open tracks are being closed.' },
    COMPLETED: { description: 'The source ended by itself.' },
    STOPPED: { description: 'Somebody stopped it.' },
    FAILED: { description: 'It could not go on; `endReason` says why.' },
  },
});

const SessionEndReasonEnum = builder.enumType('SessionEndReason', {
  values: {
    SOURCE_ENDED: {},
    STOP_REQUESTED: {},
    SOURCE_UNREADABLE: {},
    INFERENCE_LOST: { description: 'The sidecar went away and did not come back in time.' },
    INTERNAL: {},
    DEVICE_LOST: {
      description: 'The device that captured it sent nothing for a day. What it brings later is recorded all the same.',
    },
  },
});

const SessionRunnerEnum = builder.enumType('SessionRunner', {
  values: {
    SERVER: { description: 'A server of ours, with a sidecar.' },
    DEVICE: { description: 'A program on somebody’s machine, which tells what it saw when it can.' },
  },
});

export const SessionProfileEnum = builder.enumType('SessionProfile', {
  values: {
    FAST: { description: 'Best speed on this machine.' },
    ACCURATE: { description: 'Best quality on this machine.' },
    CPU_ONLY: { description: 'Never uses an accelerator.' },
  },
});

export const SessionNode = builder.prismaNode('Session', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(sessionsVisibleTo),
  fields: (t) => ({
    // Not t.relation: that reads the source of each session apart when the sessions come from a page of events.
    source: t.field({
      type: SourceNode,
      nullable: true,
      extensions: { readsAhead: false },
      resolve: ({ sourceId: id, organizationId }, _args, { services }) => services.sources.load({ id, organizationId }),
    }),
    pipelines: t.exposeStringList('pipelines'),
    profile: t.expose('profile', { type: SessionProfileEnum }),
    runBy: t.field({
      type: SessionRunnerEnum,
      select: { captureId: true },
      resolve: ({ captureId }) => (captureId === null ? 'SERVER' : 'DEVICE'),
    }),
    state: t.expose('state', { type: SessionStateEnum }),
    endReason: t.expose('endReason', { type: SessionEndReasonEnum, nullable: true }),
    endDetail: t.string({
      nullable: true,
      select: { endDetail: true },
      resolve: ({ endDetail }, _args, { locale }) =>
        endDetail === null || locale === 'EN' ? endDetail : (translate(endDetail) ?? endDetail),
    }),
    framesRead: t.exposeInt('framesRead'),
    framesTotal: t.exposeInt('framesTotal', { nullable: true }),
    eventCount: t.exposeInt('eventCount'),
    attemptCount: t.exposeInt('attemptCount'),
    model: t.exposeString('model', { nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
  }),
});

builder.queryField('session', (t) =>
  t.withAuth({ canSomewhere: 'read' }).prismaField({
    type: 'Session',
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: SessionNode }) },
    resolve: (query, _root, { id }, { db, viewer }) =>
      db.session.findFirst({ ...query, where: { AND: [{ id: id.id }, sessionsVisibleTo(viewer)] } }),
  }),
);

const SessionFilter = builder.inputType('SessionFilter', {
  fields: (t) => ({
    states: t.field({ type: [SessionStateEnum], validate: z.array(z.string()).max(20) }),
    sourceId: t.globalID({ for: SourceNode }),
  }),
});

builder.queryField('sessions', (t) =>
  t.withAuth({ canSomewhere: 'read' }).prismaConnection(
    {
      type: 'Session',
      cursor: 'id',
      ...page,
      description: 'Sessions of the organization, oldest first.',
      args: { filter: t.arg({ type: SessionFilter }) },
      resolve: (query, _root, { filter }, { db, viewer }) =>
        db.session.findMany({
          ...query,
          where: {
            AND: [
              sessionsVisibleTo(viewer),
              filter?.states ? { state: { in: filter.states } } : {},
              filter?.sourceId ? { sourceId: filter.sourceId.id } : {},
            ],
          },
          orderBy: { id: 'asc' },
        }),
    },
    { name: 'SessionConnection' },
    { name: 'SessionEdge' },
  ),
);

builder.prismaObjectField('Source', 'sessions', (t) =>
  t.relatedConnection(
    'sessions',
    { cursor: 'id', ...page, query: { orderBy: { id: 'asc' } } },
    { name: 'SourceSessionsConnection' },
    { name: 'SourceSessionsEdge' },
  ),
);
