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

/** What a batch changes of its session; `$9` only where it ends. */
export const advanceCaptured = {
  name: 'advance-captured-session',
  text: `update "Session" set "eventCount" = "eventCount" + $2, "framesRead" = greatest("framesRead", $3),
      "nextTrackNumber" = greatest("nextTrackNumber", $4), "lastFrameAt" = $5, "lastRecordedAt" = $6,
      "state" = $7::"SessionState", "endReason" = $8::"SessionEndReason", "endedAt" = $9
    where "id" = $1`,
};
