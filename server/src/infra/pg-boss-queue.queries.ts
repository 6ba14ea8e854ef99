/* Beside what pg-boss offers, on the tables that our migration makes for its pinned version. `group_id` is the worker. */

/** Names among `$1` with a job to be done now. */
export const readyNamesSql = `select n as "name" from unnest($1::text[]) n where exists (
  select from pgboss.job j where j.name = n and j.state < 'active' and not j.blocked and j.start_after <= now())`;

/** Writes down who took jobs `$2` of the name `$1`: the worker `$3`. */
export const ownSql = `update pgboss.job set group_id = $3 where name = $1 and id = any($2::uuid[])
  returning id, name, data, retry_count + 1 as "attempt"`;

/** Only the worker `$3` in its try `$4` completes a job. */
export const completeSql = `update pgboss.job set state = 'completed', completed_on = now(), output = null
  where name = $1 and id = $2::uuid and state = 'active' and group_id = $3 and retry_count + 1 = $4 returning id`;

/** Holds on to a try that the worker has, until its end is written down. */
export const holdTrySql = `select id from pgboss.job
  where name = $1 and id = $2::uuid and state = 'active' and group_id = $3 and retry_count + 1 = $4 for update`;

export const stateSql = `select state from pgboss.job where name = $1 and id = $2::uuid`;

/** As if they had not been begun: the next fetch counts no try. */
export const giveBackSql = `update pgboss.job
  set state = 'retry', started_on = null, heartbeat_on = null, start_after = now()
  where state = 'active' and group_id = $1`;

export const beatSql = `update pgboss.job set heartbeat_on = now() where state = 'active' and group_id = $1 returning id`;

export const workersSql = `select distinct group_id as "id" from pgboss.job where state = 'active' and group_id is not null`;

/** What a worker who is gone had; whoever finds out first. */
export const leftBehindSql = `select id, name from pgboss.job where state = 'active' and group_id = $1 for update skip locked`;

/** When a schedule was first asked for. */
export const scheduleSinceSql = `select created_on as "since" from pgboss.schedule where name = $1 and key = ''`;

const microsOf = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint::text`;
const before = `($1::bigint is null or (j.created_on, j.id) < ('epoch'::timestamptz + $1::bigint * interval '1 microsecond', $2::uuid))`;
const columns = `j.data, j.retry_count, j.retry_limit, j.output, j.created_on, j.start_after, j.started_on, j.completed_on, j.group_id, j.state::text`;

/** Newest first, after the place `$1`, `$2`; of the name `$3` and in the states `$4`, where those are said. */
export const listSql = `select j.id, j.name, ${columns}, ${microsOf('j.created_on')} as "place_at", j.id as "place_id" from pgboss.job j
  where j.name <> 'dead' and ${before}
    and ($3::text is null or j.name = $3) and ($4::text[] is null or j.state::text = any($4))
  order by j.created_on desc, j.id desc limit $5`;

/** The dead letters: each says which job it was. */
export const deadSql = `select j.source_id as "id", j.source_name as "name", j.data, j.source_retry_count as "retry_count",
    j.source_retry_count as "retry_limit", j.output, j.source_created_on as "created_on", j.source_created_on as "start_after",
    null::timestamptz as "started_on", j.created_on as "completed_on", j.group_id, 'failed' as "state", ${microsOf('j.created_on')} as "place_at", j.id as "place_id"
  from pgboss.job j
  where j.name = 'dead' and j.state = 'created' and ${before}
    and ($3::text is null or j.source_name = $3)
  order by j.created_on desc, j.id desc limit $4`;

/** A dead letter of the job `$2` of the name `$1`, which no try was ever begun of: one less than the first. */
export const burySql = `insert into pgboss.job (name, data, output, keep_until, deletion_seconds, source_name, source_id,
    source_created_on, source_retry_count, singleton_key)
  select q.name, $3::jsonb, $4::jsonb, now() + q.retention_seconds * interval '1 second', q.deletion_seconds, $1::text, $2::uuid,
    now(), -1, $5::text
  from pgboss.queue q where q.name = 'dead'`;

/** The job `$1`, or what is left of it. */
export const findSql = `select j.id, j.name, ${columns} from pgboss.job j where j.id = $1::uuid and j.name <> 'dead'
  union all
  select j.source_id, j.source_name, j.data, j.source_retry_count, j.source_retry_count, j.output, j.source_created_on, j.source_created_on,
    null, j.created_on, j.group_id, 'failed'
  from pgboss.job j where j.name = 'dead' and j.state = 'created' and j.source_id = $1::uuid
  limit 1`;

/** Takes the dead letter of the job `$1` off the list, whoever is first. */
export const takeDeadSql = `delete from pgboss.job where name = 'dead' and state = 'created' and source_id = $1::uuid
  returning source_name as "name", data, singleton_key as "key"`;

/** Takes out the job `$1`, so that it can begin anew; whoever is first. */
export const takeEndedSql = `delete from pgboss.job
  where id = $1::uuid and name <> 'dead' and state in ('failed', 'cancelled') returning name, data, singleton_key as "key"`;

/** Says of a job whose dead letter went that nobody does it again. */
export const cancelFailedSql = `update pgboss.job set state = 'cancelled' where name = $1 and id = $2::uuid and state = 'failed'`;

export const cancelSql = `update pgboss.job set state = 'cancelled', completed_on = now()
  where id = $1::uuid and name <> 'dead' and state < 'completed' returning id`;
