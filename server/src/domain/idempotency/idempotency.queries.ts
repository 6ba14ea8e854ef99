/** $1: scope, $2: key. False while another request has it. Gone with the transaction, however that ends. */
export const lockKeySql = `select pg_try_advisory_xact_lock(hashtextextended('idempotency ' || $1 || ' ' || $2, 0)) as "isMine"`;

/** $1: scope, $2: key. A statement of its own, after the lock: it sees what whoever had the lock before has committed. */
export const findAnswerSql = `select "requestHash", "status", "sealed" from "IdempotencyKey"
  where "scope" = $1::uuid and "key" = $2 and "expiresAt" > now()`;

/** $6: for how many hours. By the clock of the database: what a sandbox thinks of the time makes no request new. */
export const storeAnswerSql = `insert into "IdempotencyKey"
    ("scope", "key", "requestHash", "status", "sealed", "createdAt", "expiresAt")
  values ($1::uuid, $2, $3, $4, $5, now(), now() + make_interval(hours => $6))
  on conflict ("scope", "key") do update set "requestHash" = excluded."requestHash", "status" = excluded."status",
    "sealed" = excluded."sealed", "createdAt" = excluded."createdAt", "expiresAt" = excluded."expiresAt"`;

/** Some at a time, and never one that somebody stores anew just now. */
export const forgetExpiredSql = `delete from "IdempotencyKey" where ("scope", "key") in (
  select "scope", "key" from "IdempotencyKey" where "expiresAt" <= now() limit 1000 for update skip locked)`;

/** $1: a role. Whether the login may work as it. */
export const mayWorkAsSql = `select pg_has_role(session_user, $1,
  case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) as "may"`;
