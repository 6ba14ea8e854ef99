-- CreateEnum
CREATE TYPE "EventGrain" AS ENUM ('HOUR', 'DAY');

-- AlterTable
ALTER TABLE "OrganizationFeed" ADD COLUMN     "month" DATE;

-- AlterTable
ALTER TABLE "RetentionSettings" ADD COLUMN     "archiveDays" INTEGER NOT NULL DEFAULT 365;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "batchSeq" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "EventMonth" (
    "organizationId" UUID NOT NULL,
    "month" DATE NOT NULL,
    "firstSeq" BIGINT NOT NULL,
    "lastSeq" BIGINT NOT NULL,

    CONSTRAINT "EventMonth_pkey" PRIMARY KEY ("organizationId","month")
);

-- CreateTable
CREATE TABLE "EventRollup" (
    "organizationId" UUID NOT NULL,
    "grain" "EventGrain" NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "sourceId" UUID NOT NULL,
    "type" "EventType" NOT NULL,
    "label" TEXT NOT NULL,
    "eventCount" BIGINT NOT NULL,
    "confidenceSum" DOUBLE PRECISION NOT NULL,
    "confidentCount" BIGINT NOT NULL,

    CONSTRAINT "EventRollup_pkey" PRIMARY KEY ("organizationId","grain","startsAt","sourceId","type","label")
);

