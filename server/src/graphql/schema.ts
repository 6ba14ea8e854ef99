import './scalars.ts';
import '../domain/identity/user.graphql.ts';
import '../domain/identity/viewer.graphql.ts';
import '../domain/identity/keys/api-key.graphql.ts';
import '../domain/identity/identity-mutations.graphql.ts';
import '../domain/identity/tokens/refresh.graphql.ts';
import '../domain/billing/plan.graphql.ts';
import '../domain/artifacts/artifact.graphql.ts';
import '../domain/sources/source.graphql.ts';
import '../domain/sources/source-mutations.graphql.ts';
import '../domain/sessions/session.graphql.ts';
import '../domain/sessions/session-mutations.graphql.ts';
import '../domain/sessions/session-subscription.graphql.ts';
import '../domain/events/event.graphql.ts';
import '../domain/events/event-connection.graphql.ts';
import '../domain/events/event-subscription.graphql.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
