-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "captureId" UUID;

-- CreateTable
CREATE TABLE "CaptureDevice" (
    "organizationId" UUID NOT NULL,
    "deviceId" UUID NOT NULL,
    "lastSeq" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "CaptureDevice_pkey" PRIMARY KEY ("organizationId","deviceId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Session_organizationId_captureId_key" ON "Session"("organizationId", "captureId");

-- AddForeignKey
ALTER TABLE "CaptureDevice" ADD CONSTRAINT "CaptureDevice_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "CaptureDevice" ADD CONSTRAINT "CaptureDevice_lastSeq_check" CHECK ("lastSeq" >= 0);

-- The second fence, see docs/adr/0008-second-fence.md: the application's role has no right to it at all.
ALTER TABLE "CaptureDevice" ENABLE ROW LEVEL SECURITY;
