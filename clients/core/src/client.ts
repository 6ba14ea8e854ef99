import { BaseClient } from './base-client.ts';
import type { Replacements } from './base-client.ts';
import type { ClientOptions } from './options.ts';
import { createAnalytics } from './resources/analytics.ts';
import { createArchives } from './resources/archives.ts';
import { createBilling } from './resources/billing.ts';
import { createDevices } from './resources/devices.ts';
import { createEstimates } from './resources/estimates.ts';
import { createFlags } from './resources/flags.ts';
import { createJobs } from './resources/jobs.ts';
import { createNodes } from './resources/nodes.ts';
import { createNotifications } from './resources/notifications.ts';
import { createPresence } from './resources/presence.ts';
import { createPrivacy } from './resources/privacy.ts';
import { createSandbox } from './resources/sandbox.ts';
import { createUsage } from './resources/usage.ts';
import { createAccount } from './resources/account.ts';
import { createApiKeys } from './resources/api-keys.ts';
import { createAuditLog } from './resources/audit-log.ts';
import type { Auth } from './resources/auth.ts';
import { createCaptures } from './resources/captures.ts';
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
  /** Counts and curves of what happened. */
  readonly analytics: ReturnType<typeof createAnalytics>;
  /** Events that left the feed. */
  readonly archives: ReturnType<typeof createArchives>;
  /** Plans, the subscription, and bills. */
  readonly billing: ReturnType<typeof createBilling>;
  /** Letting in devices that show a code. */
  readonly devices: ReturnType<typeof createDevices>;
  /** What something would cost, without doing it. */
  readonly estimates: ReturnType<typeof createEstimates>;
  /** Features that are on or off. */
  readonly flags: ReturnType<typeof createFlags>;
  /** What the server does by itself, for operators. */
  readonly jobs: ReturnType<typeof createJobs>;
  /** Things by their ids. */
  readonly nodes: ReturnType<typeof createNodes>;
  /** What the person is told. */
  readonly notifications: ReturnType<typeof createNotifications>;
  /** Who is watching. */
  readonly presence: ReturnType<typeof createPresence>;
  /** What is known of the person, and for how long. */
  readonly privacy: ReturnType<typeof createPrivacy>;
  /** Organizations for trying out. */
  readonly sandbox: ReturnType<typeof createSandbox>;
  /** What was used, what is left, and what it costs. */
  readonly usage: ReturnType<typeof createUsage>;
  /** What people change about themselves, and the way back in. */
  readonly account: ReturnType<typeof createAccount>;
  readonly apiKeys: ReturnType<typeof createApiKeys>;
  /** What a device captured and used while it could not say so. */
  readonly captures: ReturnType<typeof createCaptures>;
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
    this.analytics = createAnalytics(parts);
    this.archives = createArchives(parts);
    this.billing = createBilling(parts);
    this.devices = createDevices(parts);
    this.estimates = createEstimates(parts);
    this.flags = createFlags(parts);
    this.jobs = createJobs(parts);
    this.nodes = createNodes(parts);
    this.notifications = createNotifications(parts);
    this.presence = createPresence(parts);
    this.privacy = createPrivacy(parts);
    this.sandbox = createSandbox(parts);
    this.usage = createUsage(parts);
    this.account = createAccount(parts);
    this.apiKeys = createApiKeys(parts);
    this.captures = createCaptures(parts);
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
