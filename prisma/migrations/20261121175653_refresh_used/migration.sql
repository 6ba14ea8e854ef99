-- AlterTable
ALTER TABLE "RefreshFamily" ADD COLUMN     "usedAt" TIMESTAMPTZ(3);
