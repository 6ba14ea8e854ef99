import { BaseClient } from './base-client.ts';
import type { Replacements } from './base-client.ts';
import type { ClientOptions } from './options.ts';
import { createAccount } from './resources/account.ts';
import { createApiKeys } from './resources/api-keys.ts';
import { createAuditLog } from './resources/audit-log.ts';
import type { Auth } from './resources/auth.ts';
import { createIdentities } from './resources/identities.ts';
import { createInvitations, createMembers } from './resources/members.ts';
import { createAnalyze, createEmbed, createModels, createRedact } from './resources/inference.ts';
import type { Analyze, Embed, Redact } from './resources/inference.ts';
import { createOrganizations } from './resources/organizations.ts';
import { createPredict } from './resources/predict.ts';
import type { Predict } from './resources/predict.ts';
import { createRoles } from './resources/roles.ts';
import { createSecondFactor } from './resources/second-factor.ts';
import { createSignIns } from './resources/sign-ins.ts';
import { createSessions } from './resources/sessions.ts';
import { createSources } from './resources/sources.ts';
import { createTeams } from './resources/teams.ts';

/** A client with everything that a Sightline server offers, for programs that need not count bytes. */
export class Client<A = Auth> extends BaseClient<A> {
  /** What people change about themselves, and the way back in. */
  readonly account: ReturnType<typeof createAccount>;
  readonly apiKeys: ReturnType<typeof createApiKeys>;
  /** Signing in with what others know of people. */
  readonly identities: ReturnType<typeof createIdentities>;
  /** Authenticator apps, recovery codes, and fresh proofs. */
  readonly secondFactor: ReturnType<typeof createSecondFactor>;
  /** Where the person is signed in. */
  readonly signIns: ReturnType<typeof createSignIns>;
  /** The organization that this client acts in, and the person's others. */
  readonly organizations: ReturnType<typeof createOrganizations>;
  readonly members: ReturnType<typeof createMembers>;
  readonly invitations: ReturnType<typeof createInvitations>;
  readonly teams: ReturnType<typeof createTeams>;
  readonly roles: ReturnType<typeof createRoles>;
  readonly auditLog: ReturnType<typeof createAuditLog>;
  readonly sources: ReturnType<typeof createSources>;
  readonly sessions: ReturnType<typeof createSessions>;
  /** What a model sees in one picture, asked of the inference sidecar itself. */
  readonly predict: Predict;
  /** What objects are in a frame, with an overlay where wished. */
  readonly analyze: Analyze;
  /** A picture with faces hidden. */
  readonly redact: Redact;
  /** Texts as vectors. */
  readonly embed: Embed;
  /** What the sidecar can look with. */
  readonly models: ReturnType<typeof createModels>;

  /** Throws ConfigurationError. */
  constructor(options: ClientOptions = {}, replacements: Replacements<A> = {}) {
    super(options, replacements);
    const { parts } = this;
    this.account = createAccount(parts);
    this.apiKeys = createApiKeys(parts);
    this.identities = createIdentities(parts);
    this.secondFactor = createSecondFactor(parts);
    this.signIns = createSignIns(parts);
    this.organizations = createOrganizations(parts);
    this.members = createMembers(parts);
    this.invitations = createInvitations(parts);
    this.teams = createTeams(parts);
    this.roles = createRoles(parts);
    this.auditLog = createAuditLog(parts);
    this.sources = createSources(parts);
    this.sessions = createSessions(parts);
    this.predict = (replacements.predict ?? createPredict)(parts);
    this.analyze = createAnalyze(parts);
    this.redact = createRedact(parts);
    this.embed = createEmbed(parts);
    this.models = createModels(parts);
  }
}
