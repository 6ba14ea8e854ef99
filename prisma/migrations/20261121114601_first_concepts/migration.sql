-- CreateEnum
CREATE TYPE "ArtifactKind" AS ENUM ('SNAPSHOT', 'UPLOAD');

-- CreateEnum
CREATE TYPE "EventType" AS ENUM ('SESSION_STARTED', 'SESSION_ENDED', 'OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT');

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('OWNER', 'ADMIN', 'MEMBER', 'OBSERVER');

-- CreateEnum
CREATE TYPE "ApiKeyScope" AS ENUM ('READ', 'WRITE', 'INFER');

-- CreateEnum
CREATE TYPE "SessionState" AS ENUM ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING', 'COMPLETED', 'STOPPED', 'FAILED');

-- CreateEnum
CREATE TYPE "SessionEndReason" AS ENUM ('SOURCE_ENDED', 'STOP_REQUESTED', 'SOURCE_UNREADABLE', 'INFERENCE_LOST', 'INTERNAL');

-- CreateEnum
CREATE TYPE "SessionProfile" AS ENUM ('FAST', 'ACCURATE', 'CPU_ONLY');

-- CreateEnum
CREATE TYPE "SourceKind" AS ENUM ('IMAGES', 'VIDEO');

-- CreateTable
CREATE TABLE "Artifact" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "sessionId" UUID,
    "kind" "ArtifactKind" NOT NULL,
    "fileName" TEXT,
    "contentType" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "storageKey" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "storedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Artifact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEntry" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "actorUserId" UUID,
    "actorApiKeyId" UUID,
    "action" TEXT NOT NULL,
    "targetId" UUID,
    "requestId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Plan" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "maxSources" INTEGER NOT NULL,
    "maxConcurrentSessions" INTEGER NOT NULL,
    "maxStoredBytes" BIGINT NOT NULL,

    CONSTRAINT "Plan_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "OrganizationFeed" (
    "organizationId" UUID NOT NULL,
    "lastSeq" BIGINT NOT NULL DEFAULT 0,
    "firstSeq" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "OrganizationFeed_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "Event" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "type" "EventType" NOT NULL,
    "sourceId" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "frameIndex" INTEGER,
    "trackNumber" INTEGER,
    "label" TEXT,
    "confidence" DOUBLE PRECISION,
    "boxX" DOUBLE PRECISION,
    "boxY" DOUBLE PRECISION,
    "boxWidth" DOUBLE PRECISION,
    "boxHeight" DOUBLE PRECISION,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "snapshotId" UUID,
    "requestId" TEXT NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("organizationId","seq")
);

