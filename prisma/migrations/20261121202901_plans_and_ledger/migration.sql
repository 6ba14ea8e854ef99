-- CreateEnum
CREATE TYPE "Meter" AS ENUM ('PREDICTIONS', 'FRAMES', 'SESSION_SECONDS');

-- CreateEnum
CREATE TYPE "BillingInterval" AS ENUM ('MONTH', 'YEAR');

-- CreateEnum
CREATE TYPE "SubscriptionState" AS ENUM ('TRIALING', 'ACTIVE', 'PAST_DUE', 'GRACE', 'CANCELED');

-- CreateEnum
CREATE TYPE "PaymentProvider" AS ENUM ('MANUAL', 'STRIPE');

-- CreateEnum
CREATE TYPE "UsageGrain" AS ENUM ('HOUR', 'DAY', 'MONTH');

-- CreateEnum
CREATE TYPE "RateLimitSubject" AS ENUM ('ORGANIZATION', 'API_KEY', 'USER');

-- CreateEnum
CREATE TYPE "BillableItemKind" AS ENUM ('SUBSCRIPTION', 'PRORATION_CREDIT', 'PRORATION_CHARGE');

-- CreateEnum
CREATE TYPE "InvoiceKind" AS ENUM ('INVOICE', 'CREDIT_NOTE');

-- CreateEnum
CREATE TYPE "InvoiceState" AS ENUM ('OPEN', 'PAID', 'UNCOLLECTIBLE', 'VOID');

-- CreateEnum
CREATE TYPE "PaymentState" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED', 'REFUNDED');

-- AlterTable
ALTER TABLE "Organization" ADD COLUMN     "clockOffsetMs" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "isSandbox" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "planVersionId" UUID;

-- AlterTable
ALTER TABLE "Plan" ADD COLUMN     "isPublic" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "rank" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "UsageRecord" ADD COLUMN     "meter" "Meter" NOT NULL DEFAULT 'PREDICTIONS',
ADD COLUMN     "sessionId" UUID,
ADD COLUMN     "sourceId" UUID;

