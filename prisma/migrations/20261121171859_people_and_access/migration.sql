-- CreateEnum
CREATE TYPE "Locale" AS ENUM ('EN', 'ES');

-- CreateEnum
CREATE TYPE "OneTimePurpose" AS ENUM ('VERIFY_EMAIL', 'RESET_PASSWORD', 'SECOND_FACTOR', 'LINK_IDENTITY');

-- CreateEnum
CREATE TYPE "SignInKind" AS ENUM ('WEB', 'DESKTOP', 'API');

-- CreateEnum
CREATE TYPE "SignInMethod" AS ENUM ('PASSWORD', 'IDENTITY', 'DEVICE_CODE', 'INVITATION');

-- CreateEnum
CREATE TYPE "DeviceGrantState" AS ENUM ('PENDING', 'APPROVED', 'DENIED', 'USED');

-- CreateEnum
CREATE TYPE "PrivacyRequestKind" AS ENUM ('EXPORT', 'ERASURE');

-- CreateEnum
CREATE TYPE "PrivacyRequestState" AS ENUM ('PENDING', 'DONE', 'FAILED');

-- AlterEnum
ALTER TYPE "ApiKeyScope" ADD VALUE 'AUDIT';

-- AlterEnum: written by hand, so that existing members keep what they may do under its new name.
ALTER TYPE "Role" RENAME VALUE 'MEMBER' TO 'OPERATOR';
ALTER TYPE "Role" RENAME VALUE 'OBSERVER' TO 'VIEWER';
ALTER TYPE "Role" ADD VALUE 'BILLING';
ALTER TYPE "Role" ADD VALUE 'GUEST';

-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "allowedAddresses" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "lastUsedAt" TIMESTAMPTZ(3),
ADD COLUMN     "previousExpiresAt" TIMESTAMPTZ(3),
ADD COLUMN     "previousKeyHash" BYTEA;

-- AlterTable
ALTER TABLE "AuditEntry" ADD COLUMN     "afterHash" BYTEA,
ADD COLUMN     "beforeHash" BYTEA,
ADD COLUMN     "chainId" UUID,
ADD COLUMN     "hash" BYTEA,
ADD COLUMN     "previousHash" BYTEA,
ADD COLUMN     "seq" BIGINT,
ADD COLUMN     "targetType" TEXT,
ALTER COLUMN "organizationId" DROP NOT NULL;

-- AlterTable
ALTER TABLE "SignIn" ADD COLUMN     "address" TEXT,
ADD COLUMN     "deviceName" TEXT,
ADD COLUMN     "kind" "SignInKind" NOT NULL DEFAULT 'API',
ADD COLUMN     "knownDeviceId" UUID,
ADD COLUMN     "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "method" "SignInMethod" NOT NULL DEFAULT 'PASSWORD',
ADD COLUMN     "place" TEXT,
ADD COLUMN     "provedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "revokedReason" TEXT,
ADD COLUMN     "secondFactor" BOOLEAN NOT NULL DEFAULT false,
ALTER COLUMN "tokenHash" DROP NOT NULL;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "emailVerifiedAt" TIMESTAMPTZ(3),
ADD COLUMN     "erasedAt" TIMESTAMPTZ(3),
ADD COLUMN     "locale" "Locale" NOT NULL DEFAULT 'EN',
ADD COLUMN     "passwordChangedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "timeZone" TEXT NOT NULL DEFAULT 'UTC',
ALTER COLUMN "passwordHash" DROP NOT NULL;

-- CreateTable
CREATE TABLE "ApiKeyLimit" (
    "organizationId" UUID NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "max" INTEGER NOT NULL,
    "windowSeconds" INTEGER NOT NULL,

    CONSTRAINT "ApiKeyLimit_pkey" PRIMARY KEY ("apiKeyId","name")
);

