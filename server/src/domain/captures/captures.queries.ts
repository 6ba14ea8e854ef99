/*
 * A batch of a device is one transaction of raw statements, because the feed's are: they go over a connection of the system,
 * so each of them names its organization.
 */

/** Makes the device known, and holds it until the transaction ends: its batches come one after the other. */
export const holdDevice = {
  name: 'hold-capture-device',
  text: `insert into "CaptureDevice" as d ("organizationId", "deviceId", "lastSeq", "createdAt", "seenAt")
    values ($1, $2, 0, $3, $3)
    on conflict ("organizationId", "deviceId") do update set "seenAt" = greatest(d."seenAt", excluded."seenAt")
    returning "lastSeq"`,
};

export const readDevice = {
  name: 'read-capture-device',
  text: `select "lastSeq" from "CaptureDevice" where "organizationId" = $1 and "deviceId" = $2`,
};

export const takeDeviceBatch = {
  name: 'take-device-batch',
  text: `update "CaptureDevice" set "lastSeq" = $3 where "organizationId" = $1 and "deviceId" = $2`,
};

/** The session of a capture, locked until the transaction ends. */
export const lockCaptured = {
  name: 'lock-captured-session',
  text: `select * from "Session" where "organizationId" = $1 and "captureId" = $2 for update`,
};

/** A session that runs already, and that no server will ever lease. */
export const addCaptured = {
  name: 'add-captured-session',
  text: `insert into "Session" ("id", "organizationId", "sourceId", "captureId", "pipelines", "profile", "state", "attemptCount",
      "requestId", "startedAt", "createdAt", "lastRecordedAt")
    values ($1, $2, $3, $4, '{}', 'FAST', 'RUNNING', 1, $5, $6, $7, $7) returning *`,
};

/** What a batch changes of its session; `$9` only where it ends. One that was given up goes on. */
export const advanceCaptured = {
  name: 'advance-captured-session',
  text: `update "Session" set "eventCount" = "eventCount" + $2, "framesRead" = greatest("framesRead", $3),
      "nextTrackNumber" = greatest("nextTrackNumber", $4), "lastFrameAt" = $5, "lastRecordedAt" = $6,
      "state" = $7::"SessionState", "endReason" = $8::"SessionEndReason", "endedAt" = $9,
      "endDetail" = null
    where "id" = $1`,
};

const isOpen = `s."captureId" is not null and s."state" in ('RUNNING', 'STOPPING')`;
/** Longer than this nobody waits for a device before its session is ended. */
const patience = `interval '24 hours'`;

/** Organizations of devices that are lost when it is `$1` for us. */
export const organizationsOfLost = {
  name: 'organizations-of-lost-devices',
  text: `select distinct s."organizationId" as "id" from "Session" s join "Organization" o on o."id" = s."organizationId"
    where ${isOpen} and s."lastRecordedAt" + ${patience} <= $1::timestamptz + o."clockOffsetMs" * interval '1 millisecond'`,
};

/** When the next device of organization `$1` is lost, later than `$2`; null: none. */
export const nextLost = {
  name: 'next-lost-device',
  text: `select min(s."lastRecordedAt" + ${patience}) as "at" from "Session" s
    where s."organizationId" = $1 and ${isOpen} and s."lastRecordedAt" + ${patience} > $2`,
};

/** Sessions of organization `$1` whose device is lost at `$2`, locked until the transaction ends. */
export const lockLost = {
  name: 'lock-lost-sessions',
  text: `select s.* from "Session" s where s."organizationId" = $1 and ${isOpen} and s."lastRecordedAt" + ${patience} <= $2
    order by s."id" for update`,
};

/** Its device is lost; the event that says so is counted. */
export const endLost = {
  name: 'end-lost-session',
  text: `update "Session" set "state" = $2::"SessionState", "endReason" = 'DEVICE_LOST', "endedAt" = $3,
      "eventCount" = "eventCount" + 1
    where "id" = $1`,
};
