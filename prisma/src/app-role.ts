import pg from 'pg';

/** What runs for one organization runs as this role, unless DATABASE_APP_ROLE names another. */
export const defaultAppRole = 'sightline_app';

/** What the role may do with each table; with those that are not here, nothing. Policies decide with which rows. */
export const appGrants: Readonly<Record<string, string>> = {
  Organization: 'SELECT, UPDATE, DELETE',
  Plan: 'SELECT',
  PlanVersion: 'SELECT',
  PlanPrice: 'SELECT',
  User: 'SELECT',
  Membership: 'SELECT, INSERT, UPDATE, DELETE',
  Team: 'SELECT, INSERT, UPDATE, DELETE',
  TeamMember: 'SELECT, INSERT, UPDATE, DELETE',
  Invitation: 'SELECT, INSERT, UPDATE, DELETE',
  CustomRole: 'SELECT, INSERT, UPDATE, DELETE',
  RoleAssignment: 'SELECT, INSERT, UPDATE, DELETE',
  SignIn: 'SELECT, UPDATE',
  RefreshFamily: 'SELECT, UPDATE',
  ApiKey: 'SELECT, INSERT, UPDATE, DELETE',
  ApiKeyLimit: 'SELECT, INSERT, UPDATE, DELETE',
  Source: 'SELECT, INSERT, UPDATE, DELETE',
  SourceFile: 'SELECT, INSERT, UPDATE, DELETE',
  SourceCredential: 'SELECT, INSERT, UPDATE, DELETE',
  Session: 'SELECT, INSERT, UPDATE, DELETE',
  OpenTrack: 'SELECT',
  Artifact: 'SELECT, INSERT, UPDATE, DELETE',
  OrganizationFeed: 'SELECT',
  // Of the partitions of events nothing: they are read through this one.
  Event: 'SELECT',
  EventMonth: 'SELECT',
  EventRollup: 'SELECT',
  EventSpan: 'SELECT',
  EventArchive: 'SELECT',
  PresenceEntry: 'SELECT',
  // The ledger, bills and what is bought are written by the system; a tenant's own statements only read them.
  UsageRecord: 'SELECT',
  UsageRollup: 'SELECT',
  OrganizationLimit: 'SELECT',
  Subscription: 'SELECT',
  SubscriptionChange: 'SELECT',
  QuotaCounter: 'SELECT',
  QuotaLease: 'SELECT',
  RateLimitOverride: 'SELECT',
  UsageAlert: 'SELECT',
  BillableItem: 'SELECT',
  Invoice: 'SELECT',
  InvoiceLine: 'SELECT',
  BillingAccount: 'SELECT, INSERT, UPDATE',
  Payment: 'SELECT',
  Notification: 'SELECT, UPDATE',
  RetentionSettings: 'SELECT, INSERT, UPDATE',
  // The log only grows; its chain is the work of a trigger with rights of its own.
  AuditEntry: 'SELECT, INSERT',
  OutboxMessage: 'SELECT, INSERT',
  MailMessage: 'INSERT',
};

/** PostgreSQL's words for: this is not yours to do. */
const forbidden = '42501';
/** It is there already, or somebody else makes or gives it at this very moment. */
const existsStates = new Set(['42710', '23505', 'XX000']);

/**
 * Makes the role where that is allowed, lets the login switch to it, and gives it exactly what it may do in this
 * database. Roles belong to the whole cluster and are in no dump, so this is done after every migration instead of in
 * one. False when there is no such role and this login may not make one.
 */
export async function ensureAppRole(client: pg.ClientBase, role: string): Promise<boolean> {
  if (!(await makeRole(client, role))) return false;
  const name = pg.escapeIdentifier(role);
  const { rows: tables } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`,
  );
  const present = new Set(tables.map((table) => table.name));
  const grants = Object.entries(appGrants)
    .filter(([table]) => present.has(table))
    .map(([table, rights]) => `GRANT ${rights} ON ${pg.escapeIdentifier(table)} TO ${name};`);
  // Statements that are sent together are one transaction: a server that runs meanwhile never goes without.
  await client.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${name};
    GRANT USAGE ON SCHEMA public TO ${name};
    ${grants.join('\n    ')}`);
  return true;
}

/** What to tell whoever runs a database in which we may not make roles. */
export function appRoleHelp(role: string): string {
  return `This login may not create roles, so the database does not keep organizations apart by itself. Somebody who may runs once:
  CREATE ROLE ${role} NOLOGIN NOINHERIT;
  GRANT ${role} TO the login of DATABASE_URL;
and then this command again.`;
}

async function makeRole(client: pg.ClientBase, role: string): Promise<boolean> {
  const name = pg.escapeIdentifier(role);
  try {
    if (!(await hasRole(client, role))) {
      await attempt(client, `CREATE ROLE ${name} NOLOGIN NOINHERIT NOBYPASSRLS`);
    }
    const { rows } = await client.query<{ isMember: boolean }>(isMemberSql, [role]);
    if (!rows[0]?.isMember) await attempt(client, `GRANT ${name} TO session_user`);
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code !== forbidden) throw error;
    // There is one, and it is a login of its own that this one cannot become: it still gets its rights.
    return hasRole(client, role);
  }
}

/** Since PostgreSQL 16 being a member of a role and being allowed to switch to it are two things. */
const isMemberSql = `select pg_has_role(session_user, $1,
  case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) as "isMember"`;

async function hasRole(client: pg.ClientBase, role: string): Promise<boolean> {
  const { rows } = await client.query('select from pg_roles where rolname = $1', [role]);
  return rows.length > 0;
}

async function attempt(client: pg.ClientBase, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if (!existsStates.has((error as pg.DatabaseError).code ?? '')) throw error;
  }
}
