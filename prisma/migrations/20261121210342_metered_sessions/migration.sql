-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "meteredUntil" TIMESTAMPTZ(3);
