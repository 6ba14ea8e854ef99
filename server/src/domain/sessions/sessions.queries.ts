/*
 * Everything a running session writes, as named statements on one connection: a frame's transaction is on the path
 * of every picture, and Prisma cannot say `for update`, `on conflict … do update` from a set, or `returning` a set.
 */

/** The session if `owner` still holds its lease, locked until the transaction ends. */
export const lockLeasedSession = {
  name: 'lock-leased-session',
  text: `select * from "Session" where "id" = $1 and "leaseOwner" = $2 for update`,
};

/** What tells which batch is expected. */
export const readBatchState = {
  name: 'read-batch-state',
  text: `select "organizationId", "state", "attemptCount", "batchSeq", "framesRead" from "Session" where "id" = $1`,
};

/** The same, if `owner` holds the lease: the attempt is its own then. */
export const readLeasedState = {
  name: 'read-leased-state',
  text: `${readBatchState.text} and "leaseOwner" = $2`,
};

/**
 * Takes number `$3` of attempt `$2` and gives the session, locked until the transaction ends; nothing if another batch is
 * expected. No lease is asked for: the server that holds it may be another one.
 */
export const takeBatch = {
  name: 'take-batch',
  text: `update "Session" set "batchSeq" = $3
    where "id" = $1 and "attemptCount" = $2 and "batchSeq" = $3 - 1 and "state" in ('STARTING', 'RUNNING', 'STOPPING')
    returning *`,
};

/** The next attempt within a lease: what an earlier one still sends is refused, so what is recorded by now stands. */
export const beginAttempt = {
  name: 'begin-attempt',
  text: `update "Session" set "attemptCount" = "attemptCount" + 1, "batchSeq" = 0
    where "id" = $1 and "leaseOwner" = $2 returning *`,
};

export const openSession = {
  name: 'open-session',
  text: `update "Session" set "state" = $2::"SessionState", "framesTotal" = $3, "model" = $4, "startedAt" = $5,
      "eventCount" = "eventCount" + $6, "meteredUntil" = $7, "lastRecordedAt" = $7
    where "id" = $1 returning *`,
};

export const advanceSession = {
  name: 'advance-session',
  text: `update "Session" set "framesRead" = $2, "nextTrackNumber" = $3, "eventCount" = "eventCount" + $4, "lastFrameAt" = $5,
      "meteredUntil" = $6, "lastRecordedAt" = $7
    where "id" = $1`,
};

export const endSession = {
  name: 'end-session',
  text: `update "Session" set "state" = $2::"SessionState", "endReason" = $3::"SessionEndReason", "endDetail" = $4,
      "endedAt" = $5, "eventCount" = "eventCount" + $6, "leaseOwner" = null, "leaseExpiresAt" = null
    where "id" = $1`,
};

/** One row for each snapshot of a batch, at `$4`; their bytes are stored already. */
export const insertSnapshots = {
  name: 'insert-snapshots',
  text: `insert into "Artifact" ("id", "organizationId", "sessionId", "kind", "contentType", "byteSize", "storageKey", "createdAt", "storedAt")
    select s."id", $1, $2, 'SNAPSHOT', 'image/jpeg', s."byteSize", s."storageKey", $4, $4
    from json_to_recordset($3) as s("id" uuid, "byteSize" int, "storageKey" text)`,
};

/** Which of the files `$1` rows name. */
export const namedSnapshots = {
  name: 'named-snapshots',
  text: `select "storageKey" as "key" from "Artifact" where "storageKey" = any($1::text[])`,
};

export type OpenTrackRow = {
  trackNumber: number;
  label: string;
  confidence: number;
  boxX: number;
  boxY: number;
  boxWidth: number;
  boxHeight: number;
  seenAt: Date;
};

/** Removes and returns the objects in view, in the order they came. */
export const takeOpenTracks = {
  name: 'take-open-tracks',
  text: `with taken as (delete from "OpenTrack" where "sessionId" = $1 returning *)
    select * from taken order by "trackNumber"`,
};

/** One statement for a batch of frames: tracks that left go, all others come or move. */
export const updateOpenTracks = {
  name: 'update-open-tracks',
  text: `with changed as (
      select * from json_to_recordset($2) as c("trackNumber" int, "label" text, "confidence" float8, "boxX" float8,
        "boxY" float8, "boxWidth" float8, "boxHeight" float8, "seenAt" timestamptz, "isOpen" boolean)
    ), gone as (
      delete from "OpenTrack" o using changed c
      where o."sessionId" = $1 and o."trackNumber" = c."trackNumber" and not c."isOpen"
    )
    insert into "OpenTrack" ("sessionId", "trackNumber", "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "seenAt")
    select $1, "trackNumber", "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "seenAt" from changed where "isOpen"
    on conflict ("sessionId", "trackNumber") do update set "label" = excluded."label", "confidence" = excluded."confidence",
      "boxX" = excluded."boxX", "boxY" = excluded."boxY", "boxWidth" = excluded."boxWidth",
      "boxHeight" = excluded."boxHeight", "seenAt" = excluded."seenAt"`,
};

/**
 * Takes the oldest session that nobody runs: never leased, let go, run out, or owned by one of `$3`, the servers
 * known to be dead. What a device runs is nobody's. Skips rows another server is taking in the same moment. Nothing is metered until it runs again.
 */
export const leaseNextSession = {
  name: 'lease-next-session',
  text: `update "Session" set "leaseOwner" = $1, "leaseExpiresAt" = now() + make_interval(secs => $2),
      "attemptCount" = "attemptCount" + 1, "batchSeq" = 0, "meteredUntil" = null,
      "state" = case when "state" = 'STOPPING' then 'STOPPING' else 'STARTING' end::"SessionState"
    where "id" = (
      select "id" from "Session"
      where "state" in ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING') and "captureId" is null
        and ("leaseOwner" is null or "leaseExpiresAt" < now() or "leaseOwner" = any($3::uuid[]))
      order by "id" limit 1 for update skip locked
    ) returning *`,
};

/**
 * Keeps the leases of the sessions `$3` that one server runs; returns the state of each it still holds. A session whose
 * end could not be recorded runs nowhere: its lease runs out, and whoever takes it then ends it.
 */
export const renewLeases = {
  name: 'renew-leases',
  text: `update "Session" set "leaseExpiresAt" = now() + make_interval(secs => $2)
    where "leaseOwner" = $1 and "id" = any($3::uuid[]) and "state" in ('STARTING', 'RUNNING', 'STOPPING')
    returning "id", "state"`,
};

/** Lets go of sessions without ending them, so that another server takes them at once. */
export const releaseLeases = {
  name: 'release-leases',
  text: `update "Session" set "leaseOwner" = null, "leaseExpiresAt" = null
    where "leaseOwner" = $1 and "state" in ('STARTING', 'RUNNING', 'STOPPING')`,
};

/** Other servers that hold leases which have not run out. */
export const foreignOwners = {
  name: 'foreign-lease-owners',
  text: `select distinct "leaseOwner" as "owner" from "Session"
    where "leaseOwner" is not null and "leaseOwner" <> $1 and "state" in ('STARTING', 'RUNNING', 'STOPPING')`,
};
