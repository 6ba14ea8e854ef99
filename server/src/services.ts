import type { ArtifactsService } from './domain/artifacts/artifacts.service.ts';
import type { ApiKeysService } from './domain/identity/api-keys.service.ts';
import type { IdentityService } from './domain/identity/identity.service.ts';
import type { SessionChanges } from './domain/sessions/session-changes.ts';
import type { SessionsService } from './domain/sessions/sessions.service.ts';
import type { SourcesService } from './domain/sources/sources.service.ts';

/** What resolvers may call. Made once, in app.ts. */
export type Services = {
  readonly identity: IdentityService;
  readonly apiKeys: ApiKeysService;
  readonly artifacts: ArtifactsService;
  readonly sources: SourcesService;
  readonly sessions: SessionsService;
  readonly sessionChanges: SessionChanges;
};
