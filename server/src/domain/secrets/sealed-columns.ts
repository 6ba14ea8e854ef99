/** A column with sealed secrets: what each is sealed for is `purpose:` and the row's `id`, an expression in SQL. */
export type SealedColumn = { table: string; id: string; column: string; purpose: string };

/** All there are. A column that is not here would be left behind when keys are rolled; a test looks for such. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'RefreshFamily', id: '"id"', column: 'seed', purpose: 'refresh' },
  { table: 'SigningKey', id: '"id"', column: 'privateKey', purpose: 'signing' },
  { table: 'ExternalIdentity', id: '"id"', column: 'providerTokens', purpose: 'provider' },
  { table: 'IdentityAttempt', id: '"id"', column: 'secrets', purpose: 'attempt' },
  { table: 'TotpFactor', id: '"id"', column: 'secret', purpose: 'totp' },
  { table: 'SourceCredential', id: '"sourceId"', column: 'sealed', purpose: 'source' },
  { table: 'IdempotencyKey', id: `"scope" || ':' || "key"`, column: 'sealed', purpose: 'idempotency' },
  { table: 'MailMessage', id: '"id"', column: 'sealed', purpose: 'mail' },
];
