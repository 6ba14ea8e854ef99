-- AlterTable
ALTER TABLE "Plan" ADD COLUMN     "inferencePerMinute" INTEGER DEFAULT 6000,
ADD COLUMN     "inferencePerMinuteKey" INTEGER DEFAULT 3000,
ADD COLUMN     "inferenceWeight" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "UsageRecord" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "apiKeyId" UUID,
    "task" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "UsageRecord_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "UsageRecord_organizationId_at_idx" ON "UsageRecord"("organizationId", "at");

-- AddForeignKey
ALTER TABLE "UsageRecord" ADD CONSTRAINT "UsageRecord_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on: what the schema files cannot say.

ALTER TABLE "Plan" ADD CONSTRAINT "Plan_inference_check" CHECK (
    "inferenceWeight" BETWEEN 1 AND 100 AND "inferencePerMinute" >= 1 AND "inferencePerMinuteKey" >= 1
);
ALTER TABLE "UsageRecord" ADD CONSTRAINT "UsageRecord_count_check" CHECK ("count" >= 1);

-- What was used is never rewritten: money is counted from these rows.
CREATE FUNCTION "refuse_usage_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'usage records are only ever added: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "UsageRecord_no_update" BEFORE UPDATE ON "UsageRecord"
    FOR EACH ROW EXECUTE FUNCTION "refuse_usage_change"();
