-- AlterEnum
ALTER TYPE "SessionEndReason" ADD VALUE 'DEVICE_LOST';

-- AlterTable
ALTER TABLE "UsageRecord" ADD COLUMN     "callId" UUID,
ADD COLUMN     "isOfDevice" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "UncountedUse" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "countedId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "UncountedUse_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "UncountedUse_countedId_key" ON "UncountedUse"("countedId");

-- CreateIndex
CREATE INDEX "UncountedUse_organizationId_idx" ON "UncountedUse"("organizationId");

-- AddForeignKey
ALTER TABLE "UncountedUse" ADD CONSTRAINT "UncountedUse_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UncountedUse" ADD CONSTRAINT "UncountedUse_countedId_fkey" FOREIGN KEY ("countedId") REFERENCES "UsageRecord"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Few calls have an id: only those that another side may have answered as well.
CREATE INDEX "UsageRecord_call_idx" ON "UsageRecord"("organizationId", "callId") WHERE "callId" IS NOT NULL;

-- As for records of usage: what only grows. Rows of an organization that is gone may go with it.
CREATE OR REPLACE FUNCTION "refuse_billing_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('UsageRecord', 'UncountedUse', 'SubscriptionChange') THEN
        IF NOT EXISTS (SELECT FROM "Organization" WHERE "id" = OLD."organizationId") THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "UncountedUse_append_only" BEFORE UPDATE OR DELETE ON "UncountedUse"
    FOR EACH ROW EXECUTE FUNCTION "refuse_billing_change"();
CREATE TRIGGER "UncountedUse_no_truncate" BEFORE TRUNCATE ON "UncountedUse"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_billing_change"();

-- The second fence, see docs/adr/0008-second-fence.md: the application's role has no right to it at all.
ALTER TABLE "UncountedUse" ENABLE ROW LEVEL SECURITY;