-- CreateTable
CREATE TABLE "PlanVersion" (
    "id" UUID NOT NULL,
    "planCode" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "currency" TEXT NOT NULL DEFAULT 'EUR',
    "interval" "BillingInterval" NOT NULL DEFAULT 'MONTH',
    "priceMinor" INTEGER NOT NULL DEFAULT 0,
    "trialDays" INTEGER NOT NULL DEFAULT 0,
    "graceDays" INTEGER NOT NULL DEFAULT 7,
    "predictionsPerPeriod" BIGINT,
    "predictionsAreHard" BOOLEAN NOT NULL DEFAULT true,
    "maxSources" INTEGER NOT NULL,
    "maxConcurrentSessions" INTEGER NOT NULL,
    "maxSeats" INTEGER NOT NULL DEFAULT 5,
    "maxRetentionDays" INTEGER NOT NULL DEFAULT 3650,
    "maxLiveConnections" INTEGER NOT NULL DEFAULT 100,
    "requestsPerMinute" INTEGER DEFAULT 6000,
    "maxQueryCost" INTEGER NOT NULL DEFAULT 10000,
    "maxStoredBytes" BIGINT NOT NULL,
    "inferenceWeight" INTEGER NOT NULL DEFAULT 1,
    "inferencePerMinute" INTEGER DEFAULT 6000,
    "inferencePerMinuteKey" INTEGER DEFAULT 3000,

    CONSTRAINT "PlanVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PlanPrice" (
    "planVersionId" UUID NOT NULL,
    "meter" "Meter" NOT NULL,
    "included" BIGINT NOT NULL DEFAULT 0,
    "unitAmountMinor" INTEGER NOT NULL,
    "perUnits" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "PlanPrice_pkey" PRIMARY KEY ("planVersionId","meter")
);

-- CreateTable
CREATE TABLE "OrganizationLimit" (
    "organizationId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "value" BIGINT,
    "reason" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrganizationLimit_pkey" PRIMARY KEY ("organizationId","name")
);

-- CreateTable
CREATE TABLE "Subscription" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "planVersionId" UUID NOT NULL,
    "pendingVersionId" UUID,
    "state" "SubscriptionState" NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "anchorAt" TIMESTAMPTZ(3) NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "periodEndsAt" TIMESTAMPTZ(3) NOT NULL,
    "trialEndsAt" TIMESTAMPTZ(3),
    "cancelAtPeriodEnd" BOOLEAN NOT NULL DEFAULT false,
    "pastDueSince" TIMESTAMPTZ(3),
    "graceEndsAt" TIMESTAMPTZ(3),
    "canceledAt" TIMESTAMPTZ(3),
    "provider" "PaymentProvider" NOT NULL DEFAULT 'MANUAL',
    "providerSubscriptionId" TEXT,

    CONSTRAINT "Subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SubscriptionChange" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "subscriptionId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "fromState" "SubscriptionState",
    "toState" "SubscriptionState" NOT NULL,
    "fromVersionId" UUID,
    "toVersionId" UUID NOT NULL,

    CONSTRAINT "SubscriptionChange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UsageRollup" (
    "organizationId" UUID NOT NULL,
    "grain" "UsageGrain" NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "meter" "Meter" NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "sourceId" UUID NOT NULL,
    "quantity" BIGINT NOT NULL,
    "recordCount" BIGINT NOT NULL,

    CONSTRAINT "UsageRollup_pkey" PRIMARY KEY ("organizationId","grain","startsAt","meter","apiKeyId","model","sourceId")
);

-- CreateTable
CREATE TABLE "QuotaCounter" (
    "organizationId" UUID NOT NULL,
    "meter" "Meter" NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "taken" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "QuotaCounter_pkey" PRIMARY KEY ("organizationId","meter","periodStartsAt")
);

-- CreateTable
CREATE TABLE "QuotaLease" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "meter" "Meter" NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "holder" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "takenAt" TIMESTAMPTZ(3) NOT NULL,
    "settledAt" TIMESTAMPTZ(3),

    CONSTRAINT "QuotaLease_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimitOverride" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "subject" "RateLimitSubject" NOT NULL,
    "subjectId" UUID NOT NULL,
    "endpoint" TEXT NOT NULL,
    "max" INTEGER NOT NULL,
    "windowSeconds" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3),

    CONSTRAINT "RateLimitOverride_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UsageAlert" (
    "organizationId" UUID NOT NULL,
    "meter" "Meter" NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "thresholdPercent" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "UsageAlert_pkey" PRIMARY KEY ("organizationId","meter","periodStartsAt","thresholdPercent")
);

-- CreateTable
CREATE TABLE "BillableItem" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "subscriptionId" UUID NOT NULL,
    "uniqueKey" TEXT NOT NULL,
    "kind" "BillableItemKind" NOT NULL,
    "planVersionId" UUID NOT NULL,
    "amountMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "periodEndsAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "invoiceId" UUID,

    CONSTRAINT "BillableItem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "InvoiceSeries" (
    "id" TEXT NOT NULL,
    "lastNumber" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "InvoiceSeries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invoice" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "kind" "InvoiceKind" NOT NULL DEFAULT 'INVOICE',
    "number" TEXT NOT NULL,
    "series" TEXT NOT NULL,
    "seriesNumber" BIGINT NOT NULL,
    "state" "InvoiceState" NOT NULL DEFAULT 'OPEN',
    "uniqueKey" TEXT NOT NULL,
    "creditedInvoiceId" UUID,
    "issuedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "periodEndsAt" TIMESTAMPTZ(3) NOT NULL,
    "currency" TEXT NOT NULL,
    "seller" JSONB NOT NULL,
    "buyer" JSONB NOT NULL,
    "subtotalMinor" BIGINT NOT NULL,
    "taxBasisPoints" INTEGER NOT NULL DEFAULT 0,
    "taxMinor" BIGINT NOT NULL DEFAULT 0,
    "totalMinor" BIGINT NOT NULL,
    "note" TEXT,

    CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "InvoiceLine" (
    "invoiceId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "organizationId" UUID NOT NULL,
    "description" TEXT NOT NULL,
    "meter" "Meter",
    "quantity" BIGINT NOT NULL,
    "included" BIGINT NOT NULL DEFAULT 0,
    "unitAmountMinor" BIGINT NOT NULL,
    "perUnits" INTEGER NOT NULL DEFAULT 1,
    "amountMinor" BIGINT NOT NULL,
    "periodStartsAt" TIMESTAMPTZ(3) NOT NULL,
    "periodEndsAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "InvoiceLine_pkey" PRIMARY KEY ("invoiceId","position")
);

