-- Behind row security a condition is looked up in an index only where its operator is known not to tell of rows that are
-- hidden. That of enums is not: days were found by reading every hour between them. That of text is. Rewrites the table,
-- seconds for each million roll-ups, while events wait.
ALTER TABLE "EventRollup" ALTER COLUMN "grain" TYPE TEXT USING "grain"::text;
ALTER TABLE "EventRollup" ADD CONSTRAINT "EventRollup_grain_check" CHECK ("grain" IN ('HOUR', 'DAY'));
DROP TYPE "EventGrain";

-- As before, with grains of text.
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

-- Time of the source says nothing of whether frames still come: a recording may be read slower or faster than it plays.
ALTER TABLE "Session" ADD COLUMN "lastRecordedAt" TIMESTAMPTZ(3);
