/** A table with rows about people: which are somebody's, what of them is no information, and what erasing does to them. */
export type PersonalTable = {
  table: string;
  /** SQL condition over `t`; `$1` is the user's id, `$2` their address. */
  whose: string;
  /** Secrets and digests of secrets: they say nothing of the person, and exporting them would only lose them. */
  secret: readonly string[];
  /**
   * `remove`: the rows go. `with`: they go with the rows they hang on. `blank`: the row stays without anything personal,
   * because others point to it. `keep`: only ids are in it, which mean nothing afterwards.
   */
  onErasure: 'remove' | 'with' | 'blank' | 'keep';
};

const own = `t."userId" = $1::uuid`;
const membership = `t."membershipId" in (select m."id" from "Membership" m where m."userId" = $1::uuid)`;
const digests = `t."subject" in (sha256(convert_to($2::text, 'UTF8')), sha256(convert_to($1::uuid::text, 'UTF8')))`;

/** In the order in which they can go. A test compares the list with the database: a new table about people fails it. */
export const personalTables: readonly PersonalTable[] = [
  { table: 'RoleAssignment', whose: membership, secret: [], onErasure: 'with' },
  { table: 'TeamMember', whose: membership, secret: [], onErasure: 'with' },
  { table: 'Membership', whose: own, secret: [], onErasure: 'remove' },
  {
    table: 'Invitation',
    whose: `t."invitedByUserId" = $1::uuid or t."email" = $2::text`,
    secret: ['tokenHash'],
    onErasure: 'remove',
  },
  {
    table: 'ApiKey',
    whose: `t."createdByUserId" = $1::uuid`,
    secret: ['keyHash', 'previousKeyHash'],
    onErasure: 'remove',
  },
  {
    table: 'RefreshFamily',
    whose: `t."signInId" in (select s."id" from "SignIn" s where s."userId" = $1::uuid)`,
    secret: ['seed', 'currentHash', 'parentHash'],
    onErasure: 'with',
  },
  { table: 'SignIn', whose: own, secret: ['tokenHash'], onErasure: 'remove' },
  { table: 'KnownDevice', whose: own, secret: ['tokenHash'], onErasure: 'remove' },
  { table: 'OneTimeToken', whose: own, secret: ['tokenHash', 'payload'], onErasure: 'remove' },
  { table: 'AuthorizationCode', whose: own, secret: ['codeHash', 'codeChallenge'], onErasure: 'remove' },
  { table: 'DeviceGrant', whose: own, secret: ['deviceCodeHash', 'userCodeHash'], onErasure: 'remove' },
  { table: 'ExternalIdentity', whose: own, secret: ['providerTokens'], onErasure: 'remove' },
  {
    table: 'IdentityAttempt',
    whose: `t."linkUserId" = $1::uuid`,
    secret: ['stateHash', 'browserHash', 'secrets'],
    onErasure: 'remove',
  },
  { table: 'TotpFactor', whose: own, secret: ['secret', 'lastUsedStep'], onErasure: 'remove' },
  { table: 'RecoveryCode', whose: own, secret: ['codeHash'], onErasure: 'remove' },
  { table: 'MailMessage', whose: own, secret: ['sealed'], onErasure: 'remove' },
  { table: 'AttemptWindow', whose: digests, secret: ['subject'], onErasure: 'remove' },
  { table: 'Notification', whose: own, secret: [], onErasure: 'remove' },
  { table: 'PresenceEntry', whose: own, secret: [], onErasure: 'remove' },
  { table: 'Consent', whose: own, secret: [], onErasure: 'remove' },
  { table: 'PrivacyRequest', whose: own, secret: ['storageKey'], onErasure: 'keep' },
  { table: 'AuditEntry', whose: `t."actorUserId" = $1::uuid`, secret: [], onErasure: 'keep' },
  { table: 'User', whose: `t."id" = $1::uuid`, secret: ['passwordHash'], onErasure: 'blank' },
];

/** The rows of a table about `$1` and `$2`, as JSON without what is secret. */
export const exportSql = ({ table, whose, secret }: PersonalTable) =>
  `select to_jsonb(t)${secret.map((column) => ` - '${column}'`).join('')} as "row", $1::uuid, $2::text
    from "${table}" t where ${whose}`;

export const removeSql = ({ table, whose }: PersonalTable) =>
  `delete from "${table}" t where ($1::uuid is not null and $2::text is not null) and (${whose})`;