-- CreateTable
CREATE TABLE "AuditChain" (
    "id" UUID NOT NULL,
    "lastSeq" BIGINT NOT NULL,
    "lastHash" BYTEA NOT NULL,

    CONSTRAINT "AuditChain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OneTimeToken" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "purpose" "OneTimePurpose" NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "email" TEXT,
    "payload" JSONB,
    "attemptCount" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "OneTimeToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RefreshFamily" (
    "id" UUID NOT NULL,
    "signInId" UUID NOT NULL,
    "seed" BYTEA NOT NULL,
    "counter" INTEGER NOT NULL DEFAULT 1,
    "currentHash" BYTEA NOT NULL,
    "parentHash" BYTEA,
    "rotatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RefreshFamily_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "KnownDevice" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "label" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KnownDevice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AttemptWindow" (
    "kind" TEXT NOT NULL,
    "subject" BYTEA NOT NULL,
    "windowStartedAt" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "AttemptWindow_pkey" PRIMARY KEY ("kind","subject","windowStartedAt")
);

-- CreateTable
CREATE TABLE "SigningKey" (
    "id" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "publicJwk" JSONB NOT NULL,
    "privateKey" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "activeFrom" TIMESTAMPTZ(3) NOT NULL,
    "retiresAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SigningKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExternalIdentity" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT,
    "providerTokens" BYTEA,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ExternalIdentity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdentityAttempt" (
    "id" UUID NOT NULL,
    "stateHash" BYTEA NOT NULL,
    "browserHash" BYTEA NOT NULL,
    "provider" TEXT NOT NULL,
    "secrets" BYTEA NOT NULL,
    "linkUserId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "IdentityAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TotpFactor" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "secret" BYTEA NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3),
    "lastUsedStep" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TotpFactor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecoveryCode" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "codeHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RecoveryCode_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuthorizationCode" (
    "id" UUID NOT NULL,
    "codeHash" BYTEA NOT NULL,
    "userId" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "clientId" TEXT NOT NULL,
    "redirectUri" TEXT NOT NULL,
    "codeChallenge" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "signInId" UUID,

    CONSTRAINT "AuthorizationCode_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DeviceGrant" (
    "id" UUID NOT NULL,
    "deviceCodeHash" BYTEA NOT NULL,
    "userCodeHash" BYTEA NOT NULL,
    "clientId" TEXT NOT NULL,
    "deviceName" TEXT,
    "address" TEXT,
    "place" TEXT,
    "state" "DeviceGrantState" NOT NULL DEFAULT 'PENDING',
    "intervalSeconds" INTEGER NOT NULL DEFAULT 5,
    "lastPolledAt" TIMESTAMPTZ(3),
    "userId" UUID,
    "organizationId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "DeviceGrant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Team" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TeamMember" (
    "organizationId" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "membershipId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TeamMember_pkey" PRIMARY KEY ("teamId","membershipId")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "invitedByUserId" UUID NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CustomRole" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "permissions" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CustomRole_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RoleAssignment" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "customRoleId" UUID NOT NULL,
    "membershipId" UUID,
    "teamId" UUID,
    "sourceId" UUID,
    "spaceId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RoleAssignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Consent" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "document" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "granted" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PrivacyRequest" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "kind" "PrivacyRequestKind" NOT NULL,
    "state" "PrivacyRequestState" NOT NULL DEFAULT 'PENDING',
    "storageKey" TEXT,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "PrivacyRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RetentionSettings" (
    "organizationId" UUID NOT NULL,
    "snapshotDays" INTEGER NOT NULL DEFAULT 7,
    "eventDays" INTEGER NOT NULL DEFAULT 90,
    "auditDays" INTEGER NOT NULL DEFAULT 365,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RetentionSettings_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "DataKey" (
    "id" UUID NOT NULL,
    "wrappedBy" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMPTZ(3),

    CONSTRAINT "DataKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SourceCredential" (
    "organizationId" UUID NOT NULL,
    "sourceId" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SourceCredential_pkey" PRIMARY KEY ("sourceId")
);

-- CreateTable
CREATE TABLE "MailMessage" (
    "id" UUID NOT NULL,
    "userId" UUID,
    "sealed" BYTEA NOT NULL,
    "attemptCount" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MailMessage_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "OneTimeToken_tokenHash_key" ON "OneTimeToken"("tokenHash");

-- CreateIndex
CREATE INDEX "OneTimeToken_userId_purpose_idx" ON "OneTimeToken"("userId", "purpose");

-- CreateIndex
CREATE UNIQUE INDEX "RefreshFamily_signInId_key" ON "RefreshFamily"("signInId");

-- CreateIndex
CREATE UNIQUE INDEX "RefreshFamily_currentHash_key" ON "RefreshFamily"("currentHash");

-- CreateIndex
CREATE UNIQUE INDEX "RefreshFamily_parentHash_key" ON "RefreshFamily"("parentHash");

-- CreateIndex
CREATE UNIQUE INDEX "KnownDevice_tokenHash_key" ON "KnownDevice"("tokenHash");

-- CreateIndex
CREATE INDEX "KnownDevice_userId_idx" ON "KnownDevice"("userId");

-- CreateIndex
CREATE INDEX "AttemptWindow_windowStartedAt_idx" ON "AttemptWindow"("windowStartedAt");

-- CreateIndex
CREATE INDEX "ExternalIdentity_userId_idx" ON "ExternalIdentity"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ExternalIdentity_issuer_subject_key" ON "ExternalIdentity"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "IdentityAttempt_stateHash_key" ON "IdentityAttempt"("stateHash");

-- CreateIndex
CREATE UNIQUE INDEX "TotpFactor_userId_key" ON "TotpFactor"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "RecoveryCode_userId_codeHash_key" ON "RecoveryCode"("userId", "codeHash");

-- CreateIndex
CREATE UNIQUE INDEX "AuthorizationCode_codeHash_key" ON "AuthorizationCode"("codeHash");

-- CreateIndex
CREATE UNIQUE INDEX "DeviceGrant_deviceCodeHash_key" ON "DeviceGrant"("deviceCodeHash");

-- CreateIndex
CREATE UNIQUE INDEX "DeviceGrant_userCodeHash_key" ON "DeviceGrant"("userCodeHash");

-- CreateIndex
CREATE UNIQUE INDEX "Team_organizationId_name_key" ON "Team"("organizationId", "name");

-- CreateIndex
CREATE INDEX "TeamMember_membershipId_idx" ON "TeamMember"("membershipId");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_tokenHash_key" ON "Invitation"("tokenHash");

-- CreateIndex
CREATE INDEX "Invitation_organizationId_id_idx" ON "Invitation"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "CustomRole_organizationId_name_key" ON "CustomRole"("organizationId", "name");

-- CreateIndex
CREATE INDEX "RoleAssignment_organizationId_membershipId_idx" ON "RoleAssignment"("organizationId", "membershipId");

-- CreateIndex
CREATE INDEX "RoleAssignment_teamId_idx" ON "RoleAssignment"("teamId");

-- CreateIndex
CREATE INDEX "RoleAssignment_sourceId_idx" ON "RoleAssignment"("sourceId");

-- CreateIndex
CREATE INDEX "RoleAssignment_customRoleId_idx" ON "RoleAssignment"("customRoleId");

-- CreateIndex
CREATE INDEX "Consent_userId_document_at_idx" ON "Consent"("userId", "document", "at");

-- CreateIndex
CREATE UNIQUE INDEX "PrivacyRequest_storageKey_key" ON "PrivacyRequest"("storageKey");

-- CreateIndex
CREATE INDEX "PrivacyRequest_userId_idx" ON "PrivacyRequest"("userId");

-- CreateIndex
CREATE INDEX "MailMessage_nextAttemptAt_idx" ON "MailMessage"("nextAttemptAt");

-- CreateIndex
CREATE INDEX "MailMessage_userId_idx" ON "MailMessage"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_previousKeyHash_key" ON "ApiKey"("previousKeyHash");

-- CreateIndex
CREATE UNIQUE INDEX "AuditEntry_chainId_seq_key" ON "AuditEntry"("chainId", "seq");

-- CreateIndex
CREATE INDEX "SignIn_organizationId_idx" ON "SignIn"("organizationId");

-- AddForeignKey
ALTER TABLE "ApiKeyLimit" ADD CONSTRAINT "ApiKeyLimit_apiKeyId_fkey" FOREIGN KEY ("apiKeyId") REFERENCES "ApiKey"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OneTimeToken" ADD CONSTRAINT "OneTimeToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignIn" ADD CONSTRAINT "SignIn_knownDeviceId_fkey" FOREIGN KEY ("knownDeviceId") REFERENCES "KnownDevice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RefreshFamily" ADD CONSTRAINT "RefreshFamily_signInId_fkey" FOREIGN KEY ("signInId") REFERENCES "SignIn"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KnownDevice" ADD CONSTRAINT "KnownDevice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExternalIdentity" ADD CONSTRAINT "ExternalIdentity_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TotpFactor" ADD CONSTRAINT "TotpFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryCode" ADD CONSTRAINT "RecoveryCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Team" ADD CONSTRAINT "Team_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TeamMember" ADD CONSTRAINT "TeamMember_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TeamMember" ADD CONSTRAINT "TeamMember_membershipId_fkey" FOREIGN KEY ("membershipId") REFERENCES "Membership"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_invitedByUserId_fkey" FOREIGN KEY ("invitedByUserId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CustomRole" ADD CONSTRAINT "CustomRole_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_customRoleId_fkey" FOREIGN KEY ("customRoleId") REFERENCES "CustomRole"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_membershipId_fkey" FOREIGN KEY ("membershipId") REFERENCES "Membership"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PrivacyRequest" ADD CONSTRAINT "PrivacyRequest_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RetentionSettings" ADD CONSTRAINT "RetentionSettings_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceCredential" ADD CONSTRAINT "SourceCredential_sourceId_fkey" FOREIGN KEY ("sourceId") REFERENCES "Source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MailMessage" ADD CONSTRAINT "MailMessage_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on: what the schema files cannot say.

ALTER TABLE "OneTimeToken" ADD CONSTRAINT "OneTimeToken_values_check" CHECK ("email" = lower("email") AND "attemptCount" >= 0);
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_email_check" CHECK ("email" = lower("email"));
ALTER TABLE "AttemptWindow" ADD CONSTRAINT "AttemptWindow_count_check" CHECK ("count" >= 0);
ALTER TABLE "RefreshFamily" ADD CONSTRAINT "RefreshFamily_counter_check" CHECK ("counter" >= 1);
ALTER TABLE "SigningKey" ADD CONSTRAINT "SigningKey_times_check" CHECK ("activeFrom" <= "retiresAt" AND "retiresAt" <= "expiresAt");
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_previous_check" CHECK (("previousKeyHash" IS NULL) = ("previousExpiresAt" IS NULL));
ALTER TABLE "ApiKeyLimit" ADD CONSTRAINT "ApiKeyLimit_values_check" CHECK ("max" >= 0 AND "windowSeconds" >= 1);
ALTER TABLE "RetentionSettings" ADD CONSTRAINT "RetentionSettings_days_check"
    CHECK ("snapshotDays" >= 1 AND "eventDays" >= 1 AND "auditDays" >= 1);
ALTER TABLE "DeviceGrant" ADD CONSTRAINT "DeviceGrant_decision_check"
    CHECK (("state" IN ('APPROVED', 'USED')) <= ("userId" IS NOT NULL AND "organizationId" IS NOT NULL));
-- To one member or one team, for one source or one space.
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_target_check"
    CHECK (num_nonnulls("membershipId", "teamId") = 1 AND num_nonnulls("sourceId", "spaceId") = 1);
-- The same twice would be one too many to take away.
CREATE UNIQUE INDEX "RoleAssignment_once" ON "RoleAssignment"
    ("customRoleId", coalesce("membershipId", "teamId"), coalesce("sourceId", "spaceId"));

-- The audit log is a chain for each organization, and one (all zeros) for what no organization did. The database numbers
-- and links entries by itself, so that no statement of the application can leave one out or choose its place.

-- A value with its length in bytes before it, so that no two rows read the same; '-' is null.
CREATE FUNCTION "audit_field"(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value IS NULL THEN '-' ELSE octet_length(convert_to(value, 'UTF8')) || ':' || value END
$$;

CREATE FUNCTION "audit_entry_hash"(entry "AuditEntry") RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(entry."previousHash" || convert_to(concat_ws(',',
        "audit_field"(entry."chainId"::text),
        "audit_field"(entry."seq"::text),
        "audit_field"(entry."id"::text),
        "audit_field"(entry."organizationId"::text),
        "audit_field"(entry."actorUserId"::text),
        "audit_field"(entry."actorApiKeyId"::text),
        "audit_field"(entry."action"),
        "audit_field"(entry."targetType"),
        "audit_field"(entry."targetId"::text),
        "audit_field"(entry."requestId"),
        "audit_field"(to_char(entry."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        "audit_field"(encode(entry."beforeHash", 'hex')),
        "audit_field"(encode(entry."afterHash", 'hex'))
    ), 'UTF8'))
$$;

-- As its owner, because the application's role may not write the ends of chains itself.
CREATE FUNCTION "chain_audit_entry"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    head "AuditChain";
BEGIN
    NEW."chainId" := coalesce(NEW."organizationId", '00000000-0000-0000-0000-000000000000');
    -- Held until the commit: entries of one chain are in the order of their commits.
    SELECT * INTO head FROM "AuditChain" WHERE "id" = NEW."chainId" FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO "AuditChain" ("id", "lastSeq", "lastHash") VALUES (NEW."chainId", 0, decode(repeat('00', 32), 'hex'))
            ON CONFLICT ("id") DO NOTHING;
        SELECT * INTO head FROM "AuditChain" WHERE "id" = NEW."chainId" FOR UPDATE;
    END IF;
    NEW."seq" := head."lastSeq" + 1;
    NEW."previousHash" := head."lastHash";
    NEW."hash" := "audit_entry_hash"(NEW);
    UPDATE "AuditChain" SET "lastSeq" = NEW."seq", "lastHash" = NEW."hash" WHERE "id" = NEW."chainId";
    RETURN NEW;
END
$$;

-- Entries from before there were chains get theirs in the order they were written.
ALTER TABLE "AuditEntry" DISABLE TRIGGER "AuditEntry_append_only";
DO $$
DECLARE
    entry "AuditEntry";
    head "AuditChain";
BEGIN
    FOR entry IN SELECT * FROM "AuditEntry" ORDER BY "organizationId", "at", "id" LOOP
        SELECT * INTO head FROM "AuditChain" WHERE "id" = entry."organizationId";
        entry."chainId" := entry."organizationId";
        entry."seq" := coalesce(head."lastSeq", 0) + 1;
        entry."previousHash" := coalesce(head."lastHash", decode(repeat('00', 32), 'hex'));
        entry."hash" := "audit_entry_hash"(entry);
        UPDATE "AuditEntry" SET "chainId" = entry."chainId", "seq" = entry."seq", "previousHash" = entry."previousHash",
            "hash" = entry."hash" WHERE "id" = entry."id";
        INSERT INTO "AuditChain" ("id", "lastSeq", "lastHash") VALUES (entry."chainId", entry."seq", entry."hash")
            ON CONFLICT ("id") DO UPDATE SET "lastSeq" = excluded."lastSeq", "lastHash" = excluded."lastHash";
    END LOOP;
END
$$;
ALTER TABLE "AuditEntry" ENABLE TRIGGER "AuditEntry_append_only";
ALTER TABLE "AuditEntry" ALTER COLUMN "chainId" SET NOT NULL, ALTER COLUMN "seq" SET NOT NULL,
    ALTER COLUMN "previousHash" SET NOT NULL, ALTER COLUMN "hash" SET NOT NULL;
CREATE TRIGGER "AuditEntry_chain" BEFORE INSERT ON "AuditEntry"
    FOR EACH ROW EXECUTE FUNCTION "chain_audit_entry"();

-- As before, and entries of no organization never go.
CREATE OR REPLACE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD."organizationId" IS NOT NULL
            AND NOT EXISTS (SELECT FROM "Organization" WHERE "id" = OLD."organizationId") THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