-- CreateTable
CREATE TABLE "BillingAccount" (
    "organizationId" UUID NOT NULL,
    "provider" "PaymentProvider" NOT NULL DEFAULT 'MANUAL',
    "providerCustomerId" TEXT,
    "name" TEXT,
    "address" TEXT,
    "country" TEXT,
    "taxNumber" TEXT,
    "taxBasisPoints" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BillingAccount_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "Payment" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "invoiceId" UUID,
    "provider" "PaymentProvider" NOT NULL,
    "providerPaymentId" TEXT NOT NULL,
    "state" "PaymentState" NOT NULL,
    "amountMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "providerEventAt" TIMESTAMPTZ(3),

    CONSTRAINT "Payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PaymentEvent" (
    "provider" "PaymentProvider" NOT NULL,
    "eventId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "happenedAt" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "payload" JSONB NOT NULL,
    "processedAt" TIMESTAMPTZ(3),

    CONSTRAINT "PaymentEvent_pkey" PRIMARY KEY ("provider","eventId")
);

-- CreateTable
CREATE TABLE "Notification" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "values" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "readAt" TIMESTAMPTZ(3),

    CONSTRAINT "Notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "scope" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "requestHash" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "sealed" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("scope","key")
);

-- CreateTable
CREATE TABLE "FeatureFlag" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "isOn" BOOLEAN NOT NULL DEFAULT false,
    "percentage" INTEGER,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FeatureFlag_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "FeatureFlagRule" (
    "id" UUID NOT NULL,
    "flagName" TEXT NOT NULL,
    "organizationId" UUID,
    "planCode" TEXT,
    "isOn" BOOLEAN NOT NULL,

    CONSTRAINT "FeatureFlagRule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "PlanVersion_planCode_number_key" ON "PlanVersion"("planCode", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Subscription_providerSubscriptionId_key" ON "Subscription"("providerSubscriptionId");

-- CreateIndex
CREATE INDEX "Subscription_organizationId_id_idx" ON "Subscription"("organizationId", "id");

-- CreateIndex
CREATE INDEX "Subscription_state_periodEndsAt_idx" ON "Subscription"("state", "periodEndsAt");

-- CreateIndex
CREATE INDEX "SubscriptionChange_organizationId_id_idx" ON "SubscriptionChange"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "SubscriptionChange_subscriptionId_revision_key" ON "SubscriptionChange"("subscriptionId", "revision");

-- CreateIndex
CREATE INDEX "QuotaLease_organizationId_meter_periodStartsAt_idx" ON "QuotaLease"("organizationId", "meter", "periodStartsAt");

-- CreateIndex
CREATE INDEX "QuotaLease_holder_idx" ON "QuotaLease"("holder");

-- CreateIndex
CREATE UNIQUE INDEX "RateLimitOverride_organizationId_subject_subjectId_endpoint_key" ON "RateLimitOverride"("organizationId", "subject", "subjectId", "endpoint");

-- CreateIndex
CREATE UNIQUE INDEX "BillableItem_uniqueKey_key" ON "BillableItem"("uniqueKey");

-- CreateIndex
CREATE INDEX "BillableItem_organizationId_invoiceId_idx" ON "BillableItem"("organizationId", "invoiceId");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_number_key" ON "Invoice"("number");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_uniqueKey_key" ON "Invoice"("uniqueKey");

-- CreateIndex
CREATE INDEX "Invoice_organizationId_id_idx" ON "Invoice"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_series_seriesNumber_key" ON "Invoice"("series", "seriesNumber");

-- CreateIndex
CREATE INDEX "InvoiceLine_organizationId_meter_periodStartsAt_idx" ON "InvoiceLine"("organizationId", "meter", "periodStartsAt");

-- CreateIndex
CREATE UNIQUE INDEX "BillingAccount_providerCustomerId_key" ON "BillingAccount"("providerCustomerId");

-- CreateIndex
CREATE INDEX "Payment_organizationId_id_idx" ON "Payment"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Payment_provider_providerPaymentId_key" ON "Payment"("provider", "providerPaymentId");

-- CreateIndex
CREATE INDEX "PaymentEvent_processedAt_receivedAt_idx" ON "PaymentEvent"("processedAt", "receivedAt");

-- CreateIndex
CREATE INDEX "Notification_organizationId_userId_id_idx" ON "Notification"("organizationId", "userId", "id");

-- CreateIndex
CREATE INDEX "IdempotencyKey_expiresAt_idx" ON "IdempotencyKey"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "FeatureFlagRule_flagName_organizationId_key" ON "FeatureFlagRule"("flagName", "organizationId");

-- CreateIndex
CREATE UNIQUE INDEX "FeatureFlagRule_flagName_planCode_key" ON "FeatureFlagRule"("flagName", "planCode");

-- AddForeignKey
ALTER TABLE "PlanVersion" ADD CONSTRAINT "PlanVersion_planCode_fkey" FOREIGN KEY ("planCode") REFERENCES "Plan"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PlanPrice" ADD CONSTRAINT "PlanPrice_planVersionId_fkey" FOREIGN KEY ("planVersionId") REFERENCES "PlanVersion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationLimit" ADD CONSTRAINT "OrganizationLimit_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_planVersionId_fkey" FOREIGN KEY ("planVersionId") REFERENCES "PlanVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_pendingVersionId_fkey" FOREIGN KEY ("pendingVersionId") REFERENCES "PlanVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SubscriptionChange" ADD CONSTRAINT "SubscriptionChange_subscriptionId_fkey" FOREIGN KEY ("subscriptionId") REFERENCES "Subscription"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UsageRollup" ADD CONSTRAINT "UsageRollup_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuotaCounter" ADD CONSTRAINT "QuotaCounter_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuotaLease" ADD CONSTRAINT "QuotaLease_organizationId_meter_periodStartsAt_fkey" FOREIGN KEY ("organizationId", "meter", "periodStartsAt") REFERENCES "QuotaCounter"("organizationId", "meter", "periodStartsAt") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RateLimitOverride" ADD CONSTRAINT "RateLimitOverride_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UsageAlert" ADD CONSTRAINT "UsageAlert_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BillableItem" ADD CONSTRAINT "BillableItem_subscriptionId_fkey" FOREIGN KEY ("subscriptionId") REFERENCES "Subscription"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BillableItem" ADD CONSTRAINT "BillableItem_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_creditedInvoiceId_fkey" FOREIGN KEY ("creditedInvoiceId") REFERENCES "Invoice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "InvoiceLine" ADD CONSTRAINT "InvoiceLine_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BillingAccount" ADD CONSTRAINT "BillingAccount_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Payment" ADD CONSTRAINT "Payment_invoiceId_fkey" FOREIGN KEY ("invoiceId") REFERENCES "Invoice"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_planVersionId_fkey" FOREIGN KEY ("planVersionId") REFERENCES "PlanVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeatureFlagRule" ADD CONSTRAINT "FeatureFlagRule_flagName_fkey" FOREIGN KEY ("flagName") REFERENCES "FeatureFlag"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeatureFlagRule" ADD CONSTRAINT "FeatureFlagRule_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on: what the schema files cannot say. Why it is as it is: docs/adr/0010-ledger.md.

-- What plans were becomes their first version; nobody's limits change.
INSERT INTO "PlanVersion" ("id", "planCode", "number", "maxSources", "maxConcurrentSessions", "maxStoredBytes",
        "inferenceWeight", "inferencePerMinute", "inferencePerMinuteKey", "predictionsAreHard")
    SELECT gen_random_uuid(), "code", 1, "maxSources", "maxConcurrentSessions", "maxStoredBytes", "inferenceWeight",
        "inferencePerMinute", "inferencePerMinuteKey", true FROM "Plan";
ALTER TABLE "Plan" DROP COLUMN "inferencePerMinute", DROP COLUMN "inferencePerMinuteKey", DROP COLUMN "inferenceWeight",
    DROP COLUMN "maxConcurrentSessions", DROP COLUMN "maxSources", DROP COLUMN "maxStoredBytes";

INSERT INTO "Plan" ("code", "name", "rank") VALUES ('pro', 'Pro', 10), ('business', 'Business', 20)
    ON CONFLICT ("code") DO NOTHING;
INSERT INTO "PlanVersion" ("id", "planCode", "number", "currency", "priceMinor", "trialDays", "graceDays",
        "predictionsPerPeriod", "predictionsAreHard", "maxSources", "maxConcurrentSessions", "maxSeats", "maxRetentionDays",
        "maxLiveConnections", "requestsPerMinute", "maxQueryCost", "maxStoredBytes", "inferenceWeight",
        "inferencePerMinute", "inferencePerMinuteKey")
    SELECT gen_random_uuid(), v.* FROM (VALUES
        ('pro', 1, 'EUR', 4900, 14, 7, 1000000::bigint, false, 100, 10, 20, 3650, 1000, 12000, 10000, 107374182400::bigint, 4, 12000, 6000),
        ('business', 1, 'EUR', 49900, 14, 14, 20000000::bigint, false, 1000, 100, 200, 3650, 10000, 60000, 10000, 1099511627776::bigint, 16, 60000, 30000)
    ) AS v("planCode", "number", "currency", "priceMinor", "trialDays", "graceDays", "predictionsPerPeriod", "predictionsAreHard", "maxSources", "maxConcurrentSessions", "maxSeats", "maxRetentionDays",
        "maxLiveConnections", "requestsPerMinute", "maxQueryCost", "maxStoredBytes", "inferenceWeight", "inferencePerMinute", "inferencePerMinuteKey")
    WHERE NOT EXISTS (SELECT FROM "PlanVersion" p WHERE p."planCode" = v."planCode");
INSERT INTO "PlanPrice" ("planVersionId", "meter", "included", "unitAmountMinor", "perUnits")
    SELECT p."id", v."meter"::"Meter", v."included", v."unitAmountMinor", v."perUnits" FROM (VALUES
        ('pro', 'PREDICTIONS', 1000000::bigint, 50, 1000), ('pro', 'SESSION_SECONDS', 720000::bigint, 5, 3600),
        ('business', 'PREDICTIONS', 20000000::bigint, 30, 1000), ('business', 'SESSION_SECONDS', 14400000::bigint, 3, 3600)
    ) AS v("planCode", "meter", "included", "unitAmountMinor", "perUnits")
    JOIN "PlanVersion" p ON p."planCode" = v."planCode" AND p."number" = 1;

ALTER TABLE "PlanVersion" ADD CONSTRAINT "PlanVersion_limits_check" CHECK (
    "maxSources" >= 0 AND "maxConcurrentSessions" >= 0 AND "maxStoredBytes" >= 0 AND "predictionsPerPeriod" >= 0
    AND "maxSeats" >= 1 AND "maxRetentionDays" >= 1 AND "maxLiveConnections" >= 0 AND "requestsPerMinute" >= 1
    AND "maxQueryCost" >= 1 AND "number" >= 1
);
ALTER TABLE "PlanVersion" ADD CONSTRAINT "PlanVersion_inference_check" CHECK (
    "inferenceWeight" BETWEEN 1 AND 100 AND "inferencePerMinute" >= 1 AND "inferencePerMinuteKey" >= 1
);
ALTER TABLE "PlanVersion" ADD CONSTRAINT "PlanVersion_price_check" CHECK (
    "currency" ~ '^[A-Z]{3}$' AND "priceMinor" >= 0 AND "trialDays" BETWEEN 0 AND 365 AND "graceDays" BETWEEN 0 AND 90
);
ALTER TABLE "PlanPrice" ADD CONSTRAINT "PlanPrice_price_check"
    CHECK ("included" >= 0 AND "unitAmountMinor" >= 0 AND "perUnits" >= 1);
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_clock_check"
    CHECK ("clockOffsetMs" >= 0 AND ("isSandbox" OR "clockOffsetMs" = 0));
ALTER TABLE "QuotaCounter" ADD CONSTRAINT "QuotaCounter_taken_check" CHECK ("taken" >= 0);
ALTER TABLE "QuotaLease" ADD CONSTRAINT "QuotaLease_amount_check" CHECK ("amount" >= 0);
ALTER TABLE "RateLimitOverride" ADD CONSTRAINT "RateLimitOverride_rate_check" CHECK ("max" >= 1 AND "windowSeconds" BETWEEN 1 AND 86400);
ALTER TABLE "UsageRollup" ADD CONSTRAINT "UsageRollup_sums_check" CHECK ("quantity" >= 1 AND "recordCount" >= 1);
ALTER TABLE "Invoice" ADD CONSTRAINT "Invoice_total_check" CHECK ("totalMinor" = "subtotalMinor" + "taxMinor" AND "seriesNumber" >= 1
    AND ("kind" = 'CREDIT_NOTE') = ("creditedInvoiceId" IS NOT NULL));
ALTER TABLE "FeatureFlag" ADD CONSTRAINT "FeatureFlag_check"
    CHECK ("percentage" BETWEEN 0 AND 100 AND "name" ~ '^[a-z][a-z0-9-]{0,62}$');
ALTER TABLE "FeatureFlagRule" ADD CONSTRAINT "FeatureFlagRule_subject_check"
    CHECK (("organizationId" IS NULL) <> ("planCode" IS NULL));
-- A period begins on a full hour, or its usage could not be summed from hours.
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_period_check" CHECK (
    "periodStartsAt" < "periodEndsAt" AND date_trunc('hour', "periodStartsAt", 'UTC') = "periodStartsAt"
    AND date_trunc('hour', "periodEndsAt", 'UTC') = "periodEndsAt"
);
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_state_check" CHECK (
    ("state" = 'CANCELED') = ("canceledAt" IS NOT NULL) AND ("state" <> 'TRIALING' OR "trialEndsAt" IS NOT NULL)
    AND ("state" <> 'GRACE' OR "graceEndsAt" IS NOT NULL)
);
CREATE INDEX "Organization_sandbox_idx" ON "Organization"("id") WHERE "isSandbox";
-- One at a time for each organization.
CREATE UNIQUE INDEX "Subscription_one_key" ON "Subscription"("organizationId") WHERE "state" <> 'CANCELED';

