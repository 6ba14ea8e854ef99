-- Nobody writes events meanwhile: what a writer with the rules of before added would be told of too little. Reads all events
-- once, a second for each million.
LOCK TABLE "Event" IN SHARE ROW EXCLUSIVE MODE;

-- AlterTable
ALTER TABLE "EventSpan" ADD COLUMN     "maxBottom" DOUBLE PRECISION,
ADD COLUMN     "maxConfidence" DOUBLE PRECISION,
ADD COLUMN     "maxRight" DOUBLE PRECISION,
ADD COLUMN     "minConfidence" DOUBLE PRECISION,
ADD COLUMN     "minHeight" DOUBLE PRECISION,
ADD COLUMN     "minLeft" DOUBLE PRECISION,
ADD COLUMN     "minTop" DOUBLE PRECISION,
ADD COLUMN     "minWidth" DOUBLE PRECISION,
ADD COLUMN     "typeBits" INTEGER NOT NULL DEFAULT -1;

-- As before, and what types, confidences and boxes the events of each block of numbers have. A type without a bit of its own
-- has all of them: its block is looked into.
CREATE OR REPLACE FUNCTION "roll_up_events"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO "EventMonth" AS m ("organizationId", "month", "firstSeq", "lastSeq")
        SELECT n."organizationId", n."month", min(n."seq"), max(n."seq") FROM added n GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT ("organizationId", "month") DO UPDATE
            SET "firstSeq" = least(m."firstSeq", excluded."firstSeq"), "lastSeq" = greatest(m."lastSeq", excluded."lastSeq");
    INSERT INTO "EventSpan" AS s ("organizationId", "block", "minOccurredAt", "maxOccurredAt", "typeBits", "minConfidence",
            "maxConfidence", "minLeft", "minTop", "maxRight", "maxBottom", "minWidth", "minHeight")
        SELECT n."organizationId", n."seq" >> 12, min(n."occurredAt"), max(n."occurredAt"),
            bit_or(CASE n."type" WHEN 'OBJECT_UPDATED' THEN 8 WHEN 'OBJECT_ENTERED' THEN 4 WHEN 'OBJECT_LEFT' THEN 16
                WHEN 'SESSION_STARTED' THEN 1 WHEN 'SESSION_ENDED' THEN 2 ELSE -1 END),
            min(n."confidence"), max(n."confidence"), min(n."boxX"), min(n."boxY"), max(n."boxX" + n."boxWidth"),
            max(n."boxY" + n."boxHeight"), min(n."boxWidth"), min(n."boxHeight")
        FROM added n GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT ("organizationId", "block") DO UPDATE
            SET "minOccurredAt" = least(s."minOccurredAt", excluded."minOccurredAt"),
                "maxOccurredAt" = greatest(s."maxOccurredAt", excluded."maxOccurredAt"),
                "typeBits" = s."typeBits" | excluded."typeBits",
                "minConfidence" = least(s."minConfidence", excluded."minConfidence"),
                "maxConfidence" = greatest(s."maxConfidence", excluded."maxConfidence"),
                "minLeft" = least(s."minLeft", excluded."minLeft"), "minTop" = least(s."minTop", excluded."minTop"),
                "maxRight" = greatest(s."maxRight", excluded."maxRight"),
                "maxBottom" = greatest(s."maxBottom", excluded."maxBottom"),
                "minWidth" = least(s."minWidth", excluded."minWidth"),
                "minHeight" = least(s."minHeight", excluded."minHeight");
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
        SELECT 'HOUR' AS "grain", h.* FROM hours h UNION ALL SELECT 'DAY', d.* FROM days d
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

UPDATE "EventSpan" s SET "typeBits" = k."typeBits", "minConfidence" = k."minConfidence", "maxConfidence" = k."maxConfidence",
        "minLeft" = k."minLeft", "minTop" = k."minTop", "maxRight" = k."maxRight", "maxBottom" = k."maxBottom",
        "minWidth" = k."minWidth", "minHeight" = k."minHeight"
    FROM (
        SELECT n."organizationId", n."seq" >> 12 AS "block",
            bit_or(CASE n."type" WHEN 'OBJECT_UPDATED' THEN 8 WHEN 'OBJECT_ENTERED' THEN 4 WHEN 'OBJECT_LEFT' THEN 16
                WHEN 'SESSION_STARTED' THEN 1 WHEN 'SESSION_ENDED' THEN 2 ELSE -1 END) AS "typeBits",
            min(n."confidence") AS "minConfidence", max(n."confidence") AS "maxConfidence", min(n."boxX") AS "minLeft",
            min(n."boxY") AS "minTop", max(n."boxX" + n."boxWidth") AS "maxRight", max(n."boxY" + n."boxHeight") AS "maxBottom",
            min(n."boxWidth") AS "minWidth", min(n."boxHeight") AS "minHeight"
        FROM "Event" n GROUP BY 1, 2
    ) k WHERE k."organizationId" = s."organizationId" AND k."block" = s."block";
ALTER TABLE "EventSpan" ALTER COLUMN "typeBits" DROP DEFAULT;
