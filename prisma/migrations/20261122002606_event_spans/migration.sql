-- CreateTable
CREATE TABLE "EventSpan" (
    "organizationId" UUID NOT NULL,
    "block" BIGINT NOT NULL,
    "minOccurredAt" TIMESTAMPTZ(3) NOT NULL,
    "maxOccurredAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "EventSpan_pkey" PRIMARY KEY ("organizationId","block")
);

-- Rare labels, and where sessions begin and end, are found without walking the feed.
CREATE INDEX "Event_organizationId_label_seq_idx" ON "Event"("organizationId", "label", "seq") WHERE "label" IS NOT NULL;
CREATE INDEX "Event_session_seq_idx" ON "Event"("organizationId", "seq")
    WHERE "type" IN ('SESSION_STARTED', 'SESSION_ENDED');

-- AddForeignKey
ALTER TABLE "EventSpan" ADD CONSTRAINT "EventSpan_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- As before, and when the events of each block of numbers happened.
CREATE OR REPLACE FUNCTION "roll_up_events"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO "EventMonth" AS m ("organizationId", "month", "firstSeq", "lastSeq")
        SELECT n."organizationId", n."month", min(n."seq"), max(n."seq") FROM added n GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT ("organizationId", "month") DO UPDATE
            SET "firstSeq" = least(m."firstSeq", excluded."firstSeq"), "lastSeq" = greatest(m."lastSeq", excluded."lastSeq");
    INSERT INTO "EventSpan" AS s ("organizationId", "block", "minOccurredAt", "maxOccurredAt")
        SELECT n."organizationId", n."seq" >> 12, min(n."occurredAt"), max(n."occurredAt") FROM added n GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT ("organizationId", "block") DO UPDATE
            SET "minOccurredAt" = least(s."minOccurredAt", excluded."minOccurredAt"),
                "maxOccurredAt" = greatest(s."maxOccurredAt", excluded."maxOccurredAt")
            WHERE excluded."minOccurredAt" < s."minOccurredAt" OR excluded."maxOccurredAt" > s."maxOccurredAt";
    WITH hours AS (
        SELECT n."organizationId", date_trunc('hour', n."occurredAt", 'UTC') AS "startsAt", n."sourceId", n."type",
            coalesce(n."label", '') AS "label", count(*) AS "eventCount", coalesce(sum(n."confidence"), 0) AS "confidenceSum",
            count(n."confidence") AS "confidentCount"
        FROM added n GROUP BY 1, 2, 3, 4, 5
    ), days AS (
        SELECT h."organizationId", date_trunc('day', h."startsAt", 'UTC') AS "startsAt", h."sourceId", h."type", h."label",
            sum(h."eventCount")::bigint AS "eventCount", sum(h."confidenceSum") AS "confidenceSum",
            sum(h."confidentCount")::bigint AS "confidentCount"
        FROM hours h GROUP BY 1, 2, 3, 4, 5
    ), rows AS (
        SELECT 'HOUR'::"EventGrain" AS "grain", h.* FROM hours h UNION ALL SELECT 'DAY'::"EventGrain", d.* FROM days d
    )
    INSERT INTO "EventRollup" AS r ("grain", "organizationId", "startsAt", "sourceId", "type", "label", "eventCount",
            "confidenceSum", "confidentCount")
        SELECT * FROM rows ORDER BY "organizationId", "grain", "startsAt", "sourceId", "type", "label"
        ON CONFLICT ("organizationId", "grain", "startsAt", "sourceId", "type", "label") DO UPDATE
            SET "eventCount" = r."eventCount" + excluded."eventCount",
                "confidenceSum" = r."confidenceSum" + excluded."confidenceSum",
                "confidentCount" = r."confidentCount" + excluded."confidentCount";
    RETURN NULL;
END
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I.roll_up_events() SET search_path = %1$I, pg_temp', current_schema());
END
$$;

INSERT INTO "EventSpan" ("organizationId", "block", "minOccurredAt", "maxOccurredAt")
    SELECT "organizationId", "seq" >> 12, min("occurredAt"), max("occurredAt") FROM "Event" GROUP BY 1, 2;

-- The second fence, see docs/adr/0008-second-fence.md.
CREATE POLICY "tenant" ON "EventSpan" USING ("organizationId" = (SELECT "app_organization_id"()))
    WITH CHECK ("organizationId" = (SELECT "app_organization_id"()));
ALTER TABLE "EventSpan" ENABLE ROW LEVEL SECURITY;