-- Roll-ups are sums of the raw rows, and nothing else: whoever adds a row adds to its sums in the same transaction. In the
-- order of their keys, so that two statements cannot wait for each other. As the owner: the application only reads them.
CREATE FUNCTION "roll_up_usage"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO "UsageRollup" AS r ("organizationId", "grain", "startsAt", "meter", "apiKeyId", "model", "sourceId",
            "quantity", "recordCount")
        SELECT n."organizationId", g."grain"::"UsageGrain", date_trunc(g."grain", n."at", 'UTC'), n."meter",
            coalesce(n."apiKeyId", '00000000-0000-0000-0000-000000000000'), n."model",
            coalesce(n."sourceId", '00000000-0000-0000-0000-000000000000'), sum(n."count"), count(*)
        FROM added n CROSS JOIN (VALUES ('HOUR'), ('DAY'), ('MONTH')) AS g("grain")
        GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT ("organizationId", "grain", "startsAt", "meter", "apiKeyId", "model", "sourceId") DO UPDATE
            SET "quantity" = r."quantity" + excluded."quantity", "recordCount" = r."recordCount" + excluded."recordCount";
    RETURN NULL;
END
$$;
CREATE TRIGGER "UsageRecord_roll_up" AFTER INSERT ON "UsageRecord" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION "roll_up_usage"();
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I."roll_up_usage"() SET search_path = %1$I, pg_temp', current_schema());
END
$$;
REVOKE EXECUTE ON FUNCTION "roll_up_usage"() FROM PUBLIC;
INSERT INTO "UsageRollup" ("organizationId", "grain", "startsAt", "meter", "apiKeyId", "model", "sourceId", "quantity", "recordCount")
    SELECT n."organizationId", g."grain"::"UsageGrain", date_trunc(g."grain", n."at", 'UTC'), n."meter",
        coalesce(n."apiKeyId", '00000000-0000-0000-0000-000000000000'), n."model",
        coalesce(n."sourceId", '00000000-0000-0000-0000-000000000000'), sum(n."count"), count(*)
    FROM "UsageRecord" n CROSS JOIN (VALUES ('HOUR'), ('DAY'), ('MONTH')) AS g("grain") GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- What only grows. Rows of an organization that is gone may go with it; nothing else is removed, and nothing emptied.
