-- AlterTable
ALTER TABLE "AuditChain" ADD COLUMN     "prunedHash" BYTEA,
ADD COLUMN     "prunedSeq" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE "AuditChain" ADD CONSTRAINT "AuditChain_pruned_check"
    CHECK ("prunedSeq" >= 0 AND "prunedSeq" <= "lastSeq" AND ("prunedSeq" = 0) = ("prunedHash" IS NULL));

-- The second fence between tenants, see docs/adr/0008-second-fence.md. Whoever owns the tables is not held back: migrations
-- and the work of no organization run as the owner. What runs for one organization runs as another role, sees its rows
-- only, and outside of any organization none.

CREATE FUNCTION "app_organization_id"() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('app.organization_id', true), '')::uuid
$$;

-- Rows that name their organization. In a sub-select the function is asked once a statement instead of once a row.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'Membership', 'Team', 'TeamMember', 'Invitation', 'CustomRole', 'RoleAssignment', 'SignIn', 'ApiKey', 'ApiKeyLimit',
        'Source', 'SourceCredential', 'Session', 'Artifact', 'OrganizationFeed', 'Event', 'UsageRecord', 'RetentionSettings',
        'AuditEntry'
    ] LOOP
        EXECUTE format('CREATE POLICY "tenant" ON %I USING ("organizationId" = (SELECT "app_organization_id"()))
            WITH CHECK ("organizationId" = (SELECT "app_organization_id"()))', tenant_table);
    END LOOP;
END
$$;

-- The organization itself, and what hangs below rows that name theirs.
CREATE POLICY "tenant" ON "Organization" USING ("id" = (SELECT "app_organization_id"()))
    WITH CHECK ("id" = (SELECT "app_organization_id"()));
CREATE POLICY "tenant" ON "SourceFile" USING (EXISTS (SELECT FROM "Source" s WHERE s."id" = "sourceId"))
    WITH CHECK (EXISTS (SELECT FROM "Source" s WHERE s."id" = "sourceId")
        AND EXISTS (SELECT FROM "Artifact" a WHERE a."id" = "artifactId"));
CREATE POLICY "tenant" ON "OpenTrack" USING (EXISTS (SELECT FROM "Session" s WHERE s."id" = "sessionId"));
CREATE POLICY "tenant" ON "RefreshFamily" USING (EXISTS (SELECT FROM "SignIn" s WHERE s."id" = "signInId"));

-- People are of no organization; members of one see each other.
CREATE POLICY "tenant" ON "User" FOR SELECT USING (EXISTS (SELECT FROM "Membership" m WHERE m."userId" = "User"."id"));

-- Signals of an organization, and mails: written, and taken by others.
CREATE POLICY "tenant" ON "OutboxMessage" USING ("payload" ->> 'organizationId' = (SELECT "app_organization_id"())::text)
    WITH CHECK ("payload" ->> 'organizationId' = (SELECT "app_organization_id"())::text);
CREATE POLICY "tenant" ON "MailMessage" FOR INSERT WITH CHECK (true);

-- Every table but the two that say nothing about anybody: one without a policy shows nothing to the application.
DO $$
DECLARE
    fenced text;
BEGIN
    FOR fenced IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND c.relname NOT IN ('_prisma_migrations', 'Plan')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
    END LOOP;
END
$$;

-- Retention removes the oldest entries of a chain, without a gap, and leaves behind where the rest begins.
CREATE FUNCTION "prune_audit_entries"(chain uuid, before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head "AuditChain";
    up_to bigint;
    removed bigint;
BEGIN
    SELECT * INTO head FROM "AuditChain" WHERE "id" = chain FOR UPDATE;
    SELECT coalesce(min("seq") - 1, head."lastSeq") INTO up_to FROM "AuditEntry" WHERE "chainId" = chain AND "at" >= before;
    IF up_to IS NULL OR up_to <= head."prunedSeq" THEN
        RETURN 0;
    END IF;
    UPDATE "AuditChain" SET "prunedSeq" = up_to,
        "prunedHash" = (SELECT "hash" FROM "AuditEntry" WHERE "chainId" = chain AND "seq" = up_to)
        WHERE "id" = chain;
    DELETE FROM "AuditEntry" WHERE "chainId" = chain AND "seq" <= up_to;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
REVOKE EXECUTE ON FUNCTION "prune_audit_entries"(uuid, timestamptz) FROM PUBLIC;

-- As before, and what retention has let go may go.
CREATE OR REPLACE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD."organizationId" IS NOT NULL
            AND NOT EXISTS (SELECT FROM "Organization" WHERE "id" = OLD."organizationId") THEN
            RETURN OLD;
        END IF;
        IF EXISTS (SELECT FROM "AuditChain" WHERE "id" = OLD."chainId" AND "prunedSeq" >= OLD."seq") THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