-- CreateTable
CREATE TABLE "EventArchive" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "firstSeq" BIGINT NOT NULL,
    "lastSeq" BIGINT NOT NULL,
    "eventCount" INTEGER NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "storageKey" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "sha256" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "EventArchive_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PresenceProcess" (
    "id" UUID NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PresenceProcess_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PresenceEntry" (
    "id" UUID NOT NULL,
    "processId" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "sourceId" UUID,
    "activity" TEXT,
    "activityUntil" TIMESTAMPTZ(3),
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PresenceEntry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "EventArchive_storageKey_key" ON "EventArchive"("storageKey");

-- CreateIndex
CREATE UNIQUE INDEX "EventArchive_organizationId_firstSeq_key" ON "EventArchive"("organizationId", "firstSeq");

-- CreateIndex
CREATE INDEX "PresenceEntry_organizationId_sourceId_idx" ON "PresenceEntry"("organizationId", "sourceId");

-- CreateIndex
CREATE INDEX "PresenceEntry_processId_idx" ON "PresenceEntry"("processId");

-- AddForeignKey
ALTER TABLE "EventMonth" ADD CONSTRAINT "EventMonth_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EventRollup" ADD CONSTRAINT "EventRollup_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EventArchive" ADD CONSTRAINT "EventArchive_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PresenceEntry" ADD CONSTRAINT "PresenceEntry_processId_fkey" FOREIGN KEY ("processId") REFERENCES "PresenceProcess"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PresenceEntry" ADD CONSTRAINT "PresenceEntry_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "RetentionSettings" ADD CONSTRAINT "RetentionSettings_archiveDays_check" CHECK ("archiveDays" >= 0);
ALTER TABLE "Session" ADD CONSTRAINT "Session_batchSeq_check" CHECK ("batchSeq" >= 0);
ALTER TABLE "EventMonth" ADD CONSTRAINT "EventMonth_seq_check"
    CHECK ("firstSeq" >= 1 AND "lastSeq" >= "firstSeq" AND extract(day FROM "month") = 1);
ALTER TABLE "EventRollup" ADD CONSTRAINT "EventRollup_counts_check"
    CHECK ("eventCount" >= 0 AND "confidentCount" BETWEEN 0 AND "eventCount");
ALTER TABLE "EventArchive" ADD CONSTRAINT "EventArchive_values_check"
    CHECK ("firstSeq" >= 1 AND "lastSeq" >= "firstSeq" AND "eventCount" >= 0 AND "byteSize" >= 0);

-- Who is here now is worth nothing after a crash.
ALTER TABLE "PresenceEntry" SET UNLOGGED;
ALTER TABLE "PresenceProcess" SET UNLOGGED;

-- Events by month, see docs/adr/0011-months.md. The old table becomes rows of the new one, in this transaction.
ALTER TABLE "Event" RENAME TO "EventBefore";
CREATE TABLE "Event" (
    LIKE "EventBefore" INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    "month" DATE NOT NULL DEFAULT (date_trunc('month'::text, (now() AT TIME ZONE 'UTC'::text)))::date
) PARTITION BY RANGE ("month");
ALTER TABLE "Event" ADD CONSTRAINT "Event_month_check" CHECK (extract(day FROM "month") = 1);
-- What lies in no month that was made: of sandboxes that are years ahead. It moves when its month is made.
CREATE TABLE "Event_other" PARTITION OF "Event" DEFAULT;
ALTER TABLE "Event_other" ENABLE ROW LEVEL SECURITY;

-- Makes the partitions of all months from the first to the last, and gives how many there were not. Waits two seconds
-- for its locks at most: whoever asks asks again. Partitions have no grants and no policy: they are read through "Event".
CREATE FUNCTION "make_event_months"("first" date, "last" date) RETURNS int LANGUAGE plpgsql
    SET lock_timeout = '2s' SET search_path FROM CURRENT AS $$
DECLARE
    starts date := date_trunc('month', "first")::date;
    made int := 0;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(1784211, 0);
    WHILE starts <= "last" LOOP
        name := 'Event_' || to_char(starts, 'YYYY_MM');
        IF to_regclass(format('%I', name)) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE "Event" INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', name);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
            LOCK TABLE "Event_other" IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('WITH moved AS (DELETE FROM "Event_other" WHERE "month" = %L RETURNING *)
                INSERT INTO %I SELECT * FROM moved', starts, name);
            EXECUTE format('ALTER TABLE "Event" ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                name, starts, (starts + interval '1 month')::date);
            made := made + 1;
        END IF;
        starts := (starts + interval '1 month')::date;
    END LOOP;
    RETURN made;
END
$$;

-- Drops the partitions of months before this one that hold nothing any more, and gives how many those were.
CREATE FUNCTION "drop_event_months"("before" date) RETURNS int LANGUAGE plpgsql
    SET lock_timeout = '2s' SET search_path FROM CURRENT AS $$
DECLARE
    partition record;
    is_empty boolean;
    dropped int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(1784211, 0);
    FOR partition IN SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '"Event"'::regclass AND c.relname ~ '^Event_\d{4}_\d{2}$'
            AND to_date(substr(c.relname, 7), 'YYYY_MM') < date_trunc('month', "before") ORDER BY 1
    LOOP
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', partition.name) INTO is_empty;
        CONTINUE WHEN NOT is_empty;
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition.name);
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', partition.name) INTO is_empty;
        CONTINUE WHEN NOT is_empty;
        EXECUTE format('DROP TABLE %I', partition.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- Which months a feed has and what happened in which hour, in the transaction that adds events, whoever does.
CREATE FUNCTION "roll_up_events"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO "EventMonth" AS m ("organizationId", "month", "firstSeq", "lastSeq")
        SELECT n."organizationId", n."month", min(n."seq"), max(n."seq") FROM added n GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT ("organizationId", "month") DO UPDATE
            SET "firstSeq" = least(m."firstSeq", excluded."firstSeq"), "lastSeq" = greatest(m."lastSeq", excluded."lastSeq");
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

-- Events name their organization without a foreign key, and go with it all the same, whoever removes it.
CREATE FUNCTION "remove_events_of_organization"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM "Event" WHERE "organizationId" = OLD."id";
    RETURN NULL;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['make_event_months(date, date)', 'drop_event_months(date)', 'roll_up_events()',
        'remove_events_of_organization()'] LOOP
        EXECUTE format('ALTER FUNCTION %I.%s SET search_path = %1$I, pg_temp', current_schema(), name);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %I.%s FROM PUBLIC', current_schema(), name);
    END LOOP;
    PERFORM "make_event_months"(
        greatest(coalesce((SELECT min("recordedAt") FROM "EventBefore"), now()), now() - interval '24 months')::date,
        (now() + interval '3 months')::date
    );
END
$$;

-- By the server's time, and never back within a feed.
INSERT INTO "Event"
    SELECT e.*, max(date_trunc('month', e."recordedAt" AT TIME ZONE 'UTC')::date)
        OVER (PARTITION BY e."organizationId" ORDER BY e."seq")
    FROM "EventBefore" e;
DROP TABLE "EventBefore";
ALTER TABLE "Event" ADD CONSTRAINT "Event_pkey" PRIMARY KEY ("organizationId", "seq", "month");
CREATE INDEX "Event_id_idx" ON "Event"("id");
CREATE INDEX "Event_sessionId_seq_idx" ON "Event"("sessionId", "seq");
CREATE INDEX "Event_sourceId_seq_idx" ON "Event"("sourceId", "seq");

UPDATE "OrganizationFeed" f SET "month" = (SELECT max(e."month") FROM "Event" e WHERE e."organizationId" = f."organizationId");
INSERT INTO "EventMonth" ("organizationId", "month", "firstSeq", "lastSeq")
    SELECT "organizationId", "month", min("seq"), max("seq") FROM "Event" GROUP BY 1, 2;
INSERT INTO "EventRollup" ("organizationId", "grain", "startsAt", "sourceId", "type", "label", "eventCount", "confidenceSum",
        "confidentCount")
    SELECT e."organizationId", g."grain"::"EventGrain", date_trunc(g."grain", e."occurredAt", 'UTC'), e."sourceId", e."type",
        coalesce(e."label", ''), count(*), coalesce(sum(e."confidence"), 0), count(e."confidence")
    FROM "Event" e CROSS JOIN (VALUES ('HOUR'), ('DAY')) AS g("grain") GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TRIGGER "Event_roll_up" AFTER INSERT ON "Event" REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION "roll_up_events"();
CREATE TRIGGER "Organization_events_go" AFTER DELETE ON "Organization"
    FOR EACH ROW EXECUTE FUNCTION "remove_events_of_organization"();

-- The second fence, see docs/adr/0008-second-fence.md.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['Event', 'EventMonth', 'EventRollup', 'EventArchive', 'PresenceEntry'] LOOP
        EXECUTE format('CREATE POLICY "tenant" ON %I USING ("organizationId" = (SELECT "app_organization_id"()))
            WITH CHECK ("organizationId" = (SELECT "app_organization_id"()))', tenant_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    END LOOP;
END
$$;
-- Without a policy, for the system only.
ALTER TABLE "PresenceProcess" ENABLE ROW LEVEL SECURITY;