-- CreateTable
CREATE TABLE "OutboxMessage" (
    "id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OutboxMessage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "planCode" TEXT NOT NULL DEFAULT 'free',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SignIn" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "userAgent" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "SignIn_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "createdByUserId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "keyHash" BYTEA NOT NULL,
    "scopes" "ApiKeyScope"[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "sourceId" UUID NOT NULL,
    "pipelines" TEXT[],
    "profile" "SessionProfile" NOT NULL,
    "state" "SessionState" NOT NULL DEFAULT 'QUEUED',
    "endReason" "SessionEndReason",
    "endDetail" TEXT,
    "framesRead" INTEGER NOT NULL DEFAULT 0,
    "framesTotal" INTEGER,
    "eventCount" INTEGER NOT NULL DEFAULT 0,
    "attemptCount" INTEGER NOT NULL DEFAULT 0,
    "nextTrackNumber" INTEGER NOT NULL DEFAULT 1,
    "model" TEXT,
    "requestId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "leaseOwner" UUID,
    "leaseExpiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OpenTrack" (
    "sessionId" UUID NOT NULL,
    "trackNumber" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "boxX" DOUBLE PRECISION NOT NULL,
    "boxY" DOUBLE PRECISION NOT NULL,
    "boxWidth" DOUBLE PRECISION NOT NULL,
    "boxHeight" DOUBLE PRECISION NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OpenTrack_pkey" PRIMARY KEY ("sessionId","trackNumber")
);

-- CreateTable
CREATE TABLE "Source" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "SourceKind" NOT NULL,
    "path" TEXT,
    "frameIntervalMs" INTEGER NOT NULL DEFAULT 1000,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Source_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SourceFile" (
    "sourceId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "artifactId" UUID NOT NULL,

    CONSTRAINT "SourceFile_pkey" PRIMARY KEY ("sourceId","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "Artifact_storageKey_key" ON "Artifact"("storageKey");

-- CreateIndex
CREATE INDEX "Artifact_organizationId_id_idx" ON "Artifact"("organizationId", "id");

-- CreateIndex
CREATE INDEX "Artifact_sessionId_idx" ON "Artifact"("sessionId");

-- CreateIndex
CREATE INDEX "AuditEntry_organizationId_id_idx" ON "AuditEntry"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Event_id_key" ON "Event"("id");

-- CreateIndex
CREATE INDEX "Event_sessionId_seq_idx" ON "Event"("sessionId", "seq");

-- CreateIndex
CREATE INDEX "Event_sourceId_seq_idx" ON "Event"("sourceId", "seq");

-- CreateIndex
CREATE INDEX "Event_snapshotId_idx" ON "Event"("snapshotId");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Membership_userId_idx" ON "Membership"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Membership_organizationId_userId_key" ON "Membership"("organizationId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "SignIn_tokenHash_key" ON "SignIn"("tokenHash");

-- CreateIndex
CREATE INDEX "SignIn_userId_idx" ON "SignIn"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_keyHash_key" ON "ApiKey"("keyHash");

-- CreateIndex
CREATE INDEX "ApiKey_organizationId_idx" ON "ApiKey"("organizationId");

-- CreateIndex
CREATE INDEX "Session_organizationId_id_idx" ON "Session"("organizationId", "id");

-- CreateIndex
CREATE INDEX "Session_state_leaseExpiresAt_idx" ON "Session"("state", "leaseExpiresAt");

-- CreateIndex
CREATE INDEX "Session_sourceId_idx" ON "Session"("sourceId");

-- CreateIndex
CREATE UNIQUE INDEX "Source_organizationId_name_key" ON "Source"("organizationId", "name");

-- CreateIndex
CREATE INDEX "SourceFile_artifactId_idx" ON "SourceFile"("artifactId");

-- AddForeignKey
ALTER TABLE "Artifact" ADD CONSTRAINT "Artifact_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Artifact" ADD CONSTRAINT "Artifact_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuditEntry" ADD CONSTRAINT "AuditEntry_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationFeed" ADD CONSTRAINT "OrganizationFeed_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_snapshotId_fkey" FOREIGN KEY ("snapshotId") REFERENCES "Artifact"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_planCode_fkey" FOREIGN KEY ("planCode") REFERENCES "Plan"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignIn" ADD CONSTRAINT "SignIn_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignIn" ADD CONSTRAINT "SignIn_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_createdByUserId_fkey" FOREIGN KEY ("createdByUserId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OpenTrack" ADD CONSTRAINT "OpenTrack_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Source" ADD CONSTRAINT "Source_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceFile" ADD CONSTRAINT "SourceFile_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceFile" ADD CONSTRAINT "SourceFile_artifactId_fkey" FOREIGN KEY ("artifactId") REFERENCES "Artifact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on: what the schema files cannot say.

-- The plan that every organization starts with.
INSERT INTO "Plan" ("code", "name", "maxSources", "maxConcurrentSessions", "maxStoredBytes")
VALUES ('free', 'Free', 10, 2, 1073741824);

-- Values that no code may ever write, whichever statement it comes from.
ALTER TABLE "Plan" ADD CONSTRAINT "Plan_limits_check"
    CHECK ("maxSources" >= 0 AND "maxConcurrentSessions" >= 0 AND "maxStoredBytes" >= 0);
ALTER TABLE "User" ADD CONSTRAINT "User_email_check" CHECK ("email" = lower("email"));
ALTER TABLE "Source" ADD CONSTRAINT "Source_frameIntervalMs_check" CHECK ("frameIntervalMs" > 0);
ALTER TABLE "SourceFile" ADD CONSTRAINT "SourceFile_position_check" CHECK ("position" >= 0);
ALTER TABLE "Artifact" ADD CONSTRAINT "Artifact_byteSize_check" CHECK ("byteSize" >= 0);
ALTER TABLE "OrganizationFeed" ADD CONSTRAINT "OrganizationFeed_seq_check"
    CHECK ("lastSeq" >= 0 AND "firstSeq" >= 1 AND "firstSeq" <= "lastSeq" + 1);
ALTER TABLE "Session" ADD CONSTRAINT "Session_counts_check"
    CHECK ("framesRead" >= 0 AND "framesTotal" >= 0 AND "eventCount" >= 0 AND "attemptCount" >= 0 AND "nextTrackNumber" >= 1);
-- A session that is over says when; one that is not does not. Nothing half-open survives.
ALTER TABLE "Session" ADD CONSTRAINT "Session_endedAt_check"
    CHECK (("state" IN ('COMPLETED', 'STOPPED', 'FAILED')) = ("endedAt" IS NOT NULL));
ALTER TABLE "Session" ADD CONSTRAINT "Session_lease_check"
    CHECK (("leaseOwner" IS NULL) = ("leaseExpiresAt" IS NULL));
ALTER TABLE "Event" ADD CONSTRAINT "Event_numbers_check"
    CHECK ("seq" >= 1 AND "frameIndex" >= 0 AND "trackNumber" >= 1);
ALTER TABLE "Event" ADD CONSTRAINT "Event_confidence_check" CHECK ("confidence" BETWEEN 0 AND 1);
-- A box is whole or absent, and lies within the frame's fractions. NaN is greater than 1 for PostgreSQL, so it is refused too.
ALTER TABLE "Event" ADD CONSTRAINT "Event_box_check" CHECK (
    num_nulls("boxX", "boxY", "boxWidth", "boxHeight") IN (0, 4)
    AND "boxX" BETWEEN 0 AND 1 AND "boxY" BETWEEN 0 AND 1
    AND "boxWidth" BETWEEN 0 AND 1 AND "boxHeight" BETWEEN 0 AND 1
);
ALTER TABLE "OpenTrack" ADD CONSTRAINT "OpenTrack_values_check" CHECK (
    "trackNumber" >= 1 AND "confidence" BETWEEN 0 AND 1
    AND "boxX" BETWEEN 0 AND 1 AND "boxY" BETWEEN 0 AND 1
    AND "boxWidth" BETWEEN 0 AND 1 AND "boxHeight" BETWEEN 0 AND 1
);

-- The audit log only grows. The one way for entries to go is with their whole organization: its row is deleted first and
-- the cascade comes after, so an entry whose organization is still there is being removed by hand, and that is refused.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM "Organization" WHERE "id" = OLD."organizationId") THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "AuditEntry_append_only" BEFORE UPDATE OR DELETE ON "AuditEntry"
    FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "AuditEntry_no_truncate" BEFORE TRUNCATE ON "AuditEntry"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
