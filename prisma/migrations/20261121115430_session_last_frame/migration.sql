-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "lastFrameAt" TIMESTAMPTZ(3);