CREATE FUNCTION "refuse_billing_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('UsageRecord', 'SubscriptionChange') THEN
        IF NOT EXISTS (SELECT FROM "Organization" WHERE "id" = OLD."organizationId") THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "UsageRecord_no_delete" BEFORE DELETE ON "UsageRecord"
    FOR EACH ROW EXECUTE FUNCTION "refuse_billing_change"();
CREATE TRIGGER "SubscriptionChange_append_only" BEFORE UPDATE OR DELETE ON "SubscriptionChange"
    FOR EACH ROW EXECUTE FUNCTION "refuse_billing_change"();
CREATE TRIGGER "InvoiceLine_append_only" BEFORE UPDATE OR DELETE ON "InvoiceLine"
    FOR EACH ROW EXECUTE FUNCTION "refuse_billing_change"();
CREATE TRIGGER "PlanPrice_append_only" BEFORE UPDATE OR DELETE ON "PlanPrice"
    FOR EACH ROW EXECUTE FUNCTION "refuse_billing_change"();

-- Of a bill only its state and its note change.
CREATE FUNCTION "refuse_invoice_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'state' - 'note' = to_jsonb(NEW) - 'state' - 'note' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'bills are corrected by credit notes: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "Invoice_append_only" BEFORE UPDATE OR DELETE ON "Invoice"
    FOR EACH ROW EXECUTE FUNCTION "refuse_invoice_change"();

-- And none of it, nor the audit log, is emptied by one statement.
DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['UsageRecord', 'UsageRollup', 'SubscriptionChange', 'Invoice', 'InvoiceLine', 'PlanPrice'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION "refuse_billing_change"()',
            kept || '_no_truncate', kept);
    END LOOP;
END
$$;

-- The second fence, see docs/adr/0008-second-fence.md.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'OrganizationLimit', 'Subscription', 'SubscriptionChange', 'UsageRollup', 'QuotaCounter', 'QuotaLease',
        'RateLimitOverride', 'UsageAlert', 'BillableItem', 'Invoice', 'InvoiceLine', 'BillingAccount', 'Payment',
        'Notification'
    ] LOOP
        EXECUTE format('CREATE POLICY "tenant" ON %I USING ("organizationId" = (SELECT "app_organization_id"()))
            WITH CHECK ("organizationId" = (SELECT "app_organization_id"()))', tenant_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    END LOOP;
    -- Without a policy, for the system only.
    FOREACH tenant_table IN ARRAY ARRAY['InvoiceSeries', 'PaymentEvent', 'IdempotencyKey', 'FeatureFlag', 'FeatureFlagRule'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    END LOOP;
END
$$;
